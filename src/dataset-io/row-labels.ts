import { type Diagnostic, isVocTask, type Sample } from '../model/index.js';
import type { StageBatch } from './stage.js';

/** The different labels of a sample, or what keeps them from being known. */
export type RowLabels =
  | { readonly labels: ReadonlySet<string>; readonly faults?: undefined }
  | { readonly labels?: undefined; readonly faults: readonly Diagnostic[] };

/** The labels of a sample: the names of its annotations and those of the objects in its VOC files, parts left out. */
export async function labelsOf(batch: StageBatch, row: number, { annotations }: Sample): Promise<RowLabels> {
  const labels = new Set<string>();
  for (const { name } of annotations) if (name !== undefined) labels.add(name);
  if (annotations.some(({ task }) => isVocTask(task))) {
    const joined = await batch.joined(row);
    if (joined.files === undefined) return { faults: joined.faults };
    for (const { document } of joined.files)
      for (const { name } of document.objects) if (name !== undefined) labels.add(name);
  }
  return { labels };
}
