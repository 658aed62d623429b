import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TransformOptions, transform } from '../../src/dataset-io/convert.js';
import type { Stage, StageBatch } from '../../src/dataset-io/stage.js';
import { OptionError } from '../../src/model/index.js';
import { changeVoc } from '../../src/voc/index.js';
import { randomFor } from '../support/random.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const lines = [
  '{"source":"a.jpg", "usage":"TRAIN","odd":1.0,"annotation":[{"name":"cat","type":"modelarts/image_classification","x":[1 , 2]},{"name":"dog"}]}',
  '{"source":"b.jpg","usage":"EVAL","annotation":[{"annotation-loc":"b.xml","type":"modelarts/object_detection"}]}',
  'nonsense',
  '{"source":"c.jpg"}',
  '{ "source" : "d\\u002ejpg", "source" : "d.jpg" }',
];

/** A manifest with a line that cannot be read, and a devkit of two annotation files and an image without one. */
function input(): string {
  return scratch({
    'in.manifest': `${lines.join('\n')}\n`,
    'b.xml': vocXml('b.jpg', [{ name: 'cat' }, { name: 'bus' }]),
    'voc/Annotations/a.xml': vocXml('a.jpg'),
    'voc/Annotations/b.xml': vocXml('b.jpg', [{ name: 'dog' }, { name: 'cat' }]),
    'voc/JPEGImages/a.jpg': 'A',
    'voc/JPEGImages/b.jpg': 'B',
    'voc/JPEGImages/c.jpg': 'C',
    'voc/ImageSets/Main/train.txt': 'a\nb\n',
  });
}

/** Does something to each sample, whose source ends as given. */
const each = (
  work: (batch: StageBatch, row: number) => void | Promise<void>,
  source = '',
  more: Partial<Stage> = {},
): Stage => ({
  async apply(batch) {
    for (let row = 0; row < batch.rowCount; row++)
      if (batch.source(row)?.endsWith(source) === true) await work(batch, row);
  },
  ...more,
});

async function run(stage: Stage, options: TransformOptions = {}, name = 'in.manifest') {
  const dir = input();
  const output = join(dir, 'out');
  const result = await transform(join(dir, name), output, stage, { onError: 'skip', ...options });
  expect(result.read).toBe(result.written + result.skipped + (result.dropped ?? 0));
  const written = result.outputs[0]!.path === output && name === 'in.manifest' && options.to === undefined;
  return { dir, output, result, lines: written ? readFileSync(output, 'utf8').split('\n') : [] };
}

describe('lines of a manifest', () => {
  test.each(['\n', '\r\n'])('lines are separated by LF whatever part of them is copied: %j', async (end) => {
    const random = randomFor(61);
    const all = Array.from({ length: 3000 }, (_, at) => `{"source":"${at}${'.'.repeat(500)}"}`);
    const mixed = all.map((line) => line + (random.chance(0.01) ? '\r\n' : end)).join('');
    const dir = scratch({ 'in.manifest': mixed });
    for (const [isKept, name] of [
      [() => true, 'all'],
      [(at: number) => at % 7 !== 3, 'most'],
      [(at: number) => at > 1500 && at < 1600, 'a stretch'],
      [() => false, 'none'],
    ] as const) {
      let at = 0;
      const stage = each((batch, row) => {
        if (!isKept(at++)) batch.drop(row);
      });
      await transform(join(dir, 'in.manifest'), join(dir, name), stage);
      const kept = all.filter((_, number) => isKept(number));
      expect(readFileSync(join(dir, name), 'utf8') === kept.map((line) => `${line}\n`).join(''), name).toBe(
        true,
      );
    }
  });

  test('what nothing is done to stays as it is, and lines that cannot be read are the policy’s', async () => {
    const { result, lines: out } = await run(each(() => undefined));
    expect(result).toMatchObject({ read: 5, written: 4, skipped: 1, dropped: 0 });
    expect(out).toEqual([lines[0], lines[1], lines[3], lines[4], '']);
    await expect(
      run(
        each(() => undefined),
        { onError: 'fail' },
      ),
    ).rejects.toMatchObject({ code: 'InvalidData' });
  });

  test.each([true, false])('source and usage are told, noted beforehand or not (%j)', async (asksUsage) => {
    const told: unknown[] = [];
    const stage: Stage = {
      asksUsage,
      apply(batch) {
        for (let row = 0; row < batch.rowCount; row++) told.push([batch.source(row), batch.usage(row)]);
      },
    };
    await run(stage);
    expect(told).toEqual([
      ['a.jpg', 'TRAIN'],
      ['b.jpg', 'EVAL'],
      [undefined, undefined],
      ['c.jpg', undefined],
      ['d.jpg', undefined],
    ]);
  });

  test.each([true, false])('a dropped sample is gone, and dropped once (%j)', async (asksUsage) => {
    const stage = each(
      (batch, row) => {
        batch.drop(row);
        batch.drop(row);
        expect(batch.row(row)).toBeUndefined();
        expect(batch.usage(row)).toBeUndefined();
      },
      'b.jpg',
      { asksUsage },
    );
    const { result, lines: out } = await run(stage);
    expect(result).toMatchObject({ read: 5, written: 3, skipped: 1, dropped: 1 });
    expect(out).toEqual([lines[0], lines[3], lines[4], '']);
  });

  test('all dropped: the output is empty', async () => {
    const { result, output } = await run(each((batch, row) => batch.drop(row)));
    expect(result).toMatchObject({ read: 5, written: 0, skipped: 1, dropped: 4 });
    expect(readFileSync(output, 'utf8')).toBe('');
  });

  test('usage, labels and fewer annotations are spliced into the line', async () => {
    const stage = each((batch, row) => {
      batch.setUsage(row, 'test');
      batch.setName(row, 0, 'kitten');
      batch.keepAnnotations(row, (_, index) => index === 0);
    }, 'a.jpg');
    const { lines: out } = await run(stage);
    expect(out[0]).toBe(
      '{"source":"a.jpg", "usage":"TEST","odd":1.0,"annotation":[{"name":"kitten","type":"modelarts/image_classification","x":[1 , 2]}]}',
    );
    expect(out.slice(1)).toEqual([lines[1], lines[3], lines[4], '']);
  });

  test('usage can be taken away; keeping all annotations changes nothing', async () => {
    const stage = each((batch, row) => {
      if (batch.usage(row) === 'EVAL') batch.setUsage(row, undefined);
      batch.keepAnnotations(row, () => true);
    });
    const { lines: out } = await run(stage);
    expect(out).toEqual([lines[0], lines[1]!.replace('"usage":"EVAL",', ''), lines[3], lines[4], '']);
  });

  test('a refused sample is the policy’s, with its line', async () => {
    const stage = each(async (batch, row) => {
      const { sample, file, line } = batch.row(row)!;
      await batch.refuse(row, [
        { rule: 'M000', severity: 'error', message: 'no', file, line: line!, source: sample.source },
      ]);
    }, 'c.jpg');
    const { result, dir } = await run(stage, { onError: 'quarantine', quarantine: join(scratch(), 'q') });
    expect(result).toMatchObject({ read: 5, written: 3, skipped: 2, dropped: 0 });
    expect(result.diagnostics.map(({ line }) => line)).toEqual([3, 4]);
    await expect(
      transform(join(dir, 'in.manifest'), join(dir, 'other'), stage, { onError: 'fail' }),
    ).rejects.toMatchObject({ code: 'InvalidData' });
  });

  test('what an output cannot hold is counted', async () => {
    const { result } = await run(each((batch, row) => batch.lose(row, 'a feature')));
    expect(result.losses).toEqual({ 'a feature': 4 });
    expect(result.diagnostics.filter(({ rule }) => rule === 'C001')).toHaveLength(1);
  });

  test('a row without a sample cannot be changed', async () => {
    const stage: Stage = { apply: (batch) => batch.setUsage(2, 'TEST') };
    await expect(run(stage)).rejects.toBeInstanceOf(OptionError);
  });
});

/** Takes the first object out of every annotation file. */
const withoutFirst = (more: (batch: StageBatch, row: number) => void = () => undefined): Stage =>
  each(async (batch, row) => {
    const { files } = await batch.joined(row);
    for (const { index, bytes } of files ?? [])
      batch.setDocument(row, index, changeVoc(bytes, { remove: [1] }));
    more(batch, row);
  });

describe('annotation files with new content', () => {
  const bus = vocXml('b.jpg', [{ name: 'bus' }]);

  test('are put beside a new manifest; those that were read stay as they are', async () => {
    const { dir, result, lines: out } = await run(withoutFirst());
    expect(out[1]).toBe(lines[1]!.replace('b.xml', 'out-annotations/b.xml'));
    expect(filesIn(join(dir, 'out-annotations'))).toEqual({ 'b.xml': bus });
    expect(readFileSync(join(dir, 'b.xml'), 'utf8')).toBe(
      vocXml('b.jpg', [{ name: 'cat' }, { name: 'bus' }]),
    );
    expect(result.outputs[1]).toEqual({ path: join(dir, 'out-annotations'), samples: 1 });
  });

  test('go into a VOC tree', async () => {
    const { output, result } = await run(withoutFirst(), { to: 'voc' });
    expect(result.written + result.skipped).toBe(5);
    expect(filesIn(join(output, 'Annotations'))['b.xml']).toBe(bus);
  });

  test('that nobody changed or whose annotation is gone are not written', async () => {
    const { dir, lines: out } = await run(
      withoutFirst((batch, row) => batch.keepAnnotations(row, () => false)),
    );
    expect(out[1]).toBe('{"source":"b.jpg","usage":"EVAL","annotation":[]}');
    expect(Object.keys(filesIn(dir)).filter((name) => name.startsWith('out-'))).toEqual([]);
  });

  test('that several annotations share are written once', async () => {
    const line =
      '{"source":"S","annotation":[{"type":"modelarts/object_detection","annotation-loc":"b.xml"},{"annotation-loc":"b.xml","type":"modelarts/object_detection"}]}';
    const dir = scratch({
      'in.manifest': `${line}\n${line.replace('"S"', '"T"')}\n`,
      'b.xml': vocXml('b.jpg', [{ name: 'cat' }, { name: 'bus' }]),
    });
    const result = await transform(join(dir, 'in.manifest'), join(dir, 'out'), withoutFirst());
    expect(filesIn(join(dir, 'out-annotations'))).toEqual({ 'b.xml': bus });
    expect(result.outputs[1]).toMatchObject({ samples: 2 });
    expect(readFileSync(join(dir, 'out'), 'utf8').match(/out-annotations\/b\.xml/g)).toHaveLength(4);
  });

  test('that cannot be read are refused', async () => {
    const stage: Stage = each((batch, row) => batch.setDocument(row, 0, 'no XML'), 'b.jpg');
    await expect(run(stage)).rejects.toBeInstanceOf(OptionError);
  });

  test('that are missing are what joined says', async () => {
    const dir = scratch({ 'in.manifest': `${lines[1]}\n` });
    const stage = each(async (batch, row) => {
      const { faults } = await batch.joined(row);
      await batch.refuse(row, faults!);
    });
    const result = await transform(join(dir, 'in.manifest'), join(dir, 'out'), stage, { onError: 'skip' });
    expect(result).toMatchObject({ read: 1, written: 0, skipped: 1, dropped: 0 });
    expect(result.diagnostics[0]).toMatchObject({ rule: 'M082', line: 1 });
  });
});

describe('VOC files', () => {
  test('stay as they are; samples can be dropped and changed', async () => {
    const stage = each((batch, row) => {
      expect(batch.usage(row)).toBe(batch.source(row)?.endsWith('c.jpg') === true ? undefined : 'TRAIN');
      if (batch.source(row)?.endsWith('a.jpg') === true) batch.drop(row);
    });
    const { dir, output, result } = await run(stage, {}, 'voc');
    expect(result).toMatchObject({ read: 3, written: 2, skipped: 0, dropped: 1 });
    const before = filesIn(join(dir, 'voc'));
    expect(filesIn(output)).toMatchObject({ 'Annotations/b.xml': before['Annotations/b.xml'] });
    expect(filesIn(output)).not.toHaveProperty('Annotations/a.xml');
  });

  test('get new content', async () => {
    const { output } = await run(withoutFirst(), {}, 'voc');
    expect(filesIn(join(output, 'Annotations'))).toEqual({
      'a.xml': vocXml('a.jpg', []),
      'b.xml': vocXml('b.jpg', [{ name: 'cat' }]),
    });
  });

  test('become lines with the usage they are given, and new content beside them', async () => {
    const stage = withoutFirst((batch, row) => batch.setUsage(row, 'TEST'));
    const { dir, output } = await run(stage, { to: 'manifest' }, 'voc');
    const out = readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(out.map(({ source, usage }) => [source, usage])).toEqual([
      ['voc/JPEGImages/a.jpg', 'TEST'],
      ['voc/JPEGImages/b.jpg', 'TEST'],
      ['voc/JPEGImages/c.jpg', 'TEST'],
    ]);
    expect(out[1]).toMatchObject({ annotation: [{ 'annotation-loc': 'out-annotations/b.xml' }] });
    expect(filesIn(join(dir, 'out-annotations'))['b.xml']).toBe(vocXml('b.jpg', [{ name: 'cat' }]));
  });
});
