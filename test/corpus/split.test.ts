import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSplit, split } from '../../src/index.js';
import { parseParts } from '../../src/transforms/index.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const linesIn = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

test('BCCD 80/10/10, stratified: every label keeps its share, and the counts are those of the files', async () => {
  const input = resolve(corpus, 'bccd');
  const output = join(testFolder(), 'lists');
  const parts = parseParts('train=0.8,val=0.1,test=0.1', 'ratio');
  const { split: found, diagnostics } = await split(input, output, {
    parts,
    by: 'stratified',
    reassign: true,
  });
  expect(diagnostics).toEqual([]);
  expect(found).toMatchObject({
    parts: [
      { name: 'train', wanted: 291, samples: 291, labels: { WBC: 286, RBC: 282, Platelets: 161 } },
      { name: 'val', wanted: 37, samples: 37, labels: { WBC: 37, RBC: 34, Platelets: 20 } },
      { name: 'test', wanted: 36, samples: 36, labels: { WBC: 35, RBC: 33, Platelets: 20 } },
    ],
    unassigned: 0,
    groups: { count: 364, largest: 1, crossing: 0 },
    balance: { label: 'RBC', part: 'train', offBy: 2.992 },
  });
  const ids = found.parts.map(({ name }) => linesIn(join(output, `${name}.txt`)));
  expect(ids.flat().sort()).toEqual(
    readdirSync(resolve(input, 'Annotations'))
      .map((name) => name.replace('.xml', ''))
      .sort(),
  );
  found.parts.forEach(({ labels }, part) => {
    const texts = ids[part]!.map((id) => readFileSync(resolve(input, 'Annotations', `${id}.xml`), 'utf8'));
    for (const [label, samples] of Object.entries(labels!))
      expect(texts.filter((text) => text.includes(`<name>${label}</name>`)).length).toBe(samples);
  });
});

test('V010.manifest: every line is in one part as the bytes it was, at random, stratified and by hash', async () => {
  const input = resolve(corpus, 'modelarts-sdk/V010.manifest');
  const all = linesIn(input);
  const folder = testFolder();
  const parts = parseParts('train=0.8,eval=0.1,test=0.1', 'ratio');
  for (const by of ['random', 'stratified', 'hash'] as const) {
    const output = join(folder, by);
    const { split: found } = await split(input, output, { parts, by, reassign: true, join: false });
    const back = parts.flatMap(({ name }) => linesIn(join(output, `${name}.manifest`)));
    expect(back.sort()).toEqual([...all].sort());
    expect(found.groups?.crossing).toBe(0);
    expect(await checkSplit([output], { of: input })).toMatchObject({
      counts: { overlap: 0, missing: 0, unlisted: 0, crossingGroups: 0 },
    });
  }
});
