import type { ShownSample } from '../../dataset-io/overview.js';
import { flagOf } from '../../model/index.js';
import type { NoPicture, Picture } from '../pictures/thumbnail.js';
import { shortFinding } from './findings.js';
import { data, html, type Markup, type Part, shortenedPath } from './html.js';
import { chips } from './samples.js';
import { counted } from './table.js';
import { section } from './usages.js';

export interface PicturedSample {
  readonly sample: ShownSample;
  /** Or why there is none. */
  readonly picture: Picture | NoPicture;
}

/** Why there is no picture, without the places where it was looked for. */
const problems: Readonly<Record<NoPicture['problem']['kind'], string>> = {
  missing: 'the file is not there.',
  unreadable: 'the file cannot be read.',
  empty: 'the file is empty.',
  unknown: 'the file is of no known image type.',
  damaged: 'the file is damaged.',
  'too-large': 'the image has too many pixels.',
};

/** Findings shown beside a picture. */
const findingsShown = 3;
const labelsShown = 8;

export interface Gallery {
  /** Those with findings first. */
  readonly pictures: readonly PicturedSample[];
  /** What there is to say about pictures that are not there. */
  readonly note?: string | undefined;
}

/** Pictures with their shapes drawn. */
export function gallerySection({ pictures, note }: Gallery): Markup {
  const flagged = pictures.filter(({ sample }) => sample.findings.length > 0).length;
  const drawn = pictures.length - flagged;
  const hasNone = pictures.every(({ picture }) => picture.problem !== undefined);
  const parts = [
    flagged > 0 && counted(flagged, 'image with findings', 'images with findings'),
    drawn > 0 && counted(drawn, 'image at random', 'images at random'),
  ].filter((part) => part !== false);
  const lead = `${parts.length > 0 ? `${parts.join(', ')}. ` : ''}${hasNone && pictures.length > 0 ? 'None of them can be shown. ' : ''}${note ?? ''}`;
  return section(
    'pictures',
    'Pictures',
    lead,
    pictures.length > 0 &&
      html`<div class="pictures${hasNone ? ' blank' : ''}">${pictures.map(figure)}</div>`,
  );
}

function figure({ sample, picture }: PicturedSample, at: number): Markup {
  const { row, images, findings } = sample;
  const { source, usage, annotations } = row.sample;
  const objects = images.flatMap((image) => image.objects);
  const counts = new Map<string, number>();
  const count = (name: string | undefined) => {
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const { name } of objects) count(name);
  for (const { name } of annotations) count(name);
  const labels = [...counts].sort(([, a], [, b]) => b - a);
  const names = labels
    .slice(0, labelsShown)
    .map(([name, times]) => (times > 1 ? `${name} × ${times}` : name));
  if (labels.length > labelsShown) names.push(`+ ${labels.length - labelsShown}`);
  const name = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1) || source;
  const difficult = objects.filter((object) => flagOf(object.difficult) === true).length;
  const facts: Part[] = [
    usage !== undefined && html`<span>${data(usage, 40)}</span>`,
    'width' in picture && html`<span>${counted(objects.length, 'object')}</span>`,
    difficult > 0 && html`<span>${difficult} difficult</span>`,
    row.line !== undefined && html`<span>line ${row.line}</span>`,
  ];
  const worst = findings.some(({ severity }) => severity === 'error') ? ' bad' : '';
  const alt = `${counted(objects.length, 'object')}${names.length > 0 ? `: ${names.join(', ')}` : ''}`;
  return html`<figure class="picture${findings.length > 0 ? ` flagged${worst}` : ''}" id="picture-${at + 1}">${
    picture.problem !== undefined
      ? html`<div class="none"><p>No picture: ${problems[picture.problem.kind]}</p></div>`
      : html`<img src="${dataUri(picture)}" width="${picture.width}" height="${picture.height}" alt="${alt}">`
  }<figcaption><span class="name">${data(shortenedPath(name, 60))}</span><span class="meta">${facts}</span>${chips(names)}${
    findings.length > 0 &&
    html`<ul class="found">${findings.slice(0, findingsShown).map(shortFinding)}${
      findings.length > findingsShown && html`<li>and ${findings.length - findingsShown} more</li>`
    }</ul>`
  }</figcaption></figure>
`;
}

function dataUri({ bytes, mediaType }: Picture): string {
  return `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}
