import {
  type Diagnostic,
  type Finding,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OptionError,
  type Severity,
} from '../model/index.js';
import type { ContainerFacts, LineBatch } from '../text/index.js';
import { hasDuplicateKeys } from '../text/index.js';
import { depthFault, isBlank, isTooDeep, type LineFault, problemFault, syntaxFault } from './faults.js';
import { type LinePlace, locateFinding, locateInSample, sourceShown } from './locate.js';
import type { ManifestValidatorState, PartEntry } from './part.js';
import { CleanLineScanner } from './rules/clean-line.js';
import { type ManifestCheckContext, type Report, Reporter } from './rules/context.js';
import { CrossSampleCheck, reportRepeat } from './rules/cross-sample.js';
import { DiagnosticOutput, type OutputOptions } from './rules/diagnostic-output.js';
import { FileTally } from './rules/file-tally.js';
import { LineCheck, reportDuplicates, reportNotObject } from './rules/line-check.js';
import { newFacts } from './rules/sample-facts.js';
import { SampleRecords } from './rules/sample-records.js';
import { manifestSeverity } from './rules/table.js';
import { type ManifestSummary, summarize } from './summary.js';

/** Joins a sample with the files it points at and reports what is wrong with them (M082–M084, M154). */
export type FileCheck = (sample: JsonObject, out: Reporter) => void;

export interface ManifestValidatorOptions extends ManifestCheckContext, OutputOptions {
  /** Compare samples with each other: M141–M143; default true. Costs at most 16 bytes per sample and 44 MB. */
  readonly crossSample?: boolean;
  /** Called with every sample, after the rules about its line. */
  readonly checkFiles?: FileCheck;
  /** About how many samples will come, when that is known: makes comparing them faster. */
  readonly expectedSamples?: number;
  /** The lines are a part of a file: rules about its size and its samples as a whole are left out. */
  readonly isPart?: boolean;
  /**
   * The lines pushed are parts of a file and the results are wanted by {@link ManifestValidator.takeState}.
   * Nothing is handed on then, and rules that need the whole file wait for a `ManifestMerger`.
   */
  readonly shard?: boolean;
}

/**
 * Checks a manifest in one pass over its lines, in memory that does not grow with the file except for the
 * cross-sample rules. Feed it batches in file order, then call {@link end}.
 */
export class ManifestValidator {
  private readonly options: ManifestValidatorOptions;
  private readonly tally = new FileTally();
  private readonly facts = newFacts();
  private readonly check: LineCheck;
  private readonly output: DiagnosticOutput;
  private readonly cleanLine: CleanLineScanner | undefined;
  private readonly cross: CrossSampleCheck | undefined;
  private readonly records: SampleRecords | undefined;
  private readonly crossReporter: Reporter;
  private entries: PartEntry[] = [];
  private shardShown = 0;
  private readonly localSeverity: Severity;
  private batch: LineBatch | undefined;
  private row = 0;
  private line = 0;
  private text: string | undefined;
  private source: string | undefined;
  private column: number | undefined;

  constructor(options: ManifestValidatorOptions) {
    if (options.maxDiagnostics !== undefined && !(options.maxDiagnostics >= 0)) {
      throw new OptionError(`maxDiagnostics is ${options.maxDiagnostics}`, {
        hint: 'give a number from 0, or Infinity',
      });
    }
    this.options = options;
    const report: Report = (finding) => this.take(finding);
    this.check = new LineCheck(options, report);
    this.crossReporter = new Reporter(options, (finding) => this.takeRepeat(finding));
    this.output = new DiagnosticOutput(options);
    const localSeverity = manifestSeverity('M023', options.mode, options.profile, false);
    this.localSeverity = localSeverity === 'off' ? 'info' : localSeverity;
    const { profile, pedantic, checkFiles, crossSample = true, shard = false } = options;
    if (profile !== 'mindspore' && pedantic !== true && checkFiles === undefined) {
      this.cleanLine = new CleanLineScanner(this.check.names, this.tally.labels);
    }
    if (crossSample) {
      this.records = new SampleRecords(shard);
      if (!shard) this.cross = new CrossSampleCheck(options.expectedSamples);
    }
  }

  /** Checks the lines of one batch. Its bytes are not kept. */
  push(batch: LineBatch): void {
    const { bytes, count, starts, ends, firstLine } = batch;
    const { cleanLine, tally, records } = this;
    this.batch = batch;
    cleanLine?.attach(bytes);
    for (let row = 0; row < count; row++) {
      const line = firstLine + row;
      if (
        cleanLine?.scan(starts[row]!, ends[row]!) === true &&
        batch.problem(row) === undefined &&
        (!cleanLine.isLocal || this.countLocal())
      ) {
        tally.addCounts(cleanLine.annotations, cleanLine.tasks, cleanLine.usageTag, line);
        cleanLine.countLabels(line);
        if (records !== undefined) cleanLine.record(records, line, batch.offset(row));
        continue;
      }
      this.row = row;
      this.line = line;
      this.judge(batch, row);
    }
    if (this.cross !== undefined) this.compare(this.cross, batch);
    this.output.release(Number.POSITIVE_INFINITY);
    this.batch = undefined;
  }

  /** Compares the samples of the batch with all before them. */
  private compare(cross: CrossSampleCheck, batch: LineBatch): void {
    const records = this.records!;
    cross.compare(records, 0, (index, repeat) => {
      this.line = records.lines[index]!;
      this.row = this.line - batch.firstLine;
      this.output.release(this.line);
      reportRepeat(repeat, this.crossReporter);
    });
    records.clear();
  }

  private takeRepeat(finding: Finding): void {
    this.tally.countFinding(finding.rule, finding.severity);
    this.output.show(finding.severity, () => {
      const { bytes, starts, ends } = this.batch!;
      const text = bytes.toString('utf8', starts[this.row], ends[this.row]);
      return locateInSample(finding, text, this.place());
    });
  }

  /** Counts a local source (M023) that is not to be shown; false when it is, which takes the full rules. */
  private countLocal(): boolean {
    const severity = this.localSeverity;
    const { output } = this;
    const isShown = this.options.shard
      ? output.isVisible(severity) && this.shardShown < output.limit
      : output.wants(severity);
    if (isShown) return false;
    this.tally.countFinding('M023', severity);
    return true;
  }

  /** The rules about one line, with whatever is wrong with it. */
  private judge(batch: LineBatch, row: number): void {
    this.text = undefined;
    this.source = undefined;
    const problem = batch.problem(row);
    if (problem !== undefined) {
      this.tally.otherLines++;
      this.takeFault(problemFault(problem, this.options));
      return;
    }
    const start = batch.starts[row]!;
    const end = batch.ends[row]!;
    const text = batch.bytes.toString('utf8', start, end);
    this.text = text;
    if (isBlank(text)) {
      this.check.reporter.add('M005', 'the line is blank');
      return;
    }
    let value: JsonValue;
    try {
      value = JSON.parse(text) as JsonValue;
    } catch {
      this.tally.otherLines++;
      this.takeFault(syntaxFault(text, this.options)); // Says more than the exception did.
      return;
    }
    if (isTooDeep(text)) {
      this.tally.otherLines++;
      this.takeFault(depthFault(this.options));
      return;
    }
    if (!isJsonObject(value)) {
      this.tally.otherLines++;
      reportNotObject(value, this.check.reporter);
      return;
    }
    this.judgeSample(value, text, batch.bytes, start, end);
  }

  private judgeSample(value: JsonObject, text: string, bytes: Buffer, start: number, end: number): void {
    const { check, facts, line } = this;
    if (typeof value['source'] === 'string') this.source = value['source'];
    if (hasDuplicateKeys(bytes, start, end)) reportDuplicates(text, check.reporter);
    check.check(value, facts);
    if (!facts.accepted) {
      this.tally.otherLines++;
      return;
    }
    this.tally.addSample(facts, line);
    this.options.checkFiles?.(value, check.reporter);
    this.records?.addSample(facts, line, this.batch!.offset(this.row));
  }

  private takeFault(fault: LineFault): void {
    this.column = fault.column;
    this.take(fault.finding);
    this.column = undefined;
  }

  /** Counts a finding about the current line, and hands it on when it is to be shown. */
  private take(finding: Finding): void {
    const { rule, severity } = finding;
    this.tally.countFinding(rule, severity);
    const { onceKey } = this.check;
    if (this.options.shard !== true) {
      if (this.output.wants(severity)) this.output.hold(this.locate(finding));
      return;
    }
    const visible = this.output.isVisible(severity);
    if (onceKey !== undefined) {
      this.entries.push({
        rule,
        severity,
        onceKey,
        ...(visible ? { diagnostic: this.locate(finding) } : {}),
      });
    } else if (visible && this.shardShown < this.output.limit) {
      this.shardShown++;
      this.entries.push({ rule, severity, diagnostic: this.locate(finding) });
    }
  }

  private locate(finding: Finding): Diagnostic {
    const { source } = this;
    return locateFinding(finding, this.text ?? '', this.place(), {
      column: this.column,
      source: source === undefined ? undefined : sourceShown(source),
    });
  }

  private place(): LinePlace {
    return { file: this.options.file, line: this.line, offset: this.batch!.offset(this.row) };
  }

  /** Errors and warnings in the lines so far. */
  get findings(): number {
    return this.tally.findings;
  }

  /** The rules about the file as a whole, then the result. Call it once, after the last batch. */
  end(facts: ContainerFacts): ManifestSummary {
    return summarize(this.tally, facts, this.output, this.options);
  }

  /**
   * The result of the lines pushed since the last call, which make one part of a file, for a `ManifestMerger`.
   * Parts taken from one validator must come to the merger in the order in which they were taken. Its records
   * are in shared memory: a thread that it is posted to looks at the same ones.
   *
   * @param facts  those of the part: its lines are numbered from 1
   */
  takeState(facts: ContainerFacts): ManifestValidatorState {
    const { tally, entries, records } = this;
    this.cleanLine?.forgetTally();
    this.entries = [];
    return {
      facts,
      tally: tally.takeState(),
      entries,
      ...(records === undefined ? {} : { records: records.take() }),
    };
  }

  /** Gives back what {@link takeState} has given, once the merger has it: later parts use its memory again. */
  reuse({ records }: ManifestValidatorState): void {
    if (records !== undefined) this.records?.reuse(records);
  }
}
