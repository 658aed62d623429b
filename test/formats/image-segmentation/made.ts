import { encodePng } from '../../../src/formats/shared/png.js';
import { paletteBytes } from '../../../src/voc/index.js';

/** Three bytes that a JPEG begins with: enough where nobody looks into it. */
export const jpeg = Buffer.from([0xff, 0xd8, 0xff]);

/** A mask as it looks, with the VOC colour map: digits are indices, `v` is void, a dot is background. */
export function maskPng(...rows: string[]): Buffer {
  const indices = Uint8Array.from(rows.join(''), (sign) =>
    sign === '.' ? 0 : sign === 'v' ? 255 : Number(sign),
  );
  return encodePng({ width: rows[0]!.length, height: rows.length, indices, palette: paletteBytes() });
}

export interface MadeObject {
  readonly name?: string;
  readonly color?: string;
  readonly mask?: string;
  /** Elements of the shape. */
  readonly shape?: string;
}

/** An annotation file in the canonical layout. */
export function xmlOf(
  objects: readonly MadeObject[],
  { mask = 'a_mask.png', width = 5, height = 4 }: { mask?: string; width?: number; height?: number } = {},
): string {
  const lines = objects.map(({ name = 'cat', color = '128,0,0', mask: own, shape = '' }) =>
    [
      '    <object>',
      `        <name>${name}</name>`,
      '        <pose>Unspecified</pose>',
      '        <truncated>0</truncated>',
      '        <difficult>0</difficult>',
      ...(color === '' ? [] : [`        <mask_color>${color}</mask_color>`]),
      ...(own === undefined ? [] : [`        <mask_source>${own}</mask_source>`]),
      '        <occluded>0</occluded>',
      ...(shape === '' ? [] : [`        ${shape}`]),
      '    </object>',
    ].join('\n'),
  );
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<annotation>
    <folder>Images</folder>
    <filename>a.jpg</filename>
    <source>
        <database>Unknown</database>
    </source>
    <size>
        <width>${width}</width>
        <height>${height}</height>
        <depth>3</depth>
    </size>
    <segmented>1</segmented>
${mask === '' ? '' : `    <mask_source>${mask}</mask_source>\n`}${lines.join('\n')}
</annotation>
`;
}

export const box = (xmin: number, ymin: number, xmax: number, ymax: number) =>
  `<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox>`;

export const outline = (...points: number[]) =>
  `<polygon>${points.map((value, i) => `<${'xy'[i % 2]}${(i >> 1) + 1}>${value}</${'xy'[i % 2]}${(i >> 1) + 1}>`).join('')}</polygon>`;
