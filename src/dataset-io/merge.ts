import { formatSample, parseManifestLine } from '../manifest/index.js';
import { type Diagnostic, isVocTask, OptionError, StorageError } from '../model/index.js';
import { FingerprintTable, hashString } from '../text/index.js';
import { duplicateObjects } from '../transforms/index.js';
import { changeVoc } from '../voc/index.js';
import { formatsOf, survey, type TransformOptions, transformAll } from './convert.js';
import { findFormat } from './find-format.js';
import type { FormatId } from './formats.js';
import { keyOf, type MergeKey } from './merge-keys.js';
import { unite } from './merge-unite.js';
import { Rebase } from './rebase.js';
import { ReplayedStdin } from './replayed-stdin.js';
import type { JoinedFile } from './resolve.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';
import { dirOf, type Piece, Spool } from './storage/index.js';

export type { MergeKey } from './merge-keys.js';

/**
 * What becomes of samples with the key of an earlier one that say something else: they are faults (`error`); the `first`
 * or the `last` one counts; or the first one gets what the others have beside (`union`).
 */
export type MergePolicy = 'error' | 'first' | 'last' | 'union';

/** What makes two samples the same one, and what happens when they say different things. */
export interface MergeOptions extends TransformOptions {
  /** Default `source`. */
  readonly key?: MergeKey | undefined;
  /** Default `error`. */
  readonly onConflict?: MergePolicy | undefined;
  /**
   * With `union`: annotations whose ids the first sample has for something else get new ids, and relations follow.
   * Default false: their sample is a fault (D073).
   */
  readonly renumber?: boolean | undefined;
  /**
   * Take objects out of VOC files that are an earlier one of the same sample and label once more, by how much they
   * overlap (`shapeOverlap`): from this on, above 0 and up to 1. Default: none are.
   */
  readonly dedupeBoxes?: number | undefined;
}

export interface MergeResult extends RunResult {
  readonly merged: {
    /** Samples that said the same as an earlier one with their key, and were left out. */
    readonly identical: number;
    /** Samples that said something else than an earlier one with their key. */
    readonly conflicts: number;
    /** Annotations that got new ids. */
    readonly renumbered: number;
    /** Objects that were taken out as duplicates. */
    readonly boxes: number;
  };
}

/**
 * Writes several data sets into one, in the order they are given. Samples with one key become one: those that are
 * identical without a word, others as `onConflict` says, each with a finding. Relative references lead to where they
 * led. Inputs are read twice, and a third time where keys repeat; 8 bytes are kept for each sample, and about 300 for
 * each whose key repeats, whose line is put aside in a temporary file meanwhile.
 *
 * @param inputs paths, of any formats; one may be `-`
 * @param output a path; `-` for a manifest on standard output
 * @throws as `transform`; OptionError where formats differ and `to` is not given; StorageError
 *   `ConcurrentModification` when an input changes meanwhile
 */
export async function merge(
  inputs: readonly string[],
  output: string,
  options: MergeOptions = {},
): Promise<MergeResult> {
  check(inputs, options);
  const stdin = inputs.includes('-') ? new ReplayedStdin(options) : undefined;
  const groups = new Groups(options);
  try {
    const own = stdin === undefined ? options : { ...options, ...stdin.places };
    const formats = await formatsOf(inputs, own);
    const to = await outputFormat(formats, own);
    const base = to === 'manifest' ? dirOf(output) : '.';
    const sets = inputs.map((path, index): MergedSet => {
      // What is read of other files is seen from the working directory.
      const from = formats[index] === 'manifest' ? (own.baseDir ?? dirOf(path)) : '.';
      return { path, format: formats[index]!, from, base, rebase: new Rebase(from, base) };
    });
    await groups.find(sets, own);
    const merger = new Merger(groups, own);
    const staged = sets.map((set) => ({ path: set.path, format: set.format, stage: merger.stage(set) }));
    const result = await transformAll(staged, output, to, base, own);
    return {
      ...result,
      merged: {
        identical: groups.identical,
        conflicts: merger.conflicts,
        renumbered: merger.renumbered,
        boxes: merger.boxes,
      },
    };
  } finally {
    groups.close();
    stdin?.close();
  }
}

function check(
  inputs: readonly string[],
  { dedupeBoxes: least, renumber, onConflict = 'error' }: MergeOptions,
): void {
  if (renumber === true && onConflict !== 'union') {
    throw new OptionError(`annotations cannot be renumbered with the policy ${onConflict}`, {
      hint: 'Say --on-conflict union (option onConflict): only then annotations of several samples come together.',
    });
  }
  if (inputs.length === 0) throw new OptionError('there is nothing to merge', { hint: 'Name the inputs.' });
  if (inputs.filter((input) => input === '-').length > 1)
    throw new OptionError('standard input can be merged only once');
  if (least !== undefined && !(least > 0 && least <= 1)) {
    throw new OptionError(`boxes overlap by more than 0 and up to 1, not ${least}`, {
      hint: 'Give an intersection over union such as 0.9.',
    });
  }
}

async function outputFormat(formats: readonly FormatId[], { to }: MergeOptions): Promise<FormatId> {
  if (to !== undefined) return (await findFormat(to)).id;
  const kinds = [...new Set(formats)];
  if (kinds.length > 1) {
    throw new OptionError(`the inputs are of different formats: ${kinds.join(' and ')}`, {
      hint: 'Say with --to which one the output is to have.',
    });
  }
  return kinds[0]!;
}

interface MergedSet {
  readonly path: string;
  readonly format: FormatId;
  /** Where relative references are taken from, in the input and in the output. */
  readonly from: string;
  readonly base: string;
  readonly rebase: Rebase;
}

/** One of the different things that samples with one key say. */
interface Version {
  /** The place of the sample among all. */
  place: number;
  readonly piece: Piece;
  readonly hash: string;
  /** Why it cannot be united with the first one. */
  clashes?: readonly Diagnostic[];
}

interface Group {
  readonly key: string;
  versions: Version[];
}

/** What becomes of a sample whose key repeats. */
interface Fate {
  readonly group: Group;
  /** Undefined: an earlier one says the same. */
  readonly version: Version | undefined;
}

const hash = new Uint32Array(2);

function hashOf(text: string): string {
  hashString(text, hash);
  return `${hash[0]!.toString(36)}.${hash[1]!.toString(36)}`;
}

/** Calls back for each sample of a batch. */
function eachSample(next: (batch: StageBatch, row: number) => void): Stage {
  return {
    asksUsage: true,
    apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) if (batch.has(row)) next(batch, row);
    },
  };
}

/** Samples whose keys repeat, by key. */
class Groups {
  readonly fates = new Map<number, Fate>();
  identical = 0;
  readonly key: MergeKey;
  private readonly spool = new Spool();
  private readonly isLastWanted: boolean;

  constructor({ key = 'source', onConflict }: MergeOptions) {
    this.key = key;
    this.isLastWanted = onConflict === 'last';
  }

  close(): void {
    this.spool.close();
  }

  /** The text of a version. */
  text(version: Version): string {
    return this.spool.read(version.piece).toString('utf8');
  }

  async find(sets: readonly MergedSet[], options: TransformOptions): Promise<void> {
    const repeated = await this.repeatedHashes(sets, options);
    if (repeated.size === 0) return;
    const groups = new Map<string, Group>();
    let place = 0;
    for (const { path, from, rebase } of sets) {
      const collecting = eachSample((batch, row) => {
        const own = place++;
        const key = keyOf(batch, row, this.key, from, rebase);
        if (key === undefined || !repeated.has(hashOf(key))) return;
        let group = groups.get(key);
        if (group === undefined) {
          group = { key, versions: [] };
          groups.set(key, group);
        }
        this.fates.set(own, {
          group,
          version: this.add(group, own, formatSample(rebase.line(batch.row(row)!))),
        });
      });
      await survey(path, collecting, options);
    }
    for (const [own, { group, version }] of this.fates) {
      // Versions that moved to a later sample are nothing that this one says first.
      if (version !== undefined && version.place !== own) {
        this.fates.set(own, { group, version: undefined });
        this.identical++;
      }
    }
  }

  /** Keys that occur more than once, and perhaps a few that do not. */
  private async repeatedHashes(
    sets: readonly MergedSet[],
    options: TransformOptions,
  ): Promise<ReadonlySet<string>> {
    const seen = new FingerprintTable({ tagBits: 0 });
    const repeated = new Set<string>();
    for (const { path, from, rebase } of sets) {
      const collecting = eachSample((batch, row) => {
        const key = keyOf(batch, row, this.key, from, rebase);
        if (key === undefined) return;
        const name = hashOf(key);
        if (seen.add(hash[0]!, hash[1]!) >= 0) repeated.add(name);
      });
      await survey(path, collecting, options);
    }
    return repeated;
  }

  /** @returns undefined when an earlier sample says the same and counts for it */
  private add(group: Group, place: number, text: string): Version | undefined {
    const textHash = hashOf(text);
    const same = group.versions.find((one) => one.hash === textHash && this.text(one) === text);
    if (same === undefined) {
      const version = { place, piece: this.spool.add(Buffer.from(text)), hash: textHash };
      group.versions.push(version);
      return version;
    }
    if (!this.isLastWanted) {
      this.identical++;
      return undefined;
    }
    same.place = place;
    group.versions = [...group.versions.filter((one) => one !== same), same];
    return same;
  }
}

/** Where a sample is, for a finding. */
function placeOf({ file, line, sample }: Row): Pick<Diagnostic, 'file' | 'line' | 'source'> {
  return { file, ...(line === undefined ? {} : { line }), source: sample.source };
}

class Merger {
  conflicts = 0;
  renumbered = 0;
  boxes = 0;
  private place = 0;
  private readonly policy: MergePolicy;
  private readonly least: number | undefined;
  private readonly renumber: boolean;

  constructor(
    private readonly groups: Groups,
    { onConflict = 'error', dedupeBoxes, renumber = false }: MergeOptions,
  ) {
    this.policy = onConflict;
    this.renumber = renumber;
    this.least = dedupeBoxes;
  }

  /** Takes the samples of one input; inputs come in order. */
  stage(set: MergedSet): Stage {
    return {
      readsRows: !set.rebase.isIdle || this.least !== undefined,
      apply: async (batch) => {
        for (let row = 0; row < batch.rowCount; row++) {
          if (!batch.has(row)) continue;
          const fate = this.groups.fates.get(this.place++);
          if (fate !== undefined) await this.settle(batch, row, set, fate);
          if (!set.rebase.isIdle && set.format === 'manifest' && batch.has(row))
            set.rebase.line(batch.row(row)!);
        }
        // Only now: what a row joins is read ahead, and rows have changed.
        if (this.least !== undefined) await this.dedupe(batch, this.least);
      },
    };
  }

  private async settle(batch: StageBatch, row: number, set: MergedSet, fate: Fate): Promise<void> {
    const { group, version } = fate;
    if (keyOf(batch, row, this.groups.key, set.from, set.rebase) !== group.key) {
      throw new StorageError('ConcurrentModification', `${set.path} was changed while it was being merged`, {
        path: set.path,
        hint: 'Run again when nobody writes it.',
      });
    }
    if (version === undefined) {
      batch.drop(row);
      return;
    }
    const { versions } = group;
    const isFirst = version === versions[0];
    if (!isFirst) this.conflicts++;
    if (this.policy === 'error') {
      if (!isFirst) await batch.refuse(row, [this.conflict(batch.row(row)!, group, 'error')]);
      return;
    }
    if (version.clashes !== undefined) {
      await batch.refuse(row, version.clashes);
      return;
    }
    if (!isFirst) batch.report(this.conflict(batch.row(row)!, group, 'warning'));
    if (this.policy === 'union' && isFirst) {
      this.unite(batch, row, set, versions.slice(1));
    } else if (version !== (this.policy === 'last' ? versions.at(-1) : versions[0])) {
      batch.drop(row);
    }
  }

  private conflict(row: Row, { key }: Group, severity: Diagnostic['severity']): Diagnostic {
    const what = this.groups.key === 'line' ? '' : ` ${this.groups.key} ${JSON.stringify(key)}`;
    return datasetDiagnostic('D070', `another sample with the${what} says something else`, {
      ...placeOf(row),
      severity,
    });
  }

  private unite(
    batch: StageBatch,
    row: number,
    { rebase, base }: MergedSet,
    others: readonly Version[],
  ): void {
    const given = batch.row(row)!;
    const place = placeOf(given);
    const sample = rebase.line(given);
    for (const version of others) {
      const other = parseManifestLine(this.groups.text(version), { check: 'faults' }).sample!;
      const conflicts = unite(sample, other, this.renumber).map(({ rule, message }) =>
        datasetDiagnostic(rule, message, {
          ...place,
          ...(this.renumber && rule === 'D073' ? { severity: 'warning' } : {}),
        }),
      );
      const clashes = conflicts.filter(({ rule }) => rule === 'D073').length;
      if (clashes > 0 && !this.renumber) {
        version.clashes = conflicts;
        continue;
      }
      this.renumbered += clashes;
      for (const conflict of conflicts) batch.report(conflict);
    }
    batch.setSample(row, sample, base);
  }

  private async dedupe(batch: StageBatch, least: number): Promise<void> {
    for (let row = 0; row < batch.rowCount; row++) {
      if (!batch.has(row)) continue;
      if (!batch.row(row)!.sample.annotations.some(({ task }) => isVocTask(task))) continue;
      const joined = await batch.joined(row);
      if (joined.files === undefined) await batch.refuse(row, joined.faults);
      else this.dedupeFiles(batch, row, joined.files, least);
    }
  }

  private dedupeFiles(batch: StageBatch, row: number, files: readonly JoinedFile[], least: number): void {
    const objects = files.flatMap((file) => file.document.objects.map((object) => ({ file, object })));
    const duplicates = duplicateObjects(
      objects.map(({ object }) => object),
      least,
    ).map((index) => objects[index]!);
    this.boxes += duplicates.length;
    for (const file of files) {
      const remove = duplicates.filter((one) => one.file === file).map(({ object }) => object.sourceIndex);
      if (remove.length > 0) batch.setDocument(row, file.index, changeVoc(file.bytes, { remove }));
    }
  }
}
