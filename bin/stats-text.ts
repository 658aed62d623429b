import type { Histogram, NameCounts, Statistics } from '../src/transforms/index.js';
import { groupDigits } from './group-digits.js';
import { printable, textTable } from './text-table.js';

const number = groupDigits;

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function namesSection(title: string, { listed, moreNames, more, none }: NameCounts, what: string): string[] {
  if (listed.length === 0 && more === 0) return [];
  const rows = listed.map(({ name, count }) => [name, number(count)]);
  if (more > 0) rows.push([moreNames > 0 ? `(${number(moreNames)} more)` : '(not told apart)', number(more)]);
  if (none > 0) rows.push(['(none)', number(none)]);
  return section(title, textTable(['', what], rows, 1));
}

function labelsSection({ labels }: Statistics): string[] {
  const { listed, count, more, leftOut, none } = labels;
  if (listed.length === 0 && count === 0 && leftOut.annotations + leftOut.objects === 0) return [];
  const columns = usedSplits(({ usages }) => usages, listed);
  const rows = listed.map(({ label, samples, annotations, objects, usages }) => [
    label,
    ...[samples, annotations, objects, ...columns.map((name) => usages[name])].map(number),
  ]);
  const add = (name: string, counts: { annotations: number; objects: number }): void => {
    if (counts.annotations + counts.objects > 0)
      rows.push([name, '', number(counts.annotations), number(counts.objects), ...columns.map(() => '')]);
  };
  if (count > listed.length) add(`(${number(count - listed.length)} more)`, more);
  add('(beyond the limit)', leftOut);
  add('(without label)', none);
  const head = ['label', 'samples', 'annotations', 'objects', ...columns];
  return section(`labels: ${number(count)}`, textTable(head, rows, 1));
}

type Split = keyof Statistics['splits'];

/** Usages that something has, in their fixed order. */
function usedSplits<T>(of: (row: T) => Readonly<Record<Split, number>>, rows: readonly T[]): Split[] {
  const all: Split[] = ['TRAIN', 'EVAL', 'TEST', 'INFERENCE', 'other', 'none'];
  return all.filter((name) => rows.some((row) => of(row)[name] > 0));
}

const barWidth = 30;

function histogramSection(title: string, { from, counts }: Histogram): string[] {
  const most = Math.max(...counts);
  if (most === 0) return [];
  const first = counts.findIndex((count) => count > 0);
  const last = counts.length - 1 - [...counts].reverse().findIndex((count) => count > 0);
  const rows = counts.slice(first, last + 1).map((count, i) => {
    const next = from[first + i + 1];
    const range = next === undefined ? `${from[first + i]} …` : `${from[first + i]} … <${next}`;
    return [range, number(count), '#'.repeat(Math.ceil((count / most) * barWidth))];
  });
  const table = textTable(
    ['', '', ''],
    rows.map((row) => row.slice(0, 2)),
    1,
  ).slice(1);
  return section(
    title,
    table.map((line, i) => `${line}  ${rows[i]?.[2] ?? ''}`.trimEnd()),
  );
}

const shades = ' .:-=+*#%@';

function positionsSection({ positions }: Statistics): string[] {
  const most = Math.max(...positions.rows.flat());
  const notes = [
    ...(positions.outside > 0 ? [`outside of the image: ${number(positions.outside)}`] : []),
    ...(positions.unplaced > 0 ? [`in images of unknown size: ${number(positions.unplaced)}`] : []),
  ];
  if (most === 0) return section('centres of objects', notes);
  const rows = positions.rows.map((row) => {
    const cells = row.map((count) => shades[Math.ceil((count / most) * (shades.length - 1))]);
    return `|${cells.map((cell) => `${cell}${cell}`).join('')}|`;
  });
  return section(`centres of objects (@ is ${number(most)})`, [...rows, ...notes]);
}

function pairsSection({ coOccurrence }: Statistics): string[] {
  const { listed, count, more, leftOut, crowded } = coOccurrence;
  const rows = listed.map(({ labels: [one, other], samples }) => [one, other, number(samples)]);
  if (more > 0) rows.push([`(${number(count - listed.length)} more pairs)`, '', number(more)]);
  if (leftOut > 0) rows.push(['(beyond the limit)', '', number(leftOut)]);
  if (crowded > 0) rows.push(['(samples of more than 64 labels)', '', number(crowded)]);
  return rows.length === 0 ? [] : section('labels together', textTable(['', '', 'samples'], rows, 2));
}

/** Statistics as tables for people. @param title  what they are of */
export function statsText(title: string, found: Statistics): string {
  const { samples, annotated, unannotated, unreadable, unjoined, annotations, objects, parts } = found;
  const totals: [string, number][] = [
    ['samples', samples],
    ['  with annotations', annotated],
    ['  without', unannotated],
    ['annotations', annotations],
    ['objects', objects],
    ['parts of objects', parts],
    ['unreadable', unreadable],
    ['annotation files not read', unjoined],
  ];
  const shown = totals.filter(([, count], i) => i < 4 || count > 0);
  const hardRows = Object.entries(found.hard)
    .filter(([, { yes, no }]) => yes + no > 0)
    .map(([what, { yes, no, unsaid }]) => [what, ...[yes, no, unsaid].map(number)]);
  const splits = Object.entries(found.splits).filter(([, counts]) => counts.samples > 0);
  const shapes = Object.entries(found.shapes).filter(([, count]) => count > 0);
  const table = (title: string, head: string[], rows: string[][]): string[] =>
    rows.length === 0 ? [] : section(title, textTable(head, rows, 1));
  return `${[
    printable(title),
    ...textTable(
      ['', ''],
      shown.map(([name, count]) => [name, number(count)]),
      1,
    )
      .slice(1)
      .map((line) => `  ${line}`),
    ...table(
      'usage',
      ['', 'samples', 'annotations', 'objects'],
      splits.map(([name, counts]) => [
        name === 'none' ? '(none)' : name === 'other' ? '(other)' : name,
        ...[counts.samples, counts.annotations, counts.objects].map(number),
      ]),
    ),
    ...(found.splits.other.samples > 0 ? namesSection('usages as stored', found.usages, 'samples') : []),
    ...table(
      'tasks',
      ['', 'samples', 'annotations'],
      found.tasks.map(({ task, samples: of, annotations: given }) => [task, number(of), number(given)]),
    ),
    ...namesSection('types', found.types, 'annotations'),
    ...labelsSection(found),
    ...pairsSection(found),
    ...namesSection('annotators', found.annotators, 'annotations'),
    ...table('hard', ['', 'yes', 'no', 'not said'], hardRows),
    ...histogramSection('annotations per sample', found.histograms.annotationsPerSample),
    ...histogramSection('objects per image', found.histograms.objectsPerImage),
    ...table(
      'shapes',
      ['', 'objects'],
      shapes.map(([name, count]) => [name === 'none' ? '(none)' : name, number(count)]),
    ),
    ...histogramSection('width in pixels', found.histograms.width),
    ...histogramSection('height in pixels', found.histograms.height),
    ...histogramSection('area in square pixels', found.histograms.area),
    ...histogramSection('width by height', found.histograms.aspect),
    ...(found.degenerate > 0 ? ['', `objects of no extent: ${number(found.degenerate)}`] : []),
    ...positionsSection(found),
  ].join('\n')}\n`;
}
