import { type Annotation, isVocTask, OptionError, type Sample } from '../model/index.js';
import { type FilterTests, type ImageOf, type Pruning, SampleFilter } from '../transforms/index.js';
import { changeVoc } from '../voc/index.js';
import { type TransformOptions, transform } from './convert.js';
import type { JoinedFile } from './resolve.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';

export interface FilterOptions extends TransformOptions, FilterTests {
  /**
   * Open the annotation files that a test needs; a sample whose files cannot be read is a fault. `false`: annotations are
   * all that is looked at. Default true.
   */
  readonly joinFiles?: boolean | undefined;
}

/** What a filter did, beside the counts of samples. */
export interface FilterResult extends RunResult {
  /** Annotations taken out of samples that stayed. */
  readonly annotationsRemoved: number;
  /** Objects taken out of annotation files that stayed. */
  readonly objectsRemoved: number;
}

/**
 * Keeps the samples, annotations or objects of a data set that pass all tests. What stays is written as it was, byte for
 * byte: lines of a manifest in which nothing changed are not even parsed where `usage` and `source` are all that is asked.
 * Annotation files are copied with objects taken out, and never changed where they are.
 *
 * @param input a path; `-` for a manifest on standard input
 * @param output a path; `-` for a manifest on standard output
 * @throws OptionError for tests that make no sense; else as `convert`
 */
export async function filterDataset(
  input: string,
  output: string,
  options: FilterOptions = {},
): Promise<FilterResult> {
  const filter = new SampleFilter(options);
  if (options.joinFiles === false && options.by === 'object') {
    throw new OptionError('objects cannot be filtered without opening the annotation files', {
      hint: 'Filter by annotation or sample, or let the files be opened.',
    });
  }
  const stage = new FilterStage(filter, options.joinFiles ?? true);
  const result = await transform(input, output, stage, options);
  return { ...result, annotationsRemoved: stage.annotationsRemoved, objectsRemoved: stage.objectsRemoved };
}

class FilterStage implements Stage {
  readonly asksUsage: boolean;
  readonly readsRows: boolean;
  annotationsRemoved = 0;
  objectsRemoved = 0;

  constructor(
    private readonly filter: SampleFilter,
    private readonly joinsFiles: boolean,
  ) {
    this.asksUsage = filter.isAboutSamples;
    this.readsRows = !filter.isAboutSamples;
  }

  async apply(batch: StageBatch): Promise<void> {
    const { filter } = this;
    const view = new RowView(batch);
    for (let row = 0; row < batch.rowCount; row++) {
      view.row = row;
      if (!filter.isAboutSamples) await this.judge(batch, row);
      else if (!filter.passes(view, imageOf)) batch.drop(row);
    }
  }

  private asksFiles(sample: Sample): boolean {
    if (!this.joinsFiles || !this.filter.asksFiles(sample)) return false;
    // Samples of VOC files come with what these say; what is to be changed in them takes their bytes.
    const isUnread = ({ task, image }: Annotation) => isVocTask(task) && image === undefined;
    return this.filter.by === 'object' || sample.annotations.some(isUnread);
  }

  private async judge(batch: StageBatch, row: number): Promise<void> {
    const sample = batch.row(row)?.sample;
    if (sample === undefined) return;
    let files: readonly JoinedFile[] = [];
    if (this.asksFiles(sample)) {
      const joined = await batch.joined(row);
      if (joined.files === undefined) return await batch.refuse(row, joined.faults);
      files = joined.files;
    }
    const images: ImageOf = (annotation) =>
      files.find((file) => file.annotation === annotation)?.document ?? annotation.image;
    const verdict = this.filter.verdict(sample, images);
    if (verdict === 'drop') batch.drop(row);
    else if (verdict !== 'keep') this.prune(batch, row, verdict, files);
  }

  private prune(
    batch: StageBatch,
    row: number,
    { annotations, objects }: Pruning,
    files: readonly JoinedFile[],
  ): void {
    for (const [index, gone] of objects) {
      const file = files.find((one) => one.index === index);
      // Objects are known from files alone.
      const remove = gone.map((at) => file!.document.objects[at]!.sourceIndex);
      batch.setDocument(row, index, changeVoc(file!.bytes, { remove }));
      this.objectsRemoved += gone.length;
    }
    this.annotationsRemoved += annotations.filter((stays) => !stays).length;
    batch.keepAnnotations(row, (_, index) => annotations[index]!);
  }
}

function imageOf({ image }: Annotation): Annotation['image'] {
  return image;
}

/** A row as a sample whose line is parsed only when something is asked that is not found without. */
class RowView implements Sample {
  row = 0;

  constructor(private readonly batch: StageBatch) {}

  private get sample(): Sample | undefined {
    return this.batch.row(this.row)?.sample;
  }

  get source(): string {
    return this.batch.source(this.row) ?? '';
  }

  get usage(): string | undefined {
    return this.batch.usage(this.row);
  }

  get annotations(): Sample['annotations'] {
    return this.sample?.annotations ?? [];
  }

  get id(): string | undefined {
    return this.sample?.id;
  }

  get inferenceLoc(): string | undefined {
    return this.sample?.inferenceLoc;
  }

  get sourceType(): string | undefined {
    return this.sample?.sourceType;
  }

  get sampleType(): number | undefined {
    return this.sample?.sampleType;
  }

  get hard(): boolean | undefined {
    return this.sample?.hard;
  }

  get hardCoefficient(): number | undefined {
    return this.sample?.hardCoefficient;
  }

  get hardReasons(): string | undefined {
    return this.sample?.hardReasons;
  }

  get property(): Sample['property'] {
    return this.sample?.property;
  }
}
