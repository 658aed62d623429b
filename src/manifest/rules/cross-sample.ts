import { FingerprintTable } from '../../text/index.js';
import type { Reporter } from './context.js';
import { noUsage, usageTagBits } from './sample-facts.js';
import { hashWords, hasId, type SampleRecordsState, usageTagOf } from './sample-records.js';

const sameId = 1;
const sameSource = 2;
const otherUsage = 4;

/** Samples compared at a time: what the memory fetches for them stays in the processor's caches. */
const stride = 256;

/**
 * Compares samples by the hashes of their sources and ids: two tables of at most 8 bytes per entry and
 * 9 MB each, whose first 2^18 entries are kept with their lines. The usage under which a source
 * was first seen is kept with it.
 */
export class CrossSampleCheck {
  private readonly sources: FingerprintTable;
  private readonly ids: FingerprintTable;
  private readonly repeats = new Uint8Array(stride);
  private readonly idLines = new Uint32Array(stride);
  private readonly sourceLines = new Uint32Array(stride);
  private fetched = 0;

  /** @param expected about how many samples will come, when that is known */
  constructor(expected?: number) {
    this.sources = new FingerprintTable({ tagBits: usageTagBits, lines: true, expected });
    this.ids = new FingerprintTable({ tagBits: 0, lines: true, expected });
  }

  /**
   * Takes the next samples of the file.
   *
   * @param lineBase  added to the lines of the records
   * @param found  called in order for each sample that repeats something, with its index and what {@link report} needs
   */
  compare(
    records: SampleRecordsState,
    lineBase: number,
    found: (index: number, repeat: Repeat) => void,
  ): void {
    const { repeats, idLines, sourceLines } = this;
    for (let from = 0; from < records.count; from += stride) {
      const to = Math.min(from + stride, records.count);
      if (!this.add(records, from, to, lineBase)) continue;
      for (let i = 0; i < to - from; i++) {
        const kinds = repeats[i]!;
        if (kinds === 0) continue;
        found(from + i, { kinds, idLine: idLines[i]!, sourceLine: sourceLines[i]! });
      }
    }
  }

  /** True when one of these samples repeats something. */
  private add(records: SampleRecordsState, from: number, to: number, lineBase: number): boolean {
    const { sources, ids, repeats } = this;
    const { hashes, tags, lines } = records;
    this.fetched ^= sources.fetch(hashes, from * hashWords, to * hashWords, hashWords);
    this.fetched ^= ids.fetch(hashes, from * hashWords + 2, to * hashWords, hashWords);
    let any = 0;
    for (let i = from; i < to; i++) {
      const at = i * hashWords;
      const tag = tags[i]!;
      const usageTag = usageTagOf(tag);
      const line = lines[i]! + lineBase;
      let kinds = 0;
      if (hasId(tag) && ids.add(hashes[at + 2]!, hashes[at + 3]!, 0, line) >= 0) {
        kinds = sameId;
        this.idLines[i - from] = ids.previousLine;
      }
      const earlier = sources.add(hashes[at]!, hashes[at + 1]!, usageTag, line);
      if (earlier >= 0) {
        kinds |= sameSource;
        this.sourceLines[i - from] = sources.previousLine;
        if (earlier !== noUsage && usageTag !== noUsage && earlier !== usageTag) kinds |= otherUsage;
      }
      repeats[i - from] = kinds;
      any |= kinds;
    }
    return any !== 0;
  }
}

/** What a sample repeats, and the lines where that was first, 0 when not known. */
export interface Repeat {
  readonly kinds: number;
  readonly idLine: number;
  readonly sourceLine: number;
}

/** Reports what {@link CrossSampleCheck.compare} has found (M141–M143). */
export function reportRepeat({ kinds, idLine, sourceLine }: Repeat, out: Reporter): void {
  if ((kinds & sameId) !== 0) {
    out.add('M141', `the id of this sample is that of an earlier one${onLine(idLine)}`, '/id');
  }
  if ((kinds & sameSource) === 0) return;
  const where = onLine(sourceLine);
  out.add('M142', `the source of this sample is that of an earlier one${where}`, '/source');
  if ((kinds & otherUsage) === 0) return;
  out.add('M143', `the source of this sample occurs under another usage${where}`, '/usage', {
    hint: 'keep each source in one of training, evaluation and test',
  });
}

function onLine(line: number): string {
  return line === 0 ? '' : `, on line ${line}`;
}
