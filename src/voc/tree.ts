import { trimBlanks } from '../text/blanks.js';
import type { XmlElement } from '../text/xml-tree.js';
import { type UnknownMarkup, VocDocument, type VocObject } from './document.js';
import { isIntegerToken, parseVocNumber } from './number.js';
import { quote } from './rules/scope.js';
import { Singletons, type TreeContext } from './tree-context.js';
import { readObject } from './tree-object.js';

// The rules reported from here are listed, with what is left to the typed checks, in structural-rules.ts.

const rootName: ReadonlySet<string> = new Set(['annotation']);
const known: ReadonlySet<string> = new Set([
  'folder',
  'filename',
  'path',
  'source',
  'owner',
  'size',
  'segmented',
  'mask_source',
  'object',
]);
const sourceNames: ReadonlySet<string> = new Set(['database', 'annotation', 'image', 'flickrid']);
const ownerNames: ReadonlySet<string> = new Set(['flickrid', 'name']);
const sizeNames: ReadonlySet<string> = new Set(['width', 'height', 'depth']);

/** The document in a tree; undefined, and reported, when its root is no annotation. */
export function readTree(context: TreeContext, root: XmlElement): VocDocument | undefined {
  const annotation = annotationOf(context, root);
  if (annotation === undefined) return undefined;
  const pointer = '/annotation';
  const document = new VocDocument();
  const unknown: UnknownMarkup[] = [];
  const valueless = new Set<string>();
  const singles = new Singletons(context, pointer);
  const objects: VocObject[] = [];
  let objectIndex = 0;
  readRootAttributes(context, document, annotation);
  const objectElements: XmlElement[] = [];
  const visit = (name: string, child: XmlElement) => {
    if (name === 'object') objectElements.push(child);
    else singles.add(name, child);
  };
  context.children(annotation, pointer, known, visit, unknown);
  readTexts(context, document, singles, valueless);
  readSource(context, document, singles, unknown);
  readOwner(context, document, singles, unknown);
  readSize(context, document, singles, unknown, valueless);
  for (const element of objectElements) {
    objectIndex++;
    const object = readObject(context, element, `${pointer}/object[${objectIndex}]`, objectIndex, 0);
    if (object !== undefined) objects.push(object);
    else valueless.add('object');
  }
  document.objects = objects;
  if (unknown.length > 0) document.unknown = unknown;
  if (valueless.size > 0) document.valueless = valueless;
  return document;
}

/** The annotation element: the root, or when lenient the only annotation in a root of another name. */
function annotationOf(context: TreeContext, root: XmlElement): XmlElement | undefined {
  if (rootName.has(root.name)) return root;
  const lower = root.name.toLowerCase();
  if (context.mode === 'lenient') {
    if (lower === 'annotation') {
      reportCase(context, root.name);
      return root;
    }
    const inside = root.children.filter(
      (child): child is XmlElement => child.kind === 'element' && child.name.toLowerCase() === 'annotation',
    );
    if (inside.length === 1) {
      const message = `/${root.name} is not annotation: the one annotation in it is read`;
      context.reportRecovered('V007', message, `/${root.name}`);
      const found = inside[0]!;
      if (found.name !== 'annotation') reportCase(context, found.name);
      return found;
    }
  }
  const hint = lower === 'annotation' ? { hint: 'Element names are in lower case' } : {};
  context.report(
    'V007',
    `/${root.name} is not annotation, so this is no annotation file`,
    `/${root.name}`,
    hint,
  );
  return undefined;
}

function reportCase(context: TreeContext, name: string): void {
  context.report('V008', `${name} is not in lower case: the format's name is "annotation"`, '/annotation');
}

function readRootAttributes(context: TreeContext, document: VocDocument, root: XmlElement): void {
  if (root.attributes.length === 0) return;
  const attributes = new Map<string, string>();
  for (const { name, value } of root.attributes) {
    attributes.set(name, value);
    if (name === 'verified') continue;
    const what = name === 'xmlns' ? 'namespace' : 'attribute';
    const message = `/annotation has the ${what} "${name}", which is not part of the format`;
    context.report('V009', message, `/annotation/@${name}`);
  }
  document.rootAttributes = attributes;
}

function readTexts(
  context: TreeContext,
  document: VocDocument,
  singles: Singletons,
  valueless: Set<string>,
): void {
  document.folder = singles.leaf('folder');
  if (document.folder === undefined && singles.elements.has('folder')) {
    context.reportEmpty('V020', '/annotation/folder');
    valueless.add('folder');
  }
  document.fileName = singles.leaf('filename');
  if (document.fileName === undefined && singles.elements.has('filename')) {
    context.reportEmpty('V021', '/annotation/filename');
    valueless.add('filename');
  }
  document.path = singles.leaf('path');
  document.segmented = singles.leaf('segmented');
  if (document.segmented === undefined && singles.elements.has('segmented')) {
    context.reportEmpty('V025', '/annotation/segmented');
    valueless.add('segmented');
  }
  document.maskSource = singles.leaf('mask_source');
  if (document.maskSource === undefined && singles.elements.has('mask_source')) {
    context.reportEmpty('V029', '/annotation/mask_source');
    valueless.add('mask_source');
  }
}

function readSource(
  context: TreeContext,
  document: VocDocument,
  singles: Singletons,
  unknown: UnknownMarkup[],
): void {
  const found = container(context, singles, 'source', sourceNames, unknown);
  if (found === undefined) return;
  document.database = found.leaf('database');
  document.sourceAnnotation = found.leaf('annotation');
  document.sourceImage = found.leaf('image');
  document.sourceFlickrId = found.leaf('flickrid');
}

function readOwner(
  context: TreeContext,
  document: VocDocument,
  singles: Singletons,
  unknown: UnknownMarkup[],
): void {
  const found = container(context, singles, 'owner', ownerNames, unknown);
  if (found === undefined) return;
  document.ownerFlickrId = found.leaf('flickrid');
  document.ownerName = found.leaf('name');
}

function readSize(
  context: TreeContext,
  document: VocDocument,
  singles: Singletons,
  unknown: UnknownMarkup[],
  valueless: Set<string>,
): void {
  const found = container(context, singles, 'size', sizeNames, unknown);
  if (found === undefined) return;
  for (const name of ['width', 'height', 'depth'] as const) {
    if (!found.elements.has(name)) continue;
    document[name] = readLength(context, found.leaf(name), `/annotation/size/${name}`);
    if (document[name] === undefined) valueless.add(`size/${name}`);
  }
}

/** A whole number from 1. Zero stands for unknown in many files, and `3.0` is meant as 3. */
function readLength(context: TreeContext, text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) {
    context.reportEmpty('V023', pointer);
    return undefined;
  }
  const value = parseVocNumber(text);
  if (value === 0) {
    context.reportRecovered('V023', `${pointer} is 0, which is read as unknown`, pointer);
    return undefined;
  }
  if (value === undefined || !Number.isInteger(value) || value < 0) {
    context.report('V023', `${pointer} is not a whole number from 1: ${quote(trimBlanks(text))}`, pointer);
    return undefined;
  }
  if (!isIntegerToken(text)) {
    context.reportRecovered(
      'V023',
      `${pointer} is not written as a whole number: ${trimBlanks(text)}`,
      pointer,
    );
  }
  return value;
}

/** The children of the last element of a name, when there is one. */
function container(
  context: TreeContext,
  singles: Singletons,
  name: string,
  names: ReadonlySet<string>,
  unknown: UnknownMarkup[],
): Singletons | undefined {
  const element = singles.elements.get(name);
  if (element === undefined) return undefined;
  const pointer = `/annotation/${name}`;
  if (element.attributes.length > 0) context.attributes(element, pointer);
  const found = new Singletons(context, pointer);
  context.children(
    element,
    pointer,
    names,
    (child, childElement) => found.add(child, childElement),
    unknown,
    name,
  );
  return found;
}
