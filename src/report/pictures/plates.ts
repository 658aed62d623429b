import { wideCharacter, zeroWidthCharacter } from '../character-width.js';
import { escapeXml } from '../escape-xml.js';
import type { LabelColour } from './colours.js';
import type { PixelSize } from './plane.js';

/** A text on a ground of its own, and where it may stand. */
export interface Plate {
  readonly text: string;
  readonly colour: LabelColour;
  /** Left edges and base lines it may have, the best first. */
  readonly places: readonly { readonly x: number; readonly bottom: number }[];
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Sans serif, as the machine has it; glyphs that it lacks come from whichever font has them. */
export const fontFamily = 'sans-serif';
/** Text of this many plates may cover each other; with more, those that find no room are left out. */
const mayOverlap = 12;
/** Plates whose places are compared with each other: more cannot be read. */
const mostPlates = 400;
/** Of the width of a picture that one plate may take. */
const widestShare = 0.6;
const fewestCharacters = 4;

/** Roughly how wide a text is in ems, in the wider ones of the usual fonts. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (zeroWidthCharacter.test(character)) continue;
    if (wideCharacter.test(character)) width += 1;
    else if (/[fijlrtI.,:;'|!()[\]/ ]/.test(character)) width += 0.4;
    else if (/[mwMW@%…]/.test(character)) width += 1;
    else if (/\p{Lu}/u.test(character)) width += 0.72;
    else width += 0.63;
  }
  return width;
}

/** The text, cut with `…` where it is wider than so many ems. */
export function clipText(text: string, most: number): string {
  // No text that fits is longer, marks aside: what comes later need not be measured.
  const head = text.slice(0, Math.ceil(most * 8));
  if (head.length === text.length && textWidth(text) <= most) return text;
  let cut = '';
  let width = textWidth('…');
  let count = 0;
  for (const character of head) {
    width += textWidth(character);
    if (width > most && count >= fewestCharacters) break;
    cut += character;
    count++;
  }
  return `${cut}…`;
}

/** Controls, and characters that turn the direction of the text around them. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text of the data in a direction of its own: nothing in it turns what stands beside it, and nothing in it is unseen. */
export function isolated(text: string): string {
  return `\u2068${text.replace(unseen, '\ufffd')}\u2069`;
}

/** Plates as SVG, placed so that they stay in the picture and, as far as there is room, off each other. */
export function platesAsSvg(plates: readonly Plate[], picture: PixelSize, fontSize: number): string {
  const taken: Area[] = [];
  const drawn: string[] = [];
  const height = Math.round(fontSize * 1.35);
  const padding = fontSize * 0.3;
  for (const { text, colour, places } of plates.slice(0, mostPlates)) {
    const width = Math.min(picture.width, Math.ceil(textWidth(text) * fontSize + 2 * padding));
    const areas = places.map(({ x, bottom }): Area => {
      const left = Math.round(clamp(x, 0, picture.width - width));
      const top = Math.round(clamp(bottom - height, 0, picture.height - height));
      return { left, top, right: left + width, bottom: top + height };
    });
    const free = areas.find((area) => !taken.some((other) => overlaps(area, other)));
    const area = free ?? (plates.length <= mayOverlap ? areas[0] : undefined);
    if (area === undefined) continue;
    taken.push(area);
    const baseline = area.top + height * 0.74;
    drawn.push(
      `<rect x="${area.left}" y="${area.top}" width="${width}" height="${height}" rx="2" fill="${colour.fill}" fill-opacity=".92"/>` +
        `<text x="${(area.left + padding).toFixed(1)}" y="${baseline.toFixed(1)}" fill="${colour.ink}">${escapeXml(text)}</text>`,
    );
  }
  return drawn.length === 0
    ? ''
    : `<g font-family="${fontFamily}" font-size="${fontSize}" xml:space="preserve">${drawn.join('')}</g>`;
}

/** How many ems a text may take in a picture. */
export function widestText(picture: PixelSize, fontSize: number): number {
  return (picture.width * widestShare) / fontSize;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

function overlaps(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
