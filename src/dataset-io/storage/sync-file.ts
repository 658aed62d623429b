import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { ioError } from './io-error.js';
import { localPath } from './local-target.js';
import type { SyncFile, SyncTarget } from './storage.js';

/** See `Storage.openSync`. */
export function openLocalSync(path: string): SyncFile {
  let fd: number;
  try {
    fd = openSync(localPath(path), 'r');
  } catch (error) {
    throw ioError(error, 'read', path);
  }
  return {
    read(into, position) {
      try {
        let length = 0;
        // The system may give fewer bytes at a time than there are.
        while (length < into.length) {
          const count = readSync(fd, into, length, into.length - length, position + length);
          if (count === 0) break;
          length += count;
        }
        return length;
      } catch (error) {
        throw ioError(error, 'read', path);
      }
    },
    close: () => closeSync(fd),
  };
}

/**
 * Opens a local file that there is for blocking writes at any place.
 *
 * @param meant the path that errors name
 * @throws StorageError when it cannot be opened or written
 */
export function openLocalTarget(path: string, meant: string): SyncTarget {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch (error) {
    throw ioError(error, 'write', meant);
  }
  return {
    write(bytes, length, position) {
      try {
        for (let at = 0; at < length; ) at += writeSync(fd, bytes, at, length - at, position + at);
      } catch (error) {
        throw ioError(error, 'write', meant);
      }
    },
    close: () => closeSync(fd),
  };
}
