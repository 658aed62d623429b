import type { ImageAnnotation } from '../model/index.js';
import { classFlag, formatImageSet, parseImageSet, parseImageSetName } from '../voc/index.js';
import { readText } from './read-bytes.js';
import { joinLocation, nameProblem, type Storage, type TreeWriter } from './storage/index.js';
import type { VocTree } from './voc-tree.js';
import type { VocValidator } from './voc-validator.js';

type Flag = 1 | 0 | -1;

/** One class list as read: flags by image id. */
interface ClassList {
  readonly label: string;
  readonly path: string;
  readonly flags: ReadonlyMap<string, { readonly flag: Flag; readonly line: number }>;
}

const words: Record<Flag, string> = {
  1: '1 (there is a plain object)',
  0: '0 (all of them are difficult)',
  '-1': '-1 (there is none)',
};

/**
 * The `<class>_<set>.txt` lists of a devkit, held against its annotation files. They are derived from the
 * files, so a difference (D052) is a sign that one of the two is old. Memory grows with the lists.
 */
export class ClassLists {
  private constructor(private readonly lists: readonly ClassList[]) {}

  /** Reads the class lists among `names`, which are relative to the tree's ImageSets folder. */
  static async read(
    storage: Storage,
    tree: VocTree,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<ClassLists> {
    const lists: ClassList[] = [];
    for (const name of names) {
      if (tree.sets === undefined || !name.startsWith('Main/')) continue;
      const { label } = parseImageSetName(name.slice('Main/'.length));
      if (label === undefined) continue;
      const path = joinLocation(tree.sets, name);
      const flags = new Map<string, { flag: Flag; line: number }>();
      for (const { id, flag, line } of parseImageSet(await readText(storage, path, signal), 'class')
        .entries) {
        if (flag !== undefined) flags.set(id, { flag, line });
      }
      lists.push({ label, path, flags });
    }
    return new ClassLists(lists);
  }

  get isEmpty(): boolean {
    return this.lists.length === 0;
  }

  /** Reports where a list says something else about an image than its annotation file. */
  compare(id: string, document: ImageAnnotation, validator: VocValidator): void {
    for (const { label, path, flags } of this.lists) {
      const listed = flags.get(id);
      if (listed === undefined) continue;
      const real = classFlag(document, label);
      if (real === listed.flag) continue;
      validator.reportFolder(
        'D052',
        `${id} is listed with flag ${listed.flag} for ${label}; its file says ${words[real]}`,
        {
          file: path,
          line: listed.line,
          column: 1,
        },
      );
    }
  }
}

/** Gathers what the class lists of a new devkit need: about 200 bytes of memory for each image. */
export class ClassListWriter {
  private readonly images = new Map<string, { id: string; flags: ReadonlyMap<string, Flag> }[]>();
  private readonly labels = new Set<string>();
  private readonly unlisted: string[] = [];

  add(sets: readonly string[], id: string, annotation: ImageAnnotation | undefined): void {
    if (/\s/.test(id)) {
      this.unlisted.push(id);
      return;
    }
    const flags = new Map<string, Flag>();
    for (const { name } of annotation?.objects ?? []) {
      if (name === undefined || annotation === undefined || flags.has(name)) continue;
      flags.set(name, classFlag(annotation, name));
      this.labels.add(name);
    }
    for (const set of sets) {
      const images = this.images.get(set);
      if (images === undefined) this.images.set(set, [{ id, flags }]);
      else images.push({ id, flags });
    }
  }

  /**
   * Writes a list for each label and set, with every image of the set in it.
   *
   * @param lose told of lists (`class-list`) whose label cannot be part of a file name, and of images
   *   (`class-list-entry`) whose ids have a blank, which would end them
   */
  write(tree: TreeWriter, lose: (feature: 'class-list' | 'class-list-entry', name: string) => void): void {
    for (const id of this.unlisted) lose('class-list-entry', id);
    for (const [set, images] of this.images) {
      for (const label of this.labels) {
        const name = `${label}_${set}.txt`;
        if (nameProblem(name, { single: true }) !== undefined) {
          lose('class-list', name);
          continue;
        }
        const entries = images.map(({ id, flags }) => ({ id, flag: flags.get(label) ?? -1 }));
        tree.add(`ImageSets/Main/${name}`, Buffer.from(formatImageSet(entries)));
      }
    }
  }
}
