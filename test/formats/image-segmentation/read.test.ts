import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/image-segmentation/code.js';
import { imageSegmentation } from '../../../src/formats/image-segmentation/format.js';
import type { ImageAnnotation, Shape } from '../../../src/model/index.js';
import { StorageError } from '../../../src/model/index.js';
import { formatVoc } from '../../../src/voc/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';
import { makePng } from '../shared/png-maker.js';
import { box, jpeg, maskPng, outline, xmlOf } from './made.js';

type Files = ConstructorParameters<typeof MemorySource>[0];

async function read(files: Files, init: SourceInit = {}) {
  const { records, faults, diagnostics } = await readAllRecords(
    formatCode,
    new MemorySource(files, { ...init, options: { polygons: 'from-mask', ...init.options } }),
  );
  return {
    sources: records.map(({ sample }) => sample.source),
    images: records.map(({ sample }) => sample.annotations[0]?.image),
    locs: records.map(({ sample }) => sample.annotations[0]?.loc),
    keys: records.map(({ key }) => key),
    faults: faults.map(({ diagnostics: found, name }) => [name, ...brief(found)]),
    findings: brief(diagnostics),
  };
}

const shapesOf = (image: ImageAnnotation | undefined): (Shape | undefined)[] =>
  (image?.objects ?? []).map(({ shape }) => shape);

const mask = maskPng('.....', '.11..', '.11.2', '....2');
const two = xmlOf([{}, { name: 'dog', color: '0,128,0' }]);
const squares = [
  { kind: 'polygon', points: [1, 1, 3, 1, 3, 3, 1, 3] },
  { kind: 'polygon', points: [4, 2, 5, 2, 5, 4, 4, 4] },
];

describe('reading', () => {
  test('objects without shape get the outline of their colour; the mask is no sample', async () => {
    const result = await read({ 'a.jpg': jpeg, 'a.xml': two, 'a_mask.png': mask, 'b.png': jpeg });
    expect(result.sources).toEqual(['in/a.jpg', 'in/b.png']);
    expect(result.keys).toEqual(['a', 'b']);
    expect(shapesOf(result.images[0])).toEqual(squares);
    expect(result.images[0]!.maskSource).toBe('in/a_mask.png');
    expect(result.locs).toEqual([undefined, undefined]);
    expect(result.findings).toEqual([
      'V050 warning in/a.xml:15:5 the object "cat" has no shape',
      'V050 warning in/a.xml:23:5 the object "dog" has no shape',
      'D013 info in 1 image has no annotation file',
    ]);
  });

  test('what else is in the file stays as it is', async () => {
    const odd = two
      .replace('<object>', '<object><!-- first --><flavour>sour</flavour>')
      .replace('<folder>Images</folder>', '<folder>Images</folder><owner><name>me</name></owner>');
    const { images } = await read({ 'a.jpg': jpeg, 'a.xml': odd, 'a_mask.png': mask });
    const square = (points: number[]) =>
      outline(...points)
        .replaceAll('><', '>\n            <')
        .replace('            </polygon>', '        </polygon>');
    const expected = odd
      .replace('a_mask.png', 'in/a_mask.png')
      .split('<occluded>0</occluded>')
      .map((part, i) =>
        i === 0
          ? part
          : `\n        ${square([1, 1, 3, 1, 3, 3, 1, 3, 4, 2, 5, 2, 5, 4, 4, 4].slice(8 * (i - 1), 8 * i))}${part}`,
      )
      .join('<occluded>0</occluded>');
    expect(formatVoc(images[0]!)).toBe(expected);
  });

  test('objects with a polygon keep it, and their file stays the one they are in', async () => {
    const xml = xmlOf([{ shape: outline(0, 0, 3, 0, 3, 3) }]);
    const { images, locs, findings } = await read({
      'a.jpg': jpeg,
      'a.xml': xml,
      'a_mask.png': maskPng('.....', '.11..', '.....', '.....'),
    });
    expect(locs).toEqual(['in/a.xml']);
    expect(shapesOf(images[0])).toEqual([{ kind: 'polygon', points: [0, 0, 3, 0, 3, 3] }]);
    expect(findings).toEqual([]);
  });

  test('boxes stay unless they are to be replaced', async () => {
    const files = { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(0, 0, 5, 4) }]), 'a_mask.png': mask };
    const { images, locs, findings } = await read(files, { options: { polygons: 'missing' } });
    expect(shapesOf(images[0])).toEqual([{ kind: 'bndbox', xmin: 0, ymin: 0, xmax: 5, ymax: 4 }]);
    expect(locs).toEqual(['in/a.xml']);
    expect(findings).toEqual([
      'P002 warning in/a_mask.png no object has the colour 0,128,0 (2 pixels, the first at 4,2)',
    ]);
  });

  test('with polygons=keep no mask is opened', async () => {
    const broken = new StorageError('NotFound', 'opened', { path: 'a_mask.png' });
    const { images, locs, sources } = await read(
      { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }]), 'a_mask.png': broken },
      { options: { polygons: 'keep' } },
    );
    expect(sources).toEqual(['in/a.jpg']);
    expect(locs).toEqual(['in/a.xml']);
    expect(shapesOf(images[0])).toEqual([{ kind: 'bndbox', xmin: 1, ymin: 1, xmax: 3, ymax: 3 }]);
  });

  test('objects of one colour with boxes take the pixels in their boxes', async () => {
    const xml = xmlOf([{ shape: box(0, 0, 2, 4) }, { shape: box(3, 0, 5, 4) }]);
    const { images, findings } = await read({
      'a.jpg': jpeg,
      'a.xml': xml,
      'a_mask.png': maskPng('.....', '11.1.', '11.11', '.....'),
    });
    expect(shapesOf(images[0])).toEqual([
      { kind: 'polygon', points: [0, 1, 2, 1, 2, 3, 0, 3] },
      { kind: 'polygon', points: [3, 1, 4, 1, 4, 2, 5, 2, 5, 3, 3, 3] },
    ]);
    expect(findings).toEqual([]);
  });

  test('several regions become several objects that share a property', async () => {
    const xml = xmlOf([{ name: 'dog', color: '0,128,0' }, {}]);
    const { images, findings } = await read({
      'a.jpg': jpeg,
      'a.xml': xml,
      'a_mask.png': maskPng('1...1', '.....', '..2..', '.....'),
    });
    const [dog, cat, other] = images[0]!.objects;
    expect([dog!.name, cat!.name, other!.name]).toEqual(['dog', 'cat', 'cat']);
    expect([...cat!.properties]).toEqual([['mask_object', '2']]);
    expect([...other!.properties]).toEqual([['mask_object', '2']]);
    expect(dog!.properties.size).toBe(0);
    expect(shapesOf(images[0]).slice(1)).toEqual([
      { kind: 'polygon', points: [0, 0, 1, 0, 1, 1, 0, 1] },
      { kind: 'polygon', points: [4, 0, 5, 0, 5, 1, 4, 1] },
    ]);
    expect(findings.filter((finding) => !finding.startsWith('V'))).toEqual([
      'P006 info in/a.xml:23:5 the object has 2 regions in the mask, and is read as so many objects',
    ]);
  });

  test('holes are cut in, or filled and counted', async () => {
    const files = {
      'a.jpg': jpeg,
      'a.xml': xmlOf([{ shape: box(0, 0, 4, 3) }]),
      'a_mask.png': maskPng('1111.', '1.11.', '1111.', '.....'),
    };
    const cut = await read(files);
    expect(shapesOf(cut.images[0])).toEqual([
      { kind: 'polygon', points: [0, 0, 4, 0, 4, 3, 0, 3, 0, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 0, 1] },
    ]);
    expect(cut.findings).toEqual([]);
    const filled = await read(files, { options: { holes: 'fill' } });
    expect(shapesOf(filled.images[0])).toEqual([{ kind: 'polygon', points: [0, 0, 4, 0, 4, 3, 0, 3] }]);
    expect(filled.findings).toEqual(['P007 warning in/a.xml:15:5 1 hole of 1 pixels is filled']);
  });

  test('void and background are nothing, transparent pixels too', async () => {
    const xml = xmlOf([{ color: '1,2,3', shape: outline(0, 0, 2, 0, 2, 1) }], { width: 3, height: 1 });
    const samples = [1, 2, 3, 255, 9, 9, 9, 0, 224, 224, 192, 255];
    const png = makePng({ width: 3, height: 1, colourType: 6, bitDepth: 8, samples });
    const { findings } = await read({ 'a.jpg': jpeg, 'a.xml': xml, 'a_mask.png': png });
    expect(findings).toEqual([]);
  });

  test('grey masks hold shades or indices, as the colours of the objects say', async () => {
    const grey = (bitDepth: number, ...samples: number[]) =>
      makePng({ width: 5, height: 2, colourType: 0, bitDepth, samples: [...samples, ...samples] });
    const xml = (color: string) => xmlOf([{ color, shape: box(1, 0, 3, 2) }], { height: 2 });
    const shape = [{ kind: 'polygon', points: [1, 0, 3, 0, 3, 2, 1, 2] }];
    const shades = await read({
      'a.jpg': jpeg,
      'a.xml': xml('170,170,170'),
      'a_mask.png': grey(2, 0, 2, 2, 0, 0),
    });
    expect([shapesOf(shades.images[0]), shades.findings]).toEqual([shape, []]);
    const indices = await read({
      'a.jpg': jpeg,
      'a.xml': xml('0,128,0'),
      'a_mask.png': grey(8, 0, 2, 2, 0, 255),
    });
    expect([shapesOf(indices.images[0]), indices.findings]).toEqual([
      shape,
      ['P004 info in/a_mask.png the levels of the mask were taken as indices of the VOC colour map'],
    ]);
  });

  test('masks of single objects', async () => {
    const xml = xmlOf([{ mask: 'masks/1.png' }, { name: 'dog', color: '0,128,0' }]);
    const { images, sources } = await read({
      'a.jpg': jpeg,
      'a.xml': xml,
      'a_mask.png': maskPng('....2', '.....', '.....', '.....'),
      'masks/1.png': maskPng('.....', '.1...', '.....', '.....'),
    });
    expect(sources).toEqual(['in/a.jpg']);
    expect(shapesOf(images[0])).toEqual([
      { kind: 'polygon', points: [1, 1, 2, 1, 2, 2, 1, 2] },
      { kind: 'polygon', points: [4, 0, 5, 0, 5, 1, 4, 1] },
    ]);
    expect(images[0]!.objects.map(({ maskSource }) => maskSource)).toEqual(['in/masks/1.png', undefined]);
  });

  test('masks that were published elsewhere and lie beside the file are found by their names', async () => {
    const xml = xmlOf([{}], { mask: 'obs://bucket/out/V001/segmentationClassRaw/a.png' });
    const { images, sources } = await read({
      'a.jpg': jpeg,
      'a.xml': xml,
      'a.png': maskPng('1....', '.....', '.....', '.....'),
    });
    expect(sources).toEqual(['in/a.jpg']);
    expect(images[0]!.maskSource).toBe('in/a.png');
  });

  test('the path of the input, Windows separators and folders above the file lead to masks', async () => {
    for (const name of ['in/m/a.png', '..\\m\\a.png', '../m/./a.png', '../b/../m/a.png']) {
      const { images } = await read({
        'b/a.jpg': jpeg,
        'b/a.xml': xmlOf([{}], { mask: name }),
        'm/a.png': maskPng('1....', '.....', '.....', '.....'),
      });
      expect(images[0]!.maskSource).toBe('in/m/a.png');
    }
  });
});

interface Broken {
  readonly files: Files;
  readonly findings?: readonly string[];
  readonly faults?: readonly (readonly string[])[];
  readonly init?: SourceInit;
  /** Of the shapes of the first sample that has objects. */
  readonly kinds?: readonly (string | undefined)[];
}

const boxed = xmlOf([{ shape: box(1, 1, 3, 3) }]);
const plain = maskPng('.....', '.11..', '.11..', '.....');
const good = { 'z.jpg': jpeg, 'z.xml': boxed.replace('a.jpg', 'z.jpg'), 'a_mask.png': plain };
const rgb = (...samples: number[]) => makePng({ width: 5, height: 4, colourType: 2, bitDepth: 8, samples });
const dots = (count: number, colour: readonly number[]) => Array.from({ length: count }, () => colour).flat();

const broken: Record<string, Broken> = {
  'a mask that is not there': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }], { mask: 'gone.png' }) },
    findings: ['V057 warning in/a.xml:14:5 the mask cannot be read: there is no file gone.png'],
    kinds: ['bndbox'],
  },
  'a mask in another place': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }], { mask: 'obs://b/m/a.png' }) },
    findings: [
      'P001 warning in/a.xml:14:5 the mask obs://b/m/a.png is not in the input, and was not looked at',
    ],
    kinds: ['bndbox'],
  },
  'a mask outside the input': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }], { mask: '../../m/a.png' }) },
    findings: [
      'P001 warning in/a.xml:14:5 the mask ../../m/a.png is not in the input, and was not looked at',
    ],
  },
  'no mask_source': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }], { mask: '' }) },
    findings: ['V056 warning in/a.xml:2:1 a segmentation has no mask_source'],
  },
  'a mask of another size': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': maskPng('.11', '.11') },
    findings: ['V057 warning in/a.xml:14:5 the mask is 3×2, but the image is 5×4'],
    kinds: ['bndbox'],
  },
  'a mask that is a JPEG': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': jpeg },
    findings: [
      'V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: it does not begin as a PNG does (byte 0)',
    ],
  },
  'a truncated mask': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': plain.subarray(0, -20) },
    findings: [
      'V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: it ends in the chunk IDAT (byte 834)',
    ],
    kinds: ['bndbox'],
  },
  'a damaged mask': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': Buffer.from(plain).fill(1, 60, 61) },
    findings: [
      'V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: the chunk PLTE has a wrong checksum (byte 33)',
    ],
  },
  'an empty mask': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': Buffer.alloc(0) },
    findings: ['V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: it is empty (byte 0)'],
  },
  'a mask that cannot be read': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': new StorageError('AccessDenied', 'no right to read it', { path: 'a_mask.png' }),
    },
    findings: ['V057 warning in/a.xml:14:5 the mask cannot be read: no right to read it'],
  },
  'a mask of 16 bits': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': makePng({
        width: 5,
        height: 4,
        colourType: 0,
        bitDepth: 16,
        samples: [0, 0, 300, ...dots(17, [1])],
      }),
    },
    findings: [
      'P005 warning in/a_mask.png the mask has 16 bits for each pixel, which were taken as indices',
      'P002 warning in/a_mask.png no object has the colour a level above 255 (1 pixel, the first at 2,0)',
      'P008 warning in/a.xml:22:9 the box is 1,1,3,3, but the colour of the object fills 0,0,5,4',
    ],
    kinds: ['polygon'],
  },
  'a mask of 16 bits for each of three channels': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': makePng({
        width: 5,
        height: 4,
        colourType: 2,
        bitDepth: 16,
        samples: dots(20, [0, 0, 0]),
      }),
    },
    findings: [
      'V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: it has 16 bits for each of 3 channels, where 8 are read (byte 8)',
    ],
  },
  'a palette whose colours are others': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': makePng({
        width: 5,
        height: 4,
        colourType: 3,
        bitDepth: 1,
        samples: [0, 1, 1, ...dots(17, [0])],
        palette: [0, 0, 0, 255, 0, 0],
      }),
    },
    findings: [
      'V057 warning in/a.xml:20:9 mask_color 128,0,0 of "cat" does not occur in the mask',
      'P002 warning in/a_mask.png no object has the colour 255,0,0 (2 pixels, the first at 1,0)',
    ],
    kinds: ['bndbox'],
  },
  'an index outside the palette': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': makePng({
        width: 5,
        height: 4,
        colourType: 3,
        bitDepth: 2,
        samples: [0, 0, 3, ...dots(17, [0])],
        palette: [0, 0, 0, 128, 0, 0],
      }),
    },
    findings: [
      'V057 warning in/a.xml:14:5 the mask cannot be read: a_mask.png: the pixel 2,0 has index 3, but the palette has 2 colours (byte 51)',
    ],
  },
  'the colour of no object': {
    files: { 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': maskPng('....3', '.11..', '.11.3', '4....') },
    findings: [
      'P002 warning in/a_mask.png no object has the colours 128,128,0 (2 pixels, the first at 4,0); 0,0,128 (1 pixel, the first at 0,3)',
    ],
    kinds: ['polygon'],
  },
  'smooth edges': {
    files: {
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': rgb(
        ...dots(6, [128, 0, 0]),
        ...Array.from({ length: 14 }, (_, i) => [i + 1, 0, 0]).flat(),
      ),
    },
    findings: [
      'P002 warning in/a_mask.png no object has the colours 1,0,0 (1 pixel, the first at 1,1); 2,0,0 (1 pixel, the first at 2,1); 3,0,0 (1 pixel, the first at 3,1); 4,0,0 (1 pixel, the first at 4,1); 5,0,0 (1 pixel, the first at 0,2) and 9 more',
      'P008 warning in/a.xml:22:9 the box is 1,1,3,3, but the colour of the object fills 0,0,5,2',
    ],
  },
  'a colour that is not in the mask': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }, { name: 'dog', color: '0,0,1' }]),
      'a_mask.png': plain,
    },
    findings: [
      'V050 warning in/a.xml:24:5 the object "dog" has no shape',
      'V057 warning in/a.xml:29:9 mask_color 0,0,1 of "dog" does not occur in the mask',
    ],
    kinds: ['polygon', undefined],
  },
  'a colour in another notation': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf([{ color: '#800000', shape: box(1, 1, 3, 3) }]),
      'a_mask.png': plain,
    },
    findings: [
      'V058 warning in/a.xml:20:9 mask_color is "#800000"',
      'P002 warning in/a_mask.png no object has the colour 128,0,0 (4 pixels, the first at 1,1)',
    ],
    kinds: ['bndbox'],
  },
  'an object without colour': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf([{ color: '', shape: box(1, 1, 3, 3) }, { shape: outline(1, 1, 3, 1, 3, 3) }]),
      'a_mask.png': plain,
    },
    findings: ['V056 warning in/a.xml:15:5 an object of a segmentation has no mask_color'],
  },
  'one colour for two labels': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf([{ shape: box(0, 0, 2, 4) }, { name: 'dog', shape: box(2, 0, 5, 4) }]),
      'a_mask.png': plain,
    },
    findings: ['V059 warning in/a.xml:29:9 mask_color 128,0,0 is that of "cat" and of "dog"'],
    kinds: ['polygon', 'polygon'],
  },
  'a shared colour and no shape': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }, {}]), 'a_mask.png': plain },
    findings: [
      'V050 warning in/a.xml:24:5 the object "cat" has no shape',
      'P003 warning in/a.xml:29:9 2 objects have the colour 128,0,0, and this one has no shape to tell which pixels are its own',
    ],
    kinds: ['polygon', undefined],
  },
  'a box beside its pixels': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(0, 0, 5, 3) }]), 'a_mask.png': plain },
    findings: ['P008 warning in/a.xml:22:9 the box is 0,0,5,3, but the colour of the object fills 1,1,3,3'],
    kinds: ['polygon'],
  },
  'a mask of an object that is not there': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf([
        { shape: box(1, 1, 3, 3) },
        { name: 'dog', color: '0,128,0', mask: 'own.png', shape: box(0, 0, 2, 2) },
      ]),
      'a_mask.png': plain,
    },
    findings: ['P009 warning in/a.xml:30:9 there is no file own.png'],
    kinds: ['polygon', 'bndbox'],
  },
  'masks of objects that do not fit': {
    files: {
      'a.jpg': jpeg,
      'a.xml': xmlOf(
        [
          { mask: 'small.png', shape: box(1, 1, 3, 3) },
          { mask: 'other.png', shape: box(1, 1, 3, 4) },
          { mask: 'x.png', shape: box(0, 0, 2, 2) },
        ],
        { mask: '' },
      ),
      'other.png': maskPng('.....', '2....', '.....', '.....'),
      'small.png': maskPng('1'),
      'x.png': 'text',
    },
    findings: [
      'P009 warning in/a.xml:20:9 small.png is 1×1, but the image is 5×4',
      'P009 warning in/a.xml:29:9 the colour 128,0,0 does not occur in other.png',
      'P002 warning in/other.png no object has the colour 0,128,0 (1 pixel, the first at 0,1)',
      'P009 warning in/a.xml:40:9 x.png: it does not begin as a PNG does (byte 0)',
    ],
  },
  'XML that is none': {
    files: {
      'a.jpg': jpeg,
      'a.xml': '<annotation><mask_source>b.png</mask_source><object></annotation>',
      'b.png': plain,
      ...good,
    },
    faults: [['a.xml', 'V001 error in/a.xml:1:53 </annotation> does not close <object>']],
  },
  'an annotation file that cannot be read': {
    files: {
      'a.jpg': jpeg,
      'a.xml': new StorageError('AccessDenied', 'no right to read it', { path: 'a.xml' }),
      ...good,
    },
    faults: [['a.xml', 'D053 error in/a.xml no right to read it']],
  },
  'an annotation file without image': {
    files: { 'a.xml': boxed, 'a_mask.png': plain },
    findings: ['D014 warning in/a.xml there is no image for a.xml'],
  },
  'two images of one name': {
    files: { 'a.bmp': jpeg, 'a.jpg': jpeg, 'a.xml': boxed, 'a_mask.png': plain },
    findings: ['D012 warning in/a.xml a.bmp and a.jpg are all images of a.xml'],
  },
  'names that differ in case': {
    files: { 'A.JPG': jpeg, 'a.xml': boxed, 'a_mask.png': plain },
    findings: ['D011 warning in/a.xml A.JPG and a.xml differ in letter case'],
  },
  'an image without bytes': {
    files: { 'a.jpg': '', 'a.xml': boxed, 'a_mask.png': plain, 'b.jpg': '' },
    findings: [
      'D015 warning in/a.jpg a.jpg has no bytes',
      'D015 warning in/b.jpg b.jpg has no bytes',
      'D013 info in 1 image has no annotation file',
    ],
  },
  'files that are nothing of it': {
    files: {
      '.DS_Store': '',
      'Thumbs.db': '',
      '__MACOSX/a.xml': '',
      'a.jpg': jpeg,
      'a.xml': boxed,
      'a_mask.png': plain,
      'notes.txt': '',
    },
    findings: [
      'D010 warning in/notes.txt notes.txt is neither an image nor an annotation file, and is left out',
    ],
  },
  'a mask that is not there, in strict mode': {
    files: { 'a.jpg': jpeg, 'a.xml': xmlOf([{ shape: box(1, 1, 3, 3) }], { mask: 'gone.png' }) },
    init: { mode: 'strict' },
    findings: ['V057 error in/a.xml:14:5 the mask cannot be read: there is no file gone.png'],
  },
};

describe('broken input', () => {
  test.each(Object.entries(broken))(
    '%s',
    async (_name, { files, init, findings = [], faults = [], kinds }) => {
      const result = await read(files, init);
      expect(result.faults).toEqual(faults);
      expect(result.findings).toEqual(findings);
      if (kinds !== undefined) expect(shapesOf(result.images[0]).map((shape) => shape?.kind)).toEqual(kinds);
      // The run went on to whatever else there is.
      const images = Object.keys(files).filter((name) => /^[a-z].*\.jpg$/i.test(name));
      expect(result.sources.length + result.faults.length).toBeGreaterThanOrEqual(images.length);
    },
  );
});

describe('recognition', () => {
  const look = (files: Record<string, string>) =>
    imageSegmentation.recognise({
      isFolder: true,
      name: 'in',
      head: '',
      names: Object.keys(files).sort(),
      headOf: (name) => files[name],
    });

  test('a folder whose annotation files name masks', () => {
    expect(look({ 'a.jpg': '', 'a.xml': two })).toEqual({
      certainty: 'sure',
      reason: 'a.xml lies beside its image and names a mask',
      insteadOf: 'voc',
    });
    expect(look({ 'Annotations/a.xml': two, 'JPEGImages/a.jpg': '' })?.certainty).toBe('near');
    expect(look({ 'a.jpg': '', 'a.xml': xmlOf([], { mask: '' }) })).toBeUndefined();
    expect(look({ 'a.jpg': '', 'a.xml': '<mask_source>a.png</mask_source>' })).toBeUndefined();
    expect(look({ 'a.jpg': '', 'a.xml': two.replace('a_mask.png', ' ') })).toBeUndefined();
  });

  test('no file', () => {
    expect(
      imageSegmentation.recognise({
        isFolder: false,
        name: 'a.xml',
        head: two,
        names: [],
        headOf: () => undefined,
      }),
    ).toBeUndefined();
  });
});
