import { OptionError } from '../model/index.js';
import { LazyStorage } from './lazy-storage.js';
import type { AppendResult, Storage, StorageOptions } from './storage/index.js';
import type {
  AppendTuning,
  CleanUpOptions,
  CleanUpResult,
  LockHolder,
  ObsAppendOptions,
  ObsStorage,
  ReadTuning,
} from './storage/obs/index.js';

/** How object storage is read and written. Everything is optional. */
export interface ObjectStorageOptions {
  /** A connection on which nothing moves for so long, in ms, is given up. Default 60,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long reading, writing, appending or another call may take in all, in ms. Default: as long as it needs. */
  readonly deadlineMs?: number | undefined;
  /** What an append does with objects that were not made by appending. Default `rewrite`. */
  readonly append?: 'rewrite' | 'refuse-normal' | undefined;
  readonly read?: ReadTuning | undefined;
  readonly write?: AppendTuning | undefined;
}

/** What object storage can do beyond what all storages can. */
export interface ObjectStorage extends Storage {
  /** As that of every storage. @throws StorageError `NotAppendable`, `Locked` */
  append(path: string, chunks: AsyncIterable<Uint8Array>, options?: ObsAppendOptions): Promise<AppendResult>;

  /**
   * Takes back multipart uploads that were begun and never ended: their parts are billed and show nowhere.
   *
   * @param prefix path below which to look, `obs://bucket/data/`
   * @param olderThan only those begun before
   */
  cleanUpUploads(prefix: string, olderThan: Date, options?: CleanUpOptions): Promise<CleanUpResult>;

  /** Removes the lock that an append to an object left behind. Gives who held it; null when there was none. */
  breakLock(path: string, options?: StorageOptions): Promise<LockHolder | null>;
}

/** Object storage that is made when it is first used. */
export class LazyObjectStorage extends LazyStorage<ObsStorage> implements ObjectStorage {
  constructor(make: () => Promise<ObsStorage>) {
    super('obs', make);
  }

  override async append(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options?: ObsAppendOptions,
  ): Promise<AppendResult> {
    return await (await this.get()).append(path, chunks, options);
  }

  async cleanUpUploads(prefix: string, olderThan: Date, options?: CleanUpOptions): Promise<CleanUpResult> {
    return await (await this.get()).cleanUpUploads(prefix, olderThan, options);
  }

  async breakLock(path: string, options?: StorageOptions): Promise<LockHolder | null> {
    return await (await this.get()).breakLock(path, options);
  }
}

/** Names of numbers, and the least that each may be. */
const numbers = {
  objectStorage: { idleTimeoutMs: 1, deadlineMs: 1 },
  read: {
    firstBytes: 1,
    partBytes: 1,
    concurrency: 1,
    parallelFromBytes: 0,
    aloneFromBytesPerSecond: 0,
    judgeBytes: 1,
  },
  write: { partBytes: 102_400, concurrency: 1, wholeUpToBytes: 1, rangeBytes: 204_800, appendBytes: 1 },
} as const;

/** @throws OptionError for an option that is unknown or no number of its kind, from callers without types */
export function checkObjectStorage(options: ObjectStorageOptions | undefined): void {
  if (options === undefined) return;
  const { read, write, append, ...others } = options;
  checkNumbers('objectStorage', others, numbers.objectStorage);
  checkNumbers('objectStorage.read', read, numbers.read);
  checkNumbers('objectStorage.write', write, numbers.write);
  if (append !== undefined && append !== 'rewrite' && append !== 'refuse-normal') {
    throw new OptionError(`objectStorage.append is ${JSON.stringify(append)}`, {
      hint: 'It is one of rewrite, refuse-normal.',
    });
  }
}

function checkNumbers(
  where: string,
  values: object | undefined,
  known: Readonly<Record<string, number>>,
): void {
  if (values === undefined) return;
  for (const [name, value] of Object.entries(values)) {
    const least = known[name];
    if (least === undefined) {
      throw new OptionError(`there is no option ${JSON.stringify(name)} in ${where}`, {
        hint: `Options are ${Object.keys(known).join(', ')}.`,
      });
    }
    if (value !== undefined && !(typeof value === 'number' && value >= least)) {
      throw new OptionError(`${where}.${name} is ${String(value)}`, {
        hint: `It is a number from ${least}.`,
      });
    }
  }
}
