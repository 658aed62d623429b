import { wireNames } from '../../cloud/service/index.js';
import type { EstimatorOptions, FitData } from '../../cloud/training/index.js';
import { OptionError } from '../../model/index.js';
import { type Field, type Fields, jobFields } from './job-fields.js';
import { parseYaml, readYamlText, type YamlPath } from './yaml-file.js';

/** What a job file says. */
export interface JobFile
  extends Partial<Omit<EstimatorOptions, 'onNotice'>>,
    Pick<FitData, 'inputs' | 'jobName'> {
  /** Id or name. */
  readonly dataset?: string | undefined;
  readonly version?: string | undefined;
  /** A place in object storage, or a local folder. */
  readonly data?: string | undefined;
  /** Where the service may write for the data set that local data becomes. */
  readonly workPath?: string | undefined;
}

const { fromWire } = wireNames(['env_variables']);

/**
 * Reads a job file: YAML or JSON, as `docs/schema/train-job.schema.json` says.
 *
 * @throws OptionError that says file, line and column of the first fault
 */
export async function readJobFile(path: string): Promise<JobFile> {
  return parseJobFile(await readYamlText(path, 'a job'), path);
}

/** {@link readJobFile} of a text. @param name what errors call the file @throws OptionError */
export function parseJobFile(text: string, name: string): JobFile {
  const { value, at, atKey } = parseYaml(text, name);
  const fail: (place: string, message: string, hint: string) => never = (place, message, hint) => {
    throw new OptionError(place + message, { hint });
  };

  const checkFields = (value: unknown, path: YamlPath, fields: Fields, required: readonly string[]) => {
    const where = path.length === 0 ? 'the file' : shownPath(path);
    if (!isPlainObject(value)) fail(at(path), `${where} holds no names with values`, 'Write name: value.');
    for (const [key, member] of Object.entries(value)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined) {
        const hint = ['algorithm_id', 'subscription_id', 'item_version_id'].includes(key)
          ? 'The service takes no algorithm of AI Gallery here: name code or an image. (rule T021)'
          : `Known are ${Object.keys(fields).join(', ')}.`;
        fail(atKey(path, key), `${shownPath([...path, key])} is unknown`, hint);
      }
      checkField(member, [...path, key], field);
    }
    for (const key of required)
      if (!Object.hasOwn(value, key))
        fail(at(path), `${where} has no ${key}`, `Add ${key}: ${fields[key]?.says}`);
  };
  const checkField = (value: unknown, path: YamlPath, field: Field): void => {
    const refuse: (what: string) => never = (what) =>
      fail(at(path), `${shownPath(path)} is not ${what}`, field.says);
    switch (field.kind) {
      case 'text':
        if (typeof value !== 'string')
          refuse(typeof value === 'number' ? 'a text: put it in quotes' : 'a text');
        return;
      case 'count':
        if (!(Number.isInteger(value) && (value as number) >= 1)) refuse('a whole number from 1 on');
        return;
      case 'flag':
        if (typeof value !== 'boolean') refuse('true or false');
        return;
      case 'scalar':
        if (!['string', 'number', 'boolean'].includes(typeof value)) refuse('a text, a number or a boolean');
        return;
      case 'texts':
        if (!isPlainObject(value)) refuse('names with texts');
        for (const [key, member] of Object.entries(value))
          checkField(member, [...path, key], { kind: 'text', says: field.says });
        return;
      case 'object':
        checkFields(value, path, field.fields, field.required ?? []);
        return;
      case 'list':
        if (!Array.isArray(value)) refuse('a list');
        for (const [index, item] of value.entries())
          checkFields(item, [...path, index], field.fields, field.required ?? []);
    }
  };

  checkFields(value, [], jobFields, []);
  return fromWire<JobFile>(value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `training_files.code_dir`, `inputs[0].name` */
function shownPath(path: YamlPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
