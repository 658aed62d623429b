import { DataError, type Diagnostic, OptionError } from '../model/index.js';
import { diffFields, diffItems, type FieldChange, type ItemsDiff } from '../transforms/index.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { Compared, type Documents, ignoredNames } from './diff-facts.js';
import {
  type DiffDocuments,
  type DiffKey,
  DiffSide,
  failAtFaults,
  IndexedSide,
  keyOf,
  type Matching,
  sensibleKey,
  type TakeFaults,
  worstOf,
} from './diff-side.js';
import { type FormatId, formatInfo } from './formats.js';
import type { OnProgress } from './progress.js';
import type { Row, RowBatch } from './rows.js';

export type { DiffKey } from './diff-side.js';

/** What samples are matched by, and what counts as a difference. */
export interface DiffOptions extends JoinedDatasetOptions {
  /** Format of the first data set; default: detected. */
  readonly from?: string | undefined;
  /** Format of the second data set; default: detected. */
  readonly secondFrom?: string | undefined;
  /** Options of the second data set's own format, by name; default: {@link fromOptions} where both have one format. */
  readonly secondFromOptions?: Readonly<Record<string, unknown>> | undefined;
  /**
   * What samples are matched by. Default: between manifests `id` where the first sample of both has one, else `source`;
   * between all others `name`, the source's file name without extension. Of different formats, `source` is the file that
   * a source leads to.
   */
  readonly key?: DiffKey | undefined;
  /**
   * What does not count, by the names used in `losses`: what the format of one side has no place for, such as `usage`,
   * `image-size` or `object-pose`. Shapes that are named count as the boxes around them, and may be missing. `label`,
   * `shape`: labels and shapes of objects that belong together. `sample-type`: what kind of data a manifest says a sample
   * is. `uncarried`: all that the format of either side cannot carry. Default: nothing.
   */
  readonly ignore?: readonly string[] | undefined;
  /**
   * Between different formats, compare also what samples and annotations say beside usage and labels (ids, properties,
   * who made them) where only one of the formats has a place for it. Default false.
   */
  readonly all?: boolean | undefined;
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

/** How many of both sides are equal, changed, or on one side only. */
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
  /** What did not count, by the names used in `losses`. */
  readonly ignored: readonly string[];
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
 * Compares two data sets of the same or of different formats. Of different formats, labels, usage and sizes are compared,
 * and of all else what both have a place for. The first is read once, in order; of the second, fingerprints of the keys
 * and places are kept, about 28 bytes for each sample, and its samples are put aside on the disk unless it is a manifest
 * or a VOC tree.
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
  const { secondFrom, secondFromOptions, ...rest } = options;
  const a = await DiffSide.open(first, rest);
  const b = await DiffSide.open(second, {
    ...rest,
    from: secondFrom,
    fromOptions: secondFromOptions,
    sharedOptions: { format: a.format, values: rest.fromOptions },
  });
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
  private matching: Matching = { by: 'name', resolves: false };
  private readonly isCross: boolean;
  private readonly compared: Compared;
  private readonly ignored: ReadonlySet<string>;

  constructor(
    private readonly a: DiffSide,
    private readonly b: DiffSide,
    private readonly options: DiffOptions,
  ) {
    this.isCross = a.format !== b.format;
    const { ignore = [], all = false } = options;
    this.ignored = ignoredNames([formatInfo(a.format), formatInfo(b.format)], ignore, all);
    this.compared = new Compared({ isCross: this.isCross, all, ignored: this.ignored });
  }

  async run(): Promise<DatasetDiff> {
    const { a, b, options } = this;
    const stream = a.batches();
    let count = 0;
    let other: IndexedSide | undefined;
    try {
      const opening = await this.opening(stream);
      const by = options.key ?? sensibleKey(a, opening.row, b, await this.firstOf(b));
      this.matching = { by, resolves: this.isCross };
      this.compared.bySource = by === 'source';
      other = await IndexedSide.read(b, this.matching, this.indexing());
      let bytes = 0;
      for await (const batch of following(opening.batches, stream)) {
        this.takeFaults(batch);
        a.expect(batch.rows);
        for (const row of batch.rows) {
          count++;
          await this.compare(row, await other.take(keyOf(row, this.matching), row.sample.source));
        }
        bytes += batch.bytes;
        options.onProgress?.({ items: count, bytes });
      }
      for await (const row of other.rest()) await this.onlyIn('added', row, b);
    } finally {
      await stream.return(undefined);
      await other?.close();
    }
    const { samples, annotations, skipped, differences } = this;
    const found = samples.changed + samples.removed + samples.added;
    return {
      first: { path: a.path, format: a.format, samples: count },
      second: { path: b.path, format: b.format, samples: other.size },
      key: this.matching.by,
      ignored: [...this.ignored].sort(),
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

  /** Takes the batches of the second side while it is indexed. */
  private indexing(): TakeFaults {
    let items = 0;
    let bytes = 0;
    return (batch) => {
      this.takeFaults(batch);
      items += batch.count + batch.faults.length;
      bytes += batch.bytes;
      this.options.onProgress?.({ items, bytes, phase: 'first-pass' });
    };
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
      await this.onlyIn('removed', row, this.a);
      return;
    }
    const { compared } = this;
    const one = this.readable(await this.a.joined(row));
    const two = this.readable(await this.b.joined(partner));
    if (one === undefined || two === undefined) return;
    const fields = diffFields(
      compared.fields(row, one, partner, two),
      compared.fields(partner, two, row, one),
    );
    const { tolerance, iou } = this.options;
    const { loose } = compared;
    const items = diffItems(compared.items(row, one), compared.items(partner, two), {
      tolerance,
      iou,
      loose,
    });
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
      key: keyOf(row, this.matching),
      source: row.sample.source,
      ...(fields.length === 0 ? {} : { fields }),
      ...(changed.length + removed.length + added.length === 0
        ? {}
        : { annotations: { removed, added, changed } }),
    });
  }

  private readable(joined: DiffDocuments): Documents | undefined {
    if (joined.files !== undefined) return joined.files;
    if (this.options.onError !== 'skip') throw new DataError(worstOf(joined.faults));
    this.leaveOut(joined.faults);
    return undefined;
  }

  private async onlyIn(kind: 'removed' | 'added', row: Row, side: DiffSide): Promise<void> {
    if (this.ignored.size > 0) {
      const documents = this.readable(await side.joined(row));
      if (documents === undefined) return;
      const { compared } = this;
      if (compared.mayBeMissing(row, compared.items(row, documents))) return;
    }
    this.samples[kind]++;
    this.list({ kind, key: keyOf(row, this.matching), source: row.sample.source });
  }

  private list(difference: SampleDifference): void {
    if (this.differences.length < (this.options.maxDifferences ?? 1000)) this.differences.push(difference);
  }

  private countField(field: string): void {
    this.fields.set(field, (this.fields.get(field) ?? 0) + 1);
  }
}

async function* following(
  before: readonly RowBatch[],
  rest: AsyncIterable<RowBatch>,
): AsyncGenerator<RowBatch> {
  yield* before;
  yield* rest;
}
