import type { Diagnostic } from '../model/index.js';
import { defaultMaxLineBytes, type LineBatch, LineSplitter } from '../text/index.js';
import { ManifestBatch } from './batch.js';
import { type CountedLines, type LineCounter, lineScanner } from './line-scanner.js';
import { FileReader, type ReadOptions } from './read.js';
import type { ManifestSample } from './sample.js';

/** Who hears what is in a manifest. */
export interface ManifestCounterSink {
  /** Counts the lines that need not be parsed for it. */
  readonly counter: LineCounter;
  /** Lines with an annotation of such a type are given as {@link sample}s. Default: none. */
  readonly wants?: (type: string) => boolean;
  /** The sample of a line that is not counted by {@link counter}. */
  sample(sample: ManifestSample): void;
  /** A line that gives no sample, and why; blank ones are none. */
  unreadable(diagnostic: Diagnostic): void;
}

/**
 * Counts what is in a manifest: lines of ordinary files are never parsed, nor cut. All others are samples, so that the
 * counts are those of reading every line.
 */
export class ManifestCounter {
  private readonly splitter: LineSplitter;
  private readonly reader: FileReader;
  /** Undefined where every line is to be read. */
  private readonly scanner: ReturnType<typeof lineScanner>;
  private readonly longest: number;

  /** @param options  lenient reading */
  constructor(
    options: Pick<ReadOptions, 'encoding' | 'maxLineBytes' | 'baseOffset' | 'firstLine' | 'file'>,
    private readonly sink: ManifestCounterSink,
  ) {
    const { encoding = 'utf-8', maxLineBytes, baseOffset, firstLine, file } = options;
    this.longest = maxLineBytes ?? defaultMaxLineBytes;
    this.reader = new FileReader(
      {
        ...(file === undefined ? {} : { file }),
        ...(baseOffset === undefined ? {} : { baseOffset }),
      },
      undefined,
    );
    this.splitter = new LineSplitter({
      encoding,
      maxLineBytes: this.longest,
      ...(baseOffset === undefined ? {} : { baseOffset }),
      ...(firstLine === undefined ? {} : { firstLine }),
    });
    this.scanner = encoding === 'utf-8' ? lineScanner() : undefined;
  }

  /** Lines so far. */
  get lines(): number {
    return this.splitter.facts.lines;
  }

  /** Takes the next bytes, which may be used again afterwards. */
  push(chunk: Uint8Array): void {
    const { splitter, scanner } = this;
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // A line within the chunk cannot be too long then.
    if (scanner !== undefined && rest.length <= this.longest) {
      if (!splitter.isAtLineStart) {
        const cut = rest.indexOf(0x0a) + 1;
        const end = cut === 0 ? rest.length : cut;
        this.read(splitter.push(rest.subarray(0, end)));
        rest = rest.subarray(end);
      }
      if (splitter.isAtLineStart) {
        const { wants } = this.sink;
        const lines: CountedLines = {
          counted: (count, start, end) => splitter.pass(rest.subarray(start, end), count),
          others: (start, end) => this.read(splitter.push(rest.subarray(start, end))),
          ...(wants === undefined ? {} : { wants }),
        };
        rest = rest.subarray(scanner.tally(rest, this.sink.counter, lines));
      }
    }
    for (const lines of splitter.split(rest)) this.read(lines);
  }

  /** No more bytes come. */
  end(): void {
    this.read(this.splitter.end());
  }

  private read(lines: LineBatch | undefined): void {
    if (lines === undefined) return;
    const batch = new ManifestBatch(lines, this.reader);
    for (let row = 0; row < batch.rowCount; row++) {
      const sample = batch.sample(row);
      if (sample !== undefined) this.sink.sample(sample);
    }
    for (const { diagnostic } of batch.unreadable) this.sink.unreadable(diagnostic);
  }
}
