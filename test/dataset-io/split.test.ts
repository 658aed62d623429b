import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkSplit, manifestRanges, parseManifestLine, type SplitOptions, split } from '../../src/index.js';
import { equalParts, parseParts } from '../../src/transforms/index.js';
import { testFolder } from './folder.js';

const street = resolve(import.meta.dirname, '../../examples/street');
const ratios = parseParts('train=0.8,eval=0.1,test=0.1', 'ratio');

interface Line {
  readonly source: string;
  readonly labels?: readonly string[];
  readonly usage?: string;
  readonly parent?: string;
  readonly property?: Record<string, unknown>;
}

function lineOf({ source, labels = [], usage, parent, property }: Line): string {
  return JSON.stringify({
    id: `id of ${source}`,
    source,
    ...(usage === undefined ? {} : { usage }),
    ...(parent === undefined && property === undefined
      ? {}
      : {
          property: { ...property, ...(parent === undefined ? {} : { '@modelarts:parent_source': parent }) },
        }),
    annotation: labels.map((name) => ({ name, type: 'modelarts/image_classification' })),
    unknown: ' kept  as it is ',
  });
}

function manifestOf(lines: readonly (Line | string)[]): { folder: string; path: string } {
  const folder = testFolder();
  const path = join(folder, 'all.manifest');
  writeFileSync(path, lines.map((line) => `${typeof line === 'string' ? line : lineOf(line)}\n`).join(''));
  return { folder, path };
}

const numbered = (count: number, more: (i: number) => Partial<Line> = () => ({})): Line[] =>
  Array.from({ length: count }, (_, i) => ({ source: `obs://b/${i}.jpg`, ...more(i) }));

function linesIn(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

function partsIn(folder: string): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name.replace('.manifest', ''), linesIn(join(folder, name))]),
  );
}

async function splitInto(path: string, options: Partial<SplitOptions> = {}) {
  const output = join(testFolder(), 'parts');
  const result = await split(path, output, { parts: ratios, ...options });
  return { result, parts: partsIn(output), output };
}

describe.each(['random', 'stratified', 'hash'] as const)('%s', (by) => {
  test('the parts have every line once, byte for byte, in its order', async () => {
    const { path } = manifestOf(numbered(200, (i) => ({ labels: [i % 3 === 0 ? 'a' : 'b'] })));
    const all = linesIn(path);
    const { result, parts } = await splitInto(path, { by, seed: 3 });
    const back = Object.values(parts).flat();
    expect([...back].sort()).toEqual([...all].sort());
    for (const lines of Object.values(parts))
      expect(lines).toEqual(all.filter((line) => lines.includes(line)));
    expect(result).toMatchObject({ read: 200, written: 200, skipped: 0, dropped: 0 });
    expect(result.split.groups?.crossing).toBe(0);
    for (const { name, samples, labels } of result.split.parts) {
      expect(parts[name]!.length).toBe(samples);
      const met = parts[name]!.filter((line) => line.includes('"name":"a"')).length;
      expect(labels?.['a'] ?? 0).toBe(met);
    }
    const again = await splitInto(path, { by, seed: 3 });
    expect(again.parts).toEqual(parts);
    expect((await splitInto(path, { by, seed: 4 })).parts).not.toEqual(parts);
    expect((await splitInto(path, { by, seed: 3, countLabels: false })).parts).toEqual(parts);
  });

  test.each([0, 1])('%i samples: parts may be empty', async (count) => {
    const { path } = manifestOf(numbered(count));
    const { result, parts } = await splitInto(path, { by, from: 'manifest' });
    expect(Object.keys(parts)).toEqual(['eval', 'test', 'train']);
    expect(Object.values(parts).flat().length).toBe(count);
    expect(result.read).toBe(count);
  });

  test('one source, and all frames of one video, come into one part', async () => {
    const lines = numbered(300, (i) => ({
      source: i % 10 === 0 ? `obs://b/twin-${i % 40}.jpg` : `obs://b/frame-${i}.jpg`,
      ...(i % 10 === 0 ? {} : { parent: `obs://b/video-${i % 23}.mp4` }),
      labels: [`label ${i % 4}`],
    }));
    const { path } = manifestOf(lines);
    const { result, parts, output } = await splitInto(path, { by, seed: 5 });
    expect(result.split.groups?.crossing).toBe(0);
    const partsOf = new Map<string, Set<string>>();
    for (const [part, all] of Object.entries(parts)) {
      for (const line of all) {
        const { source, property } = JSON.parse(line) as {
          source: string;
          property?: Record<string, string>;
        };
        const key = property?.['@modelarts:parent_source'] ?? source;
        partsOf.set(key, (partsOf.get(key) ?? new Set()).add(part));
      }
    }
    expect([...partsOf.values()].filter((met) => met.size > 1)).toEqual([]);
    const { counts, clean } = await checkSplit([output]);
    expect(counts).toMatchObject({ overlap: 0, crossingGroups: 0 });
    expect(clean).toBe(counts.repeats === 0);
  });

  test('an existing usage is respected, unless samples are to be put anew', async () => {
    const { path } = manifestOf(
      numbered(50, (i) => (i % 5 === 0 ? { usage: i % 10 === 0 ? 'Eval' : 'TEST' } : {})),
    );
    const { parts } = await splitInto(path, { by });
    for (const [name, lines] of Object.entries(parts)) {
      for (const line of lines) {
        const { usage } = JSON.parse(line) as { usage?: string };
        if (usage !== undefined) expect(usage.toLowerCase()).toBe(name);
      }
    }
    const { parts: anew } = await splitInto(path, { by, reassign: true });
    expect(anew['train']!.some((line) => line.includes('"usage"'))).toBe(true);
  });
});

describe('sizes', () => {
  test('five samples, 0.8 and 0.2: four and one, the same twice', async () => {
    const { path } = manifestOf(numbered(5));
    const parts = parseParts('a=0.8,b=0.2', 'ratio');
    const one = await splitInto(path, { parts, seed: 9 });
    expect([one.parts['a']!.length, one.parts['b']!.length]).toEqual([4, 1]);
    expect((await splitInto(path, { parts, seed: 9 })).parts).toEqual(one.parts);
  });

  test('counts, and ratios that leave some', async () => {
    const { path } = manifestOf(numbered(10));
    const counted = await splitInto(path, { parts: parseParts('a=7,rest', 'count') });
    expect([counted.parts['a']!.length, counted.parts['rest']!.length]).toEqual([7, 3]);
    const { result } = await splitInto(path, { parts: parseParts('half=0.5', 'ratio') });
    expect(result).toMatchObject({ read: 10, written: 5, dropped: 5, split: { unassigned: 5 } });
    await expect(splitInto(path, { parts: parseParts('a=11', 'count') })).rejects.toThrow(
      'the parts ask for 11 samples, and there are 10',
    );
  });

  test('more folds than samples, and groups larger than a part, are findings', async () => {
    const { path } = manifestOf(numbered(3));
    const { result } = await splitInto(path, { parts: equalParts('fold', 5) });
    expect(result.split.parts.map(({ samples }) => samples)).toEqual([1, 1, 1, 0, 0]);
    const { path: video } = manifestOf(numbered(20, (i) => ({ parent: i < 15 ? 'v' : `w${i}` })));
    const large = await splitInto(video, { parts: parseParts('a=0.5,b=0.5', 'ratio') });
    expect(large.result.diagnostics.map(({ rule }) => rule)).toEqual(['D061', 'D061']);
    const { path: single } = manifestOf(numbered(20, () => ({ parent: 'v' })));
    const one = await splitInto(single, { parts: parseParts('a=0.5,b=0.5', 'ratio') });
    expect(one.result.diagnostics.map(({ rule }) => rule)).toContain('D062');
  });

  test('a label on one sample is M144, and the split the same every time', async () => {
    const { path } = manifestOf(numbered(30, (i) => ({ labels: i === 4 ? ['rare'] : ['often'] })));
    const one = await splitInto(path, { by: 'stratified' });
    expect(one.result.diagnostics).toMatchObject([
      { rule: 'M144', message: 'the label "rare" is on one sample, too few for every part' },
    ]);
    expect((await splitInto(path, { by: 'stratified' })).parts).toEqual(one.parts);
  });
});

test('parts by hash are the same through eight shards joined', async () => {
  const { folder, path } = manifestOf(numbered(400, (i) => ({ labels: ['x'], parent: `p${i % 50}` })));
  const { parts } = await splitInto(path, { by: 'hash', seed: 11 });
  const joined: Record<string, string[]> = { train: [], eval: [], test: [] };
  const bytes = readFileSync(path);
  const ranges = await manifestRanges(path, 8);
  expect(ranges.length).toBe(8);
  for (const [i, { start, end }] of ranges.entries()) {
    const shard = join(folder, `shard-${i}.manifest`);
    writeFileSync(shard, bytes.subarray(start, end));
    const { parts: own } = await splitInto(shard, { by: 'hash', seed: 11 });
    for (const [name, lines] of Object.entries(own)) joined[name]!.push(...lines);
  }
  expect(joined).toEqual(parts);
  const again: Record<string, string[]> = { train: [], eval: [], test: [] };
  for (let index = 1; index <= 8; index++) {
    const { parts: own } = await splitInto(path, { by: 'hash', seed: 11, shard: { index, count: 8 } });
    for (const [name, lines] of Object.entries(own)) again[name]!.push(...lines);
  }
  expect(again).toEqual(parts);
  await expect(splitInto(path, { shard: { index: 1, count: 8 } })).rejects.toThrow(
    'cannot be split by random',
  );
});

test('by lines: the bytes joined again are the file, whatever is in it', async () => {
  const { folder, path } = manifestOf(numbered(10));
  writeFileSync(path, `${readFileSync(path, 'utf8')}not JSON\r\n\n{"source":"last"}`);
  const output = join(folder, 'parts');
  const result = await split(path, output, {
    parts: parseParts('a=4,b=5,rest', 'count'),
    by: 'lines',
    from: 'manifest',
  });
  expect(result).toMatchObject({
    read: 13,
    written: 13,
    split: { parts: [{ samples: 4 }, { samples: 5 }, { samples: 4 }] },
  });
  const joined = ['a', 'b', 'rest']
    .map((name) => readFileSync(join(output, `${name}.manifest`), 'utf8'))
    .join('');
  expect(joined).toBe(readFileSync(path, 'utf8'));
  const equal = await split(path, join(folder, 'equal'), {
    parts: equalParts('part', 3),
    by: 'lines',
    from: 'manifest',
  });
  expect(equal.split.parts.map(({ samples }) => samples)).toEqual([5, 4, 4]);
  await expect(
    split(path, join(folder, 'none'), {
      parts: parseParts('a=40,rest', 'count'),
      by: 'lines',
      from: 'manifest',
    }),
  ).rejects.toThrow('the parts ask for 40 samples, and there are 13');
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

describe('malformed lines in the middle', () => {
  const faulty = () =>
    manifestOf([...numbered(4), '{"source":', '', ...numbered(4, (i) => ({ source: `obs://b/later-${i}` }))]);

  test('stop the run, which leaves nothing', async () => {
    const { path, folder } = faulty();
    for (const by of ['random', 'hash'] as const) {
      const output = join(folder, by);
      await expect(split(path, output, { parts: ratios, by, from: 'manifest' })).rejects.toMatchObject({
        code: 'InvalidData',
      });
      expect(existsSync(output)).toBe(false);
    }
  });

  test.each(['random', 'stratified', 'hash'] as const)('by %s: are left out or put aside', async (by) => {
    const { path, folder } = faulty();
    const quarantine = join(folder, 'aside');
    const { result, parts } = await splitInto(path, {
      by,
      from: 'manifest',
      onError: 'quarantine',
      quarantine,
    });
    expect(result).toMatchObject({ read: 9, written: 8, skipped: 1 });
    expect(Object.values(parts).flat().length).toBe(8);
    expect(readFileSync(quarantine, 'utf8')).toBe('{"source":\n');
    expect((await splitInto(path, { by, from: 'manifest', onError: 'skip' })).parts).toEqual(parts);
  });
});

describe('as usage', () => {
  test('usage is set in one manifest, and nothing else changes', async () => {
    const { path, folder } = manifestOf(numbered(40, (i) => (i < 2 ? { usage: 'TEST' } : {})));
    const output = join(folder, 'usage.manifest');
    const result = await split(path, output, { parts: ratios, as: 'usage', seed: 2 });
    expect(result.split.parts.map(({ samples }) => samples)).toEqual([32, 4, 4]);
    const before = linesIn(path);
    linesIn(output).forEach((line, i) => {
      const { usage, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const { usage: _, ...old } = JSON.parse(before[i]!) as Record<string, unknown>;
      expect(rest).toEqual(old);
      expect(['TRAIN', 'EVAL', 'TEST']).toContain(usage);
    });
    expect(linesIn(output).slice(0, 2)).toEqual(before.slice(0, 2));
    const { parts } = await splitInto(path, { seed: 2 });
    for (const [name, lines] of Object.entries(parts)) {
      for (const line of lines) {
        const { source } = parseManifestLine(line).sample!;
        const now = linesIn(output).find((one) => one.includes(`"${source}"`));
        expect(now).toContain(`"usage":"${name.toUpperCase()}"`);
      }
    }
    expect(await checkSplit([output])).toMatchObject({ clean: true });
  });

  test('a VOC tree becomes a manifest with usage', async () => {
    const output = join(testFolder(), 'street.manifest');
    const parts = parseParts('train=0.5,eval=0.5', 'ratio');
    const result = await split(street, output, {
      parts,
      as: 'usage',
      to: 'manifest',
      reassign: true,
      by: 'stratified',
    });
    expect(result.split.parts.map(({ samples }) => samples)).toEqual([3, 3]);
    expect(linesIn(output).filter((line) => line.includes('"usage":"TRAIN"')).length).toBe(3);
  });
});

describe('as ImageSets lists', () => {
  test('of a VOC tree, into the tree itself, and checked', async () => {
    const tree = join(testFolder(), 'street');
    cpSync(street, tree, { recursive: true });
    const lists = join(tree, 'ImageSets/Main');
    const parts = parseParts('train=0.5,val=0.5', 'ratio');
    const result = await split(tree, lists, { parts, reassign: true, mode: 'overwrite', seed: 1 });
    expect(result.outputs.map(({ samples }) => samples)).toEqual([3, 3]);
    expect(linesIn(join(lists, 'train.txt')).length).toBe(3);
    expect(await checkSplit([tree], { checkFiles: true })).toMatchObject({
      clean: true,
      counts: { sameImages: 0 },
    });
  });

  test('of a manifest: stems of the sources', async () => {
    const { path, folder } = manifestOf(numbered(4));
    const output = join(folder, 'lists');
    for (const by of ['random', 'hash'] as const) {
      await split(path, join(output + by), { parts: parseParts('all=1', 'ratio'), as: 'imagesets', by });
      expect(linesIn(join(output + by, 'all.txt'))).toEqual(['0', '1', '2', '3']);
    }
  });
});

describe('groups', () => {
  const lines = numbered(60, (i) => ({
    source: `obs://b/day-${i % 6}/camera-${i % 4}_${i}.jpg`,
    ...(i % 9 === 0 ? {} : { property: { lot: `lot-${i % 5}` } }),
  }));

  test.each([
    ['source-folder', (source: string) => source.slice(0, source.lastIndexOf('/'))],
    ['regex:camera-(\\d)', (source: string) => /camera-(\d)/.exec(source)![1]!],
    [
      'property:lot',
      (source: string, line: string) =>
        (JSON.parse(line) as { property?: { lot: string } }).property?.lot ?? source,
    ],
  ] as const)('by %s', async (groupBy, keyOf) => {
    const { path } = manifestOf(lines);
    for (const by of ['random', 'stratified', 'hash'] as const) {
      const { parts, result } = await splitInto(path, {
        by,
        groupBy,
        parts: parseParts('a=0.5,b=0.5', 'ratio'),
      });
      const partOf = new Map<string, string>();
      for (const [part, all] of Object.entries(parts)) {
        for (const line of all) {
          const key = keyOf((JSON.parse(line) as { source: string }).source, line);
          expect(partOf.get(key) ?? part).toBe(part);
          partOf.set(key, part);
        }
      }
      if (by !== 'hash') expect(result.split.groups).toMatchObject({ count: partOf.size, crossing: 0 });
    }
  });

  test('by phash: scaled and recompressed pictures stay with their original', async () => {
    const folder = testFolder();
    const sources: string[] = [];
    for (let i = 0; i < 4; i++) {
      const svg = `<svg width="200" height="150"><rect width="200" height="150" fill="#888"/><circle cx="${30 + 45 * i}" cy="${40 + 20 * i}" r="${20 + 8 * i}" fill="#${i}0f"/><rect x="${150 - 40 * i}" y="${10 + 30 * i}" width="40" height="30" fill="#ff${i}"/></svg>`;
      const picture = sharp(Buffer.from(svg));
      await picture
        .clone()
        .png()
        .toFile(join(folder, `${i}.png`));
      await picture
        .clone()
        .resize(120)
        .jpeg({ quality: 60 })
        .toFile(join(folder, `${i}-small.jpg`));
      sources.push(`${i}.png`, `${i}-small.jpg`);
    }
    const path = join(folder, 'all.manifest');
    writeFileSync(path, sources.map((source) => `${lineOf({ source })}\n`).join(''));
    const { parts, result } = await splitInto(path, {
      groupBy: 'phash',
      parts: parseParts('a=0.5,b=0.5', 'ratio'),
    });
    expect(result.split.groups).toEqual({ count: 4, largest: 2, crossing: 0 });
    for (const all of Object.values(parts)) {
      const stems = all.map((line) => (JSON.parse(line) as { source: string }).source[0]);
      expect(stems.length).toBe(2 * new Set(stems).size);
    }
  });

  test('samples of one group with different usages cross, and are said to', async () => {
    const twins = [
      { source: 'obs://b/1', usage: 'TRAIN' },
      { source: 'obs://b/1', usage: 'TEST' },
      { source: 'obs://b/2' },
    ];
    const { path } = manifestOf(twins);
    for (const by of ['random', 'hash'] as const) {
      const { result } = await splitInto(path, { by });
      expect(result.split.groups?.crossing).toBe(1);
      expect(result.diagnostics.map(({ rule }) => rule)).toContain('D060');
    }
    const { result } = await splitInto(path, { reassign: true });
    expect(result.split.groups?.crossing).toBe(0);
  });
});

describe('bad use', () => {
  test.each([
    [{ by: 'magic' }, 'cannot be split by "magic"'],
    [{ groupBy: 'color' }, 'samples cannot be grouped by "color"'],
    [{ groupBy: 'regex:(' }, '"(" is no regular expression'],
    [{ groupBy: 'phash', by: 'hash' }, 'near-duplicates cannot be kept together by hash'],
    [{ as: 'csv' }, 'cannot be written as "csv"'],
    [{ as: 'usage', parts: equalParts('fold', 2) }, 'the part fold-1 stands for no usage'],
    [{ canonical: true, as: 'imagesets' }, 'leave images, format and spelling as they are'],
    [{ to: 'widerface' }, 'widerface is only read'],
    [{ to: 'coco', as: 'usage' }, 'coco has no place for the usage'],
    [{ to: 'coco', by: 'lines' }, 'only a manifest that stays one'],
    [{ to: 'yolo', mode: 'append' }, 'cannot be added to'],
    [{ parts: [] }, 'a split has 1 to 254 parts, not 0'],
    [{ seed: -1 }, 'seed'],
    [{ by: 'lines', as: 'usage' }, 'written as files'],
  ])('%j', async (options, message) => {
    const { path } = manifestOf(numbered(3));
    await expect(splitInto(path, options as Partial<SplitOptions>)).rejects.toThrow(message);
  });

  test('standard input is read once, and standard output takes one stream', async () => {
    await expect(split('-', 'x', { parts: ratios, from: 'manifest' })).rejects.toThrow(
      'standard input cannot be split by random',
    );
    await expect(split('-', '-', { parts: ratios, by: 'hash', from: 'manifest' })).rejects.toThrow(
      'several files cannot be written',
    );
  });

  test('an existing folder stays as it is', async () => {
    const { path } = manifestOf(numbered(3));
    const { output, parts } = await splitInto(path);
    await expect(split(path, output, { parts: ratios, seed: 5 })).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
    expect(partsIn(output)).toEqual(parts);
  });
});

describe('checking a split', () => {
  test('overlap, repeats, unlisted and missing samples, and groups', async () => {
    const folder = testFolder();
    const write = (name: string, lines: readonly Line[]) => {
      writeFileSync(join(folder, name), lines.map((line) => `${lineOf(line)}\n`).join(''));
      return join(folder, name);
    };
    const train = write('train.manifest', [
      { source: 'a' },
      { source: 'b' },
      { source: 'b' },
      { source: 'c', parent: 'video' },
    ]);
    const held = write('test.manifest', [
      { source: 'a' },
      { source: 'd', parent: 'video' },
      { source: 'stranger' },
    ]);
    const whole = write(
      'whole.txt',
      ['a', 'b', 'c', 'd', 'e'].map((source) => ({ source })),
    );
    const found = await checkSplit([train, held], { of: whole, from: 'manifest' });
    expect(found.clean).toBe(false);
    expect(found.counts).toEqual({
      overlap: 1,
      repeats: 1,
      missing: 1,
      unlisted: 1,
      crossingGroups: 1,
      unreadable: 0,
    });
    expect(found.diagnostics.map(({ rule, line, source }) => [rule, line, source])).toEqual([
      ['D064', 3, 'b'],
      ['D063', 1, 'a'],
      ['D060', 2, 'd'],
      ['D065', 5, 'e'],
      ['D066', undefined, undefined],
    ]);
  });

  test('usage in one manifest: what has none is unlisted', async () => {
    const { path } = manifestOf([
      { source: 'a', usage: 'TRAIN' },
      { source: 'a', usage: 'eval' },
      { source: 'b' },
    ]);
    const { counts, parts } = await checkSplit([path]);
    expect(counts).toMatchObject({ overlap: 1, unlisted: 1 });
    expect(parts).toEqual([
      { name: 'train', samples: 1 },
      { name: 'eval', samples: 1 },
    ]);
  });

  test('a VOC tree: lists that overlap, and that name what is not there; the same bytes under another name', async () => {
    const tree = join(testFolder(), 'street');
    cpSync(street, tree, { recursive: true });
    const main = join(tree, 'ImageSets/Main');
    writeFileSync(join(main, 'train.txt'), 'crossing-01\ncrossing-02\nnight-01\nnight-01\nghost\n');
    writeFileSync(join(main, 'val.txt'), 'crossing-02\ncrossing-03\nmarket-01\n');
    cpSync(join(tree, 'JPEGImages/crossing-01.jpg'), join(tree, 'JPEGImages/crossing-03.jpg'));
    const { counts } = await checkSplit([tree], { checkFiles: true });
    expect(counts).toEqual({
      overlap: 1,
      repeats: 1,
      missing: 1,
      unlisted: 1,
      crossingGroups: 0,
      sameImages: 1,
      unreadable: 0,
    });
  });
});
