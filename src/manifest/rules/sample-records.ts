import { hashString } from '../../text/index.js';
import type { SampleFacts } from './sample-facts.js';

/** Set in a tag of a sample that has an id. */
const idBit = 0x80;

/** Words per sample in {@link SampleRecordsState.hashes}. */
export const hashWords = 4;

/** The contents of {@link SampleRecords}: plain typed arrays. */
export interface SampleRecordsState {
  readonly count: number;
  /** Per sample the hash of its source, upper half first, then that of its id. */
  readonly hashes: Uint32Array;
  /** The usage tag, and a bit that says that there is an id. */
  readonly tags: Uint8Array;
  /** Line number within the part of the file, 1-based. */
  readonly lines: Uint32Array;
  /** Where the line begins in the file. Float64: files may be longer than 4 GiB. */
  readonly offsets: Float64Array;
}

/** Bytes that the arrays of a state take for each sample. */
const recordBytes = 8 + 4 * hashWords + 4 + 1;
/** Samples that the smallest arrays have room for. */
const leastCapacity = 1024;

/**
 * What the cross-sample rules need of each sample, in file order: 29 bytes per sample. Kept for a batch of
 * lines, or for a part of a file that is checked in parallel, until the samples are compared.
 */
export class SampleRecords implements SampleRecordsState {
  count = 0;
  hashes: Uint32Array = new Uint32Array(0);
  tags: Uint8Array = new Uint8Array(0);
  lines: Uint32Array = new Uint32Array(0);
  offsets: Float64Array = new Float64Array(0);
  private readonly isShared: boolean;
  private readonly spare: SampleRecordsState[] = [];

  /** @param isShared  the records are in memory that other threads can look into */
  constructor(isShared = false) {
    this.isShared = isShared;
  }

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

  /** The records themselves, which begin anew in other memory. */
  take(): SampleRecordsState {
    const { count, hashes, tags, lines, offsets } = this;
    this.clear();
    this.place(this.spare.pop() ?? arraysFor(0, this.isShared));
    return { count, hashes, tags, lines, offsets };
  }

  /** Gives back what {@link take} has given: nobody looks at it any more. */
  reuse(state: SampleRecordsState): void {
    this.spare.push(state);
  }

  private grow(): void {
    const { hashes, tags, lines, offsets } = this;
    this.place(arraysFor(Math.max(leastCapacity, 2 * lines.length), this.isShared));
    this.hashes.set(hashes);
    this.tags.set(tags);
    this.lines.set(lines);
    this.offsets.set(offsets);
  }

  private place({ hashes, tags, lines, offsets }: Omit<SampleRecordsState, 'count'>): void {
    this.hashes = hashes;
    this.tags = tags;
    this.lines = lines;
    this.offsets = offsets;
  }
}

/** Arrays with room for so many samples, a multiple of 2, in one piece of memory. */
function arraysFor(capacity: number, isShared: boolean): Omit<SampleRecordsState, 'count'> {
  const bytes = recordBytes * capacity;
  const memory = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const hashesAt = 8 * capacity;
  const linesAt = hashesAt + 4 * hashWords * capacity;
  return {
    offsets: new Float64Array(memory, 0, capacity),
    hashes: new Uint32Array(memory, hashesAt, hashWords * capacity),
    lines: new Uint32Array(memory, linesAt, capacity),
    tags: new Uint8Array(memory, linesAt + 4 * capacity, capacity),
  };
}

export function hasId(tag: number): boolean {
  return (tag & idBit) !== 0;
}

export function usageTagOf(tag: number): number {
  return tag & ~idBit;
}
