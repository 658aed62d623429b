import { OptionError } from '../model/index.js';

/** The name that is not given. */
export const noName = 0;
/** A name that is not told apart from others. */
export const otherName = 1;
const firstName = 2;

/** Longer names, in UTF-16 units, are not told apart. */
export const longestName = 512;

/** A total order in which short names come first: whatever is cut off, it is the longest names that go. */
export function compareNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The counts of a table, as plain data. */
export interface TableState {
  /** Name and its counts, by {@link compareNames}. */
  readonly rows: readonly (readonly [string, ...number[]])[];
  /** Counts of what has no name. */
  readonly none: readonly number[];
  /** Counts of the names that are not listed. */
  readonly rest: readonly number[];
}

/**
 * Counts by name, several for each. Of more names than `limit` the first ones by {@link compareNames} are kept, whatever
 * order they come in: a name that is kept at the end was among the first at any time before, so its counts are whole, in
 * every part of the data and in the sum of the parts.
 */
export class CountTable {
  /** Counts of the name with number i are at `i * width` and after. */
  cells: Float64Array;
  private ids = new Map<string, number>();
  private texts: string[] = ['', ''];

  constructor(
    readonly width: number,
    readonly limit: number,
  ) {
    this.cells = new Float64Array(width * 64);
  }

  /** Names that have a number. */
  get size(): number {
    return this.texts.length;
  }

  get isOverfull(): boolean {
    return this.ids.size > 2 * this.limit;
  }

  text(id: number): string {
    return this.texts[id] as string;
  }

  /** The number of a name, good until {@link cut}. */
  idOf(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    if (text === '') return noName;
    if (text.length > longestName) return otherName;
    const id = this.texts.length;
    this.ids.set(text, id);
    this.texts.push(text);
    if ((id + 1) * this.width > this.cells.length) {
      const larger = new Float64Array(2 * this.cells.length);
      larger.set(this.cells);
      this.cells = larger;
    }
    return id;
  }

  /** Lets go of all names but the first `limit`; gives for each number the new one. */
  cut(): Int32Array {
    const { texts, cells, width } = this;
    const order = Array.from({ length: texts.length - firstName }, (_, i) => i + firstName);
    order.sort((a, b) => compareNames(texts[a] as string, texts[b] as string));
    const moved = new Int32Array(texts.length).fill(otherName);
    moved[noName] = noName;
    this.ids = new Map();
    this.texts = ['', ''];
    this.cells = new Float64Array(width * Math.max(64, firstName + Math.min(order.length, this.limit)));
    this.cells.set(cells.subarray(0, firstName * width));
    for (const [rank, id] of order.entries()) {
      const to = rank < this.limit ? this.idOf(texts[id] as string) : otherName;
      moved[id] = to;
      for (let i = 0; i < width; i++) this.add(to, i, cells[id * width + i] as number);
    }
    return moved;
  }

  add(id: number, column: number, count: number): void {
    const at = id * this.width + column;
    const sum = (this.cells[at] as number) + count;
    if (sum > Number.MAX_SAFE_INTEGER) throw new OptionError('the counts are too large to be added up');
    this.cells[at] = sum;
  }

  row(id: number): number[] {
    return Array.from(this.cells.subarray(id * this.width, (id + 1) * this.width));
  }

  /** Names that were counted at all, with their numbers. */
  *names(): Generator<[number, string], void, undefined> {
    for (let id = firstName; id < this.texts.length; id++) {
      if (this.row(id).some((count) => count > 0)) yield [id, this.texts[id] as string];
    }
  }

  /** After {@link cut}. */
  state(): TableState {
    return {
      rows: [...this.names()].map(([id, text]) => [text, ...this.row(id)] as [string, ...number[]]),
      none: this.row(noName),
      rest: this.row(otherName),
    };
  }

  merge({ rows, none, rest }: TableState): void {
    for (const [text, ...counts] of rows) {
      const id = this.idOf(text);
      for (const [i, count] of counts.entries()) this.add(id, i, count);
    }
    for (const [i, count] of none.entries()) this.add(noName, i, count);
    for (const [i, count] of rest.entries()) this.add(otherName, i, count);
  }
}
