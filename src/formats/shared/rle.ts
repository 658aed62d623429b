/**
 * Masks as run lengths, the way of COCO: pixels column after column from the top left, the first run counts background
 * and may be 0, and runs take turns.
 */
export interface RleFacts {
  /** Pixels of all runs. */
  readonly pixels: number;
  /** Pixels of the foreground. */
  readonly area: number;
  /** On the plane: the last column and row are in it with their full width. Undefined when there is no foreground. */
  readonly box:
    | { readonly xmin: number; readonly ymin: number; readonly xmax: number; readonly ymax: number }
    | undefined;
}

const firstLetter = 48;
const lastLetter = firstLetter + 63;
const moreFollows = 0x20;
const isMinus = 0x10;
/** From this run on the difference to the one two before is stored. */
const firstDifference = 3;
/** Groups of five bits that a count can have before it is no safe number any more. */
const mostGroups = 10;

/** The run lengths of the compressed form; undefined when the text is not one, or a run is negative. */
export function decodeCounts(text: string): number[] | undefined {
  const counts: number[] = [];
  for (let i = 0; i < text.length; ) {
    let value = 0;
    let weight = 1;
    for (let group = 0; ; group++) {
      const letter = text.charCodeAt(i++);
      if (!(letter >= firstLetter && letter <= lastLetter) || group === mostGroups) return undefined;
      const bits = letter - firstLetter;
      value += (bits & 0x1f) * weight;
      weight *= 32;
      if ((bits & moreFollows) !== 0) continue;
      if ((bits & isMinus) !== 0) value -= weight;
      break;
    }
    if (counts.length >= firstDifference) value += counts[counts.length - 2]!;
    if (value < 0) return undefined;
    counts.push(value);
  }
  return counts;
}

/** The compressed form of run lengths, whole numbers from 0. */
export function encodeCounts(counts: readonly number[]): string {
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let value = i < firstDifference ? counts[i]! : counts[i]! - counts[i - 2]!;
    for (;;) {
      const bits = ((value % 32) + 32) % 32;
      value = Math.floor(value / 32);
      const isLast = (bits & isMinus) !== 0 ? value === -1 : value === 0;
      text += String.fromCharCode(firstLetter + bits + (isLast ? 0 : moreFollows));
      if (isLast) break;
    }
  }
  return text;
}

/** Sums, and the box around the foreground, without unfolding the mask. */
export function rleFacts(counts: readonly number[], height: number): RleFacts {
  let at = 0;
  let area = 0;
  let [xmin, ymin, xmax, ymax] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (i % 2 === 1 && count > 0) {
      area += count;
      const last = at + count - 1;
      const left = Math.floor(at / height);
      const right = Math.floor(last / height);
      xmin = Math.min(xmin, left);
      xmax = Math.max(xmax, right + 1);
      if (left === right) {
        ymin = Math.min(ymin, at - left * height);
        ymax = Math.max(ymax, last - left * height + 1);
      } else {
        ymin = 0;
        ymax = height;
      }
    }
    at += count;
  }
  // A run that leaves a column covers the end of it and the beginning of the next, so its rows are all between.
  return { pixels: at, area, box: area === 0 ? undefined : { xmin, ymin, xmax, ymax } };
}

export interface Outlines {
  /** x1, y1, x2, y2, … along the edges of pixels, clockwise on the screen: one for each connected part. */
  readonly outer: readonly (readonly number[])[];
  /** Holes in them, which polygons cannot say. */
  readonly holes: number;
}

/** Pixels of a mask's box up to which its outline is followed. */
const mostOutlinePixels = 64 * 1024 * 1024;

/** Right, down, left, up. */
const stepX = [1, 0, -1, 0] as const;
const stepY = [0, 1, 0, -1] as const;

/**
 * The outlines of a mask. Pixels that touch at a corner only are not connected.
 *
 * @returns undefined when the box of the mask has more than 64 million pixels
 */
export function rleOutlines(counts: readonly number[], height: number): Outlines | undefined {
  const { box } = rleFacts(counts, height);
  if (box === undefined) return { outer: [], holes: 0 };
  const [wide, high] = [box.xmax - box.xmin, box.ymax - box.ymin];
  if ((wide + 2) * (high + 2) > mostOutlinePixels) return undefined;
  const mask = paint(counts, height, box, wide, high);
  const stride = wide + 2;
  /** Edges that were followed, by the pixel below a top edge. */
  const done = new Uint8Array(mask.length);
  const outer: number[][] = [];
  let holes = 0;
  for (let start = stride + 1; start < mask.length - stride; start++) {
    if (mask[start] === 0 || mask[start - stride] !== 0 || done[start] !== 0) continue;
    const points = follow(mask, stride, start, done);
    if (turnsClockwise(points)) {
      for (let i = 0; i < points.length; i += 2) {
        points[i] = points[i]! + box.xmin - 1;
        points[i + 1] = points[i + 1]! + box.ymin - 1;
      }
      outer.push(points);
    } else {
      holes++;
    }
  }
  return { outer, holes };
}

/** The foreground within its box, row after row, with a border of one pixel around it. */
function paint(
  counts: readonly number[],
  height: number,
  box: { readonly xmin: number; readonly ymin: number },
  wide: number,
  high: number,
): Uint8Array {
  const stride = wide + 2;
  const mask = new Uint8Array(stride * (high + 2));
  let at = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = at + counts[i]!;
    if (i % 2 === 1) {
      for (let pixel = at; pixel < end; pixel++) {
        const x = Math.floor(pixel / height);
        mask[(pixel - x * height - box.ymin + 1) * stride + x - box.xmin + 1] = 1;
      }
    }
    at = end;
  }
  return mask;
}

/** Corners of the outline that begins with the top edge of a pixel, the foreground on its right hand. */
function follow(mask: Uint8Array, stride: number, start: number, done: Uint8Array): number[] {
  const points: number[] = [];
  const startX = start % stride;
  const startY = Math.floor(start / stride);
  let [x, y, heading] = [startX, startY, 0];
  do {
    if (heading === 0) done[y * stride + x] = 1;
    x += stepX[heading]!;
    y += stepY[heading]!;
    // The pixels ahead of the corner, on the left hand and on the right hand.
    const left = mask[pixelAhead(x, y, heading, stride, true)]!;
    const right = mask[pixelAhead(x, y, heading, stride, false)]!;
    const turned = right === 0 ? (heading + 1) % 4 : left === 0 ? heading : (heading + 3) % 4;
    if (turned !== heading) points.push(x, y);
    heading = turned;
  } while (x !== startX || y !== startY || heading !== 0);
  return points;
}

function pixelAhead(x: number, y: number, heading: number, stride: number, isLeft: boolean): number {
  const column = heading === 0 ? x : heading === 2 ? x - 1 : (heading === 1) === isLeft ? x : x - 1;
  const row = heading === 1 ? y : heading === 3 ? y - 1 : (heading === 0) === isLeft ? y - 1 : y;
  return row * stride + column;
}

function turnsClockwise(points: readonly number[]): boolean {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i]! * points[next + 1]! - points[next]! * points[i + 1]!;
  }
  return sum > 0;
}
