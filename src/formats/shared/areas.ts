import { isJsonObject, type JsonValue } from '../../model/index.js';
import { maskOf, numberOf } from './mask.js';
import { type Region, regionsOf } from './mask-regions.js';
import { decodePng } from './png.js';
import { decodeCounts, rleFacts } from './rle.js';

/** Outlines of an area, each x1, y1, x2, y2, …; what two of them enclose is a hole. */
type Rings = readonly (readonly number[])[];

/** Pixels of a mask's box up to which its area is looked for. */
const mostPixels = 64 * 1024 * 1024;

/**
 * Where colours are in a mask.
 *
 * @param png the file
 * @param colours red × 65536 + green × 256 + blue
 * @returns by colour, those that occur; or why the mask cannot be read
 */
export function maskAreas(
  png: Uint8Array,
  colours: ReadonlySet<number>,
): ReadonlyMap<number, Rings> | { readonly problem: string } {
  const pixels = decodePng(png);
  if ('problem' in pixels) return pixels;
  const mask = maskOf(pixels, colours);
  if ('problem' in mask) return mask;
  const numbers = new Map<number, number>();
  for (const colour of colours) {
    const number = numberOf(mask, colour);
    if (number !== undefined) numbers.set(number, colour);
  }
  const areas = new Map<number, (readonly number[])[]>();
  for (const region of regionsOf(mask, (number) => numbers.has(number))) {
    const colour = numbers.get(region.index)!;
    areas.set(colour, [...(areas.get(colour) ?? []), ...ringsOf(region, 0, 0)]);
  }
  return areas;
}

/**
 * The area that run lengths say, the way of COCO.
 *
 * @param text JSON with `size`, height and width, and `counts`: numbers, or the compressed text
 * @returns undefined for anything else, and for a box of more than 64 million pixels
 */
export function rleArea(text: string): Rings | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || !Array.isArray(value['size'])) return undefined;
  const [height, width] = value['size'];
  const stored = value['counts'];
  const counts = typeof stored === 'string' ? decodeCounts(stored) : stored;
  if (!isCount(height) || !isCount(width) || height === 0) return undefined;
  if (!Array.isArray(counts) || !counts.every(isCount)) return undefined;
  const { box, pixels } = rleFacts(counts, height);
  if (box === undefined || pixels !== height * width) return undefined;
  const [wide, high] = [box.xmax - box.xmin, box.ymax - box.ymin];
  if (wide * high > mostPixels) return undefined;
  const map = new Uint8Array(wide * high);
  let at = 0;
  for (const [index, count] of counts.entries()) {
    if (index % 2 === 1)
      for (let pixel = at; pixel < at + count; pixel++) {
        const x = Math.floor(pixel / height);
        map[(pixel - x * height - box.ymin) * wide + x - box.xmin] = 1;
      }
    at += count;
  }
  return regionsOf({ width: wide, height: high, pixels: map }, (index) => index === 1).flatMap((region) =>
    ringsOf(region, box.xmin, box.ymin),
  );
}

function ringsOf({ outline, holes }: Region, left: number, top: number): Rings {
  return [outline, ...holes].map((ring) => ring.map((value, at) => value + (at % 2 === 0 ? left : top)));
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
