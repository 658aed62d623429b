import { type Diagnostic, flagOf, type Shape } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow } from '../contract.js';
import { neat } from '../shared/geometry.js';
import type { Loss } from '../shared/losses.js';
import { PairedTreeWriter } from '../shared/paired-writer.js';
import { placeOf } from '../shared/place.js';
import { type RowObject, rectangleOf } from '../shared/tree-rows.js';
import { dotaCarries } from './carries.js';

/**
 * Writes `labelTxt/<name>.txt` and, where images are copied or linked, `images/<name>.png`; below `train`, `val` or `test`
 * where there is a usage.
 *
 * @throws OptionError for appending
 */
export function writeDota(sink: FormatSink): FormatWriter {
  const asRectangles = sink.options['shapes'] === 'bbox';
  return new PairedTreeWriter(sink, {
    title: 'a DOTA tree',
    folders: { TRAIN: 'train/', EVAL: 'val/', TEST: 'test/' },
    withoutUsage: '',
    imageFolder: 'images',
    labelFolder: 'labelTxt',
    carries: written,
    header: headerOf,
    bare: countBare,
    line: (entry, row, losses) => lineOf(entry, row, losses, asRectangles),
  });
}

/** What is not counted by the general rule, because a part of it is written. */
const written = new Set([...dotaCarries, 'sample-property', 'image-member'] as const);

const imageMembers = ['folder', 'path', 'database', 'sourceAnnotation'] as const;

/** `imagesource` and `gsd`, where they are known; what else would be in their place is counted. */
function headerOf(row: WriteRow, losses: Loss[]): string {
  let header = '';
  for (const [index, image] of row.images) {
    const { sourceImage } = image;
    if (sourceImage && header === '' && !/[\r\n]/.test(sourceImage)) header = `imagesource:${sourceImage}\n`;
    else if (sourceImage)
      losses.push({ feature: 'image-member', pointer: `/annotation/${index}/image/sourceImage` });
    for (const member of imageMembers)
      if (image[member])
        losses.push({ feature: 'image-member', pointer: `/annotation/${index}/image/${member}` });
  }
  const { property } = row.sample;
  const gsd = property !== undefined && Object.hasOwn(property, 'gsd') ? property['gsd'] : undefined;
  const isText = typeof gsd === 'string' && !/[\r\n]/.test(gsd);
  if (isText) header += `gsd:${gsd}\n`;
  if (property !== undefined && Object.keys(property).length > (isText ? 1 : 0))
    losses.push({ feature: 'sample-property', pointer: '/property' });
  return header;
}

/** Of an image without label file nothing is written that a header could hold. */
function countBare({ sample }: WriteRow, losses: Loss[]): void {
  if (sample.property !== undefined && Object.keys(sample.property).length > 0)
    losses.push({ feature: 'sample-property', pointer: '/property' });
}

function lineOf(
  { object, pointer }: RowObject,
  row: WriteRow,
  losses: Loss[],
  asRectangles: boolean,
): string | undefined | Diagnostic {
  const { name, shape, difficult } = object;
  if (name === undefined || name === '' || shape === undefined) return undefined;
  if (/\s/.test(name))
    return refusal(row, pointer, `the label ${JSON.stringify(name)} has blanks, which separate fields`);
  let points = cornersOf(shape);
  if (points === undefined) {
    if (!asRectangles) return refusal(row, pointer, `a ${shape.kind} cannot be written as four corners`);
    if (shape.kind === 'polygon') losses.push({ feature: 'shape-polygon', pointer });
    const box = rectangleOf(shape);
    if (box === undefined) return undefined;
    points = cornersOf(box)!;
  }
  const flag = flagOf(difficult ?? '');
  const isDigit = difficult !== undefined && /^\d$/.test(difficult);
  if (difficult !== undefined && difficult !== '' && flag === undefined && !isDigit)
    losses.push({ feature: 'object-difficult', pointer: `${pointer}/difficult` });
  const digit = isDigit ? difficult : flag === true ? '1' : '0';
  return `${points.map((value) => String(neat(value))).join(' ')} ${name} ${digit}`;
}

/** x1, y1, … x4, y4 of a box or a polygon of four vertices. */
function cornersOf(shape: Shape): readonly number[] | undefined {
  if (shape.kind === 'bndbox') {
    const { xmin, ymin, xmax, ymax } = shape;
    return [xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax];
  }
  if (shape.kind !== 'polygon') return undefined;
  const { points } = shape;
  const isClosed = points.length === 10 && points[0] === points[8] && points[1] === points[9];
  if (isClosed) return points.slice(0, 8);
  return points.length === 8 ? points : undefined;
}

function refusal(row: WriteRow, pointer: string, message: string): Diagnostic {
  return {
    rule: 'N113',
    severity: 'error',
    message,
    hint: 'Map the label with labelkit relabel --map, or accept rectangles with --to-option shapes=bbox.',
    ...placeOf(row),
    pointer,
  };
}
