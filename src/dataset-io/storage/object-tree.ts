import { LabelkitError, StorageError } from '../../model/index.js';
import { compareUtf8 } from './byte-order.js';
import { containedPath } from './contained-path.js';
import type { Place } from './copy-file.js';
import { inParallel } from './in-parallel.js';
import { failAfter } from './pour.js';
import { type Piece, Spool } from './spool.js';
import type { Storage, WriteMode } from './storage.js';
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
/** How long a list waits for another writer of it, in ms. */
const listWaitMs = 10_000;
/** Names in an error. */
const namesShown = 20;

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
    const { mode, folder } = this;
    if (mode === 'create' && !(await this.isEmpty())) throw alreadyThere(folder);
    if (mode === 'append') await this.refuseDifferent();
    const begun: string[] = [];
    const count = this.files.size + this.lists.size;
    let done = 0;
    const tell = () => {
      if (++done % filesPerReport === 0 || done === count) this.onWritten?.(done, count);
    };
    try {
      await inParallel(this.files, atATime, async ([name, content]) => {
        const path = joinLocation(folder, name);
        begun.push(path);
        if (mode === 'append') await this.join(path, content);
        else await this.write(path, content, 'overwrite');
        tell();
      });
      // Lists come last: at no time does one name a file that is not there yet.
      for (const [name, pieces] of this.lists) {
        const path = joinLocation(folder, name);
        begun.push(path);
        const bytes = Buffer.concat(pieces.map((piece) => this.spool.read(piece)));
        if (mode === 'append') await this.extend(path, bytes);
        else await this.put(path, bytes, 'overwrite');
        tell();
      }
    } catch (error) {
      if (mode !== 'create') throw error;
      await failAfter(error, folder, () => this.takeBack(begun));
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
      await this.refuseOther(joinLocation(folder, name), content);
      this.files.delete(name);
    });
  }

  private async refuseOther(path: string, content: Piece | Place): Promise<void> {
    const { storage, signal } = this;
    const wanted = 'offset' in content ? this.spool.read(content) : await readAll(content, signal);
    if (!wanted.equals(await readAll({ storage, path }, signal))) throw differs(path);
  }

  /** A file that was not there a moment ago; another writer may have put it there since. */
  private async join(path: string, content: Piece | Place): Promise<void> {
    try {
      await this.write(path, content, 'create');
    } catch (error) {
      if (!(error instanceof LabelkitError) || error.code !== 'AlreadyExists') throw error;
      await this.refuseOther(path, content);
    }
  }

  /** Adds lines to a list, after those of any other writer. */
  private async extend(path: string, lines: Buffer): Promise<void> {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield endWithLineFeed(lines);
    }
    await this.storage.append(path, chunks(), { waitMs: listWaitMs, signal: this.signal });
  }

  private async write(path: string, content: Piece | Place, mode: WriteMode): Promise<void> {
    const { storage, signal } = this;
    if ('offset' in content) await this.put(path, this.spool.read(content), mode);
    else if (content.storage === storage) await storage.copy(content.path, path, { mode, signal });
    else
      await storage.writeAtomic(path, content.storage.openRead(content.path, { signal }), { mode, signal });
  }

  private async put(path: string, bytes: Uint8Array, mode: WriteMode): Promise<void> {
    await this.storage.writeAtomic(path, bytes, { mode, signal: this.signal });
  }

  /**
   * Takes a new folder back. A signal that has fired does not stop this.
   *
   * @throws StorageError that names what could not be removed, when everything else is
   */
  private async takeBack(paths: readonly string[]): Promise<void> {
    const left: { path: string; error: unknown }[] = [];
    await inParallel(paths, atATime, async (path) => {
      try {
        await this.storage.delete(path);
      } catch (error) {
        left.push({ path, error });
      }
    });
    const [first] = left;
    if (first === undefined) return;
    const names = left.map(({ path }) => path).sort(compareUtf8);
    const shown = names.slice(0, namesShown).join(', ');
    const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : '';
    const why = first.error instanceof Error ? first.error.message : String(first.error);
    throw new StorageError('Incomplete', `these stay and have to be removed: ${shown}${more} (${why})`, {
      path: this.folder,
      cause: first.error,
    });
  }
}

async function readAll({ storage, path }: Place, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, { signal })) parts.push(chunk);
  return Buffer.concat(parts);
}
