import { LabelkitError, OptionError } from '../model/errors.js';
import type { ImageAnnotation } from '../model/image.js';
import { illegalCharacter } from '../text/xml-escape.js';
import type { XmlElement } from '../text/xml-tree.js';
import { VocEmitter } from './emit.js';
import { followPointer } from './locate.js';
import { parseVoc } from './parse.js';
import { type Place, quote } from './rules/scope.js';
import { emitOptions, type VocWriteOptions } from './write.js';
import { XmlEdits } from './xml-edits.js';

/**
 * Sets the text of one element, leaving every other byte as it is, in the file's own encoding.
 *
 * @param pointer element path as in findings: `/annotation/object[2]/name`.
 * @returns of the type of the input.
 * @throws OptionError when there is no such element, or it has elements in it. LabelkitError `InvalidData` when
 *   the file is not well-formed or XML cannot hold the text.
 */
export function setVocText<T extends Uint8Array | string>(input: T, pointer: string, text: string): T {
  return changeVoc(input, { texts: [[pointer, text]] });
}

/**
 * Takes one object out of a file, with the line break before it, leaving every other byte as it is.
 *
 * @param index which `object` of the file, from 1.
 * @throws OptionError when the file has no such object. LabelkitError `InvalidData` when it is not well-formed.
 */
export function removeVocObject<T extends Uint8Array | string>(input: T, index: number): T {
  return changeVoc(input, { remove: [index] });
}

/** Changes to one annotation file. */
export interface VocChanges {
  /** What to take out: which `object` of the file, from 1, or the pointer of any element below the root. */
  readonly remove?: Iterable<number | string>;
  /** New texts of elements, by pointers as in findings: `/annotation/object[2]/name`. */
  readonly texts?: Iterable<readonly [pointer: string, text: string]>;
}

/**
 * Makes several changes at once; pointers and numbers are those of the file as it is given. Every other byte stays, in
 * the file's own encoding.
 *
 * @returns of the type of the input; itself when there is nothing to change
 * @throws as {@link setVocText} and {@link removeVocObject}
 */
export function changeVoc<T extends Uint8Array | string>(
  input: T,
  { remove = [], texts = [] }: VocChanges,
): T {
  const edits = new XmlEdits(input);
  const removed = new Set<XmlElement>();
  for (const one of remove)
    removed.add(elementAt(edits, typeof one === 'number' ? `/annotation/object[${one}]` : one));
  if (removed.has(edits.annotation)) throw new OptionError('the root of a file cannot be taken out');
  let count = removed.size;
  for (const element of removed) if (!isWithin(element.parent, removed)) edits.remove(element);
  for (const [pointer, text] of texts) {
    const element = elementAt(edits, pointer);
    if (isWithin(element, removed)) continue;
    setText(edits, element, pointer, text);
    count++;
  }
  return count === 0 ? input : (edits.apply() as T);
}

function isWithin(element: XmlElement | undefined, others: ReadonlySet<XmlElement>): boolean {
  for (let at = element; at !== undefined; at = at.parent) if (others.has(at)) return true;
  return false;
}

function setText(edits: XmlEdits, element: XmlElement, pointer: string, text: string): void {
  const character = illegalCharacter(text);
  if (character !== undefined) {
    throw new LabelkitError(
      'InvalidData',
      `${pointer} cannot be set to a text with ${character}, which XML cannot hold`,
    );
  }
  if (element.children.some((child) => child.kind === 'element')) {
    throw new OptionError(`${pointer} holds elements, so it has no text to set`);
  }
  edits.setText(element, text);
}

function elementAt(edits: XmlEdits, pointer: string): XmlElement {
  const steps = pointer.split('/').length - 2;
  let found: XmlElement | undefined = edits.annotation;
  if (steps > 0) {
    found = followPointer(edits.annotation, pointer);
    let depth = 0;
    for (let at: XmlElement | undefined = found; at !== undefined && at !== edits.annotation; at = at.parent)
      depth += 1;
    if (depth !== steps) found = undefined;
  }
  if (found === undefined || !pointer.startsWith('/annotation')) {
    throw new OptionError(`the file has no element ${pointer}`);
  }
  return found;
}

/**
 * Adds the objects of an annotation to the file of the same image: they are put before `</annotation>` in the
 * file's own indentation, line ends and encoding, and every byte that is there stays.
 *
 * @param existing a file's bytes or text.
 * @returns of the type of `existing`; itself when there is nothing to add.
 * @throws LabelkitError `InvalidData` when the file cannot be read, or states another file name or size than the
 *   annotation does.
 */
export function appendVocObjects<T extends Uint8Array | string>(
  existing: T,
  annotation: ImageAnnotation,
  options: Pick<VocWriteOptions, 'compat'> = {},
): T {
  const { document, findings } = parseVoc(existing, { mode: 'lenient', keepSource: false });
  if (document === undefined) {
    const reason = findings.find((finding) => finding.severity === 'error')?.message ?? 'it cannot be read';
    throw new LabelkitError('InvalidData', `objects cannot be appended to the file: ${reason}`, {
      hint: 'mend the file, or overwrite it',
    });
  }
  for (const member of ['fileName', 'width', 'height', 'depth'] as const) {
    const there = document[member];
    const here = annotation[member];
    if (there === undefined || here === undefined || there === here) continue;
    const what = member === 'fileName' ? 'filename' : member;
    const message = `objects of ${what} ${quote(String(here))} cannot be appended to a file of ${what} ${quote(String(there))}`;
    throw new LabelkitError('InvalidData', message, { hint: 'an annotation file is about one image' });
  }
  const objects = annotation.objects ?? [];
  if (objects.length === 0) return existing;
  const edits = new XmlEdits(existing);
  const emitter = new VocEmitter(emitOptions(options), edits.styleIn(edits.annotation));
  const place: Place = { owner: undefined, index: 0 };
  for (let i = 0; i < objects.length; i += 1) {
    place.index = i + 1;
    emitter.object(objects[i]!, 'object', 0, place);
  }
  edits.insert(edits.annotation, 'last', emitter.sink.toString());
  return edits.apply() as T;
}
