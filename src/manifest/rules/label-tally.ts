/** Distinct label names that are told apart; further names are counted together. */
const labelLimit = 100_000;

/** The contents of a {@link LabelTally}, fit for posting between threads. */
export interface LabelTallyState {
  readonly names: string[];
  readonly annotations: number[];
  readonly samples: number[];
  readonly firstLines: number[];
  readonly otherAnnotations: number;
  readonly multiLabelSamples: number;
}

/** Counts label names over the samples of a file. */
export class LabelTally {
  private readonly ids = new Map<string, number>();
  private readonly names: string[] = [];
  /** Annotations per name. */
  private readonly annotations: number[] = [];
  /** Samples per name. */
  private readonly samples: number[] = [];
  private readonly firstLines: number[] = [];
  private readonly lastLines: number[] = [];
  private otherAnnotations = 0;
  /** Samples with two or more different labels. */
  multiLabelSamples = 0;

  /** The number of a name, given when it is first met on `line`; −1 when there are too many names. */
  idOf(name: string, line: number): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.length;
    if (id >= labelLimit) return -1;
    this.ids.set(name, id);
    this.names.push(name);
    this.annotations.push(0);
    this.samples.push(0);
    this.firstLines.push(line);
    this.lastLines.push(0);
    return id;
  }

  /** Counts one annotation of the sample on `line`. */
  count(id: number, line: number): void {
    if (id < 0) {
      this.otherAnnotations++;
      return;
    }
    this.annotations[id]!++;
    if (this.lastLines[id] === line) return;
    this.lastLines[id] = line;
    this.samples[id]!++;
  }

  /** Counts the labels of one sample. */
  addSample(labels: readonly string[], line: number): void {
    const first = labels[0];
    let several = false;
    for (const label of labels) {
      this.count(this.idOf(label, line), line);
      if (label !== first) several = true;
    }
    if (several) this.multiLabelSamples++;
  }

  /** Distinct names, as far as they are told apart. */
  get size(): number {
    return this.names.length;
  }

  /** Annotations per label name, in order of first appearance. */
  toMap(): Map<string, number> {
    return new Map(this.names.map((name, id) => [name, this.annotations[id]!]));
  }

  /** Names on fewer than `least` samples, with their sample counts. */
  rare(least: number): { readonly name: string; readonly samples: number }[] {
    const rare: { name: string; samples: number }[] = [];
    for (const [id, name] of this.names.entries()) {
      if (this.samples[id]! < least) rare.push({ name, samples: this.samples[id]! });
    }
    return rare;
  }

  /** Groups of names that fall together when case, width and normalisation are ignored. */
  lookAlikes(): { readonly names: string[]; readonly line: number }[] {
    const groups = new Map<string, number[]>();
    for (const [id, name] of this.names.entries()) {
      const folded = name.normalize('NFKC').toLowerCase();
      const group = groups.get(folded);
      if (group === undefined) groups.set(folded, [id]);
      else group.push(id);
    }
    return [...groups.values()]
      .filter((group) => group.length > 1)
      .map((group) => ({
        names: group.map((id) => this.names[id]!),
        line: this.firstLines[group[1]!]!,
      }));
  }

  /** What was counted, which begins anew. */
  takeState(): LabelTallyState {
    const state = {
      names: this.names.slice(),
      annotations: this.annotations.slice(),
      samples: this.samples.slice(),
      firstLines: this.firstLines.slice(),
      otherAnnotations: this.otherAnnotations,
      multiLabelSamples: this.multiLabelSamples,
    };
    this.ids.clear();
    for (const list of [this.names, this.annotations, this.samples, this.firstLines, this.lastLines])
      list.length = 0;
    this.otherAnnotations = 0;
    this.multiLabelSamples = 0;
    return state;
  }

  /** Adds the tally of a later part of the file whose first line is `lineBase + 1`. */
  addState(state: LabelTallyState, lineBase: number): void {
    for (const [i, name] of state.names.entries()) {
      const id = this.idOf(name, state.firstLines[i]! + lineBase);
      if (id < 0) this.otherAnnotations += state.annotations[i]!;
      else {
        this.annotations[id]! += state.annotations[i]!;
        this.samples[id]! += state.samples[i]!;
      }
    }
    this.otherAnnotations += state.otherAnnotations;
    this.multiLabelSamples += state.multiLabelSamples;
  }
}
