import { type Diagnostic, OptionError } from '../model/index.js';
import {
  defaultSeed,
  drawCapped,
  drawCount,
  drawFraction,
  drawStratified,
  drawStratifiedCount,
} from '../transforms/index.js';
import { survey, type TransformOptions, transform } from './convert.js';
import { ReplayedStdin } from './replayed-stdin.js';
import { labelsOf } from './row-labels.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';

/** How samples are chosen: exactly one of `count`, `fraction`, `perLabel`, `head` and `tail`. */
export interface SampleOptions extends TransformOptions {
  /** So many samples at random, or all when there are fewer. */
  readonly count?: number | undefined;
  /** Each sample with this chance, 0…1. */
  readonly fraction?: number | undefined;
  /**
   * With {@link fraction} or {@link count}: each set of labels that occurs keeps its share of the samples, exact to one
   * sample. Default false.
   */
  readonly stratify?: boolean | undefined;
  /** Samples at random as long as none of their labels is in so many; those without a label all. */
  readonly perLabel?: number | undefined;
  /** The first ones; the rest of the input is not read. */
  readonly head?: number | undefined;
  /** The last ones. */
  readonly tail?: number | undefined;
  /** Whole number from 0; default 0. The same input, options and seed give the same output on every machine. */
  readonly seed?: number | undefined;
}

const ways = ['count', 'fraction', 'perLabel', 'head', 'tail'] as const;

/**
 * Writes some of the samples of a data set, in its order and otherwise unchanged. An input is read twice for `count`,
 * `tail` and `perLabel`; standard input is put aside meanwhile, in a temporary file from 4 MiB on.
 *
 * @param input a path; `-` for a manifest on standard input
 * @param output a path; `-` for a manifest on standard output
 * @throws as `transform`; OptionError unless one way of choosing is given
 */
export async function sample(input: string, output: string, options: SampleOptions): Promise<RunResult> {
  const way = check(options);
  if (input !== '-' || way === 'fraction' || way === 'head')
    return await transform(input, output, await stageOf(input, way, options), options);
  const stdin = new ReplayedStdin(options);
  try {
    const replayed = { ...options, ...stdin.places };
    return await transform(input, output, await stageOf(input, way, replayed), replayed);
  } finally {
    stdin.close();
  }
}

function check(options: SampleOptions): (typeof ways)[number] {
  const given = ways.filter((way) => options[way] !== undefined);
  const [way] = given;
  if (way === undefined || given.length > 1) {
    const message =
      way === undefined ? 'nothing says which samples to choose' : `${given.join(' and ')} at once`;
    throw new OptionError(message, {
      hint: 'Say one of -n, --fraction, --per-label, --head and --tail (options count, fraction, perLabel, head, tail).',
    });
  }
  const value = options[way]!;
  if (way === 'fraction') {
    if (!(value >= 0 && value <= 1)) throw new OptionError(`a fraction must be from 0 to 1, not ${value}`);
  } else if (!Number.isSafeInteger(value) || value < 0) {
    throw new OptionError(`${way} must be a whole number from 0, not ${value}`);
  }
  if (options.stratify === true && way !== 'fraction' && way !== 'count') {
    throw new OptionError(`samples cannot be stratified with ${way}`, {
      hint: 'Say -n or --fraction (options count, fraction) with --stratify.',
    });
  }
  return way;
}

async function stageOf(input: string, way: (typeof ways)[number], options: SampleOptions): Promise<Stage> {
  const { seed = defaultSeed } = options;
  const value = options[way]!;
  switch (way) {
    case 'count': {
      if (options.stratify === true) return await stratifiedCount(input, value, seed, options);
      const total = await countOf(input, options);
      return choosing(drawCount(value, total, seed));
    }
    case 'fraction':
      return options.stratify === true
        ? stratified(drawStratified(value, seed))
        : choosing(drawFraction(value, seed));
    case 'head': {
      let left = value;
      return { ...choosing(() => left-- > 0), isDone: () => left <= 0 };
    }
    case 'tail': {
      let before = (await countOf(input, options)) - value;
      return choosing(() => before-- <= 0);
    }
    case 'perLabel':
      return await capped(input, value, seed, options);
  }
}

/** Asks for each sample, in order, whether it passes. */
function choosing(isChosen: () => boolean): Stage {
  return {
    apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) if (batch.has(row) && !isChosen()) batch.drop(row);
    },
  };
}

async function countOf(input: string, options: TransformOptions): Promise<number> {
  let count = 0;
  const counting: Stage = {
    apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) if (batch.has(row)) count++;
    },
  };
  await survey(input, counting, options);
  return count;
}

/** The labels of a sample in one order, or why they cannot be known. */
async function sortedLabels(
  batch: StageBatch,
  row: number,
): Promise<{ readonly labels: readonly string[] } | { readonly faults: readonly Diagnostic[] }> {
  const { labels, faults } = await labelsOf(batch, row, batch.row(row)!.sample);
  return labels === undefined ? { faults } : { labels: [...labels].sort() };
}

/** Asks for each sample, in order, whether it passes, by the text that stands for its set of labels. */
function stratified(isDrawn: (kind: string) => boolean): Stage {
  return {
    readsRows: true,
    async apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const found = await sortedLabels(batch, row);
        if ('faults' in found) await batch.refuse(row, found.faults);
        else if (!isDrawn(JSON.stringify(found.labels))) batch.drop(row);
      }
    },
  };
}

async function stratifiedCount(
  input: string,
  count: number,
  seed: number,
  options: TransformOptions,
): Promise<Stage> {
  const sizes = new Map<string, number>();
  const counting: Stage = {
    async apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const found = await sortedLabels(batch, row);
        if ('faults' in found) continue;
        const kind = JSON.stringify(found.labels);
        sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
      }
    },
  };
  await survey(input, counting, options);
  return stratified(drawStratifiedCount(count, sizes, seed));
}

/** Set of labels of samples whose labels cannot be known. */
const unknown = 0;

async function capped(input: string, cap: number, seed: number, options: TransformOptions): Promise<Stage> {
  const labelSets: (readonly string[])[] = [[]];
  const numbers = new Map<string, number>();
  let sets = new Uint32Array(1024);
  let count = 0;
  const collecting: Stage = {
    readsRows: true,
    async apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const found = await sortedLabels(batch, row);
        let number: number | undefined = unknown;
        if ('labels' in found) {
          const key = JSON.stringify(found.labels);
          number = numbers.get(key);
          if (number === undefined) {
            number = labelSets.push(found.labels) - 1;
            numbers.set(key, number);
          }
        }
        if (count === sets.length) {
          const longer = new Uint32Array(2 * count);
          longer.set(sets);
          sets = longer;
        }
        sets[count++] = number;
      }
    },
  };
  await survey(input, collecting, options);
  const drawn = drawCapped(labelSets, sets.subarray(0, count), cap, seed);
  let at = 0;
  return {
    async apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const number = at++;
        if (sets[number] === unknown) {
          const { faults } = await batch.joined(row);
          if (faults !== undefined) await batch.refuse(row, faults);
        } else if (drawn[number] === 0) {
          batch.drop(row);
        }
      }
    },
  };
}
