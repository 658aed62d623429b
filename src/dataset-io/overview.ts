import { contentTextOf, parseManifestLine } from '../manifest/index.js';
import {
  type Diagnostic,
  type ImageAnnotation,
  isVocTask,
  LabelkitError,
  mediumOf,
  type Severity,
} from '../model/index.js';
import { type Encoding, parseEncoding } from '../text/index.js';
import { defaultSeed, type Statistics } from '../transforms/index.js';
import { lineAt } from './line-at.js';
import { ManifestWatch } from './manifest-watch.js';
import { readBytes } from './read-bytes.js';
import { openable } from './references.js';
import { ReplayedStdin } from './replayed-stdin.js';
import { joinVoc } from './resolve.js';
import { type FlaggedRow, RowWatch } from './row-watch.js';
import type { Row } from './rows.js';
import { dirOf, resolveReference } from './storage/index.js';
import { storageOf } from './storages.js';
import { resultOf, survey, type ValidationResult } from './validate.js';
import type { Survey, ValidateOptions } from './validate-options.js';

/** What an overview of a data set reads, checks and draws. */
export interface OverviewOptions extends Omit<ValidateOptions, 'shard'> {
  /** Read the VOC files that a manifest names, and count their objects. Default true. */
  readonly join?: boolean | undefined;
  /** A directory that the references of a manifest may not leave; default: none. */
  readonly root?: string | undefined;
  /** Rows listed of labels, pairs of labels, types, usages and annotators; all are counted. Default 50. */
  readonly top?: number | undefined;
  /** Samples with findings in the result. Default 24. */
  readonly flagged?: number | undefined;
  /** Samples drawn at random. Default 24. */
  readonly drawn?: number | undefined;
  /** Whole number from 0; default 0. The same input, options and seed draw the same samples. */
  readonly seed?: number | undefined;
}

/** A sample to be shown. */
export interface ShownSample {
  readonly row: Row;
  /** What its annotation files or its annotations say of the image. */
  readonly images: readonly ImageAnnotation[];
  /** The text it is, or the beginning of the file that holds it. */
  readonly text: string | undefined;
  /** Also why its annotation files could not be read. */
  readonly findings: readonly Diagnostic[];
}

/** What is in a data set, what is wrong with it, and samples to look at. */
export interface Overview {
  readonly validation: ValidationResult;
  readonly statistics: Statistics;
  /** Samples whose source is also under another usage; undefined when samples were not compared. */
  readonly leaks: number | undefined;
  /** Samples with findings, the worst ones first and of different rules. */
  readonly flagged: readonly ShownSample[];
  /** Samples drawn at random, without those that are {@link flagged}. */
  readonly drawn: readonly ShownSample[];
}

const ranks: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/**
 * Checks and counts a data set in one pass (of a VOC tree in two), and chooses samples to look at.
 *
 * @param input a data set of any format; `-` for standard input
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function overview(input: string, options: OverviewOptions = {}): Promise<Overview> {
  if (input !== '-') return await overviewOf(input, options);
  const stdin = new ReplayedStdin(options);
  try {
    return await overviewOf(input, { ...options, ...stdin.places });
  } finally {
    stdin.close();
  }
}

async function overviewOf(input: string, options: OverviewOptions): Promise<Overview> {
  const { flagged = 24, drawn = 24, seed = defaultSeed, maxDiagnostics = 1000, join = true } = options;
  // Some of the drawn ones may be flagged as well.
  const draw = { draw: drawn + flagged, seed, flagged };
  const base = options.baseDir ?? dirOf(input);
  const lines = new ManifestWatch({ ...options, ...draw, base, join, maxDiagnostics });
  const rows = new RowWatch({ ...draw, whole: input });
  const surveyed = await survey(input, options, { lines, rows });
  const validation = resultOf(input, surveyed, options);
  switch (surveyed.kind) {
    case 'manifest':
      return await ofManifest(
        input,
        base,
        options,
        withJoins(validation, lines.diagnostics, maxDiagnostics),
        lines,
      );
    case 'voc': {
      const voc = new RowWatch({ ...draw, known: validation.diagnostics });
      await watchVoc(input, surveyed, options, voc);
      return await ofRows(validation, voc, options);
    }
    default:
      return await ofRows(validation, rows, options);
  }
}

async function watchVoc(
  input: string,
  { tree }: Extract<Survey, { kind: 'voc' }>,
  options: OverviewOptions,
  watch: RowWatch,
): Promise<void> {
  const { vocRows } = await import('./voc-rows.js');
  const { signal } = options;
  for await (const { rows, faults } of vocRows(storageOf(input, options), tree, { signal }))
    watch.take({ rows, faults, diagnostics: [] });
}

async function ofRows(
  validation: ValidationResult,
  watch: RowWatch,
  options: OverviewOptions,
): Promise<Overview> {
  const { flagged: mostFlagged = 24, drawn: mostDrawn = 24, top } = options;
  const flagged = spread(watch.flagged).slice(0, mostFlagged);
  const known = new Set(flagged.map(({ row }) => row));
  const drawn = watch.drawn.filter((row) => !known.has(row)).slice(0, mostDrawn);
  return {
    validation,
    statistics: watch.tally.report(top),
    leaks: watch.leaks,
    flagged: await shownOf(flagged, options),
    drawn: await shownOf(
      drawn.map((row) => ({ row, findings: [] })),
      options,
    ),
  };
}

async function shownOf(flagged: readonly FlaggedRow[], options: OverviewOptions): Promise<ShownSample[]> {
  const shown: ShownSample[] = [];
  for (const { row, findings } of flagged) shown.push({ ...(await contentOf(row, findings, options)), row });
  return shown;
}

/** Reads what is shown of a sample and stands in other files. */
async function contentOf(
  row: Row,
  findings: readonly Diagnostic[],
  options: OverviewOptions,
): Promise<Omit<ShownSample, 'row'>> {
  const { annotations } = row.sample;
  const own = annotations.flatMap(({ image }) => (image === undefined ? [] : [image]));
  const text = await textOf(row, options);
  if (options.join === false || own.length > 0 || !annotations.some(({ task }) => isVocTask(task)))
    return { images: own, text, findings };
  const { storage, session, root, signal } = options;
  const { files, faults } = await joinVoc(row, { storage, session, root, signal });
  if (files !== undefined) return { images: files.map(({ document }) => document), text, findings };
  // What was found while samples were counted is among them.
  const known = new Set(findings.map(({ rule }) => rule));
  return { images: [], text, findings: [...findings, ...faults.filter(({ rule }) => !known.has(rule))] };
}

/** Bytes read of a file that holds a text. */
const textBytes = 8192;

async function textOf({ sample, base }: Row, options: OverviewOptions): Promise<string | undefined> {
  const content = contentTextOf(sample.source);
  if (content !== undefined) return content;
  const { sampleType, annotations } = sample;
  const isText =
    sampleType === 1 || annotations.some(({ task }) => task !== undefined && mediumOf(task) === 'text');
  if (!isText) return undefined;
  try {
    const path = openable(resolveReference(sample.source, base, { root: options.root }));
    const bytes = await readBytes(storageOf(path, options), path, options.signal, textBytes);
    // A character may be cut at the end.
    return new TextDecoder().decode(bytes, { stream: true });
  } catch (error) {
    // A page can do without: no network and no keys are no reason to have none.
    if (error instanceof LabelkitError && error.code !== 'Aborted') return undefined;
    throw error;
  }
}

async function ofManifest(
  input: string,
  base: string,
  options: OverviewOptions,
  validation: ValidationResult,
  watch: ManifestWatch,
): Promise<Overview> {
  const { flagged: mostFlagged = 24, drawn: mostDrawn = 24, top, crossSample } = options;
  const byOffset = new Map<number, Diagnostic[]>();
  for (const diagnostic of validation.diagnostics) {
    const { offset, line } = diagnostic;
    // Findings about the file as a whole have no line; those about annotation files are found by theirs.
    if (offset === undefined || line === undefined) continue;
    const before = byOffset.get(offset);
    if (before === undefined) byOffset.set(offset, [diagnostic]);
    else before.push(diagnostic);
  }
  const reader = new LineReader(input, base, options);
  const flagged: FlaggedRow[] = [];
  for (const { offset, findings } of spread(
    [...byOffset].map(([offset, findings]) => ({ offset, findings })),
  )) {
    if (flagged.length >= mostFlagged) break;
    const row = await reader.row(offset, findings[0]!.line);
    if (row !== undefined) flagged.push({ row, findings });
    else byOffset.delete(offset);
  }
  const drawn: FlaggedRow[] = [];
  const shownOffsets = new Set(flagged.map(({ findings }) => findings[0]!.offset));
  for (const offset of watch.drawn) {
    if (drawn.length >= mostDrawn) break;
    if (shownOffsets.has(offset)) continue;
    const row = await reader.row(offset);
    if (row !== undefined) drawn.push({ row, findings: byOffset.get(offset) ?? [] });
  }
  return {
    validation,
    statistics: watch.tally.report(top),
    leaks: crossSample === false ? undefined : (validation.rules['M143'] ?? 0),
    flagged: await shownOf(flagged, options),
    drawn: await shownOf(drawn, options),
  };
}

/** Reads single samples of a manifest once more. */
class LineReader {
  private readonly encoding: Encoding | undefined;
  private readonly file: string;

  constructor(
    private readonly input: string,
    private readonly base: string,
    private readonly options: OverviewOptions,
  ) {
    this.encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
    this.file = input === '-' ? '<stdin>' : input;
  }

  /** The sample of the line at a byte; undefined when there is none. */
  async row(offset: number, line?: number): Promise<Row | undefined> {
    const { input, base, file, options } = this;
    const text = await lineAt(storageOf(input, options), input, offset, this.encoding, options.signal);
    const place = { file, offset, ...(line === undefined ? {} : { line }) };
    const { sample } = parseManifestLine(text, { check: 'faults', ...place });
    if (sample === undefined) return undefined;
    return { sample, file, base, ...(line === undefined ? {} : { line }) };
  }
}

/** The validation with what was found in annotation files, each finding at its line. */
function withJoins(
  validation: ValidationResult,
  joins: readonly Diagnostic[],
  maxDiagnostics: number,
): ValidationResult {
  if (joins.length === 0) return validation;
  const { diagnostics, rules } = validation;
  // With checkFiles the validator has found them too.
  const known = new Set(diagnostics.map(({ rule, line }) => `${rule} ${line}`));
  const added = joins.filter(({ rule, line }) => !known.has(`${rule} ${line}`));
  const sums = { ...rules };
  for (const { rule } of added) sums[rule] = (sums[rule] ?? 0) + 1;
  const all = [...diagnostics, ...added].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return {
    ...validation,
    rules: Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1))),
    errors: validation.errors + added.filter(({ severity }) => severity === 'error').length,
    diagnostics: all.slice(0, maxDiagnostics),
    truncated: validation.truncated || all.length > maxDiagnostics,
  };
}

/** The worst first, and among equals those whose rule comes for the first time, the second time, and so on. */
function spread<T extends { readonly findings: readonly Diagnostic[] }>(all: readonly T[]): T[] {
  const seen = new Map<string, number>();
  const ranked = all.map((one) => {
    const worst = one.findings.reduce((a, b) => (ranks[b.severity] < ranks[a.severity] ? b : a));
    const turn = seen.get(worst.rule) ?? 0;
    seen.set(worst.rule, turn + 1);
    return { one, rank: ranks[worst.severity], turn };
  });
  return ranked.sort((a, b) => a.rank - b.rank || a.turn - b.turn).map(({ one }) => one);
}
