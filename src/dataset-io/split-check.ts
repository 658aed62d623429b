import type { Diagnostic, Sample } from '../model/index.js';
import { OptionError } from '../model/index.js';
import { FingerprintTable, hashString } from '../text/index.js';
import { Ahead } from './ahead.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { type ResolvedInput, resolveInput } from './detect.js';
import { keyOf } from './diff-side.js';
import { findFormat } from './find-format.js';
import { contentHasher, type FileHash, type ImageHasher } from './image-hash.js';
import { inputRows } from './input-rows.js';
import type { OnProgress } from './progress.js';
import { readText } from './read-bytes.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { type GroupBy, GroupKeys } from './split-keys.js';
import { entryBatches, joinLocation, type Storage, type StorageEntry, stemOf } from './storage/index.js';
import { storageOf } from './storages.js';

/** What {@link checkSplit} compares. */
export interface SplitCheckOptions extends JoinedDatasetOptions {
  /** The data set that the parts were split from: tells which samples are in none, and which are not its own. */
  readonly of?: string | undefined;
  /** Compare the bytes of the files that samples name; default false. */
  readonly checkFiles?: boolean | undefined;
  /**
   * What a sample is known by: `source` (default), between manifests as stored, else the file that it leads to; `name`, the
   * file name without extension, for parts that have copies of the images.
   */
  readonly key?: 'source' | 'name' | undefined;
  /** What should be together; default `parent`. */
  readonly groupBy?: GroupBy | undefined;
  /** Findings kept in the result; all are counted. Default 1000. */
  readonly maxDiagnostics?: number | undefined;
  /** Called for each finding. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What was found out about a split. */
export interface SplitCheck {
  readonly parts: readonly { readonly name: string; readonly samples: number }[];
  readonly counts: {
    /** Samples met again in another part (D063). */
    readonly overlap: number;
    /** Samples met again in their part (D064). */
    readonly repeats: number;
    /** Samples that a part names and the data set does not have (D066). */
    readonly missing: number;
    /** Samples in no part (D065). */
    readonly unlisted: number;
    /** Groups with samples in several parts (D060). */
    readonly crossingGroups: number;
    /** Files with the bytes of one in another part (D067); absent where they were not compared. */
    readonly sameImages?: number;
    /** Records and files that could not be read. */
    readonly unreadable: number;
  };
  /** Nothing of all that was found. */
  readonly clean: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parts have numbers that fit into a table's entries. */
const tagBits = 6;
const maxParts = 2 ** tagBits - 1;

/**
 * Checks a split that there is. One input: a data set whose samples have a usage, a VOC tree with ImageSets lists, or a
 * folder with a data set for each part. Several inputs: each is a part. Any formats. Keeps 8 bytes for each sample, 8 for each group and 8 for each
 * file compared; of a VOC tree, the names in its lists too.
 *
 * @throws OptionError for bad use, StorageError when an input cannot be read
 */
export async function checkSplit(
  inputs: readonly string[],
  options: SplitCheckOptions = {},
): Promise<SplitCheck> {
  return await new Checking(options).check(inputs);
}

class Checking {
  private readonly names: string[] = [];
  private readonly samples: number[] = [];
  private readonly sources = new FingerprintTable({ tagBits });
  private readonly groups = new FingerprintTable({ tagBits });
  private readonly crossing = new FingerprintTable({ tagBits: 0 });
  private readonly files = new FingerprintTable({ tagBits });
  private readonly keys: GroupKeys;
  private readonly formats = new Map<string, ResolvedInput>();
  private matching: Parameters<typeof keyOf>[1];
  private hasher: ImageHasher | undefined;
  private readonly kept: Diagnostic[] = [];
  private readonly counts = { overlap: 0, repeats: 0, missing: 0, unlisted: 0, sameImages: 0, unreadable: 0 };
  private done = 0;
  private readonly hash = new Uint32Array(2);

  constructor(private readonly options: SplitCheckOptions) {
    if (options.groupBy === 'phash') {
      throw new OptionError('a split is not checked for near-duplicates', {
        hint: 'Look for them with labelkit dedupe --by phash.',
      });
    }
    this.keys = new GroupKeys(options.groupBy ?? 'parent');
    this.matching = { by: options.key ?? 'source', resolves: false };
  }

  async check(given: readonly string[]): Promise<SplitCheck> {
    const { options } = this;
    if (given.includes('-'))
      throw new OptionError('a split on standard input cannot be checked', { hint: 'Name files.' });
    if (options.checkFiles === true) this.hasher = await contentHasher(options);
    const inputs: string[] = [];
    for (const path of given) inputs.push(...(await this.partsOf(path)));
    for (const path of options.of === undefined ? inputs : [...inputs, options.of]) {
      const resolved = await this.formatOf(path);
      if (resolved.format !== 'manifest') this.matching = { ...this.matching, resolves: true };
    }
    if (inputs.length > 1)
      for (const input of inputs) await this.checkPart(input, this.partOf(stemOf(input)));
    else if (inputs.length === 1) await this.checkOne(inputs[0]!);
    if (options.of !== undefined) await this.compare(options.of);
    const { sameImages, ...counts } = this.counts;
    const all = {
      ...counts,
      crossingGroups: this.crossing.size,
      ...(this.hasher === undefined ? {} : { sameImages }),
    };
    return {
      parts: this.names.map((name, part) => ({ name, samples: this.samples[part]! })),
      counts: all,
      clean: Object.values(all).every((count) => count === 0),
      diagnostics: this.kept,
    };
  }

  private async formatOf(path: string): Promise<ResolvedInput> {
    const { options } = this;
    const known =
      this.formats.get(path) ??
      (await resolveInput(storageOf(path, options), path, options.from, options.signal));
    this.formats.set(path, known);
    return known;
  }

  /** A folder that is no data set stands for those in it. */
  private async partsOf(input: string): Promise<string[]> {
    const { options } = this;
    const { from, signal } = options;
    const storage = storageOf(input, options);
    const stat = await storage.stat(input, { signal });
    if (stat?.kind !== 'directory') return [input];
    const entries: StorageEntry[] = [];
    for await (const batch of entryBatches(storage, input, { signal })) entries.push(...batch);
    const inFolder = ({ name }: StorageEntry) => joinLocation(input, name);
    const manifests = entries.filter(({ kind, name }) => kind === 'file' && name.endsWith('.manifest'));
    if (from === undefined && manifests.length > 1) return manifests.map(inFolder);
    const isFile = from !== undefined && (await findFormat(from)).layout === 'file';
    if (!isFile) {
      try {
        await this.formatOf(input);
        return [input];
      } catch (error) {
        if (!(error instanceof OptionError) || error.code !== 'UnknownFormat') throw error;
      }
    }
    // Annotation files and images that a file has beside it are no parts.
    const stems = new Set(entries.filter(({ kind }) => kind === 'file').map(({ name }) => stemOf(name)));
    const isBeside = (name: string) =>
      stems.has(name.replace(/-(?:annotations|images)$/, '')) && !stems.has(name);
    const parts: string[] = [];
    for (const entry of entries) {
      if (entry.kind === 'directory' && (isFile || isBeside(entry.name))) continue;
      try {
        await this.formatOf(inFolder(entry));
        parts.push(inFolder(entry));
      } catch (error) {
        if (!(error instanceof OptionError) || error.code !== 'UnknownFormat') throw error;
      }
    }
    if (parts.length > 0) return parts;
    throw new OptionError(`${input} holds no data set, and no parts of one`, {
      code: 'UnknownFormat',
      path: input,
      hint: 'Name the parts one by one, or their format with --from (option from).',
    });
  }

  private partOf(name: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    if (this.names.length === maxParts)
      throw new OptionError(`a split of more than ${maxParts} parts cannot be checked`);
    this.names.push(name);
    this.samples.push(0);
    return this.names.length - 1;
  }

  private async checkPart(input: string, part: number): Promise<void> {
    for await (const batch of await this.rows(input)) {
      this.count(batch);
      await this.addRows(batch.rows, () => part);
    }
  }

  private async checkOne(input: string): Promise<void> {
    const { options } = this;
    const storage = storageOf(input, options);
    const { format, xmlNames } = await this.formatOf(input);
    if (format === 'voc') {
      await this.checkTree(storage, input, xmlNames);
      return;
    }
    for await (const batch of await this.rows(input)) {
      this.count(batch);
      const listed: Row[] = [];
      for (const row of batch.rows) {
        if (row.sample.usage === undefined) this.findUnlisted(row, 'it has no usage');
        else listed.push(row);
      }
      await this.addRows(listed, ({ usage }) => this.partOf(usage!.toLowerCase()));
    }
  }

  /** The lists of a devkit: `trainval` is no part of its own where there are train and val. */
  private async checkTree(
    storage: Storage,
    input: string,
    xmlNames: Parameters<typeof import('./voc-tree.js').findVocTree>[3],
  ): Promise<void> {
    const { signal } = this.options;
    const [{ findVocTree }, { vocRows }, { parseImageSet }] = await Promise.all([
      import('./voc-tree.js'),
      import('./voc-rows.js'),
      import('../voc/index.js'),
    ]);
    const tree = await findVocTree(storage, input, signal, xmlNames);
    const lists: string[] = [];
    if (tree.sets !== undefined) {
      const folder = joinLocation(tree.sets, 'Main');
      const stat = await storage.stat(folder, { signal });
      if (stat?.kind === 'directory') {
        for await (const batch of entryBatches(storage, folder, { signal }))
          for (const { kind, name } of batch)
            if (kind === 'file' && name.endsWith('.txt') && !name.includes('_'))
              lists.push(joinLocation(folder, name));
      }
    }
    const isWhole = (path: string) => ['trainval', 'default'].includes(stemOf(path)) && lists.length > 1;
    const partOfId = new Map<string, { part: number; file: string; line: number; isMet: boolean }>();
    for (const path of lists) {
      if (isWhole(path)) continue;
      const part = this.partOf(stemOf(path));
      for (const { id, line } of parseImageSet(await readText(storage, path, signal), 'ids').entries) {
        const before = partOfId.get(id);
        if (before === undefined) partOfId.set(id, { part, file: path, line, isMet: false });
        else this.findAgain(before.part, part, id, { file: path, line });
      }
    }
    for await (const batch of vocRows(storage, tree, { signal })) {
      this.count(batch);
      const listed: Row[] = [];
      const parts = new Map<Sample, number>();
      for (const row of batch.rows) {
        const listing = partOfId.get(row.key!);
        if (listing === undefined) this.findUnlisted(row, 'no list has it');
        else {
          listing.isMet = true;
          listed.push(row);
          parts.set(row.sample, listing.part);
        }
      }
      await this.addRows(listed, (sample) => parts.get(sample)!);
    }
    for (const [id, { part, file, line, isMet }] of partOfId)
      if (!isMet)
        this.find('missing', 'D066', `${this.names[part]} names ${id}, which is not in the data set`, {
          file,
          line,
        });
  }

  private async rows(input: string): Promise<AsyncIterable<RowBatch>> {
    const { options } = this;
    return await inputRows(storageOf(input, options), input, await this.formatOf(input), options);
  }

  private count({ faults, rows }: RowBatch): void {
    for (const { diagnostics } of faults) {
      this.counts.unreadable++;
      for (const diagnostic of diagnostics) this.tell(diagnostic);
    }
    this.done += rows.length;
    this.options.onProgress?.({ items: this.done, bytes: 0 });
  }

  private async addRows(rows: readonly Row[], partOf: (sample: Sample) => number): Promise<void> {
    const { hasher, hash } = this;
    const looks = new Ahead(
      (row: Row, over): Promise<FileHash> => hasher!.of(row.sample, row.base, over),
      this.options.signal,
    );
    try {
      if (hasher !== undefined) looks.expect(rows);
      for (const row of rows) {
        const { sample } = row;
        const part = partOf(sample);
        this.samples[part]!++;
        hashString(keyOf(row, this.matching), hash);
        const before = this.sources.add(hash[0]!, hash[1]!, part);
        if (before >= 0) this.findAgain(before, part, sample.source, placeOf(row));
        this.checkGroup(row, part, before >= 0 && before !== part);
        if (hasher === undefined || before >= 0) continue;
        const look = await looks.get(row);
        if (look.error !== undefined) {
          this.counts.unreadable++;
          this.tell(datasetDiagnostic('D053', look.error.message, placeOf(row)));
          continue;
        }
        const twin = this.files.add(look.high, look.low, part);
        if (twin >= 0 && twin !== part)
          this.find(
            'sameImages',
            'D067',
            `${sample.source} in ${this.names[part]} has the bytes of a file in ${this.names[twin]}`,
            placeOf(row),
          );
      }
    } finally {
      looks.close();
    }
  }

  private checkGroup(row: Row, part: number, isOverlap: boolean): void {
    this.keys.ofSample(row.sample);
    const [high, low] = this.keys.hash;
    const before = this.groups.add(high!, low!, part);
    if (before < 0 || before === part) return;
    // That a group of one source is in two parts has been said of the source.
    if (isOverlap && this.isOfOneSource(row, high!, low!)) return;
    if (this.crossing.add(high!, low!) >= 0) return;
    this.tell(
      datasetDiagnostic(
        'D060',
        `the group of ${row.sample.source} is in ${this.names[before]} and in ${this.names[part]}`,
        placeOf(row),
      ),
    );
  }

  private isOfOneSource({ sample }: Row, high: number, low: number): boolean {
    hashString(sample.source, this.hash);
    return high === this.hash[0] && low === this.hash[1];
  }

  /** Every sample of the whole should be in a part, and every part's in the whole. */
  private async compare(whole: string): Promise<void> {
    const { hash } = this;
    const seen = new FingerprintTable({ tagBits: 0 });
    const listed = this.sources.size;
    let found = 0;
    for await (const batch of await this.rows(whole)) {
      this.count(batch);
      for (const row of batch.rows) {
        hashString(keyOf(row, this.matching), hash);
        if (seen.add(hash[0]!, hash[1]!) >= 0) continue;
        // Adding what is not there marks it as met, with a number that is no part's.
        if (this.sources.add(hash[0]!, hash[1]!, maxParts) >= 0) found++;
        else this.findUnlisted(row, 'no part has it');
      }
    }
    const missing = listed - found;
    if (missing === 0) return;
    this.counts.missing += missing;
    this.tell(
      datasetDiagnostic('D066', `${missing} samples of the parts are not in the whole`, { file: whole }),
    );
  }

  private findAgain(before: number, part: number, what: string, place: Place): void {
    if (before === part)
      this.find('repeats', 'D064', `${what} is in ${this.names[part]} more than once`, place);
    else
      this.find('overlap', 'D063', `${what} is in ${this.names[before]} and in ${this.names[part]}`, place);
  }

  private findUnlisted(row: Row, why: string): void {
    this.find('unlisted', 'D065', `${row.sample.source} is in no part: ${why}`, placeOf(row));
  }

  private find(count: keyof Checking['counts'], rule: string, message: string, place: Place): void {
    this.counts[count]++;
    this.tell(datasetDiagnostic(rule, message, place));
  }

  private tell(diagnostic: Diagnostic): void {
    if (this.kept.length < (this.options.maxDiagnostics ?? 1000)) this.kept.push(diagnostic);
    this.options.onDiagnostic?.(diagnostic);
  }
}

type Place = { readonly file: string; readonly line?: number; readonly source?: string };

function placeOf({ file, line, sample }: Row): Place {
  return { file, ...(line === undefined ? {} : { line }), source: sample.source };
}
