import { LabelkitError } from '../model/errors.js';
import type { Shape } from '../model/shape.js';
import { escapeText, formatNumber, illegalCharacter } from '../text/xml-escape.js';
import type { XmlElement } from '../text/xml-tree.js';
import type { VocDocument, VocObject } from './document.js';
import { type EmitOptions, VocEmitter } from './emit.js';
import { numbersOf } from './rounding.js';
import { type Place, pointerTo } from './rules/scope.js';
import { objectLeaves, sameNames, sameObject, sameOptionalShape, sameSequence, sameUnknown } from './same.js';
import { coordinateNames } from './shape-read.js';
import { XmlEdits } from './xml-edits.js';

/** Where the leaves of a document stand: container (empty: the root), element, member; in canonical order. */
const headerLeaves = [
  ['', 'folder', 'folder'],
  ['', 'filename', 'fileName'],
  ['', 'path', 'path'],
  ['source', 'database', 'database'],
  ['source', 'annotation', 'sourceAnnotation'],
  ['source', 'image', 'sourceImage'],
  ['source', 'flickrid', 'sourceFlickrId'],
  ['owner', 'flickrid', 'ownerFlickrId'],
  ['owner', 'name', 'ownerName'],
  ['size', 'width', 'width'],
  ['size', 'height', 'height'],
  ['size', 'depth', 'depth'],
  ['', 'segmented', 'segmented'],
  ['', 'mask_source', 'maskSource'],
] as const satisfies readonly (readonly [string, string, keyof VocDocument])[];

const headerOrder = ['folder', 'filename', 'path', 'source', 'owner', 'size', 'segmented', 'mask_source'];

const leafElements = {
  name: 'name',
  pose: 'pose',
  truncated: 'truncated',
  difficult: 'difficult',
  hardCoefficient: 'hard-coefficient',
  hardReasons: 'hard-reasons',
  maskColor: 'mask_color',
  maskSource: 'mask_source',
  occluded: 'occluded',
  confidence: 'confidence',
} as const satisfies Record<(typeof objectLeaves)[number], string>;

const objectOrder = [
  'name',
  'properties',
  'pose',
  'truncated',
  'difficult',
  'hard-coefficient',
  'difficult-coefficient',
  'hard-reasons',
  'mask_color',
  'mask_source',
  'occluded',
  'confidence',
  'actions',
  'attributes',
  'bndbox',
  'line',
  'dashed',
  'polygon',
  'polyline',
  'circle',
  'point',
  'part',
];

/**
 * The file a document was read from, with only that changed in which the document differs from what the file
 * says. Numbers, comments, blanks and element order of everything else stay as they are.
 *
 * @param original what the file says: parsed from `input` in the mode the document was.
 * @returns undefined when the change cannot be made in place: other root attributes or other foreign markup.
 */
export function updateVoc(
  input: Uint8Array | string,
  original: VocDocument,
  document: VocDocument,
  options: EmitOptions,
): Uint8Array | string | undefined {
  if (!sameSequence(original.rootAttributes, document.rootAttributes)) return undefined;
  if (!sameUnknown(original.unknown, document.unknown)) return undefined;
  const update = new Update(new XmlEdits(input), document.readAs === 'strict', options);
  update.header(original, document);
  update.siblings(update.edits.annotation, 'object', original.objects, document.objects, undefined);
  return update.edits.apply();
}

/** The changes to one file. */
class Update {
  readonly edits: XmlEdits;
  /** Strict reading knows elements by their exact names only. */
  readonly #exactCase: boolean;
  readonly #options: EmitOptions;
  /** Containers that were not there and have been added. */
  readonly #added = new Set<string>();

  constructor(edits: XmlEdits, exactCase: boolean, options: EmitOptions) {
    this.edits = edits;
    this.#exactCase = exactCase;
    this.#options = options;
  }

  header(original: VocDocument, document: VocDocument): void {
    const root = this.edits.annotation;
    for (const [container, name, member] of headerLeaves) {
      if (original[member] === document[member]) continue;
      const value = document[member];
      const text = value === undefined ? undefined : String(value);
      const parent = container === '' ? root : this.#counted(root, container);
      if (parent !== undefined) this.#setLeaf(parent, name, text, container === '' ? headerOrder : []);
      else if (text !== undefined) this.#addContainer(container, document);
    }
  }

  /** A `source`, `owner` or `size` that was not there, with all its leaves. */
  #addContainer(container: string, document: VocDocument): void {
    if (this.#added.has(container)) return;
    this.#added.add(container);
    const root = this.edits.annotation;
    const { lineBreak, base, indent } = this.edits.styleIn(root);
    const margin = `${lineBreak}${base}`;
    let xml = `${margin}<${container}>`;
    for (const [owner, name, member] of headerLeaves) {
      const value = document[member];
      if (owner !== container || value === undefined) continue;
      xml += `${margin}${indent}<${name}>${checkedText(String(value), name)}</${name}>`;
    }
    xml += `${margin}</${container}>`;
    this.edits.insert(root, this.#before(root, container, headerOrder), xml);
  }

  /** The objects of a document, or the parts of an object. */
  siblings(
    parent: XmlElement,
    name: 'object' | 'part',
    originals: readonly VocObject[],
    currents: readonly VocObject[],
    owner: Place | undefined,
  ): void {
    const elements = this.#children(parent, name);
    const byIndex = new Map(originals.map((object) => [object.sourceIndex, object]));
    const kept = new Set<number>();
    let last = 0;
    let anchor: XmlElement | undefined;
    for (let i = 0; i < currents.length; i += 1) {
      const current = currents[i]!;
      const place: Place = { owner, index: i + 1 };
      const original = byIndex.get(current.sourceIndex);
      const element = elements[current.sourceIndex - 1];
      if (original !== undefined && element !== undefined && current.sourceIndex > last) {
        last = current.sourceIndex;
        anchor = element;
        kept.add(last);
        if (!sameObject(original, current)) this.#object(element, name, original, current, place);
        continue;
      }
      // New, moved, or a copy: written before what follows, or at the end when nothing does.
      const emitted = this.#emit(parent, (emitter) => emitter.object(current, name, 0, place));
      const follows = currents
        .slice(i + 1)
        .some((next) => next.sourceIndex > last && byIndex.has(next.sourceIndex));
      if (!follows) this.edits.insert(parent, 'last', emitted);
      else if (anchor !== undefined) this.edits.insert(parent, anchor, emitted);
      else this.edits.insertBefore(elements[0]!, emitted);
    }
    for (const { sourceIndex } of originals) {
      const element = elements[sourceIndex - 1];
      if (!kept.has(sourceIndex) && element !== undefined) this.edits.remove(element);
    }
  }

  #object(
    element: XmlElement,
    name: 'object' | 'part',
    original: VocObject,
    current: VocObject,
    place: Place,
  ): void {
    if (
      !sameUnknown(original.unknown, current.unknown) ||
      (original.coefficientElement !== current.coefficientElement && original.hardCoefficient !== undefined)
    ) {
      const { lineBreak, base } = this.edits.styleIn(element.parent!);
      const emitted = this.#emit(element.parent!, (emitter) => emitter.object(current, name, 0, place));
      this.edits.replace(element, emitted.slice(lineBreak.length + base.length));
      return;
    }
    for (const member of objectLeaves) {
      if (original[member] === current[member]) continue;
      const value = current[member];
      const leaf = member === 'hardCoefficient' ? this.#coefficientName(current) : leafElements[member];
      const text = typeof value === 'number' ? formatNumber(value) : value;
      if (typeof value === 'number' && !Number.isFinite(value))
        throw unwritable(pointerTo(place, leaf), `is ${value}`);
      this.#setLeaf(element, leaf, text, objectOrder);
    }
    this.#properties(element, original, current, place);
    if (!sameSequence(original.actions, current.actions)) {
      const { actions } = current;
      this.#exchange(
        element,
        'actions',
        actions && ((emitter) => emitter.actions(actions, current.unknown, 0)),
      );
    }
    if (!sameSequence(original.attributes, current.attributes)) {
      const { attributes } = current;
      this.#exchange(
        element,
        'attributes',
        attributes && ((emitter) => emitter.attributes(attributes, current.unknown, 0)),
      );
    }
    this.#shape(element, original.shape, current.shape, current);
    this.#shape(element, original.referencePoint, current.referencePoint, current);
    this.siblings(element, 'part', original.parts, current.parts, place);
  }

  #coefficientName(object: VocObject): string {
    return (
      object.coefficientElement ?? (this.#options.sdkSpelling ? 'difficult-coefficient' : 'hard-coefficient')
    );
  }

  #properties(element: XmlElement, original: VocObject, current: VocObject, place: Place): void {
    if (
      sameSequence(original.properties, current.properties) &&
      sameNames(original.childFormKeys, current.childFormKeys) &&
      original.propertiesPresent === current.propertiesPresent
    ) {
      return;
    }
    const present = current.properties.size > 0 || current.propertiesPresent;
    this.#exchange(
      element,
      'properties',
      present ? (emitter) => emitter.properties(current, 0, place) : undefined,
    );
  }

  /** Another shape in the place of one; single coordinates where only those differ. */
  #shape(owner: XmlElement, before: Shape | undefined, after: Shape | undefined, object: VocObject): void {
    if (sameOptionalShape(before, after)) return;
    const element = before === undefined ? undefined : this.#children(owner, before.kind)[0];
    if (element !== undefined && before !== undefined && after?.kind === before.kind) {
      if (this.#coordinates(element, before, after)) return;
    }
    if (after === undefined) {
      if (element !== undefined) this.edits.remove(element);
      return;
    }
    const emitted = this.#emit(owner, (emitter) => emitter.shape(after, object.unknown, 0));
    if (element === undefined) {
      this.edits.insert(owner, this.#before(owner, after.kind, objectOrder), emitted);
    } else {
      const { lineBreak, base } = this.edits.styleIn(owner);
      this.edits.replace(element, emitted.slice(lineBreak.length + base.length));
    }
  }

  /** @returns false, with nothing changed, when the numbers are not where they can be changed one by one. */
  #coordinates(element: XmlElement, before: Shape, after: Shape): boolean {
    const old = numbersOf(before);
    const numbers = numbersOf(after);
    if (old.length !== numbers.length) return false;
    const changes: [XmlElement, string][] = [];
    for (let i = 0; i < numbers.length; i += 1) {
      if (old[i] === numbers[i]) continue;
      if (!Number.isFinite(numbers[i])) return false;
      const found = this.#children(element, coordinateName(after, i));
      if (found.length !== 1) return false;
      changes.push([found[0]!, formatNumber(numbers[i]!)]);
    }
    if (before.kind === 'polygon' || before.kind === 'polyline') {
      // After a gap in the numbering the names no longer tell which vertex is meant.
      for (let i = 0; i < numbers.length; i += 1) {
        if (this.#children(element, coordinateName(after, i)).length !== 1) return false;
      }
    }
    for (const [child, text] of changes) this.edits.setText(child, text);
    return true;
  }

  /** Replaces, adds or removes the one child of a name. */
  #exchange(owner: XmlElement, name: string, emit: ((emitter: VocEmitter) => void) | undefined): void {
    const element = this.#counted(owner, name);
    if (emit === undefined) {
      for (const child of this.#children(owner, name)) this.edits.remove(child);
      return;
    }
    const emitted = this.#emit(owner, emit);
    if (element === undefined) {
      this.edits.insert(owner, this.#before(owner, name, objectOrder), emitted);
    } else {
      const { lineBreak, base } = this.edits.styleIn(owner);
      this.edits.replace(element, emitted.slice(lineBreak.length + base.length));
    }
  }

  #setLeaf(parent: XmlElement, name: string, text: string | undefined, order: readonly string[]): void {
    if (text === undefined) {
      for (const child of this.#children(parent, name)) this.edits.remove(child);
      return;
    }
    const checked = checkedText(text, name);
    const element = this.#counted(parent, name);
    if (element !== undefined) {
      this.edits.setText(element, text);
      return;
    }
    const { lineBreak, base } = this.edits.styleIn(parent);
    const xml = `${lineBreak}${base}<${name}>${checked}</${name}>`;
    this.edits.insert(parent, order.length === 0 ? 'last' : this.#before(parent, name, order), xml);
  }

  /** The markup of a child of `parent` in the layout of its siblings, with the line break before it. */
  #emit(parent: XmlElement, emit: (emitter: VocEmitter) => void): string {
    const emitter = new VocEmitter(this.#options, this.edits.styleIn(parent));
    emit(emitter);
    return emitter.sink.toString();
  }

  /** The child that a new element goes after: the last of those that precede it in canonical order. */
  #before(parent: XmlElement, name: string, order: readonly string[]): XmlElement | undefined {
    const rank = order.indexOf(name);
    let found: XmlElement | undefined;
    for (const child of parent.children) {
      if (child.kind !== 'element') continue;
      const other = order.indexOf(child.name.toLowerCase());
      if (other >= 0 && other <= rank) found = child;
    }
    return found;
  }

  #children(parent: XmlElement, name: string): XmlElement[] {
    return parent.children.filter(
      (child): child is XmlElement =>
        child.kind === 'element' &&
        (child.name === name || (!this.#exactCase && child.name.toLowerCase() === name)),
    );
  }

  /** Of several singletons the last counts. */
  #counted(parent: XmlElement, name: string): XmlElement | undefined {
    return this.#children(parent, name).at(-1);
  }
}

/** The element of the number at an index of {@link numbersOf}. */
function coordinateName(shape: Shape, index: number): string {
  if (shape.kind === 'polygon' || shape.kind === 'polyline') {
    return `${index % 2 === 0 ? 'x' : 'y'}${(index >> 1) + 1}`;
  }
  return coordinateNames[shape.kind][index]!;
}

/** Escaped, and free of what XML cannot hold. */
function checkedText(text: string, field: string): string {
  const character = illegalCharacter(text);
  if (character !== undefined) throw unwritable(field, `contains ${character}, which XML cannot hold`);
  return escapeText(text);
}

function unwritable(field: string, fault: string): LabelkitError {
  return new LabelkitError('InvalidData', `${field} ${fault}`);
}
