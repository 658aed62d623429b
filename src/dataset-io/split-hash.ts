import { FingerprintTable } from '../text/index.js';
import { defaultSeed, HashParts, noPart } from '../transforms/index.js';
import type { Row } from './rows.js';
import type { RunResult } from './run.js';
import { type Grouping, idOf, type SplitJob } from './split-job.js';

/** Puts samples into parts by their groups alone, while they are read. */
export class HashPlacing {
  private readonly hashParts: HashParts;
  /** A group is in one part, unless samples of it stay where their usage says. */
  private readonly crossings: Crossings | undefined;

  constructor(private readonly job: SplitJob) {
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
    const { job } = this;
    const { samples, tally } = job;
    return await job.toFiles(async (batches, files, run) => {
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
    });
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
