import { type ManifestBatch, manifestBatches } from '../manifest/index.js';
import { throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import {
  assignRandomly,
  assignStratified,
  crossingGroups,
  defaultSeed,
  nearGroups,
  noPart,
  partSizes,
  type SplitGroups,
} from '../transforms/index.js';
import { Ahead } from './ahead.js';
import type { ImageHasher } from './image-hash.js';
import { changedMeanwhile, countParts } from './jobs/split-blocks.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { Run, RunResult } from './run.js';
import { SplitFacts } from './split-facts.js';
import type { PartFiles } from './split-files.js';
import { type Grouping, idOf, type SplitJob } from './split-job.js';
import { JoinedSets, type SplitThreads } from './split-threads.js';
import { storageOf } from './storages.js';

/** Puts samples into parts when all are known: reads facts first, and the samples themselves a second time. */
export class PlannedPlacing {
  private plan: Uint8Array = new Uint8Array(0);
  private next = 0;
  private hasher: ImageHasher | undefined;
  private known: Grouping = { groups: { crossing: 0 } };

  /** @param threads that may help with a manifest */
  constructor(
    private readonly job: SplitJob,
    private readonly threads?: SplitThreads,
  ) {}

  /** Says nothing before there is a plan. */
  get grouping(): Grouping {
    return this.known;
  }

  /** Makes the plan for {@link place}. */
  async prepare(): Promise<void> {
    await this.make(await this.job.rows());
  }

  /** The part of the next sample. */
  place(): number {
    return this.plan[this.next++] ?? noPart;
  }

  /** @throws StorageError unless each sample was placed */
  end(): void {
    if (this.next !== this.plan.length) throw changedMeanwhile(this.job.input);
  }

  /** Writes each sample to its part. */
  async toFiles(): Promise<RunResult> {
    const { job, threads } = this;
    return await job.toFiles(async (batches, files, run) => {
      if (threads !== undefined && (await this.inThreads(threads, files, run))) return true;
      const ids: string[] = [];
      const absent: number[] = [];
      await this.make(batches, ids, absent);
      this.account(run);
      if (job.as === 'imagesets') {
        for (const id of ids) {
          const part = this.place();
          if (part !== noPart) await files.addLine(part, id);
        }
      } else await this.writeLines(files, absent);
      return false;
    });
  }

  /** False when threads cannot do it; nothing has happened then. */
  private async inThreads(threads: SplitThreads, files: PartFiles, run: Run): Promise<boolean> {
    const { job } = this;
    const { samples } = job;
    const facts = new SplitFacts(samples.withLabels ? samples.sets : undefined);
    const joined = new JoinedSets(samples.sets);
    const isDone = await threads.split(job, files, {
      take: (block) => {
        const numbers = joined.add(block);
        const { highs, lows, pins, sets } = block;
        facts.addAll(
          highs!,
          lows!,
          pins,
          sets?.map((set) => numbers[set]!),
        );
      },
      plan: () => {
        this.assign(facts);
        return this.plan;
      },
    });
    if (isDone) {
      run.read = this.plan.length;
      this.account(run);
    } else job.restart();
    return isDone;
  }

  private account(run: Run): void {
    const { job, plan } = this;
    job.accountAll(countParts(plan, job.options.parts.length), run);
  }

  /**
   * Reads the facts of all samples and puts them into parts.
   *
   * @param ids takes the id of every sample where lists are to be written
   * @param absent takes the numbers of lines without a sample, from 0
   */
  private async make(
    batches: AsyncIterable<RowBatch>,
    ids: string[] = [],
    absent: number[] = [],
  ): Promise<void> {
    const { job } = this;
    const { samples, options } = job;
    if (options.groupBy === 'phash') {
      const { perceptualHasher } = await import('./image-hash.js');
      this.hasher = await perceptualHasher(options);
    }
    const facts = new SplitFacts(samples.withLabels ? samples.sets : undefined);
    for await (const batch of batches) {
      throwIfAborted(options.signal);
      const { lines } = batch;
      if (lines !== undefined) noteAbsent(lines, absent);
      if (
        lines === undefined ||
        job.as === 'imagesets' ||
        this.hasher !== undefined ||
        samples.mayNeedJoin(lines)
      )
        await this.addRows(facts, batch, ids);
      else samples.eachLine(lines, (_, high, low, pin, set) => facts.add(high, low, pin, set));
    }
    this.assign(facts);
  }

  private async addRows(facts: SplitFacts, batch: RowBatch, ids: string[]): Promise<void> {
    const { job, hasher } = this;
    const { samples } = job;
    const { signal, root, storage, session } = job.options;
    // Read when it is needed: most data sets name their labels in their lines.
    const { joinVoc } = await import('./resolve.js');
    const joins = new Ahead(
      (row: Row, over) => joinVoc(row, { storage, session, root, signal: over }),
      signal,
    );
    const looks = new Ahead((row: Row, over) => hasher!.of(row.sample, row.base, over), signal);
    try {
      const { rows } = batch;
      joins.expect(rows.filter((row) => samples.needsJoin(row)));
      if (hasher !== undefined) looks.expect(rows);
      for (const row of rows) {
        samples.keys.ofSample(row.sample);
        let [high, low] = samples.keys.hash as unknown as [number, number];
        if (hasher !== undefined) {
          const look = await looks.get(row);
          if (look.error === undefined) ({ high, low } = look);
          else this.reportUnread(row, look.error);
        }
        const joined = samples.needsJoin(row) ? await joins.get(row) : undefined;
        for (const fault of joined?.faults ?? []) job.tell(fault);
        facts.add(high, low, samples.pinOf(row.sample.usage), samples.setOf(row.sample, joined));
        if (job.as === 'imagesets') ids.push(idOf(row));
      }
    } finally {
      joins.close();
      looks.close();
    }
  }

  private reportUnread({ sample, file, line }: Row, error: Error): void {
    this.job.tell(
      datasetDiagnostic('D053', error.message, {
        file,
        ...(line === undefined ? {} : { line }),
        source: sample.source,
        severity: 'warning',
        hint: 'It is compared with no other picture.',
      }),
    );
  }

  private assign(facts: SplitFacts): void {
    const { options, method, samples, tally } = this.job;
    const { seed = defaultSeed, parts, distance } = options;
    const { size } = facts;
    const groups = facts.groups(
      this.hasher === undefined ? undefined : (highs, lows) => nearGroups(highs, lows, distance),
    );
    const wanted = partSizes(parts, size);
    const assign = method === 'stratified' ? assignStratified : assignRandomly;
    this.plan = assign(groups, wanted, seed);
    this.known = {
      wanted,
      groups: {
        count: groups.groupCount,
        largest: largestOf(groups),
        crossing: crossingGroups(groups, this.plan),
      },
    };
    if (!samples.withLabels) return;
    for (let i = 0; i < size; i++) tally.addLabels(this.plan[i]!, groups.labelSet![i]!);
  }

  /** Writes each line to its part; lines were checked when the plan was made, and are not looked at again. */
  private async writeLines(files: PartFiles, absent: readonly number[]): Promise<void> {
    const { input, options } = this.job;
    const { signal, encoding, maxLineBytes } = options;
    const storage = storageOf(input, options);
    const batches = manifestBatches(storage.openRead(input, { reuse: true, signal }), {
      lazy: true,
      ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    });
    let skip = 0;
    for await (const batch of batches) {
      throwIfAborted(signal);
      const { rowCount } = batch;
      const { plan, next } = this;
      const first = batch.lines.firstLine - 1;
      if (!(absent[skip]! < first + rowCount) && next + rowCount <= plan.length) {
        this.next += rowCount;
        await files.addLines(batch, plan.subarray(next, next + rowCount));
        continue;
      }
      const parts = new Uint8Array(rowCount).fill(noPart);
      for (let row = 0; row < rowCount; row++) {
        if (first + row === absent[skip]) skip++;
        else parts[row] = this.place();
      }
      await files.addLines(batch, parts);
    }
    if (skip !== absent.length) throw changedMeanwhile(input);
    this.end();
  }
}

function noteAbsent(lines: ManifestBatch, absent: number[]): void {
  if (lines.isWhole) return;
  for (let row = 0; row < lines.rowCount; row++)
    if (lines.outcome(row) === false) absent.push(lines.lines.firstLine - 1 + row);
}

function largestOf({ group, groupCount, size }: SplitGroups): number {
  if (group === undefined) return size === 0 ? 0 : 1;
  const sizes = new Uint32Array(groupCount);
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, ++sizes[group[i]!]!);
  return largest;
}
