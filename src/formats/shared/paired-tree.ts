import {
  type Annotation,
  type Diagnostic,
  differenceFinding,
  type ImageAnnotation,
  type JsonObject,
  LabelkitError,
  NearNames,
  throwIfAborted,
} from '../../model/index.js';
import type { FormatBatch, FormatSource, SourceFile } from '../contract.js';
import { BatchBuilder, batchSize } from './batches.js';
import { decodeText, undecodable } from './decode-text.js';
import { isIgnored } from './images.js';
import { withDistinctKeys } from './keys.js';
import { baseNameOf, stemOfName } from './names.js';

/** A tree with images in one folder and a label file for each in another one beside it, perhaps for each subset. */
export interface PairedTree {
  /** Names of folders that have images, in lower case: `image_2`. */
  readonly imageFolders: ReadonlySet<string>;
  /** Names of folders that have label files, in lower case. */
  readonly labelFolders: ReadonlySet<string>;
  /** The folder of images where they are written, and of an image whose file is not there. */
  readonly imageFolder: string;
  /** The folder of label files where they are written. */
  readonly labelFolder: string;
  readonly imageExtension: string;
  /** What a label file says; a file with an error is refused in strict mode. */
  readonly parse: (content: Uint8Array, file: string) => LabelContent;
}

export interface LabelContent {
  readonly image: ImageAnnotation;
  /** Of the sample. */
  readonly property?: JsonObject;
  readonly findings: readonly Diagnostic[];
}

const imagePattern = /\.(?:jpe?g|png|bmp|webp|tiff?|gif)$/i;
const labelPattern = /\.txt$/i;

const usageOfFolder: Readonly<Record<string, string>> = {
  train: 'TRAIN',
  training: 'TRAIN',
  val: 'EVAL',
  valid: 'EVAL',
  validation: 'EVAL',
  test: 'TEST',
  testing: 'TEST',
};

interface Pair {
  /** Name in the tree; undefined when the image is not there. */
  image: string | undefined;
  label: string | undefined;
  readonly key: string;
  readonly longKey: string;
  readonly usage: string | undefined;
  /** Where the image is or should be. */
  readonly expected: string;
}

/** Reads a tree, in the order of the images' names. */
export async function* readPairedTree(source: FormatSource, tree: PairedTree): AsyncGenerator<FormatBatch> {
  const batch = new BatchBuilder();
  const pairs = withDistinctKeys(await pairsOf(source, tree, batch));
  for (let at = 0; at < pairs.length || at === 0; at += batchSize) {
    throwIfAborted(source.signal);
    await readPairs(source, tree, pairs.slice(at, at + batchSize), batch);
    yield batch.take();
  }
}

/**
 * Where a file may belong: its path without extension, with a folder of images or labels taken out. A data set may itself
 * have folders of these names, so there are several, likeliest first: without the folder as it is written, then the inner
 * ones before the outer.
 */
function placesOfName(name: string, folders: ReadonlySet<string>, written: string): string[][] {
  const parts = stemOfName(name).split('/');
  const marks: number[] = [];
  for (let at = parts.length - 2; at >= 0; at--) if (folders.has(parts[at]!.toLowerCase())) marks.push(at);
  const own = marks.findLast((at) => parts[at]!.toLowerCase() === written.toLowerCase());
  const sorted = own === undefined ? marks : [own, ...marks.filter((at) => at !== own)];
  return sorted.length === 0 ? [parts] : sorted.map((mark) => parts.with(mark, '*'));
}

async function pairsOf(source: FormatSource, tree: PairedTree, batch: BatchBuilder): Promise<Pair[]> {
  const pairs = new Map<string, Pair>();
  const images: SourceFile[] = [];
  const labels: { readonly name: string; readonly places: readonly string[][] }[] = [];
  const others = new Map<string, { readonly first: string; count: number }>();
  let unlabelled = 0;
  for (const file of await source.list()) {
    const { name } = file;
    if (isIgnored(name)) continue;
    if (labelPattern.test(name))
      labels.push({ name, places: placesOfName(name, tree.labelFolders, tree.labelFolder) });
    else if (imagePattern.test(name)) images.push(file);
    else {
      const kind = name.slice(stemOfName(name).length).toLowerCase();
      const seen = others.get(kind);
      if (seen === undefined) others.set(kind, { first: name, count: 1 });
      else seen.count++;
    }
  }
  for (const { first, count } of others.values()) {
    const what = count === 1 ? `${first} is` : `${first} and ${count - 1} more of its kind are`;
    const message = `${what} neither image nor label file`;
    batch.finding(folderFinding(source, 'D010', 'warning', message, first));
  }
  const labelled = new Set(labels.flatMap(({ places }) => places.map((parts) => parts.join('/'))));
  for (const { name, size } of images) {
    const places = placesOfName(name, tree.imageFolders, tree.imageFolder);
    const parts = places.find((place) => labelled.has(place.join('/'))) ?? places[0]!;
    const other = pairs.get(parts.join('/'));
    if (other !== undefined) {
      const message = `${name} and ${other.image} are images of one label file`;
      batch.fault({ diagnostics: [folderFinding(source, 'D012', 'error', message, name)], name });
      continue;
    }
    if (size === 0)
      batch.finding(folderFinding(source, 'D015', strictly(source), `${name} has no bytes`, name));
    pairs.set(parts.join('/'), pairOf(parts, name, undefined, name));
  }
  const own = (places: readonly string[][]) => places.find((place) => pairs.has(place.join('/')));
  const found = new Set(labels.flatMap(({ places }) => own(places)?.join('/') ?? []));
  const near = new NearNames([...pairs.keys()].filter((place) => !found.has(place)));
  for (const { name, places } of labels) {
    let parts = own(places) ?? places[0]!;
    let pair = pairs.get(parts.join('/'));
    const like = pair === undefined ? near.find(parts.join('/')) : undefined;
    if (like !== undefined) {
      parts = like.name.split('/');
      pair = pairs.get(like.name)!;
      const finding = differenceFinding(like.difference, pair.image ?? pair.expected, name);
      batch.finding({ ...finding, file: source.pathOf(name) });
    }
    if (pair?.label !== undefined) {
      const message = `${name} and ${pair.label} are label files of one image`;
      batch.fault({ diagnostics: [folderFinding(source, 'D012', 'error', message, name)], name });
    } else if (pair !== undefined) {
      pair.label = name;
    } else if (parts.includes('*')) {
      const expected = `${parts.map((part) => (part === '*' ? tree.imageFolder : part)).join('/')}${tree.imageExtension}`;
      batch.finding(
        folderFinding(
          source,
          'D014',
          strictly(source),
          `there is no image for ${name}`,
          name,
          `The sample refers to ${expected}, where the image should be.`,
        ),
      );
      pairs.set(parts.join('/'), pairOf(parts, undefined, name, expected));
    } else {
      batch.finding(
        folderFinding(
          source,
          'D014',
          strictly(source),
          `there is no image for ${name}, which is ignored`,
          name,
        ),
      );
    }
  }
  for (const { label } of pairs.values()) if (label === undefined) unlabelled++;
  if (unlabelled > 0) {
    const text = unlabelled === 1 ? '1 image has no label file' : `${unlabelled} images have no label file`;
    batch.finding({
      rule: 'D013',
      severity: 'info',
      message: `${text}, and so no objects`,
      file: source.path,
    });
  }
  return [...pairs.values()];
}

const strictly = ({ mode }: FormatSource) => (mode === 'strict' ? 'error' : 'warning');

function folderFinding(
  source: FormatSource,
  rule: string,
  severity: Diagnostic['severity'],
  message: string,
  name: string,
  hint?: string,
): Diagnostic {
  return { rule, severity, message, file: source.pathOf(name), ...(hint === undefined ? {} : { hint }) };
}

function pairOf(
  parts: readonly string[],
  image: string | undefined,
  label: string | undefined,
  expected: string,
): Pair {
  const folders = parts.slice(0, -1).map((part) => part.toLowerCase());
  const usages = folders.flatMap((part) => (Object.hasOwn(usageOfFolder, part) ? [usageOfFolder[part]] : []));
  const long = parts.filter((part) => part !== '*');
  const at = parts.indexOf('*');
  return {
    image,
    label,
    key: parts.slice(at + 1).join('/'),
    longKey: long.join('/'),
    usage: usages[0],
    expected,
  };
}

async function readPairs(
  source: FormatSource,
  tree: PairedTree,
  pairs: readonly Pair[],
  batch: BatchBuilder,
): Promise<void> {
  const contents = new Map<string, Buffer | LabelkitError>();
  const labels = pairs.flatMap(({ label }) => (label === undefined ? [] : [label]));
  for await (const [name, content] of source.readAll(labels))
    contents.set(name, content instanceof LabelkitError ? content : Buffer.from(content));
  for (const { image, label, key, usage, expected } of pairs) {
    const path = source.pathOf(image ?? expected);
    const common = { ...(usage === undefined ? {} : { usage }), source: path };
    const content = label === undefined ? undefined : contents.get(label);
    if (label === undefined || content === undefined) {
      batch.record({ sample: { ...common, annotations: [] }, file: path, key });
      continue;
    }
    const file = source.pathOf(label);
    if (content instanceof LabelkitError) {
      batch.fault({
        diagnostics: [{ rule: 'D053', severity: 'error', message: content.message, file }],
        name: label,
        cause: content,
      });
      continue;
    }
    batch.read(content.length);
    if (decodeText(content) === undefined) {
      const hint = 'Store it as UTF-8.';
      const message = `${label} ${undecodable(content)}`;
      batch.fault({
        diagnostics: [folderFinding(source, 'D025', 'error', message, label, hint)],
        raw: content,
        name: label,
      });
      continue;
    }
    const read = tree.parse(content, file);
    if (source.mode === 'strict' && read.findings.some(({ severity }) => severity === 'error')) {
      batch.fault({ diagnostics: read.findings, raw: content, name: label });
      continue;
    }
    for (const finding of read.findings) batch.finding(finding);
    const annotation: Annotation = {
      type: 'modelarts/object_detection',
      task: 'object_detection',
      image: { fileName: baseNameOf(path), ...read.image },
    };
    const property = read.property === undefined ? {} : { property: read.property };
    batch.record({ sample: { ...common, ...property, annotations: [annotation] }, file, key });
  }
}
