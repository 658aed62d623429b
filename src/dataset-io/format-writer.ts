import type {
  FormatInfo,
  FormatSink,
  FormatSpool,
  FormatValues,
  FormatWriter,
  ImageSize,
  WriteRow,
} from '../formats/index.js';
import { ManifestSample, unknownMembers } from '../manifest/index.js';
import {
  AbortedError,
  type Diagnostic,
  type ImageAnnotation,
  isVocTask,
  LabelkitError,
  OptionError,
} from '../model/index.js';
import { Ahead } from './ahead.js';
import { Channel } from './channel.js';
import { isAboutTheFile } from './file-errors.js';
import { findOtherFormat } from './find-format.js';
import { sizeOfLook } from './format-rows.js';
import { encodeImage } from './image-documents.js';
import { lookAtImage, lookAtStoredImage } from './image-facts.js';
import { ImagePlacer } from './image-files.js';
import { reportOlderFiles } from './older-files.js';
import { imageFolderOf, References } from './output-references.js';
import { isInlineXml, openable } from './references.js';
import { type Joined, joinVoc } from './resolve.js';
import { imagesIn } from './row-images.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { LossPlace, Output } from './run.js';
import { documentOf } from './stage-documents.js';
import {
  dirOf,
  openTree,
  resolveReference,
  Spool,
  type StorageWriter,
  stemOf,
  type TreeWriter,
} from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import type { WriteRows, WriterContext } from './writer.js';

/** What a format is told beside what every writer is. */
export interface FormatOutputOptions {
  readonly options: FormatValues;
  readonly classes?: readonly string[] | undefined;
}

/** Pieces of a file are gathered to this. */
const gathered = 64 * 1024;

/** The one file of an output: complete at {@link commit}, or not there. */
interface OutputFile {
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Lines that join those that are there. */
class AppendedFile implements OutputFile {
  private readonly channel = new Channel();
  private readonly done: Promise<unknown>;
  private isOver = false;

  constructor({ storage, output, signal }: WriterContext) {
    this.done = storage.append(output, this.channel, { signal });
    this.done.catch((error: unknown) => this.channel.fail(error));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.channel.push(bytes);
  }

  async commit(): Promise<void> {
    this.channel.close();
    await this.done;
    this.isOver = true;
  }

  async abort(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const over = new AbortedError();
    this.channel.abort(over);
    await this.done.catch((error: unknown) => {
      if (error !== over && !(error instanceof LabelkitError)) throw error;
    });
  }
}

/** Gathers small pieces, so that each is not a write of its own. */
class Gathering {
  private readonly buffer = Buffer.allocUnsafeSlow(gathered);
  private fill = 0;

  constructor(readonly file: OutputFile) {}

  async write(bytes: Uint8Array | string): Promise<void> {
    const most = typeof bytes === 'string' ? bytes.length * 3 : bytes.length;
    if (most > gathered - this.fill) await this.flush();
    if (most > gathered) await this.file.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    else if (typeof bytes === 'string') this.fill += this.buffer.write(bytes, this.fill);
    else {
      this.buffer.set(bytes, this.fill);
      this.fill += bytes.length;
    }
  }

  async flush(): Promise<void> {
    if (this.fill === 0) return;
    await this.file.write(this.buffer.subarray(0, this.fill));
    this.fill = 0;
  }
}

class StorageSink implements FormatSink {
  readonly path: string;
  readonly images: FormatSink['images'];
  readonly mode: FormatSink['mode'];
  readonly renameClashes: boolean;
  readonly imagePrefix: string;
  readonly signal: AbortSignal | undefined;
  private readonly spools: Spool[] = [];
  private readonly references: References;
  private readonly sizes: Ahead<Row, ImageSize>;
  private placer: ImagePlacer | undefined;
  /** Where images beside one file go. */
  private imageTree: TreeWriter | undefined;
  private imagesPlaced = 0;
  private batch: readonly Row[] = [];
  private base = '.';

  constructor(
    private readonly info: FormatInfo,
    private readonly context: WriterContext,
    readonly options: FormatValues,
    readonly classes: readonly string[] | undefined,
    private readonly tree: TreeWriter | undefined,
    private readonly file: Gathering | undefined,
  ) {
    const { output, images, mode, renameClashes, signal, places } = context;
    this.path = output;
    this.images = images;
    this.mode = mode;
    this.renameClashes = renameClashes;
    this.signal = signal;
    this.imagePrefix = tree === undefined ? `${stemOf(output)}-images/` : '';
    this.references = new References(tree === undefined ? dirOf(output) : output);
    this.sizes = new Ahead((row, over) => sizeOf(row, places, over), signal);
  }

  /** Says which rows come next, so that what they refer to is read ahead. */
  expect(rows: readonly Row[]): void {
    this.batch = rows;
    this.sizes.expect(rows);
    this.placer?.expect(rows);
  }

  /** Says which row is being written. */
  begin(row: Row): void {
    this.base = row.base;
  }

  add(name: string, bytes: Uint8Array | string): void {
    this.folder.add(name, Buffer.from(bytes));
  }

  lengthen(name: string, bytes: Uint8Array | string): void {
    this.folder.lengthen(name, Buffer.from(bytes));
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    if (this.file === undefined) throw new RangeError(`${this.info.id} is a folder and has no one file`);
    await this.file.write(bytes);
  }

  has(name: string): boolean {
    return (this.tree ?? this.imageTree)?.has(name) ?? false;
  }

  private get folder(): TreeWriter {
    if (this.tree === undefined) throw new RangeError(`${this.info.id} is one file and has no names`);
    return this.tree;
  }

  spool(): FormatSpool {
    const spool = new Spool();
    this.spools.push(spool);
    return {
      async write(bytes) {
        spool.add(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      },
      async *chunks() {
        yield* spool.chunks();
      },
    };
  }

  async image(row: WriteRow, name: string): Promise<Diagnostic | undefined> {
    const { images, places, signal } = this.context;
    if (images === 'reference') throw new RangeError('images stay where they are');
    if (this.placer === undefined) {
      this.placer = new ImagePlacer(await this.openImages(), images, places, signal);
      this.placer.expect(this.batch);
    }
    const problem = await this.placer.place(row, name);
    if (problem === undefined) this.imagesPlaced++;
    return problem;
  }

  async content({ sample, base, file, line }: WriteRow): Promise<AsyncIterable<Uint8Array> | Diagnostic> {
    const place = { file, source: sample.source, ...(line === undefined ? {} : { line }) };
    try {
      const path = openable(resolveReference(sample.source, base));
      const { places, signal } = this.context;
      const storage = storageOf(path, places);
      if ((await storage.stat(path, { signal }))?.kind === 'file')
        return storage.openRead(path, { reuse: true, signal });
      return datasetDiagnostic('D053', `there is no file at ${path}`, place);
    } catch (error) {
      if (!isAboutTheFile(error)) throw error;
      return datasetDiagnostic('D053', error.message, place);
    }
  }

  private async openImages(): Promise<TreeWriter> {
    if (this.tree !== undefined) return this.tree;
    const { storage, output, mode, signal, run } = this.context;
    this.imageTree = await openTree(storage, imageFolderOf(output), mode, {
      signal,
      onWritten: run.reportWritten,
    });
    return this.imageTree;
  }

  maskReferenceTo({ sample, base }: WriteRow, index: number, mask: string): string {
    const { loc = '' } = sample.annotations[index]!;
    const hasFile = loc !== '' && !isInlineXml(loc);
    return this.referenceFrom(hasFile ? dirOf(openable(resolveReference(loc, base))) : base, mask);
  }

  referenceTo(source: string): string {
    return this.referenceFrom(this.base, source);
  }

  private referenceFrom(base: string, source: string): string {
    const location = resolveReference(source, base);
    if (location.kind === 'local' && location.path === location.text)
      return this.references.to(location.path);
    return location.kind === 'memory' || location.kind === 'obs' ? this.references.to(location.text) : source;
  }

  async imageSize(row: WriteRow): Promise<ImageSize> {
    return await this.sizes.get(row);
  }

  voc(row: WriteRow, image: ImageAnnotation): Uint8Array | Diagnostic {
    return encodeImage(row, image);
  }

  lose(row: WriteRow, feature: string, pointer?: string): void {
    const place = (): LossPlace => {
      const { file, line, sample } = row;
      return {
        file,
        source: sample.source,
        ...(line === undefined ? {} : { line }),
        ...(pointer === undefined ? {} : { pointer }),
      };
    };
    this.context.run.lose(feature, place, this.info.id);
  }

  report(diagnostic: Diagnostic): void {
    this.context.run.report(diagnostic);
  }

  async commitImages(): Promise<void> {
    await this.imageTree?.commit();
  }

  async close(): Promise<void> {
    this.sizes.close();
    this.placer?.close();
    for (const spool of this.spools) spool.close();
    await this.imageTree?.abort();
  }

  outputs(): Output[] {
    if (this.imageTree === undefined) return [];
    return [{ path: imageFolderOf(this.path), samples: this.imagesPlaced }];
  }
}

async function sizeOf({ sample, base }: Row, places: Places, signal: AbortSignal): Promise<ImageSize> {
  try {
    const path = openable(resolveReference(sample.source, base));
    const storage = storageOf(path, places);
    const look =
      storage.scheme === 'file' ? lookAtImage(path) : await lookAtStoredImage(storage, path, signal);
    return sizeOfLook(look, sample.source);
  } catch (error) {
    if (isAboutTheFile(error)) return { problem: 'unreadable', message: error.message };
    throw error;
  }
}

/** Puts rows into a format, one after the other. */
class RowWriter {
  private readonly joins: Ahead<Row, Joined>;
  private readonly loses: ReadonlySet<string>;

  constructor(
    private readonly info: FormatInfo,
    private readonly context: WriterContext,
    private readonly sink: StorageSink,
    private readonly writer: FormatWriter,
  ) {
    const { places, root, signal } = context;
    this.loses = new Set(info.cannotCarry);
    this.joins = new Ahead((row, over) => joinVoc(row, { ...places, root, signal: over }), signal);
  }

  async write(batch: RowBatch): Promise<void> {
    const { run } = this.context;
    this.sink.expect(batch.rows);
    this.joins.expect(batch.rows.filter((row) => this.needsFiles(row)));
    for (const row of batch.rows) {
      this.sink.begin(row);
      const own = imagesIn(row);
      const joined = this.needsFiles(row) ? await this.addFiles(own, row) : own;
      if (!(joined instanceof Map)) {
        await run.refuse({ ...faultOf(row), diagnostics: joined });
        continue;
      }
      const written = await this.writer.add({ ...row, images: joined });
      if (written === 'written') {
        run.written++;
        this.loseMembers(row);
      } else if (written === 'skipped') {
        run.skipped++;
      } else {
        await run.refuse({ ...faultOf(row), diagnostics: written });
      }
    }
  }

  close(): void {
    this.joins.close();
  }

  /** References to annotation files are followed for a format that takes objects, be it of one of the two tasks in part. */
  private needsFiles({ sample }: Row): boolean {
    if (this.loses.has('object_detection') && this.loses.has('image_segmentation')) return false;
    return sample.annotations.some(({ task, image }) => isVocTask(task) && image === undefined);
  }

  /** Adds what the files say that a row refers to, or says why that is not known. */
  private async addFiles(
    images: Map<number, ImageAnnotation>,
    row: Row,
  ): Promise<Map<number, ImageAnnotation> | readonly Diagnostic[]> {
    const { files, faults } = await this.joins.get(row);
    if (files === undefined) return faults;
    for (const file of files) {
      const { index, diagnostics } = file;
      images.set(index, documentOf(file));
      for (const diagnostic of diagnostics) this.context.run.report(diagnostic);
    }
    return images;
  }

  /** What a manifest line has beside a sample is known here alone. */
  private loseMembers({ sample, file, line }: Row): void {
    if (!(sample instanceof ManifestSample) || !this.loses.has('unknown-member')) return;
    for (const pointer of unknownMembers(sample)) {
      this.context.run.lose(
        'unknown-member',
        { file, source: sample.source, pointer, ...(line === undefined ? {} : { line }) },
        this.info.id,
      );
    }
  }
}

function faultOf({ sample, key }: Row): { readonly raw?: Uint8Array; readonly name?: string } {
  const text = sample instanceof ManifestSample ? sample.text : undefined;
  return {
    ...(text === undefined ? {} : { raw: Buffer.from(text) }),
    ...(key === undefined ? {} : { name: key }),
  };
}

const anyFile = { folder: '', isOne: () => true, noun: 'file' };

/** What writes rows in a format of `src/formats`. */
export async function formatWriter(
  id: string,
  { options, classes }: FormatOutputOptions,
): Promise<WriteRows> {
  const { info, load } = await findOtherFormat(id);
  const { write } = await load();
  if (write === undefined) {
    throw new OptionError(`${info.id} is only read`, {
      code: 'Unsupported',
      hint: 'labelkit formats says which formats are written.',
    });
  }
  return async (batches, context) => {
    const { output, run, mode } = context;
    const before = run.written;
    const tree = info.layout === 'tree' ? await openOutputTree(context) : undefined;
    let file: Gathering | undefined;
    let sink: StorageSink | undefined;
    let rows: RowWriter | undefined;
    try {
      if (tree === undefined) file = new Gathering(await openFile(context));
      sink = new StorageSink(info, context, options, classes, tree, file);
      const writer = write(sink);
      rows = new RowWriter(info, context, sink, writer);
      for await (const batch of batches) await rows.write(batch);
      await writer.end();
      await file?.flush();
      await sink.commitImages();
      if (tree !== undefined && mode === 'overwrite') await reportOlderFiles(tree, anyFile, context);
      await tree?.commit();
      await file?.file.commit();
      return [{ path: output, samples: run.written - before }, ...sink.outputs()];
    } finally {
      rows?.close();
      await sink?.close();
      await file?.file.abort();
      await tree?.abort();
    }
  };
}

async function openOutputTree({ storage, output, mode, signal, run }: WriterContext): Promise<TreeWriter> {
  return await openTree(storage, output, mode, { signal, onWritten: run.reportWritten });
}

async function openFile(context: WriterContext): Promise<OutputFile> {
  const { storage, output, mode, signal } = context;
  if (mode !== 'append') {
    const writer: StorageWriter = await storage.openWrite(output, { mode, signal });
    return {
      write: (bytes) => writer.write(bytes),
      abort: () => writer.abort(),
      async commit() {
        await writer.commit();
      },
    };
  }
  return new AppendedFile(context);
}
