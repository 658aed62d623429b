import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionError } from '../../../model/index.js';
import { abortable } from '../abortable.js';
import { ioError } from '../io-error.js';

const lineFeed = 0x0a;

/**
 * Whole lines, gathered into batches that can be read again: the first in memory, further ones in a temporary
 * file of the local disk.
 */
export class LineSpool {
  readonly #batchBytes: number;
  #first: Uint8Array = new Uint8Array(0);
  readonly #lengths: number[] = [];
  #directory: string | undefined;
  #file: FileHandle | undefined;

  private constructor(batchBytes: number) {
    this.#batchBytes = batchBytes;
  }

  /**
   * Reads the source to its end.
   *
   * @param batchBytes most bytes of a batch, unless a single chunk is larger
   * @throws OptionError when a chunk ends inside a line
   */
  static async from(
    chunks: AsyncIterable<Uint8Array>,
    path: string,
    batchBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<LineSpool> {
    const spool = new LineSpool(batchBytes);
    try {
      await spool.#fill(chunks, path, signal);
      return spool;
    } catch (error) {
      await spool.remove();
      throw error;
    }
  }

  /** Bytes of each batch. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  async #fill(
    chunks: AsyncIterable<Uint8Array>,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let pieces: Uint8Array[] = [];
    let length = 0;
    const close = async () => {
      if (length === 0) return;
      const batch = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length);
      pieces = [];
      length = 0;
      await this.#keep(batch);
    };
    for await (const chunk of abortable(chunks, signal)) {
      if (chunk.length === 0) continue;
      if (chunk[chunk.length - 1] !== lineFeed) {
        throw new OptionError(`what is appended to ${path} does not end with a line feed`, {
          path,
          hint: 'Give chunks of whole lines, each line with its line feed.',
        });
      }
      if (length + chunk.length > this.#batchBytes) await close();
      // Its producer may use the chunk's memory again.
      pieces.push(Buffer.from(chunk));
      length += chunk.length;
    }
    await close();
  }

  async #keep(batch: Uint8Array): Promise<void> {
    const first = this.#lengths.length === 0;
    this.#lengths.push(batch.length);
    if (first) {
      this.#first = batch;
      return;
    }
    try {
      if (this.#file === undefined) {
        this.#directory = await mkdtemp(join(tmpdir(), 'labelkit-append-'));
        this.#file = await open(join(this.#directory, 'lines'), 'wx+', 0o600);
      }
      for (let at = 0; at < batch.length; ) at += (await this.#file.write(batch, at)).bytesWritten;
    } catch (error) {
      throw ioError(error, 'write', this.#directory ?? tmpdir());
    }
  }

  /** Batch `index`. */
  async batch(index: number): Promise<Uint8Array> {
    if (index === 0 || this.#file === undefined) return this.#first;
    const bytes = Buffer.allocUnsafeSlow(this.#lengths[index]!);
    let position = 0;
    for (let i = 1; i < index; i++) position += this.#lengths[i]!;
    try {
      for (let fill = 0; fill < bytes.length; ) {
        const { bytesRead } = await this.#file.read(bytes, fill, bytes.length - fill, position + fill);
        if (bytesRead === 0) throw new Error('the temporary file has become shorter');
        fill += bytesRead;
      }
    } catch (error) {
      throw ioError(error, 'read', this.#directory ?? tmpdir());
    }
    return bytes;
  }

  /** Removes the temporary file. */
  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }
}
