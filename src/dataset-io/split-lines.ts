import { manifestBatches } from '../manifest/index.js';
import { OptionError, throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { partSizes, type SplitPart } from '../transforms/index.js';
import { ReferenceWatch } from './reference-watch.js';
import { PartFiles } from './split-files.js';
import type { SplitOptions, SplitResult } from './split-options.js';
import { dirOf, Loan, type Storage } from './storage/index.js';
import { storageOf } from './storages.js';

const lineFeed = 0x0a;

/** Cuts a manifest into consecutive lines: bytes go from the reader to the writer, and only line feeds are looked for. */
export async function splitLines(input: string, output: string, options: SplitOptions): Promise<SplitResult> {
  const { parts, signal } = options;
  if (parseEncoding(options.encoding ?? 'utf-8').startsWith('utf-16'))
    throw new OptionError('a UTF-16 file cannot be split by lines', { hint: 'Split it by hash.' });
  const started = performance.now();
  const storage = storageOf(input, options);
  const total = needsTotal(parts) ? await countLines(storage, input, signal) : undefined;
  // Counts alone need no total: what they leave is known when the end is met.
  const sizes =
    total === undefined
      ? parts.map(({ count }) => count ?? Number.POSITIVE_INFINITY)
      : partSizes(parts, total);
  const files = await PartFiles.open(
    storageOf(output, options),
    output,
    parts.map(({ name }) => `${name}.manifest`),
    options.mode ?? 'create',
    signal,
  );
  try {
    const counts = parts.map(() => 0);
    const cutter = new LineCutter(sizes, parts.length);
    let bytes = 0;
    const loan = new Loan();
    const watch = new ReferenceWatch(options.baseDir ?? dirOf(input), output);
    for await (const chunk of storage.openRead(input, { loan, signal })) {
      throwIfAborted(signal);
      if (bytes === 0) await lookAtStart(watch, chunk, options.encoding);
      for (const { part, from, to } of cutter.cut(chunk))
        if (part < parts.length) await files.lend(part, chunk.subarray(from, to), loan);
      bytes += chunk.length;
      options.onProgress?.({ items: cutter.lines, bytes });
    }
    const lines = cutter.end();
    lines.forEach((count, part) => {
      if (part < parts.length) counts[part] = count;
    });
    const read = lines.reduce((sum, count) => sum + count, 0);
    const written = counts.reduce((sum, count) => sum + count, 0);
    if (total === undefined) refuseTooFew(parts, counts, read);
    await files.commit();
    const unassigned = read - written;
    const finding = watch.finding(output, options.mode === 'append');
    if (finding !== undefined) options.onDiagnostic?.(finding);
    return {
      read,
      written,
      skipped: 0,
      dropped: unassigned,
      losses: {},
      outputs: files.paths.map((path, part) => ({ path, samples: counts[part]! })),
      diagnostics: finding === undefined ? [] : [finding],
      seconds: Math.round(performance.now() - started) / 1000,
      split: {
        method: 'lines',
        parts: parts.map(({ name, count }, part) => ({
          name,
          wanted: total === undefined ? (count ?? counts[part]!) : sizes[part]!,
          samples: counts[part]!,
        })),
        unassigned,
      },
    };
  } finally {
    await files.abort();
  }
}

/** Bytes that are looked at for references: lines of one manifest are written alike. */
const bytesWatched = 64 * 1024;

/** Looks for relative references in the first lines. */
async function lookAtStart(
  watch: ReferenceWatch,
  chunk: Uint8Array,
  encoding: string | undefined,
): Promise<void> {
  if (watch.isDone) return;
  const end = chunk.subarray(0, bytesWatched).lastIndexOf(lineFeed) + 1;
  const head = end === 0 ? chunk : chunk.subarray(0, end);
  const batches = manifestBatches(only(head), {
    lazy: true,
    ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
  });
  for await (const batch of batches) watch.look(batch);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Counts in order, the rest last, need no more than the lines as they come. */
function needsTotal(parts: readonly SplitPart[]): boolean {
  return parts.some(
    ({ ratio, count }, at) => ratio !== undefined || (count === undefined && at < parts.length - 1),
  );
}

function refuseTooFew(parts: readonly SplitPart[], counts: readonly number[], total: number): void {
  const wanted = parts.reduce((sum, { count }) => sum + (count ?? 0), 0);
  const isShort = parts.some(({ count }, part) => count !== undefined && counts[part]! < count);
  if (!isShort) return;
  throw new OptionError(`the parts ask for ${wanted} samples, and there are ${total}`, {
    hint: 'Ask for fewer, or leave one part without a number: it takes the rest.',
  });
}

async function countLines(storage: Storage, path: string, signal: AbortSignal | undefined): Promise<number> {
  let count = 0;
  let last = lineFeed;
  for await (const chunk of storage.openRead(path, { reuse: true, signal })) {
    throwIfAborted(signal);
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === lineFeed ? count : count + 1;
}

interface Piece {
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/** Says which bytes of each chunk belong to which part. */
class LineCutter {
  /** Ended by a line feed so far, over all parts. */
  lines = 0;
  private readonly counts: number[];
  private part = 0;
  private isOpen = false;

  constructor(
    private readonly sizes: readonly number[],
    partCount: number,
  ) {
    this.counts = new Array<number>(partCount + 1).fill(0);
  }

  cut(chunk: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      this.skipFull();
      const feed = chunk.indexOf(lineFeed, at);
      if (feed < 0) {
        this.isOpen = true;
        break;
      }
      at = feed + 1;
      this.isOpen = false;
      this.lines++;
      this.counts[this.part]!++;
      if (this.counts[this.part]! < (this.sizes[this.part] ?? Number.POSITIVE_INFINITY)) continue;
      pieces.push({ part: this.part, from, to: at });
      from = at;
    }
    if (from < chunk.length) pieces.push({ part: this.part, from, to: chunk.length });
    return pieces;
  }

  /** No more bytes come: lines by part, and at the end those of none. */
  end(): readonly number[] {
    if (this.isOpen) this.counts[this.part]!++;
    return this.counts;
  }

  private skipFull(): void {
    const { sizes, counts } = this;
    while (
      this.part < counts.length - 1 &&
      counts[this.part]! >= (sizes[this.part] ?? Number.POSITIVE_INFINITY)
    )
      this.part++;
  }
}
