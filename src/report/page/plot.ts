import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom/worker';
import { Markup, printable, shortened } from './html.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Pixels: as wide as a telephone shows without making the letters smaller. */
const width = 400;
const barHeight = 22;
const longestName = 22;

/** A colour of the page's own style, which has one for the light and one for the dark. */
type Colour = `var(--${string})`;

/** A number of things of a kind, with the series it belongs to. */
export interface Bar {
  readonly name: string;
  readonly series: string;
  readonly count: number;
}

/**
 * The plot as markup that stands in a page whose policy allows no style of its own.
 *
 * @param label  what it shows, for those who cannot see it
 */
function drawn(label: string, options: Plot.PlotOptions): Markup {
  const svg = Plot.plot({ document: document as never, width, ...options });
  for (const style of svg.querySelectorAll('style')) style.remove();
  for (const inner of svg.querySelectorAll('[aria-label]')) inner.removeAttribute('aria-label');
  svg.removeAttribute('class');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', printable(label));
  svg.setAttribute('font-size', '12');
  svg.setAttribute('font-family', 'inherit');
  return new Markup(svg.outerHTML);
}

/** Characters that would turn around the text after them. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function plain(name: string): string {
  return shortened(printable(name.replace(turning, '\ufffd')), longestName);
}

/** Room for names at the left, by about how wide they are. */
function roomFor(names: readonly string[]): number {
  const widthOf = (name: string) =>
    [...name].reduce((sum, letter) => sum + (letter.codePointAt(0)! > 0x2e7f ? 12.5 : 6.9), 0);
  return Math.round(Math.min(165, 14 + Math.max(24, ...names.map(widthOf))));
}

/** Whole numbers on the axis, and few of them. */
function ticksFor(most: number): number {
  return Math.max(1, Math.min(4, most));
}

const short = (number: number): string =>
  number >= 1e6
    ? `${+(number / 1e6).toFixed(1)} M`
    : number >= 1e3
      ? `${+(number / 1e3).toFixed(1)} k`
      : `${number}`;

/** Horizontal bars, stacked by series, in the order given. */
export function bars(
  label: string,
  rows: readonly Bar[],
  series: readonly { readonly name: string; readonly colour: Colour }[],
): Markup {
  const names = [...new Set(rows.map(({ name }) => name))];
  const shown = names.map(plain);
  const sums = new Map<string, number>();
  for (const { name, count } of rows) sums.set(name, (sums.get(name) ?? 0) + count);
  const most = Math.max(1, ...sums.values());
  // Two names may look the same when they are cut: bars are told apart by their place.
  const place = new Map(names.map((name, at) => [name, at]));
  const at = ({ name }: { readonly name: string }) => place.get(name)!;
  return drawn(label, {
    height: names.length * barHeight + 44,
    marginLeft: roomFor(shown),
    marginRight: 44,
    marginTop: 6,
    x: { label: null, ticks: ticksFor(most), tickFormat: short, tickSize: 0, domain: [0, most] },
    y: {
      label: null,
      domain: names.map((_, at) => at),
      tickFormat: (at: number) => shown[at]!,
      tickSize: 0,
      padding: 0.25,
    },
    color: { domain: series.map(({ name }) => name), range: series.map(({ colour }) => colour) },
    marks: [
      Plot.gridX({ ticks: ticksFor(most), strokeOpacity: 0.12 }),
      Plot.barX(rows, {
        x: 'count',
        y: at,
        fill: { value: 'series', scale: 'color' },
        order: series.map(({ name }) => name),
        rx: 2,
      }),
      Plot.text([...sums], {
        x: ([, count]: [string, number]) => count,
        y: ([name]: [string, number]) => place.get(name)!,
        text: ([, count]: [string, number]) => short(count),
        textAnchor: 'start',
        dx: 5,
        fillOpacity: 0.75,
      }),
    ],
  });
}

/** Columns of a histogram whose bins have names. */
export function columns(
  label: string,
  bins: readonly { readonly name: string; readonly count: number }[],
  axis: string,
): Markup {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  // Names that would run into each other stand at a slant.
  const isTight = bins.reduce((sum, { name }) => sum + name.length + 1.5, 0) > 36;
  return drawn(label, {
    height: isTight ? 250 : 230,
    marginLeft: 44,
    marginBottom: isTight ? 66 : 44,
    marginTop: 20,
    x: {
      label: axis,
      domain: bins.map(({ name }) => name),
      tickSize: 0,
      padding: 0.12,
      labelAnchor: 'center',
      labelArrow: 'none',
      ...(isTight ? { tickRotate: -40 } : {}),
    },
    y: { label: null, ticks: ticksFor(most), tickFormat: short, tickSize: 0, domain: [0, most] },
    marks: [
      Plot.gridY({ ticks: ticksFor(most), strokeOpacity: 0.12 }),
      Plot.barY(bins, { x: 'name', y: 'count', fill: 'var(--accent)', rx: 2 }),
      Plot.text(
        bins.filter(({ count }) => count > 0),
        {
          x: 'name',
          y: 'count',
          text: ({ count }: { count: number }) => short(count),
          dy: -7,
          fillOpacity: 0.75,
          fontSize: 10.5,
        },
      ),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
    ],
  });
}

/** A map of counts: rows from the top, each from left to right. */
export function heatMap(label: string, rows: readonly (readonly number[])[]): Markup {
  const most = Math.max(1, ...rows.flat());
  const cells = rows.flatMap((row, y) => row.map((count, x) => ({ x, y, count })));
  return drawn(label, {
    height: 252,
    margin: 1,
    marginLeft: 75,
    marginRight: 75,
    x: { axis: null, padding: 0 },
    y: { axis: null, padding: 0 },
    marks: [
      Plot.cell(
        cells.filter(({ count }) => count > 0),
        {
          x: 'x',
          y: 'y',
          fill: 'var(--accent)',
          fillOpacity: ({ count }: { count: number }) => shade(count, most),
          inset: 0.5,
          rx: 2,
        },
      ),
      Plot.cell(
        cells.filter(({ count }) => count === 0),
        { x: 'x', y: 'y', fill: 'currentColor', fillOpacity: 0.05, inset: 0.5, rx: 2 },
      ),
    ],
    // Opacities are given as they are, not scaled.
    opacity: { type: 'identity' },
  });
}

/** Few are seen beside many. */
function shade(count: number, most: number): number {
  return +(0.12 + 0.88 * Math.sqrt(count / most)).toFixed(3);
}

/** How often two things go together. */
export function matrix(
  label: string,
  names: readonly string[],
  pairs: readonly { readonly one: number; readonly other: number; readonly count: number }[],
): Markup {
  const shown = names.map((name) => shortened(plain(name), 14));
  const most = Math.max(1, ...pairs.map(({ count }) => count));
  const cells = pairs.flatMap(({ one, other, count }) => [
    { x: one, y: other, count },
    { x: other, y: one, count },
  ]);
  const room = roomFor(shown);
  const side = Math.min(40, (width - room - 8) / names.length);
  const margin = (width - room - side * names.length) / 2;
  const all = names.map((_, at) => at);
  const isRoomy = side >= 24;
  return drawn(label, {
    height: Math.round(side * names.length + room + 8),
    marginLeft: Math.round(room + margin),
    marginTop: room,
    marginRight: Math.round(margin),
    marginBottom: 8,
    x: {
      axis: 'top',
      label: null,
      domain: all,
      tickFormat: (at: number) => shown[at]!,
      tickRotate: -90,
      tickSize: 0,
      padding: 0.06,
    },
    y: { label: null, domain: all, tickFormat: (at: number) => shown[at]!, tickSize: 0, padding: 0.06 },
    opacity: { type: 'identity' },
    marks: [
      Plot.cell(
        all.flatMap((x) => all.map((y) => ({ x, y }))),
        { x: 'x', y: 'y', fill: 'currentColor', fillOpacity: 0.05, rx: 2 },
      ),
      Plot.cell(cells, {
        x: 'x',
        y: 'y',
        fill: 'var(--accent)',
        fillOpacity: ({ count }: { count: number }) => shade(count, most),
        rx: 2,
      }),
      isRoomy
        ? Plot.text(cells, {
            x: 'x',
            y: 'y',
            text: ({ count }: { count: number }) => short(count),
            fill: ({ count }: { count: number }) =>
              shade(count, most) > 0.55 ? 'var(--on-accent)' : 'currentColor',
            fontSize: 10,
          })
        : null,
    ],
    color: { type: 'identity' },
  });
}

/** Shares of the same thing in several series: a dot for each, on a line for each thing. */
export function shares(
  label: string,
  rows: readonly { readonly name: string; readonly series: string; readonly share: number }[],
  series: readonly { readonly name: string; readonly colour: Colour }[],
): Markup {
  const names = [...new Set(rows.map(({ name }) => name))];
  const shown = names.map(plain);
  const place = new Map(names.map((name, at) => [name, at]));
  const at = ({ name }: { readonly name: string }) => place.get(name)!;
  const most = Math.max(0.01, ...rows.map(({ share }) => share));
  return drawn(label, {
    height: names.length * barHeight + 44,
    marginLeft: roomFor(shown),
    marginRight: 20,
    marginTop: 6,
    x: {
      label: null,
      ticks: 4,
      tickFormat: (share: number) => `${+(100 * share).toFixed(1)} %`,
      tickSize: 0,
      domain: [0, most],
    },
    y: {
      label: null,
      type: 'point',
      domain: names.map((_, at) => at),
      tickFormat: (at: number) => shown[at]!,
      tickSize: 0,
    },
    marks: [
      Plot.gridX({ ticks: 4, strokeOpacity: 0.12 }),
      Plot.ruleY(
        rows,
        Plot.groupY({ x1: 'min', x2: 'max' }, { x: 'share', y: at, strokeOpacity: 0.35, strokeWidth: 2 }),
      ),
      // Equal shares lie beside each other.
      ...series.map(({ name, colour }, index) =>
        Plot.dot(
          rows.filter((row) => row.series === name),
          {
            x: 'share',
            y: at,
            fill: colour,
            r: 4.5,
            stroke: 'var(--card)',
            strokeWidth: 1,
            dy: (index - (series.length - 1) / 2) * 5,
          },
        ),
      ),
    ],
  });
}
