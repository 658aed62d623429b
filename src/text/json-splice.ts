import { type JsonValue, OptionError } from '../model/index.js';
import { arrayIndex, escapePointer, parsePointer } from './json-pointer.js';
import { elementsAt, locateJson, maxJsonDepth, membersAt } from './json-spans.js';
import { stringifyJson } from './json-write.js';

/** One change to a JSON text. */
export interface JsonEdit {
  /**
   * What to change, as the text stands before all edits. A member that is missing is added, an array's `-`
   * or its length adds an element.
   */
  readonly pointer: string;
  /** The new value; undefined removes. Removing what is not there changes nothing. */
  readonly value: JsonValue | undefined;
  /** For a member that is added: it goes before the first of these that the object has; else to the end. */
  readonly before?: readonly string[];
}

/** What is to happen to a value and to what is in it. */
interface Change {
  /** The new text; null removes; undefined when only `children` change. */
  text: string | null | undefined;
  before: readonly string[];
  readonly children: Map<string, Change>;
  /** New elements of an array, in order. */
  readonly appended: string[];
}

/** A piece of the text to write in place of `start`…`end`. */
interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies edits to a JSON text and leaves every other character as it is: order, spelling, blanks, number
 * tokens, duplicate members. Of members with one name the last is edited, as that is the one that counts;
 * removing removes them all. Added members take over the spacing of their neighbours. A later edit of the
 * same place wins, and an edit inside a value that an earlier edit set goes to the new value.
 *
 * @throws OptionError when the text is not JSON, when a pointer leads through something that is not there,
 * or removes the whole text.
 */
export function spliceJson(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length === 0) return text;
  const root = locateJson(text, '');
  if (root === undefined) throw new OptionError('the text to edit is not JSON');
  const changes = collect(edits);
  const patches: Patch[] = [];
  if (changes.text === null) throw new OptionError('the whole text cannot be removed');
  change(text, root.start, root.end, changes, [], patches);
  patches.sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  for (const patch of patches) {
    result += text.slice(done, patch.start) + patch.text;
    done = patch.end;
  }
  return result + text.slice(done);
}

function newChange(): Change {
  return { text: undefined, before: [], children: new Map(), appended: [] };
}

/** The edits as one tree, later ones over earlier ones. */
function collect(edits: readonly JsonEdit[]): Change {
  const root = newChange();
  for (const edit of edits) {
    const path = parsePointer(edit.pointer);
    if (path === undefined) throw new OptionError(`${JSON.stringify(edit.pointer)} is not a JSON pointer`);
    if (path.length > maxJsonDepth) throw new OptionError(`a pointer of ${path.length} parts is too deep`);
    addTo(root, path, edit);
  }
  return root;
}

function addTo(root: Change, path: readonly string[], edit: JsonEdit): void {
  let node = root;
  let parent = root;
  for (let i = 0; i < path.length; i++) {
    if (node.text === null) throw missing(path.slice(0, i));
    if (node.text !== undefined) {
      node.text = spliceJson(node.text, [{ ...edit, pointer: pointerOf(path.slice(i)) }]);
      if (path[i - 1] === '-') parent.appended[parent.appended.length - 1] = node.text;
      return;
    }
    let child = node.children.get(path[i]!);
    if (child === undefined) {
      child = newChange();
      node.children.set(path[i]!, child);
    }
    parent = node;
    node = child;
  }
  node.text = edit.value === undefined ? null : stringifyJson(edit.value);
  node.before = edit.before ?? [];
  node.children.clear();
  node.appended.length = 0;
  // An array's new element or a member called "-": that shows when the container is seen.
  if (path.at(-1) === '-' && node.text !== null) parent.appended.push(node.text);
}

/** Turns what is wanted of the value at `start`…`end` into patches. */
function change(
  text: string,
  start: number,
  end: number,
  wanted: Change,
  path: string[],
  out: Patch[],
): void {
  if (typeof wanted.text === 'string') {
    out.push({ start, end, text: wanted.text });
  } else if (wanted.children.size > 0) {
    if (text[start] === '{') changeObject(text, start, wanted, path, out);
    else if (text[start] === '[') changeArray(text, start, wanted, path, out);
    else throw missing(path);
  }
}

function changeObject(text: string, start: number, wanted: Change, path: string[], out: Patch[]): void {
  const members = membersAt(text, start);
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const [i, member] of members.entries()) {
    if (!first.has(member.name)) first.set(member.name, i);
    last.set(member.name, i);
  }
  const items = members.map((member) => ({ start: member.keyStart, end: member.end }));
  const list = new ItemList(text, start, items);
  const colon = members[0] === undefined ? ':' : text.slice(members[0].keyEnd, members[0].start);
  if (items.length === 1 && colon.endsWith(' ') && !list.lead.includes('\n')) list.separator = ', ';
  const removed = new Set<string>();
  for (const [name, child] of wanted.children) {
    const at = last.get(name);
    if (child.text === null) {
      removed.add(name);
    } else if (at !== undefined) {
      change(text, members[at]!.start, members[at]!.end, child, [...path, name], out);
    } else if (child.text !== undefined) {
      const anchor = child.before.find((other) => first.has(other));
      const place = anchor === undefined ? items.length : first.get(anchor)!;
      list.insert(place, `${stringifyJson(name)}${colon}${child.text}`);
    } else {
      throw missing([...path, name]);
    }
  }
  if (removed.size > 0) {
    for (const [i, member] of members.entries()) if (removed.has(member.name)) list.remove(i);
  }
  list.addPatches(out);
}

function changeArray(text: string, start: number, wanted: Change, path: string[], out: Patch[]): void {
  const items = elementsAt(text, start);
  const list = new ItemList(text, start, items);
  for (const [part, child] of wanted.children) {
    if (part === '-') {
      if (child.children.size > 0) throw missing([...path, part]);
      continue;
    }
    const at = arrayIndex(part);
    const item = items[at];
    if (child.text === null) {
      if (item !== undefined) list.remove(at);
    } else if (item !== undefined) {
      change(text, item.start, item.end, child, [...path, part], out);
    } else if (at === items.length && child.text !== undefined) {
      list.insert(at, child.text);
    } else {
      throw missing([...path, part]);
    }
  }
  for (const element of wanted.appended) list.insert(items.length, element);
  list.addPatches(out);
}

/** The comma-separated contents of an object or array, with what is to be taken out and put in. */
class ItemList {
  /** The blanks between the opening bracket and the first item. */
  readonly lead: string;
  /** What goes between two items where the text has nothing to copy. */
  separator: string;
  readonly #text: string;
  /** The offset after the opening bracket. */
  readonly #start: number;
  readonly #items: readonly { start: number; end: number }[];
  readonly #removed = new Set<number>();
  /** New items by the index of the old item they go before. */
  readonly #inserted = new Map<number, string[]>();

  constructor(text: string, bracket: number, items: readonly { start: number; end: number }[]) {
    this.#text = text;
    this.#start = bracket + 1;
    this.#items = items;
    const [a, b] = items;
    this.lead = a === undefined ? '' : text.slice(this.#start, a.start);
    this.separator = a === undefined || b === undefined ? `,${this.lead}` : text.slice(a.end, b.start);
  }

  remove(index: number): void {
    this.#removed.add(index);
  }

  insert(index: number, item: string): void {
    const list = this.#inserted.get(index);
    if (list === undefined) this.#inserted.set(index, [item]);
    else list.push(item);
  }

  /** Rewrites the gaps between items and the removed items; kept items are not touched. */
  addPatches(out: Patch[]): void {
    if (this.#removed.size === 0 && this.#inserted.size === 0) return;
    let isFirst = true;
    let gapStart = this.#start;
    for (let i = 0; i <= this.#items.length; i++) {
      let text = '';
      for (const item of this.#inserted.get(i) ?? []) {
        text += (isFirst ? this.lead : this.separator) + item;
        isFirst = false;
      }
      const item = this.#items[i];
      if (item === undefined) {
        if (text !== '') out.push({ start: gapStart, end: gapStart, text });
        return;
      }
      if (this.#removed.has(i)) {
        out.push({ start: gapStart, end: item.end, text });
      } else {
        const gap = this.#text.slice(gapStart, item.start);
        text += isFirst ? this.lead : i === 0 ? this.separator : gap;
        isFirst = false;
        if (text !== gap) out.push({ start: gapStart, end: item.start, text });
      }
      gapStart = item.end;
    }
  }
}

function missing(path: readonly string[]): OptionError {
  return new OptionError(
    `an edit leads through ${pointerOf(path) || 'the whole text'}, where there is no such value`,
  );
}

function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${escapePointer(part)}`).join('');
}
