import { lstatSync } from 'node:fs';
import {
  type Diagnostic,
  type NameDifference,
  NearNames,
  type Profile,
  sizeFinding,
  throwIfAborted,
} from '../model/index.js';
import { nothingAt } from './file-errors.js';
import { passedOverFinding } from './passed-over.js';
import {
  baseName,
  dirOf,
  entryBatches,
  joinerOf,
  joinLocation,
  type ListOptions,
  parseLocation,
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
  /** Symbolic links, which are not followed (D055). */
  readonly diagnostics: readonly Diagnostic[];
}

const xmlPattern = /\.xml$/i;
const imagePattern = /\.(?:jpe?g|png|bmp|gif|webp|tiff?)$/i;
/** Image folders beside `Annotations`, the devkit's own name first. */
const imageFolders = ['JPEGImages', 'images', 'Images'];

/** Files that systems leave behind: names beginning with a dot, `Thumbs.db`, what is below `__MACOSX`. */
function isSystemFile(name: string): boolean {
  return /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)$|(?:^|\/)(?:__MACOSX|\.[^/]+)\//.test(name);
}

/** A folder of its own, a symbolic link to one, or none. */
async function folderAt(
  storage: Storage,
  path: string,
  signal?: AbortSignal,
): Promise<'own' | 'link' | undefined> {
  if ((await storage.stat(path, { signal }))?.kind !== 'directory') return undefined;
  const location = parseLocation(path);
  return location.kind === 'local' && lstatSync(location.path).isSymbolicLink() ? 'link' : 'own';
}

function isAnnotationFile(name: string): boolean {
  if (!xmlPattern.test(name)) return false;
  // An XML file is a system file for its first character, or for a folder that it is in.
  return !(name.startsWith('.') || name.includes('/')) || !isSystemFile(name);
}

async function xmlNames(storage: Storage, folder: string, options: ListOptions) {
  const names: string[] = [];
  const passedOver: string[] = [];
  for await (const batch of entryBatches(storage, folder, {
    recursive: true,
    followLinks: false,
    ...options,
  })) {
    for (const { kind, name } of batch) {
      if (kind !== 'file') passedOver.push(name);
      else if (isAnnotationFile(name)) names.push(name);
    }
  }
  return { names, passedOver };
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
      diagnostics: devkit?.diagnostics ?? [],
    };
  }
  const inside = joinLocation(path, 'Annotations');
  const annotations = (await folderAt(storage, inside, signal)) === 'own' ? inside : path;
  const devkit = await devkitAround(storage, annotations, signal);
  const { names, passedOver } =
    listed === undefined
      ? await xmlNames(storage, annotations, { signal, onFound })
      : { names: listed.filter(isAnnotationFile), passedOver: [] };
  const diagnostics = [
    passedOverFinding(passedOver, joinerOf(annotations)),
    ...(devkit?.diagnostics ?? []),
  ].filter((finding) => finding !== undefined);
  if (devkit === undefined && annotations === path) {
    return { layout: 'folder', root: path, annotations, names, images: path, sets: undefined, diagnostics };
  }
  return {
    layout: 'devkit',
    root: dirOf(withoutSlash(annotations)),
    annotations,
    names,
    images: devkit?.images,
    sets: devkit?.sets,
    diagnostics,
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
): Promise<Pick<VocTree, 'images' | 'sets' | 'diagnostics'> | undefined> {
  const folder = withoutSlash(annotations);
  if (baseName(folder) !== 'Annotations') return undefined;
  const root = dirOf(folder);
  const links: string[] = [];
  const find = async (names: readonly string[]) => {
    for (const name of names) {
      const path = joinLocation(root, name);
      const found = await folderAt(storage, path, signal);
      if (found === 'own') return path;
      if (found === 'link') links.push(name);
    }
    return undefined;
  };
  const images = await find(imageFolders);
  const sets = await find(['ImageSets']);
  const finding = passedOverFinding(links, joinerOf(root));
  return { images, sets, diagnostics: finding === undefined ? [] : [finding] };
}

/** A file's name without its last extension, its folders kept: what pairs an image with its XML file. */
export function pairingKey(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') + 1 ? name.slice(0, dot) : name;
}

/** The image of an annotation file. */
export interface FoundImage {
  /** Relative to the folder of images. */
  readonly name: string;
  /** What about its name is another, where it is not the same. */
  readonly difference?: NameDifference;
  /** All images of the name, where it is one of several. */
  readonly others: readonly string[];
}

/** The images of a tree by {@link pairingKey}. */
export class VocImages {
  private readonly byKey = new Map<string, string>();
  private readonly doubles = new Map<string, string[]>();
  private readonly passedOver: string[] = [];
  /** What a profile says of the sizes of the files (D016). */
  readonly sizeFindings: Diagnostic[] = [];
  private near: NearNames | undefined;

  private constructor(private readonly tree: VocTree) {}

  /** Lists the tree's images once; about 100 bytes of memory for each. */
  static async list(
    storage: Storage,
    tree: VocTree,
    signal?: AbortSignal,
    profile: Profile = 'generic',
  ): Promise<VocImages> {
    const images = new VocImages(tree);
    if (tree.images === undefined) return images;
    const listing = { recursive: true, followLinks: false, signal };
    for await (const batch of entryBatches(storage, tree.images, listing)) {
      for (const { kind, name, path, size } of batch) {
        if (kind !== 'file') images.passedOver.push(name);
        if (kind !== 'file' || !imagePattern.test(name) || isSystemFile(name)) continue;
        const bytes = () => size ?? lstatSync(path).size;
        const tooLarge = sizeFinding('image', name, bytes, path, profile);
        if (tooLarge !== undefined) images.sizeFindings.push(tooLarge);
        const key = pairingKey(name);
        const other = images.byKey.get(key);
        if (other === undefined) images.byKey.set(key, name);
        else images.doubles.set(key, [...(images.doubles.get(key) ?? [other]), name]);
      }
    }
    return images;
  }

  /** Where images are; undefined when the tree has no place for them. */
  get directory(): string | undefined {
    return this.tree.images;
  }

  /** Symbolic links among the images, which are not followed (D055), unless the tree has said so. */
  get diagnostics(): readonly Diagnostic[] {
    const { annotations, images, layout } = this.tree;
    if (images === undefined || layout === 'file' || images === annotations) return [];
    const finding = passedOverFinding(this.passedOver, joinerOf(images));
    return finding === undefined ? [] : [finding];
  }

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  /** Every image's key and name, in the order of the listing. */
  entries(): IterableIterator<[string, string]> {
    return this.byKey.entries();
  }

  /** The image of a key; one that only looks like it must not have an annotation file of its own. */
  find(key: string): FoundImage | undefined {
    const exact = this.byKey.get(key);
    if (exact !== undefined) return { name: exact, others: this.doubles.get(key) ?? [] };
    this.near ??= new NearNames(this.withoutFile());
    const near = this.near.find(key);
    if (near === undefined) return undefined;
    const { name, difference } = near;
    return { name: this.byKey.get(name)!, difference, others: this.doubles.get(name) ?? [] };
  }

  private *withoutFile(): Generator<string> {
    const labelled = new Set(this.tree.names.map(pairingKey));
    for (const key of this.byKey.keys()) if (!labelled.has(key)) yield key;
  }
}
