import type { Diagnostic, JsonValue } from '../../model/index.js';
import type { Reporter } from './context.js';
import { show } from './show.js';
import { sourceKind } from './source.js';

/*
 * Rules that need the files a line points at. Whoever has opened a file calls these with what it saw;
 * nothing here does input or output.
 */

/** M082: the file at `annotation-loc` could not be read. `pointer` is that of the address. */
export function reportUnreadableXml(loc: string, reason: string, pointer: string, out: Reporter): void {
  out.add('M082', `the file ${show(loc)} cannot be read: ${reason}`, pointer);
}

/** M083: the file at `annotation-loc` has errors; one finding per file, naming the first error. */
export function reportFaultyXml(
  loc: string,
  errors: readonly Diagnostic[],
  pointer: string,
  out: Reporter,
): void {
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : ` and ${errors.length - 1} more`;
  out.add('M083', `the file ${show(loc)} has ${first.rule}: ${first.message}${more}`, pointer, {
    hint: `labelkit explain ${first.rule}`,
  });
}

/** M084: the `filename` of the XML names another file than the source does. Nothing to say about inline texts. */
export function checkXmlFileName(
  fileName: string | undefined,
  source: string,
  pointer: string,
  out: Reporter,
): void {
  if (fileName === undefined || fileName === '' || sourceKind(source) === 'content') return;
  const base = baseName(source);
  if (baseName(fileName) === base) return;
  out.add('M084', `the XML is about ${show(fileName)}, the source is ${show(base)}`, pointer);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** How many bytes of an image {@link checkImageMagic} wants to see. */
export const magicLength = 3;

/** M154: the first bytes of a file are not those of an image type that MindSpore reads. */
export function checkImageMagic(head: Uint8Array, source: JsonValue, out: Reporter): void {
  const [a, b, c] = head;
  const known =
    (a === 0xff && b === 0xd8 && c === 0xff) ||
    (a === 0x89 && b === 0x50 && c === 0x4e) ||
    (a === 0x47 && b === 0x49 && c === 0x46) ||
    (a === 0x42 && b === 0x4d);
  if (!known) out.add('M154', `${show(source)} is not a JPEG, PNG, GIF or BMP file`, '/source');
}
