import type { Diagnostic } from '../model/index.js';
import { FingerprintTable, hashString } from '../text/index.js';
import { HashDraw, StatsTally } from '../transforms/index.js';
import type { Row, RowBatch } from './rows.js';

export interface RowWatchOptions {
  /** Rows drawn at random. */
  readonly draw: number;
  readonly seed: number;
  /** Rows with findings that are kept. */
  readonly flagged: number;
  /** A file that holds all samples: findings about it as a whole are about none of them. */
  readonly whole?: string | undefined;
  /** Findings known before the rows come. Default: they come with the rows. */
  readonly known?: readonly Diagnostic[] | undefined;
}

/** A row and what was found in it. */
export interface FlaggedRow {
  readonly row: Row;
  readonly findings: readonly Diagnostic[];
}

const usageBits = 7;

/**
 * Counts samples of any format, sees which sources are in several usages, draws some rows at random and keeps the first
 * ones with findings. Keeps 8 bytes for each sample.
 */
export class RowWatch {
  readonly tally = new StatsTally();
  readonly flagged: FlaggedRow[] = [];
  /** Samples whose source came before under another usage. */
  leaks = 0;
  private readonly draw: HashDraw<Row>;
  private readonly sources = new FingerprintTable({ tagBits: usageBits });
  private readonly usages = new Map<string, number>();
  private readonly hash = new Uint32Array(2);
  private readonly known = new Map<string, Diagnostic[]>();
  private found = new Map<string, Diagnostic[]>();
  private rows = 0;

  constructor(private readonly options: RowWatchOptions) {
    this.draw = new HashDraw(options.draw, options.seed);
    for (const diagnostic of options.known ?? []) this.note(this.known, diagnostic);
  }

  /** In a random order. */
  get drawn(): readonly Row[] {
    return this.draw.drawn;
  }

  /** Hears of a finding about a row that is taken next. */
  find(diagnostic: Diagnostic): void {
    this.note(this.found, diagnostic);
  }

  /** Takes rows with the findings that came with them. */
  take({ rows, faults, diagnostics }: Pick<RowBatch, 'rows' | 'faults' | 'diagnostics'>): void {
    const { tally, draw } = this;
    for (const diagnostic of diagnostics) this.find(diagnostic);
    for (const row of rows) {
      tally.add(row.sample);
      draw.offer(this.rows++, () => row);
      this.compare(row);
      if (this.flagged.length >= this.options.flagged) continue;
      const findings = [this.known, this.found].flatMap((notes) =>
        notes.size === 0 ? [] : notesOn(row, notes),
      );
      if (findings.length > 0) this.flagged.push({ row, findings });
    }
    for (let i = 0; i < faults.length; i++) tally.addUnreadable();
    if (this.found.size > 0) this.found = new Map();
  }

  private note(notes: Map<string, Diagnostic[]>, diagnostic: Diagnostic): void {
    const { file, line, source } = diagnostic;
    const keys =
      source !== undefined
        ? [sourceKey(source)]
        : [
            ...(line === undefined ? [] : [placeKey(file, line)]),
            // For rows that are whole files.
            ...(file === this.options.whole ? [] : [placeKey(file, undefined)]),
          ];
    for (const key of keys) {
      const before = notes.get(key);
      if (before === undefined) notes.set(key, [diagnostic]);
      else before.push(diagnostic);
    }
  }

  private compare({ sample: { source, usage = '' } }: Row): void {
    const { usages, hash } = this;
    const upper = usage.toUpperCase();
    const number = usages.get(upper) ?? usages.size;
    if (number < 2 ** usageBits - 1) usages.set(upper, number);
    const tag = Math.min(number, 2 ** usageBits - 1);
    hashString(source, hash);
    const before = this.sources.add(hash[0]!, hash[1]!, tag);
    if (before >= 0 && before !== tag) this.leaks++;
  }
}

function notesOn(
  { sample, file, line }: Row,
  notes: ReadonlyMap<string, readonly Diagnostic[]>,
): readonly Diagnostic[] {
  return [sourceKey(sample.source), placeKey(file, line)].flatMap((key) => notes.get(key) ?? []);
}

function sourceKey(source: string): string {
  return `s${source}`;
}

function placeKey(file: string, line: number | undefined): string {
  return `${line ?? ''}:${file}`;
}
