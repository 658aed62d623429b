import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode as separate } from '../../../src/formats/text-classification/code.js';
import { formatCode as combine } from '../../../src/formats/text-classification-combine/code.js';
import type { Sample } from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SourceInit,
  writeAll,
  writeRow,
} from '../harness.js';

const quoted = { csvQuoting: true };

async function read(code: typeof combine, files: Record<string, string | Uint8Array>, init: SourceInit = {}) {
  const { records, faults, diagnostics } = await readAllRecords(
    code,
    new MemorySource(files, { options: quoted, ...init }),
  );
  return {
    texts: records.map(({ sample }) => [
      sample.source.slice('content://'.length),
      ...sample.annotations.map(({ name }) => name),
    ]),
    lines: records.map(({ line }) => line),
    findings: brief(diagnostics),
    faults: faults.flatMap((fault) => brief(fault.diagnostics)),
  };
}

describe('labels on the same row', () => {
  test.each<[string, string, string[][]]>([
    ['plain', 'good, cheap\tpos,fast\n', [['good, cheap', 'pos', 'fast']]],
    [
      'a line break, a separator and quotes in a text',
      '"a\tb\n""c"""\tx,y\nd\n',
      [['a\tb\n"c"', 'x', 'y'], ['d']],
    ],
    ['labels in quotes', 'a\t"x,y"\r\n', [['a', 'x', 'y']]],
    ['several cells', 'a\tb\tx\n', [['a\tb', 'x']]],
  ])('%s', async (_, text, expected) => {
    for (const chunkBytes of [1, 3, 1 << 20]) {
      const { texts, faults } = await read(combine, { 'a.csv': text }, { chunkBytes });
      expect(faults).toEqual([]);
      expect(texts).toEqual(expected);
    }
  });

  test('a .txt file has no quotes, and a .csv file none without the option', async () => {
    const text = '"a\tx"\n';
    expect((await read(combine, { 'a.txt': text })).texts).toEqual([['"a', 'x"']]);
    expect((await read(combine, { 'a.csv': text }, { options: {} })).texts).toEqual([['"a', 'x"']]);
    expect((await read(combine, { 'a.csv': text })).texts).toEqual([['a\tx']]);
  });

  test('GB18030', async () => {
    const bytes = Buffer.concat([Buffer.from('"'), Buffer.from('b9b7', 'hex'), Buffer.from('\n"\tx\n')]);
    expect((await read(combine, { 'a.csv': bytes }, { chunkBytes: 2 })).texts).toEqual([['狗\n', 'x']]);
  });

  test('bad input', async () => {
    const { texts, lines, findings, faults } = await read(combine, {
      'a.csv': 'a\tx\n\n"b\n"\t\n"c\td\te\n',
      'b.csv': `ok\tx\n${'y'.repeat(100 * 1024 + 1)}\tz\n`,
    });
    expect(texts.map(([text]) => text!.slice(0, 3))).toEqual(['a', 'b\n', 'ok', 'yyy']);
    expect(lines).toEqual([1, 3, 1, 2]);
    expect(findings).toEqual([
      'D031 warning in/a.csv:2 the line has no text',
      'D034 info in/a.csv:3 the line has no label',
      'D037 warning in/b.csv:2 the line has 102403 bytes, more than 100 KB',
    ]);
    expect(faults).toEqual([
      'T004 error in/a.csv:5:1 a quote is opened here and never closed; nothing after it is read',
    ]);
  });
});

describe('labels on the same row of another file', () => {
  test('rows belong together by their numbers', async () => {
    const { texts, findings, faults } = await read(separate, {
      'a.csv': '"one, two\nlines"\nthree, four\nfive\n',
      'a_result.csv': 'x,"y, z"\n\n w\n',
    });
    expect([findings, faults]).toEqual([
      ['D032 info in/a_result.csv:3 the label " w" has blanks around it'],
      [],
    ]);
    expect(texts).toEqual([['one, two\nlines', 'x', 'y, z'], ['three, four'], ['five', 'w']]);
  });

  test('bad input: rows that do not match, a quote that is not closed', async () => {
    const { texts, faults } = await read(separate, {
      'a.csv': '"a\nb"\nc\n',
      'a_result.csv': 'x\n',
      'b.csv': 'a\n"b\n',
      'b_result.csv': 'x\ny\n',
      'c.csv': 'c\n',
    });
    expect(texts).toEqual([['c']]);
    expect(faults).toEqual([
      'D030 error in/a_result.csv:2 a_result.csv has 1 lines, and a.csv has 2',
      'T004 error in/b.csv:2:1 a quote is opened here and never closed; nothing after it is read',
    ]);
  });
});

describe.each([
  ['text-classification', separate, ['texts.csv', 'texts_result.csv'], /\S/],
  ['text-classification-combine', combine, ['texts.csv'], /^[^,]*$/],
] as const)('%s: what is written in quotes is what is read', (_, code, names, label) => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\t', '\n', '\r', ' ', '猫'), minLength: 1 });
  const isKept = (one: string) => one.trim() !== '';
  const labels = text.filter((one) => one.trim() === one && isKept(one) && label.test(one));
  const samples = fc.array(fc.tuple(text.filter(isKept), fc.uniqueArray(labels, { maxLength: 3 })), {
    minLength: 1,
    maxLength: 4,
  });

  test('any text, any label', async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (list) => {
        const sink = new MemorySink({ options: quoted });
        const rows = list.map(([source, classes]) => {
          const sample: Sample = {
            source: `content://${source}`,
            annotations: classes.map((name) => ({
              type: 'modelarts/text_classification',
              task: 'text_classification',
              name,
            })),
          };
          return writeRow({ sample, file: 'in' });
        });
        expect(await writeAll(code, sink, rows)).toEqual(rows.map(() => 'written'));
        expect(sink.lossCounts).toEqual({});
        expect(Object.keys(sink.files)).toEqual(names);
        const { texts, faults } = await read(code, sink.files);
        expect(faults).toEqual([]);
        expect(texts).toEqual(list.map(([source, classes]) => [source, ...classes]));
      }),
      { seed, numRuns: 300 },
    );
  });
});
