import { StorageError, throwIfAborted } from '../../../model/index.js';
import { pour } from '../pour.js';
import type {
  AppendResult,
  FileChange,
  LinkKind,
  LinkOptions,
  ListOptions,
  ReadOptions,
  Storage,
  StorageEntry,
  StorageOptions,
  StorageStat,
  StorageWriter,
  UpdateOptions,
  WriteOptions,
} from '../storage.js';
import { isDirectoryKey, type ObsAddress, obsAddress, prefixOf } from './address.js';
import { type AppendTuning, appendLines, type ObsAppendOptions } from './append.js';
import { Buckets } from './buckets.js';
import { type CleanUpResult, cleanUpUploads } from './clean-up.js';
import { copyObject, refusesCopies } from './copy.js';
import { type DeleteFailure, deleteMany } from './delete.js';
import { isObsError, obsFailure } from './errors.js';
import { findObject, isPrefix, statOf } from './facts.js';
import { listObjects } from './list.js';
import { breakLock, type LockHolder } from './lock.js';
import { isDirectory, type ReadTuning, readObject } from './read.js';
import { type Call, ObsRequests, type RequestOptions } from './requests.js';
import { updateObject } from './update.js';
import { putWhole } from './upload.js';
import { ObsWriter, writeBytes } from './writer.js';

export interface CleanUpOptions extends StorageOptions {
  /** Only look for them. Default false. */
  readonly dryRun?: boolean | undefined;
}

export interface ObsStorageOptions extends RequestOptions {
  readonly read?: ReadTuning | undefined;
  readonly write?: AppendTuning | undefined;
  /** What `append` does with objects that were not made by appending. Default `rewrite`. */
  readonly append?: 'rewrite' | 'refuse-normal' | undefined;
  /** `makeDir` stores an empty object `dir/`. Default false: it does nothing, directories come with their files. */
  readonly directoryMarkers?: boolean | undefined;
}

/**
 * Objects of Huawei OBS, and of services that speak its language. Paths are `obs://bucket/key`; `s3://` and
 * `s3a://` mean the same. Keys are verbatim: nothing in them is decoded or tidied. A "directory" is a key
 * prefix that ends with a slash: it exists as long as something is below it, an object may have the same
 * name, and nobody checks whether a part of a path is an object too.
 *
 * Requests that fail for passing reasons are made again; what cannot safely be made twice is looked for
 * first. Every failure is an {@link ObsError}, or another `StorageError` where no service was involved.
 */
export class ObsStorage implements Storage {
  readonly scheme = 'obs';
  readonly #requests: ObsRequests;
  readonly #buckets: Buckets;
  readonly #options: ObsStorageOptions;

  constructor(options: ObsStorageOptions) {
    this.#options = options;
    this.#requests = new ObsRequests(options);
    this.#buckets = new Buckets(this.#requests);
  }

  /** @throws ObsError `NotFound` when there is no such bucket */
  async stat(path: string, { signal }: StorageOptions = {}): Promise<StorageStat | null> {
    return await this.#call('look at', path, signal, async (call) => {
      const { key } = call.at;
      const facts = isDirectoryKey(key) ? undefined : await findObject(this.#requests, call);
      if (facts !== undefined) return statOf(path, facts);
      return (await this.#isDirectory(call))
        ? { path, size: 0, modified: new Date(0), kind: 'directory' as const }
        : null;
    });
  }

  async #isDirectory(call: Call): Promise<boolean> {
    try {
      const prefix = prefixOf(call.at.key);
      return (await isPrefix(this.#requests, call, call.at, prefix)) || prefix === '';
    } catch (error) {
      if (isObsError(error, 'NotFound') && error.serviceCode !== 'NoSuchBucket') return false;
      throw error;
    }
  }

  /**
   * Large objects are read by one stream, or by several ranged requests at a time where one gives too little, all of the
   * same state of the object; see `ObsStorageOptions.read`. A reader holds at most `concurrency` + 1 parts.
   *
   * @throws ObsError `ConcurrentModification` when the object is replaced while it is read
   */
  openRead(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#read(path, options, this.#options.read ?? {});
  }

  /** {@link openRead} in parallel whatever the size. */
  readParallel(
    path: string,
    options: ReadOptions & Pick<ReadTuning, 'partBytes' | 'concurrency'> = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { partBytes, concurrency } = { ...this.#options.read, ...options };
    return this.#read(path, options, {
      firstBytes: partBytes,
      partBytes,
      concurrency,
      parallelFromBytes: 0,
      aloneFromBytesPerSecond: Number.POSITIVE_INFINITY,
    });
  }

  async *#read(
    path: string,
    { start = 0, end = Number.POSITIVE_INFINITY, signal, reuse, loan }: ReadOptions,
    tuning: ReadTuning,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { call, close } = this.#requests.open({ verb: 'read', at: obsAddress(path) }, signal);
    try {
      for await (const chunk of readObject(this.#requests, call, { start, end }, tuning, { reuse, loan })) {
        yield chunk;
        throwIfAborted(signal);
      }
    } finally {
      close();
    }
  }

  /** Follows the service's own order, which is that of the interface; pages are fetched as they are needed. */
  async *list(directory: string, options: ListOptions = {}): AsyncGenerator<StorageEntry, void, undefined> {
    const { signal } = options;
    const { call, close } = this.#requests.open({ verb: 'list', at: obsAddress(directory) }, signal);
    try {
      for await (const entry of listObjects(this.#requests, call, options.recursive === true)) {
        yield entry;
        throwIfAborted(signal);
      }
    } finally {
      close();
    }
  }

  /**
   * Up to one part (8 MiB) by a single request, more as a multipart upload: readers see the old object or
   * the new one. Of several writers at the same time one wins whole; one who finds that his upload lost
   * gets `ConcurrentModification`.
   *
   * Mode `create` looks whether the object is there, before and once more right before it appears. The
   * service has no request that does both: two who create the same key in the same moment can both succeed,
   * and then the last one's object stays. (`append` does create atomically.)
   */
  async writeAtomic(
    path: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<StorageStat> {
    const { mode = 'create', signal } = options;
    if (!(data instanceof Uint8Array)) return await pour(data, await this.openWrite(path, options), signal);
    return await this.#call('write', path, signal, (call) =>
      writeBytes(this.#requests, call, data, mode, this.#options.write ?? {}),
    );
  }

  /** As {@link writeAtomic}. Parts that were sent and are never committed are billed until `abort`. */
  async openWrite(path: string, options: WriteOptions = {}): Promise<StorageWriter> {
    const { mode = 'create', signal } = options;
    const { call, close } = this.#requests.open({ verb: 'write', at: obsAddress(path) }, signal);
    try {
      return await ObsWriter.open(this.#requests, call, close, mode, this.#options.write ?? {});
    } catch (error) {
      close();
      throw error;
    }
  }

  /**
   * The source is read to its end first (16 MiB of it in memory, the rest in a temporary file of the local
   * disk), so that nothing is added when it fails.
   *
   * An object made by appending, or none: the lines are added at the position where the object ends, which
   * the service checks; whoever comes second starts again behind the first, so that no lock is needed. A
   * request whose answer was lost is looked for before it is repeated. Up to 16 MiB all is added or nothing.
   * More takes several requests, between which lines of others may come; when one of them fails for good, the
   * error says how many bytes were added. Two writers who add the very same bytes at the same moment cannot
   * be told apart, nor can a request that something on the way delivers twice.
   *
   * Any other object (one made by a plain write or a copy, one that has had its 10,000 appends, all objects
   * of a parallel file system): it is made anew from its own content, copied inside the service, and the
   * lines; all or nothing. A lock object `.<name>.labelkit-lock` keeps other appends out meanwhile
   * (`waitMs`); it does not expire, and `breakLock` removes that of a writer that is gone. Whoever overwrites
   * the object at the same time is noticed, and the append starts again.
   *
   * @throws ObsError `NotAppendable` with `append: 'refuse-normal'`; `Locked` with the holder and its age
   */
  async append(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options: ObsAppendOptions = {},
  ): Promise<AppendResult> {
    const all = { ...options, append: options.append ?? this.#options.append };
    return await this.#call('append to', path, options.signal, (call) =>
      appendLines(this.#requests, this.#buckets, call, chunks, all, this.#options.write ?? {}),
    );
  }

  /**
   * Under the lock object that {@link append} has where it makes an object anew. Appends to objects that take them
   * know no lock: do not append to what is updated.
   */
  async update(path: string, change: FileChange, options: UpdateOptions = {}): Promise<StorageStat> {
    return await this.#call('update', path, options.signal, (call) =>
      updateObject(this.#requests, this.#buckets, call, change, options),
    );
  }

  /** Inside the service; through here only where it refuses that. */
  async copy(from: string, to: string, options: WriteOptions = {}): Promise<StorageStat> {
    const { mode = 'create', signal } = options;
    const source = obsAddress(from);
    try {
      return await this.#call('copy to', to, signal, (call) =>
        copyObject(this.#requests, call, source, mode, this.#options.write ?? {}),
      );
    } catch (error) {
      if (!refusesCopies(error)) throw error;
      return await this.writeAtomic(to, this.openRead(from, { signal }), options);
    }
  }

  /** Object storage has no second names: always `Unsupported`. */
  async link(_from: string, to: string, { signal }: LinkOptions = {}): Promise<LinkKind> {
    throwIfAborted(signal);
    throw new StorageError('Unsupported', `cannot link ${to}: object storage has no links`, {
      path: to,
      hint: 'Copy the object: that happens inside the service.',
    });
  }

  /** The marker of an empty directory (`dir/`) is deleted too, by that name. */
  async delete(path: string, { signal }: StorageOptions = {}): Promise<void> {
    await this.#call('delete', path, signal, async (call) => {
      const { bucket, key } = call.at;
      if (key === '') throw isDirectory(call);
      try {
        await this.#requests.send(call, (wire, wireOptions) =>
          wire.deleteObject({ bucket, key }, wireOptions),
        );
      } catch (error) {
        if (!isObsError(error, 'NoSuchKey')) throw error;
      }
    });
  }

  /**
   * Deletes objects, a thousand by one request. Those that are not there are success; those that could not be
   * deleted are in the result.
   */
  async deleteMany(
    paths: Iterable<string> | AsyncIterable<string>,
    { signal }: StorageOptions = {},
  ): Promise<readonly DeleteFailure[]> {
    return await deleteMany(this.#requests, paths, signal);
  }

  /** Nothing, unless `directoryMarkers` is set. */
  async makeDir(path: string, { signal }: StorageOptions = {}): Promise<void> {
    await this.#call('make', path, signal, async (call) => {
      const key = prefixOf(call.at.key);
      if (this.#options.directoryMarkers !== true || key === '') return;
      if (!isDirectoryKey(call.at.key) && (await findObject(this.#requests, call)) !== undefined) {
        throw obsFailure('NotADirectory', call, 'there is a file of that name', 'Choose another name.');
      }
      const at: ObsAddress = { ...call.at, key };
      await putWhole(this.#requests, { ...call, at }, new Uint8Array(0));
    });
  }

  /**
   * Takes back multipart uploads that were begun and never ended, by killed processes for the most part:
   * their parts are billed and show nowhere.
   *
   * @param prefix path below which to look, `obs://bucket/data/`
   * @param olderThan only those begun before
   * @param options.dryRun only look for them
   */
  async cleanUpUploads(
    prefix: string,
    olderThan: Date,
    { dryRun = false, signal }: CleanUpOptions = {},
  ): Promise<CleanUpResult> {
    return await this.#call('clean up', prefix, signal, (call) =>
      cleanUpUploads(this.#requests, call, olderThan, dryRun),
    );
  }

  /**
   * Removes the lock that an append to an object left behind. Whoever still holds it notices, and starts again.
   *
   * @returns who held it; null when there was none
   */
  async breakLock(path: string, { signal }: StorageOptions = {}): Promise<LockHolder | null> {
    return await this.#call('break the lock of', path, signal, async (call) => {
      if (isDirectoryKey(call.at.key)) throw isDirectory(call);
      return await breakLock(this.#requests, call);
    });
  }

  /** Ends idle connections; the storage can still be used. */
  async close(): Promise<void> {
    await this.#requests.close();
  }

  async #call<T>(
    verb: string,
    path: string,
    signal: AbortSignal | undefined,
    work: (call: Call) => Promise<T>,
  ): Promise<T> {
    return await this.#requests.call({ verb, at: obsAddress(path) }, signal, work);
  }
}
