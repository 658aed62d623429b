import { DataError, type Diagnostic, OptionError, throwIfAborted } from '../model/index.js';
import type { OnProgress } from './progress.js';
import type { Quarantine } from './quarantine.js';
import type { Fault, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';

/** What is done with a record that cannot be read or written: stop, leave it out, or put it aside. */
export type OnError = 'fail' | 'skip' | 'quarantine';

/** What every run that writes can be told about faulty records, findings, progress and its end. */
export interface RunOptions {
  /** Default `fail`. */
  readonly onError?: OnError | undefined;
  /** Findings kept in the result; all are counted and handed to {@link onDiagnostic}. Default 1000. */
  readonly maxDiagnostics?: number | undefined;
  /** Called for each finding, in input order. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  /** Called about once per batch. */
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a run that writes says at its end. `read = written + skipped + dropped`, always. */
export interface RunResult {
  readonly read: number;
  readonly written: number;
  /** Records that could not be read or written. */
  readonly skipped: number;
  /** Samples that a transform, or an option of the input, left out as it should; absent where none is at work. */
  readonly dropped?: number;
  /** What the target could not hold: feature → how often. Empty when nothing was lost. */
  readonly losses: Readonly<Record<string, number>>;
  readonly outputs: readonly Output[];
  readonly diagnostics: readonly Diagnostic[];
  readonly seconds: number;
}

/** A file or folder that was written, and how many samples are in it. */
export interface Output {
  readonly path: string;
  readonly samples: number;
}

/** Where something is that has no place in the output. */
export interface LossPlace {
  readonly file: string;
  readonly line?: number;
  readonly pointer?: string;
  readonly source?: string;
}

/** Whether a name in `losses` is that of whole samples. */
const isKindOfSample = (feature: string) => /^(?:image|text|audio|table|file)-sample$/.test(feature);

/** The books of one run: counts, findings, losses, and the policy for faults. */
export class Run {
  read = 0;
  written = 0;
  skipped = 0;
  dropped: number | undefined;
  /** The content of an annotation file is no longer what was read. */
  documentsChanged = false;
  private bytes = 0;
  private findings = 0;
  private readonly losses = new Map<string, number>();
  private readonly kept: Diagnostic[] = [];
  private readonly started = performance.now();
  private readonly onError: OnError;
  private readonly maxDiagnostics: number;

  constructor(
    private readonly options: RunOptions,
    private readonly quarantine: Quarantine | undefined,
    private readonly totals: { totalItems?: number; totalBytes?: number },
  ) {
    this.onError = options.onError ?? 'fail';
    this.maxDiagnostics = options.maxDiagnostics ?? 1000;
    if (this.onError === 'quarantine' && quarantine === undefined) {
      throw new OptionError('there is no place for the records to put aside', {
        hint: 'Name it with --quarantine (option quarantine).',
      });
    }
  }

  /** Keeps and hands on one finding. */
  report(diagnostic: Diagnostic): void {
    if (diagnostic.severity !== 'info') this.findings++;
    if (this.kept.length < this.maxDiagnostics) this.kept.push(diagnostic);
    this.options.onDiagnostic?.(diagnostic);
  }

  /**
   * A record that was read but goes no further.
   *
   * @throws DataError when the run is to stop at the first one
   */
  async refuse(fault: Fault): Promise<void> {
    const worst = fault.diagnostics.find((d) => d.severity === 'error') ?? fault.diagnostics[0];
    if (this.onError === 'fail') throw fault.cause ?? new DataError(worst);
    for (const diagnostic of fault.diagnostics) this.report(diagnostic);
    this.skipped++;
    if (this.onError === 'quarantine') await this.quarantine?.add(fault);
  }

  /** The target has no place for a feature of a sample, or for the sample: counted, and shown the first time. */
  lose(feature: string, place: LossPlace | (() => LossPlace), target: string): void {
    const before = this.losses.get(feature) ?? 0;
    this.losses.set(feature, before + 1);
    if (before > 0) return;
    this.report(
      datasetDiagnostic(isKindOfSample(feature) ? 'C004' : 'C001', `${target} has no place for ${feature}`, {
        ...(typeof place === 'function' ? place() : place),
        hint: 'Counted in full under losses.',
      }),
    );
  }

  /**
   * Books a batch as it comes from the reader, refuses its faults, and gives the work a chance to be stopped.
   *
   * @param drops true for a fault that only leaves its record out
   */
  async *account(
    batches: AsyncIterable<RowBatch>,
    drops?: (fault: Fault) => boolean,
  ): AsyncGenerator<RowBatch> {
    for await (const batch of batches) {
      throwIfAborted(this.options.signal);
      const { dropped } = batch;
      this.read += batch.count + batch.faults.length + (dropped ?? 0);
      if (dropped !== undefined) this.dropped = (this.dropped ?? 0) + dropped;
      this.bytes += batch.bytes;
      await this.reportInOrder(batch, drops);
      yield batch;
      const { read, bytes, findings, totals } = this;
      this.options.onProgress?.({ items: read, bytes, findings, ...totals });
    }
  }

  /** For a writer that puts its files into place when everything is read. */
  readonly reportWritten = (files: number, of: number): void => {
    const { bytes, findings } = this;
    this.options.onProgress?.({ items: files, totalItems: of, bytes, findings, phase: 'write' });
  };

  /** The findings of a batch by line, where they have one, whether they cost a record or not. */
  private async reportInOrder(
    { diagnostics, faults }: RowBatch,
    drops: ((fault: Fault) => boolean) | undefined,
  ): Promise<void> {
    let next = 0;
    for (const fault of faults) {
      const line = fault.diagnostics[0]?.line ?? Number.POSITIVE_INFINITY;
      while (next < diagnostics.length && (diagnostics[next].line ?? 0) < line)
        this.report(diagnostics[next++]);
      if (drops?.(fault) === true) this.dropped = (this.dropped ?? 0) + 1;
      else await this.refuse(fault);
    }
    while (next < diagnostics.length) this.report(diagnostics[next++]);
  }

  result(outputs: readonly Output[]): RunResult {
    return {
      read: this.read,
      written: this.written,
      skipped: this.skipped,
      ...(this.dropped === undefined ? {} : { dropped: this.dropped }),
      losses: Object.fromEntries(this.losses),
      outputs,
      diagnostics: this.kept,
      seconds: Math.round(performance.now() - this.started) / 1000,
    };
  }
}
