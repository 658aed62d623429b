import { hashString } from '../../text/index.js';
import type { SampleFacts } from './sample-facts.js';

/** Set in a tag of a sample that has an id. */
const idBit = 0x80;

/** Words per sample in {@link SampleRecordsState.hashes}. */
export const hashWords = 4;

/** The contents of {@link SampleRecords}: plain typed arrays, fit for transferring between threads. */
export interface SampleRecordsState {
  readonly count: number;
  /** Per sample the hash of its source, upper half first, then that of its id. */
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** The usage tag, and a bit that says that there is an id. */
  readonly tags: Uint8Array<ArrayBuffer>;
  /** Line number within the part of the file, 1-based. */
  readonly lines: Uint32Array<ArrayBuffer>;
  /** Where the line begins in the file. Float64: files may be longer than 4 GiB. */
  readonly offsets: Float64Array<ArrayBuffer>;
}

/**
 * What the cross-sample rules need of each sample, in file order: 29 bytes per sample. Kept for a batch of
 * lines, or for a part of a file that is checked in parallel, until the samples are compared.
 */
export class SampleRecords implements SampleRecordsState {
  count = 0;
  hashes = new Uint32Array(0);
  tags = new Uint8Array(0);
  lines = new Uint32Array(0);
  offsets = new Float64Array(0);

  /**
   * Makes a record whose hashes the caller puts in.
   *
   * @returns where in {@link hashes}: first the source's, then the id's if there is one
   */
  add(hasId: boolean, usageTag: number, line: number, offset: number): number {
    const at = this.count;
    if (at === this.lines.length) this.grow();
    this.tags[at] = hasId ? usageTag | idBit : usageTag;
    this.lines[at] = line;
    this.offsets[at] = offset;
    this.count = at + 1;
    return at * hashWords;
  }

  /** Takes a sample judged by the full rules. */
  addSample({ source, id, usageTag }: SampleFacts, line: number, offset: number): void {
    const hasId = id !== undefined && id !== '';
    const at = this.add(hasId, usageTag, line, offset);
    hashString(source, this.hashes, at);
    if (hasId) hashString(id, this.hashes, at + 2);
  }

  /** Forgets the records and keeps the memory. */
  clear(): void {
    this.count = 0;
  }

  /** The records themselves, which begin anew. */
  take(): SampleRecordsState {
    const { count, hashes, tags, lines, offsets } = this;
    this.clear();
    this.hashes = new Uint32Array(0);
    this.tags = new Uint8Array(0);
    this.lines = new Uint32Array(0);
    this.offsets = new Float64Array(0);
    return { count, hashes, tags, lines, offsets };
  }

  private grow(): void {
    const { hashes, tags, lines, offsets } = this;
    const capacity = Math.max(1024, 2 * lines.length);
    this.hashes = new Uint32Array(hashWords * capacity);
    this.hashes.set(hashes);
    this.tags = new Uint8Array(capacity);
    this.tags.set(tags);
    this.lines = new Uint32Array(capacity);
    this.lines.set(lines);
    this.offsets = new Float64Array(capacity);
    this.offsets.set(offsets);
  }
}

/** The buffers of a state, for handing them to another thread without a copy. */
export function buffersOf({ hashes, tags, lines, offsets }: SampleRecordsState): ArrayBuffer[] {
  return [hashes.buffer, tags.buffer, lines.buffer, offsets.buffer];
}

export function hasId(tag: number): boolean {
  return (tag & idBit) !== 0;
}

export function usageTagOf(tag: number): number {
  return tag & ~idBit;
}
