import { resolve as resolvePath } from 'node:path';
import { type ManifestSample, parseManifestLine } from '../manifest/index.js';
import {
  DataError,
  type Diagnostic,
  type ImageAnnotation,
  isVocTask,
  LabelkitError,
  OptionError,
  throwIfAborted,
} from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { Ahead } from './ahead.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { resolveInput } from './detect.js';
import type { FormatId } from './formats.js';
import { readImageSets } from './image-sets.js';
import { checkNoOptions, otherRows } from './input-rows.js';
import { lineAt } from './line-at.js';
import { manifestRows } from './manifest-rows.js';
import { isOwnFormat } from './own-formats.js';
import { openable } from './references.js';
import { joinVoc } from './resolve.js';
import { RowSpool } from './row-spool.js';
import type { Row, RowBatch } from './rows.js';
import { SampleIndex } from './sample-index.js';
import { dirOf, parseLocation, resolveReference, type Storage, stemOf } from './storage/index.js';
import { storageOf } from './storages.js';
import { vocRows } from './voc-rows.js';
import { findVocTree, pairingKey, VocImages, type VocTree } from './voc-tree.js';

/** What samples of two data sets are matched by. */
export type DiffKey = 'id' | 'source' | 'name';

/** How samples are matched. */
export interface Matching {
  readonly by: DiffKey;
  /** A source is the file that it leads to; else it is the text as stored. */
  readonly resolves: boolean;
}

/** What a sample is matched by. One without an id goes by its source. */
export function keyOf({ sample, base }: Pick<Row, 'sample' | 'base'>, { by, resolves }: Matching): string {
  const { source, id } = sample;
  switch (by) {
    case 'source':
      return resolves ? fileOf(source, base) : source;
    case 'id':
      return id === undefined ? `source ${source}` : `id ${id}`;
    case 'name':
      return nameOf(source);
  }
}

function nameOf(source: string): string {
  const { kind } = parseLocation(source);
  if (kind === 'content') return source;
  return stemOf(kind === 'local' ? source.replaceAll('\\', '/') : source);
}

/** The file that a source leads to; a source that leads nowhere stands for itself. */
function fileOf(source: string, base: string): string {
  try {
    const location = resolveReference(source, base);
    return location.kind === 'local' ? resolvePath(location.path) : openable(location);
  } catch (error) {
    if (error instanceof LabelkitError) return source;
    throw error;
  }
}

/** How many parts of two paths are the same, from their ends. */
function sharedTail(a: string, b: string): number {
  const [one, two] = [a, b].map((path) => path.split(/[\\/]/)) as [string[], string[]];
  let shared = 0;
  // Extensions may differ: the names have been found equal.
  for (let at = 2; at <= one.length && at <= two.length && one.at(-at) === two.at(-at); at++) shared++;
  return shared;
}

/** What the two data sets have in common to be matched by. */
export function sensibleKey(
  a: DiffSide,
  first: Row | undefined,
  b: DiffSide,
  second: Row | undefined,
): DiffKey {
  if (a.format !== 'manifest' || b.format !== 'manifest') return 'name';
  return first?.sample.id !== undefined && second?.sample.id !== undefined ? 'id' : 'source';
}

/** What annotations of a row say of its image, or what stands in the way. */
export type DiffDocuments =
  | {
      readonly files: readonly { readonly index: number; readonly document: ImageAnnotation }[];
      readonly faults?: undefined;
    }
  | { readonly files?: undefined; readonly faults: readonly Diagnostic[] };

/** Read at a time where single lines are asked for. */
const blockBytes = 32 * 1024;

export interface DiffSideOptions extends JoinedDatasetOptions {
  /** Options of the other side's format: they hold here where this one has it too and none are given. */
  readonly sharedOptions?: {
    readonly format: FormatId;
    readonly values: JoinedDatasetOptions['fromOptions'];
  };
}

/** One of two data sets that are compared. */
export class DiffSide {
  private sampleJoins: Ahead<Row, DiffDocuments> | undefined;
  /** The part of the manifest that was read last for a single line. */
  private block = { start: 0, bytes: Buffer.alloc(0) };

  private constructor(
    readonly path: string,
    readonly format: FormatId,
    private readonly storage: Storage,
    private readonly options: JoinedDatasetOptions,
    private readonly tree: VocTree | undefined,
    private readonly images: VocImages | undefined,
    private readonly sets: Awaited<ReturnType<typeof readImageSets>> | undefined,
  ) {}

  static async open(path: string, { sharedOptions, ...given }: DiffSideOptions): Promise<DiffSide> {
    const { signal } = given;
    throwIfAborted(signal);
    const storage = storageOf(path, given);
    const { format, xmlNames } = await resolveInput(storage, path, given.from, signal);
    const shared = sharedOptions?.format === format ? sharedOptions.values : undefined;
    const options = { ...given, fromOptions: given.fromOptions ?? shared };
    if (isOwnFormat(format)) await checkNoOptions(format, options);
    if (format !== 'voc')
      return new DiffSide(path, format, storage, options, undefined, undefined, undefined);
    const tree = await findVocTree(storage, path, signal, xmlNames);
    const images = await VocImages.list(storage, tree, signal);
    const sets = await readImageSets(storage, tree, signal);
    return new DiffSide(path, format, storage, options, tree, images, sets);
  }

  /** The name in findings. */
  get file(): string {
    return this.path === '-' ? '<stdin>' : this.path;
  }

  /** It has a reader of its own, and samples of it can be read one by one. */
  get isOwn(): boolean {
    return isOwnFormat(this.format);
  }

  /** Where relative sources of the samples are taken from. */
  get base(): string {
    return this.format === 'manifest' ? (this.options.baseDir ?? dirOf(this.path)) : '.';
  }

  /** The samples from the first to the last. @param passOn lines are only looked at as far as they must be */
  async *batches(passOn = false): AsyncGenerator<RowBatch, void, undefined> {
    const { storage, path, format, tree, images, sets, options } = this;
    const { signal, baseDir, maxLineBytes, encoding } = options;
    if (tree !== undefined) {
      yield* vocRows(storage, tree, { keepSource: true, images, sets, signal });
      return;
    }
    if (format !== 'manifest') {
      yield* await otherRows(storage, path, format, options);
      return;
    }
    yield* manifestRows(storage, path, {
      ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
      baseDir,
      maxLineBytes,
      passOn,
      signal,
    });
  }

  /** What the annotation files of a row say. Rows that come next may be announced with {@link expect}. */
  async joined(row: Row): Promise<DiffDocuments> {
    if (this.isOwn) return await this.joins.get(row);
    const files: { index: number; document: ImageAnnotation }[] = [];
    for (const [index, { image }] of row.sample.annotations.entries())
      if (image !== undefined) files.push({ index, document: image });
    return { files };
  }

  expect(rows: readonly Row[]): void {
    if (!this.isOwn) return;
    this.joins.expect(
      rows.filter(({ sample }) =>
        sample.annotations.some(({ task, image }) => isVocTask(task) && image === undefined),
      ),
    );
  }

  close(): void {
    this.sampleJoins?.close();
  }

  private get joins(): Ahead<Row, DiffDocuments> {
    const { storage, session, root, signal } = this.options;
    this.sampleJoins ??= new Ahead(
      (row, over) => joinVoc(row, { storage, session, root, signal: over }),
      signal,
    );
    return this.sampleJoins;
  }

  /** A sample whose line begins at a byte of the manifest. */
  async rowAtOffset(offset: number): Promise<Row | undefined> {
    const { encoding, signal } = this.options;
    const own = encoding === undefined ? undefined : parseEncoding(encoding);
    const text =
      (own ?? 'utf-8') === 'utf-8'
        ? await this.lineInBlock(offset)
        : await lineAt(this.storage, this.path, offset, own, signal);
    const { sample } = parseManifestLine(text, { check: 'faults', file: this.file, offset });
    return sample === undefined ? undefined : { sample, file: this.file, base: this.base };
  }

  /** The line at an offset of a UTF-8 file, out of a block that holds those after it too: they are often next. */
  private async lineInBlock(offset: number): Promise<string> {
    const { storage, path, options } = this;
    const { signal } = options;
    let start = offset - this.block.start;
    if (start < 0 || start >= this.block.bytes.length || this.block.bytes.indexOf(0x0a, start) < 0) {
      const parts: Uint8Array[] = [];
      for await (const chunk of storage.openRead(path, { start: offset, end: offset + blockBytes, signal }))
        parts.push(chunk);
      this.block = { start: offset, bytes: Buffer.concat(parts) };
      start = 0;
    }
    const { bytes } = this.block;
    const feed = bytes.indexOf(0x0a, start);
    if (feed < 0) return await lineAt(storage, path, offset, undefined, signal);
    return bytes.toString('utf8', start, bytes[feed - 1] === 0x0d && feed > start ? feed - 1 : feed);
  }

  /** The names of a tree's annotation files, in the order of {@link batches}. */
  get names(): readonly string[] {
    return this.tree?.names ?? [];
  }

  /** The sample of an annotation file of the tree. */
  async rowOfName(name: string): Promise<Row | undefined> {
    const { storage, images, sets, options } = this;
    const tree: VocTree = { ...this.tree!, names: [name], layout: 'file' };
    for await (const { rows } of vocRows(storage, tree, {
      keepSource: true,
      images,
      sets,
      signal: options.signal,
    })) {
      return rows[0];
    }
    return undefined;
  }
}

/** Books the faults of a batch. @throws DataError, or what kept the record from being fetched */
export type TakeFaults = (batch: RowBatch) => void;

/** Throws the first fault. */
export function failAtFaults({ faults }: RowBatch): void {
  const [fault] = faults;
  if (fault === undefined) return;
  throw fault.cause ?? new DataError(worstOf(fault.diagnostics));
}

export function worstOf(diagnostics: readonly Diagnostic[]): Diagnostic {
  return diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0]!;
}

/** How far ahead of where it is a reader goes on reading instead of fetching one sample by itself. */
const readOn = 20_000;

/** Samples of one key that are looked at for the one whose path is most alike. */
const mostAlike = 32;

/**
 * The samples of a data set by key: it is read once to learn where each is, and once more, in step with who asks, as
 * far as they are asked for in about the order they are stored in. Others are fetched one by one. Samples of formats of
 * which one cannot be read by itself are put aside the first time, on the disk where they are many.
 */
export class IndexedSide {
  private readonly index = new SampleIndex();
  /** Rows without annotation file, by their number. */
  private readonly bare = new Map<number, Row>();
  private readonly spool: RowSpool | undefined;
  private stream: AsyncGenerator<RowBatch, void, undefined> | undefined;
  private rows: readonly Row[] = [];
  private start = 0;

  private constructor(
    readonly side: DiffSide,
    private readonly matching: Matching,
  ) {
    this.spool = side.isOwn ? undefined : new RowSpool();
  }

  static async read(side: DiffSide, matching: Matching, takeFaults: TakeFaults): Promise<IndexedSide> {
    if (side.path === '-') {
      throw new OptionError(
        'the second data set cannot be standard input, because it is read more than once',
        {
          hint: 'Give it first, or write it to a file.',
        },
      );
    }
    const own = new IndexedSide(side, matching);
    try {
      await own.fill(takeFaults);
    } catch (error) {
      own.spool?.close();
      throw error;
    }
    return own;
  }

  private async fill(takeFaults: TakeFaults): Promise<void> {
    const { side, index, matching, spool } = this;
    const { by } = matching;
    let name = 0;
    for await (const batch of side.batches(by !== 'id')) {
      takeFaults(batch);
      const { lines } = batch;
      if (lines !== undefined) {
        for (let row = 0; row < lines.rowCount; row++) {
          const source = by === 'id' ? undefined : lines.source(row);
          const key = source === undefined ? this.keyOfLine(lines.sample(row)) : this.keyOfSource(source);
          if (key !== undefined) index.add(key, lines.lines.offset(row));
        }
        continue;
      }
      for (const row of batch.rows) {
        if (spool !== undefined) {
          index.add(keyOf(row, matching), spool.add(row));
          continue;
        }
        if (row.sample.annotations.length === 0) {
          this.bare.set(index.size, row);
          index.add(keyOf(row, matching), -1);
          continue;
        }
        while (pairingKey(side.names[name]!) !== row.key) name++;
        index.add(keyOf(row, matching), name++);
      }
    }
    index.finish();
  }

  private keyOfLine(sample: ManifestSample | undefined): string | undefined {
    return sample === undefined ? undefined : keyOf({ sample, base: this.side.base }, this.matching);
  }

  private keyOfSource(source: string): string {
    return keyOf({ sample: { source, annotations: [] }, base: this.side.base }, this.matching);
  }

  /** Samples there are. */
  get size(): number {
    return this.index.size;
  }

  /**
   * The first sample of a key that was not taken yet, which is taken with that; by name, the one whose path is most like
   * the source's.
   */
  async take(key: string, source: string): Promise<Row | undefined> {
    let best: { row: Row; number: number; shared: number } | undefined;
    let looked = 0;
    for (const number of this.index.candidates(key)) {
      const row = await this.row(number);
      if (row === undefined || keyOf(row, this.matching) !== key) continue;
      const shared = this.matching.by === 'name' ? sharedTail(source, row.sample.source) : 0;
      if (best === undefined || shared > best.shared) best = { row, number, shared };
      if (this.matching.by !== 'name' || ++looked === mostAlike) break;
    }
    if (best === undefined) return undefined;
    this.index.take(best.number);
    return best.row;
  }

  /** What nobody took, in file order. */
  async *rest(): AsyncGenerator<Row, void, undefined> {
    await this.rewind();
    for (let number = 0; number < this.index.size; number++) {
      if (this.index.isTaken(number)) continue;
      const row = await this.row(number);
      if (row !== undefined) yield row;
    }
  }

  async close(): Promise<void> {
    this.side.close();
    this.spool?.close();
    await this.rewind();
  }

  private async rewind(): Promise<void> {
    await this.stream?.return(undefined);
    this.stream = undefined;
    this.rows = [];
    this.start = 0;
  }

  private async row(number: number): Promise<Row | undefined> {
    if (this.spool !== undefined) return this.spool.read(this.index.place(number));
    const isNear = number >= this.start && number < this.start + this.rows.length + readOn;
    if (!isNear) return await this.fetched(number);
    while (number >= this.start + this.rows.length) {
      this.stream ??= this.side.batches();
      const { value, done } = await this.stream.next();
      if (done === true || value === undefined) return undefined;
      this.start += this.rows.length;
      this.rows = value.rows;
      this.side.expect(this.rows);
    }
    return this.rows[number - this.start];
  }

  private async fetched(number: number): Promise<Row | undefined> {
    const bare = this.bare.get(number);
    if (bare !== undefined) return bare;
    const place = this.index.place(number);
    return this.side.format === 'manifest'
      ? await this.side.rowAtOffset(place)
      : await this.side.rowOfName(this.side.names[place]!);
  }
}
