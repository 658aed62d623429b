/**
 * Slots of keys seen: in which object (by its serial number) and the key's hash. Serial numbers only grow,
 * so what earlier lines left behind counts as free and nothing is cleared between lines.
 */
let objects = new Int32Array(1024);
let hashes = new Int32Array(1024);
let serial = 0;

/** Containers inside each other beyond which the answer is "maybe". */
const maxDepth = 1024;
/** The serial number of each open object, 0 for an array. */
const stack = new Int32Array(maxDepth + 1);

/** Slots beyond which a line with ever more keys gets the answer "maybe". */
const maxSlots = 1 << 16;

/** Serial numbers stay below this by far, so that they fit 32 bits. */
const serialLimit = 1 << 30;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A byte four times over. */
const quoteWord = 0x22222222;
const backslashWord = 0x5c5c5c5c;

/** The bytes of the last call: lines come from the same chunk many times over. */
let lastView: DataView = new DataView(new ArrayBuffer(0));

/** String values are walked up to this length, then searched for their end. */
const shortString = 48;

/**
 * Whether an object in a valid JSON text may have two members with one name. False is certain; true asks for
 * a look with `duplicateKeys`, as it also comes for keys with escapes, for very deep texts, for texts that
 * are mostly keys, and for hashes that are equal by chance (about once in 100 million objects).
 *
 * @param bytes  UTF-8; `bytes[start]` up to and without `bytes[end]` was accepted by `JSON.parse`
 */
export function hasDuplicateKeys(bytes: Uint8Array, start: number, end: number): boolean {
  if (serial > serialLimit) {
    objects.fill(0);
    serial = 0;
  }
  // Real lines have a key every 25 bytes or so: a slot per 8 bytes stays a third full.
  let slots = 256;
  while (slots < maxSlots && slots < (end - start) >> 3) slots *= 2;
  if (slots > objects.length) {
    objects = new Int32Array(slots);
    hashes = new Int32Array(slots);
  }
  const mask = slots - 1;
  const table = objects;
  const known = hashes;
  const before = serial;
  const view = viewOf(bytes);
  // Up to here four bytes can be read at once.
  const wordEnd = end - 4;
  let room = slots >> 1;
  let depth = 0;
  let object = 0;
  let i = start;
  while (i < end) {
    const byte = bytes[i++]!;
    if (byte === quote) {
      i = stringEnd(bytes, view, i, end);
      continue;
    }
    if (byte === openBrace) {
      if (depth === maxDepth) return true;
      stack[depth++] = object;
      object = ++serial;
    } else if (byte === openBracket) {
      if (depth === maxDepth) return true;
      stack[depth++] = object;
      object = 0;
      continue;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth > 0) object = stack[--depth]!;
      continue;
    } else if (byte !== comma || object === 0) {
      continue;
    }
    // Members follow each other without a look at the rest of the grammar as long as their values are strings.
    for (;;) {
      while (i < end && bytes[i]! <= 0x20) i++;
      if (bytes[i] !== quote) break;
      i++;
      let hash = object;
      let stop = 0;
      while (i <= wordEnd) {
        const word = view.getInt32(i, true);
        const quotes = zeroBytes(word ^ quoteWord);
        const escapes = zeroBytes(word ^ backslashWord);
        // The lowest set bit is exact: it belongs to the first such byte.
        stop = quotes & -quotes;
        if ((escapes & (stop - 1)) !== 0) return true;
        if (stop !== 0) {
          const length = byteOf(stop);
          hash = mixed(hash, word & ((1 << (length << 3)) - 1), length);
          i += length + 1;
          break;
        }
        hash = mixed(hash, word, 4);
        i += 4;
      }
      if (stop === 0) {
        for (; i < end && bytes[i] !== quote; i++) {
          if (bytes[i] === backslash) return true;
          hash = mixed(hash, bytes[i]!, 1);
        }
        i++;
      }
      if (--room === 0) return true;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (table[slot]! > before) {
        if (known[slot] === hash && table[slot] === object) return true;
        slot = (slot + 1) & mask;
      }
      table[slot] = object;
      known[slot] = hash;
      if (bytes[i] !== colon || bytes[i + 1] !== quote) break;
      i = stringEnd(bytes, view, i + 2, end);
      if (bytes[i] !== comma) break;
      i++;
    }
  }
  return false;
}

/** Non-zero with bit 7 of each byte that is 0; above the first of them other bits can be set as well. */
function zeroBytes(word: number): number {
  return (word - 0x01010101) & ~word & 0x80808080;
}

function mixed(hash: number, word: number, length: number): number {
  const h = Math.imul(hash ^ word, 0x5bd1e995);
  return (h ^ (h >>> 15)) + length;
}

function viewOf(bytes: Uint8Array): DataView {
  if (
    lastView.buffer !== bytes.buffer ||
    lastView.byteOffset !== bytes.byteOffset ||
    lastView.byteLength !== bytes.length
  ) {
    lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return lastView;
}

/** The offset after the closing quote of the string whose first character is at `at`. */
function stringEnd(bytes: Uint8Array, view: DataView, at: number, end: number): number {
  let i = at;
  const near = Math.min(at + shortString, end);
  while (i <= near - 4) {
    const word = view.getInt32(i, true);
    const quotes = zeroBytes(word ^ quoteWord);
    const escapes = zeroBytes(word ^ backslashWord);
    if ((quotes | escapes) === 0) {
      i += 4;
      continue;
    }
    const stop = quotes & -quotes;
    if (stop !== 0 && (escapes & (stop - 1)) === 0) return i + byteOf(stop) + 1;
    i += byteOf(escapes & -escapes) + 2;
  }
  return longStringEnd(bytes, i, end);
}

/** Which byte of a word, in memory order, a single bit is in. */
function byteOf(bit: number): number {
  return (31 - Math.clz32(bit)) >> 3;
}

/** The same for a long string; `at` is not right after a backslash that escapes. */
function longStringEnd(bytes: Uint8Array, at: number, end: number): number {
  let from = at;
  while (from < end) {
    const close = bytes.indexOf(quote, from);
    if (close === -1) return end;
    let escapes = close;
    while (escapes > from && bytes[escapes - 1] === backslash) escapes--;
    from = close + 1;
    if ((close - escapes) % 2 === 0) return from;
  }
  return end;
}
