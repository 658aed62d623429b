import { Dataset, type DatasetInfo, type SchemaField, type VersionInfo } from '../../cloud/datasets/index.js';
import { LabelkitError, OptionError, StorageError, throwIfAborted } from '../../model/index.js';
import { withAnnotationConfig } from '../annotation-config.js';
import { baseName, joinLocation } from '../storage/index.js';
import { storageOf } from '../storages.js';
import { type DatasetKind, fitsInto } from './kind.js';
import type { ImportDatasetOptions, ImportResult } from './options.js';
import {
  check,
  isObs,
  lookOver,
  prepare,
  readTable,
  rootOf,
  stopAtErrors,
  type Table,
  tableFormat,
  withFolder,
} from './prepare.js';
import {
  askedFor,
  checkImport,
  createOptions,
  dataPathOf,
  folderName,
  importOptions,
  kindFor,
  manifestName,
  obsPath,
  publishes,
  versionOptions,
} from './requests.js';
import { sendSamples } from './samples.js';
import { type ImportState, type Sent, StateFile } from './state.js';
import { Targets } from './targets.js';
import { Uploader } from './uploader.js';

/**
 * Takes a data set of any format to the service: checks it, converts what the service does not take, uploads what is not
 * there, creates a data set or takes one that is there, imports, and on request publishes a version and fetches its
 * manifest. With a `state` file an import that was interrupted goes on where it was: nothing is uploaded twice, and no
 * data set is created twice.
 *
 * @param input  a path that the formats know, local or `obs://`
 * @throws OptionError for bad use, before anything is asked; DataError when the check finds errors and `onError` is
 *   `fail`; StorageError when files cannot be read or uploaded; ServiceError when the service refuses, or its work fails
 *   (`TaskFailed`); LabelkitError `AlreadyExists` when the name is taken, `Timeout`; AbortedError
 */
export async function importDataset(input: string, given: ImportDatasetOptions): Promise<ImportResult> {
  checkImport(input, given);
  throwIfAborted(given.signal);
  const options = await withAnnotationConfig(input, given);
  const started = performance.now();
  const road = await Road.begin(input, options);
  const result = await road.run();
  return { ...result, seconds: Math.round(performance.now() - started) / 1000 };
}

/** One import on its way. */
class Road {
  private constructor(
    private readonly input: string,
    private readonly options: ImportDatasetOptions,
    private readonly file: StateFile,
    /** Of a data set that was there before. */
    private readonly info: DatasetInfo | undefined,
    private readonly dataPath: string,
  ) {}

  static async begin(input: string, options: ImportDatasetOptions): Promise<Road> {
    const { session, into, signal, onNotice, state, download } = options;
    const { timing } = (await session.services()).client;
    const file = await StateFile.open(state, askedFor(input, options), options, timing.now());
    if (download !== undefined && !file.isResumed) await checkAbsent(downloadPath(download, '.manifest'));
    let info: DatasetInfo | undefined;
    if (into !== undefined) info = await new Dataset(session, into, { onNotice }).getDatasetInfo({ signal });
    else if (file.state.creating === undefined) await checkFree(options);
    const dataPath = dataPathOf({
      dataPath: options.dataPath,
      name: options.name ?? info?.datasetName,
      workPath: options.workPath ?? (info?.workPath === undefined ? undefined : obsPath(info.workPath)),
    });
    if (dataPath === undefined) {
      throw new OptionError('there is no place for the files', {
        hint: `The service does not say where data set ${into} works: say --data-path obs://bucket/dir/ (option dataPath).`,
      });
    }
    return new Road(input, options, file, info, dataPath);
  }

  async run(): Promise<Omit<ImportResult, 'seconds'>> {
    const { file, input, options } = this;
    const { signal } = options;
    const sent = file.state.sent ?? (await this.send());
    const dataset = await this.dataset(sent);
    const task = await this.imported(dataset, sent);
    const version = publishes(options) ? await this.published(dataset) : undefined;
    const downloaded =
      options.download === undefined || version === undefined
        ? undefined
        : await this.download(version.manifestPath, options.download);
    const info = await dataset.getDatasetInfo({ signal });
    const { labelStats = [] } = await dataset.statistics({ signal });
    await file.remove();
    return {
      input,
      datasetId: dataset.datasetId,
      datasetName: info.datasetName,
      created: options.into === undefined,
      importPath: sent.importPath,
      samples: sent.samples,
      skipped: sent.skipped,
      losses: sent.losses,
      uploaded: { files: sent.files, bytes: sent.bytes, alreadyThere: sent.alreadyThere },
      importTaskId: file.state.importTaskId,
      total: task.total,
      imported: task.imported,
      failed: Math.max(0, task.total - task.imported),
      why: task.why,
      datasetSamples: info.totalSampleCount ?? 0,
      labels: info.labels?.length ?? 0,
      annotations: labelStats.reduce((sum, { count = 0 }) => sum + count, 0),
      version,
      downloaded,
    };
  }

  /** Checks, converts and uploads. */
  private async send(): Promise<Sent> {
    const { input, options, file } = this;
    const checked = await check(input, options);
    stopAtErrors(input, checked, options.onError ?? 'fail');
    // From here on there is something to come back to.
    await file.save({});
    const sent =
      checked.format === tableFormat
        ? await this.sendTable(await readTable(input, options), checked.ignoredRows)
        : await withFolder((folder) => this.sendSamples(checked.format, folder));
    await file.save({ sent });
    return sent;
  }

  private async sendSamples(format: string, folder: string): Promise<Sent> {
    const { input, options, dataPath, file, info } = this;
    const { storage, session, onError = 'fail', signal, onProgress, onDiagnostic } = options;
    const prepared = await prepare(input, format, folder, options);
    const { samples: total, tasks, dataTypes, tripletLabels } = await lookOver(prepared, signal);
    const kind = kindFor(options, { tasks, dataTypes });
    if (info !== undefined) checkFits(kind, info);
    const name = manifestName(info?.datasetName ?? options.name!, file.state.began);
    const targets = new Targets(dataPath, await rootOf(input, options), folder, name);
    const uploader = await this.uploader();
    const path = joinLocation(folder, 'sent.manifest');
    let { skipped } = prepared;
    const samples = await sendSamples(
      prepared.manifest,
      { storage: storageOf(path), path },
      {
        storage,
        session,
        base: prepared.base,
        targets,
        uploader,
        onError,
        signal,
        onSkipped: (diagnostic) => {
          skipped++;
          onDiagnostic?.(diagnostic);
        },
        onSample: (done) => onProgress?.({ step: 'upload', done, total, bytes: uploader.bytes }),
      },
    );
    if (samples === 0) {
      throw new LabelkitError('InvalidData', `no sample of ${input} could be sent`, {
        path: input,
        hint: 'labelkit validate --check-files says what is wrong with its files.',
      });
    }
    const { files, bytes, alreadyThere } = uploader;
    const importPath = targets.manifest;
    await uploader.put(path, importPath);
    return {
      ...kind,
      importPath,
      isLabelled: tasks.size > 0,
      labels: kind.datasetType === 102 ? tripletLabels : [],
      samples,
      skipped,
      losses: prepared.losses,
      files,
      bytes,
      alreadyThere,
    };
  }

  private async sendTable(
    { files, schema, withColumnHeader, skipped }: Table,
    ignoredRows: number,
  ): Promise<Sent> {
    const { input, options, dataPath, info } = this;
    const { onProgress } = options;
    if (info !== undefined) {
      checkFits({ datasetType: 400 }, info);
      checkSchema(schema, info.schema ?? []);
    }
    const facts = {
      datasetType: 400,
      isLabelled: false,
      labels: [],
      schema,
      withColumnHeader,
      skipped: skipped + ignoredRows,
      losses: {},
    };
    const samples = files.length;
    if (isObs(input))
      return { ...facts, importPath: folderName(input), samples, files: 0, bytes: 0, alreadyThere: 0 };
    const targets = new Targets(dataPath, input, joinLocation(input, '.made'), 'table');
    const uploader = await this.uploader();
    let done = 0;
    const sending = files.map(async (file) => {
      await uploader.put(file, targets.of(file));
      onProgress?.({ step: 'upload', done: ++done, total: samples, bytes: uploader.bytes });
    });
    await Promise.all(sending);
    const { bytes, alreadyThere } = uploader;
    return { ...facts, importPath: targets.files, samples, files: uploader.files, bytes, alreadyThere };
  }

  /** Looks at targets only where there is something from an earlier run. */
  private async uploader(): Promise<Uploader> {
    const { options, dataPath } = this;
    const { storage, session, signal, concurrency = 16 } = options;
    const found = await storageOf(dataPath, options).stat(dataPath, { signal });
    return new Uploader(dataPath, { storage, session, signal, concurrency, mayBeThere: found !== null });
  }

  /** The data set, made if need be. */
  private async dataset(sent: Sent): Promise<Dataset> {
    const { options, file } = this;
    const { session, into, wait, signal, onProgress, onNotice } = options;
    const { state } = file;
    const known = into ?? state.datasetId;
    onProgress?.({ step: 'create', done: 0 });
    const dataset = known === undefined ? await this.create(sent) : new Dataset(session, known, { onNotice });
    await dataset.waitUntilNormal({ ...wait, signal });
    return dataset;
  }

  private async create(sent: Sent): Promise<Dataset> {
    const { options, file } = this;
    const { session } = options;
    const { creating: askedAt } = file.state;
    if (askedAt === undefined) await file.save({ creating: (await session.services()).client.timing.now() });
    const dataset = await Dataset.createDataset(session, { ...createOptions(options, sent), askedAt });
    await file.save({ datasetId: dataset.datasetId, importTaskId: dataset.importTaskId });
    return dataset;
  }

  /** What the service took. */
  private async imported(dataset: Dataset, sent: Sent): Promise<NonNullable<ImportState['imported']>> {
    const { options, file } = this;
    const { wait, signal, onProgress } = options;
    const { state } = file;
    if (state.imported !== undefined) return state.imported;
    const isLoaded =
      options.into === undefined && sent.schema !== undefined && state.importTaskId === undefined;
    if (isLoaded) {
      // A table is read while its data set is made.
      const { totalSampleCount = 0 } = dataset.info ?? (await dataset.getDatasetInfo({ signal }));
      await file.save({ imported: { total: totalSampleCount, imported: totalSampleCount } });
      return state.imported!;
    }
    const taskId = state.importTaskId ?? (await this.startImport(dataset, sent));
    try {
      const task = await dataset.waitForImport(taskId, {
        ...wait,
        signal,
        onProgress: ({ importedSampleCount = 0, totalSampleCount }) =>
          onProgress?.({ step: 'import', done: importedSampleCount, total: totalSampleCount }),
      });
      const { totalSampleCount = 0, importedSampleCount = 0, errorMsg = '' } = task;
      const why = errorMsg === '' ? undefined : errorMsg;
      await file.save({ imported: { total: totalSampleCount, imported: importedSampleCount, why } });
      return state.imported!;
    } catch (error) {
      // The next run starts another task.
      if (hasFailed(error)) await file.save({ importing: undefined, importTaskId: undefined });
      throw error;
    }
  }

  private async startImport(dataset: Dataset, sent: Sent): Promise<string> {
    const { options, file } = this;
    const { signal } = options;
    let found: string | undefined;
    if (file.state.importing === true && sent.schema === undefined) {
      // It was asked for, and nobody knows what came of it. No other import has this manifest.
      for await (const { importPath = '', taskId } of dataset.importTasks({ signal }))
        if (obsPath(importPath).replace(/^s3:/, 'obs:') === sent.importPath) found ??= taskId;
    }
    await file.save({ importing: true });
    const importTaskId = found ?? (await dataset.importData(importOptions(options, sent)));
    await file.save({ importTaskId });
    return importTaskId;
  }

  private async published(dataset: Dataset): Promise<NonNullable<ImportResult['version']>> {
    const { options, file } = this;
    const { session, wait, signal, onProgress } = options;
    const { state } = file;
    onProgress?.({ step: 'publish', done: 0 });
    let { versionId } = state;
    if (versionId === undefined) {
      const { publishing: askedAt } = state;
      if (askedAt === undefined)
        await file.save({ publishing: (await session.services()).client.timing.now() });
      await dataset.waitUntilNormal({ ...wait, signal });
      versionId = await dataset.createVersion({ ...versionOptions(options), askedAt });
      await file.save({ versionId });
    }
    let version: VersionInfo;
    try {
      version = await dataset.waitForVersion(versionId, { ...wait, signal });
    } catch (error) {
      if (hasFailed(error)) await file.save({ publishing: undefined, versionId: undefined });
      throw error;
    }
    const { versionName = versionId, manifestPath = '' } = version;
    return { versionId, name: versionName, manifestPath: obsPath(manifestPath) };
  }

  private async download(manifest: string, target: string): Promise<string> {
    const { storage, session, signal, onProgress } = this.options;
    onProgress?.({ step: 'download', done: 0 });
    const path = downloadPath(target, baseName(manifest));
    const { transfer } = await import('../transfer/transfer.js');
    await transfer(manifest, path, { storage, session, signal });
    return path;
  }
}

function hasFailed(error: unknown): boolean {
  return error instanceof LabelkitError && error.code === 'TaskFailed';
}

/** A folder takes a file under its own name. */
function downloadPath(target: string, name: string): string {
  return target.endsWith('/') ? joinLocation(target, name) : target;
}

/** Before long work is done for a file that cannot be written then. */
async function checkAbsent(path: string): Promise<void> {
  if ((await storageOf(path).stat(path)) === null) return;
  throw new StorageError('AlreadyExists', `${path} is there already`, {
    path,
    hint: 'Name another file for the manifest of the version, or remove it.',
  });
}

/** Before much is uploaded for a name that is taken. */
async function checkFree({ session, name, signal }: ImportDatasetOptions): Promise<void> {
  for await (const { info, datasetId } of Dataset.datasets(session, { datasetName: name, signal })) {
    if (info?.datasetName !== name) continue;
    throw new LabelkitError('AlreadyExists', `there is a data set ${name} already: ${datasetId}`, {
      hint: `Say --into ${datasetId} (option into) to import into it, or choose another name.`,
    });
  }
}

/** @throws OptionError when samples of this kind cannot go into the data set */
function checkFits(kind: DatasetKind, info: DatasetInfo): void {
  const { datasetName, datasetType, dataType } = info;
  if (fitsInto(kind, { datasetType, dataType })) return;
  const named = (one: DatasetKind) => one.dataType ?? `type ${one.datasetType}`;
  throw new OptionError(
    `the samples are of ${named(kind)}, and data set ${datasetName} of ${named({ datasetType, dataType })}`,
    { hint: 'Import into another data set, or make one: --name and --work-path.' },
  );
}

/** @throws OptionError when a table has other columns than its data set */
function checkSchema(own: readonly SchemaField[], theirs: readonly SchemaField[]): void {
  const columns = (schema: readonly SchemaField[]) =>
    schema.map(({ name, type }) => `${name} ${type}`).join(', ');
  if (theirs.length === 0 || columns(own) === columns(theirs)) return;
  throw new OptionError(`the columns are ${columns(own)}, and those of the data set ${columns(theirs)}`, {
    hint: 'Say what they are with --from-option schema=name=TYPE,…, or import into another data set.',
  });
}
