import { access, constants, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StorageError } from '../../model/index.js';
import { errnoOf, ioError } from './io-error.js';
import { parseLocation } from './uri.js';

/** The system's path of a local address. @throws StorageError `BadAddress` for any other kind of address */
export function localPath(path: string): string {
  if (!path.includes('://')) return path;
  const location = parseLocation(path);
  if (location.kind === 'local') return location.path;
  throw new StorageError('BadAddress', `${path} is not a path on the local disk`, { path });
}

/** What is at the place that a file is to be written to. */
export interface Target {
  /** The path to write, after every symbolic link: the link stays, what it names is written. */
  readonly real: string;
  /** Undefined when nothing is there yet. */
  readonly existing: Existing | undefined;
}

export interface Existing {
  readonly kind: 'file' | 'stream';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Equal as long as nobody replaced or changed the file. */
  readonly version: string;
  /** Equal as long as nobody replaced the file. */
  readonly identity: string;
}

const maxLinks = 40;

/** @throws StorageError `IsADirectory`, `NotFound` (the directory), `AccessDenied` (the file is write-protected) */
export async function findTarget(path: string): Promise<Target> {
  const real = await followLinks(localPath(path), path);
  const existing = await existingAt(real, path);
  if (existing !== undefined) await access(real, constants.W_OK);
  return { real, existing };
}

/** What is at a path now. */
export async function existingAt(real: string, path: string): Promise<Existing | undefined> {
  try {
    const found = await stat(real, { bigint: true });
    if (found.isDirectory()) {
      throw new StorageError('IsADirectory', `cannot write ${path}: it is a directory`, {
        path,
        hint: 'Name a file.',
      });
    }
    const identity = `${found.dev}:${found.ino}:${found.birthtimeNs}`;
    return {
      kind: found.isFile() ? 'file' : 'stream',
      mode: Number(found.mode) & 0o7777,
      uid: Number(found.uid),
      gid: Number(found.gid),
      size: Number(found.size),
      version: `${identity}:${found.size}:${found.mtimeNs}`,
      identity,
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `realpath` that also follows a link whose end does not exist yet. */
async function followLinks(start: string, path: string): Promise<string> {
  let current = resolve(start);
  for (let i = 0; i < maxLinks; i++) {
    try {
      return await realpath(current);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    const directory = await realpath(dirname(current)).catch((error: unknown) => {
      throw missingDirectory(error, path, dirname(current));
    });
    current = join(directory, basename(current));
    const next = await linkText(current);
    if (next === undefined) return current;
    current = resolve(directory, next);
  }
  throw ioError(Object.assign(new Error('too many links'), { code: 'ELOOP' }), 'write', path);
}

function missingDirectory(error: unknown, path: string, directory: string): unknown {
  if (errnoOf(error) !== 'ENOENT') return error;
  return new StorageError('NotFound', `cannot write ${path}: the directory ${directory} does not exist`, {
    path,
    hint: 'Make the directory first, or check the path.',
    cause: error,
  });
}

async function linkText(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes new and vanished names in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open directories; it writes them through.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    const name = errnoOf(error);
    // Some network and FUSE file systems have no such operation.
    if (name !== 'EINVAL' && name !== 'ENOTSUP' && name !== 'ENOSYS') throw error;
  } finally {
    await handle.close();
  }
}
