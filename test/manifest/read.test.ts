import { describe, expect, it } from 'vitest';
import {
  formatBatches,
  formatSample,
  formatSamples,
  manifestBatches,
  manifestSamples,
  type ReadOptions,
} from '../../src/manifest/index.js';
import { AbortedError, DataError, type Diagnostic, OptionError } from '../../src/model/index.js';

const S = (source: string): string => `{"source":"${source}"}`;

async function read(input: string | Uint8Array | readonly Uint8Array[], options: ReadOptions = {}) {
  const chunks = Array.isArray(input) ? input : [Buffer.from(input as string)];
  const found: Diagnostic[] = [];
  const samples = [];
  for await (const sample of manifestSamples(chunks, {
    file: 'm',
    onDiagnostic: (d) => found.push(d),
    ...options,
  })) {
    samples.push(sample);
  }
  return { samples, sources: samples.map((sample) => sample.source), rules: found.map((d) => d.rule), found };
}

async function written(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What comes out when all is passed on: sample by sample, batch by batch, and without reading. */
async function rewritten(input: Uint8Array): Promise<string> {
  const outputs = [
    await written(formatSamples(manifestSamples([input]))),
    await written(formatBatches(manifestBatches([input]))),
    await written(formatBatches(manifestBatches([input], { lazy: true }))),
    await written(formatBatches(manifestBatches([input], { lazy: 'checked' }))),
  ];
  expect(outputs[1]!.equals(outputs[0]!)).toBe(true);
  expect(outputs[2]!.equals(outputs[0]!)).toBe(true);
  expect(outputs[3]!.equals(outputs[0]!)).toBe(true);
  return outputs[0]!.toString('utf8');
}

describe('the container', () => {
  it('EC-001: an empty file has no samples', async () => {
    expect(await read('')).toMatchObject({ sources: [], rules: [] });
    expect((await read('', { check: 'all' })).rules).toEqual(['M014']);
    expect(await rewritten(Buffer.alloc(0))).toBe('');
  });

  it('EC-002: the last line may lack its LF', async () => {
    for (const text of [`${S('a')}\n`, S('a')]) {
      expect(await read(text)).toMatchObject({ sources: ['a'], rules: [] });
      expect(await rewritten(Buffer.from(text))).toBe(`${S('a')}\n`);
    }
  });

  it.each([
    ['EC-003', `${S('a')}\n\n${S('b')}\n`, ['a', 'b'], 2],
    ['EC-004', `${S('a')}\n   \n`, ['a'], 2],
    ['blanks of Unicode', `${S('a')}\n\u3000\u2028\n${S('b')}\n`, ['a', 'b'], 2],
  ])('%s: blank lines are skipped and counted', async (_, text, sources, line) => {
    const result = await read(text);
    expect(result.sources).toEqual(sources);
    expect(result.found).toMatchObject([{ rule: 'M005', severity: 'warning', line }]);
    if (sources.length > 1) expect(result.samples[1]!.line).toBe(3);
    await expect(read(text, { mode: 'strict' })).rejects.toMatchObject({
      diagnostic: { rule: 'M005', line },
    });
    expect(await rewritten(Buffer.from(text))).toBe(sources.map((source) => `${S(source)}\n`).join(''));
  });

  it('EC-005: CR LF ends lines', async () => {
    const text = `${S('a')}\r\n${S('b')}\r\n`;
    expect(await read(text)).toMatchObject({ sources: ['a', 'b'], rules: [] });
    expect((await read(text, { check: 'all' })).rules.filter((rule) => rule === 'M007')).toEqual(['M007']);
    expect(await rewritten(Buffer.from(text))).toBe(`${S('a')}\n${S('b')}\n`);
  });

  it('EC-006: a BOM is dropped', async () => {
    const bytes = Buffer.from(`\ufeff${S('a')}`);
    const { samples, rules } = await read([bytes], { check: 'all' });
    expect(samples[0]).toMatchObject({ source: 'a', offset: 3, line: 1 });
    expect(rules).toContain('M002');
    expect(await rewritten(bytes)).toBe(`${S('a')}\n`);
  });

  it('EC-007: UTF-16 is refused unless asked for', async () => {
    const bytes = Buffer.from(`\ufeff${S('中')}\n${S('b')}\n`, 'utf16le');
    const refused = await read([bytes]);
    expect(refused.sources).toEqual([]);
    expect(refused.rules).toEqual(['M003']);
    expect(await read([bytes], { encoding: 'utf-16le' })).toMatchObject({ sources: ['中', 'b'], rules: [] });
  });

  it('EC-008: undecodable bytes are an error of their line', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${S('a')}\n{"source":"`),
      Buffer.from([0xc3]),
      Buffer.from(`"}\n${S('b')}\n`),
    ]);
    const { sources, found } = await read([bytes]);
    expect(sources).toEqual(['a', 'b']);
    expect(found).toMatchObject([{ rule: 'M001', severity: 'error', line: 2, offset: 15 }]);
    expect((await rewritten(bytes)).includes('\ufffd')).toBe(false);
    const batches = [];
    for await (const batch of manifestBatches([bytes])) batches.push(batch);
    const [unreadable] = batches.flatMap((batch) => batch.unreadable);
    expect(Buffer.from(unreadable!.raw).includes(0xc3)).toBe(true);
  });

  it('EC-009: other separators do not end lines', async () => {
    const line = S('a\u2028b\u0085c\u2029\u000b'.replace('\u000b', ''));
    const { samples } = await read(line);
    expect(samples.length).toBe(1);
    expect(formatSample(samples[0]!)).toBe(line);
    expect(formatSample(samples[0]!, { canonical: true })).toBe('{"source":"a\\u2028b\\u0085c\\u2029"}');
    expect(await rewritten(Buffer.from(line))).toBe(`${line}\n`);
  });

  it('EC-010, EC-011, EC-012: chunks may end anywhere', async () => {
    const bytes = Buffer.from(`${S('中文')}\r\n{"source":"\\uD83D\\uDE00"}\r\n\r\n${S('b')}`);
    const whole = await read([bytes]);
    expect(whole.sources).toEqual(['中文', '😀', 'b']);
    for (let cut = 1; cut < bytes.length; cut++) {
      const parts = await read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(parts.sources).toEqual(whole.sources);
      expect(parts.found).toEqual(whole.found);
      expect(parts.samples.map((s) => [s.line, s.offset])).toEqual(
        whole.samples.map((s) => [s.line, s.offset]),
      );
    }
    const bytewise = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect((await read(bytewise)).sources).toEqual(whole.sources);
  });

  it('EC-013, EC-014, EC-015: faulty lines do not hide others', async () => {
    const pretty = JSON.stringify({ source: 'p', annotation: [], usage: 'TRAIN' }, null, 2);
    const { sources, rules, found } = await read(
      [S('a') + S('b'), S('c'), pretty, '[]', '"x"', 'null', '3', S('d')].join('\n'),
    );
    expect(sources).toEqual(['c', 'd']);
    expect(rules).toEqual([...new Array<string>(6).fill('M004'), 'M006', 'M006', 'M006', 'M006']);
    expect(found[0]!.hint).toContain('two objects on one line');
    expect(found[1]!.hint).toBeTypeOf('string');
    await expect(read(`${S('a')}\n[]`, { mode: 'strict' })).rejects.toThrow(DataError);
  });

  it('EC-018: Chinese encodings', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"source":"a","annotation":[{"name":"'),
      Buffer.from([0xcf, 0xf2, 0xc8, 0xd5, 0xbf, 0xfb]),
      Buffer.from('"}]}\n'),
    ]);
    const { samples } = await read([bytes], { encoding: 'gbk' });
    expect(samples[0]!.annotations[0]!.name).toBe('向日葵');
    const { rules, found } = await read([bytes]);
    expect(rules).toEqual(['M001']);
    expect(found[0]!.hint).toMatch(/gb/i);
  });

  it('EC-019: abort, back-pressure, and leaving early', async () => {
    let given = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          given++;
          yield Buffer.from(`${S('a')}\n`.repeat(100));
        }
      } finally {
        closed = true;
      }
    }
    let seen = 0;
    for await (const _ of manifestSamples(endless())) if (++seen === 250) break;
    expect(closed).toBe(true);
    expect(given).toBeLessThanOrEqual(4);

    closed = false;
    given = 0;
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of manifestBatches(endless(), { signal: controller.signal })) controller.abort();
    };
    await expect(reading()).rejects.toThrow(AbortedError);
    expect(closed).toBe(true);
    expect(given).toBeLessThanOrEqual(2);
  });

  it('EC-020: long lines are read up to the limit', async () => {
    const text = `${S('a')}\n{"source":"content://${'长'.repeat(700_000)}"}\n${S('b')}\n`;
    const { samples } = await read(text);
    expect(samples[1]!.contentText!.length).toBe(700_000);
    const limited = await read(text, { maxLineBytes: 1_000_000 });
    expect(limited.sources).toEqual(['a', 'b']);
    expect(limited.rules).toEqual(['M004']);
    expect(limited.found[0]!.message).toContain('1000000');
  });

  it('EC-022: number tokens survive', async () => {
    const line = '{"source":"a","x":12345678901234567890,"y":1.0,"z":1e2}';
    expect(await rewritten(Buffer.from(line))).toBe(`${line}\n`);
  });

  it('EC-030, EC-031: lines without source are skipped', async () => {
    const { sources, rules } = await read(
      ['{}', '{"source":null}', '{"source":""}', '{"source":5}', S('a')].join('\n'),
    );
    expect(sources).toEqual(['a']);
    expect(rules).toEqual(['M020', 'M020', 'M021', 'M021']);
  });
});

describe('options', () => {
  const lines = ['{"source":"a","usage":"train"}', '{"source":"b","usage":"TEST"}', S('c'), '{'].join('\n');

  it('EC-035, EC-036: usage compares in any letter case, an absent one matches all only', async () => {
    expect((await read(lines, { usage: 'TRAIN' })).sources).toEqual(['a']);
    expect((await read(lines, { usage: 'test' })).sources).toEqual(['b']);
    expect((await read(lines, { usage: 'none' })).sources).toEqual([]);
    expect((await read(lines, { usage: 'All' })).sources).toEqual(['a', 'b', 'c']);
    await expect(read(lines, { usage: '' })).rejects.toThrow(OptionError);
  });

  it('usage is kept to in lazy reading', async () => {
    const out = await written(
      formatBatches(manifestBatches([Buffer.from(lines)], { usage: 'test', lazy: true })),
    );
    expect(out.toString()).toBe('{"source":"b","usage":"TEST"}\n');
  });

  it('check all runs the rules about lines', async () => {
    const text = '{"source":"obs://b/a.jpg","usage":"validation","source":"obs://b/c.jpg"}';
    expect((await read(text)).rules).toEqual([]);
    const { found } = await read(`\n${text}`, { check: 'all' });
    expect(found.map((d) => d.rule).sort()).toEqual(['M005', 'M008', 'M027']);
    expect(found.find((d) => d.rule === 'M027')).toMatchObject({
      line: 2,
      offset: 1,
      column: 35,
      pointer: '/usage',
    });
  });

  it('strict mode stops at the first error of a rule', async () => {
    const text = `${S('obs://b/a.jpg')}\n{"source":"obs://b/b.jpg","usage":1}\n{`;
    await expect(read(text, { mode: 'strict', check: 'all' })).rejects.toMatchObject({
      code: 'InvalidData',
      diagnostic: { rule: 'M028', line: 2 },
    });
  });

  it('lazy rows are read when asked for', async () => {
    const found: Diagnostic[] = [];
    const options = { lazy: true, onDiagnostic: (d: Diagnostic) => found.push(d) };
    for await (const batch of manifestBatches([Buffer.from(`${lines}\n`)], options)) {
      expect(batch.rowCount).toBe(4);
      expect(found).toEqual([]);
      expect(batch.sample(1)!.source).toBe('b');
      expect(batch.samples.length).toBe(3);
    }
    expect(found.map((d) => d.rule)).toEqual(['M004']);
  });
});

describe('batches', () => {
  it('pass on what was not touched and write what was', async () => {
    const text = [
      '{"source":"a","n":1.0}',
      '{"source":"b","n":2.0}',
      '',
      '{',
      '{"source":"c","n":3.0}',
      S('d'),
    ].join('\n');
    async function* edited() {
      for await (const batch of manifestBatches([Buffer.from(text)])) {
        for (let row = 0; row < batch.rowCount; row++) {
          const sample = batch.sample(row);
          if (sample?.source === 'b') sample.usage = 'train';
          if (sample?.source === 'c') batch.drop(row);
        }
        expect(batch.samples.map((sample) => sample.source)).not.toContain('c');
        yield batch;
      }
    }
    const expected = `{"source":"a","n":1.0}\n{"source":"b","n":2.0,"usage":"TRAIN"}\n${S('d')}\n`;
    expect((await written(formatBatches(edited()))).toString()).toBe(expected);
  });

  it('filter drops rows', async () => {
    const text = Array.from({ length: 5000 }, (_, i) => S(`${i}`)).join('\n');
    async function* even() {
      for await (const batch of manifestBatches([Buffer.from(text)], { lazy: true })) {
        batch.filter((sample) => Number(sample.source) % 2 === 0);
        yield batch;
      }
    }
    const out = (await written(formatBatches(even(), { chunkBytes: 1024 }))).toString();
    const expected = Array.from({ length: 2500 }, (_, i) => `${S(`${i * 2}`)}\n`).join('');
    expect(out).toBe(expected);
  });

  it('pass on large runs in one piece', async () => {
    const text = `${`${S('x'.repeat(100))}\n`.repeat(5000)}`;
    const chunks: Uint8Array[] = [];
    for await (const chunk of formatBatches(manifestBatches([Buffer.from(text)], { lazy: true })))
      chunks.push(chunk);
    expect(chunks.length).toBe(1);
    expect(Buffer.concat(chunks).toString()).toBe(text);
  });
});
