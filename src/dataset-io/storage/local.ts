import { lstat, mkdir, stat as statFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StorageError, throwIfAborted } from '../../model/index.js';
import { AbandonedFiles } from './abandoned.js';
import { errnoOf, ioError } from './io-error.js';
import { committedLengthOf, journalMinBytes } from './journal.js';
import { appendLocal } from './local-append.js';
import { alreadyExists } from './local-file.js';
import { makeLink } from './local-link.js';
import { listLocal, listLocalBatches } from './local-list.js';
import { readLocal } from './local-read.js';
import { readLocalSync, writeLocalSync } from './local-sync.js';
import { findTarget, localPath } from './local-target.js';
import { updateLocal } from './local-update.js';
import { copyLocal, defaultBufferBytes, openLocalWrite, statLocal } from './local-write.js';
import { pour } from './pour.js';
import type {
  AppendOptions,
  AppendResult,
  FileChange,
  LinkKind,
  LinkOptions,
  ListOptions,
  ReadBuffer,
  ReadOptions,
  Storage,
  StorageEntry,
  StorageOptions,
  StorageStat,
  StorageWriter,
  SyncFile,
  SyncTarget,
  UpdateOptions,
  WriteMode,
  WriteOptions,
} from './storage.js';
import { readStream, sinkOf, streamWriter } from './stream-writer.js';
import { openLocalSync, openLocalTarget } from './sync-file.js';
import { journalFor, removeIfThere } from './work-files.js';

/** What `-` stands for. */
export interface LocalStorageOptions {
  /** What `-` reads. Default: standard input. */
  readonly stdin?: Readable | undefined;
  /** What `-` writes. Default: standard output. It is not closed. */
  readonly stdout?: Writable | undefined;
}

/**
 * Files on the local disk; `-` is standard input or output, and named pipes and devices are streams.
 *
 * A file is written beside its target under a hidden name, forced to the disk, and then takes the target's
 * name: readers, other programs too, see the old file or the new one. Mode and, for privileged users, owner
 * of a replaced file are kept; access lists and extended attributes are not. A symbolic link at the target
 * stays and the file it names is replaced. What a killed process left beside the target goes away with the
 * next write into that directory.
 */
export class LocalStorage implements Storage {
  readonly scheme = 'file';
  readonly #stdin: Readable | undefined;
  readonly #stdout: Writable | undefined;
  readonly #abandoned = new AbandonedFiles();

  constructor(options: LocalStorageOptions = {}) {
    this.#stdin = options.stdin;
    this.#stdout = options.stdout;
  }

  async stat(path: string, options: StorageOptions = {}): Promise<StorageStat | null> {
    throwIfAborted(options.signal);
    if (path === '-') return { path, size: 0, modified: new Date(), kind: 'stream' };
    try {
      const found = await statLocal(path, localPath(path));
      if (found.kind !== 'file' || found.size < journalMinBytes) return found;
      const committed = await committedLengthOf(localPath(path));
      return committed === undefined ? found : { ...found, size: committed };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw ioError(error, 'look at', path);
    }
  }

  openRead(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return path === '-'
      ? readStream(this.#stdin ?? process.stdin, path, options.signal)
      : readLocal(path, options);
  }

  list(directory: string, options: ListOptions = {}): AsyncGenerator<StorageEntry, void, undefined> {
    return listLocal(directory, options);
  }

  listBatches(directory: string, options: ListOptions = {}): AsyncGenerator<StorageEntry[], void, undefined> {
    return listLocalBatches(directory, options);
  }

  async writeAtomic(
    path: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<StorageStat> {
    return await pour(data, await this.openWrite(path, options), options.signal);
  }

  async openWrite(path: string, options: WriteOptions = {}): Promise<StorageWriter> {
    if (path === '-') {
      throwIfAborted(options.signal);
      const sink = sinkOf(this.#stdout ?? process.stdout);
      return streamWriter(path, sink, options.bufferBytes ?? defaultBufferBytes, options.signal);
    }
    return await openLocalWrite(path, options, this.#abandoned);
  }

  /**
   * Appends lines under a lock, `.<name>.labelkit-lock` beside the file; the lock of a dead process of this
   * host is taken over.
   *
   * By copy (default up to 256 MiB, and of any size where the file system shares blocks between copies, as
   * Btrfs and XFS do): old and new content go to a new file that is swapped in, so that any reader at any
   * moment, a kill included, sees the old content or all of the new. Costs a copy of the file and as much
   * space for its time: about 0.1 s per 100 MB in cache, plus forcing it to the disk.
   *
   * In place (default above that; `inPlace: true` from 1 MiB): costs only what is added. A killed append
   * leaves a part of it at the end until the next append or overwrite here takes it back, by a journal
   * beside the file. Readers of this package leave that part out meanwhile; `cat` shows it.
   */
  async append(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    if (path === '-' || (await this.stat(path, options))?.kind === 'stream') {
      return { start: 0, stat: await this.writeAtomic(path, chunks, { ...options, mode: 'overwrite' }) };
    }
    return await appendLocal(path, chunks, options, this.#abandoned);
  }

  /** Under the lock of {@link append}. */
  async update(path: string, change: FileChange, options: UpdateOptions = {}): Promise<StorageStat> {
    if (path === '-')
      throw new StorageError('Unsupported', `${path} is a stream, and cannot be made anew`, { path });
    return await updateLocal(path, change, options, this.#abandoned);
  }

  async copy(from: string, to: string, options: WriteOptions = {}): Promise<StorageStat> {
    const source = await this.stat(from, options);
    const target = await this.stat(to, options);
    const whole = source?.kind === 'file' && (await committedLengthOf(localPath(from))) === undefined;
    if (!whole || target?.kind === 'stream' || to === '-') {
      return await this.writeAtomic(to, this.openRead(from, options), options);
    }
    return await copyLocal(from, to, options, this.#abandoned);
  }

  async link(from: string, to: string, options: LinkOptions = {}): Promise<LinkKind> {
    throwIfAborted(options.signal);
    const kinds = options.kinds ?? ['reflink', 'hardlink', 'symlink'];
    try {
      const source = await statFile(localPath(from));
      if (!source.isFile()) {
        throw new StorageError('IsADirectory', `cannot link ${from}: it is not a file`, {
          path: from,
          hint: 'Name a file.',
        });
      }
      const { real, existing } = await findTarget(to);
      if (existing !== undefined) throw alreadyExists(to);
      for (const kind of kinds) {
        if (await makeLink(kind, resolve(localPath(from)), real, to)) return kind;
      }
    } catch (error) {
      throw ioError(error, 'link', errnoOf(error) === 'ENOENT' ? from : to);
    }
    throw new StorageError(
      'Unsupported',
      `cannot link ${to} to ${from}: ${kinds.join(', ')} not possible here`,
      {
        path: to,
        hint: 'Copy the file.',
      },
    );
  }

  async delete(path: string, options: StorageOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const real = localPath(path);
    try {
      if ((await lstat(real)).isDirectory()) {
        throw new StorageError('IsADirectory', `cannot delete ${path}: it is a directory`, {
          path,
          hint: 'Name a file.',
        });
      }
      await removeIfThere(journalFor(real));
      await removeIfThere(real);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw ioError(error, 'delete', path);
    }
  }

  async makeDir(path: string, options: StorageOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    try {
      await mkdir(localPath(path), { recursive: true });
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') {
        throw new StorageError('NotADirectory', `cannot make ${path}: there is a file of that name`, {
          path,
          hint: 'Choose another name, or move the file away.',
          cause: error,
        });
      }
      throw ioError(error, 'make', path);
    }
  }

  readSync(path: string, into: ReadBuffer): number {
    return readLocalSync(path, into);
  }

  openSync(path: string): SyncFile {
    return openLocalSync(path);
  }

  openTarget(path: string, meant: string): SyncTarget {
    return openLocalTarget(path, meant);
  }

  writeSmallSync(
    path: string,
    bytes: Uint8Array,
    options: { readonly mode?: WriteMode | undefined } = {},
  ): void {
    writeLocalSync(path, bytes, options.mode ?? 'create');
  }
}
