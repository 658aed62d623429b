import { goodRuns } from './compare.mjs';
import { median } from './statistics.mjs';

/**
 * @typedef {import('./compare.mjs').Row} Row
 * @typedef {import('./compare.mjs').RatioResult} RatioResult
 */

const heading = ['', 'kind', 'inner s', 'MB/s', 'k items/s', 'whole s', 'cpu s', 'peak MB'];

/**
 * Medians of a group as a Markdown table.
 * @param {readonly Row[]} rows
 */
export function formatRows(rows) {
  return formatTable([heading, ...rows.map(cells)]);
}

/** @param {Row} row */
function cells(row) {
  const { name, kind, set, command } = row.contender;
  if ('absent' in command) return [name, kind, command.absent, '', '', '', '', ''];
  const good = goodRuns(row);
  if (good.length === 0) return [name, kind, 'failed', '', '', '', '', ''];
  const inner = medianOf(good.map((run) => run.innerMs));
  const whole = medianOf(good.map((run) => run.wholeMs));
  const time = inner ?? whole;
  return [
    name,
    kind,
    seconds(inner),
    set === undefined || time === undefined ? '' : (set.bytes / 1e3 / time).toFixed(0),
    set === undefined || time === undefined ? '' : (set.items / time).toFixed(1),
    seconds(whole),
    seconds(medianOf(good.map((run) => run.cpuMs))),
    medianOf(good.map((run) => run.peakMb))?.toFixed(0) ?? '',
  ];
}

/**
 * @param {readonly RatioResult[]} results
 */
export function formatRatios(results) {
  return formatTable([
    ['ratio', 'by', 'measured', 'wanted'],
    ...results.map(({ ratio, value, met }) => {
      const { of, against, by, atLeast, atMost, atMostMb } = ratio;
      const others = [against].flat().join(' + ');
      const bound =
        atLeast !== undefined
          ? `≥ ${atLeast}`
          : atMost !== undefined
            ? `≤ ${atMost}`
            : atMostMb !== undefined
              ? `≤ ${atMostMb} MB`
              : '';
      const verdict = met === undefined ? bound : `${bound} ${met ? 'met' : 'NOT MET'}`;
      const what = by === 'memory' ? 'memory' : `${by} ${atMost === undefined ? 'speed' : 'time'}`;
      if (against === undefined)
        return [of, what, value === undefined ? '–' : `${value.toFixed(0)} MB`, verdict];
      if (atMostMb !== undefined)
        return [`${of} − ${others}`, what, value === undefined ? '–' : `${value.toFixed(0)} MB`, verdict];
      return [`${of} : ${others}`, what, value === undefined ? '–' : value.toFixed(2), verdict];
    }),
  ]);
}

/** @param {readonly (readonly string[])[]} rows the first one is the heading */
function formatTable(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

/** @param {readonly (number | undefined)[]} values */
function medianOf(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

/** @param {number | undefined} ms */
const seconds = (ms) => (ms === undefined ? '' : (ms / 1000).toFixed(3));
