import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FilterOptions, filterDataset } from '../../src/dataset-io/filter.js';
import { OptionError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const detection = '{"annotation-loc":"b.xml","type":"modelarts/object_detection" , "odd":[ 1.0 ]}';
const lines = [
  '{"source":"a.jpg","usage":"TRAIN","annotation":[{"name":"cat","type":"modelarts/image_classification"},{"name":"dog","type":"modelarts/image_classification"}]}',
  `{"source":"b.jpg","usage":"eval", "annotation":[${detection},{"name":"cat","type":"modelarts/image_classification"}], "more":{"x":1e2}}`,
  '{"source":"c.jpg","usage":null}',
  '{"source":"d.jpg","usage":"tr\\u0061in"}',
];
const xml = vocXml('b.jpg', [{ name: 'cat' }, { name: 'bus', box: [0, 0, 50, 60], difficult: 1 }]);

function folder(): string {
  return scratch({ 'in.manifest': `${lines.join('\n')}\n`, 'b.xml': xml });
}

async function filtered(options: FilterOptions, dir = folder()) {
  const result = await filterDataset(join(dir, 'in.manifest'), join(dir, 'out'), options);
  expect(result.read).toBe(result.written + result.skipped + (result.dropped ?? 0));
  return { dir, result, out: readFileSync(join(dir, 'out'), 'utf8').split('\n').slice(0, -1) };
}

test.each<[FilterOptions, number[]]>([
  [{}, [0, 1, 2, 3]],
  [{ usages: ['train'] }, [0, 3]],
  [{ usages: ['TRAIN', 'EVAL'] }, [0, 1, 3]],
  [{ usages: ['none'] }, []],
  [{ labels: ['bus'] }, [1]],
  [{ labels: ['cat'] }, [0, 1]],
  [{ labels: ['nothing'] }, []],
  [{ labels: ['bus'], joinFiles: false }, []],
  [{ excludeLabels: ['dog'] }, [1, 2, 3]],
  [{ hard: true }, [1]],
  [{ hard: false }, [0, 1]],
  [{ hasAnnotations: false }, [2, 3]],
  [{ tasks: ['object_detection'] }, [1]],
  [{ minSize: 45 }, [1]],
  [{ where: 'usage == none' }, [2]],
  [{ where: 'source matches "^[ab]" and count(annotation) == 2' }, [0, 1]],
  [{ where: 'any(object: difficult)' }, [1]],
  [{ where: 'usage != "TRAIN"', usages: ['eval'] }, [1]],
])('%j keeps the lines %j as they are', async (options, kept) => {
  const { out, result } = await filtered(options);
  expect(out).toEqual(kept.map((index) => lines[index]));
  expect(result).toMatchObject({ annotationsRemoved: 0, objectsRemoved: 0 });
});

test('annotations are taken out, and the rest of the line stays', async () => {
  const { out, result } = await filtered({ by: 'annotation', labels: ['bus', 'dog'] });
  expect(out).toEqual([
    '{"source":"a.jpg","usage":"TRAIN","annotation":[{"name":"dog","type":"modelarts/image_classification"}]}',
    `{"source":"b.jpg","usage":"eval", "annotation":[${detection}], "more":{"x":1e2}}`,
  ]);
  expect(result).toMatchObject({ annotationsRemoved: 2, objectsRemoved: 0 });
});

test('objects are taken out of copies of annotation files', async () => {
  const { dir, out, result } = await filtered({ by: 'object', labels: ['bus'] });
  expect(out).toEqual([
    `{"source":"b.jpg","usage":"eval", "annotation":[${detection.replace('b.xml', 'out-annotations/b.xml')}], "more":{"x":1e2}}`,
  ]);
  expect(result).toMatchObject({ annotationsRemoved: 1, objectsRemoved: 1 });
  expect(filesIn(join(dir, 'out-annotations'))).toEqual({
    'b.xml': vocXml('b.jpg', [{ name: 'bus', box: [0, 0, 50, 60], difficult: 1 }]),
  });
  expect(readFileSync(join(dir, 'b.xml'), 'utf8')).toBe(xml);
});

test('an annotation file that cannot be read is the policy’s, and only where it is needed', async () => {
  const lost = () => scratch({ 'in.manifest': `${lines.join('\n')}\n` });
  expect((await filtered({ labels: ['cat'] }, lost())).out).toHaveLength(2);
  await expect(filtered({ labels: ['dog'] }, lost())).rejects.toMatchObject({ code: 'InvalidData' });
  const { out, result } = await filtered({ labels: ['dog'], onError: 'skip' }, lost());
  expect(out).toEqual([lines[0]]);
  expect(result).toMatchObject({ read: 4, written: 1, skipped: 1, dropped: 2 });
  expect((await filtered({ labels: ['dog'], joinFiles: false }, lost())).out).toEqual([lines[0]]);
});

test.each(['skip', 'quarantine'] as const)('lines that cannot be read: %s', async (onError) => {
  const dir = scratch({ 'in.manifest': `${lines[0]}\r\nnonsense\n\n${lines[2]}` });
  const quarantine = onError === 'quarantine' ? join(dir, 'aside') : undefined;
  const result = await filterDataset(join(dir, 'in.manifest'), join(dir, 'out'), {
    usages: ['TRAIN'],
    onError,
    quarantine,
  });
  expect(result).toMatchObject({ read: 3, written: 1, skipped: 1, dropped: 1 });
  expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(`${lines[0]}\n`);
  if (quarantine !== undefined) expect(readFileSync(quarantine, 'utf8')).toContain('nonsense');
});

test('a run that is to stop leaves nothing', async () => {
  const dir = scratch({ 'in.manifest': `${lines[0]}\nnonsense\n` });
  await expect(
    filterDataset(join(dir, 'in.manifest'), join(dir, 'out'), { usages: ['TRAIN'] }),
  ).rejects.toMatchObject({
    code: 'InvalidData',
  });
  expect(Object.keys(filesIn(dir))).toEqual(['in.manifest']);
});

test('an empty input gives an empty output', async () => {
  const dir = scratch({ 'in.manifest': '' });
  const result = await filterDataset(join(dir, 'in.manifest'), join(dir, 'out'), {
    labels: ['x'],
    from: 'manifest',
  });
  expect(result).toMatchObject({ read: 0, written: 0, dropped: 0 });
  expect(readFileSync(join(dir, 'out'), 'utf8')).toBe('');
});

test('objects cannot be filtered without their files', async () => {
  await expect(filtered({ by: 'object', joinFiles: false })).rejects.toBeInstanceOf(OptionError);
});

describe('VOC trees', () => {
  const tree = () =>
    scratch({
      'voc/Annotations/a.xml': vocXml('a.jpg', [{ name: 'dog' }]),
      'voc/Annotations/b.xml': xml,
      'voc/JPEGImages/a.jpg': 'A',
      'voc/JPEGImages/b.jpg': 'B',
      'voc/JPEGImages/c.jpg': 'C',
      'voc/ImageSets/Main/train.txt': 'a\nb\nc\n',
    });
  test.each<[FilterOptions, string, Record<string, string>]>([
    [{ labels: ['bus'] }, 'b\n', { 'b.xml': xml }],
    [{ by: 'annotation', labels: ['bus'] }, 'b\n', { 'b.xml': xml }],
    [{ by: 'object', labels: ['cat'] }, 'b\n', { 'b.xml': vocXml('b.jpg', [{ name: 'cat' }]) }],
    [{ hasAnnotations: false }, 'c\n', {}],
    [
      { usages: ['TRAIN'], excludeLabels: ['bus'] },
      'a\nc\n',
      { 'a.xml': vocXml('a.jpg', [{ name: 'dog' }]) },
    ],
  ])('%j', async (options, list, annotations) => {
    const dir = tree();
    await filterDataset(join(dir, 'voc'), join(dir, 'out'), options);
    const out = filesIn(join(dir, 'out'));
    expect(out['ImageSets/Main/train.txt']).toBe(list);
    const named = Object.entries(out).filter(([name]) => name.startsWith('Annotations/'));
    expect(
      Object.fromEntries(named.map(([name, text]) => [name.slice('Annotations/'.length), text])),
    ).toEqual(annotations);
  });
});

test('lines are found by usage as they are when each is parsed', async () => {
  const usage = fc.constantFrom(
    'TRAIN',
    'train',
    'EVAL',
    'é',
    '',
    'x'.repeat(60),
    '\\u0054RAIN',
    ...'abcdefghijklmnopq',
  );
  const line = fc
    .record({ usage: fc.option(usage), isNull: fc.boolean(), pad: fc.nat(200) })
    .map(({ usage: text, isNull, pad }) => {
      const member = text === null ? (isNull ? ',"usage":null' : '') : `,"usage" : "${text}"`;
      return `{"source":"s"${member},"x":"${'y'.repeat(pad)}"}`;
    });
  const dir = scratch();
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 60 }),
      fc.constantFrom('train', 'é', 'x'.repeat(60), 'q'),
      async (all, wanted) => {
        writeFileSync(join(dir, 'in.manifest'), all.map((one) => `${one}\n`).join(''));
        await filterDataset(join(dir, 'in.manifest'), join(dir, 'out'), {
          usages: [wanted],
          mode: 'overwrite',
          from: 'manifest',
        });
        const kept = all.filter(
          (one) => (JSON.parse(one) as { usage?: string | null }).usage?.toLowerCase() === wanted,
        );
        expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(kept.map((one) => `${one}\n`).join(''));
      },
    ),
    { numRuns: 100 },
  );
});
