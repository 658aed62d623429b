import { type ManifestSample, parseManifestLine } from '../manifest/index.js';
import { DataError, type Diagnostic, isVocTask, OptionError, throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { Ahead } from './ahead.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { resolveOwnInput } from './detect.js';
import type { FormatId } from './formats.js';
import { readImageSets } from './image-sets.js';
import { lineAt } from './line-at.js';
import { manifestRows } from './manifest-rows.js';
import { type Joined, joinVoc } from './resolve.js';
import type { Row, RowBatch } from './rows.js';
import { SampleIndex } from './sample-index.js';
import { dirOf, parseLocation, type Storage, stemOf } from './storage/index.js';
import { storageOf } from './storages.js';
import { vocRows } from './voc-rows.js';
import { findVocTree, pairingKey, VocImages, type VocTree } from './voc-tree.js';

/** What samples of two data sets are matched by. */
export type DiffKey = 'id' | 'source' | 'name';

/** What a sample is matched by. One without an id goes by its source. */
export function keyOf(row: Pick<Row, 'sample' | 'key'>, by: DiffKey): string {
  const { sample } = row;
  switch (by) {
    case 'source':
      return sample.source;
    case 'id':
      return sample.id === undefined ? `source ${sample.source}` : `id ${sample.id}`;
    case 'name':
      return nameOf(sample.source);
  }
}

function nameOf(source: string): string {
  return parseLocation(source).kind === 'content' ? source : stemOf(source);
}

/** What the two data sets have in common to be matched by. */
export function sensibleKey(
  a: DiffSide,
  first: Row | undefined,
  b: DiffSide,
  second: Row | undefined,
): DiffKey {
  if (first?.sample.id !== undefined && second?.sample.id !== undefined) return 'id';
  return a.format === 'manifest' && b.format === 'manifest' ? 'source' : 'name';
}

/** Read at a time where single lines are asked for. */
const blockBytes = 32 * 1024;

/** One of two data sets that are compared. */
export class DiffSide {
  private sampleJoins: Ahead<Row, Joined> | undefined;
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

  static async open(path: string, options: JoinedDatasetOptions): Promise<DiffSide> {
    const { signal } = options;
    throwIfAborted(signal);
    const storage = storageOf(path, options);
    const { format, xmlNames } = await resolveOwnInput(storage, path, options.from, signal);
    if (format === 'manifest')
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

  /** The samples from the first to the last. @param passOn lines are only looked at as far as they must be */
  batches(passOn = false): AsyncGenerator<RowBatch, void, undefined> {
    const { storage, path, tree, images, sets, options } = this;
    const { signal, baseDir, maxLineBytes, encoding } = options;
    if (tree !== undefined) return vocRows(storage, tree, { keepSource: true, images, sets, signal });
    return manifestRows(storage, path, {
      ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
      baseDir,
      maxLineBytes,
      passOn,
      signal,
    });
  }

  /** What the annotation files of a row say. Rows that come next may be announced with {@link expect}. */
  async joined(row: Row): Promise<Joined> {
    return await this.joins.get(row);
  }

  expect(rows: readonly Row[]): void {
    this.joins.expect(
      rows.filter(({ sample }) =>
        sample.annotations.some(({ task, image }) => isVocTask(task) && image === undefined),
      ),
    );
  }

  close(): void {
    this.sampleJoins?.close();
  }

  private get joins(): Ahead<Row, Joined> {
    const { storage, session, root, signal } = this.options;
    this.sampleJoins ??= new Ahead(
      (row, over) => joinVoc(row, { storage, session, root, signal: over }),
      signal,
    );
    return this.sampleJoins;
  }

  /** A sample whose line begins at a byte of the manifest. */
  async rowAtOffset(offset: number): Promise<Row | undefined> {
    const { encoding, baseDir, signal } = this.options;
    const own = encoding === undefined ? undefined : parseEncoding(encoding);
    const text =
      (own ?? 'utf-8') === 'utf-8'
        ? await this.lineInBlock(offset)
        : await lineAt(this.storage, this.path, offset, own, signal);
    const { sample } = parseManifestLine(text, { check: 'faults', file: this.file, offset });
    return sample === undefined ? undefined : { sample, file: this.file, base: baseDir ?? dirOf(this.path) };
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

/**
 * The samples of a data set by key: it is read once to learn where each is, and once more, in step with who asks, as
 * far as they are asked for in about the order they are stored in. Others are fetched one by one.
 */
export class IndexedSide {
  private readonly index = new SampleIndex();
  /** Rows without annotation file, by their number. */
  private readonly bare = new Map<number, Row>();
  private stream: AsyncGenerator<RowBatch, void, undefined> | undefined;
  private rows: readonly Row[] = [];
  private start = 0;

  private constructor(
    readonly side: DiffSide,
    private readonly by: DiffKey,
  ) {}

  static async read(side: DiffSide, by: DiffKey, takeFaults: TakeFaults): Promise<IndexedSide> {
    if (side.path === '-') {
      throw new OptionError(
        'the second data set cannot be standard input, because it is read more than once',
        {
          hint: 'Give it first, or write it to a file.',
        },
      );
    }
    const own = new IndexedSide(side, by);
    const { index } = own;
    let name = 0;
    for await (const batch of side.batches(by !== 'id')) {
      takeFaults(batch);
      const { lines } = batch;
      if (lines !== undefined) {
        for (let row = 0; row < lines.rowCount; row++) {
          const source = by === 'id' ? undefined : lines.source(row);
          const key =
            source === undefined
              ? own.keyOfLine(lines.sample(row))
              : by === 'source'
                ? source
                : nameOf(source);
          if (key !== undefined) index.add(key, lines.lines.offset(row));
        }
        continue;
      }
      for (const row of batch.rows) {
        if (row.sample.annotations.length === 0) {
          own.bare.set(index.size, row);
          index.add(keyOf(row, by), -1);
          continue;
        }
        while (pairingKey(side.names[name]!) !== row.key) name++;
        index.add(keyOf(row, by), name++);
      }
    }
    index.finish();
    return own;
  }

  private keyOfLine(sample: ManifestSample | undefined): string | undefined {
    return sample === undefined ? undefined : keyOf({ sample }, this.by);
  }

  /** Samples there are. */
  get size(): number {
    return this.index.size;
  }

  /** The first sample of a key that was not taken yet, which is taken with that. */
  async take(key: string): Promise<Row | undefined> {
    for (const number of this.index.candidates(key)) {
      const row = await this.row(number);
      if (row === undefined || keyOf(row, this.by) !== key) continue;
      this.index.take(number);
      return row;
    }
    return undefined;
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
    await this.rewind();
  }

  private async rewind(): Promise<void> {
    await this.stream?.return(undefined);
    this.stream = undefined;
    this.rows = [];
    this.start = 0;
  }

  private async row(number: number): Promise<Row | undefined> {
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
