import { relative } from 'node:path';
import { OptionError, StorageError } from '../../model/index.js';
import type { Place } from './copy-file.js';
import type {
  AppendResult,
  LinkKind,
  ListOptions,
  ReadOptions,
  Storage,
  StorageEntry,
  StorageOptions,
  StorageStat,
  StorageWriter,
} from './storage.js';
import type { TreeWriter } from './tree-writer.js';
import { parseLocation } from './uri.js';

/**
 * A storage whose files become part of one folder that is being written: they appear when that folder does, or not at
 * all. Whoever commits or aborts a file or folder in it changes nothing.
 */
export class TreeStorage implements Storage {
  readonly scheme: Storage['scheme'];

  /** @param folder the folder that the tree becomes */
  constructor(
    private readonly shown: Storage,
    private readonly folder: string,
    private readonly tree: TreeWriter,
  ) {
    this.scheme = shown.scheme;
  }

  /** A folder in the tree. */
  open(folder: string): TreeWriter {
    return new SubTree(this.tree, `${this.nameOf(folder)}/`);
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
    const writer = await this.openWrite(path);
    if (data instanceof Uint8Array) await writer.write(data);
    else for await (const chunk of data) await writer.write(chunk);
    return await writer.commit();
  }

  async openWrite(path: string): Promise<StorageWriter> {
    const { tree } = this;
    const name = this.nameOf(path);
    let bytes = 0;
    tree.lengthen(name, new Uint8Array(0));
    return {
      path,
      get bytes() {
        return bytes;
      },
      async write(chunk) {
        bytes += chunk.length;
        await tree.stream(name, chunk);
      },
      commit: async () => ({ path, size: bytes, modified: new Date(0), kind: 'file' }),
      async abort() {
        bytes = 0;
      },
    };
  }

  append(path: string): Promise<AppendResult> {
    return this.refuse(path, 'appended to');
  }

  update(path: string): Promise<StorageStat> {
    return this.refuse(path, 'updated');
  }

  copy(_from: string, to: string): Promise<StorageStat> {
    return this.refuse(to, 'copied to');
  }

  link(_from: string, to: string): Promise<LinkKind> {
    return this.refuse(to, 'linked to');
  }

  delete(path: string): Promise<void> {
    return this.refuse(path, 'deleted');
  }

  async makeDir(): Promise<void> {
    return;
  }

  private refuse(path: string, what: string): Promise<never> {
    return Promise.reject(
      new StorageError(
        'Unsupported',
        `${path} is part of a folder that is being written, and cannot be ${what}`,
        {
          path,
        },
      ),
    );
  }

  private nameOf(path: string): string {
    const [from, to] = [parseLocation(this.folder), parseLocation(path)];
    const name =
      from.kind === 'local' && to.kind === 'local'
        ? relative(from.path, to.path).replaceAll('\\', '/')
        : to.text.startsWith(`${from.text.replace(/\/$/, '')}/`)
          ? to.text.slice(from.text.replace(/\/$/, '').length + 1)
          : '..';
    if (name === '' || name === '..' || name.startsWith('../'))
      throw new OptionError(`${path} is not in ${this.folder}`);
    return name;
  }
}

/** A folder in a folder. */
class SubTree implements TreeWriter {
  constructor(
    private readonly tree: TreeWriter,
    private readonly prefix: string,
  ) {}

  add(name: string, bytes: Uint8Array): void {
    this.tree.add(this.prefix + name, bytes);
  }

  addFile(name: string, from: Place, how: 'copy' | 'link'): void {
    this.tree.addFile(this.prefix + name, from, how);
  }

  lengthen(name: string, bytes: Uint8Array): void {
    this.tree.lengthen(this.prefix + name, bytes);
  }

  stream(name: string, bytes: Uint8Array): Promise<void> {
    return this.tree.stream(this.prefix + name, bytes);
  }

  has(name: string): boolean {
    return this.tree.has(this.prefix + name);
  }

  async commit(): Promise<void> {
    return;
  }

  async abort(): Promise<void> {
    return;
  }
}
