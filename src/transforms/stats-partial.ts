import { OptionError, shapeKinds, tasks } from '../model/index.js';
import { longestName, type TableState } from './stats-table.js';

/** Columns of the tables by usage: the four usages of the format, all others together, none. */
export const splitNames = ['TRAIN', 'EVAL', 'TEST', 'INFERENCE', 'other', 'none'] as const;
export const otherSplit = 4;
export const noSplit = 5;

/** Tasks, then types that name no known task, then no type. */
export const taskNames = [...tasks, 'other', 'none'] as const;
export const otherTask = tasks.length;
export const noTask = tasks.length + 1;

/** Lower edges of the bins of the histograms; the last bin has no upper edge. */
export const edges = {
  /** Annotations of a sample, objects of an image. */
  count: [0, 1, 2, 3, 4, 5, 6, 11, 21, 51, 101, 1001],
  /** Pixels. */
  length: [0, ...powers(2, 15)],
  /** Square pixels. */
  area: [0, ...powers(4, 14)],
  /** Width by height. */
  aspect: [0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1, 3 / 2, 2, 4, 8, 16],
} as const;

function powers(base: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => base ** i);
}

/** The position map has so many columns, and as many rows. */
export const positionGrid = 16;

/** How much is told apart; the rest is counted together. */
export interface StatsLimits {
  readonly labels: number;
  /** Pairs of labels. */
  readonly pairs: number;
  /** Types, usages, annotators: so many of each. */
  readonly values: number;
  /** Samples with more different labels are not looked at for pairs. */
  readonly pairedLabels: number;
}
export const usualLimits: StatsLimits = { labels: 65_536, pairs: 131_072, values: 1024, pairedLabels: 64 };

/** Columns of the table of labels before those by usage: samples, annotations, objects. */
export const labelColumns = 3;

export const partialVersion = 1;

/** A partial result as JSON: {@link StatsTally.toJSON}. Whole numbers of counts only; equal data gives equal text. */
export interface StatsPartial {
  readonly labelkit: 'stats';
  readonly version: typeof partialVersion;
  readonly samples: number;
  readonly unannotated: number;
  readonly unreadable: number;
  readonly unjoined: number;
  readonly parts: number;
  /** For each of `splitNames`: samples, annotations, objects. */
  readonly splits: readonly (readonly number[])[];
  /** Counts: samples, annotations, objects, then annotations and objects by usage. */
  readonly labels: TableState;
  readonly types: TableState;
  readonly usages: TableState;
  readonly annotators: TableState;
  /** For each of `taskNames`: samples, annotations. */
  readonly tasks: readonly (readonly number[])[];
  /** For each shape, then for objects without one. */
  readonly shapes: readonly number[];
  /** Not said, hard, not hard: of samples, of annotations; the same for `difficult` of objects. */
  readonly hard: readonly (readonly number[])[];
  readonly histograms: Readonly<Record<HistogramName, readonly number[]>>;
  readonly degenerate: number;
  /** Rows from the top, left to right. */
  readonly positions: readonly number[];
  readonly outside: number;
  readonly unplaced: number;
  readonly pairs: readonly (readonly [string, string, number])[];
  readonly otherPairs: number;
  readonly crowded: number;
}

export const histogramEdges = {
  annotationsPerSample: edges.count,
  objectsPerImage: edges.count,
  width: edges.length,
  height: edges.length,
  area: edges.area,
  aspect: edges.aspect,
} as const;
export type HistogramName = keyof typeof histogramEdges;
export const histogramNames = Object.keys(histogramEdges) as HistogramName[];

export const counters = [
  'samples',
  'unannotated',
  'unreadable',
  'unjoined',
  'parts',
  'degenerate',
  'outside',
  'unplaced',
  'otherPairs',
  'crowded',
] as const;

export const knownSplits: ReadonlyMap<string, number> = new Map(
  splitNames.slice(0, otherSplit).map((s, i) => [s, i]),
);

function bad(where: string, what: string): OptionError {
  return new OptionError(`this is no partial result of stats: ${where === '' ? 'it' : where} is ${what}`, {
    hint: 'It is made by labelkit stats --partial, and is not to be edited.',
  });
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(where, 'not an object');
  return value as Record<string, unknown>;
}

function asList(value: unknown, where: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(where, 'not an array');
  if (length !== undefined && value.length !== length) throw bad(where, `not ${length} long`);
  return value;
}

function asCount(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(where, 'not a whole number from 0');
  return value as number;
}

function asCounts(value: unknown, where: string, length: number): number[] {
  return asList(value, where, length).map((count, i) => asCount(count, `${where}[${i}]`));
}

/** Names, then counts. */
function asRow(value: unknown, where: string, names: number, counts: number): (string | number)[] {
  return asList(value, where, names + counts).map((cell, i) => {
    if (i >= names) return asCount(cell, `${where}[${i}]`);
    if (typeof cell !== 'string' || cell === '' || cell.length > longestName)
      throw bad(`${where}[${i}]`, `not a name of 1 to ${longestName} characters`);
    return cell;
  });
}

function asTable(value: unknown, where: string, width: number): TableState {
  const table = asObject(value, where);
  return {
    rows: asList(table['rows'], `${where}.rows`).map((row, i) => {
      return asRow(row, `${where}.rows[${i}]`, 1, width) as [string, ...number[]];
    }),
    none: asCounts(table['none'], `${where}.none`, width),
    rest: asCounts(table['rest'], `${where}.rest`, width),
  };
}

/** A partial result of unknown origin, looked at member by member. */
export function checkedPartial(value: unknown): StatsPartial {
  const partial = asObject(value, '');
  if (partial['labelkit'] !== 'stats') {
    throw new OptionError('this is no partial result of stats', {
      hint: 'It is made by labelkit stats --partial.',
    });
  }
  if (partial['version'] !== partialVersion) {
    throw new OptionError(
      `this partial result is of version ${JSON.stringify(partial['version'])}, not ${partialVersion}`,
      { hint: 'Make all parts and merge them with the same release of labelkit.' },
    );
  }
  const histograms = asObject(partial['histograms'], 'histograms');
  const table = (name: string, width: number): TableState => asTable(partial[name], name, width);
  const rows = (name: string, count: number, width: number): number[][] => {
    return asList(partial[name], name, count).map((row, i) => asCounts(row, `${name}[${i}]`, width));
  };
  return {
    labelkit: 'stats',
    version: partialVersion,
    ...(Object.fromEntries(counters.map((name) => [name, asCount(partial[name], name)])) as Record<
      (typeof counters)[number],
      number
    >),
    splits: rows('splits', splitNames.length, 3),
    labels: table('labels', labelColumns + splitNames.length),
    types: table('types', 1),
    usages: table('usages', 1),
    annotators: table('annotators', 1),
    tasks: rows('tasks', taskNames.length, 2),
    shapes: asCounts(partial['shapes'], 'shapes', shapeKinds.length + 1),
    hard: rows('hard', 3, 3),
    histograms: Object.fromEntries(
      histogramNames.map((name) => [
        name,
        asCounts(histograms[name], `histograms.${name}`, histogramEdges[name].length),
      ]),
    ) as Record<HistogramName, number[]>,
    positions: asCounts(partial['positions'], 'positions', positionGrid ** 2),
    pairs: asList(partial['pairs'], 'pairs').map((row, i) => {
      const [one, other, ...counts] = asRow(row, `pairs[${i}]`, 2, 1);
      return [one, other, ...counts] as [string, string, number];
    }),
  };
}
