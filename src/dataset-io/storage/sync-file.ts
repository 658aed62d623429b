import { closeSync, openSync, readSync } from 'node:fs';
import { ioError } from './io-error.js';
import { localPath } from './local-target.js';
import type { SyncFile } from './storage.js';

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
