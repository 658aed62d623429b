import type { ManifestCounter, ManifestSample } from '../manifest/index.js';
import type { Encoding, LineBatch } from '../text/index.js';
import { HashDraw, type StatsPartial } from '../transforms/index.js';
import { StatsLines } from './stats-lines.js';

/** What is to be known of the lines of a manifest beside what is wrong with them. Plain data, for threads. */
export interface LineWatchWork {
  /** Samples that name annotation files are not counted but handed over, where somebody takes them. */
  readonly join: boolean;
  /** Lines drawn at random. */
  readonly draw: number;
  readonly seed: number;
}

export interface LineWatchOptions extends LineWatchWork {
  /** The manifest as findings name it. */
  readonly file: string;
  readonly encoding?: Encoding | undefined;
  readonly maxLineBytes?: number | undefined;
  readonly onJoin: (sample: ManifestSample) => void;
}

/** What one thread has seen. */
export interface WatchedLines {
  readonly partial: StatsPartial;
  /** Where the drawn lines begin, in bytes. */
  readonly drawn: readonly number[];
}

/** Counts lines that a validator looks at, and draws some of them. */
export class LineWatch {
  private readonly lines: StatsLines;
  private readonly draw: HashDraw<number>;
  private counter: ManifestCounter | undefined;

  constructor({ file, encoding, maxLineBytes, join, onJoin, draw, seed }: LineWatchOptions) {
    // The validator says what is wrong with a line.
    this.lines = new StatsLines({
      ...{ file, encoding, maxLineBytes, maxDiagnostics: 0 },
      ...(join ? { onJoin } : {}),
    });
    this.draw = new HashDraw(draw, seed);
  }

  get tally() {
    return this.lines.tally;
  }

  /** Counts the next bytes. @param offset  where they begin in the file */
  push(chunk: Uint8Array, offset: number): void {
    this.counter ??= this.lines.part(offset);
    this.counter.push(chunk);
  }

  /** Draws from the lines of those bytes. */
  drawFrom(batch: LineBatch): void {
    const { draw } = this;
    for (let row = 0; row < batch.count; row++) {
      if (batch.starts[row]! === batch.ends[row]!) continue;
      const offset = batch.offset(row);
      draw.offer(offset, () => offset);
    }
  }

  /** A part of the file is over. */
  endPart(): void {
    this.counter?.end();
    this.counter = undefined;
  }

  take(): WatchedLines {
    return { partial: this.tally.toJSON(), drawn: this.draw.drawn };
  }
}
