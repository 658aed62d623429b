import type { ManifestBatch } from '../manifest/index.js';
import { OptionError, type Sample } from '../model/index.js';
import { hashString, hashView } from '../text/index.js';

/** What keeps samples together. Default `parent`: the video that a frame is from, else the source. */
export type GroupBy =
  | 'parent'
  | 'source'
  | 'source-folder'
  | 'phash'
  | `property:${string}`
  | `regex:${string}`;

const parentKey = '@modelarts:parent_source';

/** Gives the text that samples of one group have in common. */
type KeyOf = (source: string, sample: () => Sample) => string;

/** @throws OptionError for a grouping that is none */
function keyOf(groupBy: string): KeyOf {
  if (groupBy === 'parent') {
    return (source, sample) => {
      const parent = sample().property?.[parentKey];
      return typeof parent === 'string' && parent !== '' ? parent : source;
    };
  }
  if (groupBy === 'source') return (source) => source;
  if (groupBy === 'source-folder') return (source) => source.slice(0, source.lastIndexOf('/') + 1);
  if (groupBy.startsWith('property:') && groupBy.length > 'property:'.length) {
    const name = groupBy.slice('property:'.length);
    return (source, sample) => {
      const value = sample().property?.[name];
      if (value === undefined || value === null) return source;
      return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
    };
  }
  if (groupBy.startsWith('regex:')) {
    const text = groupBy.slice('regex:'.length);
    let pattern: RegExp;
    try {
      pattern = new RegExp(text, 'u');
    } catch (error) {
      throw new OptionError(`${JSON.stringify(text)} is no regular expression: ${(error as Error).message}`);
    }
    return (source) => {
      const match = pattern.exec(source);
      return match === null ? source : (match[1] ?? match[0]);
    };
  }
  throw new OptionError(`samples cannot be grouped by ${JSON.stringify(groupBy)}`, {
    hint: 'Groupings are parent, source, source-folder, property:<name>, regex:<expression> and phash.',
  });
}

const prefix = Buffer.from('"source":"');
const parentNeedle = Buffer.from(`"${parentKey}"`);
const quote = 0x22;
const backslash = 0x5c;

/** Hashes of what keeps samples together: 64 bits for each row, the same wherever the sample is read from. */
export class GroupKeys {
  /** Upper and lower half of the hash of the row asked for last. */
  readonly hash = new Uint32Array(2);
  private readonly keyOf: KeyOf;

  /** @throws OptionError for a grouping that is none */
  constructor(private readonly groupBy: string) {
    this.keyOf = keyOf(groupBy === 'phash' ? 'source' : groupBy);
  }

  /** Sets {@link hash} to that of a sample. */
  ofSample(sample: Sample): void {
    hashString(
      this.keyOf(sample.source, () => sample),
      this.hash,
    );
  }

  /**
   * What gives the hashes of the rows of a batch that hold samples. Where the source decides, and stands plainly in the
   * line, its bytes are hashed where they are.
   */
  ofLines(batch: ManifestBatch): (row: number) => void {
    const { hash } = this;
    const { lines } = batch;
    const { bytes, starts, ends } = lines;
    const bySource =
      this.groupBy === 'source' ||
      this.groupBy === 'phash' ||
      (this.groupBy === 'parent' && !bytes.includes(parentNeedle));
    if (!bySource) {
      return (row) => this.ofSample(batch.sample(row)!);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return (row) => {
      const start = starts[row]!;
      const end = ends[row]!;
      // A line that begins with the source, or has a plain id before it; any other is asked for its source.
      const from = sourceStart(bytes, view, start, end);
      if (from >= 0 && batch.outcome(row) === true) {
        const at = stringEnd(view, from, end);
        if (bytes[at] === quote && at < end) {
          hashView(view, from, at, hash, 0);
          return;
        }
      }
      hashString(batch.source(row) ?? '', hash);
    };
  }
}

/** Where the value of `source` begins in a line whose first member it is, or the second after a plain string; else -1. */
function sourceStart(bytes: Buffer, view: DataView, start: number, end: number): number {
  if (bytes[start] !== 0x7b) return -1;
  if (startsWith(bytes, start + 1, end)) return start + 1 + prefix.length;
  // Past "name":"value",
  if (bytes[start + 1] !== quote) return -1;
  const name = stringEnd(view, start + 2, end);
  if (bytes[name] !== quote || bytes[name + 1] !== 0x3a || bytes[name + 2] !== quote) return -1;
  const value = stringEnd(view, name + 3, end);
  if (bytes[value] !== quote || bytes[value + 1] !== 0x2c) return -1;
  return startsWith(bytes, value + 2, end) ? value + 2 + prefix.length : -1;
}

/** The first quote or backslash from `at` on, four bytes at a time; `end` where there is none. */
function stringEnd(view: DataView, from: number, end: number): number {
  let at = from;
  for (const stop = end - 3; at < stop; at += 4) {
    const word = view.getInt32(at, true);
    const quotes = word ^ 0x22222222;
    const slashes = word ^ 0x5c5c5c5c;
    // A byte that has become 0 borrows from its highest bit.
    const met = ((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes);
    if ((met & 0x80808080) !== 0) break;
  }
  while (at < end) {
    const byte = view.getUint8(at);
    if (byte === quote || byte === backslash) break;
    at++;
  }
  return at;
}

function startsWith(bytes: Buffer, at: number, end: number): boolean {
  if (at + prefix.length >= end) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}
