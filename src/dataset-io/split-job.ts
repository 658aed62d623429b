import type { Diagnostic } from '../model/index.js';
import { throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { noPart } from '../transforms/index.js';
import { quarantineOf } from './convert.js';
import type { ResolvedInput } from './detect.js';
import { otherRows } from './input-rows.js';
import { manifestRows } from './manifest-rows.js';
import { ReferenceWatch } from './reference-watch.js';
import type { Row, RowBatch } from './rows.js';
import { Run, type RunResult } from './run.js';
import { shardRange } from './shard-range.js';
import { PartFiles } from './split-files.js';
import type { SplitMethod, SplitOptions, SplitOutput, SplitReport } from './split-options.js';
import { SplitSamples } from './split-samples.js';
import { SplitTally } from './split-tally.js';
import { dirOf, stemOf } from './storage/index.js';
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

  /** What the data set gives. @param whole the samples are to be written, and not only placed */
  async rows(whole = false): Promise<AsyncIterable<RowBatch>> {
    const { input, options, resolved } = this;
    const storage = storageOf(input, options);
    const { signal, profile } = options;
    if (resolved.format === 'voc') {
      const [{ findVocTree }, { vocRows }] = await Promise.all([
        import('./voc-tree.js'),
        import('./voc-rows.js'),
      ]);
      return vocRows(storage, await findVocTree(storage, input, signal, resolved.xmlNames), {
        keepSource: whole && (options.to ?? 'voc') === 'voc',
        profile,
        signal,
      });
    }
    if (resolved.format !== 'manifest') {
      const { classes, ...rest } = options;
      return await otherRows(storage, input, resolved.format, {
        ...rest,
        classes: Array.isArray(classes) ? classes : undefined,
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
      ...(whole ? { parsed: true } : { passOn: true, noted: this.samples.noted }),
      signal,
    });
  }

  /** The same; the reading begins, as {@link samples} wants it then, when they are asked for. */
  private async *rowsWhenAsked(): AsyncGenerator<RowBatch, void, undefined> {
    yield* await this.rows();
  }

  /** Where relative references of a manifest are taken from. */
  get base(): string {
    return this.options.baseDir ?? dirOf(this.input);
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

  /** Looks at the first lines, where nobody else did. */
  private async watchFirst(watch: ReferenceWatch): Promise<void> {
    if (watch.isDone) return;
    for await (const { lines } of await this.rows()) {
      if (lines !== undefined) watch.look(lines);
      if (watch.isDone) return;
    }
  }

  /**
   * Runs work that reads the input and writes the files of all parts.
   *
   * @param work true when threads have done it, and the batches were not asked for
   */
  async toFiles(
    work: (batches: AsyncIterable<RowBatch>, files: PartFiles, run: Run) => Promise<boolean>,
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
      const watch = this.as === 'files' ? new ReferenceWatch(this.base, output) : undefined;
      const inThreads = await work(watched(run.account(this.rowsWhenAsked()), watch), files, run);
      if (inThreads && watch !== undefined) await this.watchFirst(watch);
      const finding = watch?.finding(output, options.mode === 'append');
      if (finding !== undefined) run.report(finding);
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

async function* watched(
  batches: AsyncIterable<RowBatch>,
  watch: ReferenceWatch | undefined,
): AsyncGenerator<RowBatch> {
  for await (const batch of batches) {
    if (batch.lines !== undefined) watch?.look(batch.lines);
    yield batch;
  }
}

/** What an ImageSets list calls a sample. */
export function idOf({ key, sample }: Row): string {
  return key ?? stemOf(sample.source);
}
