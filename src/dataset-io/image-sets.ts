import type { Diagnostic } from '../model/index.js';
import { trimBlanks } from '../text/index.js';
import { parseImageSet, usageOfSet } from '../voc/index.js';
import { readText } from './read-bytes.js';
import { datasetDiagnostic } from './rules.js';
import { joinLocation, type Storage } from './storage/index.js';
import type { VocTree } from './voc-tree.js';

/** Sets whose usage counts where an id is in several, the strongest first. `trainval` is train and val together. */
const precedence = ['train', 'val', 'test', 'trainval'];

/** What the lists of a devkit say about its images. */
export interface ImageSets {
  /** The usage of an id: TRAIN, EVAL or TEST; undefined when no list of these names it. */
  usageOf(id: string): string | undefined;
  /** Ids in the order of the lists that name them first. */
  ids(): IterableIterator<string>;
  /** Every list below ImageSets, as relative names. */
  readonly lists: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const none: ImageSets = { usageOf: () => undefined, ids: () => [].values(), lists: [], diagnostics: [] };

/** The ids of a plain list. A line of several words is one id: image names may hold blanks. */
function* listedIds(list: string): Generator<{ id: string; line: number }> {
  const { entries, faults } = parseImageSet(list, 'ids');
  yield* entries;
  const lines = faults.length === 0 ? [] : list.split('\n');
  for (const { line } of faults) yield { id: trimBlanks(lines[line - 1].replace(/^\ufeff/, '')), line };
}

/**
 * Reads `ImageSets/Main/{train,val,test,trainval}.txt` (or the same lists in Segmentation, Layout or Action
 * where Main has none). About 100 bytes of memory for each listed id.
 */
export async function readImageSets(
  storage: Storage,
  tree: VocTree,
  signal?: AbortSignal,
): Promise<ImageSets> {
  if (tree.sets === undefined) return none;
  const lists: string[] = [];
  for await (const entry of storage.list(tree.sets, { recursive: true, signal })) {
    if (entry.kind === 'file' && entry.name.endsWith('.txt')) lists.push(entry.name);
  }
  const group = ['Main', 'Segmentation', 'Layout', 'Action'].find((name) =>
    precedence.some((set) => lists.includes(`${name}/${set}.txt`)),
  );
  const present = precedence.filter((set) => lists.includes(`${group}/${set}.txt`));
  const sets = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const set of present) {
    const path = joinLocation(tree.sets, `${group}/${set}.txt`);
    for (const { id, line } of listedIds(await readText(storage, path, signal))) {
      const other = sets.get(id);
      if (other === undefined) sets.set(id, set);
      else if (other !== set && set !== 'trainval') {
        diagnostics.push(
          datasetDiagnostic('D051', `${id} is in ${other} and in ${set}`, {
            file: path,
            line,
            column: 1,
            hint: `It counts as ${other}.`,
          }),
        );
      }
    }
  }
  return {
    usageOf: (id) => {
      const set = sets.get(id);
      return set === undefined ? undefined : usageOfSet(set, present);
    },
    ids: () => sets.keys(),
    lists,
    diagnostics,
  };
}

/** D050: a list names an id of which there is nothing. */
export function listedWithoutFile(id: string, tree: VocTree): Diagnostic {
  return datasetDiagnostic('D050', `ImageSets names ${id}, which has neither annotation file nor image`, {
    file: tree.sets ?? tree.root,
  });
}
