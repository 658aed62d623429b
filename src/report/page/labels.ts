import type { Overview } from '../../dataset-io/overview.js';
import { groupDigits } from '../digits.js';
import { data, html, type Markup } from './html.js';
import { bars, matrix } from './plot.js';
import { counted, figure, table } from './table.js';
import { legend, section, seriesOf, splitsIn, splitTitle } from './usages.js';

type Statistics = Overview['statistics'];

/** Labels drawn as bars; the table behind them has all that are listed. */
const barsShown = 30;
const matrixShown = 16;

/** Labels: how often each is given, in which usage, and which go together. */
export function labelsSection(statistics: Statistics): Markup | undefined {
  const { labels, coOccurrence, objects } = statistics;
  if (labels.count === 0) return undefined;
  const { listed, more, leftOut, none } = labels;
  const hidden = labels.count - listed.length;
  // Where objects have the labels, annotations need none.
  const [unnamed, noun] = objects > 0 ? [none.objects, 'object'] : [none.annotations, 'annotation'];
  const rest = [
    hidden > 0 &&
      `${counted(hidden, 'more label')} with ${groupDigits(more.annotations + more.objects)} uses ${hidden === 1 ? 'is' : 'are'} counted and not listed`,
    leftOut.annotations + leftOut.objects > 0 &&
      `${counted(leftOut.annotations + leftOut.objects, 'use is', 'uses are')} of labels that are not told apart, beyond ${groupDigits(labels.limit)} or very long`,
    unnamed > 0 && `${counted(unnamed, noun)} ${unnamed === 1 ? 'has' : 'have'} no label`,
  ].filter((text) => text !== false);
  const lead = `${counted(labels.count, 'label')}${labels.count > 1 ? ', the most frequent first' : ''}.${rest.length > 0 ? ` ${rest.join('; ')}.` : ''}`;
  return section(
    'labels',
    'Labels',
    lead,
    html`<div class="grid">${countsFigure(statistics)}${
      coOccurrence.listed.length > 0 && pairsFigure(statistics)
    }</div>`,
  );
}

function countsFigure(statistics: Statistics): Markup {
  const { listed } = statistics.labels;
  const splits = splitsIn(statistics);
  const shown = listed.slice(0, barsShown);
  const rows = shown.flatMap(({ label, usages }) =>
    splits.map((split) => ({ name: label, series: split, count: usages[split] })),
  );
  const label = `Uses of the ${shown.length} most frequent labels. ${shown
    .slice(0, 3)
    .map(({ label, annotations, objects }) => `${label}: ${annotations + objects}`)
    .join(', ')}.`;
  return figure('Uses of each label', {
    note:
      listed.length > barsShown
        ? `The ${barsShown} most frequent of them.`
        : 'Annotations and objects that carry it.',
    plot: html`${bars(label, rows, seriesOf(splits))}${legend(splits)}`,
    behind: table(
      'Uses of each label',
      [
        { title: 'Label', cell: ({ label }) => data(label) },
        { title: 'Samples', cell: ({ samples }) => samples },
        { title: 'Uses', cell: ({ annotations, objects }) => annotations + objects },
        ...splits.map((split) => ({
          title: splitTitle(split),
          cell: ({ usages }: (typeof listed)[number]) => usages[split],
        })),
      ],
      listed,
    ),
  });
}

function pairsFigure({ coOccurrence, labels }: Statistics): Markup {
  const names = labels.listed.slice(0, matrixShown).map(({ label }) => label);
  const place = new Map(names.map((name, at) => [name, at]));
  const pairs = coOccurrence.listed.flatMap(({ labels: [a, b], samples }) => {
    const [one, other] = [place.get(a), place.get(b)];
    return one === undefined || other === undefined ? [] : [{ one, other, count: samples }];
  });
  const [most] = coOccurrence.listed;
  return figure('Labels that go together', {
    note: 'Samples that have both labels.',
    plot: matrix(
      `Samples with both of two labels. ${most!.labels.join(' and ')} are together most often, in ${most!.samples}.`,
      names,
      pairs,
    ),
    behind: table(
      'Samples with both of two labels',
      [
        { title: 'Labels', cell: ({ labels: [a, b] }) => html`${data(a, 80)} + ${data(b, 80)}` },
        { title: 'Samples', cell: ({ samples }) => samples },
      ],
      coOccurrence.listed,
    ),
  });
}
