import { DataError, type Diagnostic, type Finding, OptionError, throwIfAborted } from '../model/index.js';
import {
  type ContainerFacts,
  defaultMaxLineBytes,
  type Encoding,
  hasDuplicateKeys,
  type LineBatch,
  LineSplitter,
  linePieces,
} from '../text/index.js';
import { ManifestAnnotation } from './annotation.js';
import { ManifestBatch, type RowReader } from './batch.js';
import { isBlank, isReadable, isTooDeep, type LineFault, problemFault, readingFinding } from './faults.js';
import { LineNotes, type NotedFacts } from './line-notes.js';
import { type LineScanner, lineScanner } from './line-scanner.js';
import { type LinePlace, locateFinding } from './locate.js';
import { checkContext, lineContent } from './parse-line.js';
import type { ManifestCheckContext } from './rules/context.js';
import { LineCheck, reportDuplicates } from './rules/line-check.js';
import { newFacts } from './rules/sample-facts.js';
import { ManifestSample } from './sample.js';

/** How bytes become samples of a manifest. */
export interface ReadOptions extends Partial<ManifestCheckContext> {
  /** `strict` throws {@link DataError} at the first error; `lenient` (default) reports it and goes on. */
  readonly mode?: ManifestCheckContext['mode'];
  /** Keep only samples of this usage, in any letter case; default `all`. */
  readonly usage?: string;
  /** Default `utf-8`. */
  readonly encoding?: Encoding;
  /** Longer lines are reported and skipped; default 64 MiB. */
  readonly maxLineBytes?: number;
  /** Where in its file the first byte is, for a part that begins at the start of a line. Default: it is the whole file. */
  readonly baseOffset?: number;
  /** Number of the first line of a part; default 1. */
  readonly firstLine?: number;
  /** Name of the manifest for diagnostics; default `<stream>`. */
  readonly file?: string;
  /** Takes every diagnostic as it is made. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
  /** `faults` (default): only what makes lines unreadable; `all`: also every rule that looks at one line. */
  readonly check?: 'faults' | 'all';
  /**
   * Read a row only when it is asked for. `true`: lines that are just passed on are never parsed nor checked;
   * `'checked'`: they are not parsed, but every line that cannot be read is found.
   */
  readonly lazy?: boolean | 'checked';
  /**
   * With `lazy: 'checked'`: `source` and `usage` of most rows will be asked for, and are found while lines are checked;
   * other facts too where they are named.
   */
  readonly noted?: boolean | NotedFacts;
  /** With `lazy: 'checked'`: the memory of a chunk may be written over once its lines have been formatted. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
}

/** Reads rows of one file, reporting what it finds. */
export class FileReader implements RowReader {
  private readonly context: ManifestCheckContext;
  private readonly file: string;
  private readonly usage: string | undefined;
  private readonly isPart: boolean;
  private readonly checks: boolean;
  private readonly onDiagnostic: ((diagnostic: Diagnostic) => void) | undefined;
  private readonly lineCheck: LineCheck;
  private readonly facts = newFacts();
  private readonly scanner: LineScanner | undefined;
  /** There was a sample. */
  private given = false;
  /** The sample that {@link lineCheck} is looking at. */
  private current: ManifestSample | undefined;

  /** @param scanner  none: every row is parsed at once */
  constructor(options: ReadOptions, scanner: LineScanner | undefined) {
    this.scanner = scanner;
    this.context = checkContext(options);
    this.file = options.file ?? '<stream>';
    this.isPart = options.baseOffset !== undefined;
    const usage = options.usage?.toLowerCase();
    this.usage = usage === 'all' ? undefined : usage;
    this.onDiagnostic = options.onDiagnostic;
    this.lineCheck = new LineCheck(this.context, (finding) => this.take(finding));
    this.checks =
      options.check === 'all' && (this.onDiagnostic !== undefined || this.context.mode === 'strict');
  }

  read(batch: ManifestBatch, row: number): ManifestSample | undefined {
    const { lines } = batch;
    const start = lines.starts[row]!;
    const end = lines.ends[row]!;
    const problem = lines.problem(row);
    if (problem !== undefined) return this.fail(batch, row, '', problemFault(problem, this.context));
    if (this.scanner !== undefined && !this.checks) {
      const count = this.scanner.scan(batch.owner, lines.bytes, start, end);
      if (count >= 0) return this.ordinary(this.scanner, batch, row, count);
    }
    const text = lines.bytes.toString('utf8', start, end);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.explain(batch, row, text); // Says what is wrong in more detail than the exception.
    }
    if (!isReadable(value) || isTooDeep(text)) return this.explain(batch, row, text);
    const line = lines.firstLine + row;
    const sample = new ManifestSample(value, text, line, lines.offset(row), this.file);
    if (this.usage !== undefined && sample.usage?.toLowerCase() !== this.usage) return undefined;
    if (this.checks) {
      this.current = sample;
      if (hasDuplicateKeys(lines.bytes, start, end)) reportDuplicates(text, this.lineCheck.reporter);
      this.lineCheck.check(value, this.facts);
    }
    this.given = true;
    return sample;
  }

  vouches(batch: ManifestBatch, row: number): boolean {
    const { lines } = batch;
    if (this.scanner === undefined || this.checks || this.usage !== undefined) return false;
    if (lines.problem(row) !== undefined) return false;
    if (!this.scanner.accepts(batch.owner, lines.bytes, lines.starts[row]!, lines.ends[row]!)) return false;
    this.given = true;
    return true;
  }

  look(batch: ManifestBatch, row: number): LineScanner | undefined {
    const { scanner } = this;
    const { lines } = batch;
    if (scanner === undefined || this.checks || this.usage !== undefined || lines.problem(row) !== undefined)
      return undefined;
    return scanner.scan(batch.owner, lines.bytes, lines.starts[row]!, lines.ends[row]!) < 0
      ? undefined
      : scanner;
  }

  /**
   * The ordinary lines that the bytes begin with, told all at once, as if {@link vouches} had said so of each.
   *
   * @param bytes UTF-8 or not, from the start of a line
   * @param notes takes what is found in them
   */
  passed(bytes: Buffer, notes?: LineNotes): { readonly count: number; readonly end: number } {
    const { scanner } = this;
    if (scanner === undefined || this.checks || this.usage !== undefined) return nothingPassed;
    const passed = scanner.pass(bytes, notes);
    if (passed.count > 0) this.given = true;
    return passed;
  }

  /** The sample of the line that the scanner has just taken note of. */
  private ordinary(
    scanner: LineScanner,
    { lines }: ManifestBatch,
    row: number,
    count: number,
  ): ManifestSample | undefined {
    const { usage } = scanner;
    if (this.usage !== undefined && usage?.toLowerCase() !== this.usage) return undefined;
    const text = lines.bytes.toString('utf8', lines.starts[row], lines.ends[row]);
    const sample = new ManifestSample(undefined, text, lines.firstLine + row, lines.offset(row), this.file);
    const list = new Array<ManifestAnnotation>(count);
    for (let i = 0; i < count; i++) {
      list[i] = new ManifestAnnotation(
        undefined,
        i,
        sample,
        scanner.name(i),
        scanner.type(i),
        scanner.loc(i),
        scanner.confidence(i),
      );
    }
    sample.found(scanner.source, usage, list);
    scanner.release();
    this.given = true;
    return sample;
  }

  /** Reports a finding about the current sample. */
  private take(finding: Finding): void {
    const sample = this.current!;
    const { text = '', line, offset, source } = sample;
    this.report(locateFinding(finding, text, { file: this.file, line, offset }, { source }));
  }

  /** Reports why a line gives no sample. */
  private explain(batch: ManifestBatch, row: number, text: string): undefined {
    if (isBlank(text)) {
      const finding = readingFinding(this.context, 'M005', 'the line is blank');
      this.report(locateFinding(finding, text, this.place(batch.lines, row)));
      return;
    }
    const { fault } = lineContent(text, this.context);
    if (fault !== undefined) this.fail(batch, row, text, fault);
  }

  private fail(batch: ManifestBatch, row: number, text: string, fault: LineFault): undefined {
    const { lines } = batch;
    const diagnostic = locateFinding(fault.finding, text, this.place(lines, row), { column: fault.column });
    const raw = lines.raw(row) ?? Buffer.from(lines.bytes.subarray(lines.starts[row], lines.ends[row]));
    batch.unreadable.push({ row, diagnostic, raw });
    this.report(diagnostic);
  }

  private place(lines: LineBatch, row: number): LinePlace {
    return { file: this.file, line: lines.firstLine + row, offset: lines.offset(row) };
  }

  private report(diagnostic: Diagnostic): void {
    this.onDiagnostic?.(diagnostic);
    if (this.context.mode === 'strict' && diagnostic.severity === 'error') throw new DataError(diagnostic);
  }

  /** Reports what the file's first bytes say. */
  begin(facts: ContainerFacts): void {
    if (facts.bom !== 'utf-8' || !this.checks) return;
    const finding = readingFinding(this.context, 'M002', 'the file starts with a UTF-8 byte order mark');
    this.report(locateFinding(finding, '', { file: this.file, line: 1, offset: 0 }));
  }

  /** Reports what is known only at the end. */
  end(facts: ContainerFacts): void {
    if (!this.checks) return;
    if (facts.crlfLine !== undefined) {
      const finding = readingFinding(this.context, 'M007', 'lines end with CR LF');
      this.report(locateFinding(finding, '', { file: this.file, line: facts.crlfLine }));
    }
    if (!this.given && !this.isPart) {
      const finding = readingFinding(this.context, 'M014', 'the file has no samples');
      this.report(locateFinding(finding, '', { file: this.file }));
    }
  }
}

const nothingPassed = { count: 0, end: 0 };

/** Samples of more bytes of lines than this do not stay in the processor's cache until they are looked at. */
const pieceBytes = 128 * 1024;

/**
 * The batches of a chunk for a reader that passes lines on: ordinary lines go through without being told apart, from
 * the first line start on and up to the first other line.
 */
function* passingBatches(
  chunk: Uint8Array,
  splitter: LineSplitter,
  reader: FileReader,
  { noted = false, overwrite = false }: ReadOptions,
  reused?: LineNotes,
): Generator<ManifestBatch, void, undefined> {
  let rest: Uint8Array = chunk;
  if (!splitter.isAtLineStart) {
    const cut = chunk.indexOf(0x0a) + 1;
    const lines = splitter.push(cut === 0 ? chunk : chunk.subarray(0, cut));
    if (lines !== undefined) yield new ManifestBatch(lines, reader);
    if (cut === 0) return;
    rest = chunk.subarray(cut);
  }
  if (splitter.isAtLineStart) {
    const bytes = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength);
    const notes = reused ?? notesFor(bytes, noted);
    const { count, end } = reader.passed(bytes, notes);
    if (count > 0) {
      const lines = splitter.pass(bytes.subarray(0, end), count, notes?.ends);
      yield new ManifestBatch(lines, reader, true, notes, overwrite);
    }
    rest = rest.subarray(end);
  }
  const lines = splitter.push(rest);
  if (lines !== undefined) yield new ManifestBatch(lines, reader);
}

function notesFor(bytes: Buffer, noted: boolean | NotedFacts): LineNotes | undefined {
  return noted === false ? undefined : new LineNotes(bytes.length >> 9, noted === true ? {} : noted);
}

/** Batches of which no row has been read; reports what the container says, at the end when `whole`. */
async function* unreadBatches(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadOptions,
  whole: boolean,
): AsyncGenerator<ManifestBatch, void, undefined> {
  if (options.usage === '') {
    throw new OptionError('usage is empty', { hint: 'leave it out to read all samples' });
  }
  const { signal, encoding = 'utf-8', maxLineBytes, baseOffset, firstLine } = options;
  const reader = new FileReader(options, lineScanner());
  const splitter = new LineSplitter({
    encoding,
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    ...(baseOffset === undefined ? {} : { baseOffset }),
    ...(firstLine === undefined ? {} : { firstLine }),
  });
  /** Nothing is to be said about the container then, see {@link FileReader.begin}. */
  const passes = options.lazy === 'checked' && options.check !== 'all' && encoding === 'utf-8';
  let begun = false;
  throwIfAborted(signal);
  for await (const chunk of chunks) {
    throwIfAborted(signal);
    if (passes && chunk.length <= (maxLineBytes ?? defaultMaxLineBytes)) {
      yield* passingBatches(chunk, splitter, reader, options);
      continue;
    }
    for (const piece of options.lazy ? [chunk] : linePieces(chunk, pieceBytes)) {
      for (const lines of splitter.split(piece)) {
        if (!begun) reader.begin(splitter.facts);
        begun = true;
        yield new ManifestBatch(lines, reader);
      }
    }
  }
  throwIfAborted(signal);
  const lines = splitter.end();
  if (lines !== undefined) {
    if (!begun) reader.begin(splitter.facts);
    yield new ManifestBatch(lines, reader);
  }
  if (whole) reader.end(splitter.facts);
}

/**
 * Reads a manifest as batches of consecutive lines. Memory stays flat; the next chunk is asked for when the
 * next batch is; leaving the loop closes the source.
 *
 * A chunk must not be changed after it was given. A file in a UTF-16 or UTF-32 that was not asked for gives
 * one unreadable line (M003).
 *
 * @throws {DataError} in strict mode, at the first error.
 * @throws {OptionError} for a usage that is empty.
 * @throws {AbortedError} when the signal fires.
 */
export async function* manifestBatches(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<ManifestBatch, void, undefined> {
  // Rows of another usage must not be passed on unread.
  const lazy = (options.usage ?? 'all').toLowerCase() === 'all' ? options.lazy : false;
  for await (const batch of unreadBatches(chunks, options, lazy !== true)) {
    if (lazy === 'checked') batch.checkAll();
    else if (lazy !== true) batch.readAll();
    yield batch;
  }
}

/**
 * Gives the batches of bytes that are in memory: whole lines from a place of the file on, the last one's line feed may be
 * missing. What was noted of lines holds until the next call.
 */
export type BatchesOf = (bytes: Uint8Array, baseOffset: number) => Generator<ManifestBatch, void, undefined>;

/**
 * As {@link manifestBatches} with `lazy: 'checked'`, for parts of a UTF-8 file that are in memory. Nothing is said of the
 * file as a whole. Lines are numbered within their part.
 */
export function batchesInMemory(options: ReadOptions): BatchesOf {
  const reader = new FileReader(options, lineScanner());
  const { maxLineBytes = defaultMaxLineBytes, noted = false } = options;
  const notes = notesFor(Buffer.alloc(0), noted);
  return function* (bytes, baseOffset) {
    notes?.clear();
    const splitter = new LineSplitter({ maxLineBytes, baseOffset });
    const batches = function* () {
      if (bytes.length <= maxLineBytes) yield* passingBatches(bytes, splitter, reader, options, notes);
      else for (const lines of splitter.split(bytes)) yield new ManifestBatch(lines, reader);
      const lines = splitter.end();
      if (lines !== undefined) yield new ManifestBatch(lines, reader);
    };
    for (const batch of batches()) {
      batch.checkAll();
      yield batch;
    }
  };
}

/** Reads a manifest sample by sample; as {@link manifestBatches} in all else, but nothing is kept. */
export async function* manifestSamples(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<ManifestSample, void, undefined> {
  for await (const batch of unreadBatches(chunks, options, true)) {
    for (let row = 0; row < batch.rowCount; row++) {
      const sample = batch.sample(row);
      if (sample === undefined) continue;
      batch.drop(row);
      yield sample;
    }
  }
}
