import { labelsOf } from './row-labels.js';
import type { Stage, StageBatch } from './stage.js';

/** Takes note of every label of a data set. Samples whose annotation files cannot be read are heard of when they are written. */
export class LabelCollector implements Stage {
  private readonly found = new Set<string>();

  /** In code-point order. */
  get labels(): string[] {
    const bytes = [...this.found].map((label) => Buffer.from(label));
    return bytes.sort(Buffer.compare).map((one) => one.toString());
  }

  async apply(batch: StageBatch): Promise<void> {
    for (let row = 0; row < batch.rowCount; row++) {
      const given = batch.row(row);
      if (given === undefined) continue;
      const { labels } = await labelsOf(batch, row, given.sample);
      for (const label of labels ?? []) this.found.add(label);
    }
  }
}
