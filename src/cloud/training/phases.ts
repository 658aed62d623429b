import type { TrainingPhase } from './types.js';

/** What a phase means. */
export interface PhaseFacts {
  /** It does not change any more. */
  readonly terminal: boolean;
  readonly mayBeTerminated: boolean;
}

const facts = (terminal: boolean, mayBeTerminated: boolean): PhaseFacts => ({ terminal, mayBeTerminated });

/** The phases of a job; names that are not here may come, and are no ends. */
export const trainingPhases: ReadonlyMap<string, PhaseFacts> = new Map<TrainingPhase, PhaseFacts>([
  ['Creating', facts(false, true)],
  ['Pending', facts(false, true)],
  ['Running', facts(false, true)],
  ['Failed', facts(true, false)],
  ['Completed', facts(true, false)],
  ['Terminating', facts(false, false)],
  ['Terminated', facts(true, false)],
  ['Abnormal', facts(true, false)],
]);
