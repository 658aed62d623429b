import { type JsonObject, OptionError, type Sample } from '../model/index.js';
import { stringifyJson } from '../text/index.js';
import type { ManifestBatch } from './batch.js';
import { ByteChunks } from './byte-chunks.js';
import { canonicalLine, type HardStyle } from './canonical.js';
import { ManifestSample } from './sample.js';

/** How a sample becomes a line. */
export interface FormatOptions {
  /** Write every line in canonical key order and spelling, changed or not. Default: leave alone what is unchanged. */
  readonly canonical?: boolean;
  /** How new and changed `hard` flags are written; default `boolean`. */
  readonly hardAs?: HardStyle;
}

/** How samples become the bytes of a manifest. */
export interface WriteOptions extends FormatOptions {
  /** Size of the chunks given out, in bytes; default 512 KiB. */
  readonly chunkBytes?: number;
}

/**
 * One line of a manifest, without line terminator. An unchanged sample gives the text it was read from, a
 * changed one that text with the changes in it, a new one the canonical form.
 *
 * @throws {OptionError} for a sample without source.
 */
export function formatSample(sample: Sample, options: FormatOptions = {}): string {
  const own = sample instanceof ManifestSample ? sample : new ManifestSample(sample);
  if (own.source === '') {
    throw new OptionError('a sample without source cannot be written', {
      hint: 'set source to an address, or to content:// and the text',
    });
  }
  const hardAs = options.hardAs ?? 'boolean';
  if (own.text === undefined) {
    const members = hardAs === 'boolean' ? own.untouchedMembers : undefined;
    return members === undefined ? canonicalLine(own.stored(), undefined, hardAs) : newLine(members);
  }
  const text = own.currentText(hardAs)!;
  if (options.canonical !== true) return text;
  return canonicalLine(own.touched ? JSON.parse(text) : own.stored(), text, hardAs);
}

const separators = /[\u0085\u2028\u2029]/;

/** Members in canonical order whose values were checked: only the separators need more than the engine's writer. */
function newLine(members: JsonObject): string {
  const text = JSON.stringify(members);
  return separators.test(text) ? stringifyJson(members) : text;
}

/** Lines of samples, each ended by LF, as chunks of UTF-8. */
export async function* formatSamples(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = new ByteChunks(options.chunkBytes);
  if (Symbol.iterator in samples) {
    for (const sample of samples) {
      chunks.addLine(formatSample(sample, options));
      if (chunks.full) yield* chunks.take();
    }
  } else {
    for await (const sample of samples) {
      chunks.addLine(formatSample(sample, options));
      if (chunks.full) yield* chunks.take();
    }
  }
  yield* chunks.rest();
}

/**
 * Lines of batches, each ended by LF, as chunks of UTF-8. Rows that were not read or not changed are copied
 * as bytes, runs of them at once. Blank and unreadable lines and dropped rows are left out; a row that was
 * never read is written whatever it holds.
 */
export async function* formatBatches(
  batches: AsyncIterable<ManifestBatch> | Iterable<ManifestBatch>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = new ByteChunks(options.chunkBytes);
  for await (const batch of batches) {
    addBatch(chunks, batch, options);
    if (chunks.full) yield* chunks.take();
  }
  yield* chunks.rest();
}

function addBatch(chunks: ByteChunks, batch: ManifestBatch, options: FormatOptions): void {
  const { lines } = batch;
  if (options.canonical === true) {
    for (const sample of batch.samples) chunks.addLine(formatSample(sample, options));
    return;
  }
  if (batch.isWhole) {
    chunks.addLineBytes(lines.bytes, 0, lines.bytes.length - 1);
    return;
  }
  const compacted = batch.compact();
  if (compacted !== undefined) {
    if (compacted.length > 0) chunks.addChunk(compacted);
    return;
  }
  const { bytes, count, starts, ends } = lines;
  let runStart = -1;
  let runEnd = -1;
  for (let row = 0; row < count; row++) {
    const outcome = batch.outcome(row);
    if (outcome === true) {
      const start = starts[row]!;
      const end = ends[row]!;
      if (runStart !== -1 && start === runEnd + 1 && bytes[runEnd] === 0x0a) {
        runEnd = end;
        continue;
      }
      if (runStart !== -1) chunks.addLineBytes(bytes, runStart, runEnd);
      runStart = start;
      runEnd = end;
      continue;
    }
    if (runStart !== -1) chunks.addLineBytes(bytes, runStart, runEnd);
    runStart = -1;
    if (outcome !== false) chunks.addLine(formatSample(outcome, options));
  }
  if (runStart !== -1) chunks.addLineBytes(bytes, runStart, runEnd);
}
