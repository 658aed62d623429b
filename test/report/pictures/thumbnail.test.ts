import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ImageObject, MemoryStorage } from '../../../src/index.js';
import { type LabelOrientation, type PixelSize, planeOf } from '../../../src/report/pictures/plane.js';
import { type PictureRequest, renderPicture } from '../../../src/report/pictures/thumbnail.js';
import { box, object } from './objects.js';

/** 80 × 60, a red field from (10, 5) to (30, 15), the rest grey. */
let plain: Buffer;

beforeAll(async () => {
  plain = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#808080' } })
    .composite([{ input: await field(20, 10, '#ff0000'), left: 10, top: 5 }])
    .png()
    .toBuffer();
});

async function field(width: number, height: number, background: string): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

async function picture(request: PictureRequest) {
  const made = await renderPicture(request);
  if (made.problem !== undefined) throw new Error(made.problem.message);
  return made;
}

/** Colour of a pixel of an encoded picture. */
async function colourAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

/** A PNG header of any size with almost nothing behind it. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, body, crc32(body)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc(1000));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const out = Buffer.alloc(4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return out;
}

describe('sizes and formats', () => {
  test.each([
    [{}, { width: 80, height: 60, mediaType: 'image/jpeg' }],
    [{ maxEdge: 40 }, { width: 40, height: 30, mediaType: 'image/jpeg' }],
    [
      { maxEdge: 16, format: 'png' },
      { width: 16, height: 12, mediaType: 'image/png' },
    ],
    [
      { maxEdge: 4000, format: 'webp' },
      { width: 80, height: 60, mediaType: 'image/webp' },
    ],
  ] as const)('%j', async (options, expected) => {
    const made = await picture({ image: plain, objects: [], ...options });
    expect(made).toMatchObject({ ...expected, image: { width: 80, height: 60 } });
    const { width, height, format } = await sharp(made.bytes).metadata();
    expect({ width, height, mediaType: `image/${format}` }).toEqual(expected);
  });

  test.each([
    [{ maxEdge: 0 }, 'maxEdge must be a whole number from 16 to 16000, not 0'],
    [{ maxEdge: 99.5 }, 'maxEdge must be a whole number from 16 to 16000, not 99.5'],
    [{ quality: 101 }, 'quality must be a whole number from 1 to 100, not 101'],
    [{ maxPixels: -1 }, 'maxPixels must be'],
    [{ format: 'gif' as 'png' }, 'there is no picture format "gif"'],
  ])('%j makes no sense', async (options, message) => {
    await expect(renderPicture({ image: plain, objects: [], ...options })).rejects.toThrow(message);
  });

  test('an abort is thrown', async () => {
    const signal = AbortSignal.abort();
    await expect(renderPicture({ image: plain, objects: [], signal })).rejects.toMatchObject({
      code: 'Aborted',
    });
  });
});

describe('images of every kind', () => {
  const kinds: [string, () => Promise<Buffer>][] = [
    ['CMYK', async () => await sharp(plain).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()],
    ['16 bits, colour', async () => await sharp(plain).toColourspace('rgb16').png().toBuffer()],
    ['16 bits, TIFF', async () => await sharp(plain).toColourspace('rgb16').tiff().toBuffer()],
    ['palette', async () => await sharp(plain).png({ palette: true }).toBuffer()],
    ['WebP', async () => await sharp(plain).webp({ lossless: true }).toBuffer()],
    ['AVIF', async () => await sharp(plain).avif({ quality: 90 }).toBuffer()],
    [
      'animated GIF',
      async () =>
        await sharp([plain, await field(80, 60, '#0000ff')], { join: { animated: true } })
          .gif()
          .toBuffer(),
    ],
    [
      'animated WebP',
      async () =>
        await sharp([plain, await field(80, 60, '#0000ff')], { join: { animated: true } })
          .webp({ lossless: true })
          .toBuffer(),
    ],
  ];
  test.each(kinds)('%s: the first frame, in sRGB', async (_, make) => {
    const made = await picture({ image: await make(), objects: [], format: 'png' });
    expect(made).toMatchObject({ width: 80, height: 60 });
    const [red, green, blue] = (await colourAt(made.bytes, 20, 10)) as [number, number, number];
    expect(red).toBeGreaterThan(200);
    expect(Math.max(green, blue)).toBeLessThan(75);
    for (const part of await colourAt(made.bytes, 70, 50)) expect(Math.abs(part - 128)).toBeLessThan(16);
  });

  test('16 bits of grey, and transparency over white', async () => {
    const grey = await sharp(plain).greyscale().toColourspace('grey16').png().toBuffer();
    const shown = await picture({ image: grey, objects: [], format: 'png' });
    for (const part of await colourAt(shown.bytes, 70, 50)) expect(Math.abs(part - 128)).toBeLessThan(12);
    const clear = sharp({
      create: { width: 20, height: 20, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    });
    const white = await picture({ image: await clear.png().toBuffer(), objects: [], format: 'png' });
    expect(await colourAt(white.bytes, 10, 10)).toEqual([255, 255, 255]);
  });
});

describe('why there is no picture', () => {
  const jpeg = async () => {
    const noise = Buffer.from(Array.from({ length: 90_000 }, (_, at) => (at * 7919) % 251));
    return await sharp(noise, { raw: { width: 200, height: 150, channels: 3 } })
      .jpeg()
      .toBuffer();
  };
  const cases: [string, () => Promise<Buffer>, string, RegExp][] = [
    ['nothing', async () => Buffer.alloc(0), 'empty', /the file is empty/],
    ['a text', async () => Buffer.from('hello'), 'unknown', /no known image type/],
    ['half of a JPEG', async () => half(await jpeg()), 'damaged', /premature end of JPEG/],
    [
      'half of a PNG',
      async () =>
        half(
          await sharp(await jpeg())
            .png()
            .toBuffer(),
        ),
      'damaged',
      /libpng/,
    ],
    ['a header', async () => (await jpeg()).subarray(0, 200), 'damaged', /cannot be decoded/],
    ['a pixel bomb', async () => bomb(60_000, 60_000), 'too-large', /60000 × 60000 pixels/],
  ];
  test.each(cases)('%s', async (_, make, kind, message) => {
    const { problem } = await renderPicture({ image: await make(), objects: [object('a', box(1, 1, 9, 9))] });
    expect(problem?.kind).toBe(kind);
    expect(problem?.message).toMatch(message);
  });

  test('the bound is the caller’s', async () => {
    const { problem } = await renderPicture({ image: plain, objects: [], maxPixels: 80 * 60 - 1 });
    expect(problem?.kind).toBe('too-large');
    expect((await renderPicture({ image: plain, objects: [], maxPixels: 80 * 60 })).problem).toBeUndefined();
  });

  test.each([
    ['a.png', undefined],
    ['nope.png', 'missing'],
    ['folder', 'unreadable'],
    ['content://text', 'unreadable'],
    ['http://example.com/a.png', 'unreadable'],
    ['../../out.png', 'unreadable'],
  ] as const)('as a sample names it: %s', async (source, kind) => {
    const storage = new MemoryStorage();
    const base = 'mem://data';
    await storage.makeDir('mem://data/folder');
    await storage.writeAtomic('mem://data/a.png', plain);
    const made = await renderPicture({ image: { source, base, root: base, storage }, objects: [] });
    expect(made.problem?.kind).toBe(kind);
  });

  test('a file beyond the bound is not read', async () => {
    const storage = new MemoryStorage();
    await storage.makeDir('mem://data');
    await storage.writeAtomic('mem://data/a.png', plain);
    const image = { source: 'a.png', base: 'mem://data', storage, maxBytes: plain.length - 1 };
    const { problem } = await renderPicture({ image, objects: [] });
    expect(problem?.message).toMatch(/bytes, more than/);
  });
});

describe('labels of images that are shown turned', () => {
  const red: ImageObject = object('red', box(10, 5, 30, 15));

  /** Where the outline of the object is not over the red field, or the field is not inside of it. */
  async function isOnField(orientation: number, size: PixelSize | undefined, labels: LabelOrientation) {
    const image = await sharp(plain).withMetadata({ orientation }).png().toBuffer();
    const bare = await picture({ image, objects: [], format: 'png' });
    const { width, height } = bare;
    const plane = planeOf(
      { stored: { width: 80, height: 60 }, orientation, declared: size },
      { width, height },
      labels,
    );
    const { a, b, c, d, e, f } = plane;
    const at = async (bytes: Buffer, x: number, y: number) =>
      await colourAt(bytes, Math.floor(a * x + c * y + e), Math.floor(b * x + d * y + f));
    const inside = await at(bare.bytes, 20, 10);
    const labelled = await picture({
      image,
      objects: [red],
      ...(size && { size }),
      orientation: labels,
      format: 'png',
    });
    expect([labelled.width, labelled.height]).toEqual(orientation >= 5 ? [60, 80] : [80, 60]);
    // A line of the box, away from its label.
    expect(await at(labelled.bytes, 29.5, 14.5)).not.toEqual(await at(bare.bytes, 29.5, 14.5));
    expect(await at(labelled.bytes, 70, 50)).toEqual(await at(bare.bytes, 70, 50));
    return inside[0]! > 200 && inside[1]! < 60;
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i: as stored', async (orientation) => {
    expect(await isOnField(orientation, undefined, 'auto')).toBe(true);
    expect(await isOnField(orientation, { width: 80, height: 60 }, 'auto')).toBe(true);
    expect(await isOnField(orientation, undefined, 'stored')).toBe(true);
  });

  test.each([5, 6, 7, 8])('orientation %i: drawn on the upright image', async (orientation) => {
    const stored = { width: 80, height: 60 };
    const turned = { width: 60, height: 80 };
    const straight = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0, scale: 1 };
    expect(planeOf({ stored, orientation, declared: turned }, turned)).toEqual(straight);
    expect(planeOf({ stored, orientation, declared: stored }, turned, 'upright')).toEqual(straight);
    expect(planeOf({ stored, orientation, declared: turned }, turned, 'stored')).not.toEqual(straight);
  });

  test('an orientation that EXIF does not know turns nothing', () => {
    const size = { width: 80, height: 60 };
    expect(planeOf({ stored: size, orientation: 9 }, size)).toMatchObject({ a: 1, d: 1, e: 0, f: 0 });
  });
});

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
