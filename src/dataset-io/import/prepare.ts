import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataType, Label, SchemaField } from '../../cloud/datasets/index.js';
import {
  DataError,
  type Diagnostic,
  isJsonObject,
  LabelkitError,
  OptionError,
  type Sample,
} from '../../model/index.js';
import { convert } from '../convert.js';
import { resolveInput } from '../detect.js';
import { inputRows } from '../input-rows.js';
import { manifestRows } from '../manifest-rows.js';
import { dirOf, parseLocation, type Storage } from '../storage/index.js';
import { type Places, storageOf } from '../storages.js';
import { survey } from '../validate.js';
import { dataTypeOf } from './kind.js';
import type { ImportDatasetOptions } from './options.js';

/** The format that the service takes as a folder, not as a manifest. */
export const tableFormat = 'table-csv';

/** A manifest names a file that is not in object storage: it will be. */
const localPath = 'M023';

/** A row of a table with more or fewer cells than columns: the service ignores it. */
const ignoredRow = 'T002';

/** What a check found. */
export interface Checked {
  readonly format: string;
  readonly samples: number;
  readonly annotations: number;
  readonly errors: number;
  readonly warnings: number;
  /** Rows of a table that the service ignores. */
  readonly ignoredRows: number;
  readonly firstError: Diagnostic | undefined;
}

/** How the input is read, wherever it is looked at. */
function readingOf({
  from,
  fromOptions,
  encoding,
  baseDir,
  maxLineBytes,
  classes,
  storage,
  session,
  signal,
}: ImportDatasetOptions) {
  return { from, fromOptions, encoding, baseDir, maxLineBytes, classes, storage, session, signal };
}

/** Checks the input by every rule, as the service reads it. @throws as `validate` */
export async function check(input: string, options: ImportDatasetOptions): Promise<Checked> {
  const { onProgress } = options;
  const { format, summary, diagnostics } = await survey(input, {
    ...readingOf(options),
    profile: 'modelarts-import',
    minSeverity: 'error',
    onProgress: ({ items, totalItems }) => onProgress?.({ step: 'check', done: items, total: totalItems }),
  });
  const { samples, annotations, rules, warnings } = summary;
  const counts: ReadonlyMap<string, number> = rules instanceof Map ? rules : new Map(Object.entries(rules));
  const errors = summary.errors - (counts.get(localPath) ?? 0);
  const firstError = diagnostics.find(({ rule }) => rule !== localPath);
  return {
    format,
    samples,
    annotations,
    errors,
    warnings,
    ignoredRows: counts.get(ignoredRow) ?? 0,
    firstError,
  };
}

/** @throws DataError with the first error, where an import is to stop at one */
export function stopAtErrors(
  input: string,
  { errors, firstError, samples }: Checked,
  onError: 'fail' | 'skip',
): void {
  if (errors > 0 && onError === 'fail') {
    const hint = `${errors === 1 ? 'That is the only error' : `There are ${errors} errors`}: labelkit validate --profile modelarts-import lists them, --on-error skip (option onError) goes on all the same.`;
    if (firstError !== undefined) throw new DataError(firstError, { hint });
    throw new LabelkitError('InvalidData', `${input} has ${errors} errors`, { path: input, hint });
  }
  if (samples === 0)
    throw new LabelkitError('InvalidData', `${input} has no samples`, {
      path: input,
      hint: 'There is nothing to import.',
    });
}

/** A manifest to be imported, made of the input, or the input itself. */
export interface Prepared {
  readonly manifest: { readonly storage: Storage; readonly path: string };
  /** Where its relative references are taken from. */
  readonly base: string;
  /** Records that could not be read. */
  readonly skipped: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** Runs work with a folder that is gone afterwards. */
export async function withFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'labelkit-import-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Turns what the service does not take into a manifest with annotation files. @throws as `convert` */
export async function prepare(
  input: string,
  format: string,
  folder: string,
  options: ImportDatasetOptions,
): Promise<Prepared> {
  const { onError = 'fail', onProgress } = options;
  const reading = readingOf(options);
  const storage = storageOf(input, options);
  if (format === 'manifest' && options.encoding === undefined) {
    const base = options.baseDir ?? dirOf(input);
    return { manifest: { storage, path: input }, base, skipped: 0, losses: {} };
  }
  const path = join(folder, 'converted.manifest');
  const { skipped, losses } = await convert(input, path, {
    ...reading,
    from: format,
    to: 'manifest',
    onError,
    maxDiagnostics: 0,
    onProgress: ({ items, totalItems }) => onProgress?.({ step: 'convert', done: items, total: totalItems }),
  });
  const base = format === 'manifest' ? (options.baseDir ?? dirOf(input)) : folder;
  return { manifest: { storage: storageOf(path), path }, base, skipped, losses };
}

/** What a manifest holds, as far as its data set depends on it. */
export interface Overview {
  readonly samples: number;
  readonly tasks: ReadonlyMap<string, number>;
  readonly dataTypes: ReadonlySet<DataType | undefined>;
  /** Entities and relations of triplets: a data set of them needs its labels beforehand. */
  readonly tripletLabels: readonly Label[];
}

/** Reads a manifest once. */
export async function lookOver(
  { manifest: { storage, path }, base }: Pick<Prepared, 'manifest' | 'base'>,
  signal: AbortSignal | undefined,
): Promise<Overview> {
  let samples = 0;
  const tasks = new Map<string, number>();
  const dataTypes = new Set<DataType | undefined>();
  const triplets = new TripletLabels();
  for await (const { rows } of manifestRows(storage, path, { baseDir: base, signal })) {
    for (const { sample } of rows) {
      samples++;
      dataTypes.add(dataTypeOf(sample));
      for (const task of new Set(sample.annotations.map(({ task }) => task)))
        if (task !== undefined) tasks.set(task, (tasks.get(task) ?? 0) + 1);
      triplets.add(sample);
    }
  }
  if (dataTypes.has('TABLE')) {
    throw new OptionError(`${path} lists a table, and the service takes no tables from manifests`, {
      code: 'Unsupported',
      hint: 'Name the folder with the CSV files.',
    });
  }
  return { samples, tasks, dataTypes, tripletLabels: triplets.labels };
}

/** Labels of text entities, and of relations with the entities that they join. */
class TripletLabels {
  private readonly found = new Map<string, Label>();

  add({ annotations }: Sample): void {
    const entities = new Map<string, string>();
    for (const { task, id, name } of annotations) {
      if (task !== 'text_entity' || name === undefined) continue;
      if (id !== undefined) entities.set(id, name);
      this.found.set(`101:${name}`, { name, type: 101 });
    }
    for (const { task, name, property } of annotations) {
      if (task !== 'text_triplet' || name === undefined) continue;
      const [from, to] = ['@modelarts:from', '@modelarts:to'].map((end) =>
        entities.get(String(property?.[end])),
      );
      if (from === undefined || to === undefined) continue;
      const ends = { '@modelarts:from_type': from, '@modelarts:to_type': to };
      if (!this.found.has(`102:${name}`)) this.found.set(`102:${name}`, { name, type: 102, property: ends });
    }
  }

  get labels(): readonly Label[] {
    return [...this.found.values()];
  }
}

/** A table: its files and what its columns are. */
export interface Table {
  readonly files: readonly string[];
  readonly schema: readonly SchemaField[];
  readonly withColumnHeader: boolean;
  /** Files that could not be read. */
  readonly skipped: number;
}

/** Reads a folder of CSV files. @throws DataError, StorageError */
export async function readTable(input: string, options: ImportDatasetOptions): Promise<Table> {
  const storage = storageOf(input, options);
  const { signal } = options;
  const resolved = await resolveInput(storage, input, tableFormat, signal);
  const files: string[] = [];
  let columns: unknown;
  let skipped = 0;
  for await (const { rows, faults } of await inputRows(storage, input, resolved, readingOf(options))) {
    const [fault] = faults;
    if (fault !== undefined && options.onError !== 'skip')
      throw fault.cause ?? new DataError(fault.diagnostics[0]!);
    skipped += faults.length;
    for (const { sample } of rows) {
      files.push(sample.source);
      columns ??= sample.property?.['@modelarts:schema'];
    }
  }
  const schema = Object.entries(isJsonObject(columns) ? columns : {}).map(
    ([name, type], at): SchemaField => ({ schemaId: at + 1, name, type: type as SchemaField['type'] }),
  );
  return { files, schema, withColumnHeader: options.fromOptions?.['noHeader'] !== true, skipped };
}

/** The folder that most files of an input are below. */
export async function rootOf(
  input: string,
  { storage, session, baseDir, signal }: ImportDatasetOptions,
): Promise<string> {
  if (baseDir !== undefined) return baseDir;
  const places: Places = { storage, session };
  const found = await storageOf(input, places).stat(input, { signal });
  return found?.kind === 'directory' ? input : dirOf(input);
}

/** True for a place that the service can read itself. */
export function isObs(path: string): boolean {
  return parseLocation(path).kind === 'obs';
}
