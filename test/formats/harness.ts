import { manifestReading } from '../../src/dataset-io/manifest-reading.js';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { vocReading } from '../../src/dataset-io/voc-reading.js';
import type {
  FormatBatch,
  FormatCode,
  FormatFault,
  FormatRecord,
  FormatSink,
  FormatSource,
  FormatValues,
  FormatWriter,
  ImageSize,
  WriteRow,
  Written,
} from '../../src/formats/contract.js';
import {
  type Diagnostic,
  type ImageAnnotation,
  LabelkitError,
  type Mode,
  type Profile,
  StorageError,
} from '../../src/model/index.js';
import { encodeVoc } from '../../src/voc/index.js';

export interface SourceInit {
  /** Default `in`: what {@link FormatSource.pathOf} puts before the names of a folder. */
  readonly path?: string;
  /** `path` is the one file of the source, not a folder; other files lie beside it. */
  readonly isFile?: boolean;
  readonly options?: FormatValues;
  readonly classes?: readonly string[];
  readonly mode?: Mode;
  readonly profile?: Profile;
  readonly signal?: AbortSignal;
  /** By name or by source; an image that is not here is `missing`. */
  readonly sizes?: Readonly<Record<string, ImageSize>>;
  /** Bytes of a chunk; default 1 MiB. Small ones put every border of a chunk to the test. */
  readonly chunkBytes?: number;
}

const byCodePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const missing = (name: string): ImageSize => ({ problem: 'missing', message: `there is nothing at ${name}` });

/** A source over files in memory, by name. A value that is an error is what reading the file ends with. */
export class MemorySource implements FormatSource {
  readonly path: string;
  readonly options: FormatValues;
  readonly classes: readonly string[] | undefined;
  readonly mode: Mode;
  readonly profile: Profile;
  readonly signal: AbortSignal | undefined;
  /** The images whose sizes were asked for, in order. */
  readonly sizesAsked: string[] = [];
  private readonly files: ReadonlyMap<string, Buffer | LabelkitError>;

  constructor(
    files: Readonly<Record<string, string | Uint8Array | LabelkitError>>,
    private readonly init: SourceInit = {},
  ) {
    this.path = init.path ?? 'in';
    this.options = init.options ?? {};
    this.classes = init.classes;
    this.mode = init.mode ?? 'lenient';
    this.profile = init.profile ?? 'generic';
    this.signal = init.signal;
    this.files = new Map(
      Object.entries(files)
        .sort(([a], [b]) => byCodePoints(a, b))
        .map(([name, content]) => [name, content instanceof LabelkitError ? content : Buffer.from(content)]),
    );
  }

  async list() {
    return [...this.files].map(([name, content]) => ({
      name,
      size: content instanceof LabelkitError ? 0 : content.length,
    }));
  }

  async has(name: string) {
    return this.files.has(name);
  }

  async read(name: string): Promise<Buffer> {
    const content = this.look(name);
    if (content instanceof LabelkitError) throw content;
    return content;
  }

  async *readAll(names: Iterable<string>) {
    for (const name of names) yield [name, this.look(name)] as const;
  }

  async *readVoc(names: Iterable<string>) {
    for (const name of names) {
      const content = this.look(name);
      yield [
        name,
        content instanceof LabelkitError ? content : vocReading(content, this.pathOf(name), this),
      ] as const;
    }
  }

  async *readManifest(name: string, fileOf: (reference: string) => string | undefined) {
    const storage = new MemoryStorage();
    await storage.writeAtomic('mem://in.manifest', this.chunks(name), {});
    const options = { profile: this.profile, signal: this.signal };
    for await (const batch of manifestReading(storage, 'mem://in.manifest', options, fileOf)) yield batch;
  }

  async *chunks(name: string, range?: { readonly start: number; readonly end?: number }) {
    const whole = (await this.read(name)).subarray(range?.start ?? 0, range?.end);
    const size = this.init.chunkBytes ?? 1024 * 1024;
    const memory = Buffer.alloc(size);
    for (let at = 0; at < whole.length; at += size) {
      const chunk = memory.subarray(0, Math.min(size, whole.length - at));
      whole.copy(chunk, 0, at, at + chunk.length);
      yield chunk;
      memory.fill(0xff);
    }
  }

  async size(name: string) {
    return (await this.read(name)).length;
  }

  pathOf(name: string) {
    if (this.init.isFile !== true) return `${this.path}/${name}`;
    const slash = this.path.lastIndexOf('/') + 1;
    return `${this.path.slice(0, slash)}${name}`;
  }

  async *imageSizes(images: Iterable<string>) {
    for (const image of images) {
      this.sizesAsked.push(image);
      yield [image, this.init.sizes?.[image] ?? missing(image)] as const;
    }
  }

  private look(name: string): Buffer | LabelkitError {
    return (
      this.files.get(name) ?? new StorageError('NotFound', `there is nothing at ${name}`, { path: name })
    );
  }
}

export interface ReadRecords {
  readonly records: readonly FormatRecord[];
  readonly faults: readonly FormatFault[];
  readonly diagnostics: readonly Diagnostic[];
  readonly batches: readonly FormatBatch[];
}

/** All that a format reads from a source. */
export async function readAllRecords(code: FormatCode, source: FormatSource): Promise<ReadRecords> {
  if (code.read === undefined) throw new Error('the format is only written');
  const batches: FormatBatch[] = [];
  for await (const batch of code.read(source)) batches.push(batch);
  return {
    records: batches.flatMap(({ records }) => records),
    faults: batches.flatMap(({ faults }) => faults),
    diagnostics: batches.flatMap(({ diagnostics }) => diagnostics),
    batches,
  };
}

/** Findings as `rule severity file:line:column message`, for tables of expected ones. */
export function brief(diagnostics: Iterable<Diagnostic>): string[] {
  return [...diagnostics].map(
    ({ rule, severity, file, line, column, message }) =>
      `${rule} ${severity} ${[file, line, column].filter((part) => part !== undefined).join(':')} ${message}`,
  );
}

export interface SinkInit {
  readonly path?: string;
  readonly options?: FormatValues;
  readonly classes?: readonly string[];
  readonly images?: FormatSink['images'];
  readonly mode?: FormatSink['mode'];
  readonly renameClashes?: boolean;
  /** By the row's source; an image that is not here is `missing`. */
  readonly sizes?: Readonly<Record<string, ImageSize>>;
  /** Bytes of files by the row's source. */
  readonly contents?: Readonly<Record<string, string>>;
  /** Files that are there before. */
  readonly before?: readonly string[];
}

/** A sink that keeps everything. */
export class MemorySink implements FormatSink {
  readonly path: string;
  readonly options: FormatValues;
  readonly classes: readonly string[] | undefined;
  readonly images: FormatSink['images'];
  readonly mode: FormatSink['mode'];
  readonly renameClashes: boolean;
  readonly imagePrefix = '';
  readonly signal = undefined;
  readonly losses: { readonly source: string; readonly feature: string; readonly pointer?: string }[] = [];
  readonly reported: Diagnostic[] = [];
  /** Source of each image that was placed, by its name. */
  readonly placed = new Map<string, string>();
  private readonly parts = new Map<string, Uint8Array[]>();
  private readonly whole = new Set<string>();
  private readonly output: Uint8Array[] = [];

  constructor(private readonly init: SinkInit = {}) {
    this.path = init.path ?? 'out';
    this.options = init.options ?? {};
    this.classes = init.classes;
    this.images = init.images ?? 'reference';
    this.mode = init.mode ?? 'create';
    this.renameClashes = init.renameClashes ?? false;
    for (const name of init.before ?? []) this.parts.set(name, []);
  }

  add(name: string, bytes: Uint8Array | string) {
    if (this.parts.has(name)) throw new Error(`${name} is added twice`);
    this.whole.add(name);
    this.parts.set(name, [Buffer.from(bytes)]);
  }

  lengthen(name: string, bytes: Uint8Array | string) {
    if (this.whole.has(name)) throw new Error(`${name} was added whole and is lengthened`);
    const parts = this.parts.get(name);
    if (parts === undefined) this.parts.set(name, [Buffer.from(bytes)]);
    else parts.push(Buffer.from(bytes));
  }

  async write(bytes: Uint8Array | string) {
    this.output.push(Buffer.from(bytes));
  }

  has(name: string) {
    return this.parts.has(name) || this.placed.has(name);
  }

  spool() {
    const parts: Uint8Array[] = [];
    return {
      async write(bytes: Uint8Array | string) {
        parts.push(Buffer.from(bytes));
      },
      async *chunks() {
        yield* parts;
      },
    };
  }

  async image(row: WriteRow, name: string): Promise<Diagnostic | undefined> {
    this.placed.set(name, row.sample.source);
    return undefined;
  }

  async content({ sample, file }: WriteRow) {
    const content = this.init.contents?.[sample.source];
    const message = `there is no file at ${sample.source}`;
    if (content === undefined) return { rule: 'D053', severity: 'error', message, file } as const;
    return (async function* () {
      yield Buffer.from(content);
    })();
  }

  referenceTo(source: string) {
    return source;
  }

  maskReferenceTo(_row: WriteRow, _index: number, mask: string) {
    return mask;
  }

  async imageSize(row: WriteRow) {
    return this.init.sizes?.[row.sample.source] ?? missing(row.sample.source);
  }

  voc(_row: WriteRow, image: ImageAnnotation) {
    return encodeVoc(image, { rgb: true });
  }

  lose(row: WriteRow, feature: string, pointer?: string) {
    this.losses.push({ source: row.sample.source, feature, ...(pointer === undefined ? {} : { pointer }) });
  }

  report(diagnostic: Diagnostic) {
    this.reported.push(diagnostic);
  }

  /** The bytes of a file of a tree. */
  bytes(name: string): Buffer {
    return Buffer.concat(this.parts.get(name) ?? []);
  }

  /** The files of a tree, as text, in code-point order. */
  get files(): Record<string, string> {
    return Object.fromEntries(
      [...this.parts]
        .sort(([a], [b]) => byCodePoints(a, b))
        .map(([name, parts]) => [name, Buffer.concat(parts).toString('utf8')]),
    );
  }

  /** The one file of a `file` format. */
  get text(): string {
    return Buffer.concat(this.output).toString('utf8');
  }

  /** How often each feature was lost. */
  get lossCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { feature } of this.losses) counts[feature] = (counts[feature] ?? 0) + 1;
    return counts;
  }
}

/** A record as it comes to a writer; its images are those of its annotations. */
export function writeRow(record: FormatRecord, base = 'in'): WriteRow {
  const images = new Map<number, ImageAnnotation>();
  for (const [index, { image }] of record.sample.annotations.entries())
    if (image !== undefined) images.set(index, image);
  return { ...record, images, base };
}

/** What became of each row, once the writer has ended. */
export async function writeAll(
  code: FormatCode,
  sink: FormatSink,
  rows: Iterable<WriteRow>,
): Promise<Written[]> {
  if (code.write === undefined) throw new Error('the format is only read');
  const writer: FormatWriter = code.write(sink);
  const results: Written[] = [];
  for (const row of rows) results.push(await writer.add(row));
  await writer.end();
  return results;
}
