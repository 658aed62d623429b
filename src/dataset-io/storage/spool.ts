import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ioError } from './io-error.js';

const chunkBytes = 4 * 1024 * 1024;
const readBytes = 1024 * 1024;

/** Where a piece of a spool is. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes put aside until they are wanted. The first 4 MiB stay in memory; more go to a file in the system's folder
 * for temporary files, which a process that is killed does not leave behind (on Windows it does).
 */
export class Spool {
  private readonly chunk = Buffer.allocUnsafe(chunkBytes);
  /** What is before this is in the file. */
  private base = 0;
  private used = 0;
  private file: number | undefined;
  private folder: string | undefined;

  /** @throws StorageError when the disk is full */
  add(bytes: Uint8Array): Piece {
    if (bytes.length > chunkBytes - this.used) this.flush();
    const offset = this.base + this.used;
    if (bytes.length > chunkBytes) {
      this.write(bytes);
    } else {
      this.chunk.set(bytes, this.used);
      this.used += bytes.length;
    }
    return { offset, length: bytes.length };
  }

  /** Bytes added. */
  get size(): number {
    return this.base + this.used;
  }

  /**
   * The bytes of a piece, or of several that were added one after the other.
   *
   * @param bytes where they go; default: memory of their own
   */
  read({ offset, length }: Piece, bytes = Buffer.allocUnsafe(length)): Buffer {
    const stored = Math.min(length, Math.max(0, this.base - offset));
    for (let at = 0; at < stored; ) at += readSync(this.open(), bytes, at, stored - at, offset + at);
    if (stored < length) {
      const from = offset + stored - this.base;
      this.chunk.copy(bytes, stored, from, from + length - stored);
    }
    return bytes;
  }

  /** Everything that was added, from the start, in memory that is used again: a chunk holds until the next is asked for. */
  *chunks(): Generator<Uint8Array, void, undefined> {
    const memory = Buffer.allocUnsafe(Math.min(readBytes, this.base));
    for (let offset = 0; offset < this.base; offset += readBytes) {
      const length = Math.min(readBytes, this.base - offset);
      yield this.read({ offset, length }, memory.subarray(0, length));
    }
    yield this.chunk.subarray(0, this.used);
  }

  /** Removes the file that bytes were put into, if there is one. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private flush(): void {
    this.write(this.chunk.subarray(0, this.used));
    this.used = 0;
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.open(), bytes, at, bytes.length - at, this.base + at);
    } catch (error) {
      throw ioError(error, 'write', tmpdir());
    }
    this.base += bytes.length;
  }

  private open(): number {
    if (this.file === undefined) {
      this.folder = mkdtempSync(join(tmpdir(), 'labelkit-'));
      this.file = openSync(join(this.folder, 'spool'), 'wx+', 0o600);
      if (process.platform !== 'win32') {
        rmSync(this.folder, { recursive: true, force: true });
        this.folder = undefined;
      }
    }
    return this.file;
  }
}
