import { OptionError } from '../../../model/index.js';
import { checkId, refuse } from '../../service/checks.js';
import { servicePath } from '../../service/paths.js';
import type { OnNotice } from '../../service/session.js';
import { legacyTrainingRules } from './rules.js';
import type { Hyperparameter, LegacyDataInput, LegacyEstimatorOptions } from './types.js';

/** Checks arguments before anything is asked. */

const says = new Map(legacyTrainingRules.map((rule) => [rule.id, rule.says]));

/** @throws OptionError that names the rule and says what is right */
function breach(rule: string, message: string): never {
  refuse(rule, message, says.get(rule)!);
}

const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** T101–T103. @throws OptionError */
export function checkDataInput(data: LegacyDataInput): void {
  const { inputs, datasetId, datasetVersionId, dataSource } = data;
  if (isGiven(datasetId) !== isGiven(datasetVersionId)) {
    const [is, isNot] = isGiven(datasetId)
      ? ['datasetId', 'datasetVersionId']
      : ['datasetVersionId', 'datasetId'];
    breach('T102', `${is} is given without ${isNot}`);
  }
  const given = [
    ...(isGiven(inputs) ? ['inputs'] : []),
    ...(isGiven(datasetId) ? ['datasetId with datasetVersionId'] : []),
    ...(isGiven(dataSource) ? ['dataSource'] : []),
  ];
  if (given.length === 0)
    breach('T101', 'none of inputs, datasetId with datasetVersionId, and dataSource is given');
  if (given.length > 1) breach('T101', `${given.join(' and ')} are given`);
  if (isGiven(inputs)) checkFolder(inputs, 'inputs');
  if (isGiven(dataSource)) checkDataSource(dataSource);
}

function checkDataSource(dataSource: unknown): void {
  if (!Array.isArray(dataSource) || dataSource.length === 0) breach('T103', 'dataSource holds nothing');
  const items = dataSource as readonly Readonly<Record<string, unknown>>[];
  for (const [index, item] of items.entries()) {
    const name = `dataSource[${index}]`;
    const { type, dataUrl, datasetId, datasetVersion } = item ?? {};
    if (type !== 'obs' && type !== 'dataset') breach('T103', `${name}.type is ${shown(type)}`);
    if (type !== items[0]!['type'])
      breach('T103', `${name}.type is ${type} where the first is ${items[0]!['type']}`);
    const wrong =
      type === 'obs'
        ? !isGiven(dataUrl) || isGiven(datasetId) || isGiven(datasetVersion)
        : isGiven(dataUrl) || !isGiven(datasetId) || !isGiven(datasetVersion);
    if (wrong) breach('T103', `${name} does not hold what an item of type ${type} does`);
    if (type === 'obs') checkFolder(dataUrl, `${name}.dataUrl`);
  }
}

/** What is checked differently: a configuration need not say where results go. */
export type Purpose = 'job' | 'configuration';

/** T104–T110, T113, T120. @throws OptionError; one of code `Unsupported` for a local run */
export function checkEstimator(options: LegacyEstimatorOptions, purpose: Purpose): void {
  checkWhatRuns(options);
  checkWhere(options);
  const { outputPath, logUrl, jobDescription } = options;
  if (isGiven(outputPath)) checkFolder(outputPath, 'outputPath');
  else if (purpose === 'job') breach('T109', 'outputPath is not given');
  if (isGiven(logUrl)) checkFolder(logUrl, 'logUrl');
  if (jobDescription !== undefined) checkText256(jobDescription, 'jobDescription');
}

function checkWhatRuns(options: LegacyEstimatorOptions): void {
  const { codeDir, bootFile, frameworkType, frameworkVersion, engineId } = options;
  const { modelName, modelId, userImageUrl, userCommand } = options;
  checkPair('T106', { frameworkType, frameworkVersion });
  checkPair('T107', { userImageUrl, userCommand });
  checkNotBoth('T106', { engineId, frameworkType });
  checkNotBoth('T105', { modelId, modelName });
  const framework = { frameworkType, engineId };
  const algorithm = firstOf({ modelName, modelId });
  const image = firstOf({ userImageUrl });
  const code = { codeDir, bootFile };
  if (algorithm !== undefined) {
    const other = firstOf({ ...code, ...framework });
    if (other !== undefined) breach('T105', `${algorithm} and ${other} are given`);
  }
  if (image !== undefined) {
    const other = algorithm ?? firstOf(framework);
    if (other !== undefined) breach('T107', `userImageUrl and ${other} are given`);
  }
  // An image may be given a folder only.
  if (image === undefined || isGiven(bootFile)) checkPair('T104', code);
  if (isGiven(codeDir)) checkFolder(codeDir, 'codeDir');
  if (isGiven(bootFile)) checkBootFile(bootFile!, codeDir!);
  const hasFramework = firstOf(framework) !== undefined;
  if (algorithm === undefined && image === undefined && !(hasFramework && isGiven(codeDir))) {
    const what = hasFramework ? 'codeDir and bootFile are' : 'frameworkType and frameworkVersion are';
    breach('T108', isGiven(codeDir) || hasFramework ? `${what} not given` : 'nothing that runs is given');
  }
}

function checkWhere({ trainInstanceType, specId, poolId, trainInstanceCount }: LegacyEstimatorOptions): void {
  if (trainInstanceType === 'local') {
    throw new OptionError('trainInstanceType is "local": that is no job of the service', {
      code: 'Unsupported',
      hint: 'Run it with trainHere(session, settings) of labelkit/cloud, or name an instance type of the service.',
    });
  }
  checkNotBoth('T110', { specId, trainInstanceType });
  if (firstOf({ trainInstanceType, specId, poolId }) === undefined)
    breach('T110', 'trainInstanceType is not given');
  if (!Number.isSafeInteger(trainInstanceCount) || trainInstanceCount < 1)
    breach('T110', `trainInstanceCount is ${shown(trainInstanceCount)}`);
}

/** T110, once it is known what the type allows. @throws OptionError */
export function checkCount(count: number, specCode: string, most: number | undefined): void {
  if (most !== undefined && count > most)
    breach('T110', `trainInstanceCount is ${count}, and ${specCode} allows ${most}`);
}

type Values = Readonly<Record<string, unknown>>;

/** The name of the first that is given. */
function firstOf(values: Values): string | undefined {
  return Object.keys(values).find((name) => isGiven(values[name]));
}

function checkPair(rule: string, values: Values): void {
  const names = Object.keys(values);
  const missing = names.filter((name) => !isGiven(values[name]));
  if (missing.length === 1)
    breach(rule, `${names.find((name) => name !== missing[0])} is given without ${missing[0]}`);
}

function checkNotBoth(rule: string, values: Values): void {
  const names = Object.keys(values);
  if (names.every((name) => isGiven(values[name]))) breach(rule, `${names.join(' and ')} are given`);
}

/** T120: `/bucket/dir/` or `obs://bucket/dir/`. @throws OptionError */
function checkFolder(path: unknown, name: string): void {
  const isFolder = typeof path === 'string' && /^\/[^/]+(?:\/[^/]+)+\/$/.test(servicePath(path));
  if (!isFolder || hasRefused(path)) breach('T120', `${name} is ${shown(path)}`);
}

function hasRefused(path: string): boolean {
  return /[\s'{}[\]]/.test(path);
}

/** T104, T120 */
function checkBootFile(bootFile: unknown, codeDir: string): void {
  if (typeof bootFile !== 'string' || hasRefused(bootFile)) breach('T120', `bootFile is ${shown(bootFile)}`);
  const inside = bootFileIn(codeDir, bootFile);
  const below = inside.slice(servicePath(codeDir).length).split('/');
  if (
    !inside.startsWith(servicePath(codeDir)) ||
    below.some((part) => part === '' || part === '.' || part === '..')
  )
    breach('T104', `bootFile ${shown(bootFile)} does not lie in codeDir ${shown(codeDir)}`);
}

/** The boot file as `/bucket/code/train.py`, given so or as `train.py`. */
export function bootFileIn(codeDir: string, bootFile: string): string {
  const path = servicePath(bootFile);
  return path.startsWith('/') ? path : servicePath(codeDir) + path;
}

/** T113 @throws OptionError */
export function checkText256(text: unknown, name: string): void {
  if (typeof text !== 'string') breach('T113', `${name} is ${shown(text)}`);
  const { length } = [...text];
  if (length > 256) breach('T113', `${name} has ${length} characters`);
}

/** T111 @throws OptionError */
export function checkJobName(name: unknown): void {
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
    breach('T111', `jobName is ${shown(name)}`);
}

/** T112 and, for an update, T122. @throws OptionError */
export function checkConfigName(name: unknown, onNotice: OnNotice, rule: 'T112' | 'T122' = 'T112'): void {
  if (!isGiven(name)) breach(rule, 'configName is not given');
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
    breach('T112', `configName is ${shown(name)}`);
  if (name.length > 20)
    onNotice({
      rule: 'T112',
      message: `configName has ${name.length} characters; the Python SDK takes 20, and so may the service`,
    });
}

/**
 * T114: labels and values as texts. `key` is taken for `label`, as a sample of the service's own pages has it, and
 * numbers for texts; both are told. No value is ever told.
 *
 * @throws OptionError
 */
export function checkedHyperparameters(
  given: readonly Hyperparameter[] | undefined,
  onNotice: OnNotice,
): { label: string; value: string }[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) breach('T114', 'hyperparameters is no list');
  const keys: string[] = [];
  const converted: string[] = [];
  const checked = (given as readonly unknown[]).map((item, index) => {
    const name = `hyperparameters[${index}]`;
    const { label, key, value } = (item ?? {}) as Readonly<Record<string, unknown>>;
    if (isGiven(label) && isGiven(key) && label !== key)
      breach('T114', `${name} has a label and another key`);
    const text = isGiven(label) ? label : key;
    if (typeof text !== 'string' || text === '') breach('T114', `${name} has no label`);
    if (!['string', 'number', 'boolean'].includes(typeof value))
      breach('T114', `${name} (${text}) has no value that is a text, a number or a boolean`);
    if (!isGiven(label)) keys.push(text);
    if (typeof value !== 'string') converted.push(text);
    return { label: text, value: String(value) };
  });
  const note = (message: string) => onNotice({ rule: 'T114', message });
  if (keys.length > 0) note(`hyperparameters: "key" is taken for "label" (${keys.join(', ')})`);
  if (converted.length > 0)
    note(`hyperparameters: values that are no texts are sent as texts (${converted.join(', ')})`);
  return checked;
}

interface ListChecks {
  readonly perPage?: number | undefined;
  readonly page?: number | undefined;
  readonly order?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly searchContent?: string | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/** T115–T117. @throws OptionError */
export function checkList(
  { perPage, page, order, sortBy, searchContent, onNotice = () => {} }: ListChecks,
  { columns, longest = 1000 }: { columns: readonly string[]; longest?: number },
): void {
  const isWithin = (value: number | undefined, most: number) =>
    value === undefined || (Number.isInteger(value) && value >= 1 && value <= most);
  if (!isWithin(perPage, longest)) breach('T115', `perPage is ${shown(perPage)}`);
  if (!isWithin(page, 65_535)) breach('T115', `page is ${shown(page)}`);
  if (order !== undefined && order !== 'asc' && order !== 'desc') breach('T117', `order is ${shown(order)}`);
  if (sortBy !== undefined && !columns.includes(sortBy))
    refuse('T117', `sortBy is ${shown(sortBy)}`, `Say one of ${columns.join(', ')}.`);
  if (searchContent === undefined) return;
  const { length } = [...searchContent];
  if (length > 100) breach('T116', `searchContent has ${length} characters`);
  if (length > 64)
    onNotice({ rule: 'T116', message: `searchContent has ${length} characters; the service may take 64` });
}

/** T118. @throws OptionError */
export function checkLogWindow(window: {
  readonly startByte?: number | undefined;
  readonly offset?: number | undefined;
  readonly lines?: number | undefined;
}): void {
  const bounds = {
    startByte: [-1, Number.MAX_SAFE_INTEGER],
    offset: [-2048, 2048],
    lines: [0, 500],
  } as const;
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = window[name as keyof typeof bounds];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
      breach('T118', `${name} is ${shown(value)}`);
  }
}

/** T119: an id of the service, which should be digits. @returns it as a text @throws OptionError */
export function checkedId(id: unknown, name: string, onNotice: OnNotice): string {
  const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : id;
  checkId(text, name, 'T119');
  if (!/^\d+$/.test(text)) onNotice({ rule: 'T119', message: `${name} ${shown(text)} is not digits` });
  return text;
}
