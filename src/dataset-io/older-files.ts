import { datasetDiagnostic } from './rules.js';
import { joinLocation, type TreeWriter } from './storage/index.js';
import type { WriterContext } from './writer.js';

/** Files that a reader of the output would take for part of it. */
export interface Readable {
  /** The folder of the output that they are in, `/`-separated; the empty text for all of it. */
  readonly folder: string;
  readonly isOne: (name: string) => boolean;
  /** What one of them is called: `annotation file`. */
  readonly noun: string;
}

/** C006: what an overwritten folder holds beside the new data. */
export async function reportOlderFiles(
  tree: TreeWriter,
  { folder, isOne, noun }: Readable,
  { storage, output, run, signal }: WriterContext,
): Promise<void> {
  const path = folder === '' ? output : joinLocation(output, folder);
  if ((await storage.stat(path, { signal }))?.kind !== 'directory') return;
  let count = 0;
  let first = '';
  for await (const { name, path: found } of storage.list(path, { recursive: true, signal })) {
    if (!isOne(name) || tree.has(folder === '' ? name : `${folder}/${name}`)) continue;
    if (count === 0) first = found;
    count++;
  }
  if (count === 0) return;
  const files = count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
  run.report(
    datasetDiagnostic('C006', `${files} of before stay beside the new data`, {
      file: first,
      hint: 'Write into a new folder, or remove them.',
    }),
  );
}
