import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { StorageError } from '../../model/index.js';
import { AbandonedFiles } from './abandoned.js';
import { containedPath } from './contained-path.js';
import { cannotLink, errnoOf, ioError } from './io-error.js';
import type { Storage } from './storage.js';
import { joinLocation, parseLocation } from './uri.js';
import { temporaryFor } from './work-files.js';

/** `append`: new files join those that are there; one that is there with other content is an error. */
export type TreeMode = 'create' | 'overwrite' | 'append';

/**
 * A folder being written. Nothing shows in the target before {@link commit}. Names come out of data: they
 * are relative, `/`-separated, and refused (`UnsafePath`) when they lead out of the folder.
 */
export interface TreeWriter {
  /**
   * Adds a file, whole.
   *
   * @throws StorageError `AlreadyExists` when this writer already has the name
   */
  add(name: string, bytes: Uint8Array): void;
  /** Adds a file of the local disk, copied or as a hard link (copied where links cannot be made). */
  addFile(name: string, from: string, how: 'copy' | 'link'): void;
  /** Adds a file that grows: give the same name again to lengthen it. */
  lengthen(name: string, bytes: Uint8Array): void;
  /** True when {@link add} or {@link lengthen} was given the name. */
  has(name: string): boolean;
  /** Makes the folder visible: by one rename when it is new, file by file (each atomic) when it was there. */
  commit(): Promise<void>;
  /** Removes everything that was added; does nothing after a commit. */
  abort(): Promise<void>;
}

/**
 * Starts writing a folder.
 *
 * @throws StorageError `AlreadyExists` in mode `create` when the folder has something in it; `NotFound` when
 *   the folder above it is missing
 */
export async function openTree(storage: Storage, folder: string, mode: TreeMode): Promise<TreeWriter> {
  const location = parseLocation(folder);
  if (storage.scheme === 'file' && location.kind === 'local') {
    await new AbandonedFiles().removeFrom(dirname(resolve(location.path)));
    return new LocalTree(location.path, mode);
  }
  const tree = new BufferedTree(storage, folder, mode);
  await tree.open();
  return tree;
}

const alreadyThere = (folder: string) =>
  new StorageError('AlreadyExists', `${folder} exists and is not empty`, {
    path: folder,
    hint: 'Choose --mode overwrite or --mode append (option mode), or another folder.',
  });

const twice = (name: string) =>
  new StorageError('AlreadyExists', `${name} has been written already`, { path: name });

const differs = (path: string) =>
  new StorageError('AlreadyExists', `${path} exists with other content`, {
    path,
    hint: 'Choose --mode overwrite (option mode) to replace it, or another folder.',
  });

/** Collects a folder beside its target on the local disk, and moves it into place. */
class LocalTree implements TreeWriter {
  private readonly staging: string;
  private readonly isNew: boolean;
  private readonly folders = new Set<string>();
  private readonly growing = new Map<string, number>();
  private done = false;

  constructor(
    private readonly folder: string,
    private readonly mode: TreeMode,
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

  addFile(name: string, from: string, how: 'copy' | 'link'): void {
    const path = this.place(name);
    if (how === 'link') {
      try {
        linkSync(from, path);
        return;
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') throw twice(name);
        if (!cannotLink(error)) throw ioError(error, 'link', from);
      }
    }
    try {
      copyFileSync(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') throw twice(name);
      throw ioError(error, 'copy', from);
    }
  }

  lengthen(name: string, bytes: Uint8Array): void {
    let file = this.growing.get(name);
    if (file === undefined) {
      file = this.create(name);
      this.growing.set(name, file);
      if (this.mode === 'append' && !this.isNew) {
        const old = readIfThere(join(this.folder, name));
        if (old !== undefined) this.extend(name, file, endWithLineFeed(old));
      }
    }
    this.extend(name, file, bytes);
  }

  private extend(name: string, file: number, bytes: Uint8Array): void {
    attempt('write', join(this.folder, name), () => writeAll(file, bytes));
  }

  has(name: string): boolean {
    return entriesOf(containedPath(this.staging, name)) !== undefined;
  }

  async commit(): Promise<void> {
    this.closeGrowing();
    if (this.isNew) {
      try {
        renameSync(this.staging, this.folder);
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === 'ENOTEMPTY' || errno === 'EEXIST') throw alreadyThere(this.folder);
        throw ioError(error, 'write', this.folder);
      }
    } else {
      this.moveIn();
    }
    this.done = true;
    attempt('write', this.folder, () => syncFolder(dirname(this.folder)));
  }

  async abort(): Promise<void> {
    if (this.done) return;
    this.done = true;
    this.closeGrowing();
    rmSync(this.staging, { recursive: true, force: true });
  }

  private moveIn(): void {
    const names = filesBelow(this.staging);
    const isList = (name: string) => this.growing.has(name.split(sep).join('/'));
    if (this.mode === 'append') {
      for (const name of names) {
        if (isList(name)) continue;
        const old = readIfThere(join(this.folder, name));
        if (old !== undefined && !old.equals(readFileSync(join(this.staging, name)))) {
          throw differs(join(this.folder, name));
        }
      }
    }
    // Lists come last: at no time does one name a file that is not there yet.
    for (const name of [...names.filter((one) => !isList(one)), ...names.filter(isList)]) {
      const to = join(this.folder, name);
      attempt('write', to, () => {
        mkdirSync(dirname(to), { recursive: true });
        renameSync(join(this.staging, name), to);
      });
    }
    rmSync(this.staging, { recursive: true, force: true });
  }

  /** Where a name goes, its folders made. */
  private place(name: string): string {
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

function endWithLineFeed(bytes: Buffer): Buffer {
  return bytes.length === 0 || bytes[bytes.length - 1] === 10
    ? bytes
    : Buffer.concat([bytes, Buffer.from('\n')]);
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

/** Keeps a folder in memory until it is committed: for storages that have no rename. */
class BufferedTree implements TreeWriter {
  private readonly files = new Map<string, Uint8Array[]>();
  private readonly growing = new Set<string>();
  private readonly old = new Set<string>();

  constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly mode: TreeMode,
  ) {}

  async open(): Promise<void> {
    if ((await this.storage.stat(this.folder)) === null) return;
    for await (const entry of this.storage.list(this.folder, { recursive: true })) {
      if (this.mode === 'create') throw alreadyThere(this.folder);
      this.old.add(entry.name);
    }
  }

  add(name: string, bytes: Uint8Array): void {
    containedPath(this.folder, name);
    if (this.files.has(name)) throw twice(name);
    this.files.set(name, [Uint8Array.from(bytes)]);
  }

  addFile(name: string, from: string): void {
    this.add(
      name,
      attempt('read', from, () => readFileSync(from)),
    );
  }

  lengthen(name: string, bytes: Uint8Array): void {
    containedPath(this.folder, name);
    this.growing.add(name);
    const parts = this.files.get(name);
    if (parts === undefined) this.files.set(name, [Uint8Array.from(bytes)]);
    else parts.push(Uint8Array.from(bytes));
  }

  has(name: string): boolean {
    return this.files.has(name);
  }

  async commit(): Promise<void> {
    for (const [name, parts] of this.files) {
      const path = joinLocation(this.folder, name);
      let bytes = Buffer.concat(parts);
      if (this.mode === 'append' && this.old.has(name)) {
        const before = await this.read(path);
        if (this.growing.has(name)) bytes = Buffer.concat([endWithLineFeed(before), bytes]);
        else if (!before.equals(bytes)) throw differs(path);
      }
      await this.storage.writeAtomic(path, bytes, { mode: this.mode === 'create' ? 'create' : 'overwrite' });
    }
  }

  async abort(): Promise<void> {
    this.files.clear();
  }

  private async read(path: string): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const chunk of this.storage.openRead(path)) parts.push(chunk);
    return Buffer.concat(parts);
  }
}
