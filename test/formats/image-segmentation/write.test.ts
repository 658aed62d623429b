import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/image-segmentation/code.js';
import { decodePng } from '../../../src/formats/shared/png.js';
import {
  type Annotation,
  type ImageAnnotation,
  type ImageObject,
  noProperties,
  type Shape,
} from '../../../src/model/index.js';
import { paletteBytes, parseVoc } from '../../../src/voc/index.js';
import { brief, MemorySink, type SinkInit, writeAll, writeRow } from '../harness.js';
import { xmlOf } from './made.js';

const object = (
  name: string | undefined,
  shape: Shape | undefined,
  more: Partial<ImageObject> = {},
): ImageObject => ({
  ...(name === undefined ? {} : { name }),
  properties: noProperties,
  parts: [],
  ...(shape === undefined ? {} : { shape }),
  ...more,
});
const square = (left: number, top: number, side = 2): Shape => ({
  kind: 'polygon',
  points: [left, top, left + side, top, left + side, top + side, left, top + side],
});
const imageOf = (...objects: ImageObject[]): ImageAnnotation => ({ width: 6, height: 4, objects });
const rowOf = (source: string, ...images: ImageAnnotation[]) => {
  const annotations = images.map(
    (image): Annotation => ({ type: 'modelarts/object_detection', task: 'object_detection', image }),
  );
  return writeRow({ sample: { source, annotations }, file: 'in.json' });
};

async function write(rows: readonly ReturnType<typeof rowOf>[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const results = await writeAll(formatCode, sink, rows);
  return {
    sink,
    results: results.map((result) => (typeof result === 'string' ? result : brief(result))),
    reported: brief(sink.reported),
    names: Object.keys(sink.files),
  };
}

/** A mask as it looks: the indices of its palette. */
function rowsOf(sink: MemorySink, name: string): string[] {
  const png = decodePng(sink.bytes(name));
  if ('problem' in png) throw new Error(png.problem);
  return Array.from({ length: png.height }, (_, y) =>
    [...png.samples.subarray(y * png.width, (y + 1) * png.width)]
      .map((index) => (index === 0 ? '.' : index))
      .join(''),
  );
}

function paletteOf(sink: MemorySink, name: string): Uint8Array {
  const png = decodePng(sink.bytes(name));
  if ('problem' in png) throw new Error(png.problem);
  return png.palette!;
}

const colourAt = (palette: Uint8Array, index: number) =>
  [...palette.subarray(3 * index, 3 * index + 3)].join();

const objectsIn = (sink: MemorySink, name: string) => parseVoc(sink.bytes(name)).document!.objects;

describe('writing', () => {
  test('an XML file, a mask and the image lie side by side', async () => {
    const image = imageOf(
      object('cat', square(0, 0)),
      object('dog', square(4, 1)),
      object('cat', square(2, 2)),
    );
    const { sink, results, reported, names } = await write([rowOf('obs://b/x/a.jpg', image)]);
    expect([results, reported, sink.lossCounts]).toEqual([['written'], [], {}]);
    expect(names).toEqual(['a.xml', 'a_mask.png']);
    expect([...sink.placed]).toEqual([['a.jpg', 'obs://b/x/a.jpg']]);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['11....', '11..22', '..1122', '..11..']);
    expect(Buffer.from(paletteOf(sink, 'a_mask.png'))).toEqual(Buffer.from(paletteBytes()));
    expect(sink.files['a.xml']).toMatchSnapshot();
  });

  test('boxes and circles are painted too; points and lines are in the file alone', async () => {
    const image = imageOf(
      object('box', { kind: 'bndbox', xmin: 0, ymin: 0, xmax: 2, ymax: 1 }),
      object('ball', { kind: 'circle', cx: 4, cy: 2, r: 1.5 }),
      object('spot', { kind: 'point', x: 1, y: 3 }),
      object('wire', { kind: 'line', x1: 0, y1: 0, x2: 5, y2: 3 }),
      object('none', undefined),
    );
    const { sink, reported, results } = await write([rowOf('a.jpg', image)]);
    expect(results).toEqual(['written']);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['11....', '...22.', '...22.', '......']);
    expect(reported).toEqual(
      ['spot', 'wire', 'none'].map(
        (name) => `P010 warning in.json an object "${name}" has no pixel in the mask`,
      ),
    );
  });

  test('later objects cover earlier ones; one that is covered is reported', async () => {
    const image = imageOf(
      object('cat', square(1, 1)),
      object('dog', square(0, 0, 4)),
      object('cat', square(0, 0, 1)),
    );
    const { sink, reported } = await write([rowOf('a.jpg', image)]);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['1222..', '2222..', '2222..', '2222..']);
    expect(reported).toEqual(['P010 warning in.json an object "cat" has no pixel in the mask']);
  });

  test('an image without objects has an empty mask, one without annotation nothing but itself', async () => {
    const { sink, names, results } = await write([rowOf('a.jpg', imageOf()), rowOf('b.jpg')]);
    expect(results).toEqual(['written', 'written']);
    expect(names).toEqual(['a.xml', 'a_mask.png']);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['......', '......', '......', '......']);
    expect([...sink.placed.keys()]).toEqual(['a.jpg', 'b.jpg']);
  });

  test('what is said in a file stays there, and its mask is drawn anew', async () => {
    const xml = xmlOf(
      [{ shape: '<polygon><x1>0</x1><y1>0</y1><x2>2</x2><y2>0</y2><x3>2</x3><y3>2</y3></polygon>' }],
      { mask: 'm/old.png' },
    ).replace('<pose>', '<flavour>sour</flavour><pose>');
    const { document } = parseVoc(Buffer.from(xml));
    const { sink } = await write([rowOf('a.jpg', document!)]);
    expect(sink.files['a.xml']).toBe(xml.replace('m/old.png', 'a_mask.png'));
    expect(sink.losses).toEqual([
      { source: 'a.jpg', feature: 'mask', pointer: '/annotation/0/image/maskSource' },
    ]);
  });

  test('the annotations of one image become one file', async () => {
    const { sink, results } = await write([
      rowOf('a.jpg', { objects: [object('cat', square(0, 0))] }, imageOf(object('dog', square(2, 2)))),
    ]);
    expect(results).toEqual(['written']);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['11....', '11....', '..22..', '..22..']);
    expect(objectsIn(sink, 'a.xml').map(({ name, maskColor }) => [name, maskColor])).toEqual([
      ['cat', '128,0,0'],
      ['dog', '0,128,0'],
    ]);
  });

  test('the size comes from the image where nothing says it', async () => {
    const sizes = { 'a.jpg': { width: 3, height: 2 }, 'b.jpg': { width: 20_000, height: 20_000 } };
    const row = (source: string) => rowOf(source, { objects: [object('cat', square(0, 0))] });
    const { sink, results } = await write([row('a.jpg'), row('b.jpg'), row('c.jpg')], { sizes });
    expect(results).toEqual([
      'written',
      ['P011 error in.json the image is 20000×20000, too large for a mask'],
      ['P011 error in.json the size of the image is not known: there is nothing at c.jpg'],
    ]);
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['11.', '11.']);
  });
});

describe('colours', () => {
  const cat = object('cat', square(0, 0));
  const dog = object('dog', square(2, 2));

  test('follow the order of the classes', async () => {
    const { sink } = await write([rowOf('a.jpg', imageOf(cat, dog))], { classes: ['bird', 'dog', 'cat'] });
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['33....', '33....', '..22..', '..22..']);
    expect(objectsIn(sink, 'a.xml').map(({ maskColor }) => maskColor)).toEqual(['128,128,0', '0,128,0']);
  });

  test('can be given, and then are in the places of their classes', async () => {
    const { sink } = await write([rowOf('a.jpg', imageOf(cat, dog))], {
      options: { colours: ['dog=#FF0010', 'a=b=#000001'] },
    });
    expect(objectsIn(sink, 'a.xml').map(({ maskColor }) => maskColor)).toEqual(['128,0,0', '255,0,16']);
    const palette = paletteOf(sink, 'a_mask.png');
    expect([1, 2, 3, 255].map((index) => colourAt(palette, index))).toEqual([
      '128,0,0',
      '255,0,16',
      '128,128,0',
      '224,224,192',
    ]);
  });

  test('of the data stay, unless another label has them', async () => {
    const { sink } = await write([
      rowOf('a.jpg', imageOf({ ...cat, maskColor: '0,128,0' }, { ...dog, maskColor: '0,128,0' })),
      rowOf(
        'b.jpg',
        imageOf({ ...cat, maskColor: '9,9,9' }, object('cow', square(2, 2), { maskColor: '0,0,0' })),
      ),
    ]);
    expect(objectsIn(sink, 'a.xml').map(({ maskColor }) => maskColor)).toEqual(['0,128,0', '128,128,0']);
    expect(objectsIn(sink, 'b.xml').map(({ maskColor }) => maskColor)).toEqual(['0,128,0', '0,0,128']);
  });

  test('of instances are those of the objects of an image', async () => {
    const piece = { properties: new Map([['mask_object', '1']]) };
    const image = imageOf(
      { ...cat, ...piece },
      dog,
      object('cat', square(4, 0), piece),
      object(undefined, square(0, 3, 1)),
    );
    const { sink } = await write([rowOf('a.jpg', image)], { options: { masks: 'instance' } });
    expect(rowsOf(sink, 'a_mask.png')).toEqual(['11..11', '11..11', '..22..', '3.22..']);
    expect(objectsIn(sink, 'a.xml').map(({ maskColor }) => maskColor)).toEqual([
      '128,0,0',
      '0,128,0',
      '128,0,0',
      '128,128,0',
    ]);
  });

  test.each([
    ['dog=red', '"dog=red" is no colour of a label'],
    ['=#ff0000', '"=#ff0000" is no colour of a label'],
    ['dog=#000000', 'the colour #000000 of "dog" is that of background or void'],
    ['dog=#e0e0c0', 'the colour #e0e0c0 of "dog" is that of background or void'],
  ])('%s is refused', async (entry, message) => {
    await expect(write([], { options: { colours: [entry] } })).rejects.toThrow(message);
  });

  test('one colour for two labels, or two for one, are refused', async () => {
    const colours = (...list: string[]) => write([], { options: { colours: list } });
    await expect(colours('a=#010203', 'b=#010203')).rejects.toThrow('given to another label');
    await expect(colours('a=#010203', 'a=#010204')).rejects.toThrow('the label "a" is given two colours');
  });
});

describe('what cannot be written', () => {
  const image = imageOf(object('cat', square(0, 0)));

  test('samples that are no images', async () => {
    const { results, sink } = await write([rowOf('content://text'), rowOf('a.wav')]);
    expect(results).toEqual(['skipped', 'skipped']);
    expect(sink.lossCounts).toEqual({ 'text-sample': 1, 'audio-sample': 1 });
  });

  test('a label that is none of the classes', async () => {
    const { results, names } = await write([rowOf('a.jpg', image)], { classes: ['dog'] });
    expect(results).toEqual([['C010 error in.json the label "cat" is none of the 1 classes (dog)']]);
    expect(names).toEqual([]);
  });

  test('more labels or objects than a palette has places', async () => {
    const many = Array.from({ length: 255 }, (_, i) => object(`c${i}`, { kind: 'point', x: 1, y: 1 }));
    const byClass = await write([rowOf('a.jpg', imageOf(...many))]);
    expect(byClass.results).toEqual([['P012 error in.json "c254" is label 255, and masks tell 254 apart']]);
    const byObject = await write([rowOf('a.jpg', imageOf(...many))], { options: { masks: 'instance' } });
    expect(byObject.results).toEqual([
      ['P012 error in.json the image has 255 objects, and a mask tells 254 apart'],
    ]);
    const fitting = await write([rowOf('a.jpg', imageOf(...many.slice(1)))]);
    expect(fitting.results).toEqual(['written']);
  });

  test('names that are taken, by images or by masks', async () => {
    const rows = [
      rowOf('x/a.jpg', image),
      rowOf('y/a.png', image),
      rowOf('a_mask.jpg', image),
      rowOf('../..', image),
    ];
    const refused = await write(rows);
    expect(
      refused.results.map((result) => (typeof result === 'string' ? result : result[0]!.slice(0, 4))),
    ).toEqual(['written', 'C002', 'C002', 'C003']);
    const renamed = await write(rows.slice(0, 3), { renameClashes: true });
    expect([...renamed.sink.placed.keys()]).toEqual(['a.jpg', 'a-2.png', 'a_mask-2.jpg']);
    expect(parseVoc(renamed.sink.bytes('a-2.xml')).document).toMatchObject({
      fileName: 'a-2.png',
      maskSource: 'a-2_mask.png',
    });
    const before = await write([rowOf('b_mask.jpg', image), rowOf('b.jpg', image)]);
    expect(before.results).toEqual(['written', [expect.stringContaining('C002')]]);
  });

  test('adding to masks of unknown colours', async () => {
    await expect(write([], { mode: 'append' })).rejects.toThrow(
      'the colours of the masks of what is there already are not known',
    );
    const { results, names } = await write([rowOf('a.jpg', image), rowOf('b.jpg', image)], {
      mode: 'append',
      classes: ['cat'],
      before: ['a.xml', 'a_mask.png'],
    });
    expect(results).toEqual([[expect.stringContaining('C002')], 'written']);
    expect(names).toEqual(['a.xml', 'a_mask.png', 'b.xml', 'b_mask.png']);
  });

  test('without the images the folder is said to be incomplete', async () => {
    const { results, reported, sink } = await write(
      [rowOf('a.jpg', image), rowOf('b.jpg', image), rowOf('c.jpg')],
      { images: 'reference' },
    );
    expect(results).toEqual(['written', 'written', 'skipped']);
    expect(reported).toEqual(['P013 warning out 2 annotation files have no image beside']);
    expect(sink.lossCounts).toEqual({ 'unlabelled-image': 1 });
  });

  test('what there is no place for is counted', async () => {
    const row = rowOf('a.jpg', image);
    const annotations: Annotation[] = [
      { ...row.sample.annotations[0], confidence: 0.5 },
      { type: 'modelarts/image_classification', task: 'image_classification', name: 'outdoors' },
    ];
    const { sink } = await write([
      { ...row, sample: { ...row.sample, annotations, usage: 'TRAIN', id: '7' } },
    ]);
    expect(sink.lossCounts).toEqual({
      usage: 1,
      'sample-id': 1,
      'annotation-confidence': 1,
      image_classification: 1,
    });
  });
});
