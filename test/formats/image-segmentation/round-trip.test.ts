import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/image-segmentation/code.js';
import { paintShape } from '../../../src/formats/shared/mask-paint.js';
import { decodePng, encodePng } from '../../../src/formats/shared/png.js';
import { type ImageObject, noProperties, type Shape } from '../../../src/model/index.js';
import { paletteBytes, paletteColor } from '../../../src/voc/index.js';
import { MemorySink, MemorySource, readAllRecords, writeAll, writeRow } from '../harness.js';
import { jpeg, xmlOf } from './made.js';

type Files = Record<string, Uint8Array>;

/** What is written, with the images that were placed. */
async function write(rows: Parameters<typeof writeAll>[2], options = {}): Promise<Files> {
  const sink = new MemorySink({ images: 'copy', options });
  for (const result of await writeAll(formatCode, sink, rows)) expect(result).toBe('written');
  const files: Files = {};
  for (const name of Object.keys(sink.files)) files[name] = sink.bytes(name);
  for (const name of sink.placed.keys()) files[name] = jpeg;
  return files;
}

async function read(files: Files) {
  const { records, faults } = await readAllRecords(formatCode, new MemorySource(files));
  expect(faults).toEqual([]);
  return records;
}

const side = 12;
const letters = ['cat', 'dog', '猫 & "dog"'];
const corner = fc.integer({ min: 0, max: side });
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc
    .array(fc.tuple(corner, corner), { minLength: 3, maxLength: 7 })
    .map((points): Shape => ({ kind: 'polygon', points: points.flat() })),
  fc.tuple(corner, corner).map(([x, y]): Shape => ({ kind: 'point', x, y })),
  fc
    .tuple(corner, corner)
    .map(([x, y]): Shape => ({ kind: 'bndbox', xmin: x, ymin: y, xmax: x + 3, ymax: y + 3 })),
  fc.tuple(corner, corner).map(([cx, cy]): Shape => ({ kind: 'circle', cx, cy, r: 2.5 })),
);
const objects: fc.Arbitrary<ImageObject> = fc.record({
  name: fc.constantFrom(...letters),
  shape: shapes,
  properties: fc
    .dictionary(
      fc.constantFrom('colour', '__proto__', 'a b'),
      fc
        .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 })
        .filter((text) => text.trim() === text),
    )
    .map((made) => new Map(Object.entries(made))),
  difficult: fc.constantFrom('0', '1'),
  truncated: fc.constantFrom('0', '1'),
  occluded: fc.constant('0'),
  pose: fc.constant('Left'),
  parts: fc.constant([]),
});
const images = fc.array(fc.array(objects, { maxLength: 5 }), { minLength: 1, maxLength: 4 });

const rowsOf = (list: readonly (readonly ImageObject[])[]) =>
  list.map((own, i) =>
    writeRow({
      sample: {
        source: `in/${i}.jpg`,
        annotations: [
          {
            type: 'modelarts/image_segmentation',
            task: 'image_segmentation',
            image: { width: side, height: side, depth: 3, objects: own },
          },
        ],
      },
      file: 'in/x.json',
    }),
  );

const plain = ({ name, shape, properties, difficult, truncated, pose }: ImageObject) => ({
  name,
  shape,
  properties: [...properties],
  difficult,
  truncated,
  pose,
});

test('what is written is read, but for the colours that were not there', async () => {
  await fc.assert(
    fc.asyncProperty(images, fc.constantFrom('class', 'instance'), async (list, masks) => {
      const records = await read(await write(rowsOf(list), { masks }));
      expect(records.map(({ sample }) => sample.source)).toEqual(list.map((_, i) => `in/${i}.jpg`));
      const found = records.map(({ sample }) => sample.annotations[0]!.image!.objects.map(plain));
      expect(found).toEqual(list.map((own) => own.map(plain)));
    }),
    { numRuns: 60 },
  );
});

test('written twice, the bytes are the same', async () => {
  await fc.assert(
    fc.asyncProperty(images, async (list) => {
      const first = await write(rowsOf(list));
      expect(await write(rowsOf(list))).toEqual(first);
      // Read and written again, too: masks that are drawn anew are what they were.
      const again = await write((await read(first)).map((record) => writeRow(record)));
      for (const [name, bytes] of Object.entries(first)) expect(again[name], name).toEqual(bytes);
    }),
    { numRuns: 40 },
  );
});

describe('masks and outlines', () => {
  const masks = fc.uint8Array({ minLength: side * side, maxLength: side * side, max: 3 });
  const palette = paletteBytes();
  const labels = [1, 2, 3];
  const xml = xmlOf(
    labels.map((index) => ({ name: `c${index}`, color: paletteColor(index).join() })),
    { width: side, height: side },
  );
  const filesOf = (indices: Uint8Array): Files => ({
    'a.jpg': jpeg,
    'a.xml': Buffer.from(xml),
    'a_mask.png': encodePng({ width: side, height: side, indices, palette }),
  });
  const maskIn = (files: Files) => {
    const png = decodePng(files['a_mask.png']!);
    if ('problem' in png) throw new Error(png.problem);
    return png.samples;
  };

  test('a mask read as outlines and written is the same mask, holes and all', async () => {
    await fc.assert(
      fc.asyncProperty(masks, async (indices) => {
        const records = await read(filesOf(indices));
        const written = await write(
          records.map((record) => writeRow(record)),
          {
            colours: labels.map(
              (index) =>
                `c${index}=#${paletteColor(index)
                  .map((value) => value.toString(16).padStart(2, '0'))
                  .join('')}`,
            ),
          },
        );
        // Class numbers follow the first appearance, which is the order of the objects here.
        expect(Buffer.from(maskIn(written))).toEqual(Buffer.from(indices));
      }),
      { numRuns: 100 },
    );
  });

  test('a polygon drawn, taken from the mask and drawn again fills the same pixels', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.float({ min: 0, max: side, noNaN: true }),
            fc.float({ min: 0, max: side, noNaN: true }),
          ),
          { minLength: 3, maxLength: 8 },
        ),
        async (corners) => {
          const shape: Shape = { kind: 'polygon', points: corners.flat() };
          const pixels = new Uint8Array(side * side);
          paintShape({ width: side, height: side, pixels }, shape, 1);
          const [record] = await read(filesOf(pixels));
          const again = new Uint8Array(side * side);
          for (const object of record!.sample.annotations[0]!.image!.objects)
            if (object.name === 'c1' && object.shape !== undefined)
              paintShape({ width: side, height: side, pixels: again }, object.shape, 1);
          expect(again).toEqual(pixels);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('objects without members that files always have', async () => {
  const bare: ImageObject = {
    properties: noProperties,
    parts: [],
    shape: { kind: 'polygon', points: [0, 0, 2, 0, 2, 2] },
  };
  const [record] = await read(await write(rowsOf([[bare]])));
  expect(record!.sample.annotations[0]!.image!.objects[0]).toMatchObject({
    shape: bare.shape,
    maskColor: undefined,
  });
});
