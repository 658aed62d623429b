import { ManifestSample, unknownMembers } from '../manifest/index.js';
import { DataError, type Diagnostic, isVocTask, type JsonObject, OptionError } from '../model/index.js';
import { parsePointer } from '../text/index.js';
import {
  type DiffItem,
  diffFields,
  diffItems,
  type FieldChange,
  fieldsOfImage,
  fieldsOfSample,
  type ItemsDiff,
  itemOfAnnotation,
  itemOfObject,
} from '../transforms/index.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import {
  type DiffKey,
  DiffSide,
  failAtFaults,
  IndexedSide,
  keyOf,
  sensibleKey,
  worstOf,
} from './diff-side.js';
import type { FormatId } from './formats.js';
import type { OnProgress } from './progress.js';
import type { Joined } from './resolve.js';
import type { Row, RowBatch } from './rows.js';
import { baseName } from './storage/index.js';

export type { DiffKey } from './diff-side.js';

export interface DiffOptions extends JoinedDatasetOptions {
  /** Format of the first data set; default: detected. */
  readonly from?: string | undefined;
  /** Format of the second data set; default: detected. */
  readonly secondFrom?: string | undefined;
  /**
   * What samples are matched by. Default: `id` where the first sample of both has one, else `source` between
   * manifests, else `name`, the source's file name without extension.
   */
  readonly key?: DiffKey | undefined;
  /** Coordinates that differ by no more count as equal; pixels, default 0. */
  readonly tolerance?: number | undefined;
  /** Least overlap of two shapes that are taken for one, above 0 and up to 1; default 0.5. */
  readonly iou?: number | undefined;
  /** A record that cannot be read: `fail` (default) ends the comparison, `skip` leaves it out. */
  readonly onError?: 'fail' | 'skip' | undefined;
  /** Samples listed in the result; all are counted. Default 1000. */
  readonly maxDifferences?: number | undefined;
  /** Findings listed in the result. Default 1000. */
  readonly maxDiagnostics?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A sample that is not the same on both sides. */
export interface SampleDifference {
  readonly kind: 'removed' | 'added' | 'changed';
  /** What it was matched by. */
  readonly key: string;
  readonly source: string;
  /** Fields of the sample and of its annotation file. */
  readonly fields?: readonly FieldChange[];
  readonly annotations?: Omit<ItemsDiff, 'equal'>;
}

export interface DifferenceCounts {
  readonly equal: number;
  readonly changed: number;
  /** Only in the first data set. */
  readonly removed: number;
  /** Only in the second. */
  readonly added: number;
}

/** How two data sets differ. Counts are of all, listed or not. */
export interface DatasetDiff {
  readonly first: { readonly path: string; readonly format: FormatId; readonly samples: number };
  readonly second: { readonly path: string; readonly format: FormatId; readonly samples: number };
  readonly key: DiffKey;
  /** Nothing differs, and nothing was left out. */
  readonly equal: boolean;
  readonly samples: DifferenceCounts;
  /** Annotations of samples that are on both sides: objects of annotation files, and the other annotations. */
  readonly annotations: DifferenceCounts;
  /** How often each field differs. */
  readonly fields: Readonly<Record<string, number>>;
  /** Records of either side that could not be read. */
  readonly skipped: number;
  /** In the order of the first data set, then what only the second has. */
  readonly differences: readonly SampleDifference[];
  /** There are more differences than are listed. */
  readonly truncated: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compares two data sets of the same or of different formats. Of different formats, only what both can say is compared:
 * usage, and what the annotation files say. The first is read once, in order; of the second, fingerprints of the keys
 * and places are kept, about 28 bytes for each sample.
 *
 * @param first a path; `-` for a manifest on standard input
 * @throws OptionError for bad use, StorageError when an input cannot be read, DataError at the first fault with
 *   `onError: 'fail'`, AbortedError when the signal fires
 */
export async function diffDatasets(
  first: string,
  second: string,
  options: DiffOptions = {},
): Promise<DatasetDiff> {
  checkOptions(options);
  const { secondFrom, ...rest } = options;
  const a = await DiffSide.open(first, rest);
  const b = await DiffSide.open(second, { ...rest, from: secondFrom });
  const comparison = new Comparison(a, b, options);
  try {
    return await comparison.run();
  } finally {
    a.close();
    b.close();
  }
}

function checkOptions({ tolerance = 0, iou = 0.5, key = 'id' }: DiffOptions): void {
  if (!(tolerance >= 0 && Number.isFinite(tolerance))) {
    throw new OptionError(`the tolerance is ${tolerance}`, { hint: 'It is a number of pixels from 0.' });
  }
  if (!(iou > 0 && iou <= 1)) {
    throw new OptionError(`the least overlap is ${iou}`, { hint: 'It is a number above 0 and up to 1.' });
  }
  if (!['id', 'source', 'name'].includes(key)) {
    throw new OptionError(`samples cannot be matched by "${key}"`, { hint: 'Keys: id, source, name.' });
  }
}

class Comparison {
  private readonly samples = { equal: 0, changed: 0, removed: 0, added: 0 };
  private readonly annotations = { equal: 0, changed: 0, removed: 0, added: 0 };
  private readonly fields = new Map<string, number>();
  private readonly differences: SampleDifference[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private skipped = 0;
  private key: DiffKey = 'name';
  /** Of different formats, only what both can say is compared. */
  private readonly isCross: boolean;

  constructor(
    private readonly a: DiffSide,
    private readonly b: DiffSide,
    private readonly options: DiffOptions,
  ) {
    this.isCross = a.format !== b.format;
  }

  async run(): Promise<DatasetDiff> {
    const { a, b, options } = this;
    const stream = a.batches();
    let count = 0;
    let other: IndexedSide | undefined;
    try {
      const opening = await this.opening(stream);
      this.key = options.key ?? sensibleKey(a, opening.row, b, await this.firstOf(b));
      other = await IndexedSide.read(b, this.key, this.takeFaults);
      let bytes = 0;
      for await (const batch of following(opening.batches, stream)) {
        this.takeFaults(batch);
        a.expect(batch.rows);
        for (const row of batch.rows) {
          count++;
          await this.compare(row, await other.take(keyOf(row, this.key)));
        }
        bytes += batch.bytes;
        options.onProgress?.({ items: count, bytes });
      }
      for await (const row of other.rest()) this.onlyIn('added', row);
    } finally {
      await stream.return(undefined);
      await other?.close();
    }
    const { samples, annotations, skipped, differences } = this;
    const found = samples.changed + samples.removed + samples.added;
    return {
      first: { path: a.path, format: a.format, samples: count },
      second: { path: b.path, format: b.format, samples: other.size },
      key: this.key,
      equal: found === 0 && skipped === 0,
      samples,
      annotations,
      fields: Object.fromEntries([...this.fields].sort(([x], [y]) => (x < y ? -1 : 1))),
      skipped,
      differences,
      truncated: found > differences.length,
      diagnostics: this.diagnostics,
    };
  }

  /** The batches up to the first that has a sample. */
  private async opening(
    stream: AsyncGenerator<RowBatch, void, undefined>,
  ): Promise<{ batches: RowBatch[]; row?: Row }> {
    const batches: RowBatch[] = [];
    for (;;) {
      const { value, done } = await stream.next();
      if (done === true || value === undefined) return { batches };
      batches.push(value);
      const [row] = value.rows;
      if (row !== undefined) return { batches, row };
    }
  }

  private async firstOf(side: DiffSide): Promise<Row | undefined> {
    if (side.path === '-') return undefined;
    for await (const { rows } of side.batches()) if (rows[0] !== undefined) return rows[0];
    return undefined;
  }

  private readonly takeFaults = (batch: RowBatch): void => {
    if (this.options.onError !== 'skip') failAtFaults(batch);
    for (const { diagnostics } of batch.faults) this.leaveOut(diagnostics);
  };

  private leaveOut(diagnostics: readonly Diagnostic[]): void {
    this.skipped++;
    for (const diagnostic of diagnostics) {
      if (this.diagnostics.length < (this.options.maxDiagnostics ?? 1000)) this.diagnostics.push(diagnostic);
    }
  }

  private async compare(row: Row, partner: Row | undefined): Promise<void> {
    if (partner === undefined) {
      this.onlyIn('removed', row);
      return;
    }
    const one = this.readable(await this.a.joined(row));
    const two = this.readable(await this.b.joined(partner));
    if (one === undefined || two === undefined) return;
    const fields = diffFields(this.fieldsOf(row, one, partner), this.fieldsOf(partner, two, row));
    const { tolerance, iou } = this.options;
    const items = diffItems(this.itemsOf(row, one), this.itemsOf(partner, two), { tolerance, iou });
    const { equal, changed, removed, added } = items;
    this.annotations.equal += equal;
    this.annotations.changed += changed.length;
    this.annotations.removed += removed.length;
    this.annotations.added += added.length;
    if (fields.length + changed.length + removed.length + added.length === 0) {
      this.samples.equal++;
      return;
    }
    this.samples.changed++;
    for (const { field } of fields) this.countField(field);
    for (const item of changed) for (const { field } of item.fields) this.countField(field);
    this.list({
      kind: 'changed',
      key: keyOf(row, this.key),
      source: row.sample.source,
      ...(fields.length === 0 ? {} : { fields }),
      ...(changed.length + removed.length + added.length === 0
        ? {}
        : { annotations: { removed, added, changed } }),
    });
  }

  private readable(joined: Joined): NonNullable<Joined['files']> | undefined {
    if (joined.files !== undefined) return joined.files;
    if (this.options.onError !== 'skip') throw new DataError(worstOf(joined.faults));
    this.leaveOut(joined.faults);
    return undefined;
  }

  private onlyIn(kind: 'removed' | 'added', row: Row): void {
    this.samples[kind]++;
    this.list({ kind, key: keyOf(row, this.key), source: row.sample.source });
  }

  private list(difference: SampleDifference): void {
    if (this.differences.length < (this.options.maxDifferences ?? 1000)) this.differences.push(difference);
  }

  private countField(field: string): void {
    this.fields.set(field, (this.fields.get(field) ?? 0) + 1);
  }

  /** What is compared of a sample beside its labels. */
  private fieldsOf({ sample }: Row, files: NonNullable<Joined['files']>, other: Row): JsonObject {
    const fields: JsonObject = {};
    if (this.isCross) {
      const known = sample.usage?.toUpperCase();
      if (known !== undefined) fields['usage'] = known;
    } else {
      Object.assign(fields, fieldsOfSample(sample));
      // Folders of images move with the data set; by source, the whole of it is the same anyway.
      if (this.key !== 'source' && baseName(sample.source) === baseName(other.sample.source)) {
        delete fields['source'];
      }
      if (sample instanceof ManifestSample) assign(fields, unknownOf(sample)[0]);
    }
    files.forEach(({ document }, at) => {
      Object.assign(fields, fieldsOfImage(document, files.length === 1 ? 'image.' : `image[${at + 1}].`));
    });
    return fields;
  }

  /** The labels of a sample: objects of its annotation files, and what its annotations say themselves. */
  private itemsOf({ sample }: Row, files: NonNullable<Joined['files']>): DiffItem[] {
    const items: DiffItem[] = [];
    const unknown = sample instanceof ManifestSample ? unknownOf(sample) : [];
    for (const [at, annotation] of sample.annotations.entries()) {
      const hasFile = isVocTask(annotation.task);
      // A folder of VOC files has no annotations of its own around the objects.
      if (hasFile && (this.isCross || !(sample instanceof ManifestSample))) continue;
      const item = itemOfAnnotation(annotation);
      if (hasFile) delete item.fields['loc'];
      assign(item.fields, unknown[at + 1]);
      items.push(item);
    }
    for (const { document } of files) for (const object of document.objects) items.push(itemOfObject(object));
    return items;
  }
}

function assign(fields: JsonObject, more: JsonObject | undefined): void {
  if (more !== undefined) Object.defineProperties(fields, Object.getOwnPropertyDescriptors(more));
}

/** Members that no field is read from, by name: those of the sample, then those of each annotation. */
function unknownOf(sample: ManifestSample): readonly JsonObject[] {
  const found: JsonObject[] = [{}];
  for (const pointer of unknownMembers(sample)) {
    const [first, index, ...rest] = parsePointer(pointer)!;
    const owner = index === undefined ? sample : sample.annotations[Number(index)]!;
    const place = index === undefined ? 0 : Number(index) + 1;
    const name = index === undefined ? first! : rest.join('/');
    const value = owner.member(name);
    found[place] ??= {};
    // Names come out of data: `__proto__` is one like any other.
    if (value !== undefined)
      Object.defineProperty(found[place], name, { value, enumerable: true, configurable: true });
  }
  return found;
}

async function* following(
  before: readonly RowBatch[],
  rest: AsyncIterable<RowBatch>,
): AsyncGenerator<RowBatch> {
  yield* before;
  yield* rest;
}
