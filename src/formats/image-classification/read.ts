import {
  type Annotation,
  type Diagnostic,
  differenceFinding,
  LabelkitError,
  NearNames,
  throwIfAborted,
} from '../../model/index.js';
import type { FormatBatch, FormatSource, SourceFile } from '../contract.js';
import { BatchBuilder, batchSize } from '../shared/batches.js';
import { decodeText, undecodable } from '../shared/decode-text.js';
import { Findings } from '../shared/findings.js';
import { imageKind, isFaulty, mediaFiles, mediaFindings } from '../shared/media-files.js';
import { stemOfName } from '../shared/names.js';
import { imageClassificationRules } from './rules.js';
import { labelFile } from './types.js';

/** An image and the file of its labels. */
interface Pair {
  readonly image: SourceFile;
  readonly label: string | undefined;
  /** About the pair, not about what is in the files. */
  readonly findings: readonly Diagnostic[];
}

/** The samples of a folder, in the order of the images' names. */
export async function* read(source: FormatSource): AsyncGenerator<FormatBatch, void, undefined> {
  const findings = new Findings(imageClassificationRules, source);
  const batch = new BatchBuilder();
  const { media, labels } = await mediaFiles(source, imageKind, labelFile, findings, batch);
  const pairs = pairsOf(media, labels, source, findings, batch);
  for (let at = 0; at < pairs.length || at === 0; at += batchSize) {
    throwIfAborted(source.signal);
    await readPairs(pairs.slice(at, at + batchSize), source, findings, batch);
    yield batch.take();
  }
}

function pairsOf(
  media: readonly SourceFile[],
  labels: readonly SourceFile[],
  source: FormatSource,
  findings: Findings,
  batch: BatchBuilder,
): Pair[] {
  const byStem = new Map<string, string>();
  for (const { name } of labels) byStem.set(stemOfName(name), name);
  const images = new Map<string, string[]>();
  for (const { name } of media) {
    const stem = stemOfName(name);
    const others = images.get(stem);
    if (others === undefined) images.set(stem, [name]);
    else others.push(name);
  }
  const near = new NearNames([...byStem.keys()].filter((stem) => !images.has(stem)));
  const used = new Set<string>();
  const pairs: Pair[] = [];
  let unlabelled = 0;
  for (const image of media) {
    const stem = stemOfName(image.name);
    const file = source.pathOf(image.name);
    const like = byStem.has(stem) ? undefined : near.find(stem);
    const label = byStem.get(like?.name ?? stem);
    const found: (Diagnostic | undefined)[] = [];
    if (label === undefined) unlabelled++;
    else used.add(label);
    if (like !== undefined) {
      found.push({ ...differenceFinding(like.difference, image.name, label!), file });
    }
    const same = images.get(stem)!;
    if (label !== undefined && same.length > 1) {
      const others = same.filter((name) => name !== image.name).join(' and ');
      found.push(findings.of('D012', `${label} may be of ${image.name} or of ${others}`, { file }));
    }
    pairs.push({ image, label, findings: found.filter((finding) => finding !== undefined) });
  }
  for (const { name } of labels) {
    if (used.has(name)) continue;
    const stem = stemOfName(name);
    const hint = imageKind.pattern.test(stem)
      ? `Call it ${stemOfName(stem)}.txt to make it that of ${stem}.`
      : undefined;
    batch.finding(
      findings.of('D014', `there is no image for ${name}`, {
        file: source.pathOf(name),
        ...(hint === undefined ? {} : { hint }),
      }),
    );
  }
  if (unlabelled > 0) {
    const what = unlabelled === 1 ? '1 image has no label file' : `${unlabelled} images have no label file`;
    batch.finding(findings.of('D013', what, { file: source.path }));
  }
  return pairs;
}

async function readPairs(
  pairs: readonly Pair[],
  source: FormatSource,
  findings: Findings,
  batch: BatchBuilder,
): Promise<void> {
  const contents = new Map<string, Buffer | LabelkitError>();
  for await (const [name, content] of source.readAll(labelNames(pairs))) contents.set(name, content);
  for (const { image, label, findings: found } of pairs) {
    const all = [...found, ...mediaFindings(image, source, findings)];
    const content = label === undefined ? undefined : contents.get(label);
    const labels =
      label === undefined || content === undefined
        ? fallback(image.name, source)
        : labelsOf(label, content, source, findings, all);
    const file = source.pathOf(label ?? image.name);
    if (content instanceof Buffer) batch.read(content.length);
    if (isFaulty(all)) {
      batch.fault({
        diagnostics: all,
        ...(content instanceof Buffer ? { raw: content } : {}),
        ...(content instanceof LabelkitError ? { cause: content } : {}),
        name: label ?? image.name,
      });
      continue;
    }
    for (const finding of all) batch.finding(finding);
    const annotations = labels.map(
      (name): Annotation => ({ type: 'modelarts/image_classification', task: 'image_classification', name }),
    );
    const sample = { source: source.pathOf(image.name), annotations };
    batch.record({ sample, file, key: stemOfName(image.name) });
  }
}

function labelNames(pairs: readonly Pair[]): Set<string> {
  return new Set(pairs.flatMap(({ label }) => (label === undefined ? [] : [label])));
}

/** The label of an image without a label file. */
function fallback(name: string, { options }: FormatSource): string[] {
  const folder = name.split('/').at(-2);
  return options['fallbackToDir'] === true && folder !== undefined ? [folder] : [];
}

/** One on each line; what is wrong with the file joins the findings. */
function labelsOf(
  name: string,
  content: Buffer | LabelkitError,
  source: FormatSource,
  findings: Findings,
  found: Diagnostic[],
): string[] {
  const file = source.pathOf(name);
  if (content instanceof LabelkitError) {
    found.push({ rule: 'D053', severity: 'error', message: content.message, file });
    return [];
  }
  const text = decodeText(content);
  if (text === undefined) {
    const hint = 'Store it as UTF-8.';
    found.push(findings.of('D025', `${name} ${undecodable(content)}`, { file, hint })!);
    return [];
  }
  const labels = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const label = line.replace(/\r$/, '');
    if (label.trim() === '') continue;
    const isBroken = label.includes('\r')
      ? findings.of('D038', 'the line has a carriage return inside', { file, line: index + 1 })
      : undefined;
    if (isBroken !== undefined) found.push(isBroken);
    const repeated = labels.has(label)
      ? findings.of('D024', `the label ${JSON.stringify(label)} is there already`, { file, line: index + 1 })
      : undefined;
    if (repeated !== undefined) found.push(repeated);
    labels.add(label);
  }
  return [...labels];
}
