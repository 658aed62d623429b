import type { Overview } from '../../dataset-io/overview.js';
import { html, type Markup, type Part } from './html.js';

type Statistics = Overview['statistics'];
export type SplitName = keyof Statistics['splits'];

/** How the usages of a data set are called and coloured, everywhere on the page. */
const splitColours = {
  TRAIN: 'var(--train)',
  EVAL: 'var(--eval)',
  TEST: 'var(--test)',
  INFERENCE: 'var(--inference)',
  other: 'var(--other)',
  none: 'var(--none)',
} as const satisfies Record<SplitName, string>;

const titles: Partial<Record<SplitName, string>> = { other: 'other usage', none: 'no usage' };

export function splitTitle(name: SplitName): string {
  return titles[name] ?? name;
}

/** The usages that occur, in the order of the format. */
export function splitsIn({ splits }: Statistics): SplitName[] {
  return (Object.keys(splitColours) as SplitName[]).filter((name) => splits[name].samples > 0);
}

/** Which colour is which usage; nothing where there is only one. */
export function legend(names: readonly SplitName[]): Markup | undefined {
  if (names.length < 2) return undefined;
  return html`<ul class="legend">${names.map(
    (name) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" fill="${splitColours[name]}"/></svg>${splitTitle(name)}</li>`,
  )}</ul>`;
}

/** Series of a plot. */
export function seriesOf(names: readonly SplitName[]) {
  return names.map(
    (name) => ({ name, colour: names.length < 2 ? 'var(--accent)' : splitColours[name] }) as const,
  );
}

export function section(id: string, title: string, lead: Part, content: Part): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${lead !== undefined && html`<p class="note">${lead}</p>`}${content}</section>
`;
}
