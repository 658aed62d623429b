import { isJsonObject, type JsonObject, type JsonValue } from '../../model/index.js';
import type { Reporter } from './context.js';
import { nearest, pointerTo, show } from './show.js';
import { extensionOf } from './source.js';

const sourceKey = '@modelarts:parent_source';
const durationKey = '@modelarts:parent_duration';
const timeKey = '@modelarts:time_in_video';
const frameKeys = [sourceKey, durationKey, timeKey];

/** True when a sample's property has at least one of the three video keys. */
export function isVideoFrame(property: JsonObject): boolean {
  return (
    property[timeKey] !== undefined ||
    property[sourceKey] !== undefined ||
    property[durationKey] !== undefined
  );
}

/** Checks the video properties of a frame (M120–M122, M026 for the video itself). */
export function checkVideoFrame(property: JsonObject, pointer: string, out: Reporter): void {
  const missing = frameKeys.filter((key) => property[key] === undefined || property[key] === null);
  if (missing.length > 0) {
    out.add('M120', `the video frame has no ${missing.join(' and no ')}`, pointer);
  }
  const duration = property[durationKey];
  const time = property[timeKey];
  const hasDuration = duration !== undefined && duration !== null;
  const goodDuration = typeof duration === 'number' && duration > 0;
  if (hasDuration && !goodDuration) {
    out.add(
      'M122',
      `${durationKey} is ${show(duration)}, not a positive number`,
      pointerTo(pointer, durationKey),
    );
  }
  if (time !== undefined && time !== null) {
    const at = pointerTo(pointer, timeKey);
    if (typeof time !== 'number') {
      out.add('M121', `${timeKey} is ${show(time)}, not a number of seconds`, at);
    } else if (time < 0) {
      out.add('M121', `${timeKey} is ${time}, before the start of the video`, at);
    } else if (goodDuration && time > duration) {
      out.add('M121', `${timeKey} is ${time}, the video lasts ${duration} s`, at);
    }
  }
  const video = property[sourceKey];
  if (typeof video === 'string' && extensionOf(video) !== 'mp4') {
    out.add('M026', `${sourceKey} ${show(video)} is not an mp4 file`, pointerTo(pointer, sourceKey));
  }
}

const columnTypes = [
  'string',
  'short',
  'int',
  'long',
  'float',
  'double',
  'byte',
  'date',
  'timestamp',
  'boolean',
  'binary',
];
const schemaKeys = ['@modelarts:schema', 'schema'];

/**
 * Checks the schema of a table sample (M130, M131, M133). `carbon`: the source is CarbonData, which needs
 * one; `table`: it is a table at all, so that the older key `schema` counts too.
 */
export function checkSchema(
  property: JsonObject | undefined,
  pointer: string,
  table: boolean,
  carbon: boolean,
  out: Reporter,
): void {
  const key = (table ? schemaKeys : schemaKeys.slice(0, 1)).find((name) => property?.[name] !== undefined);
  if (key === undefined || property === undefined) {
    if (carbon) out.add('M130', 'the carbondata sample has no @modelarts:schema', pointer);
    return;
  }
  const at = pointerTo(pointer, key);
  const schema: JsonValue | undefined = property[key];
  if (!isJsonObject(schema)) {
    out.add('M131', `the schema is ${show(schema)}, not an object of columns`, at);
    return;
  }
  const columns = Object.keys(schema);
  if (columns.length === 0) out.add('M131', 'the schema has no columns', at);
  for (const column of columns) {
    const type = schema[column];
    if (typeof type !== 'string') {
      out.add(
        'M131',
        `the type of column ${show(column)} is ${show(type)}, not a string`,
        pointerTo(at, column),
      );
    } else if (!columnTypes.includes(type.toLowerCase())) {
      const meant = nearest(type, columnTypes);
      out.add('M133', `column ${show(column)} has the unknown type ${show(type)}`, pointerTo(at, column), {
        hint:
          meant === undefined ? `known types are ${columnTypes.join(', ')}` : `did you mean ${show(meant)}?`,
      });
    }
  }
}
