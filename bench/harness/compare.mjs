import { mkdirSync, rmSync } from 'node:fs';
import { measure } from './measure.mjs';
import { median } from './statistics.mjs';

/**
 * @typedef {import('./measure.mjs').Run} Run
 * @typedef {import('../data/sets.mjs').ReadySet} ReadySet
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {'limit' | 'peer' | 'labelkit'} kind
 * @property {string} does one line for the table's legend
 * @property {ReadySet | undefined} set what it works on, for rates
 * @property {import('./measure.mjs').Command | {absent: string}} command
 *
 * @typedef {object} Ratio
 * @property {string} of a contender's name
 * @property {string | readonly string[]} [against] another's, or several whose figures are added up; without it the median
 *   itself is the value
 * @property {'inner' | 'whole' | 'cpu' | 'memory'} by
 * @property {number} [atLeast] wanted: `of` is this many times as fast
 * @property {number} [atMost] wanted: `of` takes at most this many times as long, or as much memory
 * @property {number} [atMostMb] wanted, by memory: a peak of so many MB, or so many more than `against` has
 *
 * @typedef {object} Row
 * @property {Contender} contender
 * @property {(Run | {failure: string})[]} runs one per round
 *
 * @typedef {object} RatioResult
 * @property {Ratio} ratio
 * @property {number | undefined} value MB against nothing or with `atMostMb`, cost when `atMost`, else speed; undefined
 *   when a side did not run
 * @property {boolean | undefined} met undefined when nothing is wanted or measured
 */

/**
 * Runs the contenders one after the other, `rounds` times over, so that a slow phase of the machine falls on
 * all of them. A contender that fails once is not run again.
 * @param {readonly Contender[]} contenders
 * @param {number} rounds
 * @param {string} scratch emptied before each run; contenders write there
 * @param {(text: string) => void} log
 * @returns {Row[]}
 */
export function compare(contenders, rounds, scratch, log) {
  const rows = contenders.map((contender) => /** @type {Row} */ ({ contender, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { contender, runs } of rows) {
      const { command, name } = contender;
      if ('absent' in command || runs.some((run) => 'failure' in run)) continue;
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch, { recursive: true });
      log(`round ${round + 1} of ${rounds}: ${name}`);
      runs.push(measure(command));
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  return rows;
}

/** @param {Row} row @returns {Run[]} nothing when any round failed */
export function goodRuns(row) {
  const good = row.runs.filter((run) => !('failure' in run));
  return good.length === row.runs.length ? /** @type {Run[]} */ (good) : [];
}

/**
 * The median of the ratios of two rows, taken round by round; or of one row's own figures.
 * @param {readonly Row[]} rows
 * @param {Ratio} ratio
 * @returns {RatioResult}
 */
export function ratioOf(rows, ratio) {
  const of = figures(rows, ratio.of, ratio.by);
  if (ratio.against === undefined) {
    const value = of.length === 0 ? undefined : median(of);
    const met = value === undefined || ratio.atMostMb === undefined ? undefined : value <= ratio.atMostMb;
    return { ratio, value, met };
  }
  const against = sums(rows, [ratio.against].flat(), ratio.by);
  if (of.length === 0 || of.length !== against.length) return { ratio, value: undefined, met: undefined };
  if (ratio.atMostMb !== undefined) {
    const growth = median(of.map((figure, round) => figure - /** @type {number} */ (against[round])));
    return { ratio, value: growth, met: growth <= ratio.atMostMb };
  }
  const cost = median(of.map((figure, round) => figure / /** @type {number} */ (against[round])));
  const value = ratio.atMost === undefined ? 1 / cost : cost;
  const met =
    ratio.atMost !== undefined
      ? value <= ratio.atMost
      : ratio.atLeast !== undefined
        ? value >= ratio.atLeast
        : undefined;
  return { ratio, value, met };
}

/**
 * Figures of several rows, added up round by round.
 * @param {readonly Row[]} rows
 * @param {readonly string[]} names
 * @param {Ratio['by']} by
 */
function sums(rows, names, by) {
  const all = names.map((name) => figures(rows, name, by));
  const rounds = Math.min(...all.map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) =>
    all.reduce((sum, list) => sum + /** @type {number} */ (list[round]), 0),
  );
}

/**
 * @param {readonly Row[]} rows
 * @param {string} name
 * @param {Ratio['by']} by
 */
function figures(rows, name, by) {
  const row = rows.find(({ contender }) => contender.name === name);
  if (row === undefined) throw new Error(`a ratio names ${name}, which is not in its group`);
  const list = goodRuns(row).map(
    (run) => ({ inner: run.innerMs, whole: run.wholeMs, cpu: run.cpuMs, memory: run.peakMb })[by],
  );
  return list.filter((figure) => figure !== undefined);
}

/**
 * Names of answers on which runs over the same data differ: then the rates compare different work.
 * @param {readonly Row[]} rows
 */
export function disagreements(rows) {
  /** @type {Map<string, {value: number, by: string}>} */
  const seen = new Map();
  const found = [];
  for (const row of rows) {
    for (const run of goodRuns(row)) {
      for (const [name, value] of Object.entries(run.answer)) {
        const key = `${row.contender.set?.name} ${name}`;
        const first = seen.get(key);
        if (first === undefined) seen.set(key, { value, by: row.contender.name });
        else if (first.value !== value) {
          found.push(`${name}: ${first.by} finds ${first.value}, ${row.contender.name} finds ${value}`);
        }
      }
    }
  }
  return [...new Set(found)];
}
