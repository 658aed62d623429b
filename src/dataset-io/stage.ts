import { type ManifestBatch, ManifestSample } from '../manifest/index.js';
import {
  type Annotation,
  type Diagnostic,
  type ImageAnnotation,
  isVocTask,
  type JsonValue,
  OptionError,
  type Sample,
} from '../model/index.js';
import { parseVoc, type VocDocument } from '../voc/index.js';
import { Ahead } from './ahead.js';
import { lacksFile } from './references.js';
import { type Joined, type JoinOptions, joinVoc } from './resolve.js';
import type { ChangedDocument, Fault, Row, RowBatch } from './rows.js';
import type { Run } from './run.js';

/** Something that happens to samples on their way from a reader to a writer. */
export interface Stage {
  /** {@link StageBatch.usage} or {@link StageBatch.source} is asked of most rows: they are then found while lines are checked. */
  readonly asksUsage?: boolean;
  /** {@link StageBatch.row} is asked of most rows: fewer of them then come in one batch, since parsed lines take memory. */
  readonly readsRows?: boolean;
  /**
   * Lines of a manifest are looked at one by one only where this asks for them, so most pass as the bytes they are.
   * What it throws ends the run.
   */
  apply(batch: StageBatch): void | Promise<void>;
  /** True for a record that could not be read, and is to be left out as it should be instead of being refused. */
  dropsFault?(fault: Fault): boolean;
  /**
   * What becomes of the ImageSets lists of a VOC tree that is written as one. `kept` (default): they are carried over,
   * without the lines of samples that are left out; class lists only while no annotation file was changed. `renewed`:
   * they follow from the usage.
   */
  readonly lists?: 'kept' | 'renewed';
  /** Asked after each batch: true when nothing that is still to come will pass, so that it need not be read. */
  isDone?(): boolean;
}

/** Samples on their way, to be looked at, left out or changed in place. Numbers of rows are those of this batch. */
export interface StageBatch {
  /** Rows are numbered from 0 to this; some may hold no sample. */
  readonly rowCount: number;
  /** Undefined: the row holds no sample, or it was dropped. */
  row(row: number): Row | undefined;
  /** True when {@link row} gives something; no line is parsed for it. */
  has(row: number): boolean;
  /** `source` of the sample, without parsing a line for it; undefined as with {@link row}. */
  source(row: number): string | undefined;
  /** `usage` of the sample, without parsing a line for it. */
  usage(row: number): string | undefined;
  /** The line of a manifest in UTF-8, without what ends it, while the batch is here; undefined for what is no line. */
  bytes(row: number): Buffer | undefined;
  /** Where that line begins in the file as it is stored, in bytes. */
  offset(row: number): number | undefined;
  /** What the VOC files of a sample say; those of the next rows are fetched meanwhile. */
  joined(row: number): Promise<Joined>;
  /** Leaves a sample out, as it should be. */
  drop(row: number): void;
  /** Leaves a sample out because something is wrong with it. @throws DataError when the run is to stop at the first */
  refuse(row: number, diagnostics: readonly Diagnostic[]): Promise<void>;
  /** Says something about a sample that stays. */
  report(diagnostic: Diagnostic): void;
  /** Counts something that the output cannot hold. */
  lose(row: number, feature: string): void;
  setUsage(row: number, usage: string | undefined): void;
  /** Sets one key of the sample's property. */
  setProperty(row: number, key: string, value: JsonValue): void;
  /**
   * Puts another sample in the place of one that is no line of a manifest; those are changed in place.
   *
   * @param base where its relative references are taken from
   */
  setSample(row: number, sample: Sample, base: string): void;
  /** Keeps only some annotations; their text stays as it is. */
  keepAnnotations(row: number, keep: (annotation: Annotation, index: number) => boolean): void;
  /** Gives an annotation another label. */
  setName(row: number, index: number, name: string): void;
  /**
   * Gives the VOC file of an annotation new content. A manifest that is written puts it beside itself, in
   * `<stem>-annotations`, and refers to it; the file it was read from stays as it is.
   */
  setDocument(row: number, index: number, bytes: Uint8Array | string): void;
}

/** What batches have in common, whatever their rows are. */
abstract class Batch implements StageBatch {
  protected readonly changed = new Map<string, ChangedDocument>();
  private joins: Ahead<Row, Joined> | undefined;

  constructor(
    protected readonly run: Run,
    private readonly options: JoinOptions,
  ) {}

  abstract readonly rowCount: number;
  abstract row(row: number): Row | undefined;
  abstract has(row: number): boolean;
  abstract source(row: number): string | undefined;
  abstract usage(row: number): string | undefined;
  abstract bytes(row: number): Buffer | undefined;
  abstract offset(row: number): number | undefined;
  abstract setUsage(row: number, usage: string | undefined): void;
  abstract setProperty(row: number, key: string, value: JsonValue): void;
  abstract setSample(row: number, sample: Sample, base: string): void;
  abstract keepAnnotations(row: number, keep: (annotation: Annotation, index: number) => boolean): void;
  abstract setName(row: number, index: number, name: string): void;
  protected abstract setImage(row: number, index: number, image: Annotation['image']): void;
  /** False when the row held no sample. */
  protected abstract remove(row: number): boolean;
  /** The batch as it is to be written. */
  abstract result(): RowBatch;

  joined(row: number): Promise<Joined> {
    const wanted = this.given(row);
    if (this.joins === undefined) {
      const { signal, ...rest } = this.options;
      this.joins = new Ahead((one, over) => joinVoc(one, { ...rest, signal: over }), signal);
      const rows: Row[] = [];
      for (let at = row; at < this.rowCount; at++) {
        const one = this.row(at);
        if (
          one?.sample.annotations.some(({ task, image }) => isVocTask(task) && image === undefined) === true
        )
          rows.push(one);
      }
      this.joins.expect(rows);
    }
    return this.joins.get(wanted);
  }

  close(): void {
    this.joins?.close();
  }

  drop(row: number): void {
    if (this.remove(row)) this.run.dropped = (this.run.dropped ?? 0) + 1;
  }

  async refuse(row: number, diagnostics: readonly Diagnostic[]): Promise<void> {
    const { sample, key } = this.given(row);
    const raw =
      sample instanceof ManifestSample && sample.text !== undefined ? Buffer.from(sample.text) : undefined;
    await this.run.refuse({
      diagnostics,
      ...(raw === undefined ? {} : { raw }),
      ...(key === undefined ? {} : { name: key }),
    });
    this.remove(row);
  }

  report(diagnostic: Diagnostic): void {
    this.run.report(diagnostic);
  }

  lose(row: number, feature: string): void {
    const { sample, file, line } = this.given(row);
    this.run.lose(
      feature,
      { file, source: sample.source, ...(line === undefined ? {} : { line }) },
      'the output',
    );
  }

  setDocument(row: number, index: number, bytes: Uint8Array | string): void {
    const annotation = this.given(row).sample.annotations[index]!;
    const isMade = lacksFile(annotation);
    const { document } = parseVoc(bytes, { mode: 'lenient', keepSource: !isMade });
    if (document === undefined) throw new OptionError('the new content of an annotation file cannot be read');
    if (isMade) leaveUnsaid(document, annotation.image!);
    this.setImage(row, index, document);
    this.run.documentsChanged = true;
    this.changed.set(`${row}/${index}`, { row: this.given(row), index });
  }

  /** Changed annotation files of samples that are still there. */
  protected documents(): readonly ChangedDocument[] {
    const documents: ChangedDocument[] = [];
    for (const [place, { index }] of this.changed) {
      const row = this.row(Number.parseInt(place, 10));
      if (row !== undefined) documents.push({ row, index });
    }
    return documents;
  }

  protected given(row: number): Row {
    const given = this.row(row);
    if (given === undefined) throw new OptionError(`row ${row} of the batch holds no sample`);
    return given;
  }
}

/** What a file that is made for objects without one fills in, because VOC files have it. */
const filledIn = ['folder', 'fileName', 'database', 'segmented', 'width', 'height', 'depth'] as const;

/** Takes out of a file that was made what the data does not say: it would count as lost in a format without a place for it. */
function leaveUnsaid(document: VocDocument, said: ImageAnnotation): void {
  for (const member of filledIn) if (said[member] === undefined) delete document[member];
}

/** Lines of a manifest. */
class Lines extends Batch {
  private readonly rows: (Row | undefined)[] = [];

  constructor(
    private readonly batch: RowBatch & { readonly lines: ManifestBatch },
    private readonly place: { readonly file: string; readonly base: string },
    run: Run,
    options: JoinOptions,
  ) {
    super(run, options);
  }

  get rowCount(): number {
    return this.batch.lines.rowCount;
  }

  row(row: number): Row | undefined {
    const sample = this.batch.lines.sample(row);
    if (sample === undefined) return undefined;
    this.rows[row] ??= {
      sample,
      ...this.place,
      ...(sample.line === undefined ? {} : { line: sample.line }),
    };
    return this.rows[row];
  }

  has(row: number): boolean {
    return this.batch.lines.outcome(row) !== false;
  }

  source(row: number): string | undefined {
    return this.batch.lines.source(row);
  }

  usage(row: number): string | undefined {
    return this.batch.lines.usage(row);
  }

  bytes(row: number): Buffer | undefined {
    const { lines } = this.batch.lines;
    return lines.bytes.subarray(lines.starts[row], lines.ends[row]);
  }

  offset(row: number): number | undefined {
    return this.batch.lines.lines.offset(row);
  }

  setUsage(row: number, usage: string | undefined): void {
    this.sample(row).usage = usage;
  }

  setProperty(row: number, key: string, value: JsonValue): void {
    this.sample(row).setProperty(key, value);
  }

  setSample(row: number, sample: Sample): void {
    if (sample !== this.sample(row))
      throw new OptionError('a line of a manifest can only be changed in place');
  }

  keepAnnotations(row: number, keep: (annotation: Annotation, index: number) => boolean): void {
    const sample = this.sample(row);
    const kept = sample.annotations.filter(keep);
    if (kept.length === sample.annotations.length) return;
    moveDocuments(this.changed, row, sample.annotations, kept);
    sample.annotations = kept;
  }

  setName(row: number, index: number, name: string): void {
    this.sample(row).annotations[index].name = name;
  }

  protected setImage(row: number, index: number, image: Annotation['image']): void {
    this.sample(row).annotations[index].image = image;
  }

  protected remove(row: number): boolean {
    return this.batch.lines.drop(row);
  }

  result(): RowBatch {
    const { lines, bytes } = this.batch;
    const rows = () => this.present();
    return {
      lines,
      bytes,
      faults: [],
      diagnostics: [],
      documents: this.documents(),
      get count() {
        return lines.sampleCount;
      },
      get rows() {
        return rows();
      },
    };
  }

  private present(): Row[] {
    const rows: Row[] = [];
    for (let at = 0; at < this.rowCount; at++) {
      const row = this.row(at);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  private sample(row: number): ManifestSample {
    return this.given(row).sample as ManifestSample;
  }
}

/** Samples that are objects, such as those of VOC files. */
class Objects extends Batch {
  private readonly rows: (Row | undefined)[];

  constructor(
    private readonly batch: RowBatch,
    run: Run,
    options: JoinOptions,
  ) {
    super(run, options);
    this.rows = [...batch.rows];
  }

  get rowCount(): number {
    return this.rows.length;
  }

  row(row: number): Row | undefined {
    return this.rows[row];
  }

  has(row: number): boolean {
    return this.rows[row] !== undefined;
  }

  source(row: number): string | undefined {
    return this.rows[row]?.sample.source;
  }

  usage(row: number): string | undefined {
    return this.rows[row]?.sample.usage;
  }

  bytes(): undefined {
    return undefined;
  }

  offset(): undefined {
    return undefined;
  }

  setUsage(row: number, usage: string | undefined): void {
    const { sample } = this.given(row);
    if (sample instanceof ManifestSample) {
      sample.usage = usage;
      return;
    }
    const { usage: _, ...rest } = sample;
    this.replace(row, usage === undefined ? rest : { ...rest, usage });
  }

  setProperty(row: number, key: string, value: JsonValue): void {
    const { sample } = this.given(row);
    this.replace(row, { ...sample, property: { ...sample.property, [key]: value } });
  }

  setSample(row: number, sample: Sample, base: string): void {
    this.rows[row] = { ...this.given(row), sample, base };
  }

  keepAnnotations(row: number, keep: (annotation: Annotation, index: number) => boolean): void {
    const { sample } = this.given(row);
    const annotations = sample.annotations.filter(keep);
    moveDocuments(this.changed, row, sample.annotations, annotations);
    if (sample instanceof ManifestSample) sample.annotations = sample.annotations.filter(keep);
    else this.replace(row, { ...sample, annotations });
  }

  setName(row: number, index: number, name: string): void {
    this.change(row, index, { name });
  }

  protected setImage(row: number, index: number, image: Annotation['image']): void {
    this.change(row, index, image === undefined ? {} : { image });
  }

  protected remove(row: number): boolean {
    const wasThere = this.rows[row] !== undefined;
    this.rows[row] = undefined;
    return wasThere;
  }

  result(): RowBatch {
    const rows = this.rows.filter((row) => row !== undefined);
    const { bytes } = this.batch;
    return { count: rows.length, rows, bytes, faults: [], diagnostics: [], documents: this.documents() };
  }

  private change(row: number, index: number, change: Partial<Annotation>): void {
    const { sample } = this.given(row);
    if (sample instanceof ManifestSample) {
      Object.assign(sample.annotations[index], change);
      return;
    }
    const annotations = sample.annotations.map((one, at) => (at === index ? { ...one, ...change } : one));
    this.replace(row, { ...sample, annotations });
  }

  private replace(row: number, sample: Sample): void {
    this.rows[row] = { ...this.given(row), sample };
  }
}

/** Changed annotation files are known by the place of their annotation, which removing others moves. */
function moveDocuments(
  changed: Map<string, ChangedDocument>,
  row: number,
  before: readonly Annotation[],
  after: readonly Annotation[],
): void {
  const moved: [string, ChangedDocument][] = [];
  before.forEach((annotation, index) => {
    const document = changed.get(`${row}/${index}`);
    if (document === undefined) return;
    changed.delete(`${row}/${index}`);
    const at = after.indexOf(annotation);
    if (at >= 0) moved.push([`${row}/${at}`, { ...document, index: at }]);
  });
  for (const [place, document] of moved) changed.set(place, document);
}

/** What a stage is given beside the batches. */
export interface StageContext extends JoinOptions {
  readonly run: Run;
  /** The input as findings name it. */
  readonly file: string;
  /** The directory that relative references of the input are taken from. */
  readonly base: string;
}

/** Puts every batch through a stage. Findings and faults were booked by the run before. */
export async function* staged(
  batches: AsyncIterable<RowBatch>,
  stage: Stage,
  { run, file, base, ...options }: StageContext,
): AsyncGenerator<RowBatch, void, undefined> {
  run.dropped ??= 0;
  for await (const batch of batches) {
    const { lines } = batch;
    const own =
      lines === undefined
        ? new Objects(batch, run, options)
        : new Lines({ ...lineBatch(batch), lines }, { file, base }, run, options);
    try {
      await stage.apply(own);
      yield own.result();
    } finally {
      own.close();
    }
    if (stage.isDone?.() === true) return;
  }
}

/** The members that lines are asked for, without building rows. */
function lineBatch({ bytes }: RowBatch): RowBatch {
  return { count: 0, rows: [], bytes, faults: [], diagnostics: [] };
}
