import type { JsonObject, JsonValue } from '../../model/index.js';
import { annotationFields } from '../fields.js';
import { integerLike } from '../values.js';
import type { Reporter } from './context.js';
import { fieldPointer } from './keys.js';
import { pointerTo, show } from './show.js';

const startKey = '@modelarts:start_index';
const endKey = '@modelarts:end_index';

/** The spans of one text, collected annotation by annotation and judged together. */
export class EntityCheck {
  /** Entries beyond `count` are left over from earlier texts: emptying the arrays would cost more. */
  private count = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly owners: JsonObject[] = [];
  private readonly pointers: string[] = [];

  clear(): void {
    this.count = 0;
  }

  /** Takes the offsets of one entity (M091, M092, M093); `owner` is the annotation at `pointer`. */
  add(property: JsonObject | undefined, owner: JsonObject, pointer: string, out: Reporter): void {
    const from = property?.[startKey];
    const to = property?.[endKey];
    if (!isPlainOffset(from) || !isPlainOffset(to) || from >= to) {
      this.addOdd(property, owner, pointer, out);
      return;
    }
    this.take(from, to, owner, pointer);
  }

  private take(from: number, to: number, owner: JsonObject, pointer: string): void {
    const { count } = this;
    this.starts[count] = from;
    this.ends[count] = to;
    this.owners[count] = owner;
    this.pointers[count] = pointer;
    this.count = count + 1;
  }

  private addOdd(property: JsonObject | undefined, owner: JsonObject, pointer: string, out: Reporter): void {
    const start = property?.[startKey];
    const end = property?.[endKey];
    const place = propertyPointer(owner, pointer);
    const hasStart = start !== undefined && start !== null;
    const hasEnd = end !== undefined && end !== null;
    if (!hasStart || !hasEnd) {
      const words = hasStart
        ? `no ${endKey}`
        : hasEnd
          ? `no ${startKey}`
          : `neither ${startKey} nor ${endKey}`;
      out.add('M091', `the entity has ${words}`, place);
    }
    const from = hasStart ? offset(start, startKey, place, out) : undefined;
    const to = hasEnd ? offset(end, endKey, place, out) : undefined;
    if (from === undefined || to === undefined) return;
    if (from >= to) {
      out.add('M093', `the entity starts at ${from} and ends at ${to}`, pointerTo(place, startKey), {
        hint: 'the end is the offset after the last character',
      });
      return;
    }
    this.take(from, to, owner, pointer);
  }

  private place(i: number): string {
    return propertyPointer(this.owners[i]!, this.pointers[i]!);
  }

  /** Judges the spans against the text after `content://` (M094–M097). */
  finish(text: string | undefined, out: Reporter): void {
    const { count } = this;
    if (count === 0) return;
    if (text !== undefined) this.checkAgainst(text, out);
    if (count > 1) this.checkOverlaps(out);
  }

  private checkAgainst(text: string, out: Reporter): void {
    const astral = firstAstral(text);
    const codePoints = out.context.indexUnit === 'codepoint' && astral !== -1;
    const map = codePoints ? codePointOffsets(text) : undefined;
    const length = map === undefined ? text.length : map.length - 1;
    let beyondAstral = false;
    let cut = false;
    for (let i = 0; i < this.count; i++) {
      const start = this.starts[i]!;
      const end = this.ends[i]!;
      if (end > length) {
        out.add(
          'M094',
          `the entity ends at ${end}, the text has ${length} characters`,
          pointerTo(this.place(i), endKey),
        );
        continue;
      }
      const from = map === undefined ? start : map[start]!;
      const to = map === undefined ? end : map[end]!;
      if (astral !== -1 && to > astral) beyondAstral = true;
      if (cutsPair(text, from) || cutsPair(text, to)) {
        cut = true;
        out.add('M095', `the span ${start}–${end} cuts a surrogate pair in two`, this.place(i), {
          hint: 'the offsets probably count code points: try --index-unit codepoint',
        });
      } else if (isBlank(text.charCodeAt(from)) || isBlank(text.charCodeAt(to - 1))) {
        out.add(
          'M097',
          `the entity ${show(text.slice(from, to))} starts or ends with white space`,
          this.place(i),
        );
      }
    }
    if (beyondAstral && !cut) {
      const unit = codePoints ? 'code points' : 'UTF-16 units';
      out.add(
        'M095',
        `the text has characters outside the BMP; its offsets are taken as ${unit}`,
        '/source',
        {
          hint: 'check the spans, and state the unit with --index-unit',
        },
      );
    }
  }

  private checkOverlaps(out: Reporter): void {
    const { starts, ends, count } = this;
    let ordered = true;
    for (let i = 1; i < count && ordered; i++) ordered = starts[i]! >= ends[i - 1]!;
    if (ordered) return;
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => starts[a]! - starts[b]! || a - b);
    let furthest = order[0]!;
    for (let k = 1; k < order.length; k++) {
      const i = order[k]!;
      if (starts[i]! < ends[furthest]!) {
        const same = starts[i] === starts[furthest] && ends[i] === ends[furthest];
        const span = `${starts[i]}–${ends[i]}`;
        const other = `${starts[furthest]}–${ends[furthest]}`;
        out.add(
          'M096',
          same ? `two entities cover the span ${span}` : `the spans ${other} and ${span} overlap`,
          this.place(i),
        );
      }
      if (ends[i]! > ends[furthest]!) furthest = i;
    }
  }
}

function propertyPointer(owner: JsonObject, pointer: string): string {
  return fieldPointer(owner, annotationFields.property, pointer);
}

function isPlainOffset(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A usable offset, or undefined after reporting. Whole numbers in quotes are used with a warning. */
function offset(value: JsonValue, key: string, place: string, out: Reporter): number | undefined {
  if (isPlainOffset(value)) return value;
  const pointer = pointerTo(place, key);
  const number = integerLike(value);
  if (typeof value === 'string' && number !== undefined && number >= 0) {
    out.add('M092', `${key} is the string ${show(value)}`, pointer, {
      hint: `write the number ${number} without quotes`,
      severity: 'warning',
    });
    return number;
  }
  out.add('M092', `${key} is ${show(value)}, not a non-negative integer`, pointer);
  return undefined;
}

/** UTF-16 offset of the first surrogate pair, or −1. */
function firstAstral(text: string): number {
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) return i;
  }
  return -1;
}

function cutsPair(text: string, at: number): boolean {
  return (
    at > 0 &&
    at < text.length &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(at) & 0xfc00) === 0xdc00
  );
}

/** UTF-16 offset of each code point, and of the end. */
function codePointOffsets(text: string): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const char of text) {
    offsets.push(at);
    at += char.length;
  }
  offsets.push(at);
  return offsets;
}

/** White space as `String.prototype.trim` has it. */
export function isBlank(c: number): boolean {
  if (c <= 0x20) return c === 0x20 || (c >= 9 && c <= 13);
  if (c < 0xa0) return false;
  return (
    c === 0xa0 ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200a) ||
    c === 0x2028 ||
    c === 0x2029 ||
    c === 0x202f ||
    c === 0x205f ||
    c === 0x3000 ||
    c === 0xfeff
  );
}
