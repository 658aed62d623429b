import {
  type BndBox,
  type CoordinateConvention,
  convertBox,
  convertShape,
  coordinateConventions,
  type ImageAnnotation,
  type ImageObject,
  OptionError,
} from '../model/index.js';
import { withShapes } from './with-shapes.js';

/** What coordinates are said to be, and what they are to become. */
export interface CoordinateChange {
  /** What the stored numbers mean. */
  readonly from: CoordinateConvention;
  /** What they are to be written as; undefined: they stay as they are. */
  readonly to?: CoordinateConvention;
}

/**
 * Reads `<from>` or `<from>:<to>`: names of conventions in any letter case, with or without hyphens.
 *
 * @throws OptionError for anything else
 */
export function parseCoordinateChange(text: string): CoordinateChange {
  const parts = text.split(':');
  const [from, to] = parts.map(conventionNamed);
  if (parts.length > 2 || from === undefined || (parts.length === 2 && to === undefined)) {
    throw new OptionError(`"${text}" names no coordinate convention`, {
      hint: `Say <from> or <from>:<to>, each one of ${coordinateConventions.join(', ')}.`,
    });
  }
  return to === undefined ? { from } : { from, to };
}

function conventionNamed(text: string): CoordinateConvention | undefined {
  const plain = text.replaceAll('-', '').toLowerCase();
  return coordinateConventions.find((name) => name.toLowerCase() === plain);
}

/**
 * An image's labels in another convention, parts of objects among them.
 *
 * @returns the annotation itself when no number changes
 */
export function convertCoordinates<T extends ImageAnnotation>(
  image: T,
  from: CoordinateConvention,
  to: CoordinateConvention,
): T {
  return from === to ? image : withShapes(image, (shape) => convertShape(shape, from, to));
}

/** The plane of an image as a box in a convention: the range that numbers of boxes have. */
export function imageBox(width: number, height: number, convention: CoordinateConvention): BndBox {
  return convertBox({ kind: 'bndbox', xmin: 0, ymin: 0, xmax: width, ymax: height }, 'zeroBased', convention);
}

/** How often numbers of boxes stand at the edges of their images, both axes together: what tells a convention. */
export interface CoordinateEvidence {
  /** Boxes in images of known size; swapped corners are not counted. */
  readonly boxes: number;
  /** xmin or ymin below 0. */
  readonly minBelow0: number;
  readonly minAt0: number;
  readonly minAt1: number;
  /** xmax = width − 1, or ymax = height − 1. */
  readonly maxAtSizeMinus1: number;
  readonly maxAtSize: number;
  readonly maxAtSizePlus1: number;
  /** xmax above width + 1, or ymax above height + 1. */
  readonly maxBeyond: number;
}

/** No evidence: what {@link addCoordinateEvidence} begins with. */
export const noCoordinateEvidence: CoordinateEvidence = {
  boxes: 0,
  minBelow0: 0,
  minAt0: 0,
  minAt1: 0,
  maxAtSizeMinus1: 0,
  maxAtSize: 0,
  maxAtSizePlus1: 0,
  maxBeyond: 0,
};

/** The same counts while they are being counted. */
export type EvidenceCounts = { -readonly [K in keyof CoordinateEvidence]: number };

/** Counts what the boxes of an image show. */
export function addCoordinateEvidence(
  counts: EvidenceCounts,
  { objects, width, height }: ImageAnnotation,
): void {
  if (width === undefined || height === undefined || !(width > 1) || !(height > 1)) return;
  for (const object of objects) addObject(counts, object, width, height);
}

function addObject(counts: EvidenceCounts, { shape }: ImageObject, width: number, height: number): void {
  if (shape?.kind !== 'bndbox') return;
  const { xmin, ymin, xmax, ymax } = shape;
  if (xmin > xmax || ymin > ymax) return;
  counts.boxes++;
  addAxis(counts, xmin, xmax, width);
  addAxis(counts, ymin, ymax, height);
}

function addAxis(counts: EvidenceCounts, min: number, max: number, size: number): void {
  if (min <= 1) {
    if (min < 0) counts.minBelow0++;
    else if (min === 0) counts.minAt0++;
    else if (min === 1) counts.minAt1++;
  }
  if (max >= size - 1) {
    if (max === size) counts.maxAtSize++;
    else if (max === size - 1) counts.maxAtSizeMinus1++;
    else if (max === size + 1) counts.maxAtSizePlus1++;
    else if (max > size) counts.maxBeyond++;
  }
}

/** Adds the counts of another part of the data. */
export function mergeCoordinateEvidence(counts: EvidenceCounts, other: CoordinateEvidence): void {
  for (const key of Object.keys(noCoordinateEvidence) as (keyof CoordinateEvidence)[])
    counts[key] += other[key];
}

/** Which convention numbers of boxes look like. */
export interface CoordinateGuess {
  /** Undefined when nothing tells one from another. */
  readonly convention?: CoordinateConvention;
  /** How sure that is, 0…1; a quarter for each when nothing is known. */
  readonly confidence: number;
  /** The confidence in every convention, together 1. */
  readonly confidences: Readonly<Record<CoordinateConvention, number>>;
  readonly evidence: CoordinateEvidence;
}

/** Shares of numbers that stand exactly on the edge of the range, just inside of it, and beyond it. */
const onEdge = 0.05;
const inside = 0.005;
const beyond = 0.001;
/** Labellers' habits are not independent draws: no amount of data makes this surer. */
const surest = 0.999;

/**
 * Tells a convention from where boxes touch the edges of their images: numbers pile up at the ends of the range that
 * they were made for, and hardly any lie beyond it.
 */
export function guessCoordinates(evidence: CoordinateEvidence): CoordinateGuess {
  const { minBelow0, minAt0, minAt1, maxAtSizeMinus1, maxAtSize, maxAtSizePlus1 } = evidence;
  const scores = coordinateConventions.map((convention) => {
    const { xmin: least, xmax: most } = imageBox(0, 0, convention);
    const low = (value: number) => share(value - least);
    const high = (value: number) => share(most - value);
    return (
      minBelow0 * low(-1) +
      minAt0 * low(0) +
      minAt1 * low(1) +
      maxAtSizeMinus1 * high(-1) +
      maxAtSize * high(0) +
      maxAtSizePlus1 * high(1)
    );
  });
  const best = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - best));
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => softened(weight / sum));
  const confidences = Object.fromEntries(
    coordinateConventions.map((convention, at) => [convention, shares[at]!]),
  ) as Record<CoordinateConvention, number>;
  const confidence = Math.max(...shares);
  const winner = coordinateConventions[shares.indexOf(confidence)]!;
  return {
    ...(confidence > 0.5 ? { convention: winner } : {}),
    confidence,
    confidences,
    evidence: { ...evidence },
  };
}

/** The logarithm of the share of numbers that lie so far inside of an end of the range. */
function share(distance: number): number {
  return Math.log(distance < 0 ? beyond : distance === 0 ? onEdge : inside);
}

/** Keeps a confidence from 1, and the sum of all at 1; four digits say enough. */
function softened(share: number): number {
  const count = coordinateConventions.length;
  const floor = (1 - surest) / (count - 1);
  return Math.round((floor + share * (surest - floor)) * 1e4) / 1e4;
}
