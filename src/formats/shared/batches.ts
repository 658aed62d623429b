import type { Diagnostic } from '../../model/index.js';
import type { FormatBatch, FormatFault, FormatRecord } from '../contract.js';

/** Records that a batch has at most: enough for one await to cost nothing, few enough to stay small. */
export const batchSize = 256;

/** Gathers what was read until there is enough of it for a batch. */
export class BatchBuilder {
  #records: FormatRecord[] = [];
  #faults: FormatFault[] = [];
  #diagnostics: Diagnostic[] = [];
  #bytes = 0;

  /** There is enough for a batch. */
  get isFull(): boolean {
    return (
      this.#records.length + this.#faults.length >= batchSize || this.#diagnostics.length >= 4 * batchSize
    );
  }

  get isEmpty(): boolean {
    return this.#records.length + this.#faults.length + this.#diagnostics.length === 0 && this.#bytes === 0;
  }

  record(record: FormatRecord): void {
    this.#records.push(record);
  }

  fault(fault: FormatFault): void {
    this.#faults.push(fault);
  }

  finding(diagnostic: Diagnostic | undefined): void {
    if (diagnostic !== undefined) this.#diagnostics.push(diagnostic);
  }

  /** Counts bytes of the input that have been read. */
  read(bytes: number): void {
    this.#bytes += bytes;
  }

  /** What was gathered; the next batch begins. */
  take(): FormatBatch {
    const batch = {
      records: this.#records,
      faults: this.#faults,
      diagnostics: this.#diagnostics,
      bytes: this.#bytes,
    };
    this.#records = [];
    this.#faults = [];
    this.#diagnostics = [];
    this.#bytes = 0;
    return batch;
  }
}
