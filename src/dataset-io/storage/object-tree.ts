import { containedPath } from './contained-path.js';
import type { Place } from './copy-file.js';
import { inParallel } from './in-parallel.js';
import { type Piece, Spool } from './spool.js';
import type { Storage } from './storage.js';
import {
  alreadyThere,
  differs,
  endWithLineFeed,
  type TreeMode,
  type TreeOptions,
  type TreeWriter,
  twice,
} from './tree-writer.js';
import { joinLocation } from './uri.js';

/** Files written at a time: each is a request of its own. */
const atATime = 16;
/** Files written between two reports of progress. */
const filesPerReport = 64;
const noBytes = Buffer.alloc(0);

/** Collects a folder beside the storage and writes it file by file: for storages that cannot rename one. */
export class ObjectTree implements TreeWriter {
  private readonly spool = new Spool();
  /** What each name holds: pieces of the spool, or a file to be copied. */
  private readonly files = new Map<string, Piece | Place>();
  private readonly lists = new Map<string, Piece[]>();

  constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly mode: TreeMode,
    private readonly signal: AbortSignal,
    private readonly onWritten: TreeOptions['onWritten'],
  ) {}

  /** @throws StorageError `AlreadyExists` in mode `create` */
  async open(): Promise<void> {
    if (this.mode === 'create' && !(await this.isEmpty())) throw alreadyThere(this.folder);
  }

  add(name: string, bytes: Uint8Array): void {
    this.take(name);
    this.files.set(name, this.spool.add(bytes));
  }

  addFile(name: string, from: Place): void {
    this.take(name);
    this.files.set(name, from);
  }

  lengthen(name: string, bytes: Uint8Array): void {
    const pieces = this.lists.get(name);
    if (pieces !== undefined) {
      pieces.push(this.spool.add(bytes));
      return;
    }
    this.take(name);
    this.lists.set(name, [this.spool.add(bytes)]);
  }

  async stream(name: string, bytes: Uint8Array): Promise<void> {
    this.lengthen(name, bytes);
  }

  has(name: string): boolean {
    return this.files.has(name) || this.lists.has(name);
  }

  async commit(): Promise<void> {
    if (this.mode === 'create' && !(await this.isEmpty())) throw alreadyThere(this.folder);
    if (this.mode === 'append') await this.refuseDifferent();
    const written: string[] = [];
    const count = this.files.size + this.lists.size;
    let done = 0;
    const tell = () => {
      if (++done % filesPerReport === 0 || done === count) this.onWritten?.(done, count);
    };
    try {
      await inParallel(this.files, atATime, async ([name, content]) => {
        const path = joinLocation(this.folder, name);
        written.push(path);
        await this.write(path, content);
        tell();
      });
      // Lists come last: at no time does one name a file that is not there yet.
      for (const [name, pieces] of this.lists) {
        const path = joinLocation(this.folder, name);
        const before = this.mode === 'append' ? await this.readIfThere(path) : noBytes;
        const bytes = Buffer.concat([
          endWithLineFeed(before),
          ...pieces.map((piece) => this.spool.read(piece)),
        ]);
        written.push(path);
        await this.put(path, bytes);
        tell();
      }
    } catch (error) {
      if (this.mode === 'create') await this.remove(written);
      throw error;
    }
    this.spool.close();
  }

  async abort(): Promise<void> {
    this.spool.close();
    this.files.clear();
    this.lists.clear();
  }

  private take(name: string): void {
    containedPath(this.folder, name);
    if (this.has(name)) throw twice(name);
  }

  private async isEmpty(): Promise<boolean> {
    const { signal } = this;
    if ((await this.storage.stat(this.folder, { signal })) === null) return true;
    for await (const _ of this.storage.list(this.folder, { recursive: true, signal })) return false;
    return true;
  }

  /** Of the files that are there already, each must be the one that is to be written. */
  private async refuseDifferent(): Promise<void> {
    const { storage, folder, signal } = this;
    if ((await storage.stat(folder, { signal })) === null) return;
    const known: [string, Piece | Place][] = [];
    for await (const { name } of storage.list(folder, { recursive: true, signal })) {
      const content = this.files.get(name);
      if (content !== undefined) known.push([name, content]);
    }
    await inParallel(known, atATime, async ([name, content]) => {
      const path = joinLocation(folder, name);
      const wanted = 'offset' in content ? this.spool.read(content) : await readAll(content, signal);
      if (!wanted.equals(await readAll({ storage, path }, signal))) throw differs(path);
      this.files.delete(name);
    });
  }

  private async write(path: string, content: Piece | Place): Promise<void> {
    if ('offset' in content) await this.put(path, this.spool.read(content));
    else if (content.storage === this.storage)
      await this.storage.copy(content.path, path, { mode: 'overwrite', signal: this.signal });
    else
      await this.storage.writeAtomic(path, content.storage.openRead(content.path, { signal: this.signal }), {
        mode: 'overwrite',
        signal: this.signal,
      });
  }

  private async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.storage.writeAtomic(path, bytes, { mode: 'overwrite', signal: this.signal });
  }

  private async readIfThere(path: string): Promise<Buffer> {
    const { storage, signal } = this;
    return (await storage.stat(path, { signal })) === null
      ? noBytes
      : await readAll({ storage, path }, signal);
  }

  /** Takes a new folder back. A signal that has fired does not stop this; what cannot be removed stays. */
  private async remove(paths: readonly string[]): Promise<void> {
    await inParallel(paths, atATime, async (path) => {
      await this.storage.delete(path).catch(() => undefined);
    });
  }
}

async function readAll({ storage, path }: Place, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, { signal })) parts.push(chunk);
  return Buffer.concat(parts);
}
