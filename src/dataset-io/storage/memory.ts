import { setTimeout as sleep } from 'node:timers/promises';
import { OptionError, StorageError, throwIfAborted } from '../../model/index.js';
import { abortable } from './abortable.js';
import { compareUtf8 } from './byte-order.js';
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
  UpdateOptions,
  WriteMode,
  WriteOptions,
} from './storage.js';

interface StoredFile {
  /** Never changed in place: a reader keeps what it opened. */
  readonly bytes: Buffer;
  readonly modified: Date;
}

const lineFeed = 0x0a;
const chunkBytes = 1024 * 1024;

/**
 * Files in memory, with the behaviour of the other storages: for tests, and for results that go on to
 * another place. Paths are `mem://a/b`, or `a/b`. Directories come into being with their first file or by
 * `makeDir`.
 */
export class MemoryStorage implements Storage {
  readonly scheme = 'mem';
  readonly #files = new Map<string, StoredFile>();
  readonly #directories = new Set<string>(['']);
  readonly #locked = new Set<string>();

  async stat(path: string, options: StorageOptions = {}): Promise<StorageStat | null> {
    throwIfAborted(options.signal);
    const key = keyOf(path);
    const file = this.#files.get(key);
    if (file !== undefined) return statOf(path, file);
    if (!this.#isDirectory(key)) return null;
    return { path, size: 0, modified: new Date(0), kind: 'directory' };
  }

  async *openRead(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    throwIfAborted(options.signal);
    const { bytes } = this.#require(path, 'read');
    const end = Math.min(options.end ?? bytes.length, bytes.length);
    for (let from = options.start ?? 0; from < end; from += chunkBytes) {
      throwIfAborted(options.signal);
      yield Buffer.from(bytes.subarray(from, Math.min(from + chunkBytes, end)));
    }
  }

  async *list(directory: string, options: ListOptions = {}): AsyncGenerator<StorageEntry, void, undefined> {
    throwIfAborted(options.signal);
    const key = keyOf(directory).replace(/\/$/, '');
    if (this.#files.has(key)) throw this.#error('NotADirectory', directory, 'list', 'it is a file');
    if (!this.#isDirectory(key)) throw this.#error('NotFound', directory, 'list', 'it does not exist');
    const prefix = key === '' ? '' : `${key}/`;
    const found = new Map<string, StorageEntry>();
    for (const [full, file] of this.#files) {
      if (!full.startsWith(prefix)) continue;
      const name = full.slice(prefix.length);
      const slash = options.recursive === true ? -1 : name.indexOf('/');
      if (slash < 0) found.set(name, { path: uriOf(full), name, kind: 'file', size: file.bytes.length });
      else this.#addDirectory(found, prefix, name.slice(0, slash));
    }
    if (options.recursive !== true) {
      for (const full of this.#directories) {
        if (full.startsWith(prefix) && full.length > prefix.length) {
          this.#addDirectory(found, prefix, full.slice(prefix.length).split('/', 1)[0] ?? '');
        }
      }
    }
    for (const order of [...found.keys()].sort(compareUtf8)) {
      const entry = found.get(order);
      if (entry !== undefined) yield entry;
      throwIfAborted(options.signal);
    }
  }

  #addDirectory(found: Map<string, StorageEntry>, prefix: string, name: string): void {
    found.set(`${name}/`, { path: uriOf(prefix + name), name, kind: 'directory' });
  }

  async writeAtomic(
    path: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<StorageStat> {
    return await pour(data, await this.openWrite(path, options), options.signal);
  }

  async openWrite(path: string, options: WriteOptions = {}): Promise<StorageWriter> {
    const { mode = 'create', signal } = options;
    throwIfAborted(signal);
    const key = keyOf(path);
    this.#checkWritable(path, key, mode);
    const parts: Buffer[] = [];
    let bytes = 0;
    return {
      path,
      get bytes() {
        return bytes;
      },
      write: async (chunk) => {
        throwIfAborted(signal);
        parts.push(Buffer.from(chunk));
        bytes += chunk.length;
      },
      commit: async () => {
        throwIfAborted(signal);
        this.#checkWritable(path, key, mode);
        if (this.#locked.has(key)) throw this.#lockedError(path);
        return this.#store(path, key, Buffer.concat(parts));
      },
      abort: async () => {
        parts.length = 0;
      },
    };
  }

  async append(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    throwIfAborted(options.signal);
    const key = keyOf(path);
    this.#checkWritable(path, key, 'overwrite');
    await this.#unlocked(path, key, options);
    this.#locked.add(key);
    try {
      const before = this.#files.get(key)?.bytes ?? Buffer.alloc(0);
      const parts = [before];
      for await (const chunk of abortable(chunks, options.signal)) {
        if (chunk.length === 0) continue;
        if (chunk[chunk.length - 1] !== lineFeed) throw halfLine(path);
        const first = parts.length === 1;
        if (first && before.length > 0 && before[before.length - 1] !== lineFeed)
          parts.push(Buffer.of(lineFeed));
        parts.push(Buffer.from(chunk));
      }
      throwIfAborted(options.signal);
      return { start: before.length, stat: this.#store(path, key, Buffer.concat(parts)) };
    } finally {
      this.#locked.delete(key);
    }
  }

  async update(path: string, change: FileChange, options: UpdateOptions = {}): Promise<StorageStat> {
    throwIfAborted(options.signal);
    const key = keyOf(path);
    this.#checkWritable(path, key, 'overwrite');
    await this.#unlocked(path, key, options);
    const file = this.#files.get(key);
    const before = file === undefined ? undefined : Buffer.from(file.bytes);
    const after = change(before);
    if (file !== undefined && after === before) return statOf(path, file);
    return this.#store(path, key, Buffer.from(after));
  }

  async copy(from: string, to: string, options: WriteOptions = {}): Promise<StorageStat> {
    const { bytes } = this.#require(from, 'copy');
    return await this.writeAtomic(to, bytes, options);
  }

  /** Two names share one content, as with a reflink: writing to one leaves the other. */
  async link(from: string, to: string, options: LinkOptions = {}): Promise<LinkKind> {
    throwIfAborted(options.signal);
    const { bytes } = this.#require(from, 'link');
    if (!(options.kinds ?? ['reflink']).includes('reflink')) {
      throw this.#error('Unsupported', to, 'link', 'only reflinks exist in memory');
    }
    const key = keyOf(to);
    this.#checkWritable(to, key, 'create');
    this.#store(to, key, bytes);
    return 'reflink';
  }

  async delete(path: string, options: StorageOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const key = keyOf(path);
    if (!this.#files.delete(key) && this.#isDirectory(key)) {
      throw this.#error('IsADirectory', path, 'delete', 'it is a directory');
    }
  }

  async makeDir(path: string, options: StorageOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const key = keyOf(path).replace(/\/$/, '');
    this.#checkParents(path, `${key}/.`, 'make');
    this.#addDirectories(key);
  }

  readSync(path: string, into: ReadBuffer): number {
    const { bytes } = this.#require(path, 'read');
    if (into.bytes.length < bytes.length + 16) into.bytes = Buffer.alloc((bytes.length + 16) * 2);
    into.bytes.set(bytes);
    into.bytes.fill(0, bytes.length, bytes.length + 16);
    return bytes.length;
  }

  writeSmallSync(
    path: string,
    bytes: Uint8Array,
    options: { readonly mode?: WriteMode | undefined } = {},
  ): void {
    const key = keyOf(path);
    this.#checkWritable(path, key, options.mode ?? 'create');
    this.#store(path, key, Buffer.from(bytes));
  }

  #store(path: string, key: string, bytes: Buffer): StorageStat {
    const file = { bytes, modified: new Date() };
    this.#files.set(key, file);
    this.#addDirectories(key.slice(0, Math.max(0, key.lastIndexOf('/'))));
    return statOf(path, file);
  }

  #require(path: string, doing: string): StoredFile {
    const key = keyOf(path);
    const file = this.#files.get(key);
    if (file !== undefined) return file;
    if (this.#isDirectory(key)) throw this.#error('IsADirectory', path, doing, 'it is a directory');
    this.#checkParents(path, key, doing);
    throw this.#error('NotFound', path, doing, 'it does not exist');
  }

  #checkWritable(path: string, key: string, mode: WriteMode): void {
    if (key === '' || this.#isDirectory(key))
      throw this.#error('IsADirectory', path, 'write', 'it is a directory');
    this.#checkParents(path, key, 'write');
    if (mode === 'create' && this.#files.has(key)) {
      throw new StorageError('AlreadyExists', `${path} already exists`, {
        path,
        hint: 'Choose mode overwrite or append, or another path.',
      });
    }
  }

  #checkParents(path: string, key: string, doing: string): void {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      if (this.#files.has(key.slice(0, slash))) {
        throw this.#error('NotADirectory', path, doing, 'a part of the path is a file');
      }
    }
  }

  #isDirectory(key: string): boolean {
    return this.#directories.has(key.endsWith('/') ? key.slice(0, -1) : key);
  }

  /** A directory and those above it. */
  #addDirectories(key: string): void {
    for (
      let path = key;
      !this.#directories.has(path);
      path = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    ) {
      this.#directories.add(path);
    }
  }

  /** Waits until nobody appends to a file. @throws StorageError `Locked` when that takes too long */
  async #unlocked(path: string, key: string, { waitMs = 0, signal }: UpdateOptions): Promise<void> {
    const deadline = performance.now() + waitMs;
    while (this.#locked.has(key)) {
      throwIfAborted(signal);
      if (performance.now() >= deadline) throw this.#lockedError(path);
      await sleep(1);
    }
  }

  #lockedError(path: string): StorageError {
    return this.#error('Locked', path, 'write', 'another writer has it');
  }

  #error(
    code: 'NotFound' | 'IsADirectory' | 'NotADirectory' | 'Locked' | 'Unsupported',
    path: string,
    doing: string,
    why: string,
  ): StorageError {
    return new StorageError(code, `cannot ${doing} ${path}: ${why}`, { path, hint: 'Check the path.' });
  }
}

function keyOf(path: string): string {
  if (/^mem:\/\//i.test(path)) return path.slice('mem://'.length);
  if (path.includes('://')) {
    throw new StorageError('BadAddress', `${path} is not a path in memory`, {
      path,
      hint: 'Write it as mem://name.',
    });
  }
  return path;
}

function uriOf(key: string): string {
  return `mem://${key}`;
}

function statOf(path: string, file: StoredFile): StorageStat {
  return { path, size: file.bytes.length, modified: file.modified, kind: 'file' };
}

function halfLine(path: string): OptionError {
  return new OptionError(`what is appended to ${path} does not end with a line feed`, {
    path,
    hint: 'Give chunks of whole lines, each line with its line feed.',
  });
}
