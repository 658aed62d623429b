import type { Diagnostic } from '../model/index.js';
import { throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { noPart } from '../transforms/index.js';
import { quarantineOf } from './convert.js';
import type { ResolvedInput } from './detect.js';
import { manifestRows } from './manifest-rows.js';
import type { Row, RowBatch } from './rows.js';
import { Run, type RunResult } from './run.js';
import { shardRange } from './shard-range.js';
import { PartFiles } from './split-files.js';
import type { SplitMethod, SplitOptions, SplitOutput, SplitReport } from './split-options.js';
import { SplitSamples } from './split-samples.js';
import { SplitTally } from './split-tally.js';
import { stemOf } from './storage/index.js';
import { storageOf } from './storages.js';

/** What is known of the groups when all samples have been put into parts. */
export interface Grouping {
  /** Samples that each part was to have; absent where only ratios are kept. */
  readonly wanted?: readonly number[];
  readonly groups: NonNullable<SplitReport['groups']>;
}

/** A split under way: what is to be done, and what was counted and found. */
export class SplitJob {
  samples: SplitSamples;
  tally: SplitTally;
  readonly findings: Diagnostic[] = [];

  constructor(
    readonly input: string,
    readonly output: string,
    readonly resolved: ResolvedInput,
    readonly method: SplitMethod,
    readonly as: SplitOutput,
    readonly options: SplitOptions,
  ) {
    this.samples = new SplitSamples(method, options);
    this.tally = this.newTally();
  }

  /** Forgets the samples that were counted. */
  restart(): void {
    this.samples = new SplitSamples(this.method, this.options);
    this.tally = this.newTally();
  }

  private newTally(): SplitTally {
    const { withLabels, sets } = this.samples;
    return new SplitTally(this.options.parts.length, withLabels, sets);
  }

  /** What the data set gives. */
  async rows(): Promise<AsyncIterable<RowBatch>> {
    const { input, options, resolved } = this;
    const storage = storageOf(input, options);
    const { signal, profile } = options;
    if (resolved.format === 'voc') {
      const [{ findVocTree }, { vocRows }] = await Promise.all([
        import('./voc-tree.js'),
        import('./voc-rows.js'),
      ]);
      return vocRows(storage, await findVocTree(storage, input, signal, resolved.xmlNames), {
        profile,
        signal,
      });
    }
    const encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
    const { shard } = options;
    const range =
      shard === undefined
        ? undefined
        : await shardRange(storage, input, shard, { format: resolved.format, encoding, signal });
    return manifestRows(storage, input, {
      ...(encoding === undefined ? {} : { encoding }),
      range,
      baseDir: options.baseDir,
      maxLineBytes: options.maxLineBytes,
      profile,
      passOn: true,
      noted: this.samples.noted,
      signal,
    });
  }

  /** The same; the reading begins, as {@link samples} wants it then, when they are asked for. */
  private async *rowsWhenAsked(): AsyncGenerator<RowBatch, void, undefined> {
    yield* await this.rows();
  }

  tell(diagnostic: Diagnostic): void {
    if (this.findings.length < (this.options.maxDiagnostics ?? 1000)) this.findings.push(diagnostic);
    this.options.onDiagnostic?.(diagnostic);
  }

  /** Books samples by part; the number after the last part's is of those in none. */
  accountAll(counts: readonly number[], run: Run): void {
    this.tally.addCounts(counts);
    const dropped = counts[this.options.parts.length]!;
    run.dropped = (run.dropped ?? 0) + dropped;
    for (const count of counts) run.written += count;
    run.written -= dropped;
  }

  /** Books a sample; false when it goes nowhere. */
  account(part: number, run: Run): boolean {
    this.tally.add(part);
    if (part === noPart) run.dropped = (run.dropped ?? 0) + 1;
    else run.written++;
    return part !== noPart;
  }

  /** Runs work that reads the input and writes the files of all parts. */
  async toFiles(
    work: (batches: AsyncIterable<RowBatch>, files: PartFiles, run: Run) => Promise<void>,
  ): Promise<RunResult> {
    const { options, input, output, resolved } = this;
    const { parts, signal } = options;
    const names = parts.map(({ name }) => (this.as === 'files' ? `${name}.manifest` : `${name}.txt`));
    const quarantine = await quarantineOf(resolved.format, options);
    let files: PartFiles | undefined;
    try {
      files = await PartFiles.open(
        storageOf(output, options),
        output,
        names,
        options.mode ?? 'create',
        signal,
      );
      const size =
        input === '-' ? undefined : (await storageOf(input, options).stat(input, { signal }))?.size;
      const run = new Run(options, quarantine, size === undefined || size === 0 ? {} : { totalBytes: size });
      run.dropped = 0;
      await work(run.account(this.rowsWhenAsked()), files, run);
      throwIfAborted(signal);
      await files.commit();
      await quarantine?.commit();
      return run.result(files.paths.map((path, part) => ({ path, samples: this.tally.samples[part]! })));
    } finally {
      await files?.abort();
      await quarantine?.abort();
    }
  }
}

/** What an ImageSets list calls a sample. */
export function idOf({ key, sample }: Row): string {
  return key ?? stemOf(sample.source);
}
