import { type Severity, tasks } from '../../model/index.js';
import type { ContainerFacts } from '../../text/index.js';
import { LabelTally, type LabelTallyState } from './label-tally.js';
import { type SampleFacts, taskBit, videoBit } from './sample-facts.js';

/** Distinct usage words beyond the four that are told apart. */
const usageLimit = 1_000;
const bits = tasks.length + 1;
const usageWords = ['TRAIN', 'EVAL', 'TEST', 'INFERENCE'];

/** The contents of a {@link FileTally}, fit for posting between threads. */
export interface FileTallyState {
  readonly samples: number;
  readonly annotations: number;
  readonly otherLines: number;
  readonly rules: [string, number][];
  readonly severities: Record<Severity, number>;
  readonly taskSamples: number[];
  readonly taskLines: number[];
  readonly usages: [string, number][];
  readonly labels: LabelTallyState;
}

/** Everything about a file that is added up line by line and can be added up over parts of the file. */
export class FileTally {
  samples = 0;
  annotations = 0;
  /** Lines that are neither blank nor a sample. */
  otherLines = 0;
  readonly rules = new Map<string, number>();
  readonly severities: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  readonly labels = new LabelTally();
  /** Samples per task bit. */
  private readonly taskSamples: number[] = new Array<number>(bits).fill(0);
  /** Line of the first sample per task bit, 0 when there is none. */
  private readonly taskLines: number[] = new Array<number>(bits).fill(0);
  private readonly usageCounts = [0, 0, 0, 0, 0];
  private readonly otherUsages = new Map<string, number>();

  /** Errors and warnings. */
  get findings(): number {
    return this.severities.error + this.severities.warning;
  }

  countFinding(rule: string, severity: Severity, by = 1): void {
    this.rules.set(rule, (this.rules.get(rule) ?? 0) + by);
    this.severities[severity] += by;
  }

  /** Adds a sample judged by the full rules. */
  addSample(facts: SampleFacts, line: number): void {
    this.addCounts(facts.annotations, facts.tasks, facts.usageTag, line);
    if (facts.usageTag > usageWords.length) this.addUsage(facts.usage ?? '', 1);
    if (facts.labels.length > 0) this.labels.addSample(facts.labels, line);
  }

  /** Adds all but the labels; `usageTag` above 4 is left to the caller. */
  addCounts(annotations: number, taskBits: number, usageTag: number, line: number): void {
    this.samples++;
    this.annotations += annotations;
    if (usageTag > 0 && usageTag <= usageWords.length) this.usageCounts[usageTag]!++;
    for (let rest = taskBits; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      if (this.taskSamples[bit]!++ === 0) this.taskLines[bit] = line;
    }
  }

  private addUsage(usage: string, count: number): void {
    const known = this.otherUsages.get(usage);
    if (known === undefined && this.otherUsages.size >= usageLimit) return;
    this.otherUsages.set(usage, (known ?? 0) + count);
  }

  /** Samples per usage: the four words in upper case, others as stored. */
  usages(): Map<string, number> {
    const usages = new Map<string, number>();
    for (const [i, word] of usageWords.entries()) {
      if (this.usageCounts[i + 1]! > 0) usages.set(word, this.usageCounts[i + 1]!);
    }
    for (const [usage, count] of this.otherUsages) usages.set(usage, count);
    return usages;
  }

  /** Samples per task; frames of videos under `video`. */
  tasks(): Map<string, number> {
    const counts = new Map<string, number>();
    for (let bit = 0; bit < bits; bit++) {
      if (this.taskSamples[bit]! > 0) counts.set(tasks[bit] ?? 'video', this.taskSamples[bit]!);
    }
    return counts;
  }

  /** Labelling types as the service counts them, in order of appearance: entities and relations are one. */
  labellingTypes(): { readonly name: string; readonly line: number }[] {
    const types: { name: string; line: number }[] = [];
    const entity = 31 - Math.clz32(taskBit('text_entity'));
    const triplet = 31 - Math.clz32(taskBit('text_triplet'));
    for (let bit = 0; bit < bits; bit++) {
      let line = this.taskLines[bit]!;
      if (bit === entity && this.taskLines[triplet]! > 0) continue;
      if (bit === triplet && line > 0 && this.taskLines[entity]! > 0)
        line = Math.min(line, this.taskLines[entity]!);
      if (line > 0) types.push({ name: tasks[bit] ?? 'video', line });
    }
    return types.sort((a, b) => a.line - b.line);
  }

  /** True when the file is about texts, audio or videos only, whose number the service limits. */
  isLimitedKind(): boolean {
    const limited = tasks.filter((task) => !task.startsWith('image') && task !== 'object_detection');
    let found = this.taskSamples[31 - Math.clz32(videoBit)]! > 0;
    for (const [bit, task] of tasks.entries()) {
      if (this.taskSamples[bit] === 0) continue;
      if (!limited.includes(task)) return false;
      found = true;
    }
    return found;
  }

  /** What was counted, which begins anew in the same arrays: code that was compiled for them stays good. */
  takeState(): FileTallyState {
    const state = {
      samples: this.samples,
      annotations: this.annotations,
      otherLines: this.otherLines,
      rules: [...this.rules],
      severities: { ...this.severities },
      taskSamples: this.taskSamples.slice(),
      taskLines: this.taskLines.slice(),
      usages: [...this.usages()],
      labels: this.labels.takeState(),
    };
    this.samples = 0;
    this.annotations = 0;
    this.otherLines = 0;
    this.rules.clear();
    for (const severity of ['error', 'warning', 'info'] as const) this.severities[severity] = 0;
    this.taskSamples.fill(0);
    this.taskLines.fill(0);
    this.usageCounts.fill(0);
    this.otherUsages.clear();
    return state;
  }

  /** Adds the tally of a later part of the file whose first line is `lineBase + 1`. */
  addState(state: FileTallyState, lineBase: number): void {
    this.samples += state.samples;
    this.annotations += state.annotations;
    this.otherLines += state.otherLines;
    for (const [rule, count] of state.rules) this.rules.set(rule, (this.rules.get(rule) ?? 0) + count);
    for (const severity of ['error', 'warning', 'info'] as const) {
      this.severities[severity] += state.severities[severity];
    }
    for (let bit = 0; bit < bits; bit++) {
      if (this.taskSamples[bit] === 0 && state.taskSamples[bit]! > 0) {
        this.taskLines[bit] = state.taskLines[bit]! + lineBase;
      }
      this.taskSamples[bit]! += state.taskSamples[bit]!;
    }
    for (const [usage, count] of state.usages) {
      const known = usageWords.indexOf(usage);
      if (known >= 0) this.usageCounts[known + 1]! += count;
      else this.addUsage(usage, count);
    }
    this.labels.addState(state.labels, lineBase);
  }
}

/** The container facts of a file read in parts. */
export function joinFacts(parts: readonly ContainerFacts[]): ContainerFacts {
  const bom = parts[0]?.bom;
  let bytes = 0;
  let lines = 0;
  let crlfLine: number | undefined;
  let nulLine: number | undefined;
  for (const part of parts) {
    if (part.crlfLine !== undefined) crlfLine ??= part.crlfLine + lines;
    if (part.nulLine !== undefined) nulLine ??= part.nulLine + lines;
    bytes += part.bytes;
    lines += part.lines;
  }
  return {
    ...(bom === undefined ? {} : { bom }),
    ...(crlfLine === undefined ? {} : { crlfLine }),
    ...(nulLine === undefined ? {} : { nulLine }),
    finalNewline: parts.at(-1)?.finalNewline ?? true,
    bytes,
    lines,
  };
}
