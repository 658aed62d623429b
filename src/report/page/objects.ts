import type { Overview } from '../../dataset-io/overview.js';
import { groupDigits } from '../digits.js';
import { html, type Markup } from './html.js';
import { columns, heatMap } from './plot.js';
import { counted, figure, table } from './table.js';
import { section } from './usages.js';

type Statistics = Overview['statistics'];
type Histogram = Statistics['histograms']['area'];

/** How the values of a bin are called: `2`, `6–10`, `1,001+`. */
function binNames({ from }: Histogram, isWhole: boolean, name: (edge: number) => string): string[] {
  return from.map((edge, at) => {
    const next = from[at + 1];
    if (next === undefined) return `${name(edge)}+`;
    if (isWhole && next === edge + 1) return name(edge);
    return isWhole ? `${name(edge)}–${name(next - 1)}` : name(edge);
  });
}

function histogramFigure(
  title: string,
  histogram: Histogram,
  {
    note,
    axis,
    isWhole = false,
    name = groupDigits,
  }: {
    note: string;
    axis: string;
    isWhole?: boolean;
    name?: (edge: number) => string;
  },
): Markup {
  const names = binNames(histogram, isWhole, name);
  const bins = names.map((binName, at) => ({ name: binName, count: histogram.counts[at]! }));
  const first = bins.findIndex(({ count }) => count > 0);
  const last = bins.findLastIndex(({ count }) => count > 0);
  // Empty bins at both ends say nothing; one at each side shows that there is nothing.
  const shown = bins.slice(Math.max(0, first - 1), last + 2);
  const most = bins.reduce((a, b) => (b.count > a.count ? b : a));
  const upTo = (at: number) => histogram.from[at + 1];
  return figure(title, {
    note,
    plot: columns(`${title}. Most are in the bin ${most.name}: ${most.count}.`, shown, axis),
    behind: table(
      title,
      [
        {
          title: axis,
          cell: ({ at }) =>
            isWhole
              ? names[at]
              : upTo(at) === undefined
                ? `${name(histogram.from[at]!)} and more`
                : `${name(histogram.from[at]!)} to below ${name(upTo(at)!)}`,
        },
        { title: 'Count', cell: ({ count }) => count },
      ],
      bins.map(({ count }, at) => ({ at, count })).filter(({ count }) => count > 0),
    ),
  });
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** A share of sides as text: `1:4`, `3:2`. */
function ratioName(ratio: number): string {
  if (ratio === 0) return '0';
  if (ratio < 1) return ratio === 0.75 ? '3:4' : `1:${Math.round(1 / ratio)}`;
  return ratio === 1.5 ? '3:2' : `${ratio}:1`;
}

/** Objects: how many, how large, of what shape, where. */
export function objectsSection(statistics: Statistics): Markup | undefined {
  const { histograms, positions, shapes, objects, degenerate } = statistics;
  if (objects === 0) return undefined;
  const kinds = Object.entries(shapes).filter(([, count]) => count > 0);
  const placed = sum(positions.rows.flat());
  const odd = [
    degenerate > 0 && `${counted(degenerate, 'shape')} without an extent`,
    positions.outside > 0 && `${counted(positions.outside, 'object')} with a centre outside the image`,
    positions.unplaced > 0 && `${counted(positions.unplaced, 'object')} in images of unknown size`,
  ].filter((text) => text !== false);
  const lead = `${counted(objects, 'object')}: ${kinds.map(([kind, count]) => `${kind === 'none' ? 'no shape' : kind} ${groupDigits(count)}`).join(', ')}.${odd.length > 0 ? ` Not drawn below: ${odd.join('; ')}.` : ''}`;
  const figures = [
    histogramFigure('Objects per image', histograms.objectsPerImage, {
      note: 'Images by how many objects they have.',
      axis: 'Objects in the image',
      isWhole: true,
    }),
    sum(histograms.area.counts) > 0 &&
      histogramFigure('Size', histograms.area, {
        note: 'Objects by the area of their extent; a bin reaches to the next number. 32² and 96² are where small and medium end in COCO.',
        axis: 'Area in pixels, from',
        name: areaName,
      }),
    sum(histograms.aspect.counts) > 0 &&
      histogramFigure('Aspect', histograms.aspect, {
        note: 'Objects by width to height; a bin reaches to the next ratio.',
        axis: 'Width : height, from',
        name: ratioName,
      }),
    placed > 0 &&
      figure('Position', {
        note: `Centres of objects in their image, in a grid of ${positions.grid} by ${positions.grid}.`,
        plot: heatMap(`Where the centres of ${placed} objects are in their images`, positions.rows),
        behind: table(
          'Centres of objects, rows from the top of the image',
          [
            { title: 'Row', cell: ({ at }) => at + 1 },
            ...positions.rows.map((_, column) => ({
              title: `${column + 1}`,
              cell: ({ row }: { row: readonly number[] }) => row[column]!,
            })),
          ],
          positions.rows.map((row, at) => ({ row, at })),
        ),
      }),
  ];
  return section('objects', 'Objects', lead, html`<div class="grid">${figures}</div>`);
}

/** `64²`: areas are by powers of four. */
function areaName(area: number): string {
  return area === 0 ? '0' : `${groupDigits(Math.sqrt(area))}²`;
}

/** Annotations of samples that have no objects. */
export function annotationsFigure(statistics: Statistics): Markup {
  return histogramFigure('Annotations per sample', statistics.histograms.annotationsPerSample, {
    note: 'Samples by how many annotations they have.',
    axis: 'Annotations of the sample',
    isWhole: true,
  });
}
