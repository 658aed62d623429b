import { type Diagnostic, sizeFinding } from '../../model/index.js';
import type { FormatSource, SourceFile } from '../contract.js';
import type { BatchBuilder } from './batches.js';
import type { Findings } from './findings.js';
import { isIgnored } from './images.js';

/** Files of one kind, by their extension. */
export interface MediaKind {
  /** What any profile takes. */
  readonly pattern: RegExp;
  /** What the import of the platform takes. */
  readonly imported: RegExp;
  /** For messages: `image`. */
  readonly noun: string;
}

export const imageKind: MediaKind = {
  pattern: /\.(?:jpe?g|png|bmp|webp|tiff?|gif)$/i,
  imported: /\.(?:jpe?g|png|bmp)$/i,
  noun: 'image',
};
export const soundKind: MediaKind = { pattern: /\.wav$/i, imported: /\.wav$/i, noun: 'recording' };

/** The files of a folder that can be samples, and those that can be their labels. */
export interface MediaFiles {
  readonly media: readonly SourceFile[];
  readonly labels: readonly SourceFile[];
}

/**
 * Sorts the files of a folder, in the order of their names. What is passed over is reported.
 *
 * @param labels the extension of label files; undefined where the format has none
 */
export async function mediaFiles(
  source: FormatSource,
  kind: MediaKind,
  labels: RegExp | undefined,
  findings: Findings,
  batch: BatchBuilder,
): Promise<MediaFiles> {
  const media: SourceFile[] = [];
  const labelFiles: SourceFile[] = [];
  const pattern = source.profile === 'modelarts-import' ? kind.imported : kind.pattern;
  let ignored = 0;
  for (const file of await source.list()) {
    const { name } = file;
    if (isIgnored(name)) ignored++;
    else if (/[\r\n\t]/.test(name)) {
      const finding = findings.of('D020', `the name ${JSON.stringify(name)} has a line break or a Tab`, {
        file: source.pathOf(name),
      })!;
      batch.fault({ diagnostics: [finding], name });
    } else if (pattern.test(name)) media.push(file);
    else if (labels?.test(name) === true) {
      const tooLarge = sizeFinding('label', name, () => file.size, source.pathOf(name), source.profile);
      if (tooLarge === undefined) labelFiles.push(file);
      else batch.fault({ diagnostics: [tooLarge], name });
    } else batch.finding(findings.of('D010', `${name} is no ${kind.noun}`, { file: source.pathOf(name) }));
  }
  batch.finding(hiddenFilesFinding(ignored, source));
  return { media, labels: labelFiles };
}

/** What is said of files that no format means; undefined when there are none. */
export function hiddenFilesFinding(count: number, source: FormatSource): Diagnostic | undefined {
  if (count === 0) return undefined;
  const what = count === 1 ? '1 hidden or system file is' : `${count} hidden or system files are`;
  return { rule: 'D010', severity: 'info', message: `${what} passed over`, file: source.path };
}

/**
 * What is wrong with a media file itself.
 *
 * @returns findings; one that is an error makes the sample faulty
 */
export function mediaFindings(
  { name, size }: SourceFile,
  source: FormatSource,
  findings: Findings,
): Diagnostic[] {
  const kind = imageKind.pattern.test(name) ? 'image' : 'other';
  const file = source.pathOf(name);
  const found: (Diagnostic | undefined)[] = [];
  if (size === 0) found.push(findings.of('D015', `${name} has no bytes`, { file }));
  found.push(sizeFinding(kind, name, () => size, file, source.profile));
  if (name !== name.normalize('NFC'))
    found.push(findings.of('D017', `the name ${name} is not in normal form C`, { file }));
  return found.filter((finding) => finding !== undefined);
}

/** True where one of the findings is an error. */
export function isFaulty(findings: readonly Diagnostic[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
