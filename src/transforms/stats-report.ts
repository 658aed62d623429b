import { type ShapeKind, shapeKinds } from '../model/index.js';
import {
  type HistogramName,
  histogramEdges,
  histogramNames,
  labelColumns,
  positionGrid,
  type StatsLimits,
  type StatsPartial,
  splitNames,
  taskNames,
} from './stats-partial.js';
import type { TableState } from './stats-table.js';

/** Counts of samples, annotations and objects by usage; the usages that are not the format's four are under `other`. */
export type BySplit<T> = Readonly<Record<(typeof splitNames)[number], T>>;

/** How often a label occurs, in all and by usage. */
export interface LabelCount {
  readonly label: string;
  /** Samples that have it, once or more. */
  readonly samples: number;
  /** Annotations that name it. */
  readonly annotations: number;
  /** Objects of annotation files that name it. */
  readonly objects: number;
  /** Annotations and objects together, by the usage of their sample. */
  readonly usages: BySplit<number>;
}

/** The most frequent names, and what is not listed. */
export interface NameCounts {
  readonly listed: readonly { readonly name: string; readonly count: number }[];
  /** Names that are not listed, of those that were told apart. */
  readonly moreNames: number;
  /** Counts of all names that are not listed. */
  readonly more: number;
  /** Where there is no name. */
  readonly none: number;
}

/** Bin i has what is at least `from[i]` and below `from[i + 1]`; the last bin has no upper edge. */
export interface Histogram {
  readonly from: readonly number[];
  readonly counts: readonly number[];
}

/** How often a flag is set, is not, or is not said. */
export interface FlagCounts {
  readonly yes: number;
  readonly no: number;
  readonly unsaid: number;
}

/** What is in a data set, in whole numbers. */
export interface Statistics {
  readonly samples: number;
  readonly annotated: number;
  readonly unannotated: number;
  /** Lines or files that hold no readable sample. */
  readonly unreadable: number;
  /** Samples whose annotation files cannot be read; what else they say is counted. */
  readonly unjoined: number;
  readonly annotations: number;
  /** Objects of annotation files, and parts of them. */
  readonly objects: number;
  readonly parts: number;
  readonly usages: NameCounts;
  readonly splits: BySplit<{
    readonly samples: number;
    readonly annotations: number;
    readonly objects: number;
  }>;
  /** Only those that occur. `other`: types that name no known task; `none`: annotations without a type. */
  readonly tasks: readonly {
    readonly task: string;
    readonly samples: number;
    readonly annotations: number;
  }[];
  readonly types: NameCounts;
  readonly labels: {
    /** Most frequent first. */
    readonly listed: readonly LabelCount[];
    /** Different labels that were told apart: all of them, or `limit`. */
    readonly count: number;
    /** At most so many are told apart: the shortest, and of the same length the first in code unit order. */
    readonly limit: number;
    /** Annotations and objects of labels that were told apart and are not listed. */
    readonly more: { readonly annotations: number; readonly objects: number };
    /** Annotations and objects of labels beyond the limit, or longer than 512 UTF-16 units. */
    readonly leftOut: { readonly annotations: number; readonly objects: number };
    /** Annotations and objects without a label. */
    readonly none: { readonly annotations: number; readonly objects: number };
  };
  /** Objects by shape; `none`: without one. */
  readonly shapes: Readonly<Record<ShapeKind | 'none', number>>;
  readonly annotators: NameCounts;
  /** Marked as hard; for objects `difficult`. */
  readonly hard: {
    readonly samples: FlagCounts;
    readonly annotations: FlagCounts;
    readonly objects: FlagCounts;
  };
  /** Of the extents of boxes, polygons and circles: `width`, `height` in pixels, `area`, `aspect` width by height. */
  readonly histograms: Readonly<Record<HistogramName, Histogram>>;
  /** Boxes, polygons and circles of no or negative extent, which are in no histogram. */
  readonly degenerate: number;
  /** Centres of objects: rows from the top of the image, each from left to right. */
  readonly positions: {
    readonly grid: number;
    readonly rows: readonly (readonly number[])[];
    /** Objects whose centre is not in the image. */
    readonly outside: number;
    /** Objects of images of unknown size. */
    readonly unplaced: number;
  };
  /** Labels that are in a sample together. */
  readonly coOccurrence: {
    /** Most frequent first. */
    readonly listed: readonly { readonly labels: readonly [string, string]; readonly samples: number }[];
    /** Different pairs that were told apart: all of them, or `limit`. */
    readonly count: number;
    readonly limit: number;
    /** Counts of the pairs that were told apart and are not listed. */
    readonly more: number;
    /** Counts of the pairs beyond the limit, or of labels beyond theirs. */
    readonly leftOut: number;
    /** Samples with more than 64 different labels, whose pairs are not counted. */
    readonly crowded: number;
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** @param top  rows listed of what has many */
export function statisticsOf(state: StatsPartial, limits: StatsLimits, top: number): Statistics {
  const { samples, unannotated } = state;
  return {
    samples,
    annotated: samples - unannotated,
    unannotated,
    unreadable: state.unreadable,
    unjoined: state.unjoined,
    annotations: sum(state.splits.map(([, annotations]) => annotations as number)),
    objects: sum(state.splits.map(([, , objects]) => objects as number)),
    parts: state.parts,
    usages: namesOf(state.usages, top),
    splits: bySplit((i) => {
      const [of, annotations, objects] = state.splits[i] as [number, number, number];
      return { samples: of, annotations, objects };
    }),
    tasks: state.tasks.flatMap(([of, annotations], i) => {
      return annotations === 0
        ? []
        : [{ task: taskNames[i] as string, samples: of as number, annotations: annotations as number }];
    }),
    types: namesOf(state.types, top),
    labels: labelsOf(state.labels, limits.labels, top),
    shapes: Object.fromEntries(
      [...shapeKinds, 'none' as const].map((kind, i) => [kind, state.shapes[i] as number]),
    ) as Record<ShapeKind | 'none', number>,
    annotators: namesOf(state.annotators, top),
    hard: {
      samples: flagsOf(state.hard[0]),
      annotations: flagsOf(state.hard[1]),
      objects: flagsOf(state.hard[2]),
    },
    histograms: Object.fromEntries(
      histogramNames.map((name) => [name, { from: histogramEdges[name], counts: state.histograms[name] }]),
    ) as unknown as Record<HistogramName, Histogram>,
    degenerate: state.degenerate,
    positions: {
      grid: positionGrid,
      rows: Array.from({ length: positionGrid }, (_, row) => {
        return state.positions.slice(row * positionGrid, (row + 1) * positionGrid);
      }),
      outside: state.outside,
      unplaced: state.unplaced,
    },
    coOccurrence: pairsOf(state, limits.pairs, top),
  };
}

function bySplit<T>(of: (index: number) => T): BySplit<T> {
  return Object.fromEntries(splitNames.map((name, i) => [name, of(i)])) as BySplit<T>;
}

function flagsOf(counts: readonly number[] = []): FlagCounts {
  const [unsaid = 0, yes = 0, no = 0] = counts;
  return { yes, no, unsaid };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function namesOf({ rows, none, rest }: TableState, top: number): NameCounts {
  const all = rows.map(([name, count]) => ({ name, count: count as number }));
  all.sort((a, b) => b.count - a.count || compareText(a.name, b.name));
  return {
    listed: all.slice(0, top),
    moreNames: Math.max(0, all.length - top),
    more: sum(all.slice(top).map(({ count }) => count)) + (rest[0] as number),
    none: none[0] as number,
  };
}

function labelsOf({ rows, none, rest }: TableState, limit: number, top: number): Statistics['labels'] {
  const all = rows.map(([label, ...counts]): LabelCount => {
    const [samples, annotations, objects] = counts as [number, number, number];
    return {
      label,
      samples,
      annotations,
      objects,
      usages: bySplit((i) => counts[labelColumns + i] as number),
    };
  });
  all.sort(
    (a, b) => b.annotations + b.objects - (a.annotations + a.objects) || compareText(a.label, b.label),
  );
  const more = all.slice(top);
  const both = ([, annotations, objects]: readonly number[]) => {
    return { annotations: annotations as number, objects: objects as number };
  };
  return {
    listed: all.slice(0, top),
    count: all.length,
    limit,
    more: {
      annotations: sum(more.map(({ annotations }) => annotations)),
      objects: sum(more.map(({ objects }) => objects)),
    },
    leftOut: both(rest),
    none: both(none),
  };
}

function pairsOf(
  { pairs, otherPairs, crowded }: StatsPartial,
  limit: number,
  top: number,
): Statistics['coOccurrence'] {
  const all = pairs.map(([one, other, samples]) => {
    return { labels: one < other ? ([one, other] as const) : ([other, one] as const), samples };
  });
  all.sort(
    (a, b) =>
      b.samples - a.samples || compareText(a.labels[0], b.labels[0]) || compareText(a.labels[1], b.labels[1]),
  );
  return {
    listed: all.slice(0, top),
    count: all.length,
    limit,
    more: sum(all.slice(top).map(({ samples }) => samples)),
    leftOut: otherPairs,
    crowded,
  };
}
