import { createHash } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { ObsError } from './errors.js';

/** A run of bytes. `bytes` is repeated from its start until `length` bytes are there; undefined when they were not kept. */
interface Segment {
  readonly length: number;
  readonly bytes: Uint8Array | undefined;
  /** Where in the repetition the segment begins. */
  readonly phase: number;
}

/** The largest piece that `chunks` gives at once. */
const pieceBytes = 1 << 20;

/**
 * The bytes of an object: an unchangeable list of segments. Joining and cutting copy no bytes, so that an object of
 * a gigabyte costs what its parts cost, and a repeated block costs one block whatever its size.
 */
export class Content {
  readonly size: number;
  readonly #segments: readonly Segment[];
  /** Offset of each segment. */
  readonly #starts: readonly number[];

  private constructor(segments: readonly Segment[]) {
    const starts: number[] = [];
    let size = 0;
    for (const { length } of segments) {
      starts.push(size);
      size += length;
    }
    this.#segments = segments;
    this.#starts = starts;
    this.size = size;
  }

  static readonly empty = new Content([]);

  /** Takes the bytes as they are; whoever gives them must not change them afterwards. */
  static of(...pieces: readonly (Uint8Array | string)[]): Content {
    const segments: Segment[] = [];
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      if (bytes.length > 0) segments.push({ length: bytes.length, bytes, phase: 0 });
    }
    return new Content(segments);
  }

  /** `size` bytes made of `block` over and over. */
  static repeated(block: Uint8Array, size: number): Content {
    if (size === 0) return Content.empty;
    if (block.length === 0) throw new RangeError('an empty block cannot fill anything');
    const times = Math.max(1, Math.ceil(Math.min(size, pieceBytes) / block.length));
    const bytes = Buffer.alloc(block.length * times);
    for (let n = 0; n < times; n += 1) bytes.set(block, n * block.length);
    return new Content([{ length: size, bytes, phase: 0 }]);
  }

  /** `size` bytes that are not there: reading them fails. */
  static discarded(size: number): Content {
    return size === 0 ? Content.empty : new Content([{ length: size, bytes: undefined, phase: 0 }]);
  }

  static join(contents: readonly Content[]): Content {
    return new Content(contents.flatMap((content) => content.#segments));
  }

  /** Bytes `start` to before `end`. */
  slice(start: number, end: number): Content {
    const segments: Segment[] = [];
    for (let n = this.#indexOf(start), at = start; at < end && n < this.#segments.length; n += 1) {
      const segment = this.#segments[n]!;
      const skip = at - this.#starts[n]!;
      const length = Math.min(segment.length - skip, end - at);
      const period = segment.bytes?.length ?? 1;
      segments.push({ length, bytes: segment.bytes, phase: (segment.phase + skip) % period });
      at += length;
    }
    return new Content(segments);
  }

  /** The bytes in order, in pieces of at most `limit` bytes that share the memory of this content. */
  *chunks(limit = pieceBytes): Generator<Uint8Array> {
    for (const { length, bytes, phase } of this.#segments) {
      if (!bytes) throw notKept();
      for (let done = 0, from = phase; done < length; ) {
        const take = Math.min(length - done, bytes.length - from, limit);
        yield bytes.subarray(from, from + take);
        done += take;
        from = (from + take) % bytes.length;
      }
    }
  }

  /** Whether the bytes are there. */
  get kept(): boolean {
    return this.#segments.every(({ bytes }) => bytes !== undefined);
  }

  toBuffer(): Buffer {
    return Buffer.concat([...this.chunks()]);
  }

  /** MD5 as hexadecimal digits. Lets others run between megabytes. */
  async md5(): Promise<string> {
    const hash = createHash('md5');
    let since = 0;
    for (const chunk of this.chunks()) {
      hash.update(chunk);
      since += chunk.length;
      if (since >= 16 * pieceBytes) {
        since = 0;
        await yieldToOthers();
      }
    }
    return hash.digest('hex');
  }

  /** The segment that holds offset `at`. */
  #indexOf(at: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

export const notKept = (): ObsError =>
  new ObsError(501, 'NotImplemented', 'The bytes of this object were not kept.');

/**
 * A block for `Content.repeated` that shows misplaced pieces: pseudo-random bytes of a prime length, so that no two
 * offsets a whole number of mebibytes apart hold the same bytes in objects below a terabyte.
 */
export function noiseBlock(seed: number): Buffer {
  const block = Buffer.alloc(1_048_573);
  let state = seed >>> 0 || 1;
  for (let n = 0; n < block.length; n += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block[n] = state;
  }
  return block;
}
