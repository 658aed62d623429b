import type { FormatInfo } from '../formats/index.js';
import { DataError, type Diagnostic, OptionError, type Profile, throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import type { CoordinateChange } from '../transforms/index.js';
import { type AnnotationConfigOption, withAnnotationConfig } from './annotation-config.js';
import type { DataShard } from './data-shard.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { type ResolvedInput, resolveInput } from './detect.js';
import { findFormat } from './find-format.js';
import type { FormatId } from './formats.js';
import { otherRows, ownValues, selectRows } from './input-rows.js';
import { manifestRows } from './manifest-rows.js';
import { writeManifestRows } from './manifest-writer.js';
import type { Progress } from './progress.js';
import { FileQuarantine, LineQuarantine, type Quarantine } from './quarantine.js';
import type { RowBatch } from './rows.js';
import { Run, type RunOptions, type RunResult } from './run.js';
import { shardRange } from './shard-range.js';
import type { Stage, StageContext } from './stage.js';
import { DiscardStorage, dirOf, Loan, parseLocation, type TreeMode } from './storage/index.js';
import { storageOf } from './storages.js';
import type { ImageHandling, WriteRows, WriterContext } from './writer.js';

/** How a data set is converted: those of reading, of writing, and of what happens to faulty records. */
export interface ConvertOptions
  extends RunOptions,
    Omit<JoinedDatasetOptions, 'classes'>,
    AnnotationConfigOption {
  /** Format of the input; default: detected, and for a transform of standard input `manifest`. */
  readonly from?: string | undefined;
  /** Format of the output. */
  readonly to: string;
  /** `create` (default): an existing output is an error; `overwrite`; `append`. */
  readonly mode?: TreeMode | undefined;
  /** Where faulty records are put aside with `onError: 'quarantine'`: a file for lines, a folder for files. */
  readonly quarantine?: string | undefined;
  /** Whose demands raise the severities of what is found while reading; default `generic`. */
  readonly profile?: Profile | undefined;
  /** What becomes of the images; default `reference`. */
  readonly images?: ImageHandling | undefined;
  /** Number the later of two samples with one output name; default: they are refused (C002). */
  readonly renameClashes?: boolean | undefined;
  /**
   * To VOC: write `<class>_<set>.txt` lists too, which take about 200 bytes of memory for each image. Default
   * false. Those of a VOC input are carried over, unless what they say has changed.
   */
  readonly classLists?: boolean | undefined;
  /** Manifest to manifest: rewrite every line in canonical key order and spelling. Default: keep the bytes. */
  readonly canonical?: boolean | undefined;
  /**
   * What coordinates mean, and what they are to be written as. Numbers are changed only where both are given and
   * differ; default: they stay.
   */
  readonly coords?: CoordinateChange | undefined;
  /** Only this part of a manifest; default: all of it. The outputs of all parts, joined, are the output of the whole. */
  readonly shard?: DataShard | undefined;
  /** Options of the output's own format, by name. */
  readonly toOptions?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Classes in the order of their ids, for formats that have ids; a label that is none of them is a fault (C010).
   * `sorted`: every label of the input in code-point order, for which it is read twice. Default: in the order of their first
   * appearance. Data that has numbers and no names is read with them too.
   */
  readonly classes?: readonly string[] | 'sorted' | undefined;
  /**
   * Find out first whether anything would be lost, and write nothing if so. Reads the input twice. Default false: losses
   * are counted.
   */
  readonly strictLoss?: boolean | undefined;
  /** Losses that {@link strictLoss} lets pass, by name. */
  readonly allowLoss?: readonly string[] | undefined;
}

/** What handles VOC is half of this package, and is loaded only for it; so is every other format. */
export async function writerOf(to: FormatId, options: TransformOptions): Promise<WriteRows> {
  const { toOptions } = options;
  if (to === 'manifest' || to === 'voc') {
    if (toOptions !== undefined && Object.keys(toOptions).length > 0) {
      const { formatValues } = await import('./format-options.js');
      formatValues(await findFormat(to), toOptions, 'write');
    }
    return to === 'manifest' ? writeManifestRows : (await import('./voc-writer.js')).writeVocRows;
  }
  const [{ formatWriter }, { formatValues }] = await Promise.all([
    import('./format-writer.js'),
    import('./format-options.js'),
  ]);
  return await formatWriter(to, {
    options: formatValues(await findFormat(to), toOptions, 'write'),
    classes: listedClasses(options),
  });
}

/** Classes that were named one by one. */
function listedClasses({ classes }: TransformOptions): readonly string[] | undefined {
  return classes === 'sorted' ? undefined : classes;
}

interface Opened {
  readonly batches: AsyncIterable<RowBatch>;
  readonly totals: { totalItems?: number; totalBytes?: number };
  readonly lists?: WriterContext['lists'];
}

async function open(
  { format: from, xmlNames }: ResolvedInput,
  input: string,
  to: FormatId,
  options: TransformOptions,
  stage?: Stage,
  loan?: Loan,
): Promise<Opened> {
  const storage = storageOf(input, options);
  const { shard, signal } = options;
  const encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
  const range =
    shard === undefined
      ? undefined
      : await shardRange(storage, input, shard, { format: from, encoding, signal });
  if (from !== 'manifest' && from !== 'voc') {
    const stat = input === '-' ? undefined : await storage.stat(input, { signal });
    const batches = await otherRows(storage, input, from, { ...options, classes: listedClasses(options) });
    return { batches, totals: stat?.kind === 'file' ? { totalBytes: stat.size } : {} };
  }
  const values = await ownValues(from, { ...options, classes: undefined });
  if (from === 'manifest') {
    const whole = input === '-' ? undefined : (await storage.stat(input, { signal }))?.size;
    const size = range === undefined ? whole : range.end - range.start;
    const batches = manifestRows(storage, input, {
      ...(encoding === undefined ? {} : { encoding }),
      range,
      noted: stage?.asksUsage,
      parsed: stage?.readsRows,
      baseDir: options.baseDir,
      maxLineBytes: options.maxLineBytes,
      profile: options.profile,
      passOn:
        to === 'manifest' && options.canonical !== true && (options.images ?? 'reference') === 'reference',
      loan,
      signal,
    });
    return { batches, totals: size === undefined ? {} : { totalBytes: size } };
  }
  const [{ findVocTree }, { readImageSets }, { vocRows }] = await Promise.all([
    import('./voc-tree.js'),
    import('./image-sets.js'),
    import('./voc-rows.js'),
  ]);
  const tree = await findVocTree(storage, input, signal, xmlNames);
  const sets = await readImageSets(storage, tree, signal);
  const rows = vocRows(storage, tree, {
    keepSource: to === 'voc' || values['prune'] === true,
    profile: options.profile,
    sets,
    signal,
  });
  const batches = await selectRows(rows, values, input);
  const { lists } = sets;
  return {
    batches,
    totals: { totalItems: tree.names.length },
    ...(tree.sets === undefined || lists.length === 0
      ? {}
      : { lists: { storage, folder: tree.sets, names: lists } }),
  };
}

export async function quarantineOf(
  from: FormatId,
  options: TransformOptions,
): Promise<Quarantine | undefined> {
  if (options.quarantine === undefined) return undefined;
  const storage = storageOf(options.quarantine, options);
  const mode = options.mode === 'create' || options.mode === undefined ? 'create' : 'overwrite';
  return (await findFormat(from)).layout === 'file'
    ? new LineQuarantine(storage, options.quarantine, mode)
    : new FileQuarantine(storage, options.quarantine, mode);
}

/** Objects are compared by bucket and key, whatever scheme they are written with. */
function isSamePlace(a: string, b: string): boolean {
  const [from, to] = [parseLocation(a), parseLocation(b)];
  return from.kind === 'obs' && to.kind === 'obs'
    ? from.bucket === to.bucket && from.key === to.key
    : a === b;
}

export function checkOptions(input: string, output: string, to: FormatInfo, options: TransformOptions): void {
  const stdout = parseLocation(output).kind === 'stdio';
  if (!to.writes) {
    throw new OptionError(`${to.id} is only read`, {
      code: 'Unsupported',
      hint:
        options.to === undefined
          ? 'Say with --to (option to) in which format to write: manifest, voc, or another one that labelkit formats lists as written.'
          : 'labelkit formats says which formats are written.',
    });
  }
  if (stdout && to.layout === 'tree') {
    throw new OptionError(`${to.title} is a folder and cannot be written to standard output`);
  }
  if (stdout && options.images !== undefined && options.images !== 'reference') {
    throw new OptionError('images cannot be copied beside standard output');
  }
  if (options.quarantine !== undefined && options.onError !== 'quarantine') {
    throw new OptionError(`a place to put records aside, and the policy ${options.onError ?? 'fail'}`, {
      hint: 'Say --on-error quarantine (option onError), or leave the place out.',
    });
  }
  if (options.images === 'link' && parseLocation(output).kind === 'obs') {
    throw new OptionError(`images cannot be linked into ${output}`, {
      hint: 'Copy them: --images copy (option images).',
    });
  }
  if (isSamePlace(input, output) && !stdout && options.mode === 'append') {
    throw new OptionError(`${input} cannot be appended to itself`);
  }
  if (options.mode === 'append' && to.layout === 'file' && to.id !== 'manifest' && to.appends !== true) {
    throw new OptionError(`nothing can be added to a file of the format ${to.id}, which is one document`, {
      hint: 'Write another file, or choose --mode overwrite (option mode).',
    });
  }
  const { classes } = options;
  if (Array.isArray(classes) && new Set(classes).size < classes.length) {
    const twice = classes.find((name, index) => classes.indexOf(name) < index);
    throw new OptionError(`the class ${JSON.stringify(twice)} is given twice`, {
      hint: 'Name each class once: its place is its id.',
    });
  }
}

/**
 * Converts a data set. Everything is streamed; the output is complete or absent, and
 * `read = written + skipped` whatever happens.
 *
 * @param input a path; `-` for a manifest on standard input
 * @param output a path; `-` for a manifest on standard output
 * @throws OptionError for bad use, StorageError when input or output fails, DataError at the first fault with
 *   `onError: 'fail'`, AbortedError when the signal fires
 */
export async function convert(input: string, output: string, options: ConvertOptions): Promise<RunResult> {
  const { coords, strictLoss, allowLoss, classes, ...given } = options;
  const rest = { ...(await withAnnotationConfig(input, given)), classes };
  const stage =
    coords?.to === undefined || coords.to === coords.from
      ? undefined
      : new (await import('./coords.js')).CoordinateStage(coords.from, coords.to);
  const known = { ...rest, classes: await knownClasses(input, rest) };
  if (strictLoss === true) await refuseLosses(input, output, known, stage, new Set(allowLoss));
  return await pass(input, output, known, stage);
}

/** The classes by name: where they are to be sorted the input is read for them. */
async function knownClasses(
  input: string,
  options: Omit<ConvertOptions, 'coords'>,
): Promise<readonly string[] | undefined> {
  const { classes, ...rest } = options;
  if (classes !== 'sorted') return classes;
  if (options.mode === 'append') {
    throw new OptionError('classes that are sorted have other numbers when others join them', {
      hint: 'Give all of them in their order, as they were given before: --classes a,b,c (option classes).',
    });
  }
  if (input === '-') throw readTwice('to sort its classes');
  const { LabelCollector } = await import('./label-collector.js');
  const collector = new LabelCollector();
  await survey(input, collector, rest);
  return collector.labels;
}

function readTwice(why: string): OptionError {
  return new OptionError(`standard input cannot be read twice, ${why}`, {
    hint: 'Store it as a file first.',
  });
}

/** Runs without an output. @throws DataError at the first thing that would be lost */
async function refuseLosses(
  input: string,
  output: string,
  options: TransformOptions,
  stage: Stage | undefined,
  allowed: ReadonlySet<string>,
): Promise<void> {
  if (input === '-') throw readTwice('to find what would be lost');
  const { quarantine: _, onError, ...rest } = options;
  const examples: Diagnostic[] = [];
  const quiet: TransformOptions = {
    ...rest,
    onError: onError === 'quarantine' ? 'skip' : onError,
    maxDiagnostics: 0,
    onDiagnostic: (diagnostic) => {
      if (diagnostic.rule === 'C001' || diagnostic.rule === 'C004') examples.push(diagnostic);
    },
  };
  const storage = new DiscardStorage(storageOf(output, options));
  const { losses } = await pass(input, output, quiet, stage, undefined, storage);
  const lost = Object.entries(losses).filter(([feature]) => !allowed.has(feature));
  if (lost.length === 0) return;
  const [[feature]] = lost;
  const example = examples.find(({ message }) => message.endsWith(` ${feature}`))!;
  const all = lost.map(([name, count]) => `${name} ${count}`).join(', ');
  throw new DataError(
    { ...example, severity: 'error', message: `nothing was written, because this would be lost: ${all}` },
    {
      hint: 'Leave out --strict-loss (option strictLoss) to accept it, or accept it by name with --allow-loss.',
    },
  );
}

/** What a transform can be told beside what is its own. */
export interface TransformOptions extends Omit<ConvertOptions, 'to' | 'coords' | 'strictLoss' | 'allowLoss'> {
  /** Format of the output; default: that of the input. */
  readonly to?: string | undefined;
}

/**
 * Puts a data set through a stage, and converts it on the way if need be. As {@link convert} in all else;
 * `read = written + skipped + dropped`.
 */
export async function transform(
  input: string,
  output: string,
  stage: Stage,
  options: TransformOptions = {},
): Promise<RunResult> {
  return await pass(input, output, options, stage);
}

/**
 * What {@link transform} would do, without an output: nothing is written, and what only a writer finds out is not found.
 */
export async function rehearse(
  input: string,
  output: string,
  stage: Stage,
  options: TransformOptions = {},
): Promise<RunResult> {
  const { quarantine: _, onError, ...rest } = options;
  const quiet = { ...rest, onError: onError === 'quarantine' ? 'skip' : onError };
  return await pass(input, output, quiet, stage, async (batches, { run }) => {
    for await (const { count } of batches) run.written += count;
    return [];
  });
}

/**
 * Shows a data set to a stage and writes nothing, for what needs to know all of it before {@link transform} passes it.
 * Records that cannot be read are left out without a word: they are heard of when they are to be written.
 *
 * @throws as {@link transform}, but never DataError
 */
export async function survey(input: string, stage: Stage, options: TransformOptions = {}): Promise<void> {
  const resolved = await resolveStaged(input, options);
  const { batches, totals } = await open(resolved, input, resolved.format, options, stage);
  const { signal } = options;
  const onProgress = (progress: Progress) => options.onProgress?.({ ...progress, phase: 'first-pass' });
  const run = new Run({ onError: 'skip', maxDiagnostics: 0, onProgress, signal }, undefined, totals);
  const { staged } = await import('./stage.js');
  for await (const _ of staged(run.account(batches), stage, contextOf(input, run, options)));
}

async function resolveStaged(input: string, options: TransformOptions): Promise<ResolvedInput> {
  const from = options.from ?? (input === '-' ? 'manifest' : undefined);
  return await resolveInput(storageOf(input, options), input, from, options.signal);
}

/** An input of several, on its way through a stage of its own. */
export interface StagedInput {
  readonly path: string;
  readonly format: FormatId;
  readonly stage: Stage;
}

/** The formats of inputs, in order. @throws OptionError when one is unknown or ambiguous */
export async function formatsOf(inputs: readonly string[], options: TransformOptions): Promise<FormatId[]> {
  const formats: FormatId[] = [];
  for (const input of inputs) formats.push((await resolveStaged(input, options)).format);
  return formats;
}

/**
 * Puts several data sets, each through its stage, one after the other into one output. Lists of VOC trees follow from
 * the usage.
 *
 * @param to format of the output
 * @param base where relative references of manifest lines are taken from once they have passed their stage
 * @throws as {@link transform}
 */
export async function transformAll(
  inputs: readonly StagedInput[],
  output: string,
  to: FormatId,
  base: string,
  options: TransformOptions,
): Promise<RunResult> {
  const toInfo = await findFormat(to);
  for (const { path } of inputs) checkOptions(path, output, toInfo, options);
  const kinds = new Set(inputs.map(({ format }) => format));
  if (kinds.size > 1 && options.quarantine !== undefined) {
    throw new OptionError('faulty records of different formats cannot be put aside in one place', {
      hint: 'Merge inputs of one format, or use --on-error skip.',
    });
  }
  const [first] = inputs;
  const quarantine = await quarantineOf(first.format, options);
  const run = new Run(options, quarantine, {});
  async function* batches(): AsyncGenerator<RowBatch> {
    const { staged } = await import('./stage.js');
    for (const { path, format, stage } of inputs) {
      const opened = await open({ format }, path, to, options, stage);
      const context = contextOf(path, run, options);
      yield* staged(
        run.account(opened.batches),
        stage,
        format === 'manifest' ? { ...context, base } : context,
      );
      if (opened.lists !== undefined) loseLists(run, opened.lists);
    }
  }
  try {
    const write = await writerOf(to, options);
    const areRows = [...kinds].some((kind) => kind !== 'manifest');
    const outputs = await write(batches(), writerContext(output, run, base, areRows, options));
    await quarantine?.commit();
    return run.result(outputs);
  } finally {
    await quarantine?.abort();
  }
}

/** What a writer is told. @param areRows some of what it gets is no line of a manifest */
export function writerContext(
  output: string,
  run: Run,
  base: string,
  areRows: boolean,
  options: TransformOptions,
): WriterContext {
  const isUtf8 = parseEncoding(options.encoding ?? 'utf-8') === 'utf-8';
  return {
    storage: storageOf(output, options),
    output,
    mode: options.mode ?? 'create',
    images: options.images ?? 'reference',
    run,
    renameClashes: options.renameClashes ?? false,
    classLists: options.classLists ?? false,
    places: options,
    root: options.root,
    base,
    verbatim: areRows ? undefined : isUtf8 ? 'bytes' : 'lines',
    canonical: options.canonical ?? false,
    signal: options.signal,
  };
}

/** What a stage over an input is given. */
function contextOf(input: string, run: Run, options: TransformOptions): StageContext {
  const { storage, session, root, baseDir, signal } = options;
  const file = input === '-' ? '<stdin>' : input;
  return { run, file, base: baseDir ?? dirOf(input), storage, session, root, signal };
}

async function pass(
  input: string,
  output: string,
  options: TransformOptions,
  stage?: Stage,
  ownWrite?: WriteRows,
  ownStorage?: DiscardStorage,
): Promise<RunResult> {
  throwIfAborted(options.signal);
  // What is wrong with the output is said before anything is read, where its format is named.
  if (options.to !== undefined) checkOptions(input, output, await findFormat(options.to), options);
  // Of what a transform reads, only manifests come as a stream.
  const named = options.from ?? (stage !== undefined && input === '-' ? 'manifest' : undefined);
  const resolved = await resolveInput(storageOf(input, options), input, named, options.signal);
  const from = resolved.format;
  const to = options.to ?? from;
  if (options.to === undefined) checkOptions(input, output, await findFormat(to), options);
  const loan = new Loan();
  const { batches, totals, lists } = await open(resolved, input, to, options, stage, loan);
  const quarantine = await quarantineOf(from, options);
  const run = new Run(options, quarantine, totals);
  const context = contextOf(input, run, options);
  try {
    const write = ownWrite ?? (await writerOf(to, options));
    const booked = run.account(batches, stage?.dropsFault?.bind(stage));
    const passed = stage === undefined ? booked : (await import('./stage.js')).staged(booked, stage, context);
    const outputs = await write(passed, {
      ...writerContext(output, run, context.base, from !== 'manifest', options),
      ...(ownStorage === undefined ? {} : { storage: ownStorage }),
      lists: from === 'voc' && to === 'voc' && stage?.lists !== 'renewed' ? lists : undefined,
      loan,
    });
    if (lists !== undefined && (to === 'manifest' || stage?.lists === 'renewed')) loseLists(run, lists);
    await quarantine?.commit();
    return run.result(outputs);
  } finally {
    await quarantine?.abort();
  }
}

/** Lists that say more than which of train, val and test an image is in. */
function loseLists(run: Run, { folder, names }: NonNullable<WriterContext['lists']>): void {
  for (const name of names) {
    if (!/^[^/]+\/(?:train|val|test|trainval|default)\.txt$/.test(name))
      run.lose('image-set', { file: `${folder}/${name}` }, 'the output');
  }
}
