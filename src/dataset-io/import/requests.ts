import {
  type CreateDatasetOptions,
  type CreateVersionOptions,
  checkDatasetType,
  createDatasetBody,
  createVersionBody,
  type ImportDataOptions,
  importDataBody,
  type Label,
  type Notice,
  type SchemaField,
} from '../../cloud/datasets/index.js';
import { OptionError } from '../../model/index.js';
import { joinLocation, parseLocation } from '../storage/index.js';
import { type DatasetKind, kindOf } from './kind.js';
import type { ImportDatasetOptions, PlannedRequest } from './options.js';
import type { Overview } from './prepare.js';

/** What is imported, as far as the service is told. */
export interface Content extends DatasetKind {
  /** A manifest, or the folder of a table. */
  readonly importPath: string;
  /** There are labels to be imported. */
  readonly isLabelled: boolean;
  /** Labels that the data set needs beforehand. */
  readonly labels: readonly Label[];
  /** Of tables. */
  readonly schema?: readonly SchemaField[] | undefined;
  readonly withColumnHeader?: boolean | undefined;
}

/** Refuses what cannot be right, whatever is in the input. @throws OptionError */
export function checkImport(input: string, options: ImportDatasetOptions): void {
  const { name, workPath, into, dataPath, download, concurrency, datasetType, dataType } = options;
  const refuse = (message: string, hint: string): never => {
    throw new OptionError(message, { hint });
  };
  if (parseLocation(input).kind === 'stdio')
    refuse('standard input cannot be imported', 'Store it as a file first.');
  if (into === undefined ? name === undefined || workPath === undefined : name !== undefined) {
    refuse(
      into === undefined
        ? `${name === undefined ? 'name' : 'workPath'} is not given`
        : 'a name and a data set to import into are given',
      'Say --name and --work-path obs://bucket/dir/ for a new data set, or --into <id> for one that is there.',
    );
  }
  for (const [option, path] of [
    ['dataPath', dataPath],
    ['workPath', workPath],
  ] as const) {
    if (path === undefined) continue;
    const location = parseLocation(path);
    if (location.kind !== 'obs' || location.key === '')
      refuse(`${option} ${path} is no folder in object storage`, 'Say obs://bucket/dir/.');
  }
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency >= 1))
    refuse(`concurrency ${concurrency} is no whole number from 1`, 'Leave it out for 16.');
  if (datasetType !== undefined && dataType !== undefined)
    refuse('both datasetType and dataType are given', 'Say one of them (rule D006).');
  if (download !== undefined && parseLocation(download).kind !== 'local')
    refuse(`${download} is no local path`, 'Name a file on this machine.');
  // Rules about what will be sent, with what the input cannot change.
  createVersionBody({ onNotice: () => {} }, versionOptions(options));
  if (into !== undefined) return;
  if (datasetType !== undefined) checkDatasetType(datasetType);
  createDatasetBody({
    ...createOptions(options, {
      importPath: joinLocation(dataPathOf(options)!, 'manifest/x.manifest'),
      dataType: 'IMAGE',
      isLabelled: false,
      labels: [],
    }),
    onNotice: () => {},
  });
}

/** Where files go; undefined where that depends on a data set that nobody asked about. */
export function dataPathOf({
  dataPath,
  workPath,
  name,
}: Pick<ImportDatasetOptions, 'dataPath' | 'workPath' | 'name'>): string | undefined {
  if (dataPath !== undefined) return folderName(dataPath);
  if (workPath === undefined || name === undefined) return undefined;
  return `${workPath.replace(/\/+$/, '')}-data/${name}/`;
}

/** With a slash at its end. */
export function folderName(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/**
 * A place as storage opens it.
 *
 * @param path `/bucket/dir/`, as the service names places, or one that is an `obs://` path already
 * @returns `obs://bucket/dir/`
 */
export function obsPath(path: string): string {
  return path.startsWith('/') ? `obs:/${path}` : path;
}

/** Each import has a manifest of its own, so that its task is known by it. */
export function manifestName(name: string, began: number): string {
  return `${name}-${began.toString(36)}`;
}

/** What is asked for, as a state file keeps it. */
export function askedFor(input: string, options: ImportDatasetOptions): Record<string, string> {
  const { name, into, workPath, dataPath, from, datasetType, dataType } = options;
  const asked = { input, name, into, workPath, dataPath, from, datasetType, dataType };
  return Object.fromEntries(
    Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

/** What the new data set is, or what goes into the one that is there. @throws OptionError where it is not clear */
export function kindFor(
  { datasetType, dataType }: ImportDatasetOptions,
  { tasks, dataTypes }: Pick<Overview, 'tasks' | 'dataTypes'>,
): DatasetKind {
  if (datasetType !== undefined) return { datasetType };
  if (dataType !== undefined) return { dataType };
  return kindOf(tasks, dataTypes);
}

/** The road chooses between the two ways of saying what a data set is, and needs no advice on it. */
function heard({ onNotice }: ImportDatasetOptions): (notice: Notice) => void {
  return (notice) => {
    if (notice.rule !== 'D006') onNotice?.(notice);
  };
}

/**
 * The data set that is made for the content.
 *
 * ASSUMED: a data source that holds a manifest and nothing else gives no samples of its own; with `importData` a table is
 * read while its data set is made.
 */
export function createOptions(options: ImportDatasetOptions, content: Content): CreateDatasetOptions {
  const { datasetType, dataType, schema, withColumnHeader, importPath } = content;
  const labels = [...(options.labels ?? []), ...content.labels];
  const isTable = schema !== undefined;
  return {
    datasetName: options.name!,
    datasetType,
    dataType,
    dataSources: {
      path: isTable ? importPath : importPath.slice(0, importPath.lastIndexOf('/') + 1),
      withColumnHeader,
    },
    workPath: { path: options.workPath! },
    labels: labels.length === 0 ? undefined : labels,
    schema,
    importData: isTable ? true : undefined,
    description: options.description,
    signal: options.signal,
    onNotice: heard(options),
  };
}

/** The import of the content. ASSUMED: a manifest comes with its labels when annotations are asked for, and nothing else said. */
export function importOptions({ signal }: ImportDatasetOptions, content: Content): ImportDataOptions {
  const { importPath, isLabelled, schema, withColumnHeader } = content;
  if (schema !== undefined) return { path: importPath, importType: 'dir', withColumnHeader, signal };
  // The labels are in the manifest, and in the annotation files that it names.
  return { path: importPath, importType: 'manifest', annotationConfig: isLabelled ? {} : undefined, signal };
}

export function versionOptions({ publish, signal }: ImportDatasetOptions): CreateVersionOptions {
  return {
    name: typeof publish === 'string' ? publish : undefined,
    // The version is what was sent, whole.
    removeSampleUsage: false,
    clearHardProperty: false,
    waitForVersionSlot: true,
    signal,
  };
}

/** A version is to be published. */
export function publishes({ publish = false, download }: ImportDatasetOptions): boolean {
  return publish !== false || download !== undefined;
}

/** Every request that creates something, with its body. */
export function requestsFor(options: ImportDatasetOptions, content: Content): PlannedRequest[] {
  const { into, onNotice = () => {} } = options;
  const path = '/v2/{project_id}/datasets';
  const isLoaded = into === undefined && content.schema !== undefined;
  const known = { datasetType: content.datasetType, dataType: content.dataType };
  return [
    ...(into === undefined
      ? [{ method: 'POST', path, body: createDatasetBody(createOptions(options, content)) } as const]
      : []),
    ...(isLoaded
      ? []
      : [
          {
            method: 'POST',
            path: `${path}/{dataset_id}/import-tasks`,
            body: importDataBody(importOptions(options, content), { known, onNotice }),
          } as const,
        ]),
    ...(publishes(options)
      ? [
          {
            method: 'POST',
            path: `${path}/{dataset_id}/versions`,
            body: createVersionBody({ onNotice }, versionOptions(options)),
          } as const,
        ]
      : []),
  ];
}
