import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/dataset-io/inspect.js';
import { type ValidationResult, validate } from '../../src/dataset-io/validate.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

/** `rule line:column` of each listed finding. */
const places = ({ diagnostics }: ValidationResult) =>
  diagnostics.map(({ rule, line, column }) => `${rule} ${line}:${column}`);

/** The smallest PNG that tells its size: signature and header. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  return bytes;
}

describe('manifests', () => {
  test('the result has exactly the documented members', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"s3://b/a.jpg","usage":"TRIAN"}\n' });
    const input = join(dir, 'm.manifest');
    expect(await validate(input)).toEqual({
      input,
      format: 'manifest',
      samples: 1,
      annotations: 0,
      errors: 0,
      warnings: 1,
      rules: { M027: 1 },
      diagnostics: [
        expect.objectContaining({
          rule: 'M027',
          severity: 'warning',
          file: input,
          line: 1,
          column: 34,
          offset: 0,
          pointer: '/usage',
        }),
      ],
      truncated: false,
    });
  });

  test('all findings are counted, as many as wanted are listed', async () => {
    const dir = scratch({ 'm.manifest': 'x\n'.repeat(50) });
    const result = await validate(join(dir, 'm.manifest'), { maxDiagnostics: 3 });
    expect(result).toMatchObject({ errors: 50, rules: { M004: 50 }, truncated: true });
    expect(places(result)).toEqual(['M004 1:1', 'M004 2:1', 'M004 3:1']);
  });

  test('every finding about a line has a column', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"s3://b/a.jpg"}\n\n{}\n3\n{"source":"s3://b/a.jpg"}\n' });
    const result = await validate(join(dir, 'm.manifest'));
    expect(places(result)).toEqual(['M005 2:1', 'M020 3:1', 'M006 4:1', 'M142 5:11']);
  });

  test('cross-sample rules can be left out', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"s3://b/a.jpg"}\n{"source":"s3://b/a.jpg"}\n' });
    expect((await validate(join(dir, 'm.manifest'))).rules).toEqual({ M142: 1 });
    expect((await validate(join(dir, 'm.manifest'), { crossSample: false })).rules).toEqual({});
  });

  test('--check-files: annotation files are read by every rule, images are opened', async () => {
    const line = (source: string, loc: string) =>
      `{"source":"${source}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"${loc}"}]}\n`;
    const dir = scratch({
      'm.manifest': [
        line('a.png', 'a.xml'),
        line('b.png', 'none.xml'),
        line('c.png', 'broken.xml'),
        line('d.png', 'a.xml'),
      ].join(''),
      'a.xml': vocXml('a.png'),
      'broken.xml': vocXml('c.png', [{ box: [5, 5, 5, 9] }]),
      'a.png': png(100, 80),
      'c.png': png(100, 80),
      'd.png': png(100, 80),
    });
    const plain = await validate(join(dir, 'm.manifest'));
    expect(plain.errors).toBe(0);
    const checked = await validate(join(dir, 'm.manifest'), { checkFiles: true });
    expect(
      checked.diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ rule, line }) => [rule, line]),
    ).toEqual([
      ['M082', 2],
      ['M083', 3],
    ]);
    expect(checked.rules).toMatchObject({ M084: 1 });
    expect(checked.diagnostics.find(({ rule }) => rule === 'M083')?.message).toContain('V076');
  });
});

describe('VOC', () => {
  test('findings carry file, line, column and byte offset', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('a.jpg', [{ name: '狗' }, { box: [5, 5, 5, 9] }]) });
    const { diagnostics, ...rest } = await validate(join(dir, 'in'));
    expect(rest).toMatchObject({ format: 'voc', samples: 1, annotations: 2, errors: 1, warnings: 0 });
    expect(diagnostics).toMatchObject([
      {
        rule: 'V076',
        file: join(dir, 'in/a.xml'),
        line: 34,
        column: 13,
        pointer: '/annotation/object[2]/bndbox/xmin',
      },
    ]);
    const offset = diagnostics[0]?.offset ?? -1;
    expect(
      Buffer.from(vocXml('a.jpg', [{ name: '狗' }, { box: [5, 5, 5, 9] }])).toString(
        'utf8',
        offset,
        offset + 6,
      ),
    ).toBe('<xmin>');
  });

  test('EC-028 of images: with --check-files sizes are held against the headers, pairs against the folder', async () => {
    const dir = scratch({
      'in/a.xml': vocXml('a.png'),
      'in/a.png': png(100, 80),
      'in/b.xml': vocXml('b.png'),
      'in/b.png': png(80, 100),
      'in/c.xml': vocXml('c.png'),
      'in/d.xml': vocXml('d.png'),
      'in/d.png': '',
      'in/e.xml': vocXml('e.png'),
      'in/e.png': '<html>not found</html>',
      'in/f.xml': vocXml('f.png'),
      'in/f.png': png(100, 80),
      'in/f.jpg': png(100, 80),
      'in/g.xml': vocXml('g.png'),
      'in/G.png': png(100, 80),
    });
    expect((await validate(join(dir, 'in'))).errors).toBe(0);
    const { rules } = await validate(join(dir, 'in'), { checkFiles: true });
    expect(rules).toEqual({ D011: 1, D012: 1, D014: 1, D015: 1, D026: 1, D054: 1, V028: 1 });
  });

  test('D051, D052: lists that contradict each other or the files', async () => {
    const dir = scratch({
      'Annotations/a.xml': vocXml('a.jpg', [{ name: 'cat', difficult: 1 }]),
      'Annotations/b.xml': vocXml('b.jpg', [{ name: 'dog' }]),
      'JPEGImages/a.jpg': '',
      'ImageSets/Main/train.txt': 'a\nb\n',
      'ImageSets/Main/val.txt': 'b\n',
      'ImageSets/Main/cat_train.txt': 'a  1\nb -1\n',
      'ImageSets/Main/dog_train.txt': 'a -1\nb  1\n',
    });
    const result = await validate(dir);
    expect(result.diagnostics.map(({ rule, file, line }) => [rule, file.slice(dir.length), line])).toEqual([
      ['D052', '/ImageSets/Main/cat_train.txt', 1],
      ['D051', '/ImageSets/Main/val.txt', 1],
    ]);
  });

  test('a path with nothing at it is no finding', async () => {
    await expect(validate(join(scratch(), 'none.xml'))).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('D050: lists name ids that have neither annotation file nor image', async () => {
    const dir = scratch({
      'Annotations/a.xml': vocXml('a.jpg'),
      'JPEGImages/a.jpg': png(100, 80),
      'JPEGImages/b.jpg': png(100, 80),
      'ImageSets/Main/train.txt': 'a\nb\nc\n',
      'ImageSets/Main/test.txt': 'd\n',
    });
    const checked = await validate(dir, { checkFiles: true });
    expect(checked.rules['D050']).toBe(2);
    expect(checked.diagnostics.filter(({ rule }) => rule === 'D050').map(({ message }) => message)).toEqual([
      'ImageSets names c, which has neither annotation file nor image',
      'ImageSets names d, which has neither annotation file nor image',
    ]);
    expect((await validate(dir)).rules['D050']).toBeUndefined();
  });

  test('profiles raise severities', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('a.jpg', [{ box: [90, 10, 110, 40] }]) });
    expect(await validate(join(dir, 'in'))).toMatchObject({ errors: 0, warnings: 1, rules: { V077: 1 } });
    expect(await validate(join(dir, 'in'), { profile: 'modelarts-import' })).toMatchObject({ errors: 1 });
  });
});

describe('what a path holds', () => {
  const error = async (files: Record<string, string>, path = '') => {
    const dir = scratch(files);
    return validate(join(dir, path)).then(
      () => undefined,
      (thrown: { code?: string; message?: string; hint?: string }) => thrown,
    );
  };

  test('both kinds in one folder are ambiguous, and both are named', async () => {
    const thrown = await error({ 'm.manifest': '{"source":"a"}', 'x/a.xml': vocXml('a.jpg') });
    expect(thrown).toMatchObject({ code: 'AmbiguousFormat' });
    expect(thrown?.message).toMatch(/voc \(x\/a\.xml\), manifest \(m\.manifest\)/);
  });

  test('a manifest is a file: the folder around it is not one', async () => {
    expect(await error({ 'm.manifest': '{"source":"a"}' })).toMatchObject({
      code: 'UnknownFormat',
      hint: expect.stringContaining('m.manifest'),
    });
  });

  test.each([
    ['an empty folder', { 'x/y.txt': '' }, ''],
    ['a text', { 'a.txt': 'hello' }, 'a.txt'],
    ['other XML', { 'a.svg': '<svg/>' }, 'a.svg'],
  ])('%s is no known format', async (_, files, path) => {
    expect(await error(files as Record<string, string>, path)).toMatchObject({ code: 'UnknownFormat' });
  });

  test('EC-001: an empty manifest is a manifest', async () => {
    const dir = scratch({ 'm.manifest': '' });
    expect(await validate(join(dir, 'm.manifest'))).toMatchObject({
      format: 'manifest',
      samples: 0,
      errors: 0,
      rules: { M014: 1 },
    });
  });

  test('one file of a devkit, a devkit, its Annotations, a folder', async () => {
    const dir = scratch({
      'v/Annotations/a.xml': vocXml('a.jpg'),
      'v/Annotations/._a.xml': 'x',
      'v/__MACOSX/b.xml': 'x',
    });
    for (const path of ['v', 'v/Annotations', 'v/Annotations/a.xml']) {
      expect(await validate(join(dir, path))).toMatchObject({ format: 'voc', samples: 1, errors: 0 });
    }
  });
});

test('inspect: what is in it, most frequent labels first', async () => {
  const dir = scratch({
    'in/a.xml': vocXml('a.jpg', [{ name: 'x' }, { name: 'y', box: [1, 1, 9, 9] }]),
    'in/b.xml': vocXml('b.jpg', [{ name: 'y' }], [64, 48]),
  });
  writeFileSync(join(dir, 'in/c.xml'), '<annotation>');
  expect(await inspect(join(dir, 'in'))).toMatchObject({
    format: 'voc',
    samples: 3,
    annotations: 3,
    labels: { y: 2, x: 1 },
    labelCount: 2,
    shapes: { bndbox: 3 },
    sizes: { '100×80×3': 1, '64×48×3': 1 },
    errors: 1,
    firstFindings: [{ rule: 'V001' }],
  });
});
