/*
 * AssemblyScript, compiled by scripts/build-wasm.mjs. Recognises one ordinary line of a manifest and writes down
 * where its fields are. A line it accepts is valid JSON, and `JSON.parse` would find the same values: what it is
 * not sure of (escapes in keys, a field given twice or under another spelling, a field of an odd type, deep
 * nesting) it refuses. Bytes are valid UTF-8; that is the caller's word. Zeros follow the input.
 *
 * Memory: remembered strings, then the record of the last line, then the input; the offsets are those of
 * src/manifest/line-scanner.ts.
 */

/**
 * Remembered strings: 64 bytes each, of which length, "the caller has it" flag, the last scan that referred to it,
 * and from byte 16 on the string.
 */
const table = 1024;
const slotBits = 11;
const longestKept = 48;
/** Where {@link pass} stopped. */
const passedTo = 1020;
/** Of the line: source start, end, escaped; usage as a string reference. 8 words. */
const lineRecord = 132096;
/**
 * Of each annotation, 16 words: name and type as string references; loc start (0: none), end, escaped; kind of
 * confidence; confidence as f64, or start and end of its digits; annotator as a string reference; hard.
 */
const annotationRecords = lineRecord + 32;
const annotationBytes = 64;
const mostAnnotations = 4096;
/** Of each line that {@link tally} took note of, 6 words: how many annotations, usage as a string reference, hard, where it starts. */
const tallyRecords = annotationRecords + mostAnnotations * annotationBytes;
const tallyBytes = 24;
const mostTallied = 2048;

/** Start and end of the first different usages that a pass meets. */
const usageList = 574656;
const mostUsages = 14;
const unlisted = 255;
/**
 * Of each line that {@link pass} takes note of, 8 words: where its line feed is; its usage, 0 for none, from 1 a place in
 * {@link usageList}, {@link unlisted} for one that is not there; start (0: it has escapes) and end of its source; when
 * asked for, the hash of the source, upper and lower half, and {@link hashKnown} and {@link parentPossible}; how many annotations
 * it has, whose records follow those of the line before. There is room for a window of the shortest lines.
 */
const notes = 574784;
const noteBytes = 32;
/** The hash is there: the source has no escapes but short ones, or none. */
const hashKnown = 1;
/** The property may name a parent. */
const parentPossible = 2;
/** Sources with escapes are put here without them, unless they are longer. */
const unescaped = 855168;
const longestUnescaped = 32768;

/** What {@link pass} is asked for. */
const askNotes = 1;
const askHashes = 2;
const askNames = 4;
const askEveryName = 8;

/** Kinds of string reference, beside slots; a reference is this or a slot, then start and end. */
const absent = -1;
const plain = -2;
const withEscapes = -3;
/** Added to a slot whose string the caller does not have yet. */
const fresh = 1 << 16;

/** Kinds of `hard`. */
const unsaid = 0;
const hardTrue = 1;
const hardFalse = 2;

const noNumber = 0;
const exactNumber = 1;
const longNumber = 2;

/** Eight letters of a key as they are loaded, and odd numbers that mix bits; in halves, since 64 bits are no number elsewhere. */
const annotati = ((<u64>0x69746174) << 32) | 0x6f6e6e61;
const confiden = ((<u64>0x6e656469) << 32) | 0x666e6f63;
const tionDashLoc = ((<u64>0x636f6c2d) << 32) | 0x6e6f6974;
const annotate = ((<u64>0x65746174) << 32) | 0x6f6e6e61;
const tionUnderscoreLoc = ((<u64>0x636f6c5f) << 32) | 0x6e6f6974;
const goldenRatio = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;
const mixer = ((<u64>0xd6e8feb8) << 32) | 0x6659fd93;
const property = ((<u64>0x79747265) << 32) | 0x706f7270;

const lineFeed = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Levels of nesting that are followed, one bit each. */
const deepest = 60;

const sawSource = 1;
const sawUsage = 2;
const sawAnnotation = 4;
const sawName = 8;
const sawType = 16;
const sawLoc = 32;
const sawConfidence = 64;
const sawAnnotator = 128;
const sawHard = 256;
const sawProperty = 512;

/** The last string had escapes. */
let escaped = false;
let exact = false;
let value: f64 = 0;
let annotations: i32 = 0;
/** Where the record of the line's first annotation is, and how many there is room for. */
let recordsAt: i32 = annotationRecords;
let room: i32 = mostAnnotations;
/** Annotators and `hard` are looked at too; when they are not plain, the line is no ordinary one. */
let counting = false;
/** Of the strings, only names of annotations are referred to. */
let namesOnly = false;
/** An annotation without a name makes the line none of the ordinary ones. */
let everyName = false;
/** The property of the line is looked at, and may name a parent. */
let watching = false;
let mayHaveParent = false;
let hashHigh: i32 = 0;
let hashLow: i32 = 0;
/** `hard` of the line. */
let lineHard: i32 = unsaid;
/** Behind the value that {@link hardOf} read; 0 when it is not a plain one. */
let hardEnd: i32 = 0;
/** The usage of the line, 0 when it has none. */
let usageStart: i32 = 0;
let usageEnd: i32 = 0;
let usageEscaped = false;
/** How many there are in {@link usageList}. */
let usages: i32 = 0;
/** What the last key was: a bit of those above, 0 when it is not looked at, -1 when it makes the line unusual. */
let field: i32 = 0;
/** Number of the scan under way. */
let serial: i32 = 0;

/** Skips white space within a line; there is mostly none, which is found out without a call. */
function blank(p: i32): i32 {
  return load<u8>(p) > 0x20 ? p : blanks(p);
}

function blanks(start: i32): i32 {
  let p = start;
  let c = <i32>load<u8>(p);
  while (c === 0x20 || c === 0x09 || c === 0x0d) c = <i32>load<u8>(++p);
  return p;
}

/** From behind the opening quote of a string to its closing one; 0 when it is not well-formed. */
function text(start: i32): i32 {
  let p = start;
  escaped = false;
  while (true) {
    const bytes = v128.load(p);
    const found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(<i8>quote)), i8x16.eq(bytes, i8x16.splat(<i8>backslash))),
        i8x16.eq(i8x16.min_u(bytes, i8x16.splat(0x1f)), bytes),
      ),
    );
    if (found === 0) {
      p += 16;
      continue;
    }
    p += ctz<i32>(found);
    const c = <i32>load<u8>(p);
    if (c === quote) return p;
    if (c !== backslash) return 0;
    escaped = true;
    p = escapeEnd(p + 1);
    if (p === 0) return 0;
  }
}

/** Behind an escape whose backslash is before `p`. */
function escapeEnd(p: i32): i32 {
  switch (<i32>load<u8>(p)) {
    case quote:
    case backslash:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return p + 1;
    case 0x75: // u
      for (let i = 1; i <= 4; i++) {
        const c = <i32>load<u8>(p + i);
        const letter = c | 0x20;
        if (!((c >= 0x30 && c <= 0x39) || (letter >= 0x61 && letter <= 0x66))) return 0;
      }
      return p + 5;
    default:
      return 0;
  }
}

/** Behind a number; sets {@link value} when it has at most 15 digits and no sign nor exponent: division is exact then. */
function number(start: i32): i32 {
  let p = start;
  let mantissa: i64 = 0;
  let scale: f64 = 1;
  if (load<u8>(p) === 0x2d) p++;
  const whole = p;
  let c = <i32>load<u8>(p) - 0x30;
  if (<u32>c > 9) return 0;
  if (c === 0) {
    c = <i32>load<u8>(++p) - 0x30;
  } else {
    do {
      mantissa = mantissa * 10 + c;
      c = <i32>load<u8>(++p) - 0x30;
    } while (<u32>c <= 9);
  }
  if (c === 0x2e - 0x30) {
    c = <i32>load<u8>(++p) - 0x30;
    if (<u32>c > 9) return 0;
    do {
      mantissa = mantissa * 10 + c;
      scale *= 10;
      c = <i32>load<u8>(++p) - 0x30;
    } while (<u32>c <= 9);
  }
  exact = whole === start && p - whole <= 16;
  if ((c | 0x20) === 0x35 || c + 0x30 === 0x45) {
    exact = false;
    c = <i32>load<u8>(++p);
    if (c === 0x2b || c === 0x2d) c = <i32>load<u8>(++p);
    c -= 0x30;
    if (<u32>c > 9) return 0;
    while (<u32>(<i32>load<u8>(p) - 0x30) <= 9) p++;
  }
  value = <f64>mantissa / scale;
  return p;
}

/** Behind `true`, `false`, `null` or a number. */
function scalar(p: i32): i32 {
  const four = load<u32>(p);
  if (four === 0x65757274) return p + 4; // true
  if (four === 0x6c6c756e) return p + 4; // null
  if (load<u8>(p) === 0x66) return load<u32>(p + 1) === 0x65736c61 ? p + 5 : 0; // false
  return number(p);
}

/** Behind any value, `levels` deep already; 0 when it is not well-formed or too deep. */
function anyValue(start: i32, levels: i32): i32 {
  let p = start;
  let depth = 0;
  /** Lowest bit: the innermost is an object. */
  let objects: u64 = 0;
  while (true) {
    // A value begins here.
    let c = <i32>load<u8>(p);
    if (c === quote) {
      p = text(p + 1);
      if (p === 0) return 0;
      p++;
    } else if (c === openBrace || c === openBracket) {
      p = blank(p + 1);
      const first = <i32>load<u8>(p);
      if (first === c + 2) {
        p++;
      } else {
        if (++depth + levels > deepest) return 0;
        objects = (objects << 1) | (c === openBrace ? 1 : 0);
        if (c === openBrace) {
          p = memberValue(p);
          if (p === 0) return 0;
        }
        continue;
      }
    } else {
      p = scalar(p);
      if (p === 0) return 0;
    }
    // It ended here.
    while (true) {
      if (depth === 0) return p;
      p = blank(p);
      c = <i32>load<u8>(p);
      const isObject = (objects & 1) !== 0;
      if (c === comma) {
        p = blank(p + 1);
        if (isObject) {
          p = memberValue(p);
          if (p === 0) return 0;
        }
        break;
      }
      if (c !== (isObject ? closeBrace : closeBracket)) return 0;
      p++;
      depth--;
      objects >>= 1;
    }
  }
}

/** From the opening quote of a key to where its value begins. */
function memberValue(p: i32): i32 {
  if (load<u8>(p) !== quote) return 0;
  const end = text(p + 1);
  if (end === 0) return 0;
  const at = blank(end + 1);
  return load<u8>(at) === colon ? blank(at + 1) : 0;
}

/** Writes a reference to the string, remembered when it is short, to `at`. */
function refer(at: i32, start: i32, end: i32): void {
  store<i32>(at, escaped ? withEscapes : slotOf(start, end - start), 0);
  store<i32>(at, start, 4);
  store<i32>(at, end, 8);
}

function slotOf(start: i32, length: i32): i32 {
  if (length > longestKept) return plain;
  let first = load<u64>(start);
  let hash: u64;
  if (length < 8) {
    first &= ((<u64>1) << (<u64>length * 8)) - 1;
    hash = first;
  } else {
    hash =
      first ^ (load<u64>(start + length - 8) * goldenRatio) ^ (load<u64>(start + (length >> 1) - 4) << 7);
  }
  hash = (hash + <u64>length) * mixer;
  const slot = <i32>(hash >> (64 - slotBits));
  const entry = table + (slot << 6);
  if (load<i32>(entry) === length && isKept(entry + 16, start, length, first)) {
    store<i32>(entry, serial, 8);
    return load<i32>(entry, 4) === 0 ? slot | fresh : slot;
  }
  // A slot that this line refers to already must go on meaning the same until the caller has looked at it.
  if (load<i32>(entry, 8) === serial) return plain;
  store<i32>(entry, length);
  store<i32>(entry, 0, 4);
  store<i32>(entry, serial, 8);
  memory.copy(entry + 16, start, length);
  return slot | fresh;
}

function isKept(kept: i32, start: i32, length: i32, first: u64): bool {
  if (length < 8) return (load<u64>(kept) & (((<u64>1) << (<u64>length * 8)) - 1)) === first;
  for (let i = 0; i < length - 8; i += 8) if (load<u64>(kept + i) !== load<u64>(start + i)) return false;
  return load<u64>(kept + length - 8) === load<u64>(start + length - 8);
}

/**
 * Looks at the line from `start` to `end`.
 *
 * @param record write down what is in it; otherwise it is only judged
 * @returns how many annotations it has; -1 when it is no ordinary line
 */
export function scan(start: i32, end: i32, record: bool): i32 {
  beginRecords(false);
  let p = sample(start, record);
  if (p === 0) return -1;
  while (p < end && blank(p) > p) p++;
  return p === end ? annotations : -1;
}

/**
 * Judges the lines from `start` to `end`, where the last one's line feed is: in one go, since calls from outside cost
 * as much as a tenth of a line. Lines that end with CR LF count as no ordinary ones.
 *
 * @param asked what to note of each line, 0 for nothing. With names it stops early when there is no room for records
 * @returns how many lines from the first on are ordinary; the one after those begins at {@link passedTo}
 */
export function pass(start: i32, end: i32, asked: i32): i32 {
  beginRecords(false);
  const names = (asked & askNames) !== 0;
  const hashes = (asked & askHashes) !== 0;
  namesOnly = names;
  everyName = (asked & askEveryName) !== 0;
  watching = hashes;
  let count = 0;
  let p = start;
  usages = 0;
  while (p < end) {
    let q = sample(p, names);
    if (q === 0) break;
    let c = <i32>load<u8>(q);
    while (c === 0x20 || c === 0x09) c = <i32>load<u8>(++q);
    if (c !== lineFeed) break;
    if ((asked & askNotes) !== 0) {
      const at = notes + count * noteBytes;
      const source = load<i32>(lineRecord, 8) === 0 ? load<i32>(lineRecord, 0) : 0;
      store<i32>(at, q, 0);
      store<i32>(at, usageNumber(), 4);
      store<i32>(at, source, 8);
      store<i32>(at, load<i32>(lineRecord, 4), 12);
      if (hashes) {
        const known = source !== 0 ? hash(source, load<i32>(lineRecord, 4)) : hashUnescaped();
        store<i32>(at, hashHigh, 16);
        store<i32>(at, hashLow, 20);
        store<i32>(at, (known ? hashKnown : 0) | (mayHaveParent ? parentPossible : 0), 24);
      }
      if (names) {
        store<i32>(at, annotations, 28);
        recordsAt += annotations * annotationBytes;
        room -= annotations;
      }
    }
    p = q + 1;
    count++;
  }
  store<i32>(passedTo, p);
  return count;
}

/**
 * As {@link pass}, taking note of what is counted in each line, those that end with CR LF among them. It stops early
 * when the records are full. Slots of strings mean the same in all of them.
 */
export function tally(start: i32, end: i32): i32 {
  beginRecords(true);
  let count = 0;
  let p = start;
  while (p < end && count < mostTallied) {
    let q = sample(p, true);
    if (q === 0) break;
    q = blank(q);
    if (load<u8>(q) !== lineFeed) break;
    const at = tallyRecords + count * tallyBytes;
    store<i32>(at, annotations, 0);
    store<i32>(at, load<i32>(lineRecord, 12), 4);
    store<i32>(at, load<i32>(lineRecord, 16), 8);
    store<i32>(at, load<i32>(lineRecord, 20), 12);
    store<i32>(at, lineHard, 16);
    store<i32>(at, p, 20);
    recordsAt += annotations * annotationBytes;
    room -= annotations;
    p = q + 1;
    count++;
  }
  store<i32>(passedTo, p);
  return count;
}

function beginRecords(all: bool): void {
  counting = all;
  namesOnly = false;
  everyName = false;
  watching = false;
  serial++;
  recordsAt = annotationRecords;
  room = mostAnnotations;
}

function fieldLookedAt(): i32 {
  return counting || field < sawAnnotator ? field : 0;
}

/** The hash of the line's source that has escapes; false when that is not known here. */
function hashUnescaped(): bool {
  const end = load<i32>(lineRecord, 4);
  let p = load<i32>(lineRecord, 0);
  if (end - p > longestUnescaped) return false;
  let to = unescaped;
  while (p < end) {
    let c = <i32>load<u8>(p++);
    if (c === backslash) {
      c = <i32>load<u8>(p++);
      if (c === 0x75) return false; // u
      if (c === 0x62) c = 0x08;
      else if (c === 0x66) c = 0x0c;
      else if (c === 0x6e) c = 0x0a;
      else if (c === 0x72) c = 0x0d;
      else if (c === 0x74) c = 0x09;
    }
    store<u8>(to++, c);
  }
  return hash(unescaped, to);
}

/** Sets the hash of src/text/hash.ts; true. */
function hash(start: i32, end: i32): bool {
  let a: i32 = <i32>0x9e3779b9;
  let b: i32 = 0x243f6a88;
  let p = start;
  for (; p + 4 <= end; p += 4) {
    const word = load<i32>(p);
    a = mixA(a, word);
    b = mixB(b, word);
  }
  if (p < end) {
    const word = load<i32>(p) & ((1 << ((end - p) << 3)) - 1);
    a = mixA(a, word);
    b = mixB(b, word);
  }
  a ^= end - start;
  b ^= end - start;
  a += b;
  b += a;
  a = avalanche(a);
  b = avalanche(b);
  a += b;
  b += a;
  hashHigh = a;
  hashLow = b;
  return true;
}

function mixA(state: i32, word: i32): i32 {
  const h = state ^ (rotl(word * <i32>0xcc9e2d51, 15) * 0x1b873593);
  return rotl(h, 13) * 5 + <i32>0xe6546b64;
}

function mixB(state: i32, word: i32): i32 {
  const h = state ^ (rotl(word * 0x239b961b, 16) * <i32>0xab0e9789);
  return rotl(h, 19) * 5 + 0x561ccd1b;
}

function avalanche(value: i32): i32 {
  let h: u32 = value;
  h ^= h >>> 16;
  h *= 0x85ebca6b;
  h ^= h >>> 13;
  h *= 0xc2b2ae35;
  return <i32>(h ^ (h >>> 16));
}

/** True where there is an `@`, or an escape that may stand for one: the key of a parent begins with it. */
function hasAt(start: i32, end: i32): bool {
  for (let p = start; p < end; p += 16) {
    const bytes = v128.load(p);
    const found = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x40)), i8x16.eq(bytes, i8x16.splat(<i8>backslash))),
    );
    if (found !== 0) return p + ctz<i32>(found) < end;
  }
  return false;
}

/** The last line's usage as notes have it. */
function usageNumber(): i32 {
  if (usageStart === 0) return 0;
  const length = usageEnd - usageStart;
  if (usageEscaped || length > longestKept) return unlisted;
  for (let i = 0; i < usages; i++) {
    const known = usageList + (i << 3);
    const from = load<i32>(known, 0);
    if (load<i32>(known, 4) - from === length && memory.compare(from, usageStart, length) === 0) return i + 1;
  }
  if (usages === mostUsages) return unlisted;
  const entry = usageList + (usages << 3);
  store<i32>(entry, usageStart, 0);
  store<i32>(entry, usageEnd, 4);
  return ++usages;
}

/** Behind the closing brace of a line's object, with the number of its {@link annotations}; 0 when it is not ordinary. */
function sample(start: i32, record: bool): i32 {
  let p = blank(start);
  if (load<u8>(p) !== openBrace) return 0;
  p = blank(p + 1);
  let seen = 0;
  annotations = 0;
  lineHard = unsaid;
  usageStart = 0;
  mayHaveParent = false;
  store<i32>(lineRecord, absent, 12);
  while (true) {
    if (load<u8>(p) !== quote) return 0;
    const key = p + 1;
    p = usualSampleKey(key);
    if (p === 0) {
      const keyEnd = text(key);
      if (keyEnd === 0 || escaped) return 0;
      p = blank(keyEnd + 1);
      if (load<u8>(p) !== colon) return 0;
      p++;
      field = sampleKey(key, keyEnd - key);
    }
    p = blank(p);
    const isProperty = field === sawProperty;
    const bit = isProperty ? 0 : fieldLookedAt();
    if (bit < 0 || (seen & bit) !== 0) return 0;
    seen |= bit;
    if (bit === 0) {
      const from = p;
      p = anyValue(p, 1);
      if (isProperty && watching && hasAt(from, p)) mayHaveParent = true;
    } else if (bit === sawAnnotation) p = annotationList(p, record);
    else if (bit === sawHard) {
      lineHard = hardOf(p);
      p = hardEnd;
    } else p = sampleText(p, bit, record);
    if (p === 0) return 0;
    p = blank(p);
    const c = <i32>load<u8>(p);
    if (c === comma) {
      p = blank(p + 1);
      continue;
    }
    return c === closeBrace && (seen & sawSource) !== 0 ? p + 1 : 0;
  }
}

/**
 * Behind the key and its colon, when it is one that most lines have, spelt without a blank: told by comparing words,
 * which takes half the time of finding the key's end first. 0 for all others; else sets {@link field}.
 */
function usualSampleKey(key: i32): i32 {
  const four = load<u32>(key);
  if (four === 0x3a226469) return usual(0, key + 4); // id":
  if (four === 0x72756f73) return load<u32>(key + 4) === 0x3a226563 ? usual(sawSource, key + 8) : 0; // source":
  if (four === 0x706d6173) {
    // sample-type":
    if (load<u32>(key + 4) !== 0x742d656c || load<u32>(key + 8) !== 0x22657079) return 0;
    return load<u8>(key + 12) === colon ? usual(0, key + 13) : 0;
  }
  if (four === 0x67617375) {
    return load<u8>(key + 4) === 0x65 && load<u16>(key + 5) === 0x3a22 ? usual(sawUsage, key + 7) : 0; // usage":
  }
  if (four === 0x6f6e6e61) {
    return load<u64>(key) === annotati && load<u32>(key + 8) === 0x3a226e6f
      ? usual(sawAnnotation, key + 12)
      : 0; // annotation":
  }
  return four === 0x706f7270 ? propertyKey(key, sawProperty) : 0;
}

/** The same for the members of annotations. */
function usualAnnotationKey(key: i32): i32 {
  const four = load<u32>(key);
  if (four === 0x656d616e) return load<u16>(key + 4) === 0x3a22 ? usual(sawName, key + 6) : 0; // name":
  if (four === 0x65707974) return load<u16>(key + 4) === 0x3a22 ? usual(sawType, key + 6) : 0; // type":
  if (four === 0x666e6f63) {
    return load<u64>(key) === confiden && load<u32>(key + 8) === 0x3a226563
      ? usual(sawConfidence, key + 12)
      : 0; // confidence":
  }
  if (four === 0x706f7270) return propertyKey(key, 0);
  if (four === 0x6f6e6e61) {
    const next = load<u32>(key + 4);
    const third = load<u32>(key + 8);
    const fourth = load<u32>(key + 12);
    if (next === 0x65746174)
      return third === 0x79622d64 && <u16>fourth === 0x3a22 ? usual(sawAnnotator, key + 14) : 0; // annotated-by":
    if (next !== 0x69746174) return 0;
    if (third === 0x6c2d6e6f) return fourth === 0x3a22636f ? usual(sawLoc, key + 16) : 0; // annotation-loc":
    if (third !== 0x662d6e6f || fourth !== 0x616d726f) return 0; // annotation-format":
    return load<u16>(key + 16) === 0x2274 && load<u8>(key + 18) === colon ? usual(0, key + 19) : 0;
  }
  if (four === 0x61657263) {
    // creation-time":
    if (load<u32>(key + 4) !== 0x6e6f6974 || load<u32>(key + 8) !== 0x6d69742d) return 0;
    return load<u8>(key + 12) === 0x65 && load<u16>(key + 13) === 0x3a22 ? usual(0, key + 15) : 0;
  }
  return four === 0x64726168 && load<u16>(key + 4) === 0x3a22 ? usual(sawHard, key + 6) : 0; // hard":
}

function propertyKey(key: i32, bit: i32): i32 {
  return load<u32>(key + 4) === 0x79747265 && load<u16>(key + 8) === 0x3a22 ? usual(bit, key + 10) : 0; // property":
}

function usual(bit: i32, behind: i32): i32 {
  field = bit;
  return behind;
}

/** The field's bit; 0 for a key that is not looked at, -1 for one that makes the line unusual. */
function sampleKey(key: i32, length: i32): i32 {
  if (length === 6) {
    return load<u32>(key) === 0x72756f73 && load<u16>(key + 4) === 0x6563 ? sawSource : 0; // source
  }
  if (length === 4) return load<u32>(key) === 0x64726168 ? sawHard : 0; // hard
  if (length === 8) return load<u64>(key) === property ? sawProperty : 0;
  if (length === 5) return load<u32>(key) === 0x67617375 && load<u8>(key + 4) === 0x65 ? sawUsage : 0; // usage
  if (length === 10 || length === 11) {
    // annotation
    if (load<u64>(key) !== annotati || load<u16>(key + 8) !== 0x6e6f) return 0;
    if (length === 10) return sawAnnotation;
    return load<u8>(key + 10) === 0x73 ? -1 : 0; // annotations
  }
  return 0;
}

/** `true`, `false`, the same as strings in lower case, or `null`. */
function hardOf(start: i32): i32 {
  const isText = load<u8>(start) === quote;
  let p = isText ? start + 1 : start;
  const four = load<u32>(p);
  let kind = unsaid;
  hardEnd = 0;
  if (four === 0x65757274) {
    kind = hardTrue; // true
    p += 4;
  } else if (four === 0x736c6166 && load<u8>(p + 4) === 0x65) {
    kind = hardFalse; // false
    p += 5;
  } else if (four === 0x6c6c756e && !isText)
    p += 4; // null
  else return unsaid;
  if (isText) {
    if (load<u8>(p) !== quote) return unsaid;
    p++;
  }
  hardEnd = p;
  return kind;
}

function sampleText(p: i32, bit: i32, record: bool): i32 {
  if (load<u8>(p) !== quote) return bit === sawUsage && load<u32>(p) === 0x6c6c756e ? p + 4 : 0;
  const start = p + 1;
  const end = text(start);
  if (end === 0) return 0;
  if (bit === sawSource) {
    if (end === start) return 0;
    store<i32>(lineRecord, start, 0);
    store<i32>(lineRecord, end, 4);
    store<i32>(lineRecord, escaped ? 1 : 0, 8);
  } else {
    usageStart = start;
    usageEnd = end;
    usageEscaped = escaped;
    if (record && !namesOnly) refer(lineRecord + 12, start, end);
  }
  return end + 1;
}

/** Behind an array of objects, or `null`. */
function annotationList(start: i32, record: bool): i32 {
  if (load<u32>(start) === 0x6c6c756e) return start + 4; // null
  if (load<u8>(start) !== openBracket) return 0;
  let p = blank(start + 1);
  if (load<u8>(p) === closeBracket) return p + 1;
  while (true) {
    if (annotations === room) return 0;
    p = annotation(p, recordsAt + annotations * annotationBytes, record);
    if (p === 0) return 0;
    annotations++;
    p = blank(p);
    const c = <i32>load<u8>(p);
    if (c === closeBracket) return p + 1;
    if (c !== comma) return 0;
    p = blank(p + 1);
  }
}

function annotation(start: i32, at: i32, record: bool): i32 {
  if (load<u8>(start) !== openBrace) return 0;
  store<i32>(at, absent, 0);
  store<i32>(at, absent, 12);
  store<i32>(at, 0, 24);
  store<i32>(at, noNumber, 36);
  store<i32>(at, absent, 48);
  store<i32>(at, unsaid, 60);
  let p = blank(start + 1);
  if (load<u8>(p) === closeBrace) return everyName ? 0 : p + 1;
  let seen = 0;
  while (true) {
    if (load<u8>(p) !== quote) return 0;
    const key = p + 1;
    p = usualAnnotationKey(key);
    if (p === 0) {
      const keyEnd = text(key);
      if (keyEnd === 0 || escaped) return 0;
      p = blank(keyEnd + 1);
      if (load<u8>(p) !== colon) return 0;
      p++;
      field = annotationKey(key, keyEnd - key);
    }
    p = blank(p);
    const bit = fieldLookedAt();
    if (bit < 0 || (seen & bit) !== 0) return 0;
    seen |= bit;
    if (bit === 0) p = anyValue(p, 3);
    else if (bit === sawHard) {
      store<i32>(at, hardOf(p), 60);
      p = hardEnd;
    } else if (load<u32>(p) === 0x6c6c756e)
      p += 4; // null
    else if (bit === sawConfidence) p = confidence(p, at);
    else p = annotationText(p, at, bit, record);
    if (p === 0) return 0;
    p = blank(p);
    const c = <i32>load<u8>(p);
    if (c === closeBrace) return everyName && load<i32>(at) === absent ? 0 : p + 1;
    if (c !== comma) return 0;
    p = blank(p + 1);
  }
}

function annotationKey(key: i32, length: i32): i32 {
  const four = load<u32>(key);
  if (length === 4)
    return four === 0x656d616e ? sawName : four === 0x65707974 ? sawType : four === 0x64726168 ? sawHard : 0; // name, type, hard
  if (length === 12) {
    // annotated-by, annotated_by
    if (load<u64>(key) !== annotate) return 0;
    const rest = load<u32>(key + 8);
    return rest === 0x79622d64 ? sawAnnotator : counting && rest === 0x79625f64 ? -1 : 0;
  }
  if (length === 10) {
    return load<u64>(key) === confiden && load<u16>(key + 8) === 0x6563 ? sawConfidence : 0; // confidence
  }
  if (length !== 14 || load<u64>(key) !== annotati) return 0; // annotati
  const rest = load<u64>(key + 6);
  if (rest === tionDashLoc) return sawLoc; // annotation-loc
  return rest === tionUnderscoreLoc ? -1 : 0; // annotation_loc
}

function annotationText(p: i32, at: i32, bit: i32, record: bool): i32 {
  if (load<u8>(p) !== quote) return 0;
  const start = p + 1;
  const end = text(start);
  if (end === 0) return 0;
  if (record) {
    if (bit === sawName) refer(at, start, end);
    else if (namesOnly) return end + 1;
    else if (bit === sawType) refer(at + 12, start, end);
    else if (bit === sawAnnotator) refer(at + 48, start, end);
    else {
      store<i32>(at, start, 24);
      store<i32>(at, end, 28);
      store<i32>(at, escaped ? 1 : 0, 32);
    }
  }
  return end + 1;
}

function confidence(start: i32, at: i32): i32 {
  const end = number(start);
  if (end === 0) return 0;
  if (exact) {
    store<i32>(at, exactNumber, 36);
    store<f64>(at, value, 40);
  } else {
    store<i32>(at, longNumber, 36);
    store<i32>(at, start, 40);
    store<i32>(at, end, 44);
  }
  return end;
}
