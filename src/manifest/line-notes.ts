/** Marks a usage that is to be looked for in the line itself. */
const unlisted = 255;
const fewest = 64;

/** Where the lines of a run of ordinary ones end, and their sources and usages: found while they were checked. */
export class LineNotes {
  count = 0;
  /** Where each line's line feed is. */
  ends = new Uint32Array(fewest);
  private usages = new Uint8Array(fewest);
  private sources = new Uint32Array(2 * fewest);
  private readonly names: (string | undefined)[] = [undefined];

  /** @param expected about how many lines there will be */
  constructor(expected = fewest) {
    this.reserve(expected);
  }

  /** Makes room for so many lines in all. */
  reserve(count: number): void {
    if (count <= this.ends.length) return;
    const capacity = Math.max(count, 2 * this.ends.length);
    const { ends, usages, sources } = this;
    this.ends = new Uint32Array(capacity);
    this.ends.set(ends);
    this.usages = new Uint8Array(capacity);
    this.usages.set(usages);
    this.sources = new Uint32Array(2 * capacity);
    this.sources.set(sources);
  }

  /**
   * Adds a line; there must be room for it.
   *
   * @param usage a number that {@link number} gave, or {@link LineNotes.unlisted}
   * @param sourceFrom where its source begins, 0 when that has escapes
   */
  add(end: number, usage: number, sourceFrom: number, sourceTo: number): void {
    const at = this.count++;
    this.ends[at] = end;
    this.usages[at] = usage;
    this.sources[2 * at] = sourceFrom;
    this.sources[2 * at + 1] = sourceTo;
  }

  /** The number that stands for a usage. */
  number(usage: string): number {
    const known = this.names.indexOf(usage, 1);
    if (known > 0) return known;
    return this.names.length < unlisted ? this.names.push(usage) - 1 : unlisted;
  }

  /** False when the usage is not known here. */
  knowsUsage(row: number): boolean {
    return this.usages[row] !== unlisted;
  }

  usage(row: number): string | undefined {
    return this.names[this.usages[row]!];
  }

  /** Undefined when it is not known here. */
  source(row: number, bytes: Buffer): string | undefined {
    const from = this.sources[2 * row]!;
    return from === 0 ? undefined : bytes.toString('utf8', from, this.sources[2 * row + 1]);
  }

  static readonly unlisted = unlisted;
}
