import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSplitBlocks } from '../../src/dataset-io/jobs/split-blocks.js';
import { HashPlacing } from '../../src/dataset-io/split-hash.js';
import { SplitJob } from '../../src/dataset-io/split-job.js';
import type { SplitMethod, SplitOptions } from '../../src/dataset-io/split-options.js';
import { PlannedPlacing } from '../../src/dataset-io/split-plan.js';
import { splitReport } from '../../src/dataset-io/split-report.js';
import { type SplitHelpers, SplitThreads } from '../../src/dataset-io/split-threads.js';
import { LocalStorage } from '../../src/dataset-io/storage/index.js';
import { nextTurn } from '../../src/dataset-io/turns.js';
import { parseParts } from '../../src/transforms/index.js';
import { type Random, randomFor } from '../support/random.js';
import { testFolder } from './folder.js';

const storage = new LocalStorage();

/** Helpers that are no threads of their own, but take blocks in turn with the caller as threads would. */
const inTurns: SplitHelpers = {
  async run(shards, _signal, own, take) {
    const helpers = shards.map(async (shard) => {
      const file = storage.openSync(shard.path);
      try {
        await runSplitBlocks(file, shard, (path, meant) => storage.openTarget(path, meant), {
          turn: () => nextTurn(),
          wait: () => nextTurn(),
          take: (block) => take([structuredClone(block)]),
        });
      } finally {
        file.close();
      }
    });
    await Promise.all([own(new AbortController().signal), ...helpers]);
  },
  stop: () => Promise.resolve(),
};

/** A line of which most are ordinary; `odd` are not, but hold a sample. */
function lineOf(random: Random, i: number, odd: number): string {
  const labels = Array.from({ length: random.below(4) }, () => `label ${random.below(7)}`);
  const sample = {
    source: `obs://bucket/${random.chance(0.2) ? 'again' : 'folder'}/${random.chance(0.2) ? random.below(20) : i}.jpg`,
    ...(random.chance(0.3) ? { usage: ['TRAIN', 'eval', 'OTHER'][random.below(3)] } : {}),
    ...(random.chance(0.1) ? { property: { '@modelarts:parent_source': `video ${random.below(5)}` } } : {}),
    annotation: labels.map((name) => ({ name, type: 'modelarts/image_classification' })),
    note: 'ä'.repeat(random.below(random.chance(0.02) ? 3000 : 60)),
  };
  const text = JSON.stringify(sample);
  if (!random.chance(odd)) return `${text}\n`;
  return random.chance(0.5) ? `${text}\r\n` : `${text.replace('"source"', '"s\\u006furce"')}\n`;
}

function splitWith(path: string, method: SplitMethod, options: SplitOptions, threads?: SplitThreads) {
  const output = join(testFolder(), 'parts');
  const resolved = { format: 'manifest', reason: '', near: [] } as never;
  const job = new SplitJob(path, output, resolved, method, 'files', options);
  const placing = method === 'hash' ? new HashPlacing(job, threads) : new PlannedPlacing(job, threads);
  return placing.toFiles().then(({ outputs, seconds: _, diagnostics, ...result }) => ({
    result: { ...result, samples: outputs.map(({ samples }) => samples) },
    diagnostics: JSON.stringify(diagnostics).replaceAll(output, 'parts'),
    report: splitReport(job, placing.grouping),
    findings: job.findings,
    files: Object.fromEntries(
      readdirSync(output).map((name) => [name, readFileSync(join(output, name), 'latin1')]),
    ),
  }));
}

const methods = ['random', 'stratified', 'hash'] as const;
const parts = parseParts('train=0.6,eval=0.2,test=0.1', 'ratio');
const variants: Partial<SplitOptions>[] = [
  {},
  { reassign: true },
  { reassign: true, countLabels: false },
  { countLabels: false },
  { groupBy: 'source-folder', join: false },
];

test.each(methods)('%s: blocks taken in turns give what one pass gives', async (method) => {
  const random = randomFor(61);
  for (let run = 0; run < 12; run++) {
    const odd = run % 3 === 0 ? 0 : 0.05;
    const lines = Array.from({ length: 300 }, (_, i) => lineOf(random, i, odd));
    const mark = run % 4 === 1 ? '\ufeff' : '';
    const text = mark + lines.join('');
    const bytes = Buffer.from(run % 2 === 0 ? text : text.slice(0, -1));
    const path = join(testFolder(), 'all.manifest');
    writeFileSync(path, bytes);
    const options = { parts, seed: run, ...variants[run % variants.length] };
    const alone = await splitWith(path, method, options);
    for (const jobs of [2, 3]) {
      const blockBytes = [40, 700, 5000, bytes.length][random.below(4)]!;
      const threads = new SplitThreads(bytes.length, jobs, inTurns, blockBytes);
      expect(await splitWith(path, method, options, threads)).toEqual(alone);
    }
  }
});

test.each(methods)('%s: what is not for threads is done by one, as if they had not begun', async (method) => {
  const random = randomFor(62);
  const good = Array.from({ length: 120 }, (_, i) => lineOf(random, i, 0));
  for (const bad of ['\n', '{"source":\n', '{"source":"a","annotation":[{"annotation-loc":"gone.xml"}]}\n']) {
    for (const place of [0, 60, 120]) {
      const path = join(testFolder(), 'all.manifest');
      const text = [...good.slice(0, place), bad, ...good.slice(place)].join('');
      writeFileSync(path, text);
      const options: SplitOptions = { parts, onError: 'skip' };
      const threads = new SplitThreads(Buffer.byteLength(text), 2, inTurns, 900);
      const alone = await splitWith(path, method, options);
      expect(await splitWith(path, method, options, threads)).toEqual(alone);
    }
  }
});

test('a manifest that changes between looking and writing ends the run, and leaves nothing', async () => {
  const random = randomFor(63);
  const lines = Array.from({ length: 200 }, (_, i) => lineOf(random, i, 0));
  const path = join(testFolder(), 'all.manifest');
  writeFileSync(path, lines.join(''));
  const size = Buffer.byteLength(lines.join(''));
  const threads = new SplitThreads(size, 2, inTurns, 600);
  const onProgress = ({ bytes }: { bytes: number }) => {
    if (bytes === size) writeFileSync(path, lines.join('').replaceAll('\n', ' '));
  };
  await expect(splitWith(path, 'random', { parts, onProgress }, threads)).rejects.toMatchObject({
    code: 'ConcurrentModification',
  });
});
