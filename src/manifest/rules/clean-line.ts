import { type Task, tasks } from '../../model/index.js';
import { hashString, hashView } from '../../text/index.js';
import { isBlank } from './entities.js';
import { LabelByteCache } from './label-byte-cache.js';
import type { LabelNameCheck } from './label-name.js';
import type { LabelTally } from './label-tally.js';
import { taskBit } from './sample-facts.js';
import type { SampleRecords } from './sample-records.js';

/*
 * A scanner that says of a line, from its bytes alone, that no rule has anything to say about it. It knows
 * only the plain ways in which files are written; whatever else it meets makes it give up, and the line
 * is parsed and judged by the full rules. So it may be narrow, but must never be generous: a line it passes
 * is valid JSON without repeated names and breaks no rule in any mode of the generic and import profiles,
 * except that its source may be a local path (M023), which in a data set on disk every line has.
 */

/** Four bytes of an ASCII word as they are loaded from memory, low byte first. */
function word(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** An ASCII text of four bytes or more to be compared a word at a time; the last word overlaps if need be. */
class Literal {
  readonly length: number;
  readonly words: Int32Array;
  readonly tail: number;

  constructor(text: string) {
    this.length = text.length;
    const whole = (text.length - 1) >> 2;
    this.words = Int32Array.from({ length: whole }, (_, i) => word(text, 4 * i));
    this.tail = word(text, text.length - 4);
  }
}

const keys = {
  source: new Literal('source"'),
  sampleType: new Literal('sample-type"'),
  usage: new Literal('usage"'),
  annotation: new Literal('annotation"'),
  property: new Literal('property"'),
  hard: new Literal('hard"'),
  coefficient: new Literal('hard-coefficient"'),
  reasons: new Literal('hard-reasons"'),
  type: new Literal('type"'),
  name: new Literal('name"'),
  confidence: new Literal('confidence"'),
  creationTime: new Literal('creation-time"'),
  annotatedBy: new Literal('annotated-by"'),
  loc: new Literal('annotation-loc"'),
  format: new Literal('annotation-format"'),
  startIndex: new Literal('@modelarts:start_index"'),
  endIndex: new Literal('@modelarts:end_index"'),
  content: new Literal('@modelarts:content"'),
};
const provider = new Literal('modelarts/');
const pascalVoc = new Literal('"PASCAL VOC"');
const literalTrue = new Literal('true');
const literalFalse = new Literal('false');
const contentScheme = new Literal('content://');
const xml = word('.xml', 0);
/** Makes four letters or dots lower case; nothing else that a string may hold becomes one of those. */
const lowerCase = 0x20202020;

const usages = [new Literal('train"'), new Literal('eval"'), new Literal('test"'), new Literal('inference"')];
const upperUsages = [
  new Literal('TRAIN"'),
  new Literal('EVAL"'),
  new Literal('TEST"'),
  new Literal('INFERENCE"'),
];

/** Tasks the scanner understands; the others go the long way. */
const plainTasks: readonly Task[] = [
  'image_classification',
  'object_detection',
  'image_segmentation',
  'text_classification',
  'text_entity',
  'audio_classification',
  'audio_content',
];
const taskLiterals = plainTasks.map((task) => new Literal(`${task}"`));
const taskBits = plainTasks.map(taskBit);
const objectDetection = plainTasks.indexOf('object_detection');
const imageSegmentation = plainTasks.indexOf('image_segmentation');
const textEntity = plainTasks.indexOf('text_entity');
const audioContent = plainTasks.indexOf('audio_content');
/** 1 image, 2 text, 3 audio, by place in {@link plainTasks}; also sample-type + 1. */
const taskMedia = plainTasks.map((task) => (task.startsWith('text') ? 2 : task.startsWith('audio') ? 3 : 1));

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const backslash = 0x5c;

/** Words loaded past the end of a line must still lie inside the buffer. */
const slack = 24;
const longestLine = 1 << 16;
const mostAnnotations = 32;
const mostProperties = 12;
const monthDays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Bits of members that were seen, to notice repeated names. */
const sawSource = 1;
const sawUsage = 2;
const sawId = 4;
const sawAnnotation = 8;
const sawProperty = 16;
const sawHard = 32;
const sawCoefficient = 64;
const sawReasons = 128;
const sawSampleType = 256;
const sawType = 512;
const sawName = 1024;
const sawConfidence = 2048;
const sawTime = 4096;
const sawBy = 8192;
const sawLoc = 16384;
const sawFormat = 32768;

const noView = new DataView(new ArrayBuffer(0));

/** Recognises lines without findings and collects what file-level rules need of them. */
export class CleanLineScanner {
  /** Annotations of the last line recognised. */
  annotations = 0;
  /** Bits as in `SampleFacts.tasks`. */
  tasks = 0;
  usageTag = 0;
  sourceStart = 0;
  sourceEnd = 0;
  /** The source is a local path, which is M023 and the only finding. */
  isLocal = false;
  /** −1 when there is no id. */
  idStart = -1;
  idEnd = 0;

  /** What {@link attach} was given. */
  private given: Buffer = Buffer.alloc(0);
  private givenView: DataView = noView;
  /** What is looked at: the given bytes, or {@link copy}. */
  private bytes: Buffer = this.given;
  private view: DataView = noView;
  /** For lines at the end of the bytes, where there is nothing behind them to be loaded with their last word. */
  private copy: Buffer = this.given;
  private readonly cache: LabelByteCache;
  private readonly tally: LabelTally;

  /** End of the line being scanned. */
  private end = 0;
  private sourceEscaped = false;
  private sourceWide = false;
  private sampleType = -1;
  private hard = false;
  /** Set by {@link text}: the string has escapes, or bytes above ASCII. */
  private escaped = false;
  private wide = false;
  private startIndex = -1;
  private endIndex = -1;
  private hasContent = false;

  private readonly labelEntries = new Int32Array(mostAnnotations);
  private readonly annotationTasks = new Int32Array(mostAnnotations);
  private readonly locStarts = new Int32Array(mostAnnotations);
  private readonly locEnds = new Int32Array(mostAnnotations);
  private readonly spanStarts = new Int32Array(mostAnnotations);
  private readonly spanEnds = new Int32Array(mostAnnotations);
  private readonly keyStarts = new Int32Array(mostProperties);
  private readonly keyEnds = new Int32Array(mostProperties);

  constructor(names: LabelNameCheck, tally: LabelTally) {
    this.cache = new LabelByteCache(names);
    this.tally = tally;
  }

  /** The tally begins anew: numbers of labels that it gave are no longer good. */
  forgetTally(): void {
    this.cache.tallyIds.fill(-1);
  }

  /** Takes the bytes the next lines are in. */
  attach(bytes: Buffer): void {
    if (bytes === this.given) return;
    this.given = bytes;
    this.givenView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.view = this.givenView;
  }

  /** Looks at a copy of the line. */
  private lookAtCopy(start: number, end: number): void {
    if (this.copy.length === 0) this.copy = Buffer.alloc(longestLine + slack);
    const { copy } = this;
    this.given.copy(copy, 0, start, end);
    this.bytes = copy;
    this.view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  }

  /** True when the line at `start`…`end` is certainly free of findings; the fields then describe it. */
  scan(start: number, end: number): boolean {
    if (end - start > longestLine) return false;
    if (end + slack > this.given.length) {
      this.lookAtCopy(start, end);
      return this.scanAt(0, end - start);
    }
    this.bytes = this.given;
    this.view = this.givenView;
    return this.scanAt(start, end);
  }

  private scanAt(start: number, end: number): boolean {
    this.end = end;
    this.annotations = 0;
    this.tasks = 0;
    this.usageTag = 0;
    this.idStart = -1;
    this.isLocal = false;
    this.sampleType = -1;
    this.hard = false;
    const p = this.sample(start);
    return p === end && this.judge();
  }

  /** Counts the labels of the line just recognised. */
  countLabels(line: number): void {
    const { annotations, labelEntries, cache, tally } = this;
    let first = -1;
    let several = false;
    for (let i = 0; i < annotations; i++) {
      const entry = labelEntries[i]!;
      if (entry < 0) continue;
      if (first < 0) first = entry;
      else if (entry !== first) several = true;
      let id = cache.tallyIds[entry]!;
      if (id < 0) {
        id = tally.idOf(cache.names[entry]!, line);
        cache.tallyIds[entry] = id;
      }
      tally.count(id, line);
    }
    if (several) tally.multiLabelSamples++;
  }

  /** The source of the line just recognised. */
  get source(): string {
    const text = this.bytes.toString('utf8', this.sourceStart, this.sourceEnd);
    return this.sourceEscaped ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** Makes a record of the line just recognised. */
  record(records: SampleRecords, line: number, offset: number): void {
    const { view } = this;
    const hasId = this.idStart >= 0 && this.idEnd > this.idStart;
    const at = records.add(hasId, this.usageTag, line, offset);
    if (this.sourceEscaped) hashString(this.source, records.hashes, at);
    else hashView(view, this.sourceStart, this.sourceEnd, records.hashes, at);
    if (hasId) hashView(view, this.idStart, this.idEnd, records.hashes, at + 2);
  }

  /** True when the literal stands at `p`. Four bytes or more. */
  private is(p: number, literal: Literal): boolean {
    const { view } = this;
    const { words, length } = literal;
    for (let i = 0; i < words.length; i++) if (view.getInt32(p + 4 * i, true) !== words[i]) return false;
    return view.getInt32(p + length - 4, true) === literal.tail;
  }

  /** Skips one blank, which some writers put after `:` and `,`. */
  private blank(p: number): number {
    return this.bytes[p] === 0x20 ? p + 1 : p;
  }

  /**
   * From after the opening quote of a string to its closing quote; −1 when it does not end, holds control
   * characters, or escapes other than the two-character ones.
   */
  private text(p: number): number {
    const { view, bytes, end } = this;
    let at = p;
    let high = 0;
    let escaped = false;
    for (;;) {
      while (at + 4 <= end) {
        const w = view.getInt32(at, true);
        const q = w ^ 0x22222222;
        const b = w ^ 0x5c5c5c5c;
        const found = ((q - 0x01010101) & ~q) | ((b - 0x01010101) & ~b) | ((w - 0x20202020) & ~w);
        if ((found & 0x80808080) !== 0) break;
        high |= w;
        at += 4;
      }
      // At most four plain bytes follow before what the loop stopped at.
      let c = 0;
      while (at < end) {
        c = bytes[at]!;
        if (c === quote || c === backslash || c < 0x20) break;
        if (c >= 0x80) high |= 0x80;
        at++;
      }
      if (at >= end || c < 0x20) return -1;
      if (c === quote) {
        this.escaped = escaped;
        this.wide = (high & 0x80808080) !== 0;
        return at;
      }
      if (!isShortEscape(bytes[at + 1]!)) return -1;
      escaped = true;
      at += 2;
    }
  }

  /** A string from its opening quote to behind its closing one, without escapes; −1 otherwise. */
  private plainText(p: number): number {
    if (this.bytes[p] !== quote) return -1;
    const q = this.text(p + 1);
    return q < 0 || this.escaped ? -1 : q + 1;
  }

  private sample(start: number): number {
    const { bytes } = this;
    if (bytes[start] !== openBrace) return -1;
    let p = start + 1;
    let seen = 0;
    for (;;) {
      if (bytes[p] !== quote) return -1;
      p++;
      let bit = 0;
      let length = 0;
      switch (bytes[p]) {
        case 0x73: // s
          if (this.is(p, keys.source)) bit = sawSource;
          else if (this.is(p, keys.sampleType)) bit = sawSampleType;
          length = bit === sawSource ? 7 : 12;
          break;
        case 0x75: // u
          if (this.is(p, keys.usage)) bit = sawUsage;
          length = 6;
          break;
        case 0x69: // i
          if (bytes[p + 1] === 0x64 && bytes[p + 2] === quote) bit = sawId;
          length = 3;
          break;
        case 0x61: // a
          if (this.is(p, keys.annotation)) bit = sawAnnotation;
          length = 11;
          break;
        case 0x70: // p
          if (this.is(p, keys.property)) bit = sawProperty;
          length = 9;
          break;
        case 0x68: // h
          bit = this.hardKey(p);
          length = this.hardKeyLength(bit);
          break;
      }
      if (bit === 0 || (seen & bit) !== 0) return -1;
      seen |= bit;
      p += length;
      if (bytes[p] !== colon) return -1;
      p = this.sampleValue(bit, this.blank(p + 1));
      if (p < 0) return -1;
      if (bytes[p] === comma) {
        p = this.blank(p + 1);
        continue;
      }
      if (bytes[p] !== closeBrace || (seen & sawSource) === 0) return -1;
      if ((seen & (sawCoefficient | sawReasons)) !== 0 && !this.hard) return -1;
      return p + 1;
    }
  }

  private hardKey(p: number): number {
    if (this.is(p, keys.hard)) return sawHard;
    if (this.is(p, keys.coefficient)) return sawCoefficient;
    return this.is(p, keys.reasons) ? sawReasons : 0;
  }

  private hardKeyLength(bit: number): number {
    return bit === sawHard ? 5 : bit === sawCoefficient ? 17 : 13;
  }

  private sampleValue(bit: number, p: number): number {
    const { bytes } = this;
    switch (bit) {
      case sawSource: {
        if (bytes[p] !== quote) return -1;
        const q = this.text(p + 1);
        if (q < 0) return -1;
        this.sourceStart = p + 1;
        this.sourceEnd = q;
        this.sourceEscaped = this.escaped;
        this.sourceWide = this.wide;
        return q + 1;
      }
      case sawUsage:
        return this.usage(p);
      case sawId: {
        const q = this.plainText(p);
        this.idStart = p + 1;
        this.idEnd = q - 1;
        return q;
      }
      case sawAnnotation:
        return this.annotationArray(p);
      case sawProperty:
        return this.properties(p, false);
      case sawHard:
        return this.flag(p);
      case sawCoefficient:
        return this.share(p);
      case sawReasons:
        return this.reasons(p);
      default: {
        const digit = bytes[p]! - 0x30;
        if (digit < 0 || digit > 2) return -1;
        this.sampleType = digit;
        return p + 1;
      }
    }
  }

  private usage(p: number): number {
    if (this.bytes[p] !== quote) return -1;
    for (let i = 0; i < usages.length; i++) {
      if (this.is(p + 1, upperUsages[i]!) || this.is(p + 1, usages[i]!)) {
        this.usageTag = i + 1;
        return p + 1 + usages[i]!.length;
      }
    }
    return -1;
  }

  /** `true`, `false`, or one of them in quotes. */
  private flag(p: number): number {
    const quoted = this.bytes[p] === quote;
    const at = quoted ? p + 1 : p;
    let q: number;
    if (this.is(at, literalTrue)) {
      this.hard = true;
      q = at + 4;
    } else if (this.is(at, literalFalse)) {
      this.hard = false;
      q = at + 5;
    } else return -1;
    if (!quoted) return q;
    return this.bytes[q] === quote ? q + 1 : -1;
  }

  /** A number from 0 to 1 without exponent. */
  private share(p: number): number {
    const { bytes } = this;
    const whole = bytes[p];
    if (whole !== 0x30 && whole !== 0x31) return -1;
    if (bytes[p + 1] !== 0x2e) return p + 1;
    const highest = whole === 0x30 ? 0x39 : 0x30;
    let q = p + 2;
    while (bytes[q]! >= 0x30 && bytes[q]! <= highest) q++;
    return q === p + 2 ? -1 : q;
  }

  /** A string of one- or two-digit ids up to 30 joined by `-`. */
  private reasons(p: number): number {
    const { bytes } = this;
    let q = p + 1;
    if (bytes[p] !== quote) return -1;
    for (;;) {
      const first = bytes[q]!;
      if (first < 0x30 || first > 0x39) return -1;
      q++;
      const second = bytes[q]!;
      if (second >= 0x30 && second <= 0x39) {
        const id = (first - 0x30) * 10 + second - 0x30;
        if (id < 10 || id > 30) return -1;
        q++;
      }
      if (bytes[q] === quote) return q + 1;
      if (bytes[q] !== 0x2d) return -1;
      q++;
    }
  }

  /** A JSON number without exponent. */
  private number(p: number): number {
    const { bytes } = this;
    let q = bytes[p] === 0x2d ? p + 1 : p;
    const first = bytes[q]!;
    if (first < 0x30 || first > 0x39) return -1;
    q++;
    if (first !== 0x30) while (bytes[q]! >= 0x30 && bytes[q]! <= 0x39) q++;
    if (bytes[q] !== 0x2e) return q;
    const fraction = q + 1;
    q = fraction;
    while (bytes[q]! >= 0x30 && bytes[q]! <= 0x39) q++;
    return q === fraction ? -1 : q;
  }

  /** An object of plain scalars. In an annotation, the keys that tasks ask for are taken note of. */
  private properties(p: number, inAnnotation: boolean): number {
    const { bytes, keyStarts, keyEnds } = this;
    if (bytes[p] !== openBrace) return -1;
    if (bytes[p + 1] === closeBrace) return p + 2;
    let count = 0;
    let q = p + 1;
    for (;;) {
      if (bytes[q] !== quote) return -1;
      const start = q + 1;
      const special = bytes[start] === 0x40 || bytes[start] === quote;
      if (special && !inAnnotation) return -1; // Video frames and tables: the long way.
      const end = this.text(start);
      if (end < 0 || this.escaped || count === mostProperties) return -1;
      for (let i = 0; i < count; i++) {
        if (keyEnds[i]! - keyStarts[i]! === end - start && this.equal(keyStarts[i]!, start, end - start))
          return -1;
      }
      keyStarts[count] = start;
      keyEnds[count] = end;
      count++;
      if (bytes[end + 1] !== colon) return -1;
      q = this.propertyValue(start, end - start, special, this.blank(end + 2));
      if (q < 0) return -1;
      if (bytes[q] === comma) q = this.blank(q + 1);
      else return bytes[q] === closeBrace ? q + 1 : -1;
    }
  }

  private propertyValue(key: number, keyLength: number, special: boolean, p: number): number {
    const { bytes } = this;
    const c = bytes[p]!;
    if (special && keyLength >= 18) {
      if (keyLength === 22 && this.is(key, keys.startIndex)) {
        const q = this.offset(p);
        this.startIndex = this.value;
        return q;
      }
      if (keyLength === 20 && this.is(key, keys.endIndex)) {
        const q = this.offset(p);
        this.endIndex = this.value;
        return q;
      }
      if (keyLength === 18 && this.is(key, keys.content)) {
        if (c !== quote || bytes[p + 1] === quote) return -1;
        const q = this.text(p + 1);
        this.hasContent = true;
        return q < 0 ? -1 : q + 1;
      }
    }
    if (c === quote) {
      const q = this.text(p + 1);
      return q < 0 ? -1 : q + 1;
    }
    if (c === 0x74) return this.is(p, literalTrue) ? p + 4 : -1;
    if (c === 0x66) return this.is(p, literalFalse) ? p + 5 : -1;
    return this.number(p);
  }

  private value = -1;

  /** A non-negative integer of at most six digits, to {@link value}. */
  private offset(p: number): number {
    const { bytes } = this;
    let q = p;
    let value = 0;
    while (bytes[q]! >= 0x30 && bytes[q]! <= 0x39) {
      value = value * 10 + bytes[q]! - 0x30;
      q++;
    }
    if (q === p || q - p > 6 || (bytes[p] === 0x30 && q - p > 1)) return -1;
    this.value = value;
    return q;
  }

  private equal(a: number, b: number, length: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
    return true;
  }

  private annotationArray(p: number): number {
    const { bytes } = this;
    if (bytes[p] !== openBracket) return -1;
    if (bytes[p + 1] === closeBracket) return p + 2;
    const sampleHard = this.hard;
    let q = p + 1;
    for (;;) {
      if (this.annotations === mostAnnotations) return -1;
      q = this.annotation(q);
      if (q < 0) return -1;
      this.annotations++;
      if (bytes[q] === comma) q = this.blank(q + 1);
      else break;
    }
    this.hard = sampleHard;
    return bytes[q] === closeBracket ? q + 1 : -1;
  }

  private annotation(start: number): number {
    const { bytes } = this;
    const index = this.annotations;
    if (bytes[start] !== openBrace) return -1;
    this.labelEntries[index] = -1;
    this.annotationTasks[index] = -1;
    this.locStarts[index] = 0;
    this.startIndex = -1;
    this.endIndex = -1;
    this.hasContent = false;
    this.hard = false;
    let p = start + 1;
    let seen = 0;
    for (;;) {
      if (bytes[p] !== quote) return -1;
      p++;
      let bit = 0;
      let length = 0;
      switch (bytes[p]) {
        case 0x6e: // n
          if (this.is(p, keys.name)) bit = sawName;
          length = 5;
          break;
        case 0x74: // t
          if (this.is(p, keys.type)) bit = sawType;
          length = 5;
          break;
        case 0x70: // p
          if (this.is(p, keys.property)) bit = sawProperty;
          length = 9;
          break;
        case 0x63: // c
          if (this.is(p, keys.confidence)) bit = sawConfidence;
          else if (this.is(p, keys.creationTime)) bit = sawTime;
          length = bit === sawConfidence ? 11 : 14;
          break;
        case 0x61: // a
          if (this.is(p, keys.annotatedBy)) bit = sawBy;
          else if (this.is(p, keys.loc)) bit = sawLoc;
          else if (this.is(p, keys.format)) bit = sawFormat;
          length = bit === sawBy ? 13 : bit === sawLoc ? 15 : 18;
          break;
        case 0x68: // h
          bit = this.hardKey(p);
          length = this.hardKeyLength(bit);
          break;
      }
      if (bit === 0 || (seen & bit) !== 0) return -1;
      seen |= bit;
      p += length;
      if (bytes[p] !== colon) return -1;
      p = this.annotationValue(bit, this.blank(p + 1), index);
      if (p < 0) return -1;
      if (bytes[p] === comma) {
        p = this.blank(p + 1);
        continue;
      }
      if (bytes[p] !== closeBrace) return -1;
      if ((seen & (sawCoefficient | sawReasons)) !== 0 && !this.hard) return -1;
      return this.judgeAnnotation(index, seen) ? p + 1 : -1;
    }
  }

  private annotationValue(bit: number, p: number, index: number): number {
    switch (bit) {
      case sawName:
        return this.name(p, index);
      case sawType:
        return this.type(p, index);
      case sawProperty:
        return this.properties(p, true);
      case sawConfidence:
      case sawCoefficient:
        return this.share(p);
      case sawTime:
        return this.time(p);
      case sawBy:
        return this.plainText(p);
      case sawLoc: {
        const q = this.plainText(p);
        this.locStarts[index] = p + 1;
        this.locEnds[index] = q - 1;
        return q;
      }
      case sawFormat:
        return this.is(p, pascalVoc) ? p + pascalVoc.length : -1;
      case sawHard:
        return this.flag(p);
      default:
        return this.reasons(p);
    }
  }

  private name(p: number, index: number): number {
    if (this.bytes[p] !== quote) return -1;
    const q = this.text(p + 1);
    if (q < 0 || this.escaped) return -1;
    const entry = this.cache.find(this.bytes, p + 1, q);
    this.labelEntries[index] = entry;
    return entry < 0 ? -1 : q + 1;
  }

  private type(p: number, index: number): number {
    if (this.bytes[p] !== quote || !this.is(p + 1, provider)) return -1;
    for (let i = 0; i < taskLiterals.length; i++) {
      const literal = taskLiterals[i]!;
      if (!this.is(p + 11, literal)) continue;
      this.annotationTasks[index] = i;
      return p + 11 + literal.length;
    }
    return -1;
  }

  /** `"yyyy-MM-dd HH:mm:ss"` with a real date. */
  private time(p: number): number {
    const { bytes } = this;
    if (bytes[p] !== quote || bytes[p + 20] !== quote) return -1;
    if (bytes[p + 5] !== 0x2d || bytes[p + 8] !== 0x2d || bytes[p + 11] !== 0x20) return -1;
    if (bytes[p + 14] !== colon || bytes[p + 17] !== colon) return -1;
    const century = this.twoDigits(p + 1);
    const year = this.twoDigits(p + 3);
    const month = this.twoDigits(p + 6);
    const day = this.twoDigits(p + 9);
    const hour = this.twoDigits(p + 12);
    const minute = this.twoDigits(p + 15);
    const second = this.twoDigits(p + 18);
    if ((century | year | month | day | hour | minute | second) < 0) return -1;
    if (month < 1 || month > 12 || day < 1) return -1;
    const isLeap = year === 0 ? century % 4 === 0 : year % 4 === 0;
    if (day > monthDays[month]! && !(isLeap && month === 2 && day === 29)) return -1;
    return hour < 24 && minute < 60 && second < 60 ? p + 21 : -1;
  }

  /** The number of two digits, negative when they are none. */
  private twoDigits(p: number): number {
    const high = this.bytes[p]! - 0x30;
    const low = this.bytes[p + 1]! - 0x30;
    return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
  }

  /** What the rules ask of one annotation, all its members being well-formed. */
  private judgeAnnotation(index: number, seen: number): boolean {
    const task = this.annotationTasks[index]!;
    if (task < 0) return false;
    this.tasks |= taskBits[task]!;
    if (task === objectDetection || task === imageSegmentation) {
      const start = this.locStarts[index]!;
      const end = this.locEnds[index]!;
      if (start === 0 || end - start < 5 || (this.view.getInt32(end - 4, true) | lowerCase) !== xml)
        return false;
      for (let i = 0; i < index; i++) {
        const length = this.locEnds[i]! - this.locStarts[i]!;
        if (
          this.locStarts[i] !== 0 &&
          length === end - start &&
          this.equal(this.locStarts[i]!, start, length)
        )
          return false;
      }
      return true;
    }
    if ((seen & (sawLoc | sawFormat)) !== 0) return false;
    if (task === audioContent) {
      if (!this.hasContent || (seen & sawName) !== 0) return false;
    } else if ((seen & sawName) === 0) return false;
    if (task === textEntity) {
      const { startIndex, endIndex } = this;
      if (startIndex < 0 || endIndex <= startIndex) return false;
      for (let i = 0; i < index; i++) {
        if (this.annotationTasks[i] !== textEntity) continue;
        if (startIndex < this.spanEnds[i]! && this.spanStarts[i]! < endIndex) return false;
      }
      this.spanStarts[index] = startIndex;
      this.spanEnds[index] = endIndex;
      return true;
    }
    for (let i = 0; i < index; i++) {
      if (this.annotationTasks[i] === task && this.labelEntries[i] === this.labelEntries[index]) return false;
    }
    return true;
  }

  /** What the rules ask of the sample as a whole. */
  private judge(): boolean {
    const { annotations, annotationTasks } = this;
    const medium = annotations === 0 ? 0 : taskMedia[annotationTasks[0]!]!;
    for (let i = 1; i < annotations; i++) if (taskMedia[annotationTasks[i]!] !== medium) return false;
    if (medium !== 0 && this.sampleType >= 0 && this.sampleType !== medium - 1) return false;
    if (this.is(this.sourceStart, contentScheme)) return (medium === 0 || medium === 2) && this.judgeText();
    if (medium === 2 || this.sourceEscaped) return false;
    this.isLocal = !this.isObject();
    if (this.isLocal && !this.isPath()) return false;
    return medium === 0 || this.hasExtension(medium);
  }

  /** `obs://` or `s3://`, a bucket and a key. */
  private isObject(): boolean {
    const { bytes, sourceStart: start, sourceEnd: end } = this;
    let p = start;
    if (bytes[p] === 0x6f && bytes[p + 1] === 0x62 && bytes[p + 2] === 0x73) p += 3;
    else if (bytes[p] === 0x73 && bytes[p + 1] === 0x33) p += bytes[p + 2] === 0x61 ? 3 : 2;
    else return false;
    if (bytes[p] !== colon || bytes[p + 1] !== 0x2f || bytes[p + 2] !== 0x2f) return false;
    const bucket = p + 3;
    p = bucket;
    while (p < end && bytes[p] !== 0x2f) p++;
    return p > bucket && p + 1 < end;
  }

  /** A path without any colon, so that there is neither a scheme nor a drive. */
  private isPath(): boolean {
    const { bytes, sourceEnd: end } = this;
    for (let p = this.sourceStart; p < end; p++) if (bytes[p] === colon) return false;
    return end > this.sourceStart;
  }

  /** An extension that the service takes for images (1) or sounds (3). */
  private hasExtension(medium: number): boolean {
    const { view, sourceEnd: end } = this;
    if (end - this.sourceStart < 5) return false;
    const last = view.getInt32(end - 4, true) | lowerCase;
    if (medium === 3) return last === wav;
    return last === jpg || last === png || last === bmp || (last === jpeg && this.bytes[end - 5] === 0x2e);
  }

  private judgeText(): boolean {
    const { bytes } = this;
    const start = this.sourceStart + contentScheme.length;
    const end = this.sourceEnd;
    const first = bytes[start]!;
    if (
      start === end ||
      first <= 0x20 ||
      first === backslash ||
      (first >= 0x80 && (first < 0xe4 || first === 0xef))
    )
      return false;
    if ((this.tasks & entityBit) === 0) return true;
    if (!this.sourceWide && !this.sourceEscaped) {
      for (let i = 0; i < this.annotations; i++) {
        if (this.annotationTasks[i] !== textEntity) continue;
        const from = start + this.spanStarts[i]!;
        const to = start + this.spanEnds[i]!;
        if (to > end || bytes[from]! <= 0x20 || bytes[to - 1]! <= 0x20) return false;
      }
      return true;
    }
    for (let p = start; p < end; p++) if (bytes[p]! >= 0xf0) return false; // Beyond the BMP.
    const text = this.source.slice(contentScheme.length);
    for (let i = 0; i < this.annotations; i++) {
      if (this.annotationTasks[i] !== textEntity) continue;
      const from = this.spanStarts[i]!;
      const to = this.spanEnds[i]!;
      if (to > text.length || isBlank(text.charCodeAt(from)) || isBlank(text.charCodeAt(to - 1)))
        return false;
    }
    return true;
  }
}

const wav = word('.wav', 0);
const jpg = word('.jpg', 0);
const png = word('.png', 0);
const bmp = word('.bmp', 0);
const jpeg = word('jpeg', 0);
const entityBit = taskBit('text_entity');
/** Guards the tables above against a change of the model's list of tasks. */
if (plainTasks.some((task) => !tasks.includes(task))) throw new RangeError('a plain task is not a task');

function isShortEscape(c: number): boolean {
  switch (c) {
    case quote:
    case backslash:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return true;
    default:
      return false;
  }
}
