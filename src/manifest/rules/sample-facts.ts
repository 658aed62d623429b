import { type Task, tasks } from '../../model/index.js';

/** Bit of a task in {@link SampleFacts.tasks}. */
export function taskBit(task: Task): number {
  return 1 << tasks.indexOf(task);
}

/** Stands for detection on video frames, which is a task of its own for the service. */
export const videoBit = 1 << tasks.length;

/** What the rules about whole files need to know of one sample. */
export class SampleFacts {
  /** The line is a sample: it has a source that can be used. */
  accepted = false;
  source = '';
  id: string | undefined;
  /** As stored, when it is a string. */
  usage: string | undefined;
  /** See {@link usageTag}. */
  usageTag = noUsage;
  /** Annotations that are objects. */
  annotations = 0;
  /** {@link taskBit}s of the annotations. */
  tasks = 0;
  /** Names of the annotations, in order, repetitions included. */
  readonly labels: string[] = [];

  reset(): void {
    this.accepted = false;
    this.source = '';
    this.id = undefined;
    this.usage = undefined;
    this.usageTag = noUsage;
    this.annotations = 0;
    this.tasks = 0;
    if (this.labels.length > 0) this.labels.length = 0;
  }
}

export function newFacts(): SampleFacts {
  return new SampleFacts();
}

export const noUsage = 0;
/** Bits that a {@link usageTag} takes. */
export const usageTagBits = 3;
const wellKnown: ReadonlyMap<string, number> = new Map(
  ['TRAIN', 'EVAL', 'TEST', 'INFERENCE'].flatMap((word, i): [string, number][] => [
    [word, i + 1],
    [word.toLowerCase(), i + 1],
  ]),
);

/**
 * A small number for a usage, the same for every letter case: 1 TRAIN, 2 EVAL, 3 TEST, 4 INFERENCE, and
 * from 5 to 7 for other words (several words may share one).
 */
export function usageTag(usage: string): number {
  const tag = wellKnown.get(usage);
  if (tag !== undefined) return tag;
  // Not in upper case, where letters of other alphabets become those of TRAIN and TEST.
  const lower = usage.toLowerCase();
  const known = wellKnown.get(lower);
  if (known !== undefined) return known;
  let hash = 0;
  for (let i = 0; i < lower.length; i++) hash = (hash * 31 + lower.charCodeAt(i)) >>> 0;
  return 5 + (hash % 3);
}
