import { type ManifestBatch, parseManifestLine } from '../manifest/index.js';
import type { Diagnostic } from '../model/index.js';
import { Rebase } from './rebase.js';
import type { ChangedDocument } from './rows.js';
import { datasetDiagnostic } from './rules.js';

/** Lines that are looked at for relative references: those of one manifest are written alike. */
const linesWatched = 1000;

/** Finds out whether lines that pass as they are have relative references, which will be taken from another folder. */
export class ReferenceWatch {
  isNeeded = false;
  private readonly rebase: Rebase;
  private left = linesWatched;

  /**
   * @param base where they are taken from
   * @param folder the folder of the output
   */
  constructor(
    private readonly base: string,
    folder: string,
  ) {
    this.rebase = new Rebase(base, folder);
  }

  /** Nothing more needs to be looked at. */
  get isDone(): boolean {
    return this.rebase.isIdle || this.isNeeded || this.left === 0;
  }

  /** @param documents annotation files that were written, to which some of the lines refer now */
  look(batch: ManifestBatch, documents: readonly ChangedDocument[] = []): void {
    if (this.rebase.isIdle || this.isNeeded) return;
    this.isNeeded = documents.some(({ row }) => this.rebase.concerns(row.sample));
    const { bytes, starts, ends } = batch.lines;
    for (let row = 0; row < batch.rowCount && !this.isDone; row++) {
      const outcome = batch.outcome(row);
      if (outcome === false) continue;
      this.left--;
      // Parsed aside: a batch that nobody looked at passes as the bytes it is.
      const sample =
        outcome === true
          ? parseManifestLine(bytes.toString('utf8', starts[row], ends[row]), { check: 'faults' }).sample
          : outcome;
      if (sample !== undefined) this.isNeeded = this.rebase.concerns(sample);
    }
  }

  /** What there is to say (D074), if anything. */
  finding(output: string, isAppended: boolean): Diagnostic | undefined {
    if (!this.isNeeded) return undefined;
    const { base } = this;
    return datasetDiagnostic(
      'D074',
      `relative references in ${output} start from ${base}, not from its own folder`,
      {
        file: output,
        hint: isAppended
          ? 'Bring the two together with labelkit merge, which writes references anew.'
          : `Read it with --base-dir ${base} (option baseDir), write it there, or use labelkit merge, which writes references anew.`,
      },
    );
  }
}
