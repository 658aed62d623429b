import { busy } from './refusal.js';
import type { Dataset, World } from './state.js';

/** The data set, if nothing is under way that keeps others out. @throws Refusal */
export function idle(world: World, id: string): Dataset {
  const dataset = world.dataset(id);
  if (dataset.synchronising?.job.isDone === false) throw busy('synchronising');
  if (dataset.imports.some(({ job }) => !job.isDone)) throw busy('importing');
  if (dataset.switching?.isDone === false) throw busy('switching');
  if (dataset.versions.some(({ job }) => !job.isDone)) throw busy('publishing');
  return dataset;
}

/** 0 creating, 1 normal, 4 abnormal, 5 synchronising, 6 publishing, 7 switching, 8 importing. */
export function statusOf(dataset: Dataset): number {
  if (!dataset.job.isDone) return 0;
  if (dataset.job.stage === 'abnormal') return 4;
  if (dataset.synchronising?.job.isDone === false) return 5;
  if (dataset.versions.some(({ job }) => !job.isDone)) return 6;
  if (dataset.switching?.isDone === false) return 7;
  return dataset.imports.some(({ job }) => !job.isDone) ? 8 : 1;
}
