import { flagOf } from '../model/image.js';
import type { XmlElement } from '../text/xml-tree.js';
import { noNames, type UnknownMarkup } from './document.js';
import { isBlank } from './number.js';
import { quote } from './rules/scope.js';
import { Singletons, type TreeContext } from './tree-context.js';

const pairNames: ReadonlySet<string> = new Set(['key', 'value']);
const attributeName: ReadonlySet<string> = new Set(['attribute']);
const attributeParts: ReadonlySet<string> = new Set(['name', 'value']);

/** What a `properties` element says, in order of first appearance. */
export interface ReadProperties {
  readonly properties: ReadonlyMap<string, string>;
  /** Keys read from `<key>value</key>`. */
  readonly childFormKeys: ReadonlySet<string>;
}

/** Reads both forms of properties, which may be mixed. */
export function readProperties(context: TreeContext, element: XmlElement, pointer: string): ReadProperties {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  const properties = new Map<string, string>();
  const childForm = new Set<string>();
  const counts = new Map<string, number>();
  for (const child of element.children) {
    if (child.kind === 'text' || child.kind === 'cdata') {
      if (!isBlank(child.text)) {
        context.report(
          'V009',
          `${pointer} has text between its elements, which is not part of the format`,
          pointer,
        );
      }
      continue;
    }
    if (child.kind !== 'element') continue;
    const count = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, count);
    const pair = isPair(child);
    const at = `${pointer}/${child.name}${count > 1 || pair ? `[${count}]` : ''}`;
    const entry = pair ? readPair(context, child, at) : readChild(context, child, at);
    if (entry === undefined) continue;
    const [key, value] = entry;
    if (properties.has(key)) {
      context.report('V049', `${at} repeats the property "${key}": the last value counts`, at);
    }
    properties.set(key, value);
    if (pair) childForm.delete(key);
    else childForm.add(key);
  }
  return { properties, childFormKeys: childForm.size > 0 ? childForm : noNames };
}

/** A child is a key/value pair exactly when there is a `key` or `value` element in it. */
function isPair(element: XmlElement): boolean {
  for (const child of element.children) {
    if (child.kind === 'element' && pairNames.has(child.name)) return true;
  }
  return false;
}

function readChild(context: TreeContext, element: XmlElement, pointer: string): [string, string] {
  const value = context.leaf(element, pointer);
  if (value === undefined) context.reportEmpty('V048', pointer);
  return [element.name, value ?? ''];
}

/** A pair without a key is nothing; one without a value has the empty text. */
function readPair(context: TreeContext, element: XmlElement, pointer: string): [string, string] | undefined {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  const found = new Singletons(context, pointer);
  context.children(element, pointer, pairNames, (name, child) => found.add(name, child));
  const key = found.leaf('key');
  const value = found.leaf('value');
  if (key === undefined) {
    if (found.elements.has('key')) context.reportEmpty('V048', `${pointer}/key`);
    else context.report('V048', `${pointer} has a value but no key: ${pointer}/key is missing`, pointer);
  }
  if (value === undefined) {
    if (found.elements.has('value')) context.reportEmpty('V048', `${pointer}/value`);
    else context.report('V048', `${pointer} has a key but no value: ${pointer}/value is missing`, pointer);
  }
  return key === undefined ? undefined : [key, value ?? ''];
}

/** VOC2012 actions: one element per action. What is not a flag is reported and kept as unknown markup. */
export function readActions(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
  unknown: UnknownMarkup[],
): ReadonlyMap<string, boolean> {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  const actions = new Map<string, boolean>();
  const found = new Singletons(context, pointer);
  const names = new Set<string>();
  for (const child of element.children) if (child.kind === 'element') names.add(child.name);
  context.children(element, pointer, names, (name, child) => found.add(name, child), unknown, 'actions');
  for (const [name, child] of found.elements) {
    const at = `${pointer}/${name}`;
    const text = context.leaf(child, at);
    const done = flagOf(text);
    if (done !== undefined) {
      actions.set(name, done);
      continue;
    }
    context.report(
      'V045',
      text === undefined ? `${at} can't be empty` : `${at} is not 0 or 1: ${quote(text)}`,
      at,
    );
    context.keepUnknown(child, pointer, unknown, 'actions', true);
  }
  return actions;
}

/** CVAT and Datumaro `attributes`: name and value of each `attribute`. What is not such a pair is reported. */
export function readAttributes(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
  unknown: UnknownMarkup[],
): ReadonlyMap<string, string> {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  const attributes = new Map<string, string>();
  let count = 0;
  const visit = (_: string, child: XmlElement) => {
    count++;
    const at = `${pointer}/attribute[${count}]`;
    if (child.attributes.length > 0) context.attributes(child, at);
    const found = new Singletons(context, at);
    context.children(child, at, attributeParts, (name, part) => found.add(name, part));
    const name = found.leaf('name');
    if (name === undefined) {
      context.report('V009', `${at} has no name, so it is not an attribute`, at);
      context.keepUnknown(child, pointer, unknown, 'attributes', true);
    } else {
      attributes.set(name, found.leaf('value') ?? '');
    }
  };
  context.children(element, pointer, attributeName, visit, unknown, 'attributes');
  return attributes;
}
