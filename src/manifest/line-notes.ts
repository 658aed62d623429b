/** Marks a usage that is to be looked for in the line itself. */
const unlisted = 255;
const fewest = 64;
/** As in wasm/line-scanner.ts. */
const hashKnown = 1;
const parentPossible = 2;

/** Turns labels into numbers of its own, so that the same label again costs no string. */
export interface LabelNumbering {
  /** When this changes, numbers given before mean nothing any more. It changes at the end of a line only. */
  readonly epoch: number;
  /** The number of a label; the same name has the same number within an epoch. */
  labelId(name: string): number;
}

/** Numbers sets of labels, the labels having been numbered first. */
export interface LabelSetNumbering extends LabelNumbering {
  /** The number of the set of the first `count` of some labels, none of which is there twice; they may be moved. */
  setId(labels: Uint32Array, count: number): number;
}

/** What is noted of lines beside usage and source. */
export interface NotedFacts {
  /** A hash of the source. */
  readonly hashes?: boolean;
  /** Who numbers the labels that a line has. */
  readonly labels?: LabelSetNumbering | undefined;
  /** With {@link labels}: a line with an annotation that has no name counts as none of the ordinary ones. */
  readonly everyName?: boolean;
}

/** Where the lines of a run of ordinary ones end, and what else was found in them while they were checked. */
export class LineNotes {
  count = 0;
  readonly hashes: boolean;
  readonly labels: LabelSetNumbering | undefined;
  readonly everyName: boolean;
  /** Where each line's line feed is. */
  ends = new Uint32Array(0);
  private usages = new Uint8Array(0);
  private sources = new Uint32Array(0);
  private halves = new Uint32Array(0);
  private sets = new Uint32Array(0);
  private kinds = new Uint8Array(0);
  private readonly names: (string | undefined)[] = [undefined];

  /** @param expected about how many lines there will be */
  constructor(expected = fewest, { hashes = false, labels, everyName = false }: NotedFacts = {}) {
    this.hashes = hashes;
    this.labels = labels;
    this.everyName = everyName;
    this.reserve(Math.max(fewest, expected));
  }

  /** Forgets all lines. */
  clear(): void {
    this.count = 0;
    this.names.length = 1;
  }

  /** Makes room for so many lines in all. */
  reserve(count: number): void {
    if (count <= this.ends.length) return;
    const capacity = Math.max(count, 2 * this.ends.length);
    this.ends = grown(this.ends, new Uint32Array(capacity));
    this.usages = grown(this.usages, new Uint8Array(capacity));
    this.sources = grown(this.sources, new Uint32Array(2 * capacity));
    if (this.hashes) {
      this.halves = grown(this.halves, new Uint32Array(2 * capacity));
      this.kinds = grown(this.kinds, new Uint8Array(capacity));
    }
    if (this.labels !== undefined) this.sets = grown(this.sets, new Uint32Array(capacity));
  }

  /**
   * Adds a line; there must be room for it.
   *
   * @param usage a number that {@link number} gave, or `LineNotes.unlisted`
   * @param sourceFrom where its source begins, 0 when that has escapes
   */
  add(end: number, usage: number, sourceFrom: number, sourceTo: number): void {
    const at = this.count++;
    this.ends[at] = end;
    this.usages[at] = usage;
    this.sources[2 * at] = sourceFrom;
    this.sources[2 * at + 1] = sourceTo;
  }

  /** Adds the two halves of the hash of a line's source, and what is known of it: the bits of the scanner. */
  setHash(row: number, high: number, low: number, kind: number): void {
    this.halves[2 * row] = high;
    this.halves[2 * row + 1] = low;
    this.kinds[row] = kind;
  }

  /** Adds the number of a line's label set. */
  setLabels(row: number, set: number): void {
    this.sets[row] = set;
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

  /** What {@link number} gave for its usage. */
  usageNumber(row: number): number {
    return this.usages[row]!;
  }

  /** The usage of a row. */
  usage(row: number): string | undefined {
    return this.names[this.usages[row]!];
  }

  /** Undefined when it is not known here. */
  source(row: number, bytes: Buffer): string | undefined {
    const from = this.sources[2 * row]!;
    return from === 0 ? undefined : bytes.toString('utf8', from, this.sources[2 * row + 1]);
  }

  /** False when the source has escapes that are not simple ones: then its hash is not here. */
  knowsHash(row: number): boolean {
    return (this.kinds[row]! & hashKnown) !== 0;
  }

  /** Upper half of the hash of the source. */
  high(row: number): number {
    return this.halves[2 * row]!;
  }

  /** The low half of the hash of a row. */
  low(row: number): number {
    return this.halves[2 * row + 1]!;
  }

  /** False when the source alone says what the line belongs to: its property cannot name a parent. */
  mayHaveParent(row: number): boolean {
    return (this.kinds[row]! & parentPossible) !== 0;
  }

  /** The number of the set of labels that a row has. */
  labelSet(row: number): number {
    return this.sets[row]!;
  }

  static readonly unlisted = unlisted;
}

function grown<T extends Uint8Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
