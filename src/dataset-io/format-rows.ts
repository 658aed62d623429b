import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  FormatBatch,
  FormatCode,
  FormatRecord,
  FormatSource,
  FormatValues,
  ImageSize,
  SourceFile,
  VocReading,
} from '../formats/index.js';
import { type Diagnostic, LabelkitError, type Mode, type Profile, throwIfAborted } from '../model/index.js';
import { mapAhead } from './ahead.js';
import { isAboutTheFile, nothingAt } from './file-errors.js';
import { type ImageLook, lookAtImage, lookAtStoredImage } from './image-facts.js';
import { passedOverFinding } from './passed-over.js';
import { readBytes } from './read-bytes.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import {
  baseName,
  containedPath,
  createReadBuffer,
  dirOf,
  entryBatches,
  ioError,
  joinerOf,
  parseLocation,
  type Storage,
  type StorageStat,
} from './storage/index.js';
import { type Places, storageOf } from './storages.js';

export interface FormatRowsOptions extends Places {
  /** Checked values of the format's own options. */
  readonly options: FormatValues;
  readonly classes?: readonly string[] | undefined;
  readonly mode?: Mode | undefined;
  readonly profile?: Profile | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file of a listing; its size on the local disk is looked up when it is asked for. */
class ListedFile implements SourceFile {
  constructor(
    readonly name: string,
    private readonly path: string,
    private readonly known: number | undefined,
  ) {}

  get size(): number {
    if (this.known !== undefined) return this.known;
    try {
      return statSync(this.path).size;
    } catch (error) {
      throw ioError(error, 'look at', this.path);
    }
  }
}

/** What a header says, as formats are told. */
export function sizeOfLook(look: ImageLook, image: string): ImageSize {
  switch (look.kind) {
    case 'image': {
      const { width, height, orientation } = look.facts;
      return { width, height, ...(orientation === undefined ? {} : { orientation }) };
    }
    case 'empty':
      return { problem: 'empty', message: `${image} is empty` };
    case 'unknown':
      return { problem: 'unknown', message: `${image} does not begin as an image does` };
    case 'unreadable': {
      const { code, message } = look.error;
      return { problem: code === 'NotFound' ? 'missing' : 'unreadable', message };
    }
  }
}

/** The files of an input on any storage, for the reader of a format. */
class StorageSource implements FormatSource {
  readonly options: FormatValues;
  readonly classes: readonly string[] | undefined;
  readonly mode: Mode;
  readonly profile: Profile;
  readonly signal: AbortSignal | undefined;
  private readonly places: Places;
  /** What names are relative to, and what leads there. */
  private readonly root: string;
  private readonly joined: (name: string) => string;
  private listed: Promise<readonly SourceFile[]> | undefined;
  private names: Set<string> | undefined;
  /** What is neither a file nor a folder. */
  private readonly passedOver: string[] = [];

  constructor(
    private readonly storage: Storage,
    readonly path: string,
    private readonly isFolder: boolean,
    { options, classes, mode, profile, signal, ...places }: FormatRowsOptions,
  ) {
    this.options = options;
    this.classes = classes;
    this.mode = mode ?? 'lenient';
    this.profile = profile ?? 'generic';
    this.signal = signal;
    this.places = places;
    this.root = isFolder ? path : path === '-' ? '.' : dirOf(path);
    this.joined = joinerOf(this.root);
  }

  list(): Promise<readonly SourceFile[]> {
    this.listed ??= this.isFolder ? this.listFolder() : this.listFile();
    return this.listed;
  }

  private async listFolder(): Promise<readonly SourceFile[]> {
    const { storage, signal } = this;
    const files: SourceFile[] = [];
    for await (const batch of entryBatches(storage, this.path, {
      recursive: true,
      followLinks: false,
      signal,
    })) {
      for (const { kind, name, path, size } of batch) {
        if (kind === 'file') files.push(new ListedFile(name, path, size));
        else this.passedOver.push(name);
      }
    }
    return files;
  }

  /** D055 */
  get passedOverFinding(): Diagnostic | undefined {
    return passedOverFinding(this.passedOver, (name) => this.pathOf(name));
  }

  private async listFile(): Promise<readonly SourceFile[]> {
    const stat = await this.storage.stat(this.path, { signal: this.signal });
    if (stat === null) throw nothingAt(this.path);
    return [{ name: this.nameOfInput, size: stat.size }];
  }

  private get nameOfInput(): string {
    return this.path === '-' ? this.path : baseName(this.path);
  }

  async has(name: string): Promise<boolean> {
    if (this.listed !== undefined) {
      this.names ??= new Set((await this.listed).map((file) => file.name));
      if (this.isFolder || this.names.has(name)) return this.names.has(name);
    }
    const path = this.placeOf(name);
    return (await this.storage.stat(path, { signal: this.signal }))?.kind === 'file';
  }

  async read(name: string): Promise<Buffer> {
    return await readBytes(this.storage, this.placeOf(name), this.signal);
  }

  readAll(names: Iterable<string>): AsyncIterable<readonly [string, Buffer | LabelkitError]> {
    return this.storage.readSync === undefined ? this.readAhead(names) : this.readLocal(names);
  }

  async *readVoc(
    names: Iterable<string>,
  ): AsyncGenerator<readonly [string, VocReading | LabelkitError], void, undefined> {
    // What handles VOC is half of this package, and is loaded only for it.
    const { vocReading } = await import('./voc-reading.js');
    for await (const [name, content] of this.readAll(names))
      yield [name, content instanceof LabelkitError ? content : vocReading(content, this.pathOf(name), this)];
  }

  private async *readLocal(
    names: Iterable<string>,
  ): AsyncGenerator<readonly [string, Buffer | LabelkitError], void, undefined> {
    const buffer = createReadBuffer();
    for (const name of names) {
      throwIfAborted(this.signal);
      let content: Buffer | LabelkitError;
      try {
        const length = this.storage.readSync!(this.placeOf(name), buffer);
        content = Buffer.from(buffer.bytes.subarray(0, length));
      } catch (error) {
        if (!isAboutTheFile(error)) throw error;
        content = error;
      }
      yield [name, content];
    }
  }

  private async *readAhead(
    names: Iterable<string>,
  ): AsyncGenerator<readonly [string, Buffer | LabelkitError], void, undefined> {
    const start = async (name: string, signal: AbortSignal): Promise<Buffer | LabelkitError> => {
      try {
        return await readBytes(this.storage, this.placeOf(name), signal);
      } catch (error) {
        if (isAboutTheFile(error)) return error;
        throw error;
      }
    };
    yield* mapAhead(asynchronous(names), start, this.signal);
  }

  async *readManifest(
    name: string,
    fileOf: (reference: string) => string | undefined,
  ): AsyncGenerator<FormatBatch, void, undefined> {
    const { manifestReading } = await import('./manifest-reading.js');
    const { storage, profile, signal } = this;
    // In the bucket itself an address is as good as a name.
    const isCopy = storage.scheme !== 'obs';
    yield* manifestReading(storage, this.placeOf(name), { profile, signal }, (reference) => {
      const file = isCopy ? fileOf(reference) : undefined;
      return file === undefined ? undefined : this.pathOf(file);
    });
  }

  chunks(
    name: string,
    range: { readonly start: number; readonly end?: number } = { start: 0 },
  ): AsyncIterable<Uint8Array> {
    const { start, end } = range;
    return this.storage.openRead(this.placeOf(name), { start, end, reuse: true, signal: this.signal });
  }

  async size(name: string): Promise<number> {
    const path = this.placeOf(name);
    const stat = await this.storage.stat(path, { signal: this.signal });
    if (stat === null) throw nothingAt(path);
    return stat.size;
  }

  pathOf(name: string): string {
    if (this.isFolder) return this.joined(name);
    if (this.path === '-' && name === '-') return '<stdin>';
    return name === this.nameOfInput ? this.path : this.joined(name);
  }

  imageSizes(images: Iterable<string>): AsyncIterable<readonly [string, ImageSize]> {
    return this.sizes(images);
  }

  private async *sizes(
    images: Iterable<string>,
  ): AsyncGenerator<readonly [string, ImageSize], void, undefined> {
    const start = async (image: string, signal: AbortSignal): Promise<ImageSize> => {
      try {
        const path = await this.pathOfImage(image);
        const storage = storageOf(path, this.places);
        if (storage.scheme === 'file') return sizeOfLook(lookAtImage(localPath(path)), image);
        return sizeOfLook(await lookAtStoredImage(storage, path, signal), image);
      } catch (error) {
        if (isAboutTheFile(error)) return { problem: 'unreadable', message: error.message };
        throw error;
      }
    };
    if (this.storage.scheme !== 'file') {
      yield* mapAhead(asynchronous(images), start, this.signal);
      return;
    }
    const never = new AbortController().signal;
    for (const image of images) {
      throwIfAborted(this.signal);
      yield [image, await start(image, this.signal ?? never)];
    }
  }

  /** Where an image is that is named as a file of the input, or as a sample's source. */
  private async pathOfImage(image: string): Promise<string> {
    if (parseLocation(image).kind !== 'local' || /^(?:[\\/]|[A-Za-z]:[\\/])/.test(image)) return image;
    if (this.listed !== undefined && (await this.has(image))) return this.pathOf(image);
    return image.startsWith(this.joined('')) ? image : this.placeOf(image);
  }

  /** The path of a name out of data. @throws StorageError `UnsafePath` when it leads out of the input */
  private placeOf(name: string): string {
    if (!this.isFolder && name === this.nameOfInput) return this.path;
    return containedPath(this.root, name, { portable: false });
  }
}

async function* asynchronous<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}

function localPath(path: string): string {
  const location = parseLocation(path);
  return location.kind === 'local' ? location.path : path;
}

/** D015: a file of which there is nothing to be said, because it has no bytes. */
function emptyFinding(path: string, { kind, size }: StorageStat, { mode }: FormatRowsOptions) {
  if (kind !== 'file' || size > 0) return undefined;
  const severity = mode === 'strict' ? 'error' : 'warning';
  return datasetDiagnostic('D015', `${path} has no bytes`, { file: path, severity });
}

/** Spreading the record would take several times the memory, which lives long enough to be a burden. */
function rowOf({ sample, file, line, key }: FormatRecord): Row {
  const row: { -readonly [K in keyof Row]: Row[K] } = { sample, file, base: '.' };
  if (line !== undefined) row.line = line;
  if (key !== undefined) row.key = key;
  return row;
}

/**
 * The samples of an input that a format reads, batch by batch.
 *
 * @throws StorageError when there is nothing at the path, or it cannot be read at all
 */
export async function* formatRows(
  storage: Storage,
  path: string,
  code: FormatCode,
  options: FormatRowsOptions,
): AsyncGenerator<RowBatch, void, undefined> {
  const stat = await storage.stat(path, { signal: options.signal });
  if (stat === null) throw nothingAt(path);
  const source = new StorageSource(storage, path, stat.kind === 'directory', options);
  let isSilent = true;
  for await (const { records, faults, diagnostics, bytes } of code.read!(source)) {
    throwIfAborted(options.signal);
    isSilent &&= records.length + faults.length + diagnostics.length === 0;
    yield {
      count: records.length,
      rows: records.map(rowOf),
      faults,
      diagnostics,
      bytes,
    };
    // Blocking reads never let the event loop turn: a signal would not be heard.
    await nextTurn();
  }
  const diagnostics = [
    source.passedOverFinding,
    isSilent ? emptyFinding(path, stat, options) : undefined,
  ].filter((finding) => finding !== undefined);
  if (diagnostics.length > 0) yield { count: 0, rows: [], faults: [], diagnostics, bytes: 0 };
}
