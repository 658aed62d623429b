import type { Overview } from '../../dataset-io/overview.js';
import { data, html, type Markup } from './html.js';
import { bars, shares } from './plot.js';
import { counted, figure, percent, table } from './table.js';
import { legend, section, seriesOf, splitsIn, splitTitle } from './usages.js';

type Statistics = Overview['statistics'];

/** Labels whose shares are drawn; the table behind them has all that are listed. */
const sharesShown = 20;

/** How the usages share the samples and the labels, and what is in several of them. */
export function splitsSection({ statistics, leaks }: Overview): Markup | undefined {
  const splits = splitsIn(statistics);
  if (splits.length === 0) return undefined;
  const { samples, annotations, objects } = statistics;
  const said =
    leaks === undefined
      ? 'Samples were not compared.'
      : leaks === 0
        ? 'No source is in two of them.'
        : `${counted(leaks, 'sample')} ${leaks === 1 ? 'has' : 'have'} a source that is also in another usage: a model is tested there on what it was trained with.`;
  const only = splits.length === 1;
  const lead = only
    ? splits[0] === 'none'
      ? 'No sample says what it is used for.'
      : `All samples are used for ${splitTitle(splits[0]!)}.`
    : html`${leaks !== undefined && leaks > 0 ? html`<strong class="severity error">${said}</strong>` : said} Groups and equal pictures are found by <code>labelkit split check</code>.`;
  if (only) return section('splits', 'Usages', lead, undefined);
  const rows = splits.map((split) => ({ split, ...statistics.splits[split] }));
  const sizes = figure('Samples of each usage', {
    plot: bars(
      rows.map((row) => `${splitTitle(row.split)}: ${row.samples}`).join(', '),
      rows.map((row) => ({ name: splitTitle(row.split), series: row.split, count: row.samples })),
      seriesOf(splits),
    ),
    behind: table(
      'Samples, annotations and objects of each usage',
      [
        { title: 'Usage', cell: ({ split }) => splitTitle(split) },
        { title: 'Samples', cell: (row) => row.samples },
        { title: 'Share', cell: (row) => percent(row.samples, samples) },
        { title: 'Annotations', cell: (row) => row.annotations },
        ...(objects > 0 ? [{ title: 'Objects', cell: (row: (typeof rows)[number]) => row.objects }] : []),
      ],
      rows,
    ),
  });
  if (annotations + objects === 0)
    return section('splits', 'Usages', lead, html`<div class="grid">${sizes}</div>`);
  return section(
    'splits',
    'Usages',
    lead,
    html`<div class="grid">${sizes}${balance(statistics, splits)}</div>`,
  );
}

function balance(statistics: Statistics, splits: ReturnType<typeof splitsIn>): Markup | undefined {
  const { listed } = statistics.labels;
  if (listed.length === 0) return undefined;
  const uses = (split: (typeof splits)[number]) =>
    statistics.splits[split].annotations + statistics.splits[split].objects;
  const withUses = splits.filter((split) => uses(split) > 0);
  const rows = listed
    .slice(0, sharesShown)
    .flatMap(({ label, usages }) =>
      withUses.map((split) => ({ name: label, series: split, share: usages[split] / uses(split) })),
    );
  return figure('Labels of each usage', {
    note: 'The share of a label among the annotations and objects of a usage. Dots far apart: the usages differ.',
    plot: html`${shares('Share of each label in each usage', rows, seriesOf(withUses))}${legend(withUses)}`,
    behind: table(
      'Share of each label in each usage',
      [
        { title: 'Label', cell: ({ label }) => data(label) },
        ...withUses.map((split) => ({
          title: splitTitle(split),
          cell: ({ usages }: (typeof listed)[number]) => percent(usages[split], uses(split)),
        })),
      ],
      listed,
    ),
  });
}
