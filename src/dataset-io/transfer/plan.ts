import { resolve } from 'node:path';
import { LabelkitError, OptionError, StorageError } from '../../model/index.js';
import { globMatcher } from '../glob.js';
import {
  baseName,
  compareUtf8,
  containedPath,
  joinerOf,
  joinLocation,
  type Place,
  parseLocation,
  type Storage,
  type StorageEntry,
} from '../storage/index.js';

/** A file that is there, as far as a listing or `stat` tells. */
export interface KnownFile {
  readonly size: number;
  readonly etag?: string | undefined;
}

/** One file to be copied. */
export interface Task {
  readonly from: Place & KnownFile;
  readonly to: Place;
  /** What is at the target now. */
  readonly there: KnownFile | undefined;
}

/** A file that cannot be copied because of its name, or of what it is. */
export interface Refusal {
  readonly from: string;
  readonly to: string;
  readonly error: LabelkitError;
}

/** What is to be copied where: one file, or all files below a folder. */
export interface Ends {
  readonly from: Place;
  readonly to: Place;
  readonly kind: 'file' | 'directory';
  /** Set where the source names an object and a prefix alike: the object is meant. */
  readonly isAmbiguous: boolean;
}

export interface EndOptions {
  /** A folder is copied as a folder of its name inside the target; `false`: only what is in it. Default true. */
  readonly keepLastDir?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works out what a source and a target mean. A target that ends with `/` takes a file under its own name; else it is
 * the file's new name. A trailing `/` of a folder means nothing.
 *
 * @throws StorageError `NotFound`; OptionError for two local ends, or a target without a name
 */
export async function endsOf(from: Place, to: Place, options: EndOptions = {}): Promise<Ends> {
  const source = parseLocation(from.path);
  const target = parseLocation(to.path);
  if (source.kind === 'stdio' || target.kind === 'stdio') {
    throw new OptionError('standard input and output cannot be copied', { hint: 'Name a file or folder.' });
  }
  if (source.kind === 'local' && target.kind === 'local') {
    throw new OptionError(`${from.path} and ${to.path} are both local`, {
      hint: 'One side must be an obs:// path; local files are copied by cp.',
    });
  }
  if (target.kind === 'obs' && target.bucket === '') {
    throw new StorageError('BadAddress', `${to.path} has no bucket`, {
      path: to.path,
      hint: `Write it as ${target.scheme}://bucket/key.`,
    });
  }
  const { signal } = options;
  const found = await from.storage.stat(from.path, { signal });
  if (found === null) {
    throw new StorageError('NotFound', `cannot copy ${from.path}: it does not exist`, {
      path: from.path,
      hint: 'Check the path; nothing was copied.',
    });
  }
  if (found.kind === 'directory') {
    const last = options.keepLastDir === false ? '' : lastName(from.path);
    const root = last === '' ? to.path : joinLocation(to.path, last);
    return { from, to: { ...to, path: root }, kind: 'directory', isAmbiguous: false };
  }
  const path = isFolderName(to.path) ? joinLocation(to.path, baseName(from.path)) : to.path;
  const isAmbiguous =
    source.kind === 'obs' && (await from.storage.stat(`${from.path}/`, { signal }))?.kind === 'directory';
  return { from, to: { ...to, path }, kind: 'file', isAmbiguous };
}

/** A path that can only mean a folder: it ends with `/`, or names a bucket and nothing in it. */
function isFolderName(path: string): boolean {
  const location = parseLocation(path);
  return path.endsWith('/') || (location.kind === 'obs' && location.key === '');
}

/** The name of a folder by the end of its path; empty for the root of a bucket or disk. */
function lastName(path: string): string {
  const location = parseLocation(path);
  if (location.kind === 'local') return baseName(resolve(location.path));
  const key = location.kind === 'obs' ? location.key : path;
  const trimmed = key.endsWith('/') ? key.slice(0, -1) : key;
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

export interface TreeOptions {
  /** Only files that one of these fits; see `globMatcher`. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** Never files that one of these fits. */
  readonly exclude?: readonly string[] | undefined;
  /** Descend into symbolic links to folders. Default false; links to files are always followed. */
  readonly followLinks?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files of a folder in the order of their names. Names that must not become files at the target come as refusals.
 *
 * @param manifests  takes the manifests, which are to be copied when all else is there: they name the other files
 */
export async function* tasksOf(
  { from, to }: Ends,
  manifests: Task[],
  options: TreeOptions,
): AsyncGenerator<Task | Refusal> {
  const { signal, include, exclude } = options;
  const wanted = include?.map(globMatcher);
  const unwanted = exclude?.map(globMatcher) ?? [];
  const existing = new Existing(to, signal);
  const names = new NameConflicts();
  const targetOf = placer(to);
  try {
    const listing = { recursive: true, followLinks: options.followLinks === true, signal };
    for await (const entry of from.storage.list(from.path, listing)) {
      const { name, path } = entry;
      if (wanted !== undefined && !wanted.some((fits) => fits(name))) continue;
      if (unwanted.some((fits) => fits(name))) continue;
      try {
        const source = await fileOf(from.storage, entry, signal);
        if (source === undefined) continue;
        names.add(name, path);
        const target = targetOf(name);
        const there = await existing.find(name, target);
        const task = { from: source, to: { storage: to.storage, path: target }, there };
        if (/\.manifest$/i.test(name)) manifests.push(task);
        else yield task;
      } catch (error) {
        if (!(error instanceof LabelkitError) || error.code !== 'UnsafePath') throw error;
        yield { from: path, to: joinLocation(to.path, 'x').slice(0, -1) + name, error };
      }
    }
  } finally {
    await existing.close();
  }
}

/** Gives names their paths at the target. Keys are anything; names of files are checked. */
function placer({ storage, path }: Place): (name: string) => string {
  return storage.scheme === 'obs'
    ? joinerOf(path)
    : (name) => containedPath(path, name, { portable: process.platform === 'win32' });
}

/** The file that an entry of a listing is; undefined for what is not copied: links to folders, links that lead nowhere. */
async function fileOf(
  storage: Storage,
  { kind, path, name, size, etag }: StorageEntry,
  signal: AbortSignal | undefined,
): Promise<Task['from'] | undefined> {
  if (kind === 'other') {
    throw new StorageError('UnsafePath', `${path} is no file that can be copied`, {
      path,
      hint: name.endsWith('/') ? 'A key that ends with a slash cannot be a file.' : 'Leave it out.',
    });
  }
  if (kind === 'directory') return undefined;
  if (kind === 'file' && size !== undefined) return { storage, path, size, etag };
  const found = await storage.stat(path, { signal });
  return found?.kind === 'file' ? { storage, path, size: found.size, etag: found.etag } : undefined;
}

/** Notices a file whose name is a folder of another file. Names come in byte order, so only prefixes need be kept. */
class NameConflicts {
  private readonly files: string[] = [];

  add(name: string, path: string): void {
    while (this.files.length > 0 && !name.startsWith(this.files.at(-1)!)) this.files.pop();
    const file = this.files.find((shorter) => name.startsWith(`${shorter}/`));
    if (file !== undefined) {
      throw new StorageError('UnsafePath', `${path} needs a folder where the file ${file} goes`, {
        path,
        hint: 'Rename one of the two, or leave one out.',
      });
    }
    this.files.push(name);
  }
}

/** What is at the target already, by names that are asked for in byte order. */
class Existing {
  private readonly entries: AsyncGenerator<StorageEntry, void, undefined> | undefined;
  private next: StorageEntry | undefined;
  private state: 'new' | 'open' | 'done' = 'new';

  constructor(
    private readonly to: Place,
    private readonly signal: AbortSignal | undefined,
  ) {
    // One listing answers for a thousand objects; on a disk every file is asked about.
    if (to.storage.scheme === 'obs') this.entries = to.storage.list(to.path, { recursive: true, signal });
  }

  async find(name: string, path: string): Promise<KnownFile | undefined> {
    if (this.entries === undefined) {
      const found = await this.to.storage.stat(path, { signal: this.signal });
      return found?.kind === 'file' ? found : undefined;
    }
    if (this.state === 'new') await this.advance();
    while (this.next !== undefined && compareUtf8(this.next.name, name) < 0) await this.advance();
    const { next } = this;
    return next?.name === name && next.size !== undefined ? { size: next.size, etag: next.etag } : undefined;
  }

  async close(): Promise<void> {
    await this.entries?.return();
  }

  private async advance(): Promise<void> {
    if (this.state === 'done') return;
    try {
      const step = await this.entries!.next();
      this.state = step.done === true ? 'done' : 'open';
      this.next = step.value ?? undefined;
    } catch (error) {
      if (!(error instanceof LabelkitError) || error.code !== 'NotFound' || this.state !== 'new') throw error;
      this.state = 'done';
    }
  }
}
