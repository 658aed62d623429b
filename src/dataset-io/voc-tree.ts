import { throwIfAborted } from '../model/index.js';
import { nothingAt } from './file-errors.js';
import {
  baseName,
  dirOf,
  entryBatches,
  joinLocation,
  type ListOptions,
  type Storage,
} from './storage/index.js';

/**
 * How Pascal VOC files lie on disk. `devkit`: Annotations, JPEGImages and ImageSets below one root;
 * `folder`: XML files at any depth, each beside its image; `file`: one XML file.
 */
export type VocLayout = 'devkit' | 'folder' | 'file';

/** The files of a VOC data set, found by name alone. */
export interface VocTree {
  readonly layout: VocLayout;
  /** The devkit's root, or the folder. */
  readonly root: string;
  /** The directory that {@link names} are relative to. */
  readonly annotations: string;
  /** XML files, relative to {@link annotations}, in UTF-8 byte order. */
  readonly names: readonly string[];
  /** Where images are: the devkit's image folder, or {@link annotations}. Undefined: the devkit has none. */
  readonly images: string | undefined;
  /** The devkit's ImageSets folder, when there is one. */
  readonly sets: string | undefined;
}

const xmlPattern = /\.xml$/i;
const imagePattern = /\.(?:jpe?g|png|bmp|gif|webp|tiff?)$/i;
/** Image folders beside `Annotations`, the devkit's own name first. */
const imageFolders = ['JPEGImages', 'images', 'Images'];

/** Files that systems leave behind: names beginning with a dot, `Thumbs.db`, what is below `__MACOSX`. */
function isSystemFile(name: string): boolean {
  return /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)$|(?:^|\/)(?:__MACOSX|\.[^/]+)\//.test(name);
}

async function isFolder(storage: Storage, path: string, signal?: AbortSignal): Promise<boolean> {
  return (await storage.stat(path, { signal }))?.kind === 'directory';
}

function isAnnotationFile(name: string): boolean {
  if (!xmlPattern.test(name)) return false;
  // An XML file is a system file for its first character, or for a folder that it is in.
  return !(name.startsWith('.') || name.includes('/')) || !isSystemFile(name);
}

/** A link that leads nowhere is named as well: what cannot be read is to be told, not passed over. */
async function xmlNames(storage: Storage, folder: string, options: ListOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of entryBatches(storage, folder, { recursive: true, ...options })) {
    for (const { kind, name } of batch)
      if ((kind === 'file' || kind === 'link') && isAnnotationFile(name)) names.push(name);
  }
  return names;
}

/**
 * Finds the VOC files at a path: a devkit root, its `Annotations` folder, a folder of XML files, or one file.
 *
 * @param listed the XML files of the path, when it is a folder without folders and has just been listed
 * @param onFound for the listing of the annotation folder, where it has to be made
 * @throws StorageError `NotFound` when there is nothing at the path
 */
export async function findVocTree(
  storage: Storage,
  path: string,
  signal?: AbortSignal,
  listed?: readonly string[],
  onFound?: ListOptions['onFound'],
): Promise<VocTree> {
  throwIfAborted(signal);
  const stat = await storage.stat(path, { signal });
  if (stat === null) throw nothingAt(path);
  if (stat.kind !== 'directory') {
    const folder = dirOf(path);
    const devkit = await devkitAround(storage, folder, signal);
    return {
      layout: 'file',
      root: folder,
      annotations: folder,
      names: [baseName(path)],
      images: devkit?.images ?? folder,
      sets: devkit?.sets,
    };
  }
  const inside = joinLocation(path, 'Annotations');
  const annotations = (await isFolder(storage, inside, signal)) ? inside : path;
  const devkit = await devkitAround(storage, annotations, signal);
  const names =
    listed?.filter(isAnnotationFile) ?? (await xmlNames(storage, annotations, { signal, onFound }));
  if (devkit === undefined && annotations === path) {
    return { layout: 'folder', root: path, annotations, names, images: path, sets: undefined };
  }
  return {
    layout: 'devkit',
    root: dirOf(withoutSlash(annotations)),
    annotations,
    names,
    images: devkit?.images,
    sets: devkit?.sets,
  };
}

function withoutSlash(folder: string): string {
  return folder.endsWith('/') ? folder.slice(0, -1) : folder;
}

/** The other folders of a devkit, seen from its `Annotations` folder; undefined when it is none. */
async function devkitAround(
  storage: Storage,
  annotations: string,
  signal?: AbortSignal,
): Promise<{ images?: string; sets?: string } | undefined> {
  const folder = withoutSlash(annotations);
  if (baseName(folder) !== 'Annotations') return undefined;
  const root = dirOf(folder);
  let images: string | undefined;
  for (const name of imageFolders) {
    const candidate = joinLocation(root, name);
    if (await isFolder(storage, candidate, signal)) {
      images = candidate;
      break;
    }
  }
  const setsFolder = joinLocation(root, 'ImageSets');
  const sets = (await isFolder(storage, setsFolder, signal)) ? setsFolder : undefined;
  return { ...(images === undefined ? {} : { images }), ...(sets === undefined ? {} : { sets }) };
}

/** A file's name without its last extension, its folders kept: what pairs an image with its XML file. */
export function pairingKey(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') + 1 ? name.slice(0, dot) : name;
}

/** The images of a tree by {@link pairingKey}. */
export class VocImages {
  private readonly byKey = new Map<string, string>();
  private readonly doubles = new Map<string, string[]>();
  private folded: Map<string, string> | undefined;

  private constructor(readonly directory: string | undefined) {}

  /** Lists the tree's images once; about 100 bytes of memory for each. */
  static async list(storage: Storage, tree: VocTree, signal?: AbortSignal): Promise<VocImages> {
    const images = new VocImages(tree.images);
    if (tree.images === undefined) return images;
    for await (const batch of entryBatches(storage, tree.images, { recursive: true, signal })) {
      for (const { kind, name } of batch) {
        if (kind !== 'file' || !imagePattern.test(name) || isSystemFile(name)) continue;
        const key = pairingKey(name);
        const other = images.byKey.get(key);
        if (other === undefined) images.byKey.set(key, name);
        else images.doubles.set(key, [...(images.doubles.get(key) ?? [other]), name]);
      }
    }
    return images;
  }

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  /** Every image's key and name, in the order of the listing. */
  entries(): IterableIterator<[string, string]> {
    return this.byKey.entries();
  }

  /** The image of a key; `caseDiffers` when only its letter case is another. */
  find(key: string): { name: string; caseDiffers: boolean; others: readonly string[] } | undefined {
    const exact = this.byKey.get(key);
    if (exact !== undefined) return { name: exact, caseDiffers: false, others: this.doubles.get(key) ?? [] };
    if (this.folded === undefined) {
      this.folded = new Map();
      for (const [other, name] of this.byKey) this.folded.set(other.toLowerCase(), name);
    }
    const near = this.folded.get(key.toLowerCase());
    return near === undefined ? undefined : { name: near, caseDiffers: true, others: [] };
  }
}
