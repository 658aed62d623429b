import type { JsonObject, JsonValue } from '../../model/index.js';
import { isBlank } from './byte-scanner.js';

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const closeBrace = 0x7d;
/** `E`, and `e` but for the bit of the letter case. */
const exponent = 0x65;

/** Digits of a number that is exact as a whole number, and as that divided by a power of ten. */
const mostDigits = 15;
/** Digits that a whole number of 32 bits always has room for. */
const quickDigits = 9;
const powers = Float64Array.from({ length: mostDigits + 1 }, (_, digits) => 10 ** digits);

const names = ['id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'segmentation'] as const;
const spellings = names.map((name) => Buffer.from(`${name}"`));
/** Where in {@link names} a name is, by its length: no two have the same but `bbox` and `area`. */
const byLength = new Int8Array(16).fill(-1);
for (const [at, name] of names.entries()) byLength[name.length] = at;
const bbox = 3;
const area = 4;

/**
 * Reads annotations of the plain kind, which is nearly all of them, several times as fast as `JSON.parse`: numbers, boxes
 * and polygons, no other members, no escapes, no exponents. What it accepts is valid JSON with the same values; whatever
 * else there is, it leaves to others.
 */
export class AnnotationDecoder {
  /** Behind the element that was read. */
  end = 0;
  /** Behind the array that was read. */
  #at = 0;
  /**
   * Numbers of the array under way, so that its length is known when it is made. A number by itself is the first: one that
   * is returned or kept in a member would be an object of its own.
   */
  #numbers = new Float64Array(1024);

  /**
   * @param at of the element's brace
   * @param limit where the bytes end
   * @returns the element, its members always in one order and undefined where it does not have them; undefined when it
   *   is of another kind, or not all there
   */
  decode(bytes: Uint8Array, at: number, limit: number): JsonObject | undefined {
    const values: (JsonValue | undefined)[] = [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ];
    let i = skipBlanks(bytes, at + 1);
    for (;;) {
      if (bytes[i] !== quote) return undefined;
      const name = nameAt(bytes, i + 1);
      if (name === -1) return undefined;
      i = skipBlanks(bytes, i + 1 + spellings[name]!.length);
      if (bytes[i] !== colon) return undefined;
      i = skipBlanks(bytes, i + 1);
      if (bytes[i] === openBracket) {
        const value = name === bbox ? this.#list(bytes, i + 1) : this.#lists(bytes, i + 1);
        if (value === undefined || name < bbox || name === area) return undefined;
        values[name] = value;
        i = this.#at;
      } else {
        i = this.#number(bytes, i, 0);
        if (i === -1) return undefined;
        values[name] = this.#numbers[0]!;
      }
      i = skipBlanks(bytes, i);
      if (bytes[i] === closeBrace) break;
      if (bytes[i] !== comma) return undefined;
      i = skipBlanks(bytes, i + 1);
    }
    if (i >= limit) return undefined;
    this.end = i + 1;
    return {
      id: values[0],
      image_id: values[1],
      category_id: values[2],
      bbox: values[bbox],
      area: values[area],
      iscrowd: values[5],
      segmentation: values[6],
    } as JsonObject;
  }

  /** Arrays of numbers, the first bracket before `at`. */
  #lists(bytes: Uint8Array, at: number): number[][] | undefined {
    const lists: number[][] = [];
    let i = skipBlanks(bytes, at);
    if (bytes[i] === closeBracket) {
      this.#at = i + 1;
      return lists;
    }
    for (;;) {
      if (bytes[i] !== openBracket) return undefined;
      const list = this.#list(bytes, i + 1);
      if (list === undefined) return undefined;
      lists.push(list);
      i = skipBlanks(bytes, this.#at);
      if (bytes[i] === closeBracket) break;
      if (bytes[i] !== comma) return undefined;
      i = skipBlanks(bytes, i + 1);
    }
    this.#at = i + 1;
    return lists;
  }

  /** Numbers, at least one, the bracket before `at`. */
  #list(bytes: Uint8Array, at: number): number[] | undefined {
    let count = 0;
    for (let i = at; ; i++) {
      if (count === this.#numbers.length) this.#grow();
      i = this.#number(bytes, bytes[i]! > 0x20 ? i : skipBlanks(bytes, i), count);
      if (i === -1) return undefined;
      count++;
      if (bytes[i]! <= 0x20) i = skipBlanks(bytes, i);
      const byte = bytes[i];
      if (byte === comma) continue;
      if (byte !== closeBracket) return undefined;
      this.#at = i + 1;
      const read = this.#numbers;
      const numbers = new Array<number>(count);
      for (let k = 0; k < count; k++) numbers[k] = read[k]!;
      return numbers;
    }
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  /**
   * Reads a number into a place of {@link #numbers}.
   *
   * @returns the place behind it; -1 when it is none of the plain kind
   */
  #number(bytes: Uint8Array, at: number, into: number): number {
    const isNegative = bytes[at] === minus;
    const first = isNegative ? at + 1 : at;
    let i = first;
    let byte = bytes[i]!;
    let value = 0;
    while (byte >= zero && byte <= nine) {
      value = (Math.imul(value, 10) + byte - zero) | 0;
      byte = bytes[++i]!;
    }
    let digits = i - first;
    if (digits === 0 || (digits > 1 && bytes[first] === zero)) return -1;
    let places = 0;
    if (byte === point) {
      const start = ++i;
      byte = bytes[i]!;
      while (byte >= zero && byte <= nine) {
        value = (Math.imul(value, 10) + byte - zero) | 0;
        byte = bytes[++i]!;
      }
      places = i - start;
      if (places === 0) return -1;
      digits += places;
    }
    if ((byte | 0x20) === exponent || digits > mostDigits) return -1;
    const whole = digits > quickDigits ? wholeOf(bytes, first, i) : value;
    const magnitude = places === 0 ? whole : whole / powers[places]!;
    this.#numbers[into] = isNegative ? -magnitude : magnitude;
    return i;
  }
}

/** The digits between two places as a whole number, a point among them left out. */
function wholeOf(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) if (bytes[i] !== point) value = value * 10 + (bytes[i]! - zero);
  return value;
}

function skipBlanks(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isBlank(bytes[i]!)) i++;
  return i;
}

/** Which of the names begins at a place, with the quote behind it; -1 for none. */
function nameAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  while (length < 13 && bytes[at + length] !== quote) length++;
  let name = byLength[length]!;
  if (name === area && bytes[at] === 0x62) name = bbox;
  if (name === -1) return -1;
  const spelling = spellings[name]!;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== spelling[i]) return -1;
  return name;
}
