import { noPart } from '../transforms/index.js';
import type { LabelSets } from './label-sets.js';

/** Samples and label sets counted by part. */
export class SplitTally {
  readonly samples: number[];
  unassigned = 0;
  /** By label set: how many samples of each part. */
  private readonly bySet: number[][] = [];

  constructor(
    private readonly partCount: number,
    private readonly withLabels: boolean,
    private readonly sets: LabelSets,
  ) {
    this.samples = new Array<number>(partCount).fill(0);
  }

  add(part: number): void {
    if (part === noPart) this.unassigned++;
    else this.samples[part]!++;
  }

  /** Adds samples by part; the number after the last part's is of those in none. */
  addCounts(counts: readonly number[]): void {
    for (let part = 0; part < this.partCount; part++) this.samples[part]! += counts[part]!;
    this.unassigned += counts[this.partCount]!;
  }

  addLabels(part: number, set: number): void {
    if (part === noPart) return;
    this.bySet[set] ??= new Array<number>(this.partCount).fill(0);
    this.bySet[set]![part]!++;
  }

  /** Samples of a part by label, by falling count and then by name. */
  labelsOf(part: number): Record<string, number> {
    const counts = this.counts((numbers) => numbers[part]!);
    return Object.fromEntries(
      [...counts].filter(([, count]) => count > 0).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
    );
  }

  /** Samples of all parts by label. */
  totals(): Map<string, number> {
    return this.counts((numbers) => numbers.reduce((sum, number) => sum + number, 0));
  }

  /** The label whose share in a part differs most from the part's share of all samples. */
  balance(names: readonly string[]): { label: string; part: string; offBy: number } | undefined {
    if (!this.withLabels) return undefined;
    const all = this.samples.reduce((sum, samples) => sum + samples, 0);
    let worst: { label: string; part: string; offBy: number } | undefined;
    const byPart = names.map((_, part) => this.counts((numbers) => numbers[part]!));
    for (const [label, total] of this.totals()) {
      if (total === 0) continue;
      byPart.forEach((counts, part) => {
        const offBy = Math.abs((counts.get(label) ?? 0) - (total * this.samples[part]!) / all);
        if (worst === undefined || offBy > worst.offBy) worst = { label, part: names[part]!, offBy };
      });
    }
    return worst === undefined ? undefined : { ...worst, offBy: Number(worst.offBy.toFixed(3)) };
  }

  private counts(of: (numbers: readonly number[]) => number): Map<string, number> {
    const counts = new Map<string, number>();
    this.bySet.forEach((numbers, set) => {
      for (const label of this.sets.sets[set]!) {
        const name = this.sets.labels[label]!;
        counts.set(name, (counts.get(name) ?? 0) + of(numbers));
      }
    });
    return counts;
  }
}
