import { FingerprintTable } from '../text/index.js';
import { defaultSeed, HashParts, noPart } from '../transforms/index.js';
import type { Row } from './rows.js';
import type { Run, RunResult } from './run.js';
import type { PartFiles } from './split-files.js';
import { type Grouping, idOf, type SplitJob } from './split-job.js';
import { JoinedSets, type SplitThreads } from './split-threads.js';

/** Puts samples into parts by their groups alone, while they are read. */
export class HashPlacing {
  private readonly hashParts: HashParts;
  /** A group is in one part, unless samples of it stay where their usage says. */
  private crossings: Crossings | undefined;

  /** @param threads that may help with a manifest */
  constructor(
    private readonly job: SplitJob,
    private readonly threads?: SplitThreads,
  ) {
    const { options, samples } = job;
    this.hashParts = new HashParts(options.parts, options.seed ?? defaultSeed);
    this.crossings = samples.respectsUsage ? new Crossings() : undefined;
  }

  get grouping(): Grouping {
    return { groups: { crossing: this.crossings?.count ?? 0 } };
  }

  /** The part of a sample. */
  place({ sample }: Row): number {
    const { samples } = this.job;
    samples.keys.ofSample(sample);
    const [high, low] = samples.keys.hash;
    return this.put(high!, low!, samples.pinOf(sample.usage), samples.setOf(sample));
  }

  /** Writes each sample to its part. */
  async toFiles(): Promise<RunResult> {
    const { job, threads } = this;
    return await job.toFiles(async (batches, files, run) => {
      if (threads !== undefined && (await this.inThreads(threads, files, run))) return true;
      const { samples, tally } = job;
      for await (const batch of batches) {
        const { lines } = batch;
        if (lines === undefined || job.as === 'imagesets') {
          for (const row of batch.rows) {
            const part = this.place(row);
            if (job.account(part, run)) await files.addLine(part, idOf(row));
          }
          continue;
        }
        const parts = new Uint8Array(lines.rowCount).fill(noPart);
        let count = 0;
        const unassigned = tally.unassigned;
        samples.eachLine(lines, (row, high, low, pin, set) => {
          count++;
          parts[row] = this.put(high, low, pin, set);
          tally.add(parts[row]);
        });
        const dropped = tally.unassigned - unassigned;
        run.dropped = (run.dropped ?? 0) + dropped;
        run.written += count - dropped;
        await files.addLines(lines, parts);
      }
      return false;
    });
  }

  /** False when threads cannot do it; nothing has happened then. */
  private async inThreads(threads: SplitThreads, files: PartFiles, run: Run): Promise<boolean> {
    const { job, crossings } = this;
    const sums = new Array<number>(job.options.parts.length + 1).fill(0);
    const joined = new JoinedSets(job.samples.sets);
    let read = 0;
    const isDone = await threads.split(job, files, {
      take: (block) => {
        const { rows, counts, highs, lows, sets, parts } = block;
        const numbers = joined.add(block);
        counts!.forEach((count, part) => {
          sums[part]! += count;
        });
        for (let row = 0; row < rows; row++) {
          if (highs !== undefined) crossings!.add(highs[row]!, lows![row]!, parts![row]!);
          if (sets !== undefined) job.tally.addLabels(parts![row]!, numbers[sets[row]!]!);
        }
        read += rows;
      },
    });
    if (isDone) {
      run.read = read;
      job.accountAll(sums, run);
      return true;
    }
    job.restart();
    if (crossings !== undefined) this.crossings = new Crossings();
    return false;
  }

  private put(high: number, low: number, pin: number, set: number): number {
    const part = pin === noPart ? this.hashParts.partOf(high, low) : pin;
    this.crossings?.add(high, low, part);
    if (this.job.samples.withLabels) this.job.tally.addLabels(part, set);
    return part;
  }
}

/** Groups met in more than one part: 8 bytes for each group, and a fixed 44 MB. */
class Crossings {
  private readonly seen = new FingerprintTable({ tagBits: 7 });
  private readonly crossing = new FingerprintTable({ tagBits: 0 });

  get count(): number {
    return this.crossing.size;
  }

  add(high: number, low: number, part: number): void {
    const before = this.seen.add(high, low, part & 0x7f);
    if (before >= 0 && before !== (part & 0x7f)) this.crossing.add(high, low);
  }
}
