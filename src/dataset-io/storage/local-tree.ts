import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { AbandonedFiles } from './abandoned.js';
import { containedPath } from './contained-path.js';
import type { Place } from './copy-file.js';
import { inParallel } from './in-parallel.js';
import { cannotLink, errnoOf, ioError } from './io-error.js';
import { appendLocal } from './local-append.js';
import {
  alreadyThere,
  differs,
  endWithLineFeed,
  type TreeMode,
  type TreeWriter,
  twice,
} from './tree-writer.js';
import { parseLocation } from './uri.js';
import { temporaryFor } from './work-files.js';

const writeFrom = promisify(write);
/** Files of another storage fetched at a time. */
const fetchedAtATime = 8;
/** How long a list waits for another writer of it, in ms. */
const listWaitMs = 10_000;

/** Collects a folder beside its target on the local disk, and moves it into place. */
export class LocalTree implements TreeWriter {
  private readonly staging: string;
  private readonly isNew: boolean;
  private readonly folders = new Set<string>();
  private readonly growing = new Map<string, number>();
  /** Files of other storages, fetched when the folder is complete. */
  private readonly remote = new Map<string, Place>();
  private done = false;

  constructor(
    private readonly folder: string,
    private readonly mode: TreeMode,
    private readonly signal: AbortSignal,
  ) {
    const there = entriesOf(folder);
    if (mode === 'create' && there !== undefined && there > 0) throw alreadyThere(folder);
    this.isNew = there === undefined || there === 0;
    this.staging = temporaryFor(folder.endsWith(sep) ? folder.slice(0, -1) : folder);
    attempt('write', folder, () => mkdirSync(this.staging));
  }

  add(name: string, bytes: Uint8Array): void {
    const file = this.create(name);
    try {
      attempt('write', join(this.folder, name), () => writeAll(file, bytes));
    } finally {
      closeSync(file);
    }
  }

  addFile(name: string, from: Place, how: 'copy' | 'link'): void {
    if (from.storage.scheme !== 'file') {
      if (this.has(name)) throw twice(name);
      this.remote.set(name, from);
      return;
    }
    const source = localPathOf(from.path);
    const path = this.place(name);
    if (how === 'link') {
      try {
        linkSync(source, path);
        return;
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') throw twice(name);
        if (!cannotLink(error)) throw ioError(error, 'link', source);
      }
    }
    try {
      copyFileSync(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') throw twice(name);
      throw ioError(error, 'copy', source);
    }
  }

  lengthen(name: string, bytes: Uint8Array): void {
    const file = this.grow(name);
    attempt('write', join(this.folder, name), () => writeAll(file, bytes));
  }

  async stream(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.grow(name);
    try {
      for (let at = 0; at < bytes.length; )
        at += (await writeFrom(file, bytes, at, bytes.length - at)).bytesWritten;
    } catch (error) {
      throw ioError(error, 'write', join(this.folder, name));
    }
  }

  fill(name: string): string {
    const file = this.grow(name);
    attempt('write', join(this.folder, name), () => ftruncateSync(file));
    return containedPath(this.staging, name);
  }

  /** The file of a name that grows, open where its end is. */
  private grow(name: string): number {
    let file = this.growing.get(name);
    if (file === undefined) {
      file = this.create(name);
      this.growing.set(name, file);
    }
    return file;
  }

  has(name: string): boolean {
    return this.remote.has(name) || existsSync(containedPath(this.staging, name));
  }

  async commit(): Promise<void> {
    this.closeGrowing();
    await inParallel(this.remote, fetchedAtATime, ([name, from]) => this.fetch(name, from));
    if (!this.isNew || !this.becomesTheFolder()) await this.moveIn();
    this.done = true;
    attempt('write', this.folder, () => syncFolder(dirname(this.folder)));
  }

  /** The new folder, by one rename; false in mode `append` when another writer has made it meanwhile. */
  private becomesTheFolder(): boolean {
    try {
      renameSync(this.staging, this.folder);
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST') throw ioError(error, 'write', this.folder);
      if (this.mode === 'append') return false;
      throw alreadyThere(this.folder);
    }
  }

  async abort(): Promise<void> {
    if (this.done) return;
    this.done = true;
    this.closeGrowing();
    rmSync(this.staging, { recursive: true, force: true });
  }

  private async fetch(name: string, { storage, path }: Place): Promise<void> {
    const { signal } = this;
    this.remote.delete(name);
    const file = this.create(name);
    try {
      for await (const chunk of storage.openRead(path, { signal }))
        attempt('write', join(this.folder, name), () => writeAll(file, chunk));
    } finally {
      closeSync(file);
    }
  }

  private async moveIn(): Promise<void> {
    const names = filesBelow(this.staging);
    const isList = (name: string) => this.growing.has(name.split(sep).join('/'));
    const files = names.filter((name) => !isList(name));
    if (this.mode === 'append') for (const name of files) this.isThere(name);
    for (const name of files) this.moveFile(name);
    // Lists come last: at no time does one name a file that is not there yet.
    for (const name of names.filter(isList)) await this.moveList(name);
    rmSync(this.staging, { recursive: true, force: true });
  }

  /** True when the folder has the file already. @throws StorageError when it has another one of that name */
  private isThere(name: string): boolean {
    const old = readIfThere(join(this.folder, name));
    if (old === undefined) return false;
    if (!old.equals(readFileSync(join(this.staging, name)))) throw differs(join(this.folder, name));
    return true;
  }

  private moveFile(name: string): void {
    const [from, to] = [join(this.staging, name), join(this.folder, name)];
    attempt('write', to, () => {
      mkdirSync(dirname(to), { recursive: true });
      if (this.mode !== 'append') {
        renameSync(from, to);
        return;
      }
      // A rename would replace what another writer has put there since it was looked for.
      try {
        linkSync(from, to);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST' && !cannotLink(error)) throw error;
        if (!this.isThere(name)) renameSync(from, to);
      }
    });
  }

  /** In mode `append` the lines come after those of any other writer. */
  private async moveList(name: string): Promise<void> {
    const [from, to] = [join(this.staging, name), join(this.folder, name)];
    attempt('write', to, () => mkdirSync(dirname(to), { recursive: true }));
    if (this.mode !== 'append') {
      attempt('write', to, () => renameSync(from, to));
      return;
    }
    const lines = endWithLineFeed(attempt('read', from, () => readFileSync(from)));
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield lines;
    }
    await appendLocal(to, chunks(), { waitMs: listWaitMs, signal: this.signal }, new AbandonedFiles());
  }

  /** Where a name goes, its folders made. */
  private place(name: string): string {
    if (this.remote.has(name)) throw twice(name);
    const path = containedPath(this.staging, name);
    const slash = name.lastIndexOf('/');
    if (slash > 0 && !this.folders.has(name.slice(0, slash))) {
      attempt('write', join(this.folder, name), () => mkdirSync(dirname(path), { recursive: true }));
      this.folders.add(name.slice(0, slash));
    }
    return path;
  }

  /** A new file in the folder being collected; errors name the place it is meant for. */
  private create(name: string): number {
    const path = this.place(name);
    try {
      return openSync(path, 'wx');
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') throw twice(name);
      throw ioError(error, 'write', join(this.folder, name));
    }
  }

  /** The names stay known: they may replace what is there in mode `append`. */
  private closeGrowing(): void {
    for (const [name, file] of this.growing) {
      if (file >= 0) closeSync(file);
      this.growing.set(name, -1);
    }
  }
}

function localPathOf(path: string): string {
  const location = parseLocation(path);
  return location.kind === 'local' ? location.path : path;
}

function attempt<T>(verb: 'read' | 'write', path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ioError(error, verb, path);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(file, bytes, at);
}

/** How many things are in a folder; 1 for a file in its place; undefined when nothing is there. */
function entriesOf(path: string): number | undefined {
  try {
    return statSync(path).isDirectory() ? readdirSync(path).length : 1;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(error, 'read', path);
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(error, 'read', path);
  }
}

function filesBelow(folder: string, prefix = ''): string[] {
  const names: string[] = [];
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const name = join(prefix, entry.name);
    if (entry.isDirectory()) names.push(...filesBelow(folder, name));
    else names.push(name);
  }
  return names;
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
