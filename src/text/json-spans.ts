import { arrayIndex, escapePointer, parsePointer } from './json-pointer.js';
import { JsonScanner } from './json-scanner.js';

/**
 * Containers inside each other beyond which a line is reported instead of walked: far above real data, far
 * below what would hurt a recursive consumer.
 */
export const maxJsonDepth = 512;

/** Where a value is, in UTF-16 offsets; `keyStart`…`keyEnd` is its member's name with the quotes. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  readonly keyStart?: number;
  readonly keyEnd?: number;
}

/** A member of an object: its name, escapes resolved, and where name (with quotes) and value are. */
export interface MemberSpan {
  readonly name: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/** A member whose name an earlier member of the same object has; `start` is the offset of its name. */
export interface DuplicateKey {
  readonly pointer: string;
  readonly name: string;
  readonly start: number;
}

/**
 * Finds the value at a JSON Pointer; of members with one name the last counts, as in `JSON.parse`.
 * Undefined when there is no such value or the text is not JSON. One pass over the text.
 */
export function locateJson(text: string, pointer: string): JsonSpan | undefined {
  const path = parsePointer(pointer);
  if (path === undefined) return undefined;
  const scanner = new JsonScanner(text);
  // Containers on the way to the value are those at depth 1…matched; index[d] counts the elements of an
  // array at depth d and is -1 for an object.
  const index: number[] = [];
  let matched = 0;
  let keyStart = -1;
  let keyEnd = -1;
  let keyMatches = false;
  let found: JsonSpan | undefined;
  let open: { start: number; keyStart: number; keyEnd: number; depth: number } | undefined;

  for (;;) {
    const token = scanner.next();
    if (token === 'fault') return undefined;
    if (token === 'end') return found;
    if (token === 'key') {
      keyMatches = scanner.depth === matched && path[matched - 1] === scanner.name();
      keyStart = scanner.start;
      keyEnd = scanner.end;
      continue;
    }
    if (token === '}' || token === ']') {
      if (open !== undefined && scanner.depth === open.depth) {
        found = span(open.start, scanner.end, open.keyStart, open.keyEnd);
        open = undefined;
      }
      if (scanner.depth < matched) matched = scanner.depth;
      continue;
    }
    const isContainer = token !== 'scalar';
    const parent = isContainer ? scanner.depth - 1 : scanner.depth;
    if (parent !== matched) continue;
    // The value is the root or sits in a container on the way.
    if (matched > 0) {
      const counter = index[matched]!;
      if (counter === -1) {
        if (!keyMatches) continue;
      } else {
        index[matched] = counter + 1;
        keyStart = -1;
        if (counter !== arrayIndex(path[matched - 1]!)) continue;
      }
    }
    found = undefined;
    if (matched < path.length) {
      if (!isContainer) continue;
      matched++;
      index[matched] = token === '[' ? 0 : -1;
    } else if (isContainer) {
      open = { start: scanner.start, keyStart, keyEnd, depth: parent };
    } else {
      found = span(scanner.start, scanner.end, keyStart, keyEnd);
    }
  }
}

function span(start: number, end: number, keyStart: number, keyEnd: number): JsonSpan {
  return keyStart === -1 ? { start, end } : { start, end, keyStart, keyEnd };
}

/**
 * The members of the object at a pointer, in order, duplicates included; none when there is no object there
 * or the text is not JSON.
 */
export function memberSpans(text: string, pointer = ''): MemberSpan[] {
  const place = locateJson(text, pointer);
  return place === undefined || text[place.start] !== '{' ? [] : membersAt(text, place.start);
}

/** The members of the object whose brace is at `start`, up to the first fault. */
export function membersAt(text: string, start: number): MemberSpan[] {
  const members: MemberSpan[] = [];
  const scanner = new JsonScanner(text, start, false);
  let name = '';
  let keyStart = 0;
  let keyEnd = 0;
  let opened = 0;
  for (let token = scanner.next(); token !== 'end' && token !== 'fault'; token = scanner.next()) {
    const { depth } = scanner;
    if (token === 'key') {
      if (depth !== 1) continue;
      name = scanner.name();
      keyStart = scanner.start;
      keyEnd = scanner.end;
    } else if (token === '{' || token === '[') {
      if (depth === 2) opened = scanner.start;
    } else if (depth === 1) {
      const valueStart = token === 'scalar' ? scanner.start : opened;
      members.push({ name, keyStart, keyEnd, start: valueStart, end: scanner.end });
    }
  }
  return members;
}

/** Where the elements of the array are whose bracket is at `start`, up to the first fault. */
export function elementsAt(text: string, start: number): { start: number; end: number }[] {
  const elements: { start: number; end: number }[] = [];
  const scanner = new JsonScanner(text, start, false);
  let opened = 0;
  for (let token = scanner.next(); token !== 'end' && token !== 'fault'; token = scanner.next()) {
    const { depth } = scanner;
    if (token === '{' || token === '[') {
      if (depth === 2) opened = scanner.start;
    } else if (token !== 'key' && depth === 1) {
      elements.push({ start: token === 'scalar' ? scanner.start : opened, end: scanner.end });
    }
  }
  return elements;
}

/** An open container on the way of {@link duplicateKeys}. */
interface Level {
  /** Names seen so far; undefined for an array. */
  readonly names: Set<string> | undefined;
  /** The part that leads to the container's current child. */
  part: string;
  index: number;
  /** The container's pointer, once it was asked for. */
  pointer: string | undefined;
}

/**
 * Every member whose name came before in the same object, at any depth; names are compared with their
 * escapes resolved. Faults end the search: what was found before them is returned.
 */
export function duplicateKeys(text: string): DuplicateKey[] {
  const duplicates: DuplicateKey[] = [];
  const scanner = new JsonScanner(text);
  const levels: Level[] = [];
  for (let token = scanner.next(); token !== 'end' && token !== 'fault'; token = scanner.next()) {
    if (token === 'key') {
      const level = levels[levels.length - 1]!;
      const names = level.names!;
      const name = scanner.name();
      level.part = name;
      if (names.has(name)) {
        const pointer = `${pointerOf(levels)}/${escapePointer(name)}`;
        duplicates.push({ pointer, name, start: scanner.start });
      } else {
        names.add(name);
      }
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else {
      const parent = levels[levels.length - 1];
      if (parent !== undefined && parent.names === undefined) parent.index++;
      if (token === 'scalar') continue;
      const names = token === '{' ? new Set<string>() : undefined;
      levels.push({ names, part: '', index: -1, pointer: parent === undefined ? '' : undefined });
    }
  }
  return duplicates;
}

/** The innermost container's pointer. Each is put together once, so that deep lines stay linear. */
function pointerOf(levels: readonly Level[]): string {
  let known = levels.length - 1;
  while (levels[known]!.pointer === undefined) known--;
  for (let i = known; i < levels.length - 1; i++) {
    const level = levels[i]!;
    const part = level.names === undefined ? String(level.index) : escapePointer(level.part);
    levels[i + 1]!.pointer = `${level.pointer}/${part}`;
  }
  return levels[levels.length - 1]!.pointer!;
}

/** How many containers are inside each other at the deepest place; scalars are 0 deep. Stops at a fault. */
export function jsonDepth(text: string): number {
  const scanner = new JsonScanner(text);
  let deepest = 0;
  for (let token = scanner.next(); token !== 'end' && token !== 'fault'; token = scanner.next()) {
    if (scanner.depth > deepest) deepest = scanner.depth;
  }
  return deepest;
}
