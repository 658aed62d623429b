import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where files are read to, one after the other.
 * @typedef {object} Room
 * @property {Buffer} buffer
 * @property {(bytes: number) => void} reserve makes `buffer` larger; what it held may be lost
 */

/** @returns {Room} */
function ownRoom() {
  return {
    buffer: Buffer.allocUnsafe(1 << 18),
    reserve(bytes) {
      this.buffer = Buffer.allocUnsafe(bytes);
    },
  };
}

/**
 * Opens, reads and closes every `.xml` file of a folder, in order of name, into one buffer that grows.
 * @param {string} folder
 * @param {(bytes: Buffer, length: number, name: string) => void} visit the bytes hold until the call returns
 * @param {Room} [room]
 */
export function readSmallFiles(folder, visit, room = ownRoom()) {
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.xml')) continue;
    const file = openSync(join(folder, name), 'r');
    try {
      let length = readSync(file, room.buffer);
      while (length === room.buffer.length) {
        room.reserve(2 * length);
        length = readSync(file, room.buffer, 0, room.buffer.length, 0);
      }
      visit(room.buffer, length, name);
    } finally {
      closeSync(file);
    }
  }
}

/**
 * The same with the files of up to `batch` at a time already in memory, so that what `visit` does can be
 * timed alone.
 * @param {string} folder
 * @param {number} batch
 * @param {(files: readonly Buffer[]) => void} visit
 */
export function readInBatches(folder, batch, visit) {
  /** @type {Buffer[]} */
  let files = [];
  readSmallFiles(folder, (bytes, length) => {
    files.push(Buffer.from(bytes.subarray(0, length)));
    if (files.length < batch) return;
    visit(files);
    files = [];
  });
  if (files.length > 0) visit(files);
}
