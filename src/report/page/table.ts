import { groupDigits } from '../digits.js';
import { html, type Markup, type Part } from './html.js';

export interface Column<T> {
  readonly title: string;
  /** A number is written with commas and set to the right. */
  readonly cell: (row: T) => Part;
}

/** A table whose first column heads its rows. @param caption  what it shows, for those who cannot see what is around it */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): Markup {
  const [first, ...rest] = columns as [Column<T>, ...Column<T>[]];
  const isNumber = columns.map(
    ({ cell }) => rows.length > 0 && rows.every((row) => typeof cell(row) === 'number'),
  );
  const shown = (cell: Part): Part => (typeof cell === 'number' ? groupDigits(cell) : cell);
  const kind = (at: number) => (isNumber[at] === true ? html` class="n"` : '');
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, at) => html`<th scope="col"${kind(at)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row"${kind(0)}>${shown(first.cell(row))}</th>${rest.map(
        ({ cell }, at) => html`<td${kind(at + 1)}>${shown(cell(row))}</td>`,
      )}</tr>
`,
  )}</tbody></table></div>`;
}

/** What can be opened: the numbers behind a plot. */
function details(summary: string, content: Part): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

/** A plot with a heading, a sentence, and the table behind it. */
export function figure(
  title: string,
  { note, plot, behind }: { note?: Part; plot: Part; behind: Part },
): Markup {
  return html`<figure class="card"><h3>${title}</h3>${
    note !== undefined && html`<p class="note">${note}</p>`
  }<div class="plot">${plot}</div>${details('Numbers', behind)}</figure>`;
}

/** `1 sample`, `2 samples`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(count)} ${count === 1 ? noun : plural}`;
}

/** A share as text: `12.5 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  return `${share > 0 && share < 0.1 ? '< 0.1' : share.toFixed(share === 100 || share === 0 ? 0 : 1)} %`;
}
