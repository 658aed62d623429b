import type { ShownSample } from '../../dataset-io/overview.js';
import { type Annotation, type JsonObject, type Medium, mediumOf } from '../../model/index.js';
import { shortFinding } from './findings.js';
import { data, html, type Markup, type Part, path } from './html.js';
import { counted, table } from './table.js';
import { section } from './usages.js';

/** Annotations shown of a sample. */
const annotationsShown = 40;
/** Characters of a text. */
const longestText = 2000;

const sampleTypes: Readonly<Record<number, Medium | 'table' | 'other'>> = {
  0: 'image',
  1: 'text',
  2: 'audio',
  4: 'table',
  6: 'other',
  9: 'other',
};

/** What kind of thing a sample is, from its tasks, else from what it says of itself, else from its source. */
export function kindOf({ row, text, images }: ShownSample): Medium | 'table' | 'other' {
  const { annotations, sampleType, source, property } = row.sample;
  for (const { task } of annotations) if (task !== undefined) return mediumOf(task);
  if (images.length > 0) return 'image';
  if (text !== undefined) return 'text';
  if (schemaOf(property) !== undefined) return 'table';
  if (sampleType !== undefined) return sampleTypes[sampleType] ?? 'other';
  if (/\.(?:wav|mp3|m4a|flac|ogg|aac)$/i.test(source)) return 'audio';
  return /\.(?:jpe?g|png|bmp|gif|webp|tiff?)$/i.test(source) ? 'image' : 'other';
}

/** Columns and their types, in order, of a sample that is a table. */
function schemaOf(property: JsonObject | undefined): [string, string][] | undefined {
  const schema = property?.['@modelarts:schema'] ?? property?.['schema'];
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined;
  return Object.entries(schema).map(([name, type]) => [
    name,
    typeof type === 'string' ? type : JSON.stringify(type),
  ]);
}

/** A text of the property of an annotation. */
function textIn({ property }: Annotation, key: string): string | undefined {
  const value = property?.[`@modelarts:${key}`];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export function chips(names: readonly string[]): Markup | undefined {
  if (names.length === 0) return undefined;
  return html`<ul class="chips">${names.map((name) => html`<li>${data(name, 60)}</li>`)}</ul>`;
}

function found({ findings }: ShownSample): Markup | undefined {
  if (findings.length === 0) return undefined;
  return html`<ul class="found">${findings.slice(0, 3).map(shortFinding)}</ul>`;
}

function meta({ row }: ShownSample, more: Part = undefined): Markup {
  const { usage, source, id } = row.sample;
  const place = source.startsWith('content:') ? id : source;
  const line = row.line === undefined ? undefined : `line ${row.line}`;
  return html`<div class="meta">${more}${usage !== undefined && html`<span>${data(usage, 40)}</span>`}${
    place !== undefined && path(place, 90)
  }${line !== undefined && html`<span>${line}</span>`}</div>`;
}

function list(id: string, title: string, lead: string, items: readonly Markup[]): Markup | undefined {
  if (items.length === 0) return undefined;
  return section(id, title, lead, html`<ul class="samples">${items}</ul>`);
}

/** Texts with their labels, entities marked. */
export function textsSection(samples: readonly ShownSample[]): Markup | undefined {
  return list(
    'texts',
    'Texts',
    `${counted(samples.length, 'text')}: those with findings first, then some at random. Entities are marked where they stand.`,
    samples.map((sample) => html`<li class="card">${text(sample)}</li>`),
  );
}

interface Entity {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function text(sample: ShownSample): Markup {
  const annotations = sample.row.sample.annotations.slice(0, annotationsShown);
  const entities: Entity[] = [];
  const labels: string[] = [];
  const relations: string[] = [];
  const names = new Map(annotations.map(({ id, name }) => [id, name]));
  for (const annotation of annotations) {
    const { name = '(no label)', task } = annotation;
    const [start, end] = [Number(textIn(annotation, 'start_index')), Number(textIn(annotation, 'end_index'))];
    const [from, to] = [textIn(annotation, 'from'), textIn(annotation, 'to')];
    if (from !== undefined && to !== undefined)
      relations.push(`${names.get(from) ?? from} – ${name} → ${names.get(to) ?? to}`);
    else if (Number.isInteger(start) && Number.isInteger(end) && task !== 'text_classification')
      entities.push({ name, start, end });
    else labels.push(name);
  }
  const shown =
    sample.text === undefined
      ? html`<p class="note">The text is not shown: it is in a file that cannot be read.</p>`
      : html`<p class="quote" dir="auto">${marked(sample.text, entities)}</p>`;
  return html`${shown}${chips([...labels, ...relations])}${meta(sample)}${found(sample)}`;
}

/** The text with entities marked; where they overlap, each piece says all that it belongs to. */
function marked(text: string, entities: readonly Entity[]): Part {
  const shown = text.slice(0, longestText);
  const inside = entities.filter(({ start, end }) => start >= 0 && start < end && end <= shown.length);
  const edges = [...new Set([0, shown.length, ...inside.flatMap(({ start, end }) => [start, end])])].sort(
    (a, b) => a - b,
  );
  const pieces: Part[] = [];
  for (const [at, from] of edges.entries()) {
    const to = edges[at + 1];
    if (to === undefined) break;
    const here = inside.filter(({ start, end }) => start <= from && end >= to);
    const ending = here.filter(({ end }) => end === to).map(({ name }) => name);
    const piece = shown.slice(from, to);
    if (here.length === 0) pieces.push(piece);
    else pieces.push(html`<mark>${piece}${ending.map((name) => html`<b>${data(name, 40)}</b>`)}</mark>`);
  }
  return [...pieces, text.length > shown.length ? '…' : undefined];
}

/** Recordings: labels, transcripts, segments with their times. */
export function audioSection(samples: readonly ShownSample[]): Markup | undefined {
  return list(
    'audio',
    'Recordings',
    `${counted(samples.length, 'recording')}: those with findings first, then some at random.`,
    samples.map((sample) => html`<li class="card">${recording(sample)}</li>`),
  );
}

function recording(sample: ShownSample): Markup {
  const { source, annotations } = sample.row.sample;
  const labels: string[] = [];
  const lines: Markup[] = [];
  for (const annotation of annotations.slice(0, annotationsShown)) {
    const content = textIn(annotation, 'content');
    const [start, end] = [textIn(annotation, 'start_time'), textIn(annotation, 'end_time')];
    const speaker = textIn(annotation, 'source');
    if (annotation.name !== undefined) labels.push(annotation.name);
    if (content === undefined && start === undefined) continue;
    const time = start === undefined ? undefined : html`${data(start, 20)} – ${data(end ?? '?', 20)}`;
    lines.push(
      html`<li><span class="time">${time ?? 'whole recording'}</span><span>${
        speaker !== undefined && html`<strong>${data(speaker, 40)}:</strong> `
      }${data(content ?? '', 600)}</span></li>`,
    );
  }
  const name = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
  return html`<h3>${data(name, 120)}</h3>${chips(labels)}${
    lines.length > 0 && html`<ul class="transcript">${lines}</ul>`
  }${labels.length + lines.length === 0 && html`<p class="note">Not labelled.</p>`}${meta(sample)}${found(sample)}`;
}

/** Tables: the columns of their files and the types of these. */
export function tablesSection(samples: readonly ShownSample[]): Markup | undefined {
  const schemas = new Map<string, { readonly columns: [string, string][]; readonly files: ShownSample[] }>();
  for (const sample of samples) {
    const columns = schemaOf(sample.row.sample.property) ?? [];
    const key = JSON.stringify(columns);
    const known = schemas.get(key);
    if (known === undefined) schemas.set(key, { columns, files: [sample] });
    else known.files.push(sample);
  }
  if (schemas.size === 0) return undefined;
  const lead = `${counted(samples.length, 'file')} looked at; ${schemas.size === 1 ? 'all have the same columns' : `they have ${schemas.size} different sets of columns`}.`;
  const cards = [...schemas.values()].map(
    ({ columns, files }) =>
      html`<div class="card"><h3>${counted(files.length, 'file')}, ${counted(columns.length, 'column')}</h3>${
        columns.length > 0 &&
        table(
          'Columns and their types',
          [
            { title: 'Column', cell: ([name]) => data(name) },
            { title: 'Type', cell: ([, type]) => html`<code>${data(type, 60)}</code>` },
          ],
          columns,
        )
      }<ul class="examples">${files.slice(0, 8).map((file) => html`<li>${path(file.row.sample.source)}${found(file)}</li>`)}</ul></div>`,
  );
  return section('tables', 'Tables', lead, html`<div class="grid">${cards}</div>`);
}
