import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readBlock } from '../../src/dataset-io/jobs/manifest-blocks.js';
import type { StatsShard } from '../../src/dataset-io/jobs/shard.js';
import { runStatsBlocks } from '../../src/dataset-io/jobs/stats-blocks.js';
import { StatsLines } from '../../src/dataset-io/stats-lines.js';
import type { SyncFile } from '../../src/dataset-io/storage/index.js';
import { MemoryStorage, mergeStats, stats, tallyDataset } from '../../src/index.js';
import { parseManifestLine } from '../../src/manifest/index.js';
import { lineScanner } from '../../src/manifest/line-scanner.js';
import { StatsTally } from '../../src/transforms/index.js';
import { mutateBytes, randomSample } from '../manifest/rules/random-lines.js';
import { type Random, randomFor } from '../support/random.js';
import { scratch } from '../support/scratch.js';

/** The counts that parsing every line gives. */
function parsedTally(bytes: Uint8Array): StatsTally {
  const tally = new StatsTally();
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const raw = Buffer.from(line, 'latin1');
    const { sample, diagnostics } = parseManifestLine(raw.toString('utf8').replace(/\r$/, ''), {
      check: 'faults',
    });
    const isText = Buffer.compare(Buffer.from(raw.toString('utf8')), raw) === 0;
    if (sample !== undefined && isText) tally.add(sample, []);
    else if (!isText || diagnostics.some(({ rule }) => rule !== 'M005')) tally.addUnreadable();
  }
  return tally;
}

/** The counts of {@link StatsLines}, with chunks of any length. */
function countedTally(bytes: Uint8Array, lengthOf: () => number): StatsTally {
  const lines = new StatsLines({ file: 'f', maxDiagnostics: 3 });
  const part = lines.part();
  for (let at = 0; at < bytes.length; ) {
    const end = at + lengthOf();
    part.push(bytes.subarray(at, end));
    at = end;
  }
  part.end();
  return lines.tally;
}

const twists: ((line: string, random: Random) => string | Buffer)[] = [
  (line) => `${line}\r`,
  (line) => `  ${line} \t`,
  (line) => line.replace('annotated-by', 'annotated_by'),
  (line) => line.replace('"name"', '"na\\u006de"'),
  (line) => line.replace('"hard":', '"hard":true,"hard":'),
  (line) => line.replace('"annotated-by":', '"annotated-by":"x","annotated-by":'),
  (line, random) =>
    line.replace(/"hard":[^,}]*/, `"hard":${random.pick(['"True"', '1', '"1"', '"false"', 'null', '[]'])}`),
  (line) => line.replace(/"usage":"[^"]*"/, '"usage":null'),
  (line) => line.replace('{', '{"usage":"tr\\u0061in",'),
  (line) => line.slice(0, line.length / 2),
  (line, random) => Buffer.from(mutateBytes(random, Buffer.from(line))),
  () => '',
  () => 'null',
];

function randomManifest(random: Random): Buffer {
  const parts: Buffer[] = random.chance(0.1) ? [Buffer.from('\ufeff')] : [];
  const share = random.pick([0, 0.05, 0.5]);
  for (let i = random.below(random.pick([3, 80])); i >= 0; i--) {
    const sample = randomSample(random, i, random.chance(0.7)) as { annotation?: Record<string, unknown>[] };
    if (random.chance(0.4) && Array.isArray(sample.annotation)) {
      for (const annotation of sample.annotation) {
        annotation['name'] = `${'n'.repeat(random.below(60))}${random.below(5000)}`;
        annotation['hard'] = random.pick([true, false, 'true', 'false', null]);
        annotation['annotated-by'] = random.pick(['me', '北厂', '', 'q"q']);
      }
    }
    const line = JSON.stringify(sample);
    parts.push(
      Buffer.from(random.chance(share) ? random.pick(twists)(line, random) : line),
      Buffer.from('\n'),
    );
  }
  if (random.chance(0.3)) parts.pop();
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

describe('lines that are counted without being parsed', () => {
  it('give the counts of parsed ones, wherever chunks end (generated and damaged lines)', () => {
    const random = randomFor(77);
    const nobody = {
      epoch: 0,
      usageId: () => 0,
      labelId: () => 0,
      typeId: () => 0,
      annotatorId: () => 0,
      begin: () => undefined,
      annotation: () => undefined,
      end: () => undefined,
    };
    let unparsed = 0;
    for (let run = 0; run < 250; run++) {
      const bytes = randomManifest(random);
      const most = random.pick([5, 200, 5000, 1 << 20]);
      const counted = countedTally(bytes, () => 1 + random.below(most));
      expect(counted.toJSON()).toEqual(parsedTally(bytes).toJSON());
      lineScanner()?.tally(bytes, nobody, {
        counted: (lines) => {
          unparsed += lines;
        },
        others: () => undefined,
      });
    }
    expect(unparsed).toBeGreaterThan(1000);
  });

  it('tells apart more names than the scanner remembers, in one line and in many', () => {
    const line = (from: number, count: number) =>
      `${JSON.stringify({
        source: 'a',
        usage: `u${from % 7}`,
        annotation: Array.from({ length: count }, (_, i) => ({
          name: `label ${from + i}`,
          type: `t${i % 9}`,
        })),
      })}\n`;
    const bytes = Buffer.from(
      [line(0, 3900), line(0, 5000), ...Array.from({ length: 4000 }, (_, i) => line(i, 1 + (i % 3)))].join(
        '',
      ),
    );
    const counted = countedTally(bytes, () => 1 << 20);
    expect(counted.toJSON()).toEqual(parsedTally(bytes).toJSON());
    expect(counted.report().labels.count).toBe(5000);
  });
});

describe('blocks', () => {
  const fileOf = (bytes: Buffer): SyncFile => ({
    read: (into, position) => bytes.copy(into, 0, position, position + into.length),
    close: () => undefined,
  });

  it('have every line once, whatever their size', () => {
    const random = randomFor(78);
    for (let run = 0; run < 60; run++) {
      const bytes = randomManifest(random);
      const blockBytes = 1 + random.below(random.pick([10, 500, 20_000]));
      const piece = Buffer.alloc(1 + random.below(3000));
      const found: Buffer[] = [];
      for (let block = 0; block * blockBytes < bytes.length; block++) {
        readBlock(fileOf(bytes), { size: bytes.length, blockBytes }, block, piece, (chunk) => {
          found.push(Buffer.from(chunk));
        });
      }
      expect(Buffer.concat(found).equals(bytes)).toBe(true);
    }
  });

  it('counted by two at a time add up to one pass', async () => {
    const random = randomFor(79);
    for (let run = 0; run < 30; run++) {
      const bytes = randomManifest(random);
      const blockBytes = 1 + random.below(3000);
      const shard: StatsShard = {
        kind: 'stats',
        path: 'f',
        size: bytes.length,
        blockBytes,
        progress: new Int32Array(2),
        blockLines: new Int32Array(Math.ceil(bytes.length / blockBytes)),
        encoding: undefined,
        maxLineBytes: undefined,
        join: false,
        maxDiagnostics: 3,
      };
      const run2 = () =>
        runStatsBlocks(
          fileOf(bytes),
          shard,
          () => Promise.resolve(),
          () => undefined,
        );
      const parts = await Promise.all([run2(), run2()]);
      const sum = new StatsTally();
      for (const { partial } of parts) sum.merge(StatsTally.fromJSON(partial));
      expect(sum.toJSON()).toEqual(parsedTally(bytes).toJSON());
    }
  });
});

const xml = (objects: string) =>
  `<annotation><filename>a.jpg</filename><size><width>64</width><height>64</height><depth>3</depth></size>${objects}</annotation>`;
const object = (name: string) =>
  `<object><name>${name}</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>11</xmax><ymax>22</ymax></bndbox></object>`;

describe('a data set', () => {
  const detection = (loc: string, usage = 'TRAIN') =>
    `${JSON.stringify({ source: 'a.jpg', usage, annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': loc }] })}\n`;

  it('is joined with the annotation files of a manifest, those that cannot be read counted', async () => {
    const storage = new MemoryStorage();
    await storage.writeAtomic('mem://d/a.xml', Buffer.from(xml(object('cat') + object('dog'))));
    const lines = [
      detection('a.xml'),
      detection('gone.xml'),
      detection(xml(object('cat')), 'EVAL'),
      '{\n',
    ].join('');
    await storage.writeAtomic('mem://d/m.manifest', Buffer.from(lines));
    const found = await stats('mem://d/m.manifest', { storage });
    expect([found.samples, found.annotations, found.objects]).toEqual([3, 3, 3]);
    expect([found.unjoined, found.unreadable]).toEqual([1, 1]);
    expect(found.labels.listed.map(({ label, objects }) => [label, objects])).toEqual([
      ['cat', 2],
      ['dog', 1],
    ]);
    expect(found.splits.EVAL.objects).toBe(1);
    expect(found.hard.objects).toEqual({ yes: 3, no: 0, unsaid: 0 });
    expect(found.diagnostics.map(({ rule, line }) => [rule, line])).toEqual([
      ['M082', 2],
      ['M004', 4],
    ]);
    const alone = await stats('mem://d/m.manifest', { storage, join: false });
    expect([alone.samples, alone.annotations, alone.objects, alone.unjoined]).toEqual([3, 3, 0, 0]);
  });

  it('of VOC files has their objects and usages, and images without a file', async () => {
    const root = scratch();
    for (const folder of ['Annotations', 'JPEGImages', 'ImageSets/Main'])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'Annotations/a.xml'), xml(object('cat') + object('猫')));
    writeFileSync(join(root, 'Annotations/b.xml'), '<annotation>');
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) writeFileSync(join(root, 'JPEGImages', name), '');
    writeFileSync(join(root, 'ImageSets/Main/train.txt'), 'a\nc\n');
    const found = await stats(root);
    expect(found.format).toBe('voc');
    expect([found.samples, found.unannotated, found.unreadable, found.objects]).toEqual([2, 1, 1, 2]);
    expect(found.splits.TRAIN).toEqual({ samples: 2, annotations: 1, objects: 2 });
    expect(found.diagnostics).toHaveLength(1);
  });

  test('without lines is counted as nothing', async () => {
    const path = join(scratch(), 'empty.manifest');
    writeFileSync(path, '');
    const found = await stats(path, { from: 'manifest' });
    expect([found.samples, found.unreadable]).toEqual([0, 0]);
  });

  test.each(['utf-16le', 'gbk'])('in %s is counted like any other', async (encoding) => {
    const path = join(scratch(), 'm.manifest');
    const text = '{"source":"a","usage":"TRAIN","annotation":[{"name":"cat"}]}\n';
    writeFileSync(path, Buffer.from(text, encoding === 'gbk' ? 'latin1' : 'utf16le'));
    const found = await stats(path, { from: 'manifest', encoding });
    expect([found.samples, found.labels.count, found.splits.TRAIN.samples]).toEqual([1, 1, 1]);
  });

  test('a line above the limit is unreadable', async () => {
    const path = join(scratch(), 'm.manifest');
    writeFileSync(path, `{"source":"a"}\n{"source":"${'b'.repeat(200)}"}\n{"source":"c"}\n`);
    const found = await stats(path, { maxLineBytes: 100 });
    expect([found.samples, found.unreadable]).toEqual([2, 1]);
  });
});

describe('partial results', () => {
  it('of files add up to the whole', async () => {
    const folder = scratch();
    const bytes = randomManifest(randomFor(80));
    const cut = bytes.indexOf('\n', bytes.length / 2) + 1;
    const paths = [bytes.subarray(0, cut), bytes.subarray(cut)].map((part, i) => {
      const path = join(folder, `part-${i}.manifest`);
      writeFileSync(path, part);
      return path;
    });
    const whole = join(folder, 'whole.manifest');
    writeFileSync(whole, bytes);
    const partials: string[] = [];
    for (const [i, path] of paths.entries()) {
      const { tally } = await tallyDataset(path, { from: 'manifest', join: false });
      partials.push(join(folder, `part-${i}.json`));
      writeFileSync(partials[i] as string, JSON.stringify(tally));
    }
    const { tally } = await tallyDataset(whole, { from: 'manifest', join: false });
    expect(JSON.stringify(await mergeStats(partials))).toBe(JSON.stringify(tally));
    expect(readFileSync(partials[0] as string, 'utf8')).toContain('"version":1');
  });

  it.each([1, 3, 40])('of %i parts of one file add up to the whole, with its line numbers', async (count) => {
    const path = join(scratch(), 'whole.manifest');
    const bytes = randomManifest(randomFor(81));
    writeFileSync(path, bytes);
    const options = { from: 'manifest', join: false, maxDiagnostics: 1000 };
    const whole = await tallyDataset(path, options);
    const sum = new StatsTally();
    const found: unknown[] = [];
    for (let index = 1; index <= count; index++) {
      const { tally, diagnostics } = await tallyDataset(path, { ...options, shard: { index, count } });
      sum.merge(StatsTally.fromJSON(JSON.parse(JSON.stringify(tally))));
      found.push(...diagnostics);
    }
    expect(JSON.stringify(sum)).toBe(JSON.stringify(whole.tally));
    expect(whole.diagnostics.length).toBeGreaterThan(0);
    expect(found).toEqual(whole.diagnostics);
  });

  it('of a part of what cannot be cut is refused', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'a.xml'), xml(object('cat')));
    const shard = { index: 1, count: 2 };
    await expect(tallyDataset(folder, { shard })).rejects.toMatchObject({ code: 'BadOption' });
    await expect(tallyDataset('-', { from: 'manifest', shard })).rejects.toMatchObject({ code: 'BadOption' });
  });

  test.each([
    ['{"labelkit":', /bad.json is no partial result of stats: it is not JSON/],
    ['{"samples":1}', /bad.json: this is no partial result of stats/],
    ['{"labelkit":"stats","version":9}', /bad.json: this partial result is of version 9, not 1/],
  ])('that are none: %s', async (text, message) => {
    const path = join(scratch(), 'bad.json');
    writeFileSync(path, text);
    await expect(mergeStats([path])).rejects.toThrow(
      expect.objectContaining({ code: 'BadOption', message: expect.stringMatching(message) }),
    );
  });
});
