import { NumberTable } from '../text/index.js';
import type { StageBatch } from './stage.js';
import type { StoredKeys } from './stored-keys.js';

/** Characters of keys that are kept because they were asked for before. */
const cacheLength = 1 << 22;

/** What is known of the samples of a batch by which they are compared. */
export interface BatchKeys {
  /** For each row {@link noSample}, {@link withoutKey} or {@link withKey}. */
  readonly states: Uint8Array;
  /** For each row that has a key the upper and lower half of its hash. */
  readonly hashes: Uint32Array;
  /** The key of a row that has one, exact. */
  keyOf(row: number): string;
}

export const noSample = 0;
export const withoutKey = 1;
export const withKey = 2;

/** Two keys stand for the same. */
type SameKey = (first: string, second: string) => boolean | Promise<boolean>;

/** Hears of each sample, in order: its number, and that of the one it repeats, or 0. */
type TellSample = (row: number, number: number, sameAs: number) => void;

/**
 * Which samples have a key that an earlier one has. Samples whose hashes are equal are compared by the keys themselves,
 * those of a batch together. Keeps {@link NumberTable}'s bytes for each different key, and what {@link StoredKeys} do.
 */
export class SeenKeys {
  private readonly table = new NumberTable();
  /** Keys by the number of their sample. */
  private readonly cache = new Map<number, string>();
  private cached = 0;
  private samples = 0;

  /** @param keep the sample that later ones with its key are said to repeat: the `first` or the `last` before them */
  constructor(
    private readonly stored: StoredKeys,
    private readonly keep: 'first' | 'last' = 'first',
    private readonly isSame: SameKey = (first, second) => first === second,
  ) {}

  async take(batch: StageBatch, keys: BatchKeys, tell: TellSample): Promise<void> {
    const { stored } = this;
    const look = new BatchLook(this.samples + 1, batch.rowCount, keys);
    await this.sort(batch, look);
    for (let at = 0; at < look.rows.length; at++) {
      const row = look.rows[at]!;
      const number = look.base + at;
      if (keys.states[row] === withoutKey) {
        tell(row, number, 0);
        continue;
      }
      const first = look.found[row]!;
      const key = first !== 0 || stored.needsKeys ? keys.keyOf(row) : '';
      let sameAs = 0;
      if (first !== 0) {
        const text = look.text(first);
        const same = text !== undefined && this.isSame(text, key);
        if (typeof same === 'boolean' ? same : await same) {
          sameAs = look.latest(first);
          this.remember(first, text!);
        } else sameAs = await this.search(look, row, key);
        this.book(look, row, number, key, sameAs);
      }
      if (sameAs === 0 || this.keep === 'last') stored.keep(number, key);
      tell(row, number, sameAs);
    }
  }

  /** Numbers the samples of a batch, and gets the keys of those before it whose hash comes again. */
  private async sort(batch: StageBatch, look: BatchLook): Promise<void> {
    const { states, hashes } = look.keys;
    const wanted = new Set<number>();
    for (let row = 0; row < batch.rowCount; row++) {
      if (states[row] === noSample) continue;
      const number = ++this.samples;
      look.rows.push(row);
      this.stored.pass(number, batch, row);
      if (states[row] === withoutKey) continue;
      const first = this.table.add(hashes[2 * row]!, hashes[2 * row + 1]!, number);
      if (first === 0) continue;
      look.found[row] = first;
      if (first >= look.base) continue;
      const known = this.cache.get(first);
      if (known === undefined) wanted.add(first);
      else look.texts.set(first, known);
    }
    if (wanted.size === 0) return;
    const read = await this.stored.read([...wanted].sort((a, b) => a - b));
    for (const [number, key] of read) look.texts.set(number, key);
  }

  /** Compares a row with all samples that have its hash. @returns the number of the one that has its key, or 0 */
  private async search(look: BatchLook, row: number, key: string): Promise<number> {
    const { hashes } = look.keys;
    for (const other of this.table.all(hashes[2 * row]!, hashes[2 * row + 1]!)) {
      const text = look.text(other) ?? (await this.stored.read([other])).get(other);
      if (text !== undefined && (await this.isSame(text, key))) return other;
    }
    return 0;
  }

  /** Notes the outcome of a comparison for what comes later. */
  private book(look: BatchLook, row: number, number: number, key: string, sameAs: number): void {
    const high = look.keys.hashes[2 * row]!;
    const low = look.keys.hashes[2 * row + 1]!;
    if (sameAs === 0) this.table.addBeside(high, low, number);
    else if (this.keep === 'last') {
      this.table.replace(high, low, sameAs, number);
      look.move(sameAs, number);
      this.remember(number, key);
    }
  }

  /** Keeps a key that has been asked for: it often is again. */
  private remember(number: number, key: string): void {
    if (this.cache.has(number)) return;
    this.cached += key.length;
    if (this.cached > cacheLength) {
      this.cache.clear();
      this.cached = key.length;
    }
    this.cache.set(number, key);
  }
}

/** What is found out about the samples of one batch. */
class BatchLook {
  /** Rows that hold a sample; their numbers follow each other from {@link base}. */
  readonly rows: number[] = [];
  /** For each row the number of a sample whose hash was there before, or 0. */
  readonly found: Uint32Array;
  /** Keys of samples before this batch, by number. */
  readonly texts = new Map<number, string>();
  /** Numbers in the table that gave way to later ones. */
  private readonly moved = new Map<number, number>();

  constructor(
    readonly base: number,
    rowCount: number,
    readonly keys: BatchKeys,
  ) {
    this.found = new Uint32Array(rowCount);
  }

  /** A key that is at hand. */
  text(number: number): string | undefined {
    return number < this.base ? this.texts.get(number) : this.keys.keyOf(this.rows[number - this.base]!);
  }

  move(before: number, number: number): void {
    this.moved.set(before, number);
  }

  /** The number that is in the table now for one that was there. */
  latest(number: number): number {
    let last = number;
    for (let next = this.moved.get(last); next !== undefined; next = this.moved.get(last)) last = next;
    // The way there does not get longer and longer.
    if (last !== number) this.moved.set(number, last);
    return last;
  }
}
