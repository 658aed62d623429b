import { type ReferencedFile, readReferenced } from '../../dataset-io/referenced-file.js';
import { loadSharp, type Sharp, sharpProblem } from '../../dataset-io/sharp.js';
import { LabelkitError, OptionError, throwIfAborted } from '../../model/index.js';
import { drawOverlay, type Overlay } from './draw.js';
import { fitInside, type LabelOrientation, type PixelSize, planeOf, uprightSize } from './plane.js';

/** What pictures are encoded as. */
export type PictureFormat = 'jpeg' | 'png' | 'webp';

const pictureFormats: readonly PictureFormat[] = ['jpeg', 'png', 'webp'];

/** How large a picture becomes, and how it is drawn and encoded. */
export interface PictureOptions {
  /** Longest side in pixels; smaller images keep their size. Default 1024. */
  readonly maxEdge?: number | undefined;
  /** Default `jpeg`. */
  readonly format?: PictureFormat | undefined;
  /** 1…100, of JPEG and WebP; default 82. */
  readonly quality?: number | undefined;
  /** Images with more pixels are refused before they are decoded; default 100,000,000. */
  readonly maxPixels?: number | undefined;
  /** What the coordinates are taken from, for images with an EXIF orientation; default `auto`. */
  readonly orientation?: LabelOrientation | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One image, and what is drawn over it. */
export interface PictureRequest extends Overlay, PictureOptions {
  /** The file, as bytes or as a sample names it. */
  readonly image: Uint8Array | ReferencedFile;
  /** The size that the annotation states. */
  readonly size?: PixelSize | undefined;
}

/** A picture that was made. */
export interface Picture extends PixelSize {
  readonly bytes: Buffer;
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** The image as it is shown: upright, in its own pixels. */
  readonly image: PixelSize;
  readonly problem?: undefined;
}

/** Why there is no picture. */
export interface NoPicture {
  readonly problem: {
    readonly kind: 'missing' | 'unreadable' | 'empty' | 'unknown' | 'damaged' | 'too-large';
    /** Reads on after "no picture: ". */
    readonly message: string;
  };
}

/** Of an image, in pixels, when nothing else is said. */
const defaultMaxEdge = 1024;
export const defaultQuality = 82;
const defaultMaxPixels = 100_000_000;

/** @throws OptionError for values that make no sense */
export function checkPictureOptions({ maxEdge, quality, maxPixels, format }: PictureOptions): void {
  const whole = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
    throw new OptionError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  };
  whole('maxEdge', maxEdge, 16, 16_000);
  whole('quality', quality, 1, 100);
  whole('maxPixels', maxPixels, 1, 1_000_000_000);
  if (format !== undefined && !pictureFormats.includes(format)) {
    throw new OptionError(`there is no picture format "${format}"`, {
      hint: `Formats: ${pictureFormats.join(', ')}.`,
    });
  }
}

/**
 * One image with its labels drawn over it, upright and in sRGB, of an animation the first frame. JPEG files are decoded at
 * a fraction of their size where that is enough. What is wrong with the image never throws.
 *
 * @returns the picture, or why there is none
 * @throws OptionError for options that make no sense, and `Unsupported` where sharp is not installed; LabelkitError for what
 *   would meet every file: no network, wrong keys, an abort
 */
export async function renderPicture(request: PictureRequest): Promise<Picture | NoPicture> {
  checkPictureOptions(request);
  const sharp = await loadSharp('pictures need');
  throwIfAborted(request.signal);
  const bytes =
    request.image instanceof Uint8Array
      ? request.image
      : await readReferenced({ ...request.image, signal: request.signal });
  if (bytes instanceof LabelkitError)
    return none(bytes.code === 'NotFound' ? 'missing' : 'unreadable', bytes.message);
  if (bytes.length === 0) return none('empty', 'the file is empty');
  try {
    return await render(sharp, bytes, request);
  } catch (error) {
    throwIfAborted(request.signal);
    const message = sharpProblem(error);
    return message.includes('unsupported image format')
      ? none('unknown', 'it is of no known image type')
      : none('damaged', `it cannot be decoded: ${message}`);
  }
}

async function render(
  sharp: Sharp,
  bytes: Uint8Array,
  request: PictureRequest,
): Promise<Picture | NoPicture> {
  const { maxPixels = defaultMaxPixels, maxEdge = defaultMaxEdge, format = 'jpeg' } = request;
  const { quality = defaultQuality } = request;
  const decoder = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: false, sequentialRead: true });
  const header = await decoder().metadata();
  const stored = { width: header.width, height: header.pageHeight ?? header.height };
  if (stored.width * stored.height > maxPixels) {
    const message = `it has ${stored.width} × ${stored.height} pixels, more than the ${maxPixels} that are decoded`;
    return none('too-large', message);
  }
  const orientation = header.orientation ?? 1;
  const image = uprightSize(stored, orientation);
  const size = fitInside(image, maxEdge);
  const plane = planeOf({ stored, orientation, declared: request.size }, size, request.orientation);
  const hasLabels = request.objects.length > 0 || (request.captions?.length ?? 0) > 0;
  const overlay = hasLabels
    ? [{ input: Buffer.from(drawOverlay(request, size, plane)), left: 0, top: 0 }]
    : [];
  const picture = decoder()
    .autoOrient()
    .resize(size.width, size.height, { fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .composite(overlay);
  const encoded =
    format === 'png'
      ? picture.png()
      : format === 'webp'
        ? picture.webp({ quality })
        : picture.jpeg({ quality });
  return { bytes: await encoded.toBuffer(), mediaType: `image/${format}`, ...size, image };
}

function none(kind: NoPicture['problem']['kind'], message: string): NoPicture {
  return { problem: { kind, message } };
}
