import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type SampleOptions, sample } from '../../src/dataset-io/sample.js';
import { LocalStorage, MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const line = (number: number) =>
  `{ "source": "obs://b/${number}.jpg", "x": ${number}.50, "annotation":[{"type":"modelarts/image_classification","name":"${number % 3 === 0 ? 'cat' : 'dog'}"}]}`;
const lines = Array.from({ length: 200 }, (_, at) => line(at));

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabelkitError) return error;
  throw error ?? new Error('it succeeded');
}

async function sampled(options: SampleOptions, input: readonly string[] = lines) {
  const dir = scratch({ 'in.manifest': input.map((text) => `${text}\n`).join('') });
  const output = join(dir, 'out.manifest');
  const result = await sample(join(dir, 'in.manifest'), output, options);
  return { result, kept: readFileSync(output, 'utf8').split('\n').slice(0, -1) };
}

/** What comes out of a pipe. */
async function piped(text: string, options: SampleOptions): Promise<string> {
  const parts: Buffer[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(Buffer.from(chunk));
      done();
    },
  });
  const stdin = Readable.from([Buffer.from(text.slice(0, 1000)), Buffer.from(text.slice(1000))]);
  await sample('-', '-', { ...options, storage: new LocalStorage({ stdin, stdout }) });
  return Buffer.concat(parts).toString();
}

const allWays: [string, SampleOptions][] = [
  ['count', { count: 20 }],
  ['stratified count', { count: 20, stratify: true }],
  ['fraction', { fraction: 0.2 }],
  ['stratified fraction', { fraction: 0.2, stratify: true }],
  ['per label', { perLabel: 10 }],
  ['head', { head: 5 }],
  ['tail', { tail: 5 }],
];

describe('of a manifest', () => {
  test.each([
    [{ count: 20 }, 20],
    [{ count: 0 }, 0],
    [{ count: 1000 }, 200],
    [{ perLabel: 10 }, 20],
    [{ perLabel: 0 }, 0],
    [{ head: 3 }, 3],
    [{ head: 0 }, 0],
    [{ head: 1000 }, 200],
    [{ tail: 3 }, 3],
    [{ tail: 0 }, 0],
    [{ tail: 1000 }, 200],
    [{ fraction: 0 }, 0],
    [{ fraction: 1 }, 200],
    [{ count: 20, stratify: true }, 20],
    [{ count: 0, stratify: true }, 0],
    [{ count: 1000, stratify: true }, 200],
    [{ fraction: 0, stratify: true }, 0],
    [{ fraction: 1, stratify: true }, 200],
  ] satisfies [SampleOptions, number][])(
    '%j writes %d lines as they were, in order',
    async (options, count) => {
      const { result, kept } = await sampled(options);
      expect(kept).toHaveLength(count);
      expect(kept).toEqual(lines.filter((text) => kept.includes(text)));
      expect(result).toMatchObject({ written: count, skipped: 0, losses: {} });
      expect(result.read).toBe(count + result.dropped!);
      if (!('head' in options)) expect(result.read).toBe(200);
    },
  );

  test('the first and the last', async () => {
    expect((await sampled({ head: 3 })).kept).toEqual(lines.slice(0, 3));
    expect((await sampled({ tail: 3 })).kept).toEqual(lines.slice(-3));
  });

  test('a fraction of each set of labels', async () => {
    const { kept } = await sampled({ fraction: 0.3, stratify: true });
    const cats = kept.filter((text) => text.includes('"cat"')).length;
    expect(Math.abs(cats - 67 * 0.3)).toBeLessThan(1);
    expect(Math.abs(kept.length - cats - 133 * 0.3)).toBeLessThan(1);
  });

  test('so many, each set of labels with its share', async () => {
    // 67 and 133 of 200, by 10: 3.35 and 6.65.
    const { kept } = await sampled({ count: 10, stratify: true });
    expect(kept.filter((text) => text.includes('"cat"'))).toHaveLength(3);
    expect(kept).toHaveLength(10);
  });

  test.each(allWays)('%s: the same from a pipe as from a file', async (_, options) => {
    const { kept } = await sampled(options);
    expect(await piped(`${lines.join('\n')}\n`, options)).toBe(kept.map((text) => `${text}\n`).join(''));
  });

  test.each(allWays)('%s: nothing of an empty file', async (_, options) => {
    const { result, kept } = await sampled({ ...options, from: 'manifest' }, []);
    expect(result).toMatchObject({ read: 0, written: 0, dropped: 0 });
    expect(kept).toEqual([]);
  });

  test('more than the memory of a pipe is put aside', async () => {
    const many = Array.from({ length: 60_000 }, (_, at) => line(at));
    expect(await piped(`${many.join('\n')}\n`, { tail: 2 })).toBe(`${many.slice(-2).join('\n')}\n`);
  });

  test('another seed draws others; no seed is seed 0', async () => {
    const [none, zero, one] = await Promise.all([
      sampled({ count: 20 }),
      sampled({ count: 20, seed: 0 }),
      sampled({ count: 20, seed: 1 }),
    ]);
    expect(none.kept).toEqual(zero.kept);
    expect(one.kept).not.toEqual(zero.kept);
  });

  const faulty = [...lines.slice(0, 10), '{"source":', ...lines.slice(10, 20)];

  test.each(allWays.filter(([name]) => name !== 'head'))(
    '%s: a faulty line counts for nothing',
    async (_, options) => {
      const { kept } = await sampled(options, [...lines.slice(0, 20)]);
      const skipping = await sampled({ ...options, onError: 'skip' }, faulty);
      expect(skipping.kept).toEqual(kept);
      expect(skipping.result).toMatchObject({ read: 21, skipped: 1, written: kept.length });
      expect(await failure(sampled(options, faulty))).toMatchObject({ code: 'InvalidData' });
    },
  );

  test('the head of an input is all that is read of it', async () => {
    const many = Array.from({ length: 200_000 }, (_, at) => line(at));
    const { result, kept } = await sampled({ head: 1 }, [...many, 'no line']);
    expect(kept).toEqual([line(0)]);
    expect(result.read).toBeLessThan(200_000);
  });

  test('in memory, as any place', async () => {
    const storage = new MemoryStorage();
    const writer = await storage.openWrite('mem://in.manifest', { mode: 'create' });
    await writer.write(Buffer.from(lines.join('\n')));
    await writer.commit();
    const result = await sample('mem://in.manifest', 'mem://out.manifest', { storage, count: 7 });
    expect(result).toMatchObject({ written: 7 });
  });

  test.each([
    [{}, /nothing says which samples/],
    [{ count: 1, head: 1 }, /count and head at once/],
    [{ fraction: 1.5 }, /from 0 to 1, not 1.5/],
    [{ count: 1.5 }, /count must be a whole number/],
    [{ perLabel: 5, stratify: true }, /cannot be stratified with perLabel/],
    [{ count: 5, seed: -1 }, /a seed must be/],
  ] satisfies [SampleOptions, RegExp][])('%j is refused', async (options, message) => {
    const error = await failure(sampled(options));
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringMatching(message) });
  });
});

describe('of VOC files', () => {
  const files: Record<string, string> = { 'in/ImageSets/Main/train.txt': 'a0\na1\na2\na3\n' };
  for (let at = 0; at < 6; at++) {
    files[`in/Annotations/a${at}.xml`] = vocXml(`a${at}.jpg`, [{ name: at < 4 ? 'cat' : 'dog' }]);
    files[`in/JPEGImages/a${at}.jpg`] = 'A';
  }

  test.each(allWays)('%s', async (_, options) => {
    const dir = scratch(files);
    const result = await sample(join(dir, 'in'), join(dir, 'out'), options);
    const before = filesIn(join(dir, 'in'));
    const after = filesIn(join(dir, 'out'));
    const kept = Object.keys(after).filter((name) => name.startsWith('Annotations/'));
    expect(kept).toHaveLength(result.written);
    for (const name of kept) expect(after[name]).toBe(before[name]);
    const ids = kept.map((name) => name.slice('Annotations/'.length, -'.xml'.length));
    expect(after['ImageSets/Main/train.txt']).toBe(ids.map((id) => (id < 'a4' ? `${id}\n` : '')).join(''));
  });

  test('caps count the objects of annotation files', async () => {
    const dir = scratch(files);
    expect(await sample(join(dir, 'in'), join(dir, 'out'), { perLabel: 1 })).toMatchObject({ written: 2 });
  });

  test('a sample whose annotation file is missing is refused where its labels are needed', async () => {
    const detection = (name: string) =>
      `{"source":"${name}.jpg","annotation":[{"type":"modelarts/object_detection","annotation-loc":"in/Annotations/${name}.xml"}]}\n`;
    const dir = scratch({ ...files, 'm.manifest': ['a0', 'gone', 'a5'].map(detection).join('') });
    const input = join(dir, 'm.manifest');
    for (const options of [{ perLabel: 5 }, { fraction: 1, stratify: true }, { count: 2, stratify: true }]) {
      const output = join(dir, `${JSON.stringify(options)}.manifest`);
      expect(await sample(input, output, { ...options, onError: 'skip' })).toMatchObject({
        read: 3,
        written: 2,
        skipped: 1,
        diagnostics: [{ rule: 'M082', line: 2 }],
      });
      expect(await failure(sample(input, `${output}2`, options))).toMatchObject({ code: 'InvalidData' });
    }
  });
});
