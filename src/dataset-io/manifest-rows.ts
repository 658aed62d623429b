import { type ManifestBatch, manifestBatches, type NotedFacts } from '../manifest/index.js';
import type { Diagnostic, Profile } from '../model/index.js';
import { type Encoding, linePieces } from '../text/index.js';
import type { Fault, Row, RowBatch } from './rows.js';
import { dirOf, type Loan, type Storage } from './storage/index.js';

/** Whole lines of a file: their bytes, and the number of the first. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
}

export interface ManifestRowsOptions {
  readonly encoding?: Encoding | undefined;
  /** Where relative references are taken from; default: the manifest's directory. */
  readonly baseDir?: string | undefined;
  readonly maxLineBytes?: number | undefined;
  /** Only these lines; default: all. */
  readonly range?: LineRange | undefined;
  /** Whose demands raise severities; default `generic`. */
  readonly profile?: Profile | undefined;
  /**
   * Most rows are passed on as the lines they are, and each batch is done with when the next is asked for: lines
   * are then checked, but parsed only when a row is looked at. Default false.
   */
  readonly passOn?: boolean | undefined;
  /** With {@link passOn}: usage or source of most rows will be asked for, or what is named. */
  readonly noted?: boolean | NotedFacts | undefined;
  /** With {@link passOn}: most rows will be parsed after all. Fewer lines then come together, and the loan is not used. */
  readonly parsed?: boolean | undefined;
  /** With {@link passOn}: the loan under which the writer takes the lines. */
  readonly loan?: Loan | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The rows of one batch of lines; built only when a writer asks for them. */
class LineRows implements RowBatch {
  readonly faults: readonly Fault[];
  private built: Row[] | undefined;

  constructor(
    readonly lines: ManifestBatch,
    readonly diagnostics: readonly Diagnostic[],
    readonly bytes: number,
    strays: readonly Diagnostic[],
    private readonly file: string,
    private readonly base: string,
  ) {
    this.faults = [
      ...strays.map((diagnostic) => ({ diagnostics: [diagnostic] })),
      ...lines.unreadable.map(({ diagnostic, raw }) => ({ diagnostics: [diagnostic], raw })),
    ];
  }

  get count(): number {
    return this.lines.sampleCount;
  }

  get rows(): readonly Row[] {
    this.built ??= this.lines.samples.map((sample) => ({
      sample,
      file: this.file,
      ...(sample.line === undefined ? {} : { line: sample.line }),
      base: this.base,
    }));
    return this.built;
  }
}

/** Lines of so many bytes can be parsed at once without taking much memory, and without waiting for each few. */
const pieceBytes = 128 * 1024;

/** A file that cannot be read as lines at all: one fault, no rows. */
function unreadableFile(diagnostics: readonly Diagnostic[], bytes: number): RowBatch {
  return {
    count: 0,
    rows: [],
    faults: diagnostics.map((d) => ({ diagnostics: [d] })),
    diagnostics: [],
    bytes,
  };
}

/**
 * The samples of a manifest, batch by batch. A line that gives no sample is a fault with its bytes; other
 * findings of the lenient reader come along as diagnostics.
 *
 * @throws StorageError when the file cannot be read
 */
export async function* manifestRows(
  storage: Storage,
  path: string,
  options: ManifestRowsOptions = {},
): AsyncGenerator<RowBatch, void, undefined> {
  const base = options.baseDir ?? dirOf(path);
  const file = path === '-' ? '<stdin>' : path;
  const passOn = options.passOn ?? false;
  const { range, loan, parsed = false } = options;
  const memory = !passOn ? {} : parsed || loan === undefined ? { reuse: true } : { loan };
  let bytes = 0;
  let seen: Diagnostic[] = [];
  async function* counted(): AsyncGenerator<Uint8Array> {
    const { start, end } = range ?? {};
    for await (const chunk of storage.openRead(path, { ...memory, start, end, signal: options.signal })) {
      if (!parsed) {
        bytes += chunk.length;
        yield chunk;
        continue;
      }
      for (const piece of linePieces(chunk, pieceBytes)) {
        bytes += piece.length;
        yield piece;
      }
    }
  }
  const batches = manifestBatches(counted(), {
    file,
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    ...(options.maxLineBytes === undefined ? {} : { maxLineBytes: options.maxLineBytes }),
    ...(range === undefined ? {} : { baseOffset: range.start, firstLine: range.firstLine }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onDiagnostic: (diagnostic) => seen.push(diagnostic),
    ...(passOn ? { lazy: 'checked', noted: options.noted ?? false, overwrite: true } : {}),
  });
  for await (const batch of batches) {
    const ofLines = new Set(batch.unreadable.map(({ diagnostic }) => diagnostic));
    const others = seen.filter((diagnostic) => !ofLines.has(diagnostic));
    yield new LineRows(
      batch,
      others.filter((diagnostic) => diagnostic.severity !== 'error'),
      bytes,
      others.filter((diagnostic) => diagnostic.severity === 'error'),
      file,
      base,
    );
    bytes = 0;
    seen = [];
  }
  if (seen.length > 0) yield unreadableFile(seen, bytes);
}
