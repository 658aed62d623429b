import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePng, encodePng, type PngPixels, type PngProblem } from '../../../src/formats/shared/png.js';
import { paletteBytes } from '../../../src/voc/index.js';
import { type MadePng, makePng, pngChunk, pngHeader, pngSignature } from './png-maker.js';

const pixelsOf = (png: PngPixels | PngProblem): PngPixels => {
  if ('problem' in png) throw new Error(png.problem);
  return png;
};

const kinds = [
  ...[1, 2, 4, 8, 16].map((bitDepth) => ({ colourType: 0, bitDepth, channels: 1, kind: 'grey' }) as const),
  ...[1, 2, 4, 8].map((bitDepth) => ({ colourType: 3, bitDepth, channels: 1, kind: 'palette' }) as const),
  { colourType: 2, bitDepth: 8, channels: 3, kind: 'rgb' } as const,
  { colourType: 4, bitDepth: 8, channels: 2, kind: 'grey-alpha' } as const,
  { colourType: 6, bitDepth: 8, channels: 4, kind: 'rgba' } as const,
];

describe.each(kinds)('$kind of $bitDepth bits', ({ colourType, bitDepth, channels, kind }) => {
  test('is read whatever its size, filters, chunks and interlacing are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }),
        fc.integer({ min: 1, max: 19 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 2 ** bitDepth - 1 })),
        (width, height, filters, interlaced, dataBytes, numbers) => {
          const samples = [...numbers.take(width * height * channels)];
          const palette =
            kind === 'palette' ? Array.from({ length: 3 * 2 ** bitDepth }, (_, i) => i & 255) : undefined;
          const png = makePng({
            width,
            height,
            colourType,
            bitDepth,
            samples,
            filters,
            interlaced,
            dataBytes,
            ...(palette === undefined ? {} : { palette }),
          });
          const read = pixelsOf(decodePng(png));
          expect([read.width, read.height, read.kind, read.bitDepth]).toEqual([
            width,
            height,
            kind,
            bitDepth,
          ]);
          expect(Array.from(read.samples)).toEqual(samples);
          expect(read.palette && [...read.palette]).toEqual(palette);
        },
      ),
    );
  });
});

const small: MadePng = {
  width: 3,
  height: 2,
  colourType: 3,
  bitDepth: 8,
  samples: [0, 1, 2, 2, 1, 0],
  palette: [0, 0, 0, 128, 0, 0, 0, 128, 0],
};

test('transparency is kept as it is stored', () => {
  const palette = pixelsOf(decodePng(makePng({ ...small, transparency: [0, 255] })));
  expect([...palette.alpha!]).toEqual([0, 255]);
  const { palette: _, ...plain } = small;
  const grey = pixelsOf(decodePng(makePng({ ...plain, colourType: 0, transparency: [0, 2] })));
  expect(grey.transparent).toBe(2);
  const rgb = makePng({
    width: 1,
    height: 1,
    colourType: 2,
    bitDepth: 8,
    samples: [1, 2, 3],
    transparency: [0, 1, 0, 2, 0, 3],
  });
  expect(pixelsOf(decodePng(rgb)).transparent).toBe(0x010203);
});

test('what other chunks say is gone by', () => {
  const png = makePng({
    ...small,
    extra: [pngChunk('gAMA', Buffer.alloc(4)), pngChunk('tEXt', Buffer.from('a\0b'))],
  });
  expect([...pixelsOf(decodePng(png)).samples]).toEqual(small.samples);
  expect([...pixelsOf(decodePng(Buffer.concat([png, Buffer.from('more')]))).samples]).toEqual(small.samples);
});

describe('broken files', () => {
  const good = makePng(small);
  const flipped = (at: number) => {
    const bytes = Buffer.from(good);
    bytes[at]! ^= 0x40;
    return bytes;
  };
  const palette = pngChunk('PLTE', Buffer.from(small.palette!));
  const data = pngChunk('IDAT', deflateSync(Buffer.from([0, 0, 1, 2, 0, 2, 1, 0])));
  const end = pngChunk('IEND');
  const header = pngHeader(3, 2, 8, 3);
  const file = (...chunks: Buffer[]) => Buffer.concat([pngSignature, ...chunks]);
  const { palette: _, ...grey } = small;

  test.each<[string, Buffer, PngProblem]>([
    ['nothing', Buffer.alloc(0), { problem: 'it is empty', offset: 0 }],
    [
      'a JPEG',
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5]),
      { problem: 'it does not begin as a PNG does', offset: 0 },
    ],
    [
      'a text transfer',
      Buffer.from('\x89PNG\n\x1a\n'),
      { problem: 'it does not begin as a PNG does', offset: 0 },
    ],
    ['only a signature', pngSignature, { problem: 'it ends before its last chunk', offset: 8 }],
    ['cut in a chunk', good.subarray(0, 50), { problem: 'it ends in the chunk PLTE', offset: 50 }],
    [
      'cut before the end',
      good.subarray(0, -12),
      { problem: 'it ends before its last chunk', offset: good.length - 12 },
    ],
    ['a changed header', flipped(18), { problem: 'the chunk IHDR has a wrong checksum', offset: 8 }],
    ['a changed palette', flipped(44), { problem: 'the chunk PLTE has a wrong checksum', offset: 33 }],
    [
      'a changed checksum',
      flipped(good.length - 1),
      { problem: 'the chunk IEND has a wrong checksum', offset: good.length - 12 },
    ],
    [
      'a chunk without a name',
      file(header, Buffer.from([0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0])),
      { problem: 'a chunk has no name', offset: 37 },
    ],
    [
      'no header',
      file(palette, data, end),
      { problem: 'it begins with the chunk PLTE instead of IHDR', offset: 8 },
    ],
    [
      'a short header',
      file(pngChunk('IHDR', Buffer.alloc(12)), end),
      { problem: 'its header has 12 bytes instead of 13', offset: 8 },
    ],
    [
      'no width',
      file(pngHeader(0, 2, 8, 3), palette, data, end),
      { problem: 'its header says that it is 0×2', offset: 8 },
    ],
    [
      '3 bits',
      file(pngHeader(3, 2, 3, 3), palette, data, end),
      { problem: 'colour type 3 does not go with 3 bits', offset: 8 },
    ],
    [
      'an unknown colour type',
      file(pngHeader(3, 2, 8, 5), palette, data, end),
      { problem: 'colour type 5 does not go with 8 bits', offset: 8 },
    ],
    [
      'an unknown interlacing',
      file(pngHeader(3, 2, 8, 3, 2), palette, data, end),
      { problem: 'its header names a method of compression that is not known', offset: 8 },
    ],
    [
      '16 bits of RGB',
      file(pngHeader(3, 2, 16, 2), data, end),
      { problem: 'it has 16 bits for each of 3 channels, where 8 are read', offset: 8 },
    ],
    [
      'more pixels than are read',
      file(pngHeader(50_000, 50_000, 8, 3), palette, data, end),
      { problem: 'it is 50000×50000, more than the 67108864 pixels that are read', offset: 8 },
    ],
    [
      'a large picture without the data for it',
      file(pngHeader(8000, 8000, 8, 3), palette, data, end),
      { problem: 'its pixels end early', offset: 54 },
    ],
    ['no palette', file(header, data, end), { problem: 'it has no palette', offset: 33 }],
    [
      'half a colour',
      file(header, pngChunk('PLTE', Buffer.alloc(4)), data, end),
      { problem: 'the palette has 4 bytes, which is no list of up to 256 colours', offset: 33 },
    ],
    ['no pixels', file(header, palette, end), { problem: 'it has no pixels', offset: 54 }],
    [
      'a chunk to be understood',
      file(header, pngChunk('ABCD'), palette, data, end),
      { problem: 'it has a chunk ABCD, which must be understood and is not', offset: 33 },
    ],
    [
      'pixels that are no zlib stream',
      file(header, palette, pngChunk('IDAT', Buffer.from('not compressed')), end),
      { problem: 'its pixels cannot be uncompressed', offset: 54 },
    ],
    [
      'cut pixels',
      file(header, palette, pngChunk('IDAT', data.subarray(8, -10)), end),
      { problem: 'its pixels end early', offset: 54 },
    ],
    [
      'a row too few',
      makePng({ ...small, mendRaw: (raw) => raw.subarray(0, 4) }),
      { problem: 'its pixels end early', offset: 54 },
    ],
    [
      'a row too many',
      makePng({ ...small, mendRaw: (raw) => Buffer.concat([raw, raw]) }),
      { problem: 'it has more pixels than its header says', offset: 54 },
    ],
    [
      'a bomb',
      makePng({ ...small, mendRaw: () => Buffer.alloc(64 * 1024 * 1024) }),
      { problem: 'it has more pixels than its header says', offset: 54 },
    ],
    [
      'an unknown filter',
      makePng({ ...small, filters: [0, 5] }),
      { problem: 'a row is filtered in way 5, which there is not', offset: 54 },
    ],
    [
      'an index outside the palette',
      makePng({ ...small, samples: [0, 1, 2, 2, 3, 0] }),
      { problem: 'the pixel 1,1 has index 3, but the palette has 3 colours', offset: 54 },
    ],
    [
      'a palette for nothing',
      makePng({ ...grey, colourType: 0, filters: [7] }),
      { problem: 'a row is filtered in way 7, which there is not', offset: 33 },
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(decodePng(bytes)).toEqual(expected);
  });

  test('no change of a file makes it throw or give other numbers of pixels', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          const read = decodePng(bytes.subarray(0, length === 0 ? bytes.length : length));
          if (!('problem' in read)) expect(read.samples.length).toBe(read.width * read.height);
        },
      ),
    );
  });

  test('a limit of the caller', () => {
    expect(decodePng(good, { maxPixels: 5 })).toEqual({
      problem: 'it is 3×2, more than the 5 pixels that are read',
      offset: 8,
    });
    expect('problem' in decodePng(good, { maxPixels: 6 })).toBe(false);
  });
});

describe('writing', () => {
  const palette = paletteBytes();

  test('what is written is read, with the palette in its order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        (width, numbers) => {
          const height = Math.max(1, Math.floor(numbers.length / width));
          const indices = new Uint8Array(width * height);
          indices.set(numbers.subarray(0, indices.length));
          const read = pixelsOf(decodePng(encodePng({ width, height, indices, palette })));
          expect(Buffer.from(read.samples)).toEqual(Buffer.from(indices));
          expect(Buffer.from(read.palette!)).toEqual(Buffer.from(palette));
        },
      ),
    );
  });

  test('other readers see the colours', async () => {
    const indices = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { data, info } = await sharp(encodePng({ width: 16, height: 16, indices, palette }))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([16, 16, 3]);
    expect(data).toEqual(Buffer.from(palette));
  });

  test('what sharp writes is read as sharp reads it', async () => {
    const raw = Buffer.from(Array.from({ length: 30 * 20 * 3 }, (_, i) => (i * 37) % 251));
    const image = sharp(raw, { raw: { width: 30, height: 20, channels: 3 } });
    for (const options of [{ adaptiveFiltering: true }, { progressive: true }, { compressionLevel: 0 }]) {
      const read = pixelsOf(decodePng(await image.clone().png(options).toBuffer()));
      expect(Buffer.from(read.samples)).toEqual(raw);
    }
  });

  test('what does not fit is refused', () => {
    const indices = new Uint8Array([0, 3]);
    expect(() => encodePng({ width: 1, height: 1, indices, palette })).toThrow('2 pixels for 1×1');
    expect(() => encodePng({ width: 2, height: 1, indices, palette: palette.subarray(0, 9) })).toThrow(
      'an index is outside the palette of 3 colours',
    );
  });
});
