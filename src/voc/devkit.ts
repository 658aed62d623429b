import { LabelkitError } from '../model/errors.js';
import { flagOf, type ImageAnnotation } from '../model/image.js';
import { paletteColor } from '../model/mask-color.js';

/** The classes of the official data sets in the order of their mask indices, `classes[0]` having index 1. */
export const vocClasses = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
] as const;

/** The actions of VOC2012. `other` also occurs as an element, but has no lists. */
export const vocActions = [
  'jumping',
  'phoning',
  'playinginstrument',
  'reading',
  'ridingbike',
  'ridinghorse',
  'running',
  'takingphoto',
  'usingcomputer',
  'walking',
] as const;

/** Mask index of what is no object. */
export const backgroundIndex = 0;
/** Mask index of borders and of what is to be ignored. */
export const voidIndex = 255;

/** The class of an index in an official class mask; undefined for background, void and indices without a class. */
export function classOfIndex(index: number): string | undefined {
  return vocClasses[index - 1];
}

/** All 256 colours as the PLTE chunk of a PNG holds them: 768 bytes. */
export function paletteBytes(): Uint8Array {
  const bytes = new Uint8Array(768);
  for (let i = 0; i < 256; i += 1) bytes.set(paletteColor(i), i * 3);
  return bytes;
}

/** What one line of a list file says. */
export interface ImageSetEntry {
  /** Stem of the image and of its XML file, exactly as written. */
  readonly id: string;
  /** Which `object` of the XML file, from 1 (Layout and Action lists). */
  readonly index?: number;
  /** 1 yes, -1 no; in class lists 0 when all objects of the class are difficult. */
  readonly flag?: 1 | 0 | -1;
  /** Line in the file, from 1. */
  readonly line: number;
}

/**
 * The columns of a list file.
 *
 * - `ids`: `Main/<set>.txt`, `Segmentation/<set>.txt`
 * - `class`: `Main/<class>_<set>.txt`, id and flag
 * - `layout`: `Layout/<set>.txt`, id and mostly an index
 * - `action`: `Action/<set>.txt`, id and index
 * - `action-class`: `Action/<action>_<set>.txt`, id, index and flag
 */
export type ImageSetKind = 'ids' | 'class' | 'layout' | 'action' | 'action-class';

/** What a list file says, and which of its lines are not of its kind. */
export interface ParsedImageSet {
  readonly entries: readonly ImageSetEntry[];
  /** Lines left out, in words; `line` from 1. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

const shortest: Record<ImageSetKind, number> = { ids: 1, class: 2, layout: 1, action: 2, 'action-class': 3 };
const longest: Record<ImageSetKind, number> = { ids: 1, class: 2, layout: 2, action: 2, 'action-class': 3 };

/**
 * Reads a list of the `ImageSets` folder. Columns are separated by any run of blanks and tabs, lines end in LF
 * or CRLF, empty lines and a byte order mark are skipped. Ids are texts: `000005` stays so.
 */
export function parseImageSet(text: string, kind: ImageSetKind): ParsedImageSet {
  const entries: ImageSetEntry[] = [];
  const faults: { line: number; message: string }[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const columns = lines[i]!.split(/[ \t\r]+/).filter((column) => column !== '');
    if (columns.length === 0) continue;
    const line = i + 1;
    const entry = readEntry(columns, kind, line);
    if (typeof entry === 'string') faults.push({ line, message: entry });
    else entries.push(entry);
  }
  return { entries, faults };
}

/** The entry, or in words why there is none. */
function readEntry(columns: readonly string[], kind: ImageSetKind, line: number): ImageSetEntry | string {
  if (columns.length < shortest[kind] || columns.length > longest[kind]) {
    const wanted =
      shortest[kind] === longest[kind] ? `${longest[kind]}` : `${shortest[kind]} or ${longest[kind]}`;
    return `${columns.length} columns where a list of this kind has ${wanted}: ${JSON.stringify(columns.join(' '))}`;
  }
  const id = columns[0]!;
  const flagAt = kind === 'class' ? 1 : kind === 'action-class' ? 2 : -1;
  let index: number | undefined;
  if (columns[1] !== undefined && flagAt !== 1) {
    if (!/^[1-9][0-9]{0,8}$/.test(columns[1]))
      return `object index of ${id} is ${JSON.stringify(columns[1])}, not a whole number from 1`;
    index = Number(columns[1]);
  }
  if (flagAt < 0) return index === undefined ? { id, line } : { id, index, line };
  const flag = flags.get(columns[flagAt]!);
  if (flag === undefined) return `flag of ${id} is ${JSON.stringify(columns[flagAt])}, not 1, 0 or -1`;
  return index === undefined ? { id, flag, line } : { id, index, flag, line };
}

const flags = new Map<string, 1 | 0 | -1>([
  ['1', 1],
  ['+1', 1],
  ['0', 0],
  ['-1', -1],
]);

/**
 * The text of a list, a line for each entry in the official layout: columns one blank apart, flags right-aligned
 * in two places. The kind follows from what the entries have.
 *
 * @throws LabelkitError `InvalidData` for an id that is empty or has blanks in it, which no reader could split off.
 */
export function formatImageSet(entries: Iterable<Omit<ImageSetEntry, 'line'>>): string {
  let text = '';
  for (const { id, index, flag } of entries) {
    if (!/^[^\s]+$/.test(id)) {
      throw new LabelkitError('InvalidData', `${JSON.stringify(id)} cannot be an id of a list`, {
        hint: 'rename the image so that its name has no blanks',
      });
    }
    text += id;
    if (index !== undefined) text += ` ${index}`;
    if (flag !== undefined) text += ` ${flag < 0 ? flag : ` ${flag}`}`;
    text += '\n';
  }
  return text;
}

/** What a file name in `ImageSets/Main` or `ImageSets/Action` stands for. */
export interface ImageSetName {
  /** `train`, `val`, `trainval`, `test` or another set. */
  readonly set: string;
  /** The class or action whose flags it holds; absent for plain lists. */
  readonly label?: string;
}

const knownSets = ['train', 'val', 'trainval', 'test'];

/**
 * Splits the name of a list file: `train.txt` is the set `train`, `cat_train.txt` the flags of `cat` in it. Only what
 * ends in `_` and a known set is split, so that other names (`my_split.txt`) are sets of their own.
 *
 * @param sets further sets that occur, as files without a label.
 */
export function parseImageSetName(fileName: string, sets: readonly string[] = []): ImageSetName {
  const stem = fileName.replace(/\.txt$/i, '');
  if (knownSets.includes(stem) || sets.includes(stem)) return { set: stem };
  let found: ImageSetName | undefined;
  for (const set of [...knownSets, ...sets]) {
    const label = stem.slice(0, -set.length - 1);
    if (label !== '' && stem === `${label}_${set}` && set.length > (found?.set.length ?? 0))
      found = { set, label };
  }
  return found ?? { set: stem };
}

/** Usage words of a manifest. */
export type SetUsage = 'TRAIN' | 'EVAL' | 'TEST';

/**
 * The usage that a set stands for: TRAIN for train and trainval, EVAL for val, TEST for test; undefined for sets of
 * other names, and for trainval when the images are in train or val as well.
 *
 * @param sets all sets there are.
 */
export function usageOfSet(set: string, sets: Iterable<string> = []): SetUsage | undefined {
  switch (set) {
    case 'train':
      return 'TRAIN';
    case 'val':
      return 'EVAL';
    case 'test':
      return 'TEST';
    case 'trainval': {
      for (const other of sets) if (other === 'train' || other === 'val') return undefined;
      return 'TRAIN';
    }
    default:
      return undefined;
  }
}

/** The set that a usage is written to, in any letter case; undefined for others. */
export function setOfUsage(usage: string): 'train' | 'val' | 'test' | undefined {
  switch (usage.toLowerCase()) {
    case 'train':
      return 'train';
    case 'eval':
      return 'val';
    case 'test':
      return 'test';
    default:
      return undefined;
  }
}

/** An id that two sets of different usages list. */
export interface UsageConflict {
  readonly id: string;
  /** The usage it keeps, of the set listed first. */
  readonly kept: SetUsage;
  readonly also: SetUsage;
}

/** The usage of each id, and the ids with two. */
export interface ResolvedUsages {
  readonly usages: ReadonlyMap<string, SetUsage>;
  readonly conflicts: readonly UsageConflict[];
}

/**
 * The usage of each id by the lists it is in; the first list counts. Memory grows with the number of ids.
 *
 * @param lists set name and ids, the order deciding conflicts.
 */
export function resolveUsages(
  lists: Iterable<{ readonly set: string; readonly ids: Iterable<string> }>,
): ResolvedUsages {
  const all = [...lists];
  const sets = all.map(({ set }) => set);
  const usages = new Map<string, SetUsage>();
  const conflicts: UsageConflict[] = [];
  for (const { set, ids } of all) {
    const usage = usageOfSet(set, sets);
    if (usage === undefined) continue;
    for (const id of ids) {
      const kept = usages.get(id);
      if (kept === undefined) usages.set(id, usage);
      else if (kept !== usage) conflicts.push({ id, kept, also: usage });
    }
  }
  return { usages, conflicts };
}

/** The flag of an image in the list of a class: 1 with an object of the class, 0 when all of them are difficult, else -1. */
export function classFlag(annotation: ImageAnnotation, label: string): 1 | 0 | -1 {
  let flag: 0 | -1 = -1;
  for (const object of annotation.objects) {
    if (object.name !== label) continue;
    if (flagOf(object.difficult) !== true) return 1;
    flag = 0;
  }
  return flag;
}
