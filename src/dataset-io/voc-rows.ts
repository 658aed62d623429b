import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Annotation, Diagnostic, ImageAnnotation, Profile, Sample } from '../model/index.js';
import { differenceFinding, throwIfAborted } from '../model/index.js';
import { type ImageSets, listedWithoutFile, readImageSets } from './image-sets.js';
import type { Fault, Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { baseName, joinerOf, joinLocation, resolveReference, type Storage } from './storage/index.js';
import { isUnread, unreadDiagnostic, type VocFile, VocFiles } from './voc-files.js';
import { pairingKey, VocImages, type VocTree } from './voc-tree.js';

/** Files handed on together: few enough that most of what is made of them is gone before the collector looks. */
const batchFiles = 64;

export interface VocRowsOptions {
  /** Keep each file's bytes in its document, for a writer that copies them. */
  readonly keepSource?: boolean | undefined;
  /** The tree's lists, where the caller has read them already. */
  readonly sets?: ImageSets | undefined;
  /** The tree's images, where the caller has listed them already. */
  readonly images?: VocImages | undefined;
  /** Whose demands raise severities; default `generic`. */
  readonly profile?: Profile | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Image files named by an annotation file are data of that file, not samples: its mask. */
function maskPath(document: ImageAnnotation | undefined, folder: string): string | undefined {
  const mask = document?.maskSource;
  if (mask === undefined) return undefined;
  const location = resolveReference(mask, folder);
  return location.kind === 'local' || location.kind === 'memory' || location.kind === 'obs'
    ? location.text
    : undefined;
}

/** `modelarts/image_segmentation` for files with a mask, else `modelarts/object_detection`. */
function annotationOf(path: string, document: ImageAnnotation): Annotation {
  const masked =
    document.maskSource !== undefined || document.objects.some((object) => object.maskColor !== undefined);
  const task = masked ? 'image_segmentation' : 'object_detection';
  return { type: `modelarts/${task}`, task, loc: path, image: document };
}

/** A base name out of data, which may be a whole path of another system. */
function lastName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

/** Makes rows of annotation files and of images that have none. */
class VocRowMaker {
  readonly masks = new Set<string>();
  /** Images of annotation files whose names are not quite the same. */
  private readonly paired = new Set<string>();
  rows: Row[] = [];
  faults: Fault[] = [];
  diagnostics: Diagnostic[] = [];
  bytes = 0;
  /** The path of an image, whether it is there or should be. */
  private readonly pathOf: (name: string) => string;

  constructor(
    private readonly tree: VocTree,
    private readonly images: VocImages,
    private readonly usageOf: (id: string) => string | undefined,
    private readonly files: VocFiles,
  ) {
    this.pathOf = joinerOf(images.directory ?? joinLocation(tree.root, 'JPEGImages'));
  }

  /** Takes the file that was read last. */
  add(file: VocFile): void {
    this.bytes += file.size;
    const { document, findings, name, path } = file;
    if (document === undefined || findings.some(({ severity }) => severity === 'error')) {
      this.faults.push({
        diagnostics: findings.map((finding) => this.files.locate(finding, path)),
        raw: Buffer.from(this.files.bytes),
        name,
      });
      return;
    }
    const key = pairingKey(name);
    const mask = maskPath(document, this.tree.annotations);
    if (mask !== undefined) this.masks.add(mask);
    this.rows.push(this.row(key, path, this.imageOf(key, path, document), [annotationOf(path, document)]));
  }

  addUnlabelled(key: string, image: string): void {
    const path = this.pathOf(image);
    if (this.masks.has(path) || this.paired.has(path)) return;
    this.rows.push(this.row(key, path, path, []));
  }

  take(): RowBatch {
    const { rows, faults, diagnostics, bytes } = this;
    this.rows = [];
    this.faults = [];
    this.diagnostics = [];
    this.bytes = 0;
    return { count: rows.length, rows, faults, diagnostics, bytes };
  }

  private row(key: string, file: string, source: string, annotations: Annotation[]): Row {
    const usage = this.usageOf(key);
    const sample: Sample = { source, annotations, ...(usage === undefined ? {} : { usage }) };
    return { sample, file, base: '.', key };
  }

  /** The image of an annotation file: the one that is there, else the one it must have been. */
  private imageOf(key: string, path: string, document: ImageAnnotation): string {
    const found = this.images.find(key);
    if (found !== undefined) {
      const image = this.pathOf(found.name);
      if (found.difference !== undefined) {
        const finding = differenceFinding(found.difference, found.name, baseName(path));
        this.diagnostics.push({ ...finding, file: path });
        this.paired.add(image);
      }
      if (found.others.length > 0) {
        this.diagnostics.push(
          datasetDiagnostic('D012', `${found.others.join(' and ')} are all images of ${baseName(path)}`, {
            file: path,
            severity: 'warning',
            hint: `${found.name} is taken.`,
          }),
        );
      }
      return image;
    }
    const named = document.fileName === undefined ? '' : lastName(document.fileName);
    const slash = key.lastIndexOf('/') + 1;
    const image = named === '' || named === '.' || named === '..' ? `${key.slice(slash)}.jpg` : named;
    this.diagnostics.push(
      datasetDiagnostic('D014', `there is no image for ${baseName(path)}`, {
        file: path,
        severity: 'warning',
        hint: `The sample refers to ${image}, where the image should be.`,
      }),
    );
    return this.pathOf(key.slice(0, slash) + image);
  }
}

/**
 * The samples of a VOC tree, batch by batch: every annotation file in byte order of the names, then every
 * image without one. Sources and annotation locations are paths as seen from the working directory. A file
 * that lenient reading cannot accept whole is a fault with its bytes.
 *
 * @throws StorageError when a folder cannot be listed
 */
export async function* vocRows(
  storage: Storage,
  tree: VocTree,
  options: VocRowsOptions = {},
): AsyncGenerator<RowBatch, void, undefined> {
  const { signal } = options;
  const images = options.images ?? (await VocImages.list(storage, tree, signal));
  const sets = options.sets ?? (await readImageSets(storage, tree, signal));
  const files = new VocFiles(storage, tree.annotations, {
    mode: 'lenient',
    profile: options.profile,
    keepSource: options.keepSource,
    signal,
  });
  const maker = new VocRowMaker(tree, images, sets.usageOf, files);
  maker.diagnostics.push(...tree.diagnostics, ...images.diagnostics, ...sets.diagnostics);
  files.expect(tree.names);
  try {
    for (let at = 0; at < tree.names.length; at += batchFiles) {
      throwIfAborted(signal);
      for (const name of tree.names.slice(at, at + batchFiles)) {
        const file = files.readSync(name) ?? (await files.read(name));
        if (isUnread(file))
          maker.faults.push({ diagnostics: [unreadDiagnostic(file)], name, cause: file.cause });
        else maker.add(file);
      }
      yield maker.take();
      // Blocking reads never let the event loop turn: a signal would not be heard.
      await nextTurn();
    }
  } finally {
    files.close();
  }
  if (tree.layout === 'file') return;
  if (images.isEmpty && sets.ids().next().done === true) {
    yield maker.take();
    return;
  }
  const labelled = new Set(tree.names.map(pairingKey));
  for (const [key, image] of images.entries()) {
    if (labelled.has(key)) continue;
    maker.addUnlabelled(key, image);
    if (maker.rows.length >= batchFiles) yield maker.take();
  }
  for (const id of sets.ids()) {
    if (labelled.has(id) || images.find(id) !== undefined) continue;
    maker.diagnostics.push(listedWithoutFile(id, tree));
  }
  yield maker.take();
}
