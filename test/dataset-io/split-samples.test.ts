import { isUtf8 } from 'node:buffer';
import { expect, test } from 'vitest';
import { LabelSets } from '../../src/dataset-io/label-sets.js';
import { GroupKeys } from '../../src/dataset-io/split-keys.js';
import type { SplitMethod, SplitOptions } from '../../src/dataset-io/split-options.js';
import { SplitSamples } from '../../src/dataset-io/split-samples.js';
import { type ManifestSample, manifestBatches, parseManifestLine } from '../../src/manifest/index.js';
import { parseParts } from '../../src/transforms/index.js';
import { mutateBytes, mutateValue, randomSample } from '../manifest/rules/random-lines.js';
import { randomFor } from '../support/random.js';

/** What a split asks of a line: group, part by usage, labels. */
type Facts = readonly [number, number, number, readonly string[]];

const parts = parseParts('train=0.8,eval=0.1,test=0.1', 'ratio');
const annotation = (name: unknown, more: object = {}) => ({ type: 'modelarts/x', name, ...more });
const parent = '@modelarts:parent_source';

/** Lines that only just are, or are not, what the scanner of ordinary lines answers for. */
const oddLines = [
  { source: 'a"b\\c/d.jpg', annotation: [annotation('q"uote')] },
  { source: 'obs://b/é-向日葵-😀.jpg' },
  { source: 'x', property: { [parent]: 'video' } },
  { source: 'x', property: { [parent]: '' } },
  { source: 'x', property: { [parent]: 7 } },
  { source: 'x', property: { lot: { a: [1] }, mail: 'me@example.org' } },
  { source: 'x', property: null },
  { source: 'x', usage: null, annotation: null },
  {
    source: 'x',
    usage: 'T'.repeat(60),
    annotation: [annotation('n'.repeat(60)), annotation('n'.repeat(60))],
  },
  { source: 'x', usage: 'Eval', annotation: [annotation('b'), annotation('a'), annotation('b')] },
  { source: 'x', annotation: [annotation(null), annotation(undefined), {}] },
  { source: 'x', annotation: [annotation('')] },
  { source: 'many', annotation: Array.from({ length: 700 }, (_, i) => annotation(`label ${i % 90}`)) },
  ...Array.from({ length: 18 }, (_, i) => ({ source: `u${i}`, usage: `usage-${i}` })),
].map((sample) => JSON.stringify(sample));

const spelt = [
  '{"source":"a\\"\\\\\\/\\b\\f\\n\\r\\t é.jpg"}',
  '{"source":"\\u00e9 \\ud83d\\ude00 \\ud83d"}',
  `{"source":"\\"${'long'.repeat(9000)}"}`,
  `{"source":"\\"${'long'.repeat(8000)}"}`,
  `{"source":"x","property":{"\\u0040modelarts:parent_source":"video"}}`,
  `{"source":"x","propert\\u0079":{"${parent}":"video"}}`,
  `{"source":"x","property":{"a":1},"property":{"${parent}":"video"}}`,
  `{ "source" : "x" , "property" : { "${parent}" : "video" } }`,
  `{"usage":"TEST","annotation":[{"name":"late"}],"source":"behind"}`,
  `{"source":"x"}`,
  `{"source":"x","annotation":[${'{"name":"a"},'.repeat(4200)}{"name":"b"}]}`,
];

/** Mostly ordinary lines, with odd and damaged ones among them. */
function randomLines(salt: number, count: number): Buffer[] {
  const random = randomFor(salt);
  const lines: Buffer[] = [];
  while (lines.length < count) {
    const sample = randomSample(random, lines.length & 1023, random.chance(0.1));
    if (random.chance(0.1)) mutateValue(random, sample);
    let line = Buffer.from(JSON.stringify(sample));
    if (random.chance(0.05)) line = Buffer.from(mutateBytes(random, line));
    if (random.chance(0.1)) line = Buffer.from(random.pick([...oddLines, ...spelt]));
    if (line.length > 0 && isUtf8(line) && !line.includes(10) && !line.includes(0) && line.at(-1) !== 13)
      lines.push(line);
  }
  return lines;
}

const chunkOf = (lines: readonly Buffer[]) => Buffer.concat(lines.flatMap((line) => [line, Buffer.of(10)]));

test.each<[SplitMethod, Partial<SplitOptions>]>([
  ['random', {}],
  ['hash', { countLabels: false }],
  ['hash', { reassign: true, groupBy: 'source' }],
  ['stratified', { join: false, groupBy: 'source-folder' }],
  ['stratified', { groupBy: 'regex:(\\d)' }],
  ['random', { groupBy: 'property:lot' }],
])('what is noted of lines is what their samples say: by %s, %j', async (method, more) => {
  const options: SplitOptions = { parts, ...more };
  const samples = new SplitSamples(method, options);
  const keys = new GroupKeys(options.groupBy ?? 'parent');
  const lines = [
    ...oddLines.flatMap((line) => [line, line]).map((line) => Buffer.from(line)),
    ...spelt.map((line) => Buffer.from(line)),
    ...randomLines(41, 3000),
  ];
  // The parts of a file that no odd line cuts short are those that go the short way.
  const chunks: Buffer[] = [];
  for (let at = 0; at < lines.length; at += 7) chunks.push(chunkOf(lines.slice(at, at + 7)));
  const wanted: Facts[] = [];
  for (const line of lines) {
    const { sample } = parseManifestLine(line.toString('utf8'), { check: 'faults' });
    if (sample !== undefined) wanted.push(factsOf(sample));
  }
  const found: Facts[] = [];
  let noted = 0;
  let inOrder = true;
  let next = 0;
  for await (const batch of manifestBatches(chunks, { lazy: 'checked', noted: samples.noted })) {
    if (batch.noted !== undefined) noted += batch.rowCount;
    samples.eachLine(batch, (row, high, low, pin, set) => {
      inOrder &&= row >= next;
      next = row + 1;
      const labels = samples.sets.sets[set];
      const names = samples.withLabels ? labels!.map((label) => samples.sets.labels[label]!) : [];
      found.push([high, low, pin, names.sort()]);
    });
    next = 0;
  }
  expect(inOrder).toBe(true);
  expect(found).toEqual(wanted);
  expect(noted).toBeGreaterThan(lines.length / 4);

  function factsOf(sample: ManifestSample): Facts {
    keys.ofSample(sample);
    const names = sample.annotations.map(({ name }) => name).filter((name) => name !== undefined);
    const pin = samples.pinOf(sample.usage);
    return [keys.hash[0]!, keys.hash[1]!, pin, samples.withLabels ? [...new Set(names)].sort() : []];
  }
});

test('label sets have one number each, whatever the order, and are numbered as they come', () => {
  const random = randomFor(42);
  const sets = new LabelSets();
  const known = new Map<string, number>();
  for (let i = 0; i < 5000; i++) {
    const names = Array.from(
      { length: random.below(random.chance(0.1) ? 40 : 4) },
      () => `l${random.below(30)}`,
    );
    const number = sets.of(names);
    const key = [...new Set(names)].sort().join();
    if (!known.has(key)) known.set(key, known.size);
    expect(number).toBe(known.get(key));
    const back = sets.sets[number]!.map((label) => sets.labels[label]!);
    expect([...back].sort().join()).toBe(key);
    expect([...sets.sets[number]!].sort((a, b) => a - b)).toEqual(sets.sets[number]);
  }
});
