import type { Diagnostic } from '../model/index.js';
import type { LineBatch } from '../text/index.js';
import { HashDraw, StatsTally } from '../transforms/index.js';
import { LineWatch, type LineWatchOptions, type LineWatchWork, type WatchedLines } from './line-watch.js';
import type { JoinOptions } from './resolve.js';
import { StatsJoins } from './stats-joins.js';

export interface ManifestWatchOptions extends JoinOptions, LineWatchWork {
  /** The directory that references are taken from. */
  readonly base: string;
  /** Findings kept about annotation files. */
  readonly maxDiagnostics: number;
}

/** Counts the samples of a manifest while it is checked, reads the annotation files they name, and draws some lines. */
export class ManifestWatch {
  readonly tally = new StatsTally();
  /** About annotation files that could not be read, in file order. */
  readonly diagnostics: Diagnostic[] = [];
  private readonly draw: HashDraw<number>;

  constructor(private readonly options: ManifestWatchOptions) {
    this.draw = new HashDraw(options.draw, options.seed);
  }

  /** What a thread needs to know. */
  get work(): LineWatchWork {
    const { join, draw, seed } = this.options;
    return { join, draw, seed };
  }

  /** Takes what a thread has seen. */
  add({ partial, drawn }: WatchedLines): void {
    this.tally.merge(StatsTally.fromJSON(partial));
    for (const offset of drawn) this.draw.offer(offset, () => offset);
  }

  /** Where the drawn lines begin, in bytes. */
  get drawn(): readonly number[] {
    return this.draw.drawn;
  }

  /** Begins one pass over the manifest. */
  begin(lines: Pick<LineWatchOptions, 'file' | 'encoding' | 'maxLineBytes'>): WatchedPass {
    return new WatchedPass(this, this.options, lines);
  }
}

/** One pass of a {@link ManifestWatch}: bytes in file order. */
class WatchedPass {
  private readonly joins: StatsJoins;
  private readonly lines: LineWatch;

  constructor(
    private readonly watch: ManifestWatch,
    private readonly options: ManifestWatchOptions,
    lines: Pick<LineWatchOptions, 'file' | 'encoding' | 'maxLineBytes'>,
  ) {
    this.joins = new StatsJoins({ ...options, file: lines.file });
    this.lines = new LineWatch({ ...lines, ...watch.work, onJoin: this.joins.add });
  }

  async push(chunk: Uint8Array, offset: number): Promise<void> {
    this.lines.push(chunk, offset);
    await this.count();
  }

  drawFrom(batch: LineBatch): void {
    this.lines.drawFrom(batch);
  }

  async end(): Promise<void> {
    this.lines.endPart();
    await this.count();
    this.watch.add(this.lines.take());
  }

  close(): void {
    this.joins.close();
  }

  private async count(): Promise<void> {
    const { diagnostics } = this.watch;
    const room = this.options.maxDiagnostics - diagnostics.length;
    for (const { diagnostic, offset } of await this.joins.count(this.lines.tally, room))
      diagnostics.push({ ...diagnostic, ...(offset === undefined ? {} : { offset }) });
  }
}
