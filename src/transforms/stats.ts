import {
  flagOf,
  type ImageAnnotation,
  type ImageObject,
  OptionError,
  type Sample,
  type Shape,
  type ShapeKind,
  shapeKinds,
  type Task,
  tasks,
} from '../model/index.js';
import {
  checkedPartial,
  counters,
  edges,
  type HistogramName,
  histogramNames,
  knownSplits,
  labelColumns,
  noSplit,
  noTask,
  otherSplit,
  otherTask,
  partialVersion,
  positionGrid,
  type StatsLimits,
  type StatsPartial,
  splitNames,
  taskNames,
  usualLimits,
} from './stats-partial.js';
import { type Statistics, statisticsOf } from './stats-report.js';
import { CountTable, compareNames, noName, otherName } from './stats-table.js';

/** Columns of the table of labels; those by usage follow. */
const inSamples = 0;
const inAnnotations = 1;
const inObjects = 2;
const bySplit = labelColumns;

/** Pairs of labels whose numbers are below this are counted without a search. */
const denseLabels = 256;
const pairBase = 2 ** 26;

const unsaid = 0;
const yes = 1;
const no = 2;

/** Bin of a value that is not below the first edge. */
function binOf(value: number, lower: readonly number[]): number {
  let bin = lower.length - 1;
  while (bin > 0 && value < (lower[bin] as number)) bin--;
  return bin;
}

function addUp(sums: Float64Array | number[], counts: readonly number[]): void {
  for (const [i, count] of counts.entries()) {
    const sum = (sums[i] as number) + count;
    if (sum > Number.MAX_SAFE_INTEGER) throw new OptionError('the counts are too large to be added up');
    sums[i] = sum;
  }
}

/**
 * Counts what is in a data set. Tallies of parts add up to the tally of the whole, exactly, wherever it is cut and in
 * whatever order they are added: all that is kept are whole numbers, and what is left out for want of room is decided by
 * the names alone. Memory is bounded: 65,536 labels, 131,072 pairs of labels, and 1,024 types, usages and annotators each.
 */
export class StatsTally {
  private samples = 0;
  private unannotated = 0;
  private unreadable = 0;
  private unjoined = 0;
  private parts = 0;
  private degenerate = 0;
  private outside = 0;
  private unplaced = 0;
  private otherPairs = 0;
  private crowded = 0;
  private readonly splits = splitNames.map(() => [0, 0, 0]);
  private readonly labels: CountTable;
  private readonly types: CountTable;
  private readonly usages: CountTable;
  private readonly annotators: CountTable;
  /** Samples by the set of their tasks, one bit for each of `taskNames`. */
  private readonly taskSets = new Float64Array(1 << taskNames.length);
  private readonly taskSamples = taskNames.map(() => 0);
  private readonly taskAnnotations = taskNames.map(() => 0);
  private readonly shapes = [...shapeKinds, 'none'].map(() => 0);
  private readonly hard = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  private readonly histograms: Record<HistogramName, number[]> = {
    annotationsPerSample: edges.count.map(() => 0),
    objectsPerImage: edges.count.map(() => 0),
    width: edges.length.map(() => 0),
    height: edges.length.map(() => 0),
    area: edges.area.map(() => 0),
    aspect: edges.aspect.map(() => 0),
  };
  private readonly positions = new Float64Array(positionGrid ** 2);
  private densePairs: Float64Array | undefined;
  private pairs = new Map<number, number>();
  /** The task of each type, the split of each usage, by number. */
  private typeTasks = [noTask, otherTask];
  private usageSplits = [noSplit, otherSplit];
  /** The last sample that each label was seen in. */
  private seenIn = new Uint32Array(64);
  private serial = 0;
  /** The sample under way. */
  private split = 0;
  private annotations = 0;
  private objects = 0;
  private documents = 0;
  private taskSet = 0;
  private readonly distinct: number[] = [];
  private cuts = 0;

  /** @param limits  @internal only tallies of the same limits add up exactly; partial results have none but the usual */
  constructor(private readonly limits: StatsLimits = usualLimits) {
    this.labels = new CountTable(bySplit + splitNames.length, limits.labels);
    this.types = new CountTable(1, limits.values);
    this.usages = new CountTable(1, limits.values);
    this.annotators = new CountTable(1, limits.values);
  }

  /** @internal Numbers of names given before this changed mean nothing any more. */
  get epoch(): number {
    return this.cuts;
  }

  /** @internal Numbers of names, for {@link begin} and {@link annotation}; 0 stands for none. */
  usageId(usage: string): number {
    const upper = usage.toUpperCase();
    const split = knownSplits.get(upper);
    const id = this.usages.idOf(split === undefined ? usage : upper);
    if (id > otherName) this.usageSplits[id] = split ?? otherSplit;
    return id;
  }

  /** @internal */
  labelId(name: string): number {
    const id = this.labels.idOf(name);
    if (id >= this.seenIn.length) {
      const larger = new Uint32Array(2 * this.seenIn.length);
      larger.set(this.seenIn);
      this.seenIn = larger;
    }
    return id;
  }

  /** @internal */
  typeId(type: string, task: Task | undefined): number {
    const id = this.types.idOf(type);
    if (id > otherName) this.typeTasks[id] = task === undefined ? otherTask : tasks.indexOf(task);
    return id;
  }

  /** @internal */
  annotatorId(annotator: string): number {
    return this.annotators.idOf(annotator);
  }

  /** @internal A sample begins. @param hard 0 not said, 1 hard, 2 not */
  begin(usage: number, hard: number): void {
    this.samples++;
    this.serial = (this.serial + 1) >>> 0;
    this.usages.cells[usage]!++;
    this.split = this.usageSplits[usage] as number;
    this.hard[0]![hard]!++;
    this.annotations = 0;
    this.objects = 0;
    this.documents = 0;
    this.taskSet = 0;
    this.distinct.length = 0;
  }

  /** @internal */
  annotation(label: number, type: number, annotator: number, hard: number): void {
    this.annotations++;
    const task = this.typeTasks[type] as number;
    this.taskAnnotations[task]!++;
    this.taskSet |= 1 << task;
    this.types.cells[type]!++;
    this.annotators.cells[annotator]!++;
    this.hard[1]![hard]!++;
    this.count(label, inAnnotations);
  }

  /** @internal What an annotation file of the sample says. */
  document({ width, height, objects }: ImageAnnotation): void {
    this.documents++;
    for (const object of objects) this.object(object, width, height);
  }

  /** @internal The sample is complete. */
  end(): void {
    const { annotations, objects, distinct, histograms } = this;
    if (annotations === 0) this.unannotated++;
    const split = this.splits[this.split] as number[];
    split[0]!++;
    split[1]! += annotations;
    split[2]! += objects;
    this.taskSets[this.taskSet]!++;
    histograms.annotationsPerSample[binOf(annotations, edges.count)]!++;
    if (this.documents > 0) histograms.objectsPerImage[binOf(objects, edges.count)]!++;
    if (distinct.length > 1) this.countPairs();
    if (this.labels.isOverfull || this.pairs.size > 2 * this.limits.pairs) this.cutLabels();
    if (this.types.isOverfull || this.usages.isOverfull || this.annotators.isOverfull) this.cutValues();
  }

  /** A line or file that holds no readable sample. */
  addUnreadable(): void {
    this.unreadable++;
  }

  /**
   * Counts a sample.
   *
   * @param documents  what its annotation files say; default: the `image` of its annotations. `'unreadable'`: they could
   *   not be read
   */
  add(sample: Sample, documents?: Iterable<ImageAnnotation> | 'unreadable'): void {
    this.begin(sample.usage === undefined ? noName : this.usageId(sample.usage), hardness(sample.hard));
    for (const { name, type, task, annotatedBy, hard } of sample.annotations) {
      this.annotation(
        name === undefined ? noName : this.labelId(name),
        type === undefined ? noName : this.typeId(type, task),
        annotatedBy === undefined ? noName : this.annotatorId(annotatedBy),
        hardness(hard),
      );
    }
    if (documents === 'unreadable') this.unjoined++;
    else if (documents !== undefined) for (const document of documents) this.document(document);
    else for (const { image } of sample.annotations) if (image !== undefined) this.document(image);
    this.end();
  }

  private object({ name, parts, shape, difficult }: ImageObject, width?: number, height?: number): void {
    this.objects++;
    this.parts += parts.length;
    const flag = flagOf(difficult);
    this.hard[2]![hardness(flag)]!++;
    this.count(name === undefined ? noName : this.labelId(name), inObjects);
    this.shapes[shape === undefined ? shapeKinds.length : shapeKinds.indexOf(shape.kind)]!++;
    if (shape !== undefined) this.shape(shape, width, height);
  }

  private shape(shape: Shape, width: number | undefined, height: number | undefined): void {
    const [left, top, right, bottom] = extent(shape);
    if (sized.has(shape.kind)) {
      const [w, h] = [right - left, bottom - top];
      const { histograms } = this;
      if (w > 0 && h > 0) {
        histograms.width[binOf(w, edges.length)]!++;
        histograms.height[binOf(h, edges.length)]!++;
        histograms.area[binOf(w * h, edges.area)]!++;
        histograms.aspect[binOf(w / h, edges.aspect)]!++;
      } else this.degenerate++;
    }
    if (width === undefined || height === undefined || !(width > 0) || !(height > 0)) {
      this.unplaced++;
      return;
    }
    const [x, y] = [(left + right) / 2 / width, (top + bottom) / 2 / height];
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
      this.outside++;
      return;
    }
    const cell = (of: number): number => Math.min(Math.floor(of * positionGrid), positionGrid - 1);
    this.positions[cell(y) * positionGrid + cell(x)]!++;
  }

  private count(label: number, column: number): void {
    const { labels, seenIn } = this;
    const at = label * labels.width;
    labels.cells[at + column]!++;
    labels.cells[at + bySplit + this.split]!++;
    if (label <= otherName || seenIn[label] === this.serial) return;
    seenIn[label] = this.serial;
    labels.cells[at + inSamples]!++;
    this.distinct.push(label);
  }

  private countPairs(): void {
    const { distinct } = this;
    if (distinct.length > this.limits.pairedLabels) {
      this.crowded++;
      return;
    }
    this.densePairs ??= new Float64Array(denseLabels ** 2);
    const { densePairs } = this;
    for (let i = 1; i < distinct.length; i++) {
      const one = distinct[i] as number;
      for (let j = 0; j < i; j++) {
        const other = distinct[j] as number;
        if (one < denseLabels && other < denseLabels) {
          densePairs[one < other ? one * denseLabels + other : other * denseLabels + one]!++;
        } else this.addPair(one, other, 1);
      }
    }
  }

  private addPair(one: number, other: number, count: number): void {
    const key = one < other ? one * pairBase + other : other * pairBase + one;
    const sum = (this.pairs.get(key) ?? 0) + count;
    if (sum > Number.MAX_SAFE_INTEGER) throw new OptionError('the counts are too large to be added up');
    this.pairs.set(key, sum);
  }

  /** Lets go of the labels and pairs that there is no room for. */
  private cutLabels(): void {
    this.cuts++;
    const { densePairs } = this;
    for (let key = 0; densePairs !== undefined && key < densePairs.length; key++) {
      const count = densePairs[key] as number;
      if (count > 0) this.addPair(Math.floor(key / denseLabels), key % denseLabels, count);
    }
    this.densePairs = undefined;
    const moved = this.labels.cut();
    this.seenIn = new Uint32Array(Math.max(64, this.labels.size));
    const kept: [number, number, number][] = [];
    for (const [key, count] of this.pairs) {
      const one = moved[Math.floor(key / pairBase)] as number;
      const other = moved[key % pairBase] as number;
      if (one === otherName || other === otherName) this.otherPairs += count;
      else kept.push([Math.min(one, other), Math.max(one, other), count]);
    }
    // Numbers are in the order of names now. By the later one first: pairs of names that will be cut go before others.
    kept.sort(([a, b], [c, d]) => b - d || a - c);
    this.pairs = new Map();
    for (const [i, [one, other, count]] of kept.entries()) {
      if (i < this.limits.pairs) this.addPair(one, other, count);
      else this.otherPairs += count;
    }
  }

  private cutValues(): void {
    this.cuts++;
    this.annotators.cut();
    this.typeTasks = renumbered(this.types.cut(), this.typeTasks);
    this.usageSplits = renumbered(this.usages.cut(), this.usageSplits);
  }

  /** Adds the counts of another part. */
  merge(other: StatsTally): void {
    this.mergeState(other.toJSON());
  }

  private mergeState(state: StatsPartial): void {
    for (const name of counters) {
      const sum = [this[name]];
      addUp(sum, [state[name]]);
      this[name] = sum[0] as number;
    }
    for (const [i, counts] of state.splits.entries()) addUp(this.splits[i] as number[], counts);
    for (const [i, counts] of state.hard.entries()) addUp(this.hard[i] as number[], counts);
    addUp(
      this.taskSamples,
      state.tasks.map(([samples]) => samples as number),
    );
    addUp(
      this.taskAnnotations,
      state.tasks.map(([, annotations]) => annotations as number),
    );
    addUp(this.shapes, state.shapes);
    addUp(this.positions, state.positions);
    for (const name of histogramNames) addUp(this.histograms[name], state.histograms[name]);
    for (const [name] of state.labels.rows) this.labelId(name);
    this.labels.merge(state.labels);
    this.types.merge(state.types);
    this.usages.merge(state.usages);
    this.annotators.merge(state.annotators);
    for (const [one, other, count] of state.pairs)
      this.addPair(this.labelId(one), this.labelId(other), count);
    this.cutLabels();
    this.cutValues();
  }

  /** The counts as plain data, for {@link fromJSON}. */
  toJSON(): StatsPartial {
    this.cutLabels();
    this.cutValues();
    const { taskSamples, taskSets, labels } = this;
    const samplesOf = (task: number): number => {
      let sum = taskSamples[task] as number;
      for (let set = 0; set < taskSets.length; set++) if ((set >> task) & 1) sum += taskSets[set] as number;
      return sum;
    };
    const pairs = [...this.pairs].map(([key, count]): [string, string, number] => {
      return [labels.text(Math.floor(key / pairBase)), labels.text(key % pairBase), count];
    });
    pairs.sort(([a, b], [c, d]) => compareNames(b, d) || compareNames(a, c));
    return {
      labelkit: 'stats',
      version: partialVersion,
      samples: this.samples,
      unannotated: this.unannotated,
      unreadable: this.unreadable,
      unjoined: this.unjoined,
      parts: this.parts,
      splits: this.splits.map((counts) => [...counts]),
      labels: labels.state(),
      types: this.types.state(),
      usages: this.usages.state(),
      annotators: this.annotators.state(),
      tasks: this.taskAnnotations.map((annotations, task) => [samplesOf(task), annotations]),
      shapes: [...this.shapes],
      hard: this.hard.map((counts) => [...counts]),
      histograms: Object.fromEntries(
        histogramNames.map((name) => [name, [...this.histograms[name]]]),
      ) as Record<HistogramName, number[]>,
      degenerate: this.degenerate,
      positions: [...this.positions],
      outside: this.outside,
      unplaced: this.unplaced,
      pairs,
      otherPairs: this.otherPairs,
      crowded: this.crowded,
    };
  }

  /**
   * A tally with the counts of a partial result.
   *
   * @param value  what {@link toJSON} gave, through JSON or not
   * @throws OptionError when it is something else, or of another version
   */
  static fromJSON(value: unknown): StatsTally {
    const tally = new StatsTally();
    tally.mergeState(checkedPartial(value));
    return tally;
  }

  /** The counts for people and programs. @param top  labels, pairs of labels, types, usages and annotators listed; default 50 */
  report(top = 50): Statistics {
    return statisticsOf(this.toJSON(), this.limits, top);
  }
}

function renumbered(moved: Int32Array, old: readonly number[]): number[] {
  const renewed = [old[noName] as number, old[otherName] as number];
  for (const [id, to] of moved.entries()) if (to > otherName) renewed[to] = old[id] as number;
  return renewed;
}

function hardness(hard: boolean | undefined): number {
  return hard === undefined ? unsaid : hard ? yes : no;
}

/** Shapes whose extent is a size. */
const sized: ReadonlySet<ShapeKind> = new Set(['bndbox', 'polygon', 'circle']);

/** Left, top, right, bottom. */
function extent(shape: Shape): [number, number, number, number] {
  switch (shape.kind) {
    case 'bndbox':
      return [shape.xmin, shape.ymin, shape.xmax, shape.ymax];
    case 'circle':
      return [shape.cx - shape.r, shape.cy - shape.r, shape.cx + shape.r, shape.cy + shape.r];
    case 'point':
      return [shape.x, shape.y, shape.x, shape.y];
    case 'line':
    case 'dashed':
      return extentOf([shape.x1, shape.y1, shape.x2, shape.y2]);
    default:
      return extentOf(shape.points);
  }
}

function extentOf(points: readonly number[]): [number, number, number, number] {
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] as number];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}
