import { loadSharp } from '../../dataset-io/sharp.js';
import { escapeXml } from '../escape-xml.js';
import { labelColour } from './colours.js';
import { clipText, fontFamily, isolated, textWidth } from './plates.js';
import type { Picture, PictureFormat } from './thumbnail.js';

/** One picture of a sheet and what is written below it. */
export interface Tile {
  /** Not larger than the tile in either direction; or why there is none. */
  readonly picture:
    | Pick<Picture, 'bytes' | 'width' | 'height'>
    | { readonly problem: { readonly message: string } };
  readonly title: string;
  /** A second line, such as the findings of the sample. */
  readonly note?: string | undefined;
}

export interface SheetOptions {
  /** Tiles side by side. */
  readonly columns: number;
  /** Side of a tile in pixels. */
  readonly edge: number;
  readonly format: PictureFormat;
  readonly quality: number;
  /** What stands on top. */
  readonly heading: string;
  /** Labels whose colours are explained below the tiles. */
  readonly labels: readonly string[];
}

const margin = 16;
const gap = 12;
const textSize = 12;
const headingSize = 17;
const captionHeight = 38;
const legendLine = 22;
const ground = '#f4f4f5';
const mostLegendLines = 4;

/** A picture of several pictures in rows, with their titles and a legend of labels. */
export async function contactSheet(tiles: readonly Tile[], options: SheetOptions): Promise<Buffer> {
  const { edge, columns, format, quality, heading } = options;
  const sharp = await loadSharp('pictures need');
  const across = Math.max(1, Math.min(columns, tiles.length));
  const rows = rowsOf(tiles, across, edge);
  const width = Math.max(360, 2 * margin + across * (edge + gap) - gap);
  const top = margin + headingSize + gap;
  const legendTop = top + rows.reduce((sum, { height }) => sum + height + captionHeight + gap, 0);
  const legend = legendAsSvg(options.labels, width, legendTop);
  const height = legendTop + legend.lines * legendLine + margin - (legend.lines === 0 ? gap : 0);
  const parts = [
    text(heading, margin, margin + headingSize * 0.8, headingSize, '#18181b', width - 2 * margin),
  ];
  const layers: { input: Buffer; left: number; top: number }[] = [];
  let y = top;
  for (const row of rows) {
    for (const [at, { picture, title, note }] of row.tiles.entries()) {
      const left = margin + at * (edge + gap);
      const middle = y + row.height / 2;
      parts.push(`<rect x="${left}" y="${y}" width="${edge}" height="${row.height}" rx="3" fill="#e4e4e7"/>`);
      if ('problem' in picture) {
        parts.push(
          text('no picture', left + 10, middle - textSize / 2, textSize + 2, '#b91c1c', edge - 20),
          text(picture.problem.message, left + 10, middle + 1.2 * textSize, textSize, '#3f3f46', edge - 20),
        );
      } else {
        layers.push({
          input: picture.bytes,
          left: left + Math.floor((edge - picture.width) / 2),
          top: y + Math.floor((row.height - picture.height) / 2),
        });
      }
      const below = y + row.height;
      parts.push(text(title, left + 2, below + 16, textSize, '#18181b', edge - 4));
      if (note !== undefined) parts.push(text(note, left + 2, below + 32, textSize - 1, '#b91c1c', edge - 4));
    }
    y += row.height + captionHeight + gap;
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}${legend.svg}</svg>`;
  const sheet = sharp({ create: { width, height, channels: 3, background: ground } }).composite([
    { input: Buffer.from(svg), left: 0, top: 0 },
    ...layers,
  ]);
  const encoded =
    format === 'png' ? sheet.png() : format === 'webp' ? sheet.webp({ quality }) : sheet.jpeg({ quality });
  return await encoded.toBuffer();
}

interface SheetRow {
  readonly tiles: readonly Tile[];
  /** Of its highest picture. */
  readonly height: number;
}

/** Of a row in which nothing is high, such as one without pictures. */
const leastRowHeight = 100;

function rowsOf(tiles: readonly Tile[], across: number, edge: number): SheetRow[] {
  const rows: SheetRow[] = [];
  for (let at = 0; at < tiles.length; at += across) {
    const own = tiles.slice(at, at + across);
    const heights = own.map(({ picture }) => ('problem' in picture ? 0 : picture.height));
    rows.push({ tiles: own, height: Math.min(edge, Math.max(leastRowHeight, ...heights)) });
  }
  return rows;
}

function text(content: string, x: number, y: number, size: number, colour: string, room: number): string {
  const shown = escapeXml(isolated(clipText(content, room / size)));
  return `<text x="${x}" y="${y}" font-family="${fontFamily}" font-size="${size}" fill="${colour}" xml:space="preserve">${shown}</text>`;
}

/** Labels with their colours, as many as a few lines hold. */
function legendAsSvg(
  labels: readonly string[],
  width: number,
  top: number,
): { readonly svg: string; readonly lines: number } {
  const parts: string[] = [];
  const more = (count: number) => `and ${count} more`;
  const reserve = textWidth(more(labels.length)) * textSize + gap;
  let [x, line] = [margin, 0];
  for (const [at, label] of labels.entries()) {
    const shown = clipText(label, 20);
    const wide = 18 + textWidth(shown) * textSize + gap;
    const isLast = line === mostLegendLines - 1;
    if (x + wide > width - margin - (isLast ? reserve : 0) && x > margin) {
      if (isLast) {
        parts.push(
          text(more(labels.length - at), x, top + line * legendLine + 12, textSize, '#3f3f46', width),
        );
        break;
      }
      x = margin;
      line++;
    }
    const y = top + line * legendLine;
    parts.push(
      `<rect x="${x}" y="${y + 1}" width="13" height="13" rx="2" fill="${labelColour(label).fill}"/>`,
      text(shown, x + 18, y + 12, textSize, '#18181b', width),
    );
    x += Math.ceil(wide);
  }
  return { svg: parts.join(''), lines: labels.length === 0 ? 0 : line + 1 };
}
