import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import {
  formatBatches,
  formatSample,
  isRepeat,
  locateRepeat,
  ManifestMerger,
  ManifestValidator,
  type ManifestValidatorOptions,
  manifestBatches,
  parseManifestLine,
} from '../../src/manifest/index.js';
import type { Diagnostic, Mode, Profile } from '../../src/model/index.js';
import { byteOrderMark, LineSplitter } from '../../src/text/index.js';
import type { Random } from '../support/random.js';
import { fuzz, fuzzRuns } from './mutate.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

/** Inputs stay small, so that there can be many: longer files are cut at line ends. */
const pieceBytes = 3000;

function pieces(path: string): { name: string; bytes: Buffer }[] {
  const whole = readFileSync(join(corpus, path));
  const found: { name: string; bytes: Buffer }[] = [];
  for (let start = 0; start < whole.length; ) {
    const feed = whole.indexOf(10, Math.min(whole.length, start + pieceBytes));
    const end = feed < 0 ? whole.length : feed + 1;
    found.push({ name: `${path}@${start}`, bytes: whole.subarray(start, end) });
    start = end;
  }
  return found;
}

const inputs = ['modelarts-sdk', 'groundtruth']
  .flatMap((folder) =>
    readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.manifest'))
      .sort()
      .map((name) => `${folder}/${name}`),
  )
  .flatMap(pieces);

interface Verdict {
  readonly summary: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

function options(random: Random, diagnostics: Diagnostic[]): ManifestValidatorOptions {
  return {
    file: 'm',
    mode: random.pick<Mode>(['strict', 'lenient']),
    profile: random.pick<Profile>(['generic', 'modelarts-import']),
    minSeverity: 'info',
    maxDiagnostics: Number.POSITIVE_INFINITY,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
  };
}

/** All lines judged by the parsed value, or ordinary ones by their bytes; the input arrives in `cuts + 1` chunks. */
function judge(
  bytes: Buffer,
  own: ManifestValidatorOptions,
  diagnostics: Diagnostic[],
  cuts: readonly number[],
): Verdict {
  const validator = new ManifestValidator(own);
  const splitter = new LineSplitter();
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const batch = splitter.push(bytes.subarray(from, cut));
    if (batch !== undefined) validator.push(batch);
    from = cut;
  }
  const rest = splitter.end();
  if (rest !== undefined) validator.push(rest);
  return { summary: validator.end(splitter.facts), diagnostics };
}

/** The two halves of a file judged apart, as threads do it. */
function judgeInParts(
  bytes: Buffer,
  cut: number,
  own: ManifestValidatorOptions,
  diagnostics: Diagnostic[],
): Verdict {
  const { onDiagnostic, ...shared } = own;
  const merger = new ManifestMerger({
    ...shared,
    onDiagnostic: (d) => {
      const end = isRepeat(d) ? bytes.indexOf('\n', d.offset) : 0;
      const text = () => bytes.toString('utf8', d.offset, end < 0 ? bytes.length : end);
      onDiagnostic?.(isRepeat(d) ? locateRepeat(d, text()) : d);
    },
  });
  for (const [index, part] of [bytes.subarray(0, cut), bytes.subarray(cut)].entries()) {
    const validator = new ManifestValidator({ ...shared, shard: true });
    const splitter = new LineSplitter({ baseOffset: index === 0 ? 0 : cut });
    for (const batch of [splitter.push(part), splitter.end()]) if (batch !== undefined) validator.push(batch);
    merger.add(structuredClone(validator.takeState(splitter.facts)));
  }
  return { summary: merger.end(), diagnostics };
}

function same(what: string, one: unknown, other: unknown): void {
  if (!isDeepStrictEqual(one, other)) expect(one, what).toStrictEqual(other);
}

test('every way of checking a damaged manifest gives the same verdict', async () => {
  await fuzz(1, inputs, (bytes, random) => {
    const found: Diagnostic[] = [];
    const own = options(random, found);
    const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
    const fast = judge(bytes, own, found, cuts);

    const alsoFound: Diagnostic[] = [];
    const slowOptions = {
      ...own,
      onDiagnostic: (d: Diagnostic) => alsoFound.push(d),
      checkFiles: () => undefined,
    };
    same('fast lane and full rules', fast, judge(bytes, slowOptions, alsoFound, []));

    const feed = bytes.indexOf(10, random.below(bytes.length + 1)) + 1;
    if (feed === 0 || feed === bytes.length) return;
    // A file whose byte order mark is of another encoding is refused whole, and never cut.
    if ((byteOrderMark(bytes)?.mark ?? 'utf-8') !== 'utf-8') return;
    const inParts: Diagnostic[] = [];
    const partOptions = { ...own, onDiagnostic: (d: Diagnostic) => inParts.push(d) };
    same('whole and in two parts', fast, judgeInParts(bytes, feed, partOptions, inParts));
  });
});

test('reading a damaged manifest accounts for every line, and what is written reads again', async () => {
  await fuzz(2, inputs, async (bytes, random) => {
    const cut = random.below(bytes.length + 1);
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const stray: Diagnostic[] = [];
    let lines = 0;
    let blank = 0;
    const sources: string[] = [];
    const unreadable: Diagnostic[] = [];
    const batches = manifestBatches(chunks, { onDiagnostic: (diagnostic) => stray.push(diagnostic) });
    async function* seen() {
      for await (const batch of batches) {
        lines += batch.rowCount;
        for (let row = 0; row < batch.rowCount; row++) {
          if (batch.lines.problem(row) === undefined && batch.isBlank(row)) blank++;
        }
        for (const sample of batch.samples) {
          sources.push(sample.source);
          const text = formatSample(sample);
          const { sample: again } = parseManifestLine(text, { check: 'faults' });
          if (again?.source !== sample.source)
            throw new Error(`the line of ${sample.source} does not read again`);
        }
        unreadable.push(...batch.unreadable.map(({ diagnostic }) => diagnostic));
        yield batch;
      }
    }
    const written: Uint8Array[] = [];
    for await (const chunk of formatBatches(seen())) written.push(chunk);
    if (sources.length + unreadable.length + blank !== lines) {
      throw new Error(
        `${sources.length} samples, ${unreadable.length} faults, ${blank} blank: ${lines} lines`,
      );
    }
    const again: string[] = [];
    const faults: unknown[] = [];
    for await (const batch of manifestBatches(written)) {
      again.push(...batch.samples.map((sample) => sample.source));
      faults.push(...batch.unreadable);
    }
    same('sources of what was written', again, sources);
    same('faults in what was written', faults, []);
  });
});

test('one damaged line gives a sample or says why not', async () => {
  await fuzz(3, inputs, (bytes) => {
    for (const line of bytes.toString('utf8').split('\n', 4)) {
      const { sample, diagnostics } = parseManifestLine(line, { mode: 'strict', pedantic: true });
      if (sample === undefined && diagnostics.length === 0) throw new Error('neither a sample nor a finding');
      for (const { column } of diagnostics) {
        if (column !== undefined && (column < 1 || column > line.length + 1))
          throw new Error(`column ${column}`);
      }
    }
  });
});

test('there were inputs', () => {
  expect(inputs.length).toBeGreaterThan(100);
  expect(fuzzRuns).toBeGreaterThan(0);
});
