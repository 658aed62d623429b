/** What a storage can say about a file without reading it. */
export interface StorageStat {
  /** As the caller gave it. */
  readonly path: string;
  /** Bytes; 0 for directories and for streams such as pipes. */
  readonly size: number;
  readonly modified: Date;
  readonly kind: 'file' | 'directory' | 'stream';
  /** Changes when the content is replaced. Object stores only. */
  readonly etag?: string;
}

/** One thing found by {@link Storage.list}. */
export interface StorageEntry {
  /** Can be given back to the same storage. */
  readonly path: string;
  /** Relative to the listed directory, separated by `/` on every platform. */
  readonly name: string;
  /**
   * `link`: a symbolic link that was not followed, because the caller did not ask, because it leads
   * nowhere, or because it leads back into a directory above it. `other`: sockets, pipes, devices.
   */
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes, where the storage knows them without asking again (memory, object stores). */
  readonly size?: number;
  /** Of a file. Object stores only. */
  readonly etag?: string;
}

/** What every call of a storage can be told. */
export interface StorageOptions {
  /** Rejects with `AbortedError` and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Memory on its way from a reader to a writer that does not copy it: the writer says until when it needs what it was
 * given, and the reader does not fill that memory anew before then. Both are given the same one.
 */
export class Loan {
  #until: Promise<void> | undefined;

  /** Resolves, in any case, when no bytes that were given to the writer before now are needed any more. */
  get until(): Promise<void> | undefined {
    return this.#until;
  }

  /** Of the writer. @param until resolves when it needs none of the bytes that it has been given so far */
  extend(until: Promise<void>): void {
    this.#until = until;
  }
}

/** Which part of a file is read, and how. */
export interface ReadOptions extends StorageOptions {
  /** First byte, 0-based. Default 0. */
  readonly start?: number | undefined;
  /** Byte after the last one, as in `slice`. Default: the end of the file. */
  readonly end?: number | undefined;
  /**
   * A chunk's memory may be used for the next one: for callers that are done with it by then. Default
   * false; saves up to half of the time of plain copying and counting.
   */
  readonly reuse?: boolean | undefined;
  /**
   * As `reuse`, for callers that will have given the chunk's bytes to a writer with the same loan by then: the
   * memory stays as it is until the loan is over. Chunks may be larger.
   */
  readonly loan?: Loan | undefined;
}

/** What a listing gives. */
export interface ListOptions extends StorageOptions {
  /** Descend into directories and give everything except the directories themselves. Default false. */
  readonly recursive?: boolean | undefined;
  /** Give the target of a symbolic link in its place. Default true. Loops are cut, see `StorageEntry.kind`. */
  readonly followLinks?: boolean | undefined;
  /**
   * Hears now and then how many entries were found so far, directories included, where a listing finds more than
   * it gives out at first: a local directory is read to its end before its first entry is known. With the paths of
   * some of those found, in no order.
   */
  readonly onFound?: ((entries: number, some: readonly string[]) => void) | undefined;
}

/** `create`: an existing file is an `AlreadyExists` error and stays as it is. `overwrite`: it is replaced. */
export type WriteMode = 'create' | 'overwrite';

/** How a file is written. */
export interface WriteOptions extends StorageOptions {
  /** Default `create`. */
  readonly mode?: WriteMode | undefined;
  /**
   * Force the bytes and the directory entry to the disk before resolving. Default true. `false` is for
   * copies that can be made again: a killed process still leaves all or nothing, a power cut may not.
   */
  readonly durable?: boolean | undefined;
  /** Bytes gathered before each write to the disk; two such buffers exist per open writer. Default 1 MiB. */
  readonly bufferBytes?: number | undefined;
  /**
   * Large chunks may be written from where they are: their memory stays as it is until the loan says otherwise. Default:
   * they are copied, or written before the next one is asked for.
   */
  readonly loan?: Loan | undefined;
}

/** How bytes are appended. */
export interface AppendOptions extends StorageOptions {
  /**
   * `true`: lengthen the file itself; `false`: write old and new content to a new file and swap it in.
   * Default: by size, see `LocalStorage.append`.
   */
  readonly inPlace?: boolean | undefined;
  /** How long to wait for another writer of the same file before the `Locked` error, in ms. Default 0. */
  readonly waitMs?: number | undefined;
}

/** What a file is to hold, by what it holds: undefined when there is none. The same bytes leave it alone. */
export type FileChange = (before: Buffer | undefined) => Uint8Array;

/** How a file is changed, and how long is waited for others that change it. */
export interface UpdateOptions extends StorageOptions {
  /** How long to wait for another writer of the same file before the `Locked` error, in ms. Default 0. */
  readonly waitMs?: number | undefined;
}

/** What an append did. */
export interface AppendResult {
  /** Length of the file before, in bytes; a line feed added to end its last line comes after this. */
  readonly start: number;
  readonly stat: StorageStat;
}

/** How {@link Storage.link} made a file available under a second name. */
export type LinkKind = 'reflink' | 'hardlink' | 'symlink';

/** How a file is linked into a tree. */
export interface LinkOptions extends StorageOptions {
  /** Ways to try, in order. Default `['reflink', 'hardlink', 'symlink']`. */
  readonly kinds?: readonly LinkKind[] | undefined;
}

/**
 * A file being written. Nothing is visible at the target before {@link commit} resolves; afterwards all
 * of it is. Call {@link abort} in a `finally`: it does nothing after a commit.
 */
export interface StorageWriter {
  readonly path: string;
  /** Bytes given so far. */
  readonly bytes: number;
  /**
   * Takes the bytes; the caller may reuse `chunk` once the promise has resolved, or when the `loan` is over. After a
   * failure only `abort` works.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the file durable and visible. In mode `create` this, too, can fail with `AlreadyExists`. */
  commit(): Promise<StorageStat>;
  /** Removes what was written; the target stays as it was. */
  abort(): Promise<void>;
}

/** A byte buffer that grows and is used again for file after file; see {@link Storage.readSync}. */
export interface ReadBuffer {
  /** Holds at least 16 bytes more than the last file read, and those 16 are zero. */
  bytes: Buffer;
}

/** A buffer for {@link Storage.readSync}. `bytes`: its first size, default 256 KiB. */
export function createReadBuffer(bytes = 256 * 1024): ReadBuffer {
  return { bytes: Buffer.alloc(Math.max(bytes, 64)) };
}

/** A file that is open for blocking reads at any place; see {@link Storage.openSync}. */
export interface SyncFile {
  /** Fills `into` with the bytes from `position` on; how many there were, fewer only at the file's end. */
  read(into: Uint8Array, position: number): number;
  /** Gives the file back to the system. */
  close(): void;
}

/** A file that is open for blocking writes at any place. */
export interface SyncTarget {
  /** Writes the first `length` of the bytes to `position` and what follows it. */
  write(bytes: Uint8Array, length: number, position: number): void;
  /** Gives the file back to the system. */
  close(): void;
}

/**
 * Files on one kind of place. Every failure rejects with a `StorageError` that has a stable code, the path
 * and, where it helps, a hint (or with `AbortedError`); "not there" is a value only for {@link stat}.
 * Paths are texts that `parseLocation` understands, of this storage's own kind.
 */
export interface Storage {
  readonly scheme: 'file' | 'mem' | 'obs';

  /** `null` when nothing is there; links are followed. Any other trouble (no permission, a link loop) rejects. */
  stat(path: string, options?: StorageOptions): Promise<StorageStat | null>;

  /**
   * The bytes of a file in chunks of about 1 MiB, each its own memory unless `reuse` is set. Opens at
   * the first `next()`, closes at the end, on `break`, on error and on abort.
   *
   * @throws StorageError `NotFound`, `IsADirectory`, `AccessDenied`…
   */
  openRead(path: string, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined>;

  /**
   * What is in a directory (or below a key prefix that stands for one), by the UTF-8 bytes of the full
   * relative name, whatever the platform or locale. Our own temporary, lock and journal files are left out.
   *
   * @throws StorageError `NotFound`, `NotADirectory`
   */
  list(directory: string, options?: ListOptions): AsyncGenerator<StorageEntry, void, undefined>;

  /**
   * As {@link list}, many entries at a time: waiting for each of 100,000 entries takes longer than finding them.
   * Storages that find them slowly anyway leave it out; {@link entryBatches} serves both kinds.
   */
  listBatches?(
    directory: string,
    options?: ListOptions,
  ): AsyncGenerator<readonly StorageEntry[], void, undefined>;

  /**
   * Writes a whole file: complete under its name, or not there (mode `overwrite`: the old one untouched).
   * A chunk may be reused by its producer as soon as the next one is asked for, or when the `loan` is over. The directory
   * must exist.
   */
  writeAtomic(
    path: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<StorageStat>;

  /** {@link writeAtomic} for callers that push, or that write several files and commit them together. */
  openWrite(path: string, options?: WriteOptions): Promise<StorageWriter>;

  /**
   * Adds lines to the end of a file, or creates it. A last line that lacks its line feed gets one first.
   * Every chunk must end with a line feed (an empty one is ignored). All of it is added or nothing.
   *
   * @throws StorageError `Locked` while another writer has the file, `ConcurrentModification` when one
   *   that ignores locks changed it meanwhile; OptionError when a chunk ends inside a line
   */
  append(path: string, chunks: AsyncIterable<Uint8Array>, options?: AppendOptions): Promise<AppendResult>;

  /**
   * Makes a small file anew of what it holds, or creates it, while those who append to it or update it are kept out.
   * All or nothing for every reader. `change` is called once, or again when somebody who knows no locks wrote meanwhile.
   *
   * @throws StorageError `Locked` while another writer has the file, `ConcurrentModification` when one that ignores
   *   locks changed it meanwhile; what `change` throws
   */
  update(path: string, change: FileChange, options?: UpdateOptions): Promise<StorageStat>;

  /** Copies one file inside this storage as {@link writeAtomic} would write it. */
  copy(from: string, to: string, options?: WriteOptions): Promise<StorageStat>;

  /**
   * Makes the file at `from` available at `to` without storing its bytes twice, and says how.
   *
   * @throws StorageError `AlreadyExists`; `Unsupported` when no way of `kinds` works there
   */
  link(from: string, to: string, options?: LinkOptions): Promise<LinkKind>;

  /** Removes a file; one that is not there is success. A directory is an `IsADirectory` error. */
  delete(path: string, options?: StorageOptions): Promise<void>;

  /** Makes a directory and those above it; existing ones are success. A file in the way: `NotADirectory`. */
  makeDir(path: string, options?: StorageOptions): Promise<void>;

  /**
   * The fast lane for very many small files: reads a whole file, blocking, into a buffer that is reused.
   * Gives the file's length; the buffer is grown as needed, and 16 zero bytes follow the content so that
   * scanners need no end test per byte. Absent where it would block on a network.
   */
  readSync?(path: string, into: ReadBuffer): number;

  /**
   * The fast lane for threads that share a large file: opened once, read in pieces, blocking. All bytes that are
   * there, those of an append under way too: `stat` says how many are committed. Absent where it would block on
   * a network.
   *
   * @throws StorageError as {@link openRead}, here and from `read`
   */
  openSync?(path: string): SyncFile;
  /**
   * Opens a file that is there for blocking writes, in place and at once: for what nobody sees yet. Absent where that is not
   * possible.
   *
   * @param meant the path that errors name
   * @throws StorageError, from the writing too
   */
  openTarget?(path: string, meant: string): SyncTarget;

  /**
   * The fast lane for very many small outputs: a whole file at once, blocking, atomic under its name as
   * {@link writeAtomic} is, but neither forced to the disk nor guarded against a concurrent append. Where
   * no old file can be lost, mode `overwrite` is faster: on the local disk it needs no hard link.
   */
  writeSmallSync?(path: string, bytes: Uint8Array, options?: { readonly mode?: WriteMode | undefined }): void;
}

/** What {@link Storage.list} gives, in batches of any size where the storage has them and one by one elsewhere. */
export async function* entryBatches(
  storage: Storage,
  directory: string,
  options?: ListOptions,
): AsyncGenerator<readonly StorageEntry[], void, undefined> {
  if (storage.listBatches !== undefined) yield* storage.listBatches(directory, options);
  else for await (const entry of storage.list(directory, options)) yield [entry];
}
