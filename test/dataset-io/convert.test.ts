import { mkdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const detection = (source: string, loc: string, more = '') =>
  `{"source":"${source}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"${loc}"}]${more}}`;

/** A devkit with two labelled images and one that nobody labelled. */
function devkit(): string {
  return scratch({
    'in/Annotations/a.xml': vocXml('a.jpg'),
    'in/Annotations/b.xml': vocXml('b.jpg', [{ name: '狗' }, { name: 'cat', box: [1, 1, 9, 9] }]),
    'in/JPEGImages/a.jpg': 'A',
    'in/JPEGImages/b.jpg': 'B',
    'in/JPEGImages/c.jpg': 'C',
    'in/ImageSets/Main/train.txt': 'a\n',
    'in/ImageSets/Main/test.txt': 'b\nc\n',
  });
}

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe('VOC to manifest', () => {
  test('a name with blanks in a list is taken whole, without the blanks around it', async () => {
    const dir = scratch({
      'in/Annotations/b c\u3000.xml': vocXml('b c\u3000.jpg'),
      'in/JPEGImages/b c\u3000.jpg': 'B',
      'in/ImageSets/Main/train.txt': '\ufeff b c\u3000 \r\n',
    });
    await convert(join(dir, 'in'), join(dir, 'out.manifest'), { to: 'manifest' });
    expect(JSON.parse(readFileSync(join(dir, 'out.manifest'), 'utf8'))).toMatchObject({ usage: 'TRAIN' });
  });

  test('one line for each image, labelled or not, with references seen from the manifest', async () => {
    const dir = devkit();
    const result = await convert(join(dir, 'in'), join(dir, 'out.manifest'), { to: 'manifest' });
    expect(result).toMatchObject({ read: 3, written: 3, skipped: 0, losses: {}, diagnostics: [] });
    expect(result.outputs).toEqual([{ path: join(dir, 'out.manifest'), samples: 3 }]);
    expect(readFileSync(join(dir, 'out.manifest'), 'utf8').split('\n')).toEqual([
      '{"source":"in/JPEGImages/a.jpg","usage":"TRAIN","annotation":[{"annotation-loc":"in/Annotations/a.xml","type":"modelarts/object_detection"}]}',
      '{"source":"in/JPEGImages/b.jpg","usage":"TEST","annotation":[{"annotation-loc":"in/Annotations/b.xml","type":"modelarts/object_detection"}]}',
      '{"source":"in/JPEGImages/c.jpg","usage":"TEST","annotation":[]}',
      '',
    ]);
  });

  test('and back again: every annotation file byte for byte, the lists, the unlabelled image', async () => {
    const dir = devkit();
    await convert(join(dir, 'in'), join(dir, 'out.manifest'), { to: 'manifest' });
    const back = await convert(join(dir, 'out.manifest'), join(dir, 'back'), { to: 'voc' });
    expect(back).toMatchObject({ read: 3, written: 3, skipped: 0, losses: {} });
    const before = filesIn(join(dir, 'in'));
    expect(filesIn(join(dir, 'back'))).toEqual({
      'Annotations/a.xml': before['Annotations/a.xml'],
      'Annotations/b.xml': before['Annotations/b.xml'],
      'ImageSets/Main/train.txt': 'a\n',
      'ImageSets/Main/trainval.txt': 'a\n',
      'ImageSets/Main/test.txt': 'b\nc\n',
    });
  });

  test('a mask makes it a segmentation', async () => {
    const xml = vocXml('a.jpg').replace(
      '<segmented>0</segmented>',
      '<segmented>1</segmented><mask_source>./a.png</mask_source>',
    );
    const dir = scratch({ 'in/a.xml': xml, 'in/a.jpg': '', 'in/a.png': '' });
    await convert(join(dir, 'in'), join(dir, 'o.manifest'), { to: 'manifest' });
    const lines = readFileSync(join(dir, 'o.manifest'), 'utf8').trim().split('\n');
    expect(lines).toEqual([
      '{"source":"in/a.jpg","annotation":[{"annotation-loc":"in/a.xml","type":"modelarts/image_segmentation"}]}',
    ]);
  });

  test('images can be copied or linked beside the manifest; equal names are numbered', async () => {
    for (const images of ['copy', 'link'] as const) {
      const dir = scratch({
        'in/x/a.xml': vocXml('a.jpg'),
        'in/x/a.jpg': '1',
        'in/y/a.xml': vocXml('a.jpg'),
        'in/y/a.jpg': '2',
      });
      const result = await convert(join(dir, 'in'), join(dir, 'o.manifest'), { to: 'manifest', images });
      expect(result.written).toBe(2);
      expect(filesIn(join(dir, 'o-images'))).toEqual({ 'a.jpg': '1', 'a-2.jpg': '2' });
      expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toContain('"source":"o-images/a-2.jpg"');
      expect(statSync(join(dir, 'o-images/a.jpg')).nlink).toBe(images === 'link' ? 2 : 1);
    }
  });

  test('the image that is missing is named where it should be, with a finding', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('C:\\\\pictures\\\\a.png') });
    const result = await convert(join(dir, 'in'), join(dir, 'o.manifest'), { to: 'manifest' });
    expect(result.diagnostics.map(({ rule, severity }) => [rule, severity])).toEqual([['D014', 'warning']]);
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toContain('"source":"in/a.png"');
  });
});

describe('manifest to VOC', () => {
  test('several annotation files of one image become one, with all objects', async () => {
    const dir = scratch({
      'm.manifest': `{"source":"i/a.jpg","annotation":[{"type":"modelarts/object_detection","annotation-loc":"1.xml"},{"type":"modelarts/object_detection","annotation-loc":"2.xml"}]}\n`,
      '1.xml': vocXml('a.jpg', [{ name: 'one' }]),
      '2.xml': vocXml('a.jpg', [{ name: 'two' }, { name: 'three' }]),
    });
    await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc' });
    expect(readFileSync(join(dir, 'out/Annotations/1.xml'), 'utf8')).toBe(
      vocXml('a.jpg', [{ name: 'one' }, { name: 'two' }, { name: 'three' }]),
    );
  });

  test('C005: files that disagree about the image are refused', async () => {
    const dir = scratch({
      'm.manifest': `{"source":"a.jpg","annotation":[{"type":"modelarts/object_detection","annotation-loc":"1.xml"},{"type":"modelarts/object_detection","annotation-loc":"2.xml"}]}\n`,
      '1.xml': vocXml('a.jpg'),
      '2.xml': vocXml('a.jpg', undefined, [99, 80]),
    });
    const error = await failure(convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc' }));
    expect(error).toMatchObject({ code: 'InvalidData', diagnostic: { rule: 'C005', line: 1 } });
  });

  test('EC-081: XML that stands in the line itself is read without any file', async () => {
    const xml = vocXml('a.jpg');
    const dir = scratch({ 'm.manifest': `${detection('x/a.jpg', JSON.stringify(xml).slice(1, -1))}\n` });
    await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc' });
    expect(readFileSync(join(dir, 'out/Annotations/a.xml'), 'utf8')).toBe(xml);
  });

  test('what a VOC tree has no place for is counted by name', async () => {
    const dir = scratch({
      'm.manifest': [
        detection('a.jpg', 'a.xml', ',"id":"7","property":{"k":1},"usage":"INFERENCE","mine":1'),
        '{"source":"b.jpg","annotation":[{"type":"modelarts/image_classification","name":"x","confidence":0.5}]}',
        '{"source":"content://a text"}',
        '{"source":"note.TXT"}',
        '{"source":"s.wav"}',
        '{"source":"t.csv","source-type":"csv"}',
      ].join('\n'),
      'a.xml': vocXml('a.jpg'),
    });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc' });
    expect(result).toMatchObject({ read: 6, written: 2, skipped: 4 });
    expect(result.losses).toEqual({
      usage: 1,
      'sample-id': 1,
      'sample-property': 1,
      'unknown-member': 1,
      image_classification: 1,
      'text-sample': 2,
      'audio-sample': 1,
      'table-sample': 1,
    });
    expect(filesIn(join(dir, 'out'))['ImageSets/Main/default.txt']).toBe('a\nb\n');
  });

  test('C002: equal names are refused before anything is lost, or numbered when asked', async () => {
    const dir = scratch({
      'm.manifest': `${detection('1/a.jpg', '1/a.xml')}\n${detection('2/a.jpg', '2/a.xml')}\n`,
      '1/a.xml': vocXml('a.jpg'),
      '2/a.xml': vocXml('a.jpg', [{ name: 'dog' }]),
    });
    const input = join(dir, 'm.manifest');
    expect(await failure(convert(input, join(dir, 'out'), { to: 'voc' }))).toMatchObject({
      code: 'InvalidData',
      diagnostic: { rule: 'C002', line: 2 },
    });
    const numbered = await convert(input, join(dir, 'out'), { to: 'voc', renameClashes: true });
    expect(numbered).toMatchObject({ read: 2, written: 2, skipped: 0 });
    expect(Object.keys(filesIn(join(dir, 'out/Annotations')))).toEqual(['a-2.xml', 'a.xml']);
  });

  test('C003: a name that would leave the output folder is refused', async () => {
    const dir = scratch({
      'm.manifest': '{"source":".."}\n{"source":"a\\u0000.jpg"}\n{"source":"ok.jpg"}\n',
    });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc', onError: 'skip' });
    expect(result).toMatchObject({ read: 3, written: 1, skipped: 2 });
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(['C003', 'C003']);
  });

  test('M082, M083: missing and broken annotation files are faults of their sample', async () => {
    const dir = scratch({
      'm.manifest': `${detection('a.jpg', 'none.xml')}\n${detection('b.jpg', 'broken.xml')}\n${detection('c.jpg', '../../../../../../../../../../x.xml')}\n`,
      'broken.xml': '<annotation>\n  <object>',
    });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), {
      to: 'voc',
      onError: 'skip',
      root: dir,
    });
    expect(result).toMatchObject({ read: 3, written: 0, skipped: 3 });
    expect(result.diagnostics.map(({ rule, line }) => [rule, line])).toEqual([
      ['M082', 1],
      ['M083', 2],
      ['V001', 2],
      ['M082', 3],
    ]);
  });
});

describe('manifest to manifest', () => {
  const awkward = '{ "b":1, "source" : "a\\u00e9", "n":12345678901234567890, "x":1.0, "source":"é" }';

  test('lines keep their bytes; a missing last line feed stays missing', async () => {
    for (const end of ['\n', '']) {
      const dir = scratch({ 'm.manifest': `${awkward}\n{"source":"b"}${end}` });
      await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest' });
      expect(readFileSync(join(dir, 'o.manifest'))).toEqual(readFileSync(join(dir, 'm.manifest')));
    }
  });

  test('EC-005, EC-006: CRLF and a byte order mark are put right', async () => {
    const dir = scratch({ 'm.manifest': '\ufeff{"source":"a"}\r\n{"source":"b"}\r\n' });
    await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest' });
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toBe('{"source":"a"}\n{"source":"b"}\n');
  });

  test('canonical order and spelling on request', async () => {
    const dir = scratch({ 'm.manifest': '{"annotation":[],"inference_loc":"x","source":"a"}' });
    await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest', canonical: true });
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toBe(
      '{"source":"a","inference-loc":"x","annotation":[]}\n',
    );
  });

  test('EC-018: another encoding on request', async () => {
    const gbk = Buffer.concat([Buffer.from('{"source":"'), Buffer.from([0xc3, 0xa8]), Buffer.from('"}\n')]);
    const dir = scratch({ 'm.manifest': gbk });
    await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest', encoding: 'gbk' });
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toBe('{"source":"猫"}\n');
  });

  test('EC-007: a UTF-16 file read as UTF-8 is one fault and no output', async () => {
    const dir = scratch({ 'm.manifest': Buffer.from('\ufeff{"source":"a"}\n', 'utf16le') });
    const error = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { from: 'manifest', to: 'manifest' }),
    );
    expect(error).toMatchObject({ code: 'InvalidData', diagnostic: { rule: 'M003' } });
    expect(filesIn(dir)).not.toHaveProperty('o.manifest');
  });
});

describe('VOC to VOC', () => {
  test('files and lists byte for byte, images as asked, everything in its place', async () => {
    const dir = devkit();
    writeFileSync(join(dir, 'in/ImageSets/Main/cat_train.txt'), 'a  1\n');
    const odd =
      '<annotation verified="yes"><!-- mine --><filename>d.jpg</filename><strange a="1"/><object><name>x</name></object></annotation>';
    writeFileSync(join(dir, 'in/Annotations/d.xml'), odd);
    const result = await convert(join(dir, 'in'), join(dir, 'out'), {
      to: 'voc',
      images: 'copy',
      onError: 'skip',
    });
    // d.xml has no image to copy.
    expect(result).toMatchObject({ read: 4, written: 3, skipped: 1 });
    unlinkSync(join(dir, 'in/Annotations/d.xml'));
    expect(filesIn(join(dir, 'out'))).toEqual(filesIn(join(dir, 'in')));
  });

  test('names in folders stay in their folders', async () => {
    const dir = scratch({ 'in/x/a.xml': vocXml('a.jpg'), 'in/y/a.xml': vocXml('a.jpg') });
    await convert(join(dir, 'in'), join(dir, 'out'), { to: 'voc' });
    expect(Object.keys(filesIn(join(dir, 'out/Annotations')))).toEqual(['x/a.xml', 'y/a.xml']);
  });
});

describe('class lists', () => {
  test('EC-174: derived from the objects on request, 0 where all of a label are difficult', async () => {
    const dir = scratch({
      'm.manifest': `${detection('a.jpg', 'a.xml', ',"usage":"TRAIN"')}\n${detection('b.jpg', 'b.xml', ',"usage":"TRAIN"')}\n`,
      'a.xml': vocXml('a.jpg', [{ name: 'cat', difficult: 1 }, { name: 'dog' }]),
      'b.xml': vocXml('b.jpg', [
        { name: 'dog', difficult: 1 },
        { name: 'dog', box: [1, 1, 5, 5] },
      ]),
    });
    await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc', classLists: true });
    expect(filesIn(join(dir, 'out/ImageSets/Main'))).toEqual({
      'cat_train.txt': 'a  0\nb -1\n',
      'cat_trainval.txt': 'a  0\nb -1\n',
      'dog_train.txt': 'a  1\nb  1\n',
      'dog_trainval.txt': 'a  1\nb  1\n',
      'train.txt': 'a\nb\n',
      'trainval.txt': 'a\nb\n',
    });
  });

  test('images whose names have blanks and labels that name no file are left out and counted', async () => {
    const names = ['a', 'b c', 'd\u3000e'];
    const dir = scratch({
      'm.manifest': names.map((name) => `${detection(`${name}.jpg`, `${name}.xml`)}\n`).join(''),
      'a.xml': vocXml('a.jpg', [{ name: 'cat' }, { name: '../dog' }]),
      'b c.xml': vocXml('b c.jpg', [{ name: 'bird' }]),
      'd\u3000e.xml': vocXml('d\u3000e.jpg'),
    });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc', classLists: true });
    expect(result).toMatchObject({ written: 3, losses: { 'class-list': 1, 'class-list-entry': 2 } });
    expect(result.diagnostics).toMatchObject([
      { rule: 'C001', file: join(dir, 'out/ImageSets/Main'), source: 'b c' },
      { rule: 'C001', file: join(dir, 'out/ImageSets/Main/../dog_default.txt') },
    ]);
    expect(filesIn(join(dir, 'out/ImageSets'))).toEqual({
      'Main/cat_default.txt': 'a  1\n',
      'Main/default.txt': 'a\nb c\nd\u3000e\n',
    });
  });
});

describe('faults', () => {
  const bad = '{"source":"a"}\nnonsense\n\n{}\n{"source":"b"}\n';

  test('fail: stops at the first, says where, leaves nothing', async () => {
    const dir = scratch({ 'm.manifest': bad });
    const error = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest' }),
    );
    expect(error).toMatchObject({
      code: 'InvalidData',
      diagnostic: { rule: 'M004', file: join(dir, 'm.manifest'), line: 2, column: 1, offset: 15 },
    });
    expect(Object.keys(filesIn(dir))).toEqual(['m.manifest']);
  });

  test('skip: goes on, counts, reports in line order', async () => {
    const dir = scratch({ 'm.manifest': bad });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), {
      to: 'manifest',
      onError: 'skip',
    });
    expect(result).toMatchObject({ read: 4, written: 2, skipped: 2 });
    expect(result.diagnostics.map(({ rule, line }) => [rule, line])).toEqual([
      ['M004', 2],
      ['M005', 3],
      ['M020', 4],
    ]);
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toBe('{"source":"a"}\n{"source":"b"}\n');
  });

  test('quarantine: lines byte for byte in one file, the findings beside it', async () => {
    const dir = scratch({
      'm.manifest': Buffer.concat([
        Buffer.from('{"source":"'),
        Buffer.from([0xc3]),
        Buffer.from(`"}\n${bad}`),
      ]),
    });
    await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), {
      to: 'manifest',
      onError: 'quarantine',
      quarantine: join(dir, 'q'),
    });
    expect(readFileSync(join(dir, 'q'))).toEqual(
      Buffer.concat([Buffer.from('{"source":"'), Buffer.from([0xc3]), Buffer.from('"}\nnonsense\n{}\n')]),
    );
    const findings = readFileSync(join(dir, 'q.findings.jsonl'), 'utf8').trim().split('\n');
    expect(findings.map((line) => JSON.parse(line).rule)).toEqual(['M001', 'M004', 'M020']);
  });

  test('quarantine: files of a folder under their names; nothing where there was no fault', async () => {
    const dir = scratch({ 'in/s/a.xml': '<annotation>', 'in/b.xml': vocXml('b.jpg'), 'in/b.jpg': '' });
    const options = { to: 'manifest', onError: 'quarantine', mode: 'overwrite' } as const;
    await convert(join(dir, 'in'), join(dir, 'o.manifest'), { ...options, quarantine: join(dir, 'q') });
    expect(filesIn(join(dir, 'q'))).toMatchObject({ 's/a.xml': '<annotation>' });
    unlinkSync(join(dir, 'in/s/a.xml'));
    await convert(join(dir, 'in'), join(dir, 'o.manifest'), { ...options, quarantine: join(dir, 'none') });
    expect(filesIn(dir)).not.toHaveProperty('none/findings.jsonl');
  });

  test('quarantine without a place is bad use', async () => {
    const dir = scratch({ 'm.manifest': bad });
    const error = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'o'), { to: 'manifest', onError: 'quarantine' }),
    );
    expect(error.code).toBe('BadOption');
  });

  test('a place without quarantine is bad use too: nobody would look there', async () => {
    const dir = scratch({ 'm.manifest': bad });
    const error = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'o'), {
        to: 'manifest',
        onError: 'skip',
        quarantine: join(dir, 'q'),
      }),
    );
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining('skip') });
  });

  test('D053: files that cannot be fetched are faults, not the end of the run', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('a.jpg'), 'in/a.jpg': '' });
    mkdirSync(join(dir, 'in/folder.xml'));
    symlinkSync('nowhere', join(dir, 'in/dead.xml'));
    const result = await convert(join(dir, 'in'), join(dir, 'o.manifest'), {
      to: 'manifest',
      onError: 'skip',
    });
    expect(result.written).toBe(1);
    expect(result.read).toBe(result.written + result.skipped);
  });

  test('counts balance whatever is wrong', async () => {
    const lines = [
      '{"source":"a"}',
      '',
      '[]',
      '{"source":5}',
      'x',
      '{"source":"b"}{"source":"c"}',
      '  ',
      '{"source":"d"}',
    ];
    for (let take = 0; take <= lines.length; take++) {
      const dir = scratch({ 'm.manifest': lines.slice(0, take).join('\n') });
      const { read, written, skipped } = await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), {
        from: 'manifest',
        to: 'manifest',
        onError: 'skip',
      });
      expect(read).toBe(written + skipped);
      expect(readFileSync(join(dir, 'o.manifest'), 'utf8').split('\n').filter(Boolean)).toHaveLength(written);
    }
  });
});

describe('modes', () => {
  test('create refuses what is there and names the ways out', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"a"}\n', 'o.manifest': 'old', 'out/x': 'old' });
    for (const [output, to] of [
      ['o.manifest', 'manifest'],
      ['out', 'voc'],
    ] as const) {
      const error = await failure(convert(join(dir, 'm.manifest'), join(dir, output), { to }));
      expect(error.code).toBe('AlreadyExists');
      expect(error.hint).toMatch(/overwrite.*append/);
    }
    expect(filesIn(dir)).toMatchObject({ 'o.manifest': 'old', 'out/x': 'old' });
  });

  test('append joins lines, mending a missing line feed', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"a"}', 'o.manifest': '{"source":"old"}' });
    await convert(join(dir, 'm.manifest'), join(dir, 'o.manifest'), { to: 'manifest', mode: 'append' });
    expect(readFileSync(join(dir, 'o.manifest'), 'utf8')).toBe('{"source":"old"}\n{"source":"a"}\n');
  });

  test('append and overwrite of a folder leave other files alone', async () => {
    const dir = scratch({
      'm.manifest': `${detection('a.jpg', 'a.xml', ',"usage":"TRAIN"')}\n`,
      'a.xml': vocXml('a.jpg'),
      'out/mine.txt': 'mine',
      'out/Annotations/z.xml': 'z',
      'out/ImageSets/Main/train.txt': 'z',
    });
    await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc', mode: 'append' });
    expect(filesIn(join(dir, 'out'))).toEqual({
      'Annotations/a.xml': vocXml('a.jpg'),
      'Annotations/z.xml': 'z',
      'ImageSets/Main/train.txt': 'z\na\n',
      'ImageSets/Main/trainval.txt': 'a\n',
      'mine.txt': 'mine',
    });
    writeFileSync(join(dir, 'a.xml'), vocXml('a.jpg', [{ name: 'new' }]));
    expect(
      await failure(convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'voc', mode: 'append' })),
    ).toMatchObject({
      code: 'AlreadyExists',
    });
    const overwritten = await convert(join(dir, 'm.manifest'), join(dir, 'out'), {
      to: 'voc',
      mode: 'overwrite',
    });
    expect(overwritten.diagnostics).toMatchObject([
      {
        rule: 'C006',
        severity: 'warning',
        file: join(dir, 'out/Annotations/z.xml'),
        message: expect.stringMatching(/^1 annotation file /),
      },
    ]);
    expect(filesIn(join(dir, 'out'))).toMatchObject({
      'Annotations/a.xml': vocXml('a.jpg', [{ name: 'new' }]),
      'Annotations/z.xml': 'z',
      'mine.txt': 'mine',
    });
  });

  test('overwriting a manifest with a conversion of itself is safe', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"a"}\nbad\n' });
    await convert(join(dir, 'm.manifest'), join(dir, 'm.manifest'), {
      to: 'manifest',
      mode: 'overwrite',
      onError: 'skip',
    });
    expect(filesIn(dir)).toEqual({ 'm.manifest': '{"source":"a"}\n' });
    expect(
      await failure(
        convert(join(dir, 'm.manifest'), join(dir, 'm.manifest'), { to: 'manifest', mode: 'append' }),
      ),
    ).toMatchObject({
      code: 'BadOption',
    });
  });
});

describe('stopping', () => {
  test('an abort in the middle leaves no output and no leftovers', async () => {
    for (const to of ['manifest', 'voc'] as const) {
      const files: Record<string, string> = {};
      for (let i = 0; i < 600; i++) files[`in/${i}.xml`] = vocXml(`${i}.jpg`);
      const dir = scratch(files);
      const stop = new AbortController();
      const error = await failure(
        convert(join(dir, 'in'), join(dir, 'out'), {
          to,
          signal: stop.signal,
          onProgress: () => stop.abort(),
        }),
      );
      expect(error.code).toBe('Aborted');
      expect(Object.keys(filesIn(dir)).filter((name) => !name.startsWith('in/'))).toEqual([]);
    }
  });
});

test('memory storage serves as well as the disk', async () => {
  const storage = new MemoryStorage();
  await storage.writeAtomic('mem://in/Annotations/a.xml', Buffer.from(vocXml('a.jpg')));
  await storage.writeAtomic('mem://in/JPEGImages/a.jpg', Buffer.from('A'));
  await convert('mem://in', 'mem://o.manifest', { to: 'manifest', storage });
  const result = await convert('mem://o.manifest', 'mem://out', { to: 'voc', storage });
  expect(result).toMatchObject({ read: 1, written: 1 });
  const names: string[] = [];
  for await (const { name } of storage.list('mem://out', { recursive: true })) names.push(name);
  expect(names).toEqual(['Annotations/a.xml', 'ImageSets/Main/default.txt']);
});
