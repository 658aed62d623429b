import { type Diagnostic, decimalOf, flagOf, type ImageObject } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow } from '../contract.js';
import { neat } from '../shared/geometry.js';
import type { Loss, LossName } from '../shared/losses.js';
import { PairedTreeWriter } from '../shared/paired-writer.js';
import { placeOf } from '../shared/place.js';
import { type RowObject, rectangleOf } from '../shared/tree-rows.js';
import { kittiCarries } from './carries.js';
import { numberGroups, unknownGroups } from './types.js';

/**
 * Writes `training/label_2/<name>.txt` and, where images are copied or linked, `training/image_2/<name>.png`; EVAL goes to
 * `validation`, TEST to `testing`.
 *
 * @throws OptionError for appending
 */
export function writeKitti(sink: FormatSink): FormatWriter {
  const asRectangles = sink.options['shapes'] === 'bbox';
  return new PairedTreeWriter(sink, {
    title: 'a KITTI tree',
    folders: { TRAIN: 'training/', EVAL: 'validation/', TEST: 'testing/' },
    withoutUsage: 'training/',
    imageFolder: 'image_2',
    labelFolder: 'label_2',
    carries: written,
    line: (entry, row, losses) => lineOf(entry, row, losses, asRectangles),
  });
}

/** What is not counted by the general rule, because a part of it is written. */
const written: ReadonlySet<LossName> = new Set([...kittiCarries, 'object-property']);

function lineOf(
  { object, pointer }: RowObject,
  row: WriteRow,
  losses: Loss[],
  asRectangles: boolean,
): string | undefined | Diagnostic {
  const { name, shape } = object;
  if (name === undefined || name === '' || shape === undefined) return undefined;
  if (/\s/.test(name))
    return refusal(row, pointer, `the label ${JSON.stringify(name)} has blanks, which separate fields`);
  if (shape.kind !== 'bndbox' && !asRectangles)
    return refusal(row, pointer, `a ${shape.kind} cannot be written as a box`);
  const box = shape.kind === 'bndbox' ? shape : rectangleOf(shape);
  if (box === undefined) return undefined;
  const fields = [
    name,
    flagField(object, 'truncated', pointer, losses),
    flagField(object, 'occluded', pointer, losses),
    groupField(object, 0),
    ...[box.xmin, box.ymin, box.xmax, box.ymax].map((edge) => String(neat(edge))),
    ...[1, 2, 3].map((group) => groupField(object, group)),
  ];
  const score = propertyNumbers(object, 'kitti_score', 1);
  if (object.confidence !== undefined) fields.push(String(object.confidence));
  else if (score !== undefined) fields.push(score);
  if ([...object.properties.keys()].some((key) => !ownProperties.has(key)))
    losses.push({ feature: 'object-property', pointer: `${pointer}/properties` });
  return fields.join(' ');
}

const ownProperties: ReadonlySet<string> = new Set([
  'kitti_truncated',
  'kitti_occluded',
  'kitti_score',
  ...numberGroups.map(([name]) => name),
]);

const lossOfFlag = { truncated: 'object-truncated', occluded: 'object-occluded' } as const satisfies Record<
  string,
  LossName
>;

/** A flag as KITTI's number: its exact value where the property has it. */
function flagField(
  object: ImageObject,
  field: 'truncated' | 'occluded',
  pointer: string,
  losses: Loss[],
): string {
  const text = object[field];
  if (text === undefined || text === '') return '-1';
  const flag = flagOf(text);
  if (flag === undefined) losses.push({ feature: lossOfFlag[field], pointer: `${pointer}/${field}` });
  const exact = propertyNumbers(object, `kitti_${field}`, 1);
  return flag === true && exact !== undefined ? exact : flag === true ? '1' : '0';
}

/** A property that has as many numbers as its fields; undefined when it has something else. */
function propertyNumbers(object: ImageObject, name: string, count: number): string | undefined {
  const text = object.properties.get(name);
  const numbers = text?.split(' ') ?? [];
  return numbers.length === count && numbers.every((number) => decimalOf(number) !== undefined)
    ? text
    : undefined;
}

function groupField(object: ImageObject, group: number): string {
  const [name, from, to] = numberGroups[group]!;
  return propertyNumbers(object, name, to - from) ?? unknownGroups[name]![0]!;
}

function refusal(row: WriteRow, pointer: string, message: string): Diagnostic {
  return {
    rule: 'N103',
    severity: 'error',
    message,
    hint: 'Map the label with labelkit relabel --map, or accept rectangles with --to-option shapes=bbox.',
    ...placeOf(row),
    pointer,
  };
}
