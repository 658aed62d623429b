import type { ManifestBatch, NotedFacts } from '../manifest/index.js';
import { type Annotation, isVocTask, type Sample } from '../model/index.js';
import { noPart, usageOfPart } from '../transforms/index.js';
import { LabelSets } from './label-sets.js';
import type { Joined } from './resolve.js';
import type { Row } from './rows.js';
import { GroupKeys } from './split-keys.js';
import type { SplitMethod, SplitOptions } from './split-options.js';

/**
 * Hears of the sample in a row: the two halves of the hash of its group, the part that its usage says (`noPart`: none),
 * and the number of its label set, 0 where labels are not counted.
 */
type TakeSample = (row: number, high: number, low: number, pin: number, set: number) => void;

/** What a split asks of samples: their group, the part that they are in already, and their labels. */
export class SplitSamples {
  readonly keys: GroupKeys;
  readonly sets = new LabelSets();
  readonly withLabels: boolean;
  private readonly isStratified: boolean;
  private readonly joins: boolean;
  /** The part of each usage that is respected. */
  private readonly usages = new Map<string, number>();

  constructor(method: SplitMethod, { parts, groupBy = 'parent', reassign, countLabels, join }: SplitOptions) {
    this.keys = new GroupKeys(groupBy);
    this.isStratified = method === 'stratified';
    this.withLabels = this.isStratified || countLabels !== false;
    this.joins = this.isStratified && join !== false;
    if (reassign === true) return;
    parts.forEach(({ name }, part) => {
      const usage = usageOfPart(name);
      if (usage !== undefined && !this.usages.has(usage)) this.usages.set(usage, part);
    });
  }

  /** Some usage is. */
  get respectsUsage(): boolean {
    return this.usages.size > 0;
  }

  /** What is to be noted of lines, so that they need not be parsed for it. */
  get noted(): NotedFacts {
    return {
      hashes: this.keys.bySource,
      ...(this.withLabels ? { labels: this.sets, everyName: this.joins } : {}),
    };
  }

  /** The part that a usage says, `noPart` for none. */
  pinOf(usage: string | undefined): number {
    return usage === undefined ? noPart : (this.usages.get(usage.toUpperCase()) ?? noPart);
  }

  /** The number of a sample's label set; of labels in its VOC files too, where those were read. */
  setOf({ annotations }: Sample, joined?: Joined): number {
    return this.withLabels ? this.sets.of(labelsOf(annotations, joined)) : 0;
  }

  /** The labels of a sample are in VOC files. */
  needsJoin({ sample }: Row): boolean {
    return (
      this.joins &&
      sample.annotations.some(
        ({ task, image, name }) => isVocTask(task) && image === undefined && name === undefined,
      )
    );
  }

  /** True when lines must be looked at one by one, since VOC files may have their labels. */
  mayNeedJoin(lines: ManifestBatch): boolean {
    return this.joins && lines.noted === undefined;
  }

  /** Goes through the rows of a batch that hold samples; of ordinary lines what was noted is enough. */
  eachLine(batch: ManifestBatch, take: TakeSample): void {
    if (batch.noted === undefined) this.eachSample(batch, take);
    else this.eachNoted(batch, take);
  }

  private eachNoted(batch: ManifestBatch, take: TakeSample): void {
    const { keys, withLabels, respectsUsage } = this;
    const { hash, bySource, byParent } = keys;
    const notes = batch.noted!;
    const pins: (number | undefined)[] = [];
    for (let row = 0; row < notes.count; row++) {
      const isPlain = bySource && !(byParent && notes.mayHaveParent(row));
      if (isPlain && notes.knowsHash(row)) {
        hash[0] = notes.high(row);
        hash[1] = notes.low(row);
      } else this.hashLine(batch, row, isPlain);
      let pin: number = noPart;
      if (respectsUsage) {
        const usage = notes.usageNumber(row);
        if (notes.knowsUsage(row)) {
          pins[usage] ??= this.pinOf(notes.usage(row));
          pin = pins[usage];
        } else pin = this.pinOf(batch.usage(row));
      }
      take(row, hash[0]!, hash[1]!, pin, withLabels ? notes.labelSet(row) : 0);
    }
  }

  private hashLine(batch: ManifestBatch, row: number, isPlain: boolean): void {
    this.keys.ofLine(batch.source(row)!, isPlain ? undefined : () => batch.sample(row)!);
  }

  private eachSample(batch: ManifestBatch, take: TakeSample): void {
    const { keys, withLabels } = this;
    const { hash } = keys;
    const isPlain = keys.bySource && !(keys.byParent && keys.mayHaveParents(batch.lines.bytes));
    for (let row = 0; row < batch.rowCount; row++) {
      if (batch.outcome(row) === false) continue;
      if (!withLabels && isPlain) {
        keys.ofLine(batch.source(row)!);
        take(row, hash[0]!, hash[1]!, this.respectsUsage ? this.pinOf(batch.usage(row)) : noPart, 0);
        continue;
      }
      const sample = batch.sample(row)!;
      keys.ofLine(sample.source, isPlain ? undefined : () => sample);
      take(row, hash[0]!, hash[1]!, this.pinOf(sample.usage), this.setOf(sample));
    }
  }
}

function labelsOf(annotations: readonly Annotation[], joined: Joined | undefined): string[] {
  const labels: string[] = [];
  annotations.forEach((annotation, index) => {
    const image = annotation.image ?? joined?.files?.find((file) => file.index === index)?.document;
    if (image === undefined) {
      if (annotation.name !== undefined) labels.push(annotation.name);
      return;
    }
    for (const { name } of image.objects) if (name !== undefined) labels.push(name);
  });
  return labels;
}
