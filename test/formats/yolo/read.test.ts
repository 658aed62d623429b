import { describe, expect, test } from 'vitest';
import type { ImageSize } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/yolo/code.js';
import { yolo } from '../../../src/formats/yolo/format.js';
import { StorageError } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

type Files = Record<string, string | StorageError>;

const square = { width: 100, height: 100 };

/** Every image is 100 × 100 unless it is said otherwise. */
function source(files: Files, init: SourceInit = {}): MemorySource {
  const sizes: Record<string, ImageSize> = {};
  for (const name of Object.keys(files)) if (/\.(?:jpe?g|png)$/i.test(name)) sizes[name] = square;
  return new MemorySource(files, { ...init, sizes: { ...sizes, ...init.sizes } });
}

const read = (files: Files, init: SourceInit = {}) => readAllRecords(formatCode, source(files, init));

/** A Darknet tree with the classes cat and dog and one image. */
function darknet(label: string | undefined, more: Files = {}): Files {
  return {
    'obj.data': 'classes = 2\ntrain = train.txt\nnames = obj.names\nbackup = backup/\n',
    'obj.names': 'cat\ndog\n',
    'train.txt': 'obj_train_data/a.jpg\n',
    'obj_train_data/a.jpg': 'x',
    ...(label === undefined ? {} : { 'obj_train_data/a.txt': label }),
    ...more,
  };
}

/** An Ultralytics tree with the classes cat and dog and one image. */
function ultralytics(label: string, yaml = '', more: Files = {}): Files {
  return {
    'data.yaml': `train: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n${yaml}`,
    'images/train/a.jpg': 'x',
    'labels/train/a.txt': label,
    'images/val/b.jpg': 'x',
    ...more,
  };
}

interface Seen {
  source: string;
  usage?: string | undefined;
  key?: string | undefined;
  objects?: unknown;
}

/** Source, usage and objects of each record. */
async function seen(files: Files, init: SourceInit = {}): Promise<Seen[]> {
  const { records, faults } = await read(files, init);
  expect(faults.flatMap(({ diagnostics }) => brief(diagnostics))).toEqual([]);
  return records.map(({ sample, key }) => ({
    source: sample.source,
    usage: sample.usage,
    key,
    objects: sample.annotations[0]?.image?.objects.map(({ name, shape, parts, confidence }) => ({
      name,
      ...(shape?.kind === 'bndbox' ? { box: [shape.xmin, shape.ymin, shape.xmax, shape.ymax] } : {}),
      ...(shape?.kind === 'polygon' ? { points: shape.points } : {}),
      ...(parts.length > 0
        ? { parts: parts.map((part) => [part.name, part.shape, part.properties.get('visible')]) }
        : {}),
      ...(confidence === undefined ? {} : { confidence }),
    })),
  }));
}

describe('Darknet trees', () => {
  test.each<[string, string, ImageSize, number[]]>([
    ['the whole image', '0 0.5 0.5 1 1', { width: 640, height: 480 }, [0, 0, 640, 480]],
    ['shares become pixels without noise', '0 0.25 0.4 0.3 0.4', square, [10, 20, 40, 60]],
    ['tabs, blanks and CR', ' 0\t0.5  0.5 1 1 \r', square, [0, 0, 100, 100]],
    ['an exponent', '0 5e-1 .5 1. 1', square, [0, 0, 100, 100]],
  ])('%s', async (_, line, size, box) => {
    const [sample] = await seen(darknet(`${line}\n`), { sizes: { 'obj_train_data/a.jpg': size } });
    expect(sample?.objects).toEqual([{ name: 'cat', box }]);
  });

  test('subsets, order and keys', async () => {
    const files = darknet('1 0.5 0.5 0.5 0.5\n', {
      'obj.data': 'train=train.txt\nvalid = valid.txt\nnames=obj.names\n',
      'train.txt': 'obj_train_data/z.jpg\nobj_train_data/a.jpg\n',
      'valid.txt': './obj_valid_data/猫 b.c.JPG\r\n',
      'obj_train_data/z.jpg': 'x',
      'obj_valid_data/猫 b.c.JPG': 'x',
      'obj_valid_data/猫 b.c.txt': '',
    });
    expect(await seen(files)).toEqual([
      { source: 'in/obj_train_data/z.jpg', usage: 'TRAIN', key: 'z', objects: undefined },
      {
        source: 'in/obj_train_data/a.jpg',
        usage: 'TRAIN',
        key: 'a',
        objects: [{ name: 'dog', box: [25, 25, 75, 75] }],
      },
      { source: 'in/obj_valid_data/猫 b.c.JPG', usage: 'EVAL', key: '猫 b.c', objects: [] },
    ]);
  });

  test('images of two subsets with one name keep the folder of the subset in theirs', async () => {
    const found = await seen(ultralytics('', '', { 'images/val/a.jpg': 'x', 'images/train/c.jpg': 'x' }));
    expect(found.map(({ key }) => key)).toEqual(['train/a', 'c', 'val/a', 'b']);
  });

  test('what Datumaro and CVAT write: data/ before every path', async () => {
    const files = darknet('0 0.5 0.5 1 1\n', {
      'obj.data': 'classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n',
      'train.txt': 'data/obj_train_data/a.jpg\n',
    });
    const { records, diagnostics } = await read(files);
    expect(records).toHaveLength(1);
    expect(diagnostics).toEqual([]);
  });

  test('only valid is enough; test is ignored with all of its images', async () => {
    const files = {
      'obj.data': 'valid = valid.txt\ntest = test.txt\nnames = obj.names\n',
      'obj.names': 'cat\n',
      'valid.txt': 'obj_valid_data/a.jpg\n',
      'test.txt': 'obj_test_data/b.jpg\n',
      'obj_valid_data/a.jpg': 'x',
      'obj_test_data/b.jpg': 'x',
    };
    const { records, diagnostics } = await read(files);
    expect(records.map(({ sample }) => sample.usage)).toEqual(['EVAL']);
    expect(brief(diagnostics)).toEqual([
      'Y005 info in/obj.data:2:1 the key "test" is ignored',
      'D013 info in/obj.data 1 image has no label file, and so no objects',
    ]);
  });

  test('images of a list that lie elsewhere belong to the labels that have their names', async () => {
    const files = {
      'obj.data': 'train = train.txt\nnames = obj.names\n',
      'obj.names': 'cat\n',
      'train.txt': '/photos/sub/a.jpg\n../far/b.jpg\nobs://bucket/c.jpg\n',
      'obj_train_data/sub/a.txt': '0 0.5 0.5 1 1\n',
      'obj_train_data/b.txt': '',
      'obj_train_data/c.txt': '0 0.5 0.5 1 1\n',
    };
    const found = await seen(files, {
      path: 'data/set',
      sizes: { '/photos/sub/a.jpg': square, 'data/set/../far/b.jpg': square, 'obs://bucket/c.jpg': square },
    });
    expect(found.map((sample) => [sample.source, sample.key])).toEqual([
      ['/photos/sub/a.jpg', 'sub/a'],
      ['data/set/../far/b.jpg', 'b'],
      ['obs://bucket/c.jpg', 'c'],
    ]);
  });
});

describe('Ultralytics trees', () => {
  test('folders, and usage', async () => {
    const files = ultralytics('1 0.5 0.5 0.5 0.5\n', 'test: images/test\n', { 'images/test/c/d.png': 'x' });
    expect(await seen(files)).toEqual([
      {
        source: 'in/images/train/a.jpg',
        usage: 'TRAIN',
        key: 'a',
        objects: [{ name: 'dog', box: [25, 25, 75, 75] }],
      },
      { source: 'in/images/val/b.jpg', usage: 'EVAL', key: 'b', objects: undefined },
      { source: 'in/images/test/c/d.png', usage: 'TEST', key: 'c/d', objects: undefined },
    ]);
  });

  test.each<[string, string, string[]]>([
    ['a list of folders', 'train: [one/images, two/images/]', ['in/one/images/a.jpg', 'in/two/images/a.jpg']],
    ['a list file', 'train: train.txt', ['in/one/images/a.jpg']],
    ['a root', 'path: ./one\ntrain: images', ['in/one/images/a.jpg']],
    ['a root of another machine', 'path: /home/me/set\ntrain: two/images', ['in/two/images/a.jpg']],
    ['what Roboflow writes', 'train: ../one/images', ['in/one/images/a.jpg']],
    ['an absolute path', 'train: C:\\sets\\two\\images', ['in/two/images/a.jpg']],
  ])('%s', async (_, yaml, sources) => {
    const found = await seen({
      'set.yaml': `${yaml}\nnames: [cat]\n`,
      'train.txt': './one/images/a.jpg\n',
      'one/images/a.jpg': 'x',
      'one/labels/a.txt': '0 0.5 0.5 1 1\n',
      'two/images/a.jpg': 'x',
      'two/labels/a.txt': '0 0.5 0.5 1 1\n',
    });
    expect(found.map((sample) => sample.source)).toEqual(sources);
    expect(found.every(({ objects }) => Array.isArray(objects) && objects.length === 1)).toBe(true);
  });

  test('outlines', async () => {
    const found = await seen(ultralytics('1 0.1 0.2 0.3 0.4 0.5 0.6\n'), { options: { task: 'segment' } });
    expect(found[0]?.objects).toEqual([{ name: 'dog', points: [10, 20, 30, 40, 50, 60] }]);
  });

  test('turned boxes', async () => {
    const found = await seen(ultralytics('0 0.5 0.1 0.9 0.5 0.5 0.9 0.1 0.5\n'), {
      options: { task: 'obb' },
    });
    expect(found[0]?.objects).toEqual([{ name: 'cat', points: [50, 10, 90, 50, 50, 90, 10, 50] }]);
  });

  test('keypoints: kpt_shape says so, those without a label are left out', async () => {
    const yaml = 'kpt_shape: [3, 3]\nkpt_names:\n  0: [nose, tail, ear]\n';
    const found = await seen(ultralytics('0 0.5 0.5 1 1 0.1 0.2 2 0 0 0 0.3 0.4 1\n', yaml));
    expect(found[0]?.objects).toEqual([
      {
        name: 'cat',
        box: [0, 0, 100, 100],
        parts: [
          ['nose', { kind: 'point', x: 10, y: 20 }, '2'],
          ['ear', { kind: 'point', x: 30, y: 40 }, '1'],
        ],
      },
    ]);
  });

  test('keypoints of two numbers', async () => {
    const found = await seen(ultralytics('0 0.5 0.5 1 1 0.1 0.2 0 0\n', 'kpt_shape: [2, 2]\n'));
    expect(found[0]?.objects).toMatchObject([{ parts: [['0', { kind: 'point', x: 10, y: 20 }, undefined]] }]);
  });

  test('classes as folders', async () => {
    const { records, diagnostics } = await read(
      { 'train/cat/a.jpg': 'x', 'val/dog/b.jpg': 'x', 'train/c.jpg': 'x', 'd.jpg': 'x' },
      { options: { task: 'classify' } },
    );
    expect(
      records.map(({ sample, key }) => [key, sample.usage, sample.annotations.map(({ name }) => name)]),
    ).toEqual([
      ['d', undefined, []],
      ['train/c', undefined, ['train']],
      ['cat/a', 'TRAIN', ['cat']],
      ['dog/b', 'EVAL', ['dog']],
    ]);
    expect(brief(diagnostics)).toEqual([
      'D021 warning in/d.jpg d.jpg is in no class folder, and has no label',
    ]);
  });

  test('scores are read when they are asked for', async () => {
    const { records, diagnostics } = await read(ultralytics('0 0.5 0.5 1 1 0.75\n1 0.5 0.5 1 1 0.5\n'), {
      options: { allowScore: true },
    });
    expect(records[0]?.sample.annotations[0]?.image?.objects.map(({ confidence }) => confidence)).toEqual([
      0.75, 0.5,
    ]);
    expect(brief(diagnostics)).toContain(
      'Y009 warning in/labels/train/a.txt:1:15 the lines end with a score',
    );
  });
});

describe('trees without a description', () => {
  test('names, images and labels in folders of their own', async () => {
    const { records, diagnostics } = await read({
      'obj.names': 'cat\n',
      'Images/1.jpg': 'x',
      'Annotations/1.txt': '0 0.5 0.5 1 1\n',
      'README.txt': 'x',
    });
    expect(records.map(({ key, sample }) => [key, sample.annotations[0]?.image?.objects.length])).toEqual([
      ['1', 1],
    ]);
    expect(brief(diagnostics)).toEqual([
      'Y001 warning in/obj.names there is neither obj.data nor data.yaml; obj.names and the names of the files are gone by',
      'D014 warning in/README.txt there is no image for README.txt',
    ]);
  });

  test('classes of the caller stand in for names', async () => {
    const found = await seen(
      { 'val/a.jpg': 'x', 'val/a.txt': '1 0.5 0.5 1 1\n' },
      { classes: ['cat', 'dog'] },
    );
    expect(found).toMatchObject([{ usage: 'EVAL', objects: [{ name: 'dog' }] }]);
  });
});

describe('bad labels: the finding, and the run goes on', () => {
  const good = '0 0.5 0.5 1 1\n';
  test.each<[string, string, string, number]>([
    [
      'four fields',
      '0 0.5 0.5 1\n',
      'Y009 error in/obj_train_data/a.txt:1:11 the line has 4 fields, not 5 fields',
      1,
    ],
    [
      'a score',
      '0 0.5 0.5 1 1 0.9\n',
      'Y009 error in/obj_train_data/a.txt:1:15 the line has 6 fields, not 5 fields',
      1,
    ],
    [
      'a class too high',
      '5 0.5 0.5 1 1\n',
      'Y010 error in/obj_train_data/a.txt:1:1 the class is "5", and classes are 0 to 1',
      1,
    ],
    [
      'a negative class',
      '-1 0.5 0.5 1 1\n',
      'Y010 error in/obj_train_data/a.txt:1:1 the class is "-1", and classes are 0 to 1',
      1,
    ],
    [
      'half a class',
      '1.5 0.5 0.5 1 1\n',
      'Y010 error in/obj_train_data/a.txt:1:1 the class is "1.5", and classes are 0 to 1',
      1,
    ],
    [
      'a class with decimals',
      '1.0 0.5 0.5 1 1\n',
      'Y010 warning in/obj_train_data/a.txt:1:1 the class is written "1.0"',
      2,
    ],
    [
      'a label in place of the class',
      'cat 0.5 0.5 1 1\n',
      'Y010 error in/obj_train_data/a.txt:1:1 the class is "cat", and classes are 0 to 1',
      1,
    ],
    [
      'a little too much',
      '0 1.005 0.5 0.01 1\n',
      'Y011 warning in/obj_train_data/a.txt:1:3 1.005 is not from 0 to 1, and is clipped',
      2,
    ],
    ['too much', '0 1.2 0.5 1 1\n', 'Y011 error in/obj_train_data/a.txt:1:3 1.2 is not from 0 to 1', 1],
    ['pixels', '0 0.5 0.5 320 1\n', 'Y011 error in/obj_train_data/a.txt:1:11 320 is not from 0 to 1', 1],
    ['a decimal comma', '0 0,5 0.5 1 1\n', 'Y011 error in/obj_train_data/a.txt:1:3 "0,5" is not a number', 1],
    ['NaN', '0 NaN 0.5 1 1\n', 'Y011 error in/obj_train_data/a.txt:1:3 "NaN" is not a number', 1],
    ['Infinity', '0 0.5 0.5 1e999 1\n', 'Y011 error in/obj_train_data/a.txt:1:11 "1e999" is not a number', 1],
    ['no width', '0 0.5 0.5 0 1\n', 'Y012 error in/obj_train_data/a.txt:1:11 the width of the box is 0', 1],
    [
      'a negative height',
      '0 0.5 0.5 1 -0.5\n',
      'Y012 error in/obj_train_data/a.txt:1:13 the height of the box is -0.5',
      1,
    ],
    [
      'out of the image',
      '0 0.9 0.5 0.4 1\n',
      'Y013 warning in/obj_train_data/a.txt:1:1 the box leaves the image by 10.0 pixels, and is clipped',
      2,
    ],
    [
      'the same line twice',
      '0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5\n',
      'Y015 warning in/obj_train_data/a.txt:2:1 the line is the same as line 1',
      2,
    ],
    [
      'a header',
      'class x y w h\n',
      'Y010 error in/obj_train_data/a.txt:1:1 the class is "class", and classes are 0 to 1',
      1,
    ],
    [
      'zeros for bytes',
      '\0\0\0\0\n',
      'Y009 error in/obj_train_data/a.txt:1:1 the line has 1 fields, not 5 fields',
      1,
    ],
  ])('%s', async (_, lines, expected, objects) => {
    const { records, diagnostics, faults } = await read(darknet(lines + good));
    expect(brief(diagnostics)).toEqual([expected]);
    expect(faults).toEqual([]);
    expect(records[0]?.sample.annotations[0]?.image?.objects).toHaveLength(objects);
    const strict = await read(darknet(lines + good), { mode: 'strict' });
    expect(strict.faults).toHaveLength(expected.includes(' error ') ? 1 : 0);
    expect(strict.records).toHaveLength(expected.includes(' error ') ? 0 : 1);
  });

  test('lines of another task are not taken for nothing', async () => {
    const { records, faults } = await read(darknet(`${good}0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n`));
    expect(records).toEqual([]);
    expect(faults[0]?.diagnostics[0]).toMatchObject({
      rule: 'Y009',
      line: 2,
      column: 19,
      offset: 14,
      hint: 'Perhaps these are outlines: --from-option task=segment reads them, task=obb for turned boxes, task=pose for keypoints.',
    });
    expect(Buffer.from(faults[0]!.raw!).toString()).toContain('0 0.5 0.5 1 1');
  });

  test.each<[string, string, string, string]>([
    [
      'an outline of two points',
      'segment',
      '0 0.1 0.1 0.9 0.9',
      'Y009 error in/labels/train/a.txt:1:15 the line has 5 fields, not an odd number of fields from 7',
    ],
    [
      'half a point',
      'segment',
      '0 0.1 0.1 0.9 0.9 0.5 0.5 0.5',
      'Y009 error in/labels/train/a.txt:1:27 the line has 8 fields, not an odd number of fields from 7',
    ],
    [
      'five corners',
      'obb',
      '0 0 0 1 0 1 1 0 1 0 0',
      'Y009 error in/labels/train/a.txt:1:19 the line has 11 fields, not 9 fields',
    ],
    [
      'a visibility',
      'pose',
      '0 0.5 0.5 1 1 0.5 0.5 3',
      'Y011 error in/labels/train/a.txt:1:23 the visibility 3 is none of 0, 1 and 2',
    ],
  ])('%s', async (_, task, line, expected) => {
    const { diagnostics } = await read(ultralytics(`${line}\n`, 'kpt_shape: [1, 3]\n'), {
      options: { task },
    });
    expect(brief(diagnostics)).toContain(expected);
  });
});

describe('bad trees', () => {
  test.each<[string, Files, string[], string[]]>([
    [
      'no description and no names',
      { 'a.jpg': 'x' },
      [],
      ['Y001 error in/obj.data there is neither obj.data nor data.yaml'],
    ],
    [
      'names that are not there',
      darknet('', { 'obj.data': 'train = train.txt\nnames = nix.names\n' }),
      [],
      ['Y001 error in/obj.data:2:1 there is no nix.names, which should have the class names'],
    ],
    [
      'no subset',
      darknet('', { 'obj.data': 'names = obj.names\n' }),
      [],
      ['Y002 error in/obj.data obj.data has neither train nor valid'],
    ],
    [
      'a blank name',
      darknet('', { 'obj.data': 'train = train.txt\nnames = obj.names\n', 'obj.names': 'cat\n\ndog\n\n\n' }),
      ['Y003 error in/obj.names:2:1 class 1 has no name'],
      [],
    ],
    [
      'a name twice',
      darknet('', { 'obj.names': 'cat\r\ncat\r\n' }),
      ['Y004 warning in/obj.names:2:1 classes 0 and 1 have the same name "cat"'],
      [],
    ],
    [
      'another number of classes',
      darknet('', { 'obj.data': 'classes=3\ntrain=train.txt\nnames=obj.names\n' }),
      ['Y006 error in/obj.data:1:1 classes is 3, and there are 2 names'],
      [],
    ],
    [
      'no number of classes',
      darknet('', { 'obj.data': 'classes=x\ntrain=train.txt\nnames=obj.names\n' }),
      ['Y006 error in/obj.data:1:1 classes is "x", not a whole number'],
      [],
    ],
    [
      'a list that is not there',
      darknet('', { 'obj.data': 'train=t.txt\nnames=obj.names\n' }),
      [],
      ['Y007 error in/obj.data:1:1 there is no t.txt for train'],
    ],
    [
      'a listed image that is not there',
      darknet('', { 'train.txt': 'obj_train_data/a.jpg\n\nobj_train_data/b.jpg\n' }),
      [],
      ['Y007 error in/train.txt:3:1 there is no image "obj_train_data/b.jpg"'],
    ],
    [
      'an image that is not listed',
      darknet('', { 'obj_train_data/b.jpg': 'x', 'obj_train_data/b.txt': '' }),
      ['Y008 warning in/obj_train_data/b.jpg obj_train_data/b.jpg is in no list'],
      [],
    ],
    [
      'a label without image',
      darknet('', { 'obj_train_data/b.txt': '' }),
      ['D014 warning in/obj_train_data/b.txt there is no image for obj_train_data/b.txt'],
      [],
    ],
    [
      'an image listed twice',
      darknet('', { 'train.txt': 'obj_train_data/a.jpg\nobj_train_data/a.jpg\n' }),
      ['Y019 warning in/train.txt:2:1 obj_train_data/a.jpg is listed before, and stays where it was'],
      [],
    ],
    [
      'two images of one label',
      darknet('', {
        'train.txt': 'obj_train_data/a.jpg\nobj_train_data/a.png\n',
        'obj_train_data/a.png': 'x',
      }),
      [],
      [
        'D012 error in/obj_train_data/a.png obj_train_data/a.txt belongs to another image of the same name already',
      ],
    ],
    [
      'boxes in the list',
      darknet('', { 'train.txt': 'obj_train_data/a.jpg 10,20,30,40,0 1,2,3,4,1\n' }),
      [],
      ['Y016 error in/train.txt:1:1 the list has boxes beside the images'],
    ],
    [
      'a line without =',
      darknet('', { 'obj.data': 'train=train.txt\nnames=obj.names\nhello\n' }),
      ['Y016 error in/obj.data:3:1 "hello" is no "key = value"'],
      [],
    ],
    [
      'names that are nowhere',
      darknet('', { 'obj.names': 'cat\ndog\n', 'obj.data': 'train=train.txt\n' }),
      ['Y001 warning in/obj.data obj.data does not say where the class names are'],
      [],
    ],
    [
      'YAML that is none',
      ultralytics('', 'nc: [\n'),
      [],
      ['Y016 error in/data.yaml:7:1 "]" is missing at the end of the file'],
    ],
    [
      'YAML without names',
      ultralytics('', '', { 'data.yaml': 'train: images/train\n' }),
      [],
      ['Y001 error in/data.yaml data.yaml has no class names'],
    ],
    [
      'a gap in the class numbers',
      ultralytics('', '', { 'data.yaml': 'train: images/train\nnames: {0: cat, 2: dog}\n' }),
      ['Y003 error in/data.yaml:2:8 class 1 has no name'],
      [],
    ],
    [
      'nc that differs',
      ultralytics('', 'nc: 3\n'),
      [
        'Y006 error in/data.yaml:6:5 nc is 3, and there are 2 names',
        'D013 info in/data.yaml 1 image has no label file, and so no objects',
      ],
      [],
    ],
    [
      'a folder that is not there',
      ultralytics('', 'test: images/test\n'),
      ['D013 info in/data.yaml 1 image has no label file, and so no objects'],
      ['Y007 error in/data.yaml:6:1 there is no images/test for test'],
    ],
    [
      'kpt_shape that is none',
      ultralytics('', 'kpt_shape: [17]\n'),
      [
        'Y016 error in/data.yaml:6:12 kpt_shape is not [number of keypoints, 2 or 3]',
        'D013 info in/data.yaml 1 image has no label file, and so no objects',
      ],
      [],
    ],
    [
      'an empty image',
      darknet('', { 'obj_train_data/a.jpg': '' }),
      ['D015 warning in/obj_train_data/a.jpg obj_train_data/a.jpg has no bytes'],
      [],
    ],
    [
      'a label that cannot be read',
      darknet('', { 'obj_train_data/a.txt': new StorageError('AccessDenied', 'no entry') }),
      [],
      ['D053 error in/obj_train_data/a.txt no entry'],
    ],
  ])('%s', async (_, files, diagnostics, faults) => {
    const result = await read(files);
    expect(brief(result.diagnostics)).toEqual(diagnostics);
    expect(result.faults.flatMap((fault) => brief(fault.diagnostics))).toEqual(faults);
  });

  test('an image without a size is a fault when it has objects', async () => {
    const sizes = {
      'obj_train_data/a.jpg': { problem: 'unknown', message: 'no known image' },
      'obj_train_data/b.jpg': { problem: 'unreadable', message: 'no entry' },
    } as const;
    const files = darknet('0 0.5 0.5 1 1\n', {
      'train.txt': 'obj_train_data/a.jpg\nobj_train_data/b.jpg\n',
      'obj_train_data/b.jpg': 'x',
      'obj_train_data/b.txt': '',
    });
    const { records, faults, diagnostics } = await read(files, { sizes });
    expect(records.map(({ key }) => key)).toEqual(['b']);
    expect(faults.flatMap((fault) => brief(fault.diagnostics))).toEqual([
      'Y018 error in/obj_train_data/a.txt the size of in/obj_train_data/a.jpg is not known: no known image',
    ]);
    expect(brief(diagnostics)).toEqual([
      'Y018 warning in/obj_train_data/b.txt the size of in/obj_train_data/b.jpg is not known: no entry',
    ]);
  });

  test.each([
    [undefined, [0, 0, 100, 50], 'stored'],
    ['turned', [0, 0, 50, 100], 'turned'],
  ])('orientation %s', async (orientation, box, word) => {
    const { records, diagnostics } = await read(darknet('0 0.5 0.5 1 1\n'), {
      sizes: { 'obj_train_data/a.jpg': { width: 100, height: 50, orientation: 6 } },
      options: { orientation },
    });
    const [object] = records[0]!.sample.annotations[0]!.image!.objects;
    const [xmin, ymin, xmax, ymax] = box;
    expect(object?.shape).toEqual({ kind: 'bndbox', xmin, ymin, xmax, ymax });
    expect(brief(diagnostics)).toEqual([
      `Y014 warning in/obj_train_data/a.jpg the EXIF orientation is 6; the sides are taken as ${word}`,
    ]);
  });
});

test('sizes are asked once for each image with a label file, and for no other', async () => {
  const from = source(ultralytics('0 0.5 0.5 1 1\n'));
  await readAllRecords(formatCode, from);
  expect(from.sizesAsked).toEqual(['images/train/a.jpg']);
});

describe('what makes a path look like YOLO', () => {
  const look = (names: string[], heads: Record<string, string> = {}) =>
    yolo.recognise({
      isFolder: true,
      name: 'x',
      head: '',
      names,
      headOf: (name) => heads[name],
    })?.certainty;
  const file = (name: string, head: string) =>
    yolo.recognise({ isFolder: false, name, head, names: [], headOf: () => undefined })?.certainty;

  test.each([
    [look(['obj.data', 'obj.names', 'train.txt']), 'sure'],
    [look(['obj.data']), 'likely'],
    [look(['data.yaml'], { 'data.yaml': 'train: a\nnames: [a]\n' }), 'sure'],
    [look(['conf.yaml'], { 'conf.yaml': 'a: 1\n' }), undefined],
    [look(['a.jpg', 'a.txt', 'classes.txt']), 'likely'],
    [look(['a.jpg', 'classes.txt']), undefined],
    [look(['a.jpg', 'a.xml']), undefined],
    [file('data.yaml', 'train: a\nnames: [a]\n'), 'near'],
    [file('train.txt', 'img/a.jpg 1,2,3,4,0 5,6,7,8,1\n'), 'near'],
    [file('a.txt', '0 0.5 0.5 1 1\n'), undefined],
  ])('%s', (certainty, expected) => {
    expect(certainty).toBe(expected);
  });
});
