import { AbortedError, LabelkitError, OptionError, StorageError, throwIfAborted } from '../../model/index.js';
import type { OnProgress } from '../progress.js';
import { dirOf, type WriteMode } from '../storage/index.js';
import { type Places, storageOf } from '../storages.js';
import { type EndOptions, endsOf, type Refusal, type Task, type TreeOptions, tasksOf } from './plan.js';
import { isThere } from './same.js';

/** What became of one file. */
export interface TransferItem {
  readonly from: string;
  readonly to: string;
  /** `skipped`: the target has these bytes already. `planned`: it would be copied, were this no dry run. */
  readonly outcome: 'copied' | 'skipped' | 'planned' | 'failed';
  /** Of the file; 0 where that is not known. */
  readonly bytes: number;
  /** Set when it failed. */
  readonly error?: LabelkitError;
}

/** A file that could not be copied, and why. */
export interface TransferFailure {
  readonly from: string;
  readonly to: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** `files + skipped + failures.length` is the number of files that were found. */
export interface TransferResult {
  /** Copied, or with `dryRun` to be copied. */
  readonly files: number;
  /** In those files. */
  readonly bytes: number;
  /** Files whose target has the same bytes already. */
  readonly skipped: number;
  readonly failures: readonly TransferFailure[];
}

export interface TransferOptions extends Places, EndOptions, TreeOptions {
  /**
   * `overwrite`: what is at a target is replaced. `create`: a target with other content is a failure. Targets with the
   * same content are left alone in both, so that an interrupted copy goes on where it was. Default `create`.
   */
  readonly mode?: WriteMode | undefined;
  /** Files under way at a time. Default 16. */
  readonly concurrency?: number | undefined;
  /** Resolve even when files failed; default: reject with {@link TransferError} once all others are copied. */
  readonly continueOnError?: boolean | undefined;
  /** Look and compare, copy nothing. */
  readonly dryRun?: boolean | undefined;
  /** Told of each file when it is done. */
  readonly onItem?: ((item: TransferItem) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Some files of a folder could not be copied; the others were. */
export class TransferError extends LabelkitError {
  override readonly name = 'TransferError';
  readonly result: TransferResult;

  constructor(path: string, result: TransferResult) {
    const [first, ...others] = result.failures;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    super('Incomplete', `cannot copy all of ${path}: ${first?.message ?? ''}${more}`, {
      path,
      hint: 'Mend what the failures say and copy again: files that arrived are not copied twice.',
    });
    this.result = result;
  }
}

const defaultConcurrency = 16;

/**
 * Copies a file or a folder between the local disk and object storage, or inside object storage (there the service
 * copies). Each file appears at its target complete or not at all. A failed file of a folder does not stop the others.
 *
 * @throws {@link TransferError} when files of a folder failed; the file's own error for a single file; StorageError
 *   `NotFound` when there is no source, before anything is copied; OptionError for two local ends
 */
export async function transfer(
  from: string,
  to: string,
  options: TransferOptions = {},
): Promise<TransferResult> {
  const { signal, concurrency = defaultConcurrency } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new OptionError(`concurrency ${concurrency} is no whole number from 1`);
  }
  throwIfAborted(signal);
  const ends = await endsOf(
    { storage: storageOf(from, options), path: from },
    { storage: storageOf(to, options), path: to },
    options,
  );
  const run = new TransferRun(options);
  if (ends.kind === 'file') {
    const source = await ends.from.storage.stat(from, { signal });
    if (source === null) {
      throw new StorageError('NotFound', `${from} vanished before it was copied`, { path: from });
    }
    const target = await ends.to.storage.stat(ends.to.path, { signal });
    const there = target?.kind === 'file' ? target : undefined;
    const item = await run.copy({
      from: { ...ends.from, size: source.size, etag: source.etag },
      to: ends.to,
      there,
    });
    if (item.error !== undefined && options.continueOnError !== true) throw item.error;
    return run.result();
  }
  if (ends.to.storage.scheme !== 'obs' && options.dryRun !== true) {
    await probe(ends.to.storage, ends.to.path, signal);
  }
  // One at a time, a dry run tells in order.
  const width = options.dryRun === true ? 1 : concurrency;
  const manifests: Task[] = [];
  for (const tasks of [tasksOf(ends, manifests, options), manifests]) {
    await pool(tasks, width, (task) => run.take(task));
  }
  throwIfAborted(signal);
  const result = run.result();
  if (result.failures.length > 0 && options.continueOnError !== true) throw new TransferError(from, result);
  return result;
}

/** Fails before the first byte is copied where nothing can be written. */
async function probe(
  storage: Task['to']['storage'],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await storage.makeDir(folder, { signal });
  const writer = await storage.openWrite(`${folder.replace(/\/$/, '')}/.labelkit-probe`, {
    mode: 'overwrite',
    signal,
  });
  await writer.abort();
}

/** Keeps the books of a run. */
class TransferRun {
  private files = 0;
  private bytes = 0;
  private moved = 0;
  private skipped = 0;
  private readonly failures: TransferFailure[] = [];
  private readonly folders = new Set<string>();

  constructor(private readonly options: TransferOptions) {}

  result(): TransferResult {
    const { files, bytes, skipped, failures } = this;
    return { files, bytes, skipped, failures };
  }

  async take(work: Task | Refusal): Promise<void> {
    if ('error' in work) this.tell({ ...work, outcome: 'failed', bytes: 0 });
    else await this.copy(work);
  }

  /** Copies one file. Its failure is in what this gives; only an abort, and faults of our own, are thrown. */
  async copy(task: Task): Promise<TransferItem> {
    const item = { from: task.from.path, to: task.to.path, bytes: task.from.size };
    try {
      return this.tell({ ...item, outcome: await this.move(task) });
    } catch (error) {
      if (error instanceof AbortedError || !(error instanceof LabelkitError)) throw error;
      return this.tell({ ...item, outcome: 'failed', error });
    }
  }

  private async move(task: Task): Promise<TransferItem['outcome']> {
    const { mode = 'create', dryRun, signal } = this.options;
    if (await isThere(task, signal)) return 'skipped';
    if (task.there !== undefined && mode === 'create') {
      throw new StorageError('AlreadyExists', `${task.to.path} exists and differs from ${task.from.path}`, {
        path: task.to.path,
        hint: 'Choose mode overwrite to replace it, or another target.',
      });
    }
    if (dryRun === true) return 'planned';
    const { from, to } = task;
    const write = { mode: task.there === undefined ? mode : 'overwrite', signal } as const;
    if (from.storage === to.storage) {
      await to.storage.copy(from.path, to.path, write);
      this.progress(from.size);
      return 'copied';
    }
    await this.makeFolder(task);
    await to.storage.writeAtomic(to.path, this.counted(from.storage.openRead(from.path, { signal })), write);
    return 'copied';
  }

  /** Folders of a disk are made as files come; in a bucket there is nothing to make. */
  private async makeFolder({ to: { storage, path } }: Task): Promise<void> {
    if (storage.scheme === 'obs') return;
    const folder = dirOf(path);
    if (this.folders.has(folder)) return;
    await storage.makeDir(folder, { signal: this.options.signal });
    this.folders.add(folder);
  }

  private async *counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.progress(chunk.length);
      yield chunk;
    }
  }

  private progress(bytes: number): void {
    this.moved += bytes;
    this.options.onProgress?.({ items: this.files + this.skipped, bytes: this.moved });
  }

  private tell(item: TransferItem): TransferItem {
    const { error, outcome, from, to } = item;
    if (error !== undefined) {
      const { code, message, hint } = error;
      this.failures.push({ from, to, code, message, ...(hint === undefined ? {} : { hint }) });
    } else if (outcome === 'skipped') this.skipped++;
    else {
      this.files++;
      this.bytes += item.bytes;
    }
    this.options.onItem?.(item);
    return item;
  }
}

/** Works on items as they come, `width` at a time. The first error ends it, once those under way have ended. */
async function pool<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const underWay = new Set<Promise<void>>();
  try {
    for await (const item of items) {
      const one = work(item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(one));
      underWay.add(one);
      if (underWay.size >= width) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure !== undefined) throw failure.error;
}
