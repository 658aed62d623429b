import { paletteColor } from '../../model/index.js';
import type { PngPixels } from './png.js';

/** A mask: which colour each pixel has. Colours are red × 65536 + green × 256 + blue. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** Numbers of colours, row by row. */
  readonly pixels: Uint8Array | Uint16Array;
  /** The colour of each number; -1 for what is transparent, and for levels that have none. */
  readonly colours: readonly number[];
  /** How many pixels each number has. */
  readonly counts: readonly number[];
  /** Where the first pixel of each number is, as an index into the pixels. */
  readonly firsts: readonly number[];
  /** Levels of grey were taken as indices of the VOC colour map, and not as shades. */
  readonly isIndexed: boolean;
}

/** More colours than this are a picture, not a mask. */
const maxColours = 65_535;

/** As a number. */
function colourOf(red: number, green: number, blue: number): number {
  return red * 65536 + green * 256 + blue;
}

/** The colour of an index of the VOC colour map, 0 to 255. */
export function vocColour(index: number): number {
  return colourOf(...paletteColor(index));
}

/** `R,G,B`, as `mask_color` says it. */
export function colourText(colour: number): string {
  return `${colour >> 16},${(colour >> 8) & 255},${colour & 255}`;
}

/** What no object has: black, and the colour of borders and of what is to be ignored. */
export const backgroundColour = 0;
export const voidColour = vocColour(255);

/**
 * The colours of a PNG's pixels. A grey one may hold shades, or indices that mean colours of the VOC colour map: it
 * holds indices when it has 16 bits, or when none of the colours looked for is a shade in it and some are indices.
 *
 * @param wanted the colours that objects are said to have
 * @returns the mask, or why it is none
 */
export function maskOf(png: PngPixels, wanted: ReadonlySet<number>): Mask | { readonly problem: string } {
  const { width, height } = png;
  const numbered = numbersOf(png);
  if (numbered === undefined)
    return { problem: `it has more than ${maxColours} colours, which is a picture and no mask` };
  const { pixels, levels } = numbered;
  const counts = new Array<number>(numbered.colours.length).fill(0);
  const firsts = new Array<number>(numbered.colours.length).fill(-1);
  for (let i = pixels.length - 1; i >= 0; i--) {
    counts[pixels[i]!]!++;
    firsts[pixels[i]!] = i;
  }
  const isIndexed = levels !== undefined && holdsIndices(png, levels, numbered.colours, counts, wanted);
  const colours = isIndexed ? levels.map((level) => (level < 256 ? vocColour(level) : -1)) : numbered.colours;
  return unified({ width, height, pixels, colours, counts, firsts, isIndexed });
}

/** The mask with one number for each colour, since a palette may have one more than once. */
function unified(mask: Mask): Mask {
  const { colours, counts, firsts } = mask;
  const kept = new Map<number, number>();
  const numbers = colours.map((colour, number) => {
    if (colour < 0 || counts[number] === 0) return number;
    if (!kept.has(colour)) kept.set(colour, number);
    return kept.get(colour)!;
  });
  if (numbers.every((number, i) => number === i)) return mask;
  const sums = counts.map(() => 0);
  const earliest = firsts.map(() => -1);
  for (const [number, to] of numbers.entries()) {
    if (counts[number] === 0) continue;
    sums[to]! += counts[number]!;
    const [first, other] = [firsts[number]!, earliest[to]!];
    earliest[to] = other < 0 ? first : Math.min(first, other);
  }
  const pixels = mask.pixels.map((number) => numbers[number]!);
  return { ...mask, pixels, counts: sums, firsts: earliest };
}

function holdsIndices(
  { bitDepth }: PngPixels,
  levels: readonly number[],
  colours: readonly number[],
  counts: readonly number[],
  wanted: ReadonlySet<number>,
): boolean {
  if (bitDepth === 16) return true;
  const isSeen = (_: number, number: number) => counts[number]! > 0;
  if (colours.filter(isSeen).some((colour) => colour > 0 && wanted.has(colour))) return false;
  return levels.filter(isSeen).some((level) => level > 0 && wanted.has(vocColour(level)));
}

interface Numbered {
  readonly pixels: Uint8Array | Uint16Array;
  readonly colours: readonly number[];
  /** Of grey: the level of each number. */
  readonly levels?: readonly number[];
}

function numbersOf(png: PngPixels): Numbered | undefined {
  const { kind, samples, bitDepth, palette, alpha, transparent } = png;
  if (kind === 'palette') {
    const colours = Array.from({ length: palette!.length / 3 }, (_, i) =>
      alpha?.[i] === 0 ? -1 : colourOf(palette![3 * i]!, palette![3 * i + 1]!, palette![3 * i + 2]!),
    );
    return { pixels: samples, colours };
  }
  if (kind === 'grey') {
    const distinct = bitDepth === 16 ? byAppearance(samples, 1, (at) => samples[at]!) : undefined;
    const levels = distinct?.values ?? Array.from({ length: 2 ** bitDepth }, (_, level) => level);
    const scale = 255 / (2 ** bitDepth - 1);
    const shade = (level: number) => colourOf(1, 1, 1) * Math.round(level * scale);
    return {
      pixels: distinct?.pixels ?? samples,
      colours: levels.map((level) => (level === transparent ? -1 : shade(level))),
      levels,
    };
  }
  if (kind === 'grey-alpha') {
    const found = byAppearance(samples, 2, (at) => (samples[at + 1] === 0 ? -1 : samples[at]!))!;
    return {
      pixels: found.pixels,
      colours: found.values.map((level) => (level < 0 ? -1 : colourOf(level, level, level))),
      levels: found.values.map((level) => Math.max(0, level)),
    };
  }
  const step = kind === 'rgb' ? 3 : 4;
  const found = byAppearance(samples, step, (at) => {
    if (step === 4 && samples[at + 3] === 0) return -1;
    return colourOf(samples[at]!, samples[at + 1]!, samples[at + 2]!);
  });
  if (found === undefined) return undefined;
  return {
    pixels: found.pixels,
    colours: found.values.map((colour) => (colour === transparent ? -1 : colour)),
  };
}

/** Numbers values in the order of their first appearance; undefined when there are too many of them. */
function byAppearance(
  samples: Uint8Array | Uint16Array,
  step: number,
  valueAt: (at: number) => number,
): { readonly pixels: Uint16Array; readonly values: number[] } | undefined {
  const pixels = new Uint16Array(samples.length / step);
  const numbers = new Map<number, number>();
  const values: number[] = [];
  let last = Number.NaN;
  let number = 0;
  for (let i = 0, at = 0; i < pixels.length; i++, at += step) {
    const value = valueAt(at);
    // Pixels of one colour come in rows.
    if (value !== last) {
      last = value;
      const known = numbers.get(value);
      if (known === undefined) {
        if (values.length === maxColours + 1) return undefined;
        number = values.push(value) - 1;
        numbers.set(value, number);
      } else number = known;
    }
    pixels[i] = number;
  }
  return { pixels, values };
}

/** The number of a colour that occurs in a mask. */
export function numberOf({ colours, counts }: Mask, colour: number): number | undefined {
  const number = colours.findIndex((one, i) => one === colour && counts[i]! > 0);
  return number < 0 ? undefined : number;
}

/** The colours that occur. */
export function coloursIn(mask: Mask): Set<number> {
  return new Set(mask.colours.filter((colour, number) => colour >= 0 && mask.counts[number]! > 0));
}
