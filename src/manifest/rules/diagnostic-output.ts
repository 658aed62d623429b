import type { Diagnostic, Severity } from '../../model/index.js';
import type { FileTally } from './file-tally.js';

/** Which diagnostics are handed on, and to whom. */
export interface OutputOptions {
  /** Name of the manifest for diagnostics. */
  readonly file: string;
  /** How many diagnostics are handed on; default 1000. All are counted. */
  readonly maxDiagnostics?: number;
  /** The least severity that is handed on; default `info`. All are counted. */
  readonly minSeverity?: Severity;
  /** Called for each finding, in the order of the lines. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

const ranks: Record<Severity, number> = { info: 0, warning: 1, error: 2 };
const defaultMaxDiagnostics = 1000;

/**
 * Hands diagnostics on until there were enough of them. Those about the lines of a batch wait until the batch
 * was compared with the lines before it, since what that finds comes between them.
 */
export class DiagnosticOutput {
  readonly limit: number;
  private readonly least: number;
  private readonly onDiagnostic: ((diagnostic: Diagnostic) => void) | undefined;
  private waiting: Diagnostic[] = [];
  private next = 0;
  private shown = 0;

  constructor({ maxDiagnostics, minSeverity, onDiagnostic }: OutputOptions) {
    this.limit = maxDiagnostics ?? defaultMaxDiagnostics;
    this.least = ranks[minSeverity ?? 'info'];
    this.onDiagnostic = onDiagnostic;
  }

  isVisible(severity: Severity): boolean {
    return ranks[severity] >= this.least;
  }

  /** A diagnostic of this severity about the next line may be handed on, so it is to be {@link hold held}. */
  wants(severity: Severity): boolean {
    return this.shown + this.waiting.length - this.next < this.limit && this.isVisible(severity);
  }

  /** Takes a diagnostic that waits for {@link release}. */
  hold(diagnostic: Diagnostic): void {
    this.waiting.push(diagnostic);
  }

  /** Hands on what waits, up to and with this line. */
  release(line: number): void {
    const { waiting } = this;
    while (this.next < waiting.length && (waiting[this.next]!.line ?? 0) <= line) {
      this.emit(waiting[this.next++]!);
    }
    if (this.next === 0 || this.next < waiting.length) return;
    this.waiting = [];
    this.next = 0;
  }

  /** Hands on a diagnostic at once, if there is room for it; made only then. */
  show(severity: Severity, make: () => Diagnostic): void {
    if (this.shown < this.limit && this.isVisible(severity)) this.emit(make());
  }

  private emit(diagnostic: Diagnostic): void {
    if (this.shown >= this.limit) return;
    this.shown++;
    this.onDiagnostic?.(diagnostic);
  }

  truncated(tally: FileTally): boolean {
    let visible = 0;
    for (const severity of ['info', 'warning', 'error'] as const) {
      if (this.isVisible(severity)) visible += tally.severities[severity];
    }
    return visible > this.shown;
  }
}
