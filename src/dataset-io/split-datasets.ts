import { noPart } from '../transforms/index.js';
import { Channel } from './channel.js';
import { quarantineOf, type TransformOptions, writerContext, writerOf } from './convert.js';
import { findFormat } from './find-format.js';
import type { FormatInfo } from './formats.js';
import { ReferenceWatch } from './reference-watch.js';
import type { Row, RowBatch } from './rows.js';
import { type Output, Run, type RunResult } from './run.js';
import { HashPlacing } from './split-hash.js';
import type { SplitJob } from './split-job.js';
import type { PlannedPlacing } from './split-plan.js';
import { baseName, joinLocation, openTree, TreeStorage } from './storage/index.js';
import { storageOf } from './storages.js';
import type { WriterContext } from './writer.js';

/** The name of a part's file or folder: files have the extension of the input's where that has their format. */
function nameOfPart(part: string, to: FormatInfo, { input, resolved }: SplitJob): string {
  if (to.layout === 'tree') return part;
  if (to.id === 'manifest') return `${part}.manifest`;
  const own = to.id === resolved.format ? /\.[A-Za-z0-9]{1,10}$/.exec(baseName(input))?.[0] : undefined;
  return `${part}${own ?? `.${to.extension ?? to.id}`}`;
}

/** One part: rows are handed to the writer, which takes them while others get theirs. */
class PartWriter {
  readonly outputs: Promise<Output[]>;
  private readonly channel = new Channel<RowBatch>();

  constructor(
    readonly run: Run,
    write: (batches: AsyncIterable<RowBatch>) => Promise<Output[]>,
  ) {
    this.outputs = write(this.channel).catch((error: unknown) => {
      this.channel.fail(error);
      throw error;
    });
    // It is waited for later: until then nobody else hears of it.
    this.outputs.catch(() => undefined);
  }

  /** Resolves when the rows have been written, or the writer has failed. */
  async write(rows: readonly Row[], bytes: number): Promise<void> {
    const taken = this.channel.push({ count: rows.length, rows, bytes, faults: [], diagnostics: [] });
    await Promise.race([taken, this.outputs]);
  }

  async end(): Promise<Output[]> {
    this.channel.close();
    return await this.outputs;
  }

  async abort(error: unknown): Promise<void> {
    this.channel.abort(error);
    await Promise.allSettled([this.outputs]);
  }
}

/** The classes of all parts: ids mean the same in each of them. */
async function classesOf({ input, options }: SplitJob): Promise<readonly string[] | undefined> {
  const { classes } = options;
  if (Array.isArray(classes)) return classes;
  if (input === '-') return undefined;
  const [{ LabelCollector }, { survey }] = await Promise.all([
    import('./label-collector.js'),
    import('./convert.js'),
  ]);
  const collector = new LabelCollector();
  await survey(input, collector, { ...options, classes: undefined });
  return collector.labels.length === 0 ? undefined : collector.labels;
}

/**
 * Writes each part as a data set of its own: a file or folder for each in the folder of the output, any format. All of them
 * appear, or none.
 */
export async function writeDatasets(
  job: SplitJob,
  placing: HashPlacing | PlannedPlacing,
): Promise<RunResult> {
  const { output, options, resolved } = job;
  const { parts, signal, mode = 'create' } = options;
  const to = await findFormat(options.to ?? resolved.format);
  const classes = await classesOf(job);
  const own: TransformOptions = { ...options, ...(classes === undefined ? {} : { classes }), mode: 'create' };
  const quarantine = await quarantineOf(resolved.format, options);
  const storage = storageOf(output, options);
  const tree = await openTree(storage, output, mode, { signal });
  const shared = new TreeStorage(storage, output, tree);
  const run = new Run(options, quarantine, {});
  run.dropped = 0;
  const writers: PartWriter[] = [];
  const { base } = job;
  const watch =
    resolved.format === 'manifest' && to.id === 'manifest' && (options.images ?? 'reference') === 'reference'
      ? new ReferenceWatch(base, output)
      : undefined;
  try {
    if (!(placing instanceof HashPlacing)) await placing.prepare();
    const write = await writerOf(to.id, own);
    for (const { name } of parts) {
      const path = joinLocation(output, nameOfPart(name, to, job));
      const partRun = new Run({ ...options, onProgress: undefined }, quarantine, {});
      const context: WriterContext = {
        ...writerContext(path, partRun, base, true, own),
        storage: shared,
      };
      writers.push(new PartWriter(partRun, (batches) => write(batches, context)));
    }
    for await (const batch of run.account(await job.rows(true))) {
      if (batch.lines !== undefined) watch?.look(batch.lines);
      const rows: Row[][] = parts.map(() => []);
      for (const row of batch.rows) {
        const part = placing instanceof HashPlacing ? placing.place(row) : placing.place();
        job.tally.add(part);
        if (part === noPart) run.dropped++;
        else rows[part]!.push(row);
      }
      await Promise.all(
        writers.map((writer, part) => (rows[part]!.length === 0 ? undefined : writer.write(rows[part]!, 0))),
      );
    }
    const outputs: Output[] = [];
    for (const writer of writers) outputs.push(...(await writer.end()));
    if (!(placing instanceof HashPlacing)) placing.end();
    const finding = watch?.finding(output, false);
    if (finding !== undefined) run.report(finding);
    await tree.commit();
    await quarantine?.commit();
    return sum(run, writers, outputs, options.maxDiagnostics ?? 1000);
  } catch (error) {
    for (const writer of writers) await writer.abort(error);
    throw error;
  } finally {
    await tree.abort();
    await quarantine?.abort();
  }
}

/** The books of all parts in one. */
function sum(run: Run, writers: readonly PartWriter[], outputs: Output[], most: number): RunResult {
  const whole = run.result(outputs);
  const results = writers.map((writer) => writer.run.result([]));
  const losses: Record<string, number> = {};
  for (const { losses: own } of results)
    for (const [feature, count] of Object.entries(own)) losses[feature] = (losses[feature] ?? 0) + count;
  return {
    ...whole,
    written: results.reduce((total, { written }) => total + written, 0),
    skipped: results.reduce((total, { skipped }) => total + skipped, whole.skipped),
    losses,
    diagnostics: [...whole.diagnostics, ...results.flatMap(({ diagnostics }) => diagnostics)].slice(0, most),
  };
}
