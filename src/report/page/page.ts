import type { Overview, ShownSample } from '../../dataset-io/overview.js';
import type { Rule } from '../../model/index.js';
import { groupDigits } from '../digits.js';
import { splitsSection } from './balance.js';
import { findingsSection } from './findings.js';
import { type Gallery, gallerySection } from './gallery.js';
import { data, html, Markup, type Part, path, shortened } from './html.js';
import { labelsSection } from './labels.js';
import { annotationsFigure, objectsSection } from './objects.js';
import { audioSection, kindOf, tablesSection, textsSection } from './samples.js';
import { style } from './style.js';
import { counted, table } from './table.js';
import { section } from './usages.js';

export interface PageContent {
  readonly overview: Overview;
  readonly title: string;
  /** Rules by id, as far as they are known. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** Makes pictures of samples, worth at most so many bytes of the page. */
  readonly pictures: (samples: readonly ShownSample[], room: number) => Promise<Gallery>;
  /** Bytes that the page should not exceed: pictures are left out. */
  readonly maxSize: number;
  /** `labelkit 1.2.3` */
  readonly maker: string;
}

/** About what the page needs around its sections. */
const frameBytes = Buffer.byteLength(style) + 4096;
/** Sections that come before the pictures. */
const before: ReadonlySet<string> = new Set(['overview', 'findings', 'labels', 'splits', 'objects']);

/** The page: one file that needs no other, has no script, and may load nothing. */
export async function page({
  overview,
  title,
  rules,
  pictures,
  maxSize,
  maker,
}: PageContent): Promise<string> {
  const { validation, statistics } = overview;
  const others = [...overview.flagged, ...overview.drawn];
  const ofKind = (kind: ReturnType<typeof kindOf>) => others.filter((sample) => kindOf(sample) === kind);
  const isEmpty = statistics.samples === 0;
  const sections: readonly (readonly [string, string, Markup | undefined])[] = [
    ['overview', 'Overview', overviewSection(overview)],
    ['findings', 'Findings', findingsSection(overview, rules)],
    ['labels', 'Labels', labelsSection(statistics)],
    ['splits', 'Usages', isEmpty ? undefined : splitsSection(overview)],
    ['objects', 'Objects', objectsSection(statistics)],
    ['texts', 'Texts', textsSection(ofKind('text'))],
    ['audio', 'Recordings', audioSection(ofKind('audio'))],
    ['tables', 'Tables', tablesSection(ofKind('table'))],
  ];
  const images = ofKind('image');
  const shown = sections.filter(([, , content]) => content !== undefined);
  if (images.length > 0) {
    const used = shown.reduce((sum, [, , content]) => sum + Buffer.byteLength(content!.text), frameBytes);
    const gallery = gallerySection(await pictures(images, maxSize - used));
    const at = shown.findLastIndex(([id]) => before.has(id)) + 1;
    shown.splice(at, 0, ['pictures', 'Pictures', gallery]);
  }
  const policy = `default-src 'none'; style-src 'sha256-${await sha256(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${maker}">
<title>${shortened(title, 80)} – dataset report</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="eyebrow">Dataset report</p>
<h1>${data(title, 120)}</h1>
<p class="under">${data(validation.format)} · ${path(validation.input)}</p>
${verdict(overview)}
</header>
<nav aria-label="Sections"><ul>${shown.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main id="content">
${shown.map(([, , content]) => content)}</main>
<footer><p>Made by ${maker}. The page holds all it shows: it loads nothing and runs no script.</p></footer>
</body>
</html>
`.text;
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(hash).toString('base64');
}

function verdict({ validation, statistics, leaks }: Overview): Markup {
  const { errors, warnings } = validation;
  const pill = (kind: string, text: string) => html`<li class="pill ${kind}">${text}</li>`;
  return html`<ul class="verdict" aria-label="Result">${
    errors > 0 ? pill('error', counted(errors, 'error')) : pill('good', 'No errors')
  }${warnings > 0 ? pill('warning', counted(warnings, 'warning')) : pill('good', 'No warnings')}${
    statistics.unreadable + statistics.unjoined > 0 &&
    pill('error', `${counted(statistics.unreadable + statistics.unjoined, 'record')} not readable`)
  }${leaks !== undefined && leaks > 0 && pill('warning', `${counted(leaks, 'sample')} in several usages`)}</ul>`;
}

/** @param isBad  the number should be 0, and is not */
function tile(name: string, value: number, under?: string, isBad = false): Markup {
  return html`<div class="tile${isBad ? ' bad' : ''}"><dt>${name}</dt><dd>${groupDigits(value)}</dd>${
    under !== undefined && html`<dd>${under}</dd>`
  }</div>`;
}

function overviewSection({ statistics, validation }: Overview): Markup {
  const { samples, annotated, unannotated, unreadable, unjoined, annotations, objects, parts, labels } =
    statistics;
  if (samples === 0) {
    const why =
      unreadable > 0
        ? `None of ${counted(unreadable, 'record')} could be read as a sample.`
        : 'There are no samples in this data set.';
    return section('overview', 'Overview', undefined, html`<p class="card empty">${why}</p>`);
  }
  const tiles = html`<dl class="tiles">${[
    tile('Samples', samples, unannotated > 0 ? `${groupDigits(unannotated)} not labelled` : 'all labelled'),
    annotations > 0 &&
      (objects === 0 || annotations !== annotated) &&
      tile('Annotations', annotations, perSample(annotations, annotated)),
    objects > 0 &&
      tile('Objects', objects, parts > 0 ? `and ${counted(parts, 'part')}` : perSample(objects, annotated)),
    tile('Labels', labels.count),
    unreadable > 0 && tile('Not readable', unreadable, 'lines or files', true),
    unjoined > 0 && tile('Without their file', unjoined, 'annotation files not readable', true),
    tile('Errors', validation.errors, undefined, validation.errors > 0),
    tile('Warnings', validation.warnings),
  ]}</dl>`;
  return section(
    'overview',
    'Overview',
    undefined,
    html`${tiles}${contentCards(statistics)}${
      objects === 0 && annotations > 0 && html`<div class="grid">${annotationsFigure(statistics)}</div>`
    }`,
  );
}

/** `2.4 per labelled sample`. */
function perSample(count: number, annotated: number): string | undefined {
  return annotated > 0 ? `${(count / annotated).toFixed(1)} per labelled sample` : undefined;
}

/** What samples and annotations are. */
function contentCards({ tasks, usages, annotators, types, hard, samples }: Overview['statistics']): Part {
  const card = (
    title: string,
    what: string,
    rows: readonly { readonly name: string; readonly count: number }[],
  ) =>
    rows.length > 0 &&
    html`<div class="card"><h3>${title}</h3>${table(
      title,
      [
        { title: what, cell: ({ name }) => data(name, 80) },
        { title: 'Count', cell: ({ count }) => count },
      ],
      rows,
    )}</div>`;
  const none = (count: number) => (count > 0 && count < samples ? [{ name: '(none)', count }] : []);
  const marked = [
    { name: 'hard samples', count: hard.samples.yes },
    { name: 'hard annotations', count: hard.annotations.yes },
    { name: 'difficult objects', count: hard.objects.yes },
  ].filter(({ count }) => count > 0);
  const unknown = tasks.some(({ task }) => task === 'other');
  return html`<div class="grid small">${[
    card(
      'Annotations by task',
      'Task',
      tasks.map(({ task, annotations }) => ({ name: task.replaceAll('_', ' '), count: annotations })),
    ),
    unknown && card('Annotations by type', 'Type', types.listed.slice(0, 12)),
    card('Samples by usage', 'Usage', [...usages.listed.slice(0, 12), ...none(usages.none)]),
    card('Annotations by annotator', 'Annotator', annotators.listed.slice(0, 12)),
    card('Marks', 'Mark', marked),
  ]}</div>`;
}
