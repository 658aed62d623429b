import type { ManifestSample } from '../manifest/index.js';
import type { Diagnostic } from '../model/index.js';
import type { StatsTally } from '../transforms/index.js';
import { Ahead } from './ahead.js';
import { type Joined, type JoinOptions, joinVoc } from './resolve.js';
import type { Row } from './rows.js';

/** Why annotation files of a sample could not be read, and where its line begins, in bytes. */
export interface JoinFault {
  readonly diagnostic: Diagnostic;
  readonly offset: number | undefined;
}

/** Samples of a manifest that are counted together with the annotation files they name, which are read ahead. */
export class StatsJoins {
  private readonly ahead: Ahead<Row, Joined>;
  private waiting: { readonly row: Row; readonly offset: number | undefined }[] = [];

  /** @param options  `file`: the manifest as findings name it; `base`: where references are taken from */
  constructor(private readonly options: JoinOptions & { readonly file: string; readonly base: string }) {
    const { storage, session, root, signal } = options;
    this.ahead = new Ahead((row, over) => joinVoc(row, { storage, session, root, signal: over }), signal);
  }

  /** Takes a sample, to be counted by the next {@link count}. */
  readonly add = (sample: ManifestSample): void => {
    const { file, base } = this.options;
    const line = sample.line === undefined ? {} : { line: sample.line };
    this.waiting.push({ row: { sample, file, base, ...line }, offset: sample.offset });
  };

  /** Counts the samples taken since the last call. @returns the first faults, at most so many */
  async count(tally: StatsTally, maxDiagnostics: number): Promise<JoinFault[]> {
    const { waiting } = this;
    this.waiting = [];
    this.ahead.expect(waiting.map(({ row }) => row));
    const found: JoinFault[] = [];
    for (const { row, offset } of waiting) {
      const { files, faults } = await this.ahead.get(row);
      tally.add(row.sample, files?.map(({ document }) => document) ?? 'unreadable');
      const diagnostic = faults?.find(({ severity }) => severity === 'error');
      if (diagnostic !== undefined && found.length < maxDiagnostics) found.push({ diagnostic, offset });
    }
    return found;
  }

  close(): void {
    this.ahead.close();
  }
}
