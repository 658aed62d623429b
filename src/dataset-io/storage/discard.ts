import type { Place } from './copy-file.js';
import type {
  AppendResult,
  FileChange,
  LinkKind,
  ListOptions,
  ReadOptions,
  Storage,
  StorageEntry,
  StorageOptions,
  StorageStat,
  StorageWriter,
  UpdateOptions,
} from './storage.js';
import { type TreeWriter, twice } from './tree-writer.js';

/** A storage that shows what is there and throws away what is written: for finding out what a run would do. */
export class DiscardStorage implements Storage {
  readonly scheme: Storage['scheme'];

  constructor(private readonly shown: Storage) {
    this.scheme = shown.scheme;
  }

  stat(path: string, options?: StorageOptions): Promise<StorageStat | null> {
    return this.shown.stat(path, options);
  }

  openRead(path: string, options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    return this.shown.openRead(path, options);
  }

  list(directory: string, options?: ListOptions): AsyncGenerator<StorageEntry, void, undefined> {
    return this.shown.list(directory, options);
  }

  async writeAtomic(path: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<StorageStat> {
    return statOf(path, await lengthOf(data));
  }

  async openWrite(path: string): Promise<StorageWriter> {
    let bytes = 0;
    return {
      path,
      get bytes() {
        return bytes;
      },
      async write(chunk) {
        bytes += chunk.length;
      },
      commit: async () => statOf(path, bytes),
      async abort() {
        bytes = 0;
      },
    };
  }

  async append(path: string, chunks: AsyncIterable<Uint8Array>): Promise<AppendResult> {
    return { start: 0, stat: statOf(path, await lengthOf(chunks)) };
  }

  async update(path: string, change: FileChange, options?: UpdateOptions): Promise<StorageStat> {
    const isThere = (await this.shown.stat(path, options)) !== null;
    const parts: Uint8Array[] = [];
    if (isThere) for await (const chunk of this.shown.openRead(path, options)) parts.push(chunk);
    return statOf(path, (await change(isThere ? Buffer.concat(parts) : undefined)).length);
  }

  async copy(_from: string, to: string): Promise<StorageStat> {
    return statOf(to, 0);
  }

  async link(): Promise<LinkKind> {
    return 'hardlink';
  }

  async delete(): Promise<void> {
    return;
  }

  async makeDir(): Promise<void> {
    return;
  }
}

/** A folder of which only the names are kept. */
export class DiscardTree implements TreeWriter {
  private readonly names = new Set<string>();

  add(name: string): void {
    if (this.names.has(name)) throw twice(name);
    this.names.add(name);
  }

  addFile(name: string, _from: Place): void {
    this.add(name);
  }

  lengthen(name: string): void {
    this.names.add(name);
  }

  async stream(name: string): Promise<void> {
    this.names.add(name);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  async commit(): Promise<void> {
    return;
  }

  async abort(): Promise<void> {
    this.names.clear();
  }
}

function statOf(path: string, size: number): StorageStat {
  return { path, size, modified: new Date(0), kind: 'file' };
}

async function lengthOf(data: Uint8Array | AsyncIterable<Uint8Array>): Promise<number> {
  if (data instanceof Uint8Array) return data.length;
  let bytes = 0;
  for await (const chunk of data) bytes += chunk.length;
  return bytes;
}
