import {
  closeSync,
  fchmodSync,
  linkSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { StorageError } from '../../model/index.js';
import { cannotLink, errnoOf, ioError } from './io-error.js';
import { alreadyExists } from './local-file.js';
import { localPath } from './local-target.js';
import type { ReadBuffer, WriteMode } from './storage.js';
import { temporaryFor } from './work-files.js';

/** Zero bytes after the content of a {@link ReadBuffer}. */
const sentinelBytes = 16;

/** The fast lane is for small files; anything beyond this belongs into a stream. */
const maxBytes = 1024 * 1024 * 1024;

/** See `Storage.readSync`. */
export function readLocalSync(path: string, into: ReadBuffer): number {
  let fd: number;
  try {
    fd = openSync(localPath(path), 'r');
  } catch (error) {
    throw ioError(error, 'read', path);
  }
  try {
    let length = 0;
    for (;;) {
      const room = into.bytes.length - sentinelBytes - length;
      // Read to the end even after a short count: pipes and some network disks give files in pieces.
      const count = readSync(fd, into.bytes, length, room, null);
      if (count === 0) break;
      length += count;
      if (count === room) grow(into, length, path);
    }
    into.bytes.fill(0, length, length + sentinelBytes);
    return length;
  } catch (error) {
    throw ioError(error, 'read', path);
  } finally {
    closeSync(fd);
  }
}

function grow(into: ReadBuffer, length: number, path: string): void {
  if (length >= maxBytes) {
    throw new StorageError('Unsupported', `${path} is too large to be read at once`, {
      path,
      hint: `Files of this kind are read whole, up to ${maxBytes} bytes.`,
    });
  }
  const larger = Buffer.alloc(Math.max(into.bytes.length * 2, 64 * 1024));
  into.bytes.copy(larger, 0, 0, length);
  into.bytes = larger;
}

/** See `Storage.writeSmallSync`. */
export function writeLocalSync(path: string, bytes: Uint8Array, mode: WriteMode): void {
  let temporary: string | undefined;
  try {
    let real = localPath(path);
    // A file that exists already stops mode create at the end anyway: one system call less per file.
    const existing = mode === 'create' ? undefined : statSync(real, { throwIfNoEntry: false });
    if (existing !== undefined && !existing.isFile()) {
      writeOut(openSync(real, 'w'), bytes);
      return;
    }
    if (existing !== undefined) real = realpathSync.native(real);
    temporary = temporaryFor(real);
    // Nobody may read a private file's new content before it has the private file's rights.
    writeOut(openSync(temporary, 'wx', existing === undefined ? 0o666 : 0o600), bytes, existing);
    if (mode === 'overwrite') renameSync(temporary, real);
    else placeNewSync(temporary, real, path);
  } catch (error) {
    if (temporary !== undefined) removeSync(temporary);
    throw ioError(error, 'write', path);
  }
}

function writeOut(fd: number, bytes: Uint8Array, rights?: Stats): void {
  try {
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, null);
    if (rights !== undefined && process.platform !== 'win32') fchmodSync(fd, rights.mode & 0o7777);
  } finally {
    closeSync(fd);
  }
}

function placeNewSync(temporary: string, real: string, path: string): void {
  try {
    linkSync(temporary, real);
    removeSync(temporary);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw alreadyExists(path, error);
    if (!cannotLink(error)) throw error;
    // Without hard links an empty file holds the name until the content is renamed over it.
    closeSync(openSync(real, 'wx'));
    renameSync(temporary, real);
  }
}

function removeSync(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
