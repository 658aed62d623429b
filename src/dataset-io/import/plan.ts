import { withAnnotationConfig } from '../annotation-config.js';
import { manifestRows } from '../manifest-rows.js';
import { joinLocation } from '../storage/index.js';
import { storageOf } from '../storages.js';
import type { ImportDatasetOptions, ImportPlan } from './options.js';
import {
  check,
  isObs,
  lookOver,
  type Prepared,
  prepare,
  readTable,
  rootOf,
  tableFormat,
  withFolder,
} from './prepare.js';
import {
  type Content,
  checkImport,
  dataPathOf,
  folderName,
  kindFor,
  manifestName,
  requestsFor,
} from './requests.js';
import { RowSender } from './samples.js';
import { Targets } from './targets.js';

/** Stands for the place of the files where that depends on a data set that is there, which is not asked about. */
const unknownPath = 'obs://bucket/data/';

/**
 * Says what `importDataset` would do, with every body that it would send. The service is asked nothing, and nothing is
 * written; an input in object storage is read. Of a data set that is there nothing is known, so places below its work
 * path are shown as `obs://bucket/data/`.
 *
 * @throws OptionError, DataError and StorageError as `importDataset`; errors of the check are only counted
 */
export async function planImport(input: string, given: ImportDatasetOptions): Promise<ImportPlan> {
  checkImport(input, given);
  const options = await withAnnotationConfig(input, given);
  const { format, samples, annotations, errors, warnings } = await check(input, options);
  const dataPath = dataPathOf(options) ?? unknownPath;
  const facts = { input, format, annotations, errors, warnings, dataPath };
  if (format === tableFormat) {
    const { files, schema, withColumnHeader } = await readTable(input, options);
    const sizes = new Map<string, number | undefined>();
    for (const file of files) sizes.set(file, isObs(input) ? 0 : await sizeOf(file, options));
    const importPath = isObs(input) ? folderName(input) : joinLocation(dataPath, 'files/');
    const content: Content = {
      importPath,
      datasetType: 400,
      isLabelled: false,
      labels: [],
      schema,
      withColumnHeader,
    };
    return {
      ...facts,
      samples,
      losses: {},
      tasks: {},
      datasetType: 400,
      ...counted(isObs(input) ? new Map() : sizes),
      importPath,
      requests: requestsFor(options, content),
    };
  }
  return await withFolder(async (folder) => {
    const prepared = await prepare(input, format, folder, { ...options, onError: 'skip' });
    const { tasks, dataTypes, tripletLabels, samples } = await lookOver(prepared, options.signal);
    const kind = kindFor(options, { tasks, dataTypes });
    const name = manifestName(options.name ?? 'import', 0);
    const targets = new Targets(dataPath, await rootOf(input, options), folder, name);
    const importPath = targets.manifest;
    const labels = kind.datasetType === 102 ? tripletLabels : [];
    const content: Content = { ...kind, importPath, isLabelled: tasks.size > 0, labels };
    return {
      ...facts,
      samples,
      losses: prepared.losses,
      tasks: Object.fromEntries(tasks),
      ...kind,
      ...counted(await filesOf(prepared, targets, options)),
      importPath,
      requests: requestsFor(options, content),
    };
  });
}

/** Files by where they go, with their sizes; undefined: not there. */
type Files = ReadonlyMap<string, number | undefined>;

function counted(files: Files): Pick<ImportPlan, 'files' | 'bytes' | 'missing'> {
  const sizes = [...files.values()];
  return {
    files: files.size,
    bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    missing: sizes.filter((size) => size === undefined).length,
  };
}

/** Goes through the samples as an import does, and looks at each file instead of sending it. */
async function filesOf(
  { manifest: { storage, path }, base }: Prepared,
  targets: Targets,
  options: ImportDatasetOptions,
): Promise<Files> {
  const files = new Map<string, number | undefined>();
  const sender = new RowSender({ ...options, targets }, async (from, to) => {
    if (!files.has(to)) files.set(to, typeof from === 'string' ? await sizeOf(from, options) : from.length);
  });
  let number = 0;
  for await (const { rows } of manifestRows(storage, path, { baseDir: base, signal: options.signal }))
    for (const row of rows) await sender.send(row, ++number);
  return files;
}

async function sizeOf(
  path: string,
  { storage, session, signal }: ImportDatasetOptions,
): Promise<number | undefined> {
  return (await storageOf(path, { storage, session }).stat(path, { signal }))?.size;
}
