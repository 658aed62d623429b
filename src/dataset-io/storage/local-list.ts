import type { Dirent, Stats } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../../model/index.js';
import { compareUtf8, sortUtf8 } from './byte-order.js';
import { errnoOf, ioError } from './io-error.js';
import { localPath } from './local-target.js';
import type { ListOptions, StorageEntry } from './storage.js';
import { isWorkFile } from './work-files.js';

/**
 * Links to directories are followed this many deep along one path: enough for real trees, and an end for
 * trees made to be endless.
 */
const maxNestedLinks = 8;

/** What a name stands for; `via` link: something that a symbolic link leads to. */
interface Kind {
  readonly kind: StorageEntry['kind'];
  readonly viaLink: boolean;
}

const plainFile: Kind = { kind: 'file', viaLink: false };

/** Entries read or given out between two turns of the event loop. */
const entriesPerTurn = 8192;

/** Paths that `onFound` is given. */
const examples = 64;

/** A directory that is being walked, with the ones above it. */
interface Level {
  readonly path: string;
  /** Prefix of the paths given out: {@link path} and a separator. */
  readonly way: string;
  /** Prefix of the names given out: `''` or `a/b/`. */
  readonly prefix: string;
  readonly above: Level | undefined;
  /** Links followed on the way here. */
  readonly links: number;
  readonly names: readonly string[];
  /** What is no plain file, and what symbolic links lead to: nearly everything is a file, so few are kept. */
  readonly kinds: ReadonlyMap<string, Kind>;
  next: number;
  identity: string | undefined;
}

/** The entries of a local directory; see `Storage.list`. */
export async function* listLocal(
  directory: string,
  options: ListOptions,
): AsyncGenerator<StorageEntry, void, undefined> {
  for await (const batch of listLocalBatches(directory, options)) {
    for (const entry of batch) {
      yield entry;
      throwIfAborted(options.signal);
    }
  }
}

/** The entries of a local directory; see `Storage.listBatches`. */
export async function* listLocalBatches(
  directory: string,
  options: ListOptions,
): AsyncGenerator<StorageEntry[], void, undefined> {
  const { recursive = false, signal } = options;
  throwIfAborted(signal);
  const found: Found = { entries: 0 };
  try {
    let level: Level | undefined = await openLevel(localPath(directory), '', undefined, 0, found, options);
    let batch: StorageEntry[] = [];
    while (level !== undefined) {
      const own: string | undefined = level.names[level.next];
      if (own === undefined) {
        level = level.above;
        continue;
      }
      level.next++;
      const path = level.way + own;
      const name = level.prefix + own;
      const { kinds } = level;
      const { kind, viaLink }: Kind = (kinds.size > 0 ? kinds.get(own) : undefined) ?? plainFile;
      if (recursive && kind === 'directory') {
        // What was found before a directory is given out before anything can go wrong in it.
        if (batch.length > 0) yield batch;
        batch = [];
        throwIfAborted(signal);
        if (viaLink && (level.links >= maxNestedLinks || (await leadsBack(path, level)))) {
          batch.push({ path, name, kind: 'link' });
          continue;
        }
        level = await openLevel(path, `${name}/`, level, level.links + (viaLink ? 1 : 0), found, options);
        continue;
      }
      batch.push({ path, name, kind });
      if (batch.length < entriesPerTurn) continue;
      yield batch;
      batch = [];
      throwIfAborted(signal);
    }
    if (batch.length > 0) yield batch;
  } catch (error) {
    throw ioError(error, 'list', directory);
  }
}

/** What one listing has found so far, in all its directories. */
interface Found {
  entries: number;
}

async function openLevel(
  path: string,
  prefix: string,
  above: Level | undefined,
  links: number,
  found: Found,
  options: ListOptions,
): Promise<Level> {
  const names: string[] = [];
  const kinds = new Map<string, Kind>();
  try {
    // Entry by entry: a list of all of them with their types takes several times the memory of their names.
    const directory = await opendir(path, { bufferSize: 1024 });
    try {
      for (;;) {
        const entry = directory.readSync();
        if (entry === null) break;
        if (isWorkFile(entry.name)) continue;
        names.push(entry.name);
        if (!entry.isFile()) kinds.set(entry.name, await kindOf(entry, path, options));
        if (++found.entries % entriesPerTurn !== 0) continue;
        options.onFound?.(
          found.entries,
          names.slice(-examples).map((name) => join(path, name)),
        );
        await nextTurn();
        throwIfAborted(options.signal);
      }
    } finally {
      await directory.close();
    }
  } catch (error) {
    throw ioError(error, 'list', path);
  }
  // With a slash after directories the order of names is the order of full names.
  const order = (name: string) => (kinds.get(name)?.kind === 'directory' ? `${name}/` : name);
  if (kinds.size === 0) sortUtf8(names);
  else names.sort((a, b) => compareUtf8(order(a), order(b)));
  const way = join(path, 'x').slice(0, -1);
  return { path, way, prefix, above, links, names, kinds, next: 0, identity: undefined };
}

async function kindOf(entry: Dirent, directory: string, { followLinks = true }: ListOptions): Promise<Kind> {
  if (entry.isSymbolicLink()) {
    return { kind: await throughLink(directory, entry.name, followLinks), viaLink: true };
  }
  return { kind: entry.isDirectory() ? 'directory' : 'other', viaLink: false };
}

async function throughLink(directory: string, name: string, follow: boolean): Promise<StorageEntry['kind']> {
  const target = follow ? await statIfReachable(join(directory, name)) : undefined;
  if (target === undefined) return 'link';
  return target.isDirectory() ? 'directory' : target.isFile() ? 'file' : 'other';
}

/** What a link leads to; undefined when it leads nowhere or in a circle. */
async function statIfReachable(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const name = errnoOf(error);
    if (name === 'ENOENT' || name === 'ELOOP' || name === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** True when a linked directory is one of those it was reached through. */
async function leadsBack(path: string, from: Level): Promise<boolean> {
  const identity = await directoryIdentity(path);
  for (let level: Level | undefined = from; level !== undefined; level = level.above) {
    level.identity ??= await directoryIdentity(level.path);
    if (level.identity === identity) return true;
  }
  return false;
}

async function directoryIdentity(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}
