import { resolve } from 'node:path';
import { ManifestSample } from '../manifest/index.js';
import { LabelkitError, OptionError } from '../model/index.js';
import {
  type CoordinateChange,
  convertCoordinates,
  countFaults,
  type FixName,
  fixes,
  type ImageSize,
  isScaled,
  mendFlags,
  parseFixes,
  repairShapes,
  type ShapeRepairOptions,
  scaleShapes,
} from '../transforms/index.js';
import { encodeVoc, VocDocument } from '../voc/index.js';
import { rehearse, type TransformOptions, transform } from './convert.js';
import { isAboutTheFile } from './file-errors.js';
import { extensionIn, extensionsOf, rightReference } from './image-extensions.js';
import { type ImageLook, lookAtStoredImage } from './image-facts.js';
import { openable } from './references.js';
import type { JoinedFile } from './resolve.js';
import type { Fault, Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';
import { documentOf, hasDocuments } from './stage-documents.js';
import {
  baseName,
  type Place,
  parseLocation,
  resolveReference,
  sameContent,
  stemOf,
} from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import { withoutCarriageReturns, withoutMark } from './xml-bytes.js';

/** Which faults are mended, and within which bounds. */
export interface RepairOptions
  extends TransformOptions,
    Pick<ShapeRepairOptions, 'outsideFraction' | 'minSide'> {
  /** Names of fixes, or of a profile of fixes such as `metavalidation`. */
  readonly fix: Iterable<string>;
  /** What coordinates mean (default `zeroBased`), and what they are to be written as. */
  readonly coords?: CoordinateChange | undefined;
  /** Only say what would be done: nothing is written. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Changes listed in the result; all are counted. Default 1000. */
  readonly maxChanges?: number | undefined;
}

/** How many faults there were of the kind a fix is for, and how many are left. */
export interface FixCount {
  readonly before: number;
  readonly after: number;
}

/** One thing that was done, or would be. */
export interface RepairChange {
  readonly fix: FixName | 'coords';
  /** The manifest or annotation file it was read from. */
  readonly file: string;
  /** Line of a manifest, from 1. */
  readonly line?: number;
  /** Source of the sample; absent for a file that cannot be read. */
  readonly source?: string;
  /** The element or member. */
  readonly pointer?: string;
  /** What was there, in words. */
  readonly from?: string;
  /** What is there now; absent where something was taken out. */
  readonly to?: string;
}

export interface RepairResult extends RunResult {
  /** By fix, in the order in which they were applied. */
  readonly fixes: Readonly<Partial<Record<FixName, FixCount>>>;
  /** In input order, as far as they are listed. */
  readonly changes: readonly RepairChange[];
  /** All changes, listed or not. */
  readonly changeCount: number;
}

/**
 * Mends named faults of a data set, and nothing else. The input stays as it is: the output is another one, complete or
 * absent, in which everything that no fix was for has the bytes it had.
 *
 * @throws OptionError for bad use, an unknown fix among it; StorageError when input or output fails; DataError at the
 *   first fault with `onError: 'fail'`; AbortedError when the signal fires
 */
export async function repairDataset(
  input: string,
  output: string,
  options: RepairOptions,
): Promise<RepairResult> {
  const { fix, coords, dryRun, maxChanges = 1000, outsideFraction, minSide, ...rest } = options;
  const names = parseFixes(fix);
  checkNumbers(options);
  if (names.size === 0 && coords?.to === undefined) {
    throw new OptionError('repair is told nothing to mend', {
      hint: `Name fixes: --fix ${fixes[0]!.name},… (option fix), or a change of coordinates: --coords voc1:zeroBased.`,
    });
  }
  if (dryRun !== true && options.mode !== 'overwrite' && isSameInput(input, output)) {
    throw new OptionError(`${input} is both input and output`, {
      hint: 'Name another output; or say --mode overwrite to have the whole of it written anew.',
    });
  }
  const stage = new RepairStage(names, {
    coords,
    shapes: { convention: coords?.from, outsideFraction, minSide },
    places: options,
    signal: options.signal,
    maxChanges,
    isTree: options.to !== 'manifest',
  });
  const result =
    dryRun === true
      ? await rehearse(input, output, stage, rest)
      : await transform(input, output, stage, rest);
  return { ...result, ...stage.report() };
}

function checkNumbers({ outsideFraction, minSide }: RepairOptions): void {
  if (outsideFraction !== undefined && !(outsideFraction >= 0 && outsideFraction <= 1)) {
    throw new OptionError(`the share of a shape that may be outside is ${outsideFraction}`, {
      hint: 'It is a number from 0 to 1, such as 0.5.',
    });
  }
  if (minSide !== undefined && !(minSide > 0 && Number.isFinite(minSide))) {
    throw new OptionError(`the least side of a box is ${minSide}`, {
      hint: 'It is a number of pixels above 0.',
    });
  }
}

function isSameInput(a: string, b: string): boolean {
  const [from, to] = [parseLocation(a), parseLocation(b)];
  if (from.kind === 'obs' && to.kind === 'obs') {
    const key = (text: string) => text.replace(/\/$/, '');
    return from.bucket === to.bucket && key(from.key) === key(to.key);
  }
  if (from.kind === 'local' && to.kind === 'local') return resolve(from.path) === resolve(to.path);
  return from.kind !== 'stdio' && from.text === to.text;
}

interface RepairContext {
  readonly coords: CoordinateChange | undefined;
  readonly shapes: ShapeRepairOptions;
  readonly places: Places;
  readonly signal: AbortSignal | undefined;
  readonly maxChanges: number;
  /** The output may be a folder, which has no place for properties of samples. */
  readonly isTree: boolean;
}

/** A sample on its way, and where to say things about it. */
interface Patient {
  readonly row: Row;
  readonly index: number;
  /** The image, looked at when first asked for. */
  look(): Promise<ImageLook | undefined>;
}

const shapeFixNames: readonly FixName[] = [
  'drop-boxless',
  'swap-corners',
  'drop-small',
  'drop-swapped',
  'drop-outside',
  'clip',
  'drop-degenerate',
];

const documentFixNames: readonly FixName[] = [
  ...shapeFixNames,
  'bom',
  'crlf',
  'drop-unparsable',
  'drop-unlabelled',
  'drop-unboxed',
  'rescale',
  'correct-size',
  'fill-size',
  'filename',
  'extension',
  'path',
  'difficult-type',
  'drop-emptied',
];

class RepairStage implements Stage {
  readonly readsRows = true;
  private readonly counts = new Map<FixName, { before: number; after: number }>();
  private readonly changes: RepairChange[] = [];
  private changeCount = 0;
  private readonly readsDocuments: boolean;

  constructor(
    private readonly names: ReadonlySet<FixName>,
    private readonly context: RepairContext,
  ) {
    for (const { name } of fixes) if (names.has(name)) this.counts.set(name, { before: 0, after: 0 });
    const { coords } = context;
    this.readsDocuments =
      documentFixNames.some((name) => names.has(name)) ||
      (coords?.to !== undefined && coords.to !== coords.from);
  }

  report(): Pick<RepairResult, 'fixes' | 'changes' | 'changeCount'> {
    return {
      fixes: Object.fromEntries(this.counts),
      changes: this.changes,
      changeCount: this.changeCount,
    };
  }

  /** Files of a folder that cannot be read as XML; lines of manifests have no name, and are no annotation files. */
  dropsFault({ name, cause, diagnostics }: Fault): boolean {
    if (!this.names.has('drop-unparsable') || name === undefined || cause !== undefined) return false;
    const first = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0];
    this.tally('drop-unparsable', 1, 0);
    this.note({
      fix: 'drop-unparsable',
      file: first?.file ?? name,
      ...(first === undefined ? {} : { from: first.message }),
    });
    return true;
  }

  async apply(batch: StageBatch): Promise<void> {
    for (let row = 0; row < batch.rowCount; row++) {
      if (this.names.has('extension')) await this.source(batch.row(row));
      if (this.readsDocuments && !(await this.documents(batch, row))) continue;
      this.usage(batch, row);
      this.hard(batch, row);
      this.markChecked(batch, row);
    }
  }

  private usage(batch: StageBatch, row: number): void {
    if (!this.names.has('usage-case')) return;
    const usage = batch.usage(row);
    if (usage === undefined || !/^(?:train|eval|test|inference)$/i.test(usage)) return;
    const upper = usage.toUpperCase();
    if (upper === usage) return;
    this.tally('usage-case', 1, 0);
    this.noteOf(batch.row(row), { fix: 'usage-case', pointer: '/usage', from: usage, to: upper });
    batch.setUsage(row, upper);
  }

  /** What a line calls its image. The files of a tree are found by their names, and nothing refers to them. */
  private async source(found: Row | undefined): Promise<void> {
    const sample = found?.sample;
    if (found === undefined || !(sample instanceof ManifestSample)) return;
    const from = sample.source;
    const to = await rightReference(from, {
      look: (reference) => this.look(found, reference),
      isSame: (one, other) => this.isSame(found, one, other),
    });
    if (to === undefined) return;
    this.tally('extension', 1, to === null ? 1 : 0);
    if (to === null) return;
    this.noteOf(found, { fix: 'extension', pointer: '/source', from, to });
    sample.source = to;
  }

  private hard(batch: StageBatch, row: number): void {
    if (!this.names.has('hard-type')) return;
    const found = batch.row(row);
    const sample = found?.sample;
    if (!(sample instanceof ManifestSample)) return;
    const records = [
      { record: sample, pointer: '/hard' },
      ...sample.annotations.map((record, index) => ({ record, pointer: `/annotation/${index}/hard` })),
    ];
    for (const { record, pointer } of records) {
      const stored = record.member('hard');
      if (stored === undefined || typeof stored === 'boolean') continue;
      const { hard } = record;
      this.tally('hard-type', 1, hard === undefined ? 1 : 0);
      if (hard === undefined) continue;
      this.noteOf(found, { fix: 'hard-type', pointer, from: JSON.stringify(stored), to: String(hard) });
      record.hard = hard;
    }
  }

  private markChecked(batch: StageBatch, row: number): void {
    if (!this.names.has('mark-checked')) return;
    const found = batch.row(row);
    if (found === undefined) return;
    if (found.key !== undefined && this.context.isTree) return;
    const key = '@modelarts:data_checked';
    if (found.sample.property?.[key] === true) return;
    this.tally('mark-checked', 1, 0);
    this.noteOf(found, { fix: 'mark-checked', pointer: `/property/${key}`, to: 'true' });
    batch.setProperty(row, key, true);
  }

  /** Mends the annotation files of a sample. False when it goes no further. */
  private async documents(batch: StageBatch, row: number): Promise<boolean> {
    const found = batch.row(row);
    if (found === undefined) return false;
    if (!hasDocuments(found)) {
      if (found.sample.annotations.length > 0 || !this.names.has('drop-unlabelled')) return true;
      return this.drop(batch, row, found, 'drop-unlabelled');
    }
    const { files, faults } = await batch.joined(row);
    if (files === undefined) {
      const unparsable = faults.find(({ rule }) => rule === 'M083');
      if (unparsable === undefined || !this.names.has('drop-unparsable')) {
        await batch.refuse(row, faults);
        return false;
      }
      return this.drop(batch, row, found, 'drop-unparsable', unparsable.message);
    }
    const before = files.reduce((sum, { document }) => sum + document.objects.length, 0);
    if (before === 0 && this.names.has('drop-unlabelled'))
      return this.drop(batch, row, found, 'drop-unlabelled');
    const isBoxless = ({ document }: JoinedFile) =>
      countFaults(document, 'drop-boxless') === document.objects.length;
    if (this.names.has('drop-unboxed') && files.every(isBoxless) && before > 0)
      return this.drop(batch, row, found, 'drop-unboxed');
    const look = this.looker(found);
    let after = 0;
    for (const file of files) {
      const patient: Patient = { row: found, index: file.index, look };
      const document = await this.document(file, patient);
      after += document.objects.length;
      try {
        const bytes = this.bytes(
          document === file.document ? file.bytes : encodeVoc(document),
          file,
          patient,
        );
        if (bytes !== file.bytes) batch.setDocument(row, file.index, bytes);
      } catch (error) {
        if (
          !(error instanceof LabelkitError) ||
          (error.code !== 'InvalidData' && error.code !== 'Unsupported')
        )
          throw error;
        const message = `the annotation file cannot be mended: ${error.message}`;
        await batch.refuse(row, [
          datasetDiagnostic('C007', message, { file: file.path, source: found.sample.source }),
        ]);
        return false;
      }
    }
    if (before > 0 && after === 0 && this.names.has('drop-emptied'))
      return this.drop(batch, row, found, 'drop-emptied');
    return true;
  }

  private drop(batch: StageBatch, row: number, found: Row, fix: FixName, from?: string): false {
    this.tally(fix, 1, 0);
    this.noteOf(found, { fix, ...(from === undefined ? {} : { from }) });
    batch.drop(row);
    return false;
  }

  /** What a file says after the fixes: the same document when there was nothing to mend. */
  private async document(file: JoinedFile, patient: Patient): Promise<VocDocument> {
    let document = documentOf(file);
    const { names } = this;
    if (names.has('rescale')) document = await this.rescale(document, file, patient);
    if (names.has('correct-size')) document = await this.correctSize(document, file, patient);
    if (names.has('fill-size')) document = await this.size(document, file, patient);
    if (names.has('filename')) document = this.fileName(document, file, patient);
    if (names.has('extension')) document = await this.extension(document, file, patient);
    if (names.has('path')) document = this.path(document, file, patient);
    if (names.has('difficult-type')) document = this.difficult(document, file, patient);
    const { shapes, coords } = this.context;
    const before = new Map<FixName, number>();
    for (const fix of shapeFixNames) {
      if (!this.names.has(fix)) continue;
      before.set(fix, countFaults(document, fix, shapes));
    }
    for (const fix of before.keys()) {
      document = repairShapes(document, fix, shapes, ({ pointer, from, to }) =>
        this.noteFile(file, patient, { fix, pointer, from, ...(to === undefined ? {} : { to }) }),
      );
    }
    for (const [fix, count] of before) this.tally(fix, count, countFaults(document, fix, shapes));
    if (coords?.to === undefined) return document;
    const converted = convertCoordinates(document, coords.from, coords.to);
    if (converted !== document)
      this.noteFile(file, patient, { fix: 'coords', from: coords.from, to: coords.to });
    return converted;
  }

  private bytes<T extends Uint8Array | string>(bytes: T, file: JoinedFile, patient: Patient): T {
    let mended = bytes;
    for (const [fix, mend] of [
      ['bom', withoutMark],
      ['crlf', withoutCarriageReturns],
    ] as const) {
      if (!this.names.has(fix)) continue;
      const next = mend(mended);
      if (next === mended) continue;
      this.tally(fix, 1, 0);
      this.noteFile(file, patient, { fix });
      mended = next as T;
    }
    return mended;
  }

  /** The size of the image where the file states another one; undefined where both agree, or one is not known. */
  private async otherSize({ width = 0, height = 0 }: VocDocument, patient: Patient) {
    if (!(width > 0) || !(height > 0)) return undefined;
    const look = await patient.look();
    if (look?.kind !== 'image') return undefined;
    const { facts } = look;
    if (facts.width === width && facts.height === height) return undefined;
    // Turned by its EXIF tag when it is shown, as it was when it was labelled.
    const isTurned = (facts.orientation ?? 1) >= 5 && facts.width === height && facts.height === width;
    return isTurned
      ? undefined
      : { from: { width, height }, to: { width: facts.width, height: facts.height } };
  }

  private async rescale(document: VocDocument, file: JoinedFile, patient: Patient): Promise<VocDocument> {
    const size = await this.otherSize(document, patient);
    if (size === undefined || !isScaled(size.from, size.to)) return document;
    this.tally('rescale', 1, 0);
    this.noteSize(file, patient, 'rescale', size);
    const scaled = scaleShapes(document, size.from, size.to, this.context.shapes.convention);
    return documentWith(scaled, size.to);
  }

  private async correctSize(document: VocDocument, file: JoinedFile, patient: Patient): Promise<VocDocument> {
    const size = await this.otherSize(document, patient);
    if (size === undefined) return document;
    this.tally('correct-size', 1, 0);
    this.noteSize(file, patient, 'correct-size', size);
    return documentWith(document, size.to);
  }

  private noteSize(
    file: JoinedFile,
    patient: Patient,
    fix: 'rescale' | 'correct-size',
    { from, to }: { from: ImageSize; to: ImageSize },
  ): void {
    this.noteFile(file, patient, {
      fix,
      pointer: '/annotation/size',
      from: `${from.width}×${from.height}`,
      to: `${to.width}×${to.height}`,
    });
  }

  /** `difficult` of objects and their parts, as the format has it: `0` or `1`. */
  private difficult(document: VocDocument, file: JoinedFile, patient: Patient): VocDocument {
    return mendFlags(document, ({ pointer, from, to }) => {
      this.tally('difficult-type', 1, to === undefined ? 1 : 0);
      if (to !== undefined) this.noteFile(file, patient, { fix: 'difficult-type', pointer, from, to });
    });
  }

  private async size(document: VocDocument, file: JoinedFile, patient: Patient): Promise<VocDocument> {
    const { width = 0, height = 0 } = document;
    if (width > 0 && height > 0) return document;
    const look = await patient.look();
    if (look?.kind !== 'image') {
      this.tally('fill-size', 1, 1);
      return document;
    }
    const { facts } = look;
    this.tally('fill-size', 1, 0);
    this.noteFile(file, patient, {
      fix: 'fill-size',
      pointer: '/annotation/size',
      from: `${document.width ?? '?'}×${document.height ?? '?'}`,
      to: `${facts.width}×${facts.height}`,
    });
    return documentWith(document, { width: facts.width, height: facts.height });
  }

  private fileName(document: VocDocument, file: JoinedFile, patient: Patient): VocDocument {
    const { row } = patient;
    const now = document.fileName;
    const image = baseName(row.sample.source);
    const stem = row.key === undefined ? stemOf(row.sample.source) : baseName(row.key);
    const extension = extensionIn(stemOf(image) === stem ? image : (now ?? image)) || extensionIn(image);
    const wanted = stem + extension;
    if (now === wanted) return document;
    const isFault =
      now === undefined || now !== lastPart(now) || stemOf(now) !== stem || extensionIn(now) === '';
    return isFault ? this.renamed(document, file, patient, 'filename', wanted) : document;
  }

  private async extension(document: VocDocument, file: JoinedFile, patient: Patient): Promise<VocDocument> {
    const { fileName } = document;
    if (fileName === undefined || fileName === '') return document;
    const known = extensionsOf(await patient.look());
    if (known === undefined) return document;
    const now = extensionIn(fileName);
    if (known.includes(now.toLowerCase())) return document;
    const wanted = fileName.slice(0, fileName.length - now.length) + known[0]!;
    return this.renamed(document, file, patient, 'extension', wanted);
  }

  private renamed(
    document: VocDocument,
    file: JoinedFile,
    patient: Patient,
    fix: 'filename' | 'extension',
    to: string,
  ): VocDocument {
    this.tally(fix, 1, 0);
    const from = document.fileName;
    this.noteFile(file, patient, {
      fix,
      pointer: '/annotation/filename',
      ...(from === undefined ? {} : { from }),
      to,
    });
    return documentWith(document, { fileName: to });
  }

  private path(document: VocDocument, file: JoinedFile, patient: Patient): VocDocument {
    const { path } = document;
    if (path === undefined || path === patient.row.sample.source) return document;
    this.tally('path', 1, 0);
    this.noteFile(file, patient, { fix: 'path', pointer: '/annotation/path', from: path });
    return documentWith(document, { path: undefined });
  }

  private looker(row: Row): Patient['look'] {
    let looked: Promise<ImageLook | undefined> | undefined;
    return () => {
      looked ??= this.look(row, row.sample.source);
      return looked;
    };
  }

  private async look(row: Row, reference: string): Promise<ImageLook | undefined> {
    const image = this.imageAt(row, reference);
    return image === undefined
      ? undefined
      : await lookAtStoredImage(image.storage, image.path, this.context.signal);
  }

  /** True when two references lead to files of the same bytes. */
  private async isSame(row: Row, one: string, other: string): Promise<boolean> {
    const [first, second] = [this.imageAt(row, one), this.imageAt(row, other)];
    if (first === undefined || second === undefined) return false;
    try {
      return await sameContent(first, second, this.context.signal);
    } catch (error) {
      if (isAboutTheFile(error)) return false;
      throw error;
    }
  }

  /** Where a reference leads; undefined for a place that can hold no image. */
  private imageAt(row: Row, reference: string): Place | undefined {
    try {
      const location = resolveReference(reference, row.base);
      if (location.kind !== 'local' && location.kind !== 'memory' && location.kind !== 'obs')
        return undefined;
      const path = openable(location);
      return { storage: storageOf(path, this.context.places), path };
    } catch (error) {
      if (isAboutTheFile(error)) return undefined;
      throw error;
    }
  }

  private tally(fix: FixName, before: number, after: number): void {
    const count = this.counts.get(fix)!;
    count.before += before;
    count.after += after;
  }

  private noteFile(
    { path }: JoinedFile,
    { row }: Patient,
    change: Pick<RepairChange, 'fix' | 'pointer' | 'from' | 'to'>,
  ): void {
    this.note({ ...change, file: path, source: row.sample.source });
  }

  private noteOf(row: Row | undefined, change: Pick<RepairChange, 'fix' | 'pointer' | 'from' | 'to'>): void {
    if (row === undefined) return;
    const { file, line, sample } = row;
    this.note({ ...change, file, ...(line === undefined ? {} : { line }), source: sample.source });
  }

  private note(change: RepairChange): void {
    this.changeCount++;
    if (this.changes.length < this.context.maxChanges) this.changes.push(change);
  }
}

function documentWith(document: VocDocument, members: Partial<VocDocument>): VocDocument {
  return Object.assign(new VocDocument(), document, members);
}

/** What follows the last separator of a path of any system. */
function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}
