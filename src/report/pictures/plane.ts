/** In whole pixels, from 1. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** How the plane that shapes were drawn on lies in a picture: (x, y) is shown at (ax + cy + e, bx + dy + f). */
export interface Plane {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  /** What a length is multiplied by. */
  readonly scale: number;
}

/**
 * What coordinates are taken from: the pixels as `stored`, or those of the image `upright`, as its EXIF orientation has it
 * shown. `auto`: whichever size the annotation states; `stored` where it states none, or one that fits both.
 */
export type LabelOrientation = 'auto' | 'stored' | 'upright';

/** An EXIF orientation as a step on the unit square: x and y of (0, 0), then what x and y add. */
const turns: Readonly<Record<number, readonly [number, number, number, number, number, number]>> = {
  1: [0, 0, 1, 0, 0, 1],
  2: [1, 0, -1, 0, 0, 1],
  3: [1, 1, -1, 0, 0, -1],
  4: [0, 1, 1, 0, 0, -1],
  5: [0, 0, 0, 1, 1, 0],
  6: [1, 0, 0, 1, -1, 0],
  7: [1, 1, 0, -1, -1, 0],
  8: [0, 1, 0, -1, 1, 0],
};

/** The size of an image as it is shown. @param stored its size in the file */
export function uprightSize(stored: PixelSize, orientation: number): PixelSize {
  return orientation >= 5 && orientation <= 8
    ? { width: stored.height, height: stored.width }
    : { width: stored.width, height: stored.height };
}

/** A size with the same proportions of which no side is longer than `maxEdge`; never larger. */
export function fitInside({ width, height }: PixelSize, maxEdge: number): PixelSize {
  const by = Math.min(1, maxEdge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) };
}

/** The plane of labels whose coordinates are pixels of an image of size `from`, shown upright in a picture. */
export function uprightPlane(from: PixelSize, picture: PixelSize): Plane {
  const [a, d] = [picture.width / from.width, picture.height / from.height];
  return { a, b: 0, c: 0, d, e: 0, f: 0, scale: Math.sqrt(a * d) };
}

/**
 * The plane of labels of an image.
 *
 * @param image.stored its size in the file
 * @param image.orientation its EXIF orientation, 1 where it has none
 * @param image.declared the size that the annotation states
 * @param picture the size of the picture, in which the image is upright
 */
export function planeOf(
  image: {
    readonly stored: PixelSize;
    readonly orientation: number;
    readonly declared?: PixelSize | undefined;
  },
  picture: PixelSize,
  labels: LabelOrientation = 'auto',
): Plane {
  const { stored, orientation, declared } = image;
  const upright = uprightSize(stored, orientation);
  if (labels === 'upright' || (labels === 'auto' && isOnly(declared, upright, stored)))
    return uprightPlane(upright, picture);
  const [x0, y0, xx, yx, xy, yy] = turns[orientation] ?? turns[1]!;
  const { width, height } = picture;
  const [u, v] = [1 / stored.width, 1 / stored.height];
  return {
    a: xx * u * width,
    b: yx * u * height,
    c: xy * v * width,
    d: yy * v * height,
    e: x0 * width,
    f: y0 * height,
    scale: Math.sqrt((width * height) / (stored.width * stored.height)),
  };
}

function isOnly(declared: PixelSize | undefined, one: PixelSize, other: PixelSize): boolean {
  const is = (size: PixelSize) => declared?.width === size.width && declared.height === size.height;
  return is(one) && !is(other);
}
