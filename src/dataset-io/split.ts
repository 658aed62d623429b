import { type ManifestBatch, manifestBatches } from '../manifest/index.js';
import {
  type Annotation,
  type Diagnostic,
  isVocTask,
  OptionError,
  StorageError,
  throwIfAborted,
} from '../model/index.js';
import { FingerprintTable, parseEncoding } from '../text/index.js';
import {
  assignRandomly,
  assignStratified,
  checkParts,
  crossingGroups,
  defaultSeed,
  HashParts,
  nearGroups,
  noPart,
  partSizes,
  type SplitGroups,
  usageOfPart,
} from '../transforms/index.js';
import { Ahead } from './ahead.js';
import { quarantineOf, transform } from './convert.js';
import { type ResolvedInput, resolveOwnInput } from './detect.js';
import { type ImageHasher, perceptualHasher } from './image-hash.js';
import { manifestRows } from './manifest-rows.js';
import { type Joined, joinVoc } from './resolve.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { Run, type RunResult } from './run.js';
import { shardRange } from './shard-range.js';
import { SplitFacts } from './split-facts.js';
import { PartFiles } from './split-files.js';
import { GroupKeys } from './split-keys.js';
import { splitLines } from './split-lines.js';
import type { SplitMethod, SplitOptions, SplitOutput, SplitReport, SplitResult } from './split-options.js';
import { SplitTally } from './split-tally.js';
import type { Stage, StageBatch } from './stage.js';
import { parseLocation, stemOf } from './storage/index.js';
import { storageOf } from './storages.js';

const splitMethods: readonly SplitMethod[] = ['random', 'stratified', 'hash', 'lines'];

/** Samples of a label below which a platform refuses to split, see M144. */
const fewSamples = 5;

/**
 * Splits a data set into parts. Samples with one source, and frames of one video, come into one part. The same input,
 * options and seed give the same parts on every machine. All outputs appear, or none.
 *
 * Reads the input twice, except by `hash` and by `lines`; between, 8 bytes for each sample are kept, and 4 more for its
 * label set where labels are counted.
 *
 * @param input a path; `-` for a manifest on standard input, with methods that read once
 * @param output a folder; with `as: 'usage'` what `transform` takes
 * @throws OptionError for bad use, StorageError when input or output fails, DataError at the first fault with
 *   `onError: 'fail'`, AbortedError when the signal fires
 */
export async function split(input: string, output: string, options: SplitOptions): Promise<SplitResult> {
  throwIfAborted(options.signal);
  const method = options.by ?? 'random';
  checkParts(options.parts);
  checkMethod(method, input, options);
  const from = options.from ?? (input === '-' ? 'manifest' : undefined);
  const resolved = await resolveOwnInput(storageOf(input, options), input, from, options.signal);
  const as = options.as ?? (resolved.format === 'voc' ? 'imagesets' : 'files');
  checkOutput(as, method, resolved, output, options);
  if (method === 'lines') return await splitLines(input, output, options);
  return await new Splitting(input, output, resolved, method, as, options).run();
}

function checkMethod(method: string, input: string, options: SplitOptions): void {
  if (!(splitMethods as readonly string[]).includes(method)) {
    throw new OptionError(`a data set cannot be split by ${JSON.stringify(method)}`, {
      hint: `Methods are ${splitMethods.join(', ')}.`,
    });
  }
  if (input === '-' && method !== 'hash') {
    throw new OptionError(`standard input cannot be split by ${method}, which reads it twice`, {
      hint: 'Split it by hash, or name a file.',
    });
  }
  if (options.shard !== undefined && method !== 'hash') {
    throw new OptionError(`a part of a data set cannot be split by ${method}, which looks at all of it`, {
      hint: 'Split it by hash: all parts then agree.',
    });
  }
  if (options.groupBy === 'phash' && method === 'hash') {
    throw new OptionError('near-duplicates cannot be kept together by hash', {
      hint: 'Which pictures are near shows when all are known: split by random or stratified.',
    });
  }
}

function checkOutput(
  as: string,
  method: SplitMethod,
  { format }: ResolvedInput,
  output: string,
  { parts, images, canonical, to }: SplitOptions,
): void {
  if (as !== 'files' && as !== 'usage' && as !== 'imagesets') {
    throw new OptionError(`a split cannot be written as ${JSON.stringify(as)}`, {
      hint: 'Ways are files, usage and imagesets.',
    });
  }
  if (as === 'usage') {
    for (const { name } of parts) {
      if (usageOfPart(name) === undefined) {
        throw new OptionError(`the part ${name} stands for no usage`, {
          hint: 'Name the parts train, eval, test or inference, or write files.',
        });
      }
    }
    if (method === 'lines') throw new OptionError('a split by lines is written as files');
    return;
  }
  if (parseLocation(output).kind === 'stdio')
    throw new OptionError('several files cannot be written to standard output', {
      hint: 'Name a folder, or split as usage.',
    });
  if ((images !== undefined && images !== 'reference') || canonical === true || to !== undefined) {
    throw new OptionError(`a split written as ${as} leaves images, format and spelling as they are`, {
      hint: 'Convert its parts afterwards, or split as usage.',
    });
  }
  if (format === 'voc' && (as === 'files' || method === 'lines')) {
    throw new OptionError('a VOC data set has no lines to write into files', {
      hint: 'Split it as imagesets, or as usage with --to manifest (option to).',
    });
  }
  if (method === 'lines' && as !== 'files') throw new OptionError('a split by lines is written as files');
}

class Splitting {
  private readonly keys: GroupKeys;
  private readonly tally: SplitTally;
  private readonly withLabels: boolean;
  private readonly usages: ReadonlyMap<string, number>;
  private readonly hashParts: HashParts | undefined;
  /** By hash a group is in one part, unless samples of it stay where their usage says. */
  private readonly crossings: Crossings | undefined;
  private readonly findings: Diagnostic[] = [];
  private hasher: ImageHasher | undefined;
  private wanted: readonly number[] | undefined;
  private groups: SplitReport['groups'];

  constructor(
    private readonly input: string,
    private readonly output: string,
    private readonly resolved: ResolvedInput,
    private readonly method: SplitMethod,
    private readonly as: SplitOutput,
    private readonly options: SplitOptions,
  ) {
    const { parts, groupBy = 'parent', seed = defaultSeed, reassign } = options;
    this.keys = new GroupKeys(groupBy);
    this.withLabels = method === 'stratified' || options.countLabels !== false;
    this.tally = new SplitTally(parts.length, this.withLabels);
    const usages = new Map<string, number>();
    if (reassign !== true) {
      parts.forEach(({ name }, part) => {
        const usage = usageOfPart(name);
        if (usage !== undefined && !usages.has(usage)) usages.set(usage, part);
      });
    }
    this.usages = usages;
    this.hashParts = method === 'hash' ? new HashParts(parts, seed) : undefined;
    this.crossings = method === 'hash' && usages.size > 0 ? new Crossings() : undefined;
  }

  async run(): Promise<SplitResult> {
    if (this.options.groupBy === 'phash') this.hasher = await perceptualHasher(this.options);
    const result =
      this.as === 'usage'
        ? await this.toUsage()
        : this.hashParts === undefined
          ? await this.toFilesOfPlan()
          : await this.toFilesByHash(this.hashParts);
    const report = this.report();
    this.judge(report);
    return { ...result, diagnostics: [...result.diagnostics, ...this.findings], split: report };
  }

  // What the data set gives

  private async rows(): Promise<AsyncIterable<RowBatch>> {
    const { input, options, resolved } = this;
    const storage = storageOf(input, options);
    const { signal, profile } = options;
    if (resolved.format === 'voc') {
      const [{ findVocTree }, { vocRows }] = await Promise.all([
        import('./voc-tree.js'),
        import('./voc-rows.js'),
      ]);
      return vocRows(storage, await findVocTree(storage, input, signal, resolved.xmlNames), {
        profile,
        signal,
      });
    }
    const encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
    const { shard } = options;
    const range =
      shard === undefined
        ? undefined
        : await shardRange(storage, input, shard, { format: resolved.format, encoding, signal });
    return manifestRows(storage, input, {
      ...(encoding === undefined ? {} : { encoding }),
      range,
      baseDir: options.baseDir,
      maxLineBytes: options.maxLineBytes,
      profile,
      passOn: true,
      signal,
    });
  }

  private pinOf(usage: string | undefined): number {
    return usage === undefined ? noPart : (this.usages.get(usage.toUpperCase()) ?? noPart);
  }

  /** The labels of a sample; those in its VOC files too, where they are needed for stratification. */
  private labelsOf(annotations: readonly Annotation[], joined: Joined | undefined): string[] {
    const labels: string[] = [];
    annotations.forEach((annotation, index) => {
      const image = annotation.image ?? joined?.files?.find((file) => file.index === index)?.document;
      if (image === undefined) {
        if (annotation.name !== undefined) labels.push(annotation.name);
        return;
      }
      for (const { name } of image.objects) if (name !== undefined) labels.push(name);
    });
    return labels;
  }

  private needsJoin({ sample }: Row): boolean {
    return (
      this.method === 'stratified' &&
      this.options.join !== false &&
      sample.annotations.some(
        ({ task, image, name }) => isVocTask(task) && image === undefined && name === undefined,
      )
    );
  }

  // One reading: the part follows from the sample

  private async toFilesByHash(hashParts: HashParts): Promise<RunResult> {
    return await this.booked(async (batches, files, run) => {
      for await (const batch of batches) {
        const { lines } = batch;
        if (lines === undefined || this.as === 'imagesets') {
          for (const row of batch.rows) {
            const part = this.placeByHash(hashParts, row);
            if (this.account(part, run)) await files.addLine(part, idOf(row));
          }
          continue;
        }
        const hashOf = this.keys.ofLines(lines);
        const usesUsage = this.usages.size > 0 && lines.lines.bytes.includes('"usage"');
        const parts = new Uint8Array(lines.rowCount).fill(noPart);
        for (let row = 0; row < parts.length; row++) {
          if (lines.outcome(row) === false) continue;
          hashOf(row);
          const [high, low] = this.keys.hash;
          let part = hashParts.partOf(high!, low!);
          if (usesUsage) {
            const pin = this.pinOf(lines.usage(row));
            if (pin !== noPart) part = pin;
          }
          this.crossings?.add(high!, low!, part);
          if (this.withLabels)
            this.tally.addLabels(
              part,
              this.tally.sets.of(this.labelsOf(lines.sample(row)!.annotations, undefined)),
            );
          this.account(part, run);
          parts[row] = part;
        }
        await this.writeLines(files, lines, parts);
      }
    });
  }

  private placeByHash(hashParts: HashParts, { sample }: Row): number {
    this.keys.ofSample(sample);
    const [high, low] = this.keys.hash;
    const pin = this.pinOf(sample.usage);
    const part = pin === noPart ? hashParts.partOf(high!, low!) : pin;
    this.crossings?.add(high!, low!, part);
    if (this.withLabels)
      this.tally.addLabels(part, this.tally.sets.of(this.labelsOf(sample.annotations, undefined)));
    return part;
  }

  private account(part: number, run: Run): boolean {
    this.tally.add(part);
    if (part === noPart) run.dropped = (run.dropped ?? 0) + 1;
    else run.written++;
    return part !== noPart;
  }

  // Two readings: facts, then the samples themselves

  private async toFilesOfPlan(): Promise<RunResult> {
    const ids: string[] = [];
    return await this.booked(async (batches, files, run) => {
      const absent: number[] = [];
      const plan = await this.plan(batches, ids, absent);
      for (const part of plan) this.account(part, run);
      if (this.as === 'imagesets') {
        for (let i = 0; i < plan.length; i++) if (plan[i] !== noPart) await files.addLine(plan[i]!, ids[i]!);
      } else await this.writePlanned(files, plan, absent);
    });
  }

  /**
   * Reads the facts of all samples and puts them into parts.
   *
   * @param ids takes the id of every sample where lists are to be written
   * @param absent takes the numbers of lines without a sample, from 0
   */
  private async plan(
    batches: AsyncIterable<RowBatch>,
    ids?: string[],
    absent?: number[],
  ): Promise<Uint8Array> {
    const facts = new SplitFacts(this.withLabels);
    for await (const batch of batches) {
      throwIfAborted(this.options.signal);
      const { lines } = batch;
      const asLists = ids !== undefined && this.as === 'imagesets';
      if (lines === undefined || asLists || this.hasher !== undefined || this.method === 'stratified') {
        if (lines !== undefined) noteAbsent(lines, absent);
        await this.addRows(facts, batch, ids);
        continue;
      }
      const hashOf = this.keys.ofLines(lines);
      const usesUsage = this.usages.size > 0 && lines.lines.bytes.includes('"usage"');
      for (let row = 0; row < lines.rowCount; row++) {
        if (lines.outcome(row) === false) {
          absent?.push(lines.lines.firstLine - 1 + row);
          continue;
        }
        hashOf(row);
        const [high, low] = this.keys.hash;
        const sample = this.withLabels ? lines.sample(row)! : undefined;
        const pin = usesUsage ? this.pinOf(sample === undefined ? lines.usage(row) : sample.usage) : noPart;
        const set =
          sample === undefined ? 0 : facts.labelSets.of(this.labelsOf(sample.annotations, undefined));
        facts.add(high!, low!, pin, set);
      }
    }
    const { size } = facts;
    const groups = facts.groups(
      this.hasher === undefined ? undefined : (highs, lows) => nearGroups(highs, lows, this.options.distance),
    );
    return this.assign(groups, facts, size);
  }

  private async addRows(facts: SplitFacts, batch: RowBatch, ids: string[] | undefined): Promise<void> {
    const { signal, root, storage, session } = this.options;
    const { hasher } = this;
    const joins = new Ahead(
      (row: Row, over) => joinVoc(row, { storage, session, root, signal: over }),
      signal,
    );
    const looks = new Ahead((row: Row, over) => hasher!.of(row.sample, row.base, over), signal);
    try {
      const { rows } = batch;
      joins.expect(rows.filter((row) => this.needsJoin(row)));
      if (hasher !== undefined) looks.expect(rows);
      for (const row of rows) {
        this.keys.ofSample(row.sample);
        let [high, low] = this.keys.hash as unknown as [number, number];
        if (hasher !== undefined) {
          const look = await looks.get(row);
          if (look.error === undefined) ({ high, low } = look);
          else this.reportUnread(row, look.error);
        }
        const joined = this.needsJoin(row) ? await joins.get(row) : undefined;
        for (const fault of joined?.faults ?? []) this.tell(fault);
        const set = this.withLabels ? facts.labelSets.of(this.labelsOf(row.sample.annotations, joined)) : 0;
        facts.add(high, low, this.pinOf(row.sample.usage), set);
        if (this.as === 'imagesets') ids?.push(idOf(row));
      }
    } finally {
      joins.close();
      looks.close();
    }
  }

  private reportUnread({ sample, file, line }: Row, error: Error): void {
    this.tell(
      datasetDiagnostic('D053', error.message, {
        file,
        ...(line === undefined ? {} : { line }),
        source: sample.source,
        severity: 'warning',
        hint: 'It is compared with no other picture.',
      }),
    );
  }

  private tell(diagnostic: Diagnostic): void {
    if (this.findings.length < (this.options.maxDiagnostics ?? 1000)) this.findings.push(diagnostic);
    this.options.onDiagnostic?.(diagnostic);
  }

  private assign(groups: SplitGroups, facts: SplitFacts, size: number): Uint8Array {
    const { seed = defaultSeed, parts } = this.options;
    const wanted = partSizes(parts, size);
    const assign = this.method === 'stratified' ? assignStratified : assignRandomly;
    const plan = assign(groups, wanted, seed);
    this.wanted = wanted;
    this.groups = {
      count: groups.groupCount,
      largest: largestOf(groups),
      crossing: crossingGroups(groups, plan),
    };
    if (this.withLabels) {
      this.tally.adopt(facts.labelSets);
      for (let i = 0; i < size; i++) this.tally.addLabels(plan[i]!, groups.labelSet![i]!);
    }
    return plan;
  }

  /** Writes each line to its part; lines were checked when the plan was made, and are not looked at again. */
  private async writePlanned(files: PartFiles, plan: Uint8Array, absent: readonly number[]): Promise<void> {
    const { input, options } = this;
    const { signal, encoding, maxLineBytes } = options;
    const storage = storageOf(input, options);
    const batches = manifestBatches(storage.openRead(input, { reuse: true, signal }), {
      lazy: true,
      ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    });
    let next = 0;
    let skip = 0;
    for await (const batch of batches) {
      throwIfAborted(signal);
      const parts = new Uint8Array(batch.rowCount).fill(noPart);
      for (let row = 0; row < parts.length; row++) {
        if (batch.lines.firstLine - 1 + row === absent[skip]) skip++;
        else parts[row] = plan[next++] ?? noPart;
      }
      await this.writeLines(files, batch, parts);
    }
    if (next !== plan.length || skip !== absent.length) throw changedMeanwhile(input);
  }

  /** Neighbouring lines of one part are copied at once. */
  private async writeLines(files: PartFiles, { lines }: ManifestBatch, parts: Uint8Array): Promise<void> {
    const { bytes, starts, ends } = lines;
    for (let row = 0; row < parts.length; ) {
      const part = parts[row]!;
      const start = starts[row]!;
      let end = ends[row]!;
      for (
        row++;
        row < parts.length && parts[row] === part && starts[row] === end + 1 && bytes[end] === 0x0a;
        row++
      )
        end = ends[row]!;
      if (part === noPart) continue;
      if (!files.addLines(part, bytes, start, end)) await files.addLinesAtOnce(part, bytes, start, end);
    }
  }

  /** Runs work that reads the input and writes the files of all parts. */
  private async booked(
    work: (batches: AsyncIterable<RowBatch>, files: PartFiles, run: Run) => Promise<void>,
  ): Promise<RunResult> {
    const { options, input, output, resolved } = this;
    const { parts, signal } = options;
    const names = parts.map(({ name }) => (this.as === 'files' ? `${name}.manifest` : `${name}.txt`));
    const files = await PartFiles.open(
      storageOf(output, options),
      output,
      names,
      options.mode ?? 'create',
      signal,
    );
    const quarantine = await quarantineOf(resolved.format, options);
    try {
      const size =
        input === '-' ? undefined : (await storageOf(input, options).stat(input, { signal }))?.size;
      const run = new Run(options, quarantine, size === undefined || size === 0 ? {} : { totalBytes: size });
      run.dropped = 0;
      await work(run.account(await this.rows()), files, run);
      throwIfAborted(signal);
      await files.commit();
      await quarantine?.commit();
      return run.result(files.paths.map((path, part) => ({ path, samples: this.tally.samples[part]! })));
    } finally {
      await files.abort();
      await quarantine?.abort();
    }
  }

  // One data set with usage

  private async toUsage(): Promise<RunResult> {
    const { hashParts, options, input, output } = this;
    const { parts, countLabels: _, ...rest } = options;
    const plan = hashParts === undefined ? await this.plan(await this.rows()) : undefined;
    let next = 0;
    const stage: Stage = {
      apply: (batch: StageBatch) => {
        for (let row = 0; row < batch.rowCount; row++) {
          const before = batch.usage(row);
          if (batch.source(row) === undefined) continue;
          const part =
            plan === undefined ? this.placeByHash(hashParts!, batch.row(row)!) : (plan[next++] ?? noPart);
          this.tally.add(part);
          const usage = part === noPart ? undefined : usageOfPart(parts[part]!.name);
          // A sample that is in no part keeps its usage where that is not given anew.
          if (part === noPart && options.reassign !== true) continue;
          if (before?.toUpperCase() !== usage) batch.setUsage(row, usage);
        }
      },
    };
    const result = await transform(input, output, stage, rest);
    if (plan !== undefined && next !== plan.length) throw changedMeanwhile(input);
    return result;
  }

  // What is said at the end

  private report(): SplitReport {
    const { parts, seed = defaultSeed, groupBy = 'parent' } = this.options;
    const { tally, wanted, groups } = this;
    const balance = tally.balance(parts.map(({ name }) => name));
    return {
      method: this.method,
      seed,
      groupBy,
      parts: parts.map(({ name }, part) => ({
        name,
        ...(wanted === undefined ? {} : { wanted: wanted[part]! }),
        samples: tally.samples[part]!,
        ...(this.withLabels ? { labels: tally.labelsOf(part) } : {}),
      })),
      unassigned: tally.unassigned,
      groups: groups ?? { crossing: this.crossings?.count ?? 0 },
      ...(balance === undefined ? {} : { balance }),
    };
  }

  private judge({ parts, groups, method }: SplitReport): void {
    const file = this.input === '-' ? '<stdin>' : this.input;
    if (groups !== undefined && groups.crossing > 0) {
      this.tell(
        datasetDiagnostic('D060', `${groups.crossing} groups have samples in several parts`, {
          file,
          hint: 'Their samples have a usage already. --reassign (option reassign) puts them together.',
        }),
      );
    }
    const total = parts.reduce((sum, { samples }) => sum + samples, 0);
    for (const { name, wanted = 0, samples } of parts) {
      if (wanted > 0 && samples === 0 && total > 0) {
        this.tell(
          datasetDiagnostic('D062', `the part ${name} has no sample, and should have ${wanted}`, { file }),
        );
      } else if (wanted > 0 && Math.abs(samples - wanted) > Math.max(1, wanted / 100)) {
        this.tell(
          datasetDiagnostic('D061', `the part ${name} has ${samples} samples, and should have ${wanted}`, {
            file,
            hint: 'Groups stay whole, and samples with a usage stay where they are.',
          }),
        );
      }
    }
    if (method !== 'stratified') return;
    for (const [label, count] of this.tally.totals()) {
      if (count >= fewSamples) continue;
      this.tell({
        rule: 'M144',
        severity: 'warning',
        message: `the label ${JSON.stringify(label)} is on ${count === 1 ? 'one sample' : `${count} samples`}, too few for every part`,
        file,
      });
    }
  }
}

/** Groups met in more than one part: 8 bytes for each group, and a fixed 44 MB. */
class Crossings {
  private readonly seen = new FingerprintTable({ tagBits: 7 });
  private readonly crossing = new FingerprintTable({ tagBits: 0 });

  get count(): number {
    return this.crossing.size;
  }

  add(high: number, low: number, part: number): void {
    const before = this.seen.add(high, low, part & 0x7f);
    if (before >= 0 && before !== (part & 0x7f)) this.crossing.add(high, low);
  }
}

/** What an ImageSets list calls a sample. */
function idOf({ key, sample }: Row): string {
  return key ?? stemOf(sample.source);
}

function noteAbsent(lines: ManifestBatch, absent: number[] | undefined): void {
  for (let row = 0; row < lines.rowCount; row++)
    if (lines.outcome(row) === false) absent?.push(lines.lines.firstLine - 1 + row);
}

function largestOf({ group, groupCount, size }: SplitGroups): number {
  if (group === undefined) return size === 0 ? 0 : 1;
  const sizes = new Uint32Array(groupCount);
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, ++sizes[group[i]!]!);
  return largest;
}

function changedMeanwhile(input: string): StorageError {
  return new StorageError('ConcurrentModification', `${input} changed while it was split`, {
    path: input,
    hint: 'Split it again when nobody writes to it.',
  });
}
