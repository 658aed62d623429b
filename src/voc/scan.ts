import { isUtf8 } from 'node:buffer';
import { flagOf, noProperties } from '../model/image.js';
import type { Shape } from '../model/shape.js';
import { type CoefficientElement, noParts, VocDocument, VocObject } from './document.js';
import { InternCache, longestInterned } from './intern-cache.js';
import { deepestPart } from './limits.js';
import { TagTable } from './tag-table.js';
import { isXmlName } from './xml-name.js';

// The ids of the tags are their places in this list; the constants below must follow it.
const tags = new TagTable([
  'annotation',
  'folder',
  'filename',
  'path',
  'source',
  'database',
  'image',
  'flickrid',
  'owner',
  'name',
  'size',
  'width',
  'height',
  'depth',
  'segmented',
  'mask_source',
  'object',
  'properties',
  'pose',
  'truncated',
  'difficult',
  'occluded',
  'hard-coefficient',
  'difficult-coefficient',
  'hard-reasons',
  'confidence',
  'mask_color',
  'actions',
  'part',
  'bndbox',
  'polygon',
  'polyline',
  'line',
  'dashed',
  'point',
  'circle',
  'xmin',
  'ymin',
  'xmax',
  'ymax',
  'x1',
  'y1',
  'x2',
  'y2',
  'x',
  'y',
  'cx',
  'cy',
  'r',
  'key',
  'value',
  'property',
]);
const ANNOTATION = 0;
const FOLDER = 1;
const FILENAME = 2;
const PATH = 3;
const SOURCE = 4;
const DATABASE = 5;
const IMAGE = 6;
const FLICKRID = 7;
const OWNER = 8;
const NAME = 9;
const SIZE = 10;
const WIDTH = 11;
const HEIGHT = 12;
const DEPTH = 13;
const SEGMENTED = 14;
const MASK_SOURCE = 15;
const OBJECT = 16;
const PROPERTIES = 17;
const POSE = 18;
const TRUNCATED = 19;
const DIFFICULT = 20;
const OCCLUDED = 21;
const HARD_COEFFICIENT = 22;
const DIFFICULT_COEFFICIENT = 23;
const HARD_REASONS = 24;
const CONFIDENCE = 25;
const MASK_COLOR = 26;
const ACTIONS = 27;
const PART = 28;
const BNDBOX = 29;
const POLYGON = 30;
const POLYLINE = 31;
const LINE = 32;
const DASHED = 33;
const POINT = 34;
const CIRCLE = 35;
const XMIN = 36;
const YMIN = 37;
const XMAX = 38;
const YMAX = 39;
const X1 = 40;
const Y1 = 41;
const X2 = 42;
const Y2 = 43;
const X = 44;
const Y = 45;
const CX = 46;
const CY = 47;
const R = 48;
const KEY = 49;
const VALUE = 50;
const tagCount = tags.names.length;

/** No start tag: the byte after `<` is `/`. */
const END_TAG = -2;

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const AMP = 0x26;
const FOUR_BLANKS = 0x20202020;

/** Zero bytes that must follow the text in the buffer. They stop every loop, whatever an earlier file left there. */
export const sentinelBytes = 16;

/**
 * Bytes that need a look while text is read: the end `<`, `&`, `]` of `]]>`, 0xEF of U+FFFE and U+FFFF, every control
 * character (line breaks and tabs are legal, but rare enough to be left to the full parser). 0 = plain, 1 = not ASCII.
 */
const textClass = new Uint8Array(256);
textClass.fill(2, 0, 0x20);
textClass.fill(1, 0x80, 0x100);
textClass[LT] = 2;
textClass[AMP] = 2;
textClass[0x5d] = 2;
textClass[0xef] = 2;

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** What decoding makes of bytes that are not UTF-8; it may also stand in a file as such. */
const replacement = '\ufffd';

const oneByteTexts = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** An XML declaration or root tag longer than this is left to the full parser. */
const longestDeclaration = 200;

const predefinedEntities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const declarationPattern =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"yes"|"no"|'yes'|'no'))?[ \t\r\n]*\?>$/;

/** Attributes of the root that are common enough to be read here; one name is expected (LabelImg's). */
const verifiedPattern = /^<annotation verified="([-.0-9A-Za-z_ ]*)"[ \t\r\n]*>/;

/**
 * Reads ordinary annotation files straight from their bytes: what labelling tools write, which is nearly every file
 * there is. It takes only what the full parser would take without a structural finding, and makes the same document
 * of it; at anything else it gives up, and the file goes to the full parser. Giving up is never wrong, only slow.
 *
 * One scanner serves any number of files, one at a time; it keeps what texts repeat between them.
 */
export class VocScanner {
  /** The current document's coordinates are not all integers. */
  fractions = false;
  #bytes: Buffer = Buffer.alloc(sentinelBytes);
  #view: DataView = new DataView(new ArrayBuffer(sentinelBytes));
  #pos = 0;
  #number = 0;
  /** Apart from {@link #number}, so that the engine sees small integers here in files that have only those. */
  #coordinate = 0;
  #text = '';
  /** Some text or name may hold bytes that are not UTF-8. */
  #doubtful = false;
  #last = 0;
  readonly #next = new Int16Array(tagCount);
  readonly #texts = new InternCache();
  readonly #names = new InternCache();
  #declaration = '';

  /**
   * The document in `buffer[0..length)`, undefined when it is not an ordinary one. At least {@link sentinelBytes} zero
   * bytes must follow it in the buffer. The document holds no reference to the buffer.
   */
  scan(buffer: Buffer, length: number): VocDocument | undefined {
    if (buffer !== this.#bytes) {
      this.#bytes = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    this.fractions = false;
    this.#doubtful = false;
    this.#pos = 0;
    const document = new VocDocument();
    if (!this.#prolog(document) || !this.#annotation(document)) return undefined;
    this.#skipBlanks();
    if (this.#pos !== length) return undefined;
    if (this.#doubtful && !isUtf8(buffer.subarray(0, length))) return undefined;
    return document;
  }

  /** The XML declaration, if any, and the root's start tag. */
  #prolog(document: VocDocument): boolean {
    const bytes = this.#bytes;
    if (bytes[0] === LT && bytes[1] === 0x3f) {
      const kept = this.#declaration;
      let p = 0;
      while (p < kept.length && bytes[p] === kept.charCodeAt(p)) p++;
      if (p === 0 || p !== kept.length) {
        const head = bytes.toString('latin1', 0, longestDeclaration);
        const declaration = head.slice(0, head.indexOf('?>') + 2);
        if (!declarationPattern.test(declaration)) return false;
        this.#declaration = declaration;
        p = declaration.length;
      }
      this.#pos = p;
    }
    this.#skipBlanks();
    const at = this.#pos;
    this.#last = ANNOTATION;
    if (tags.opensAt(this.#view, at, ANNOTATION)) {
      this.#pos = at + tags.openLength(ANNOTATION);
      return true;
    }
    const match = verifiedPattern.exec(bytes.toString('latin1', at, at + longestDeclaration));
    if (match === null) return false;
    document.rootAttributes = new Map([['verified', match[1]!]]);
    this.#pos = at + match[0].length;
    return true;
  }

  #annotation(document: VocDocument): boolean {
    const objects: VocObject[] = [];
    document.objects = objects;
    // A bit per tag below 32: these may stand here once.
    let seen = 0;
    for (;;) {
      const tag = this.#openTag();
      if (tag === OBJECT) {
        const object = new VocObject();
        object.sourceIndex = objects.length + 1;
        if (!this.#object(object, OBJECT, 0)) return false;
        objects.push(object);
        continue;
      }
      if (tag < 0) return tag === END_TAG && this.#closeTag(ANNOTATION);
      if (tag > MASK_SOURCE) return false;
      if ((seen & (1 << tag)) !== 0) return false;
      seen |= 1 << tag;
      if (tag === SIZE) {
        if (!this.#size(document)) return false;
      } else if (tag === SOURCE) {
        if (!this.#source(document)) return false;
      } else if (tag === OWNER) {
        if (!this.#owner(document)) return false;
      } else {
        if (!this.#leaf(tag)) return false;
        const text = this.#text;
        if (tag === FOLDER) document.folder = text;
        else if (tag === FILENAME) document.fileName = text;
        else if (tag === PATH) document.path = text;
        else if (tag === SEGMENTED) document.segmented = text;
        else if (tag === MASK_SOURCE) document.maskSource = text;
        else return false;
      }
    }
  }

  #size(document: VocDocument): boolean {
    let seen = 0;
    for (;;) {
      const tag = this.#openTag();
      if (tag < 0) return tag === END_TAG && seen !== 0 && this.#closeTag(SIZE);
      if (tag < WIDTH || tag > DEPTH || (seen & (1 << tag)) !== 0) return false;
      seen |= 1 << tag;
      const first = this.#bytes[this.#pos]!;
      if (first < 0x30 || first > 0x39) return false;
      const end = this.#numeral();
      if (end !== 1 || this.#number < 1 || !this.#closeTag(tag)) return false;
      if (tag === WIDTH) document.width = this.#number;
      else if (tag === HEIGHT) document.height = this.#number;
      else document.depth = this.#number;
    }
  }

  #source(document: VocDocument): boolean {
    let seen = 0;
    for (;;) {
      const tag = this.#openTag();
      if (tag < 0) return tag === END_TAG && seen !== 0 && this.#closeTag(SOURCE);
      if (tag > FLICKRID || (seen & (1 << tag)) !== 0 || !this.#leaf(tag)) return false;
      seen |= 1 << tag;
      if (tag === DATABASE) document.database = this.#text;
      else if (tag === ANNOTATION) document.sourceAnnotation = this.#text;
      else if (tag === IMAGE) document.sourceImage = this.#text;
      else if (tag === FLICKRID) document.sourceFlickrId = this.#text;
      else return false;
    }
  }

  #owner(document: VocDocument): boolean {
    let seen = 0;
    for (;;) {
      const tag = this.#openTag();
      if (tag < 0) return tag === END_TAG && seen !== 0 && this.#closeTag(OWNER);
      if (tag > NAME || (seen & (1 << tag)) !== 0 || !this.#leaf(tag)) return false;
      seen |= 1 << tag;
      if (tag === FLICKRID) document.ownerFlickrId = this.#text;
      else if (tag === NAME) document.ownerName = this.#text;
      else return false;
    }
  }

  #object(object: VocObject, own: number, depth: number): boolean {
    let seen = 0;
    let parts: VocObject[] | undefined;
    for (;;) {
      const tag = this.#openTag();
      if (tag < 0) {
        if (tag !== END_TAG || (seen === 0 && parts === undefined && object.shape === undefined))
          return false;
        object.parts = parts ?? noParts;
        return this.#closeTag(own);
      }
      if (tag >= BNDBOX) {
        if (object.shape !== undefined) return false;
        const shape = this.#shape(tag);
        if (shape === undefined) return false;
        object.shape = shape;
        continue;
      }
      if (tag === PART) {
        if (depth >= deepestPart) return false;
        const part = new VocObject();
        parts ??= [];
        part.sourceIndex = parts.length + 1;
        if (!this.#object(part, PART, depth + 1)) return false;
        parts.push(part);
        continue;
      }
      if ((seen & (1 << tag)) !== 0) return false;
      seen |= 1 << tag;
      if (tag === PROPERTIES) {
        if (!this.#properties(object)) return false;
      } else if (tag === HARD_COEFFICIENT || tag === DIFFICULT_COEFFICIENT) {
        if (object.coefficientElement !== undefined || this.#numeral() === 0 || !this.#closeTag(tag))
          return false;
        object.hardCoefficient = this.#number;
        object.coefficientElement = tags.names[tag] as CoefficientElement;
      } else if (tag === CONFIDENCE) {
        if (this.#numeral() === 0 || !this.#closeTag(tag)) return false;
        object.confidence = this.#number;
      } else if (tag === ACTIONS) {
        if (!this.#actions(object)) return false;
      } else {
        if (!this.#leaf(tag)) return false;
        const text = this.#text;
        if (tag === NAME) object.name = text;
        else if (tag === POSE) object.pose = text;
        else if (tag === TRUNCATED) object.truncated = text;
        else if (tag === DIFFICULT) object.difficult = text;
        else if (tag === OCCLUDED) object.occluded = text;
        else if (tag === HARD_REASONS) object.hardReasons = text;
        else if (tag === MASK_COLOR) object.maskColor = text;
        else if (tag === MASK_SOURCE) object.maskSource = text;
        else return false;
      }
    }
  }

  #shape(tag: number): Shape | undefined {
    switch (tag) {
      case BNDBOX:
        return this.#bndbox();
      case POLYGON:
      case POLYLINE: {
        const points = this.#vertices(tag);
        if (points === undefined) return undefined;
        return tag === POLYGON ? { kind: 'polygon', points } : { kind: 'polyline', points };
      }
      case LINE:
      case DASHED: {
        if (!this.#coordinateIn(X1)) return undefined;
        const x1 = this.#coordinate;
        if (!this.#coordinateIn(Y1)) return undefined;
        const y1 = this.#coordinate;
        if (!this.#coordinateIn(X2)) return undefined;
        const x2 = this.#coordinate;
        if (!this.#coordinateIn(Y2)) return undefined;
        const y2 = this.#coordinate;
        if (!this.#endTagAfter(tag)) return undefined;
        return tag === LINE ? { kind: 'line', x1, y1, x2, y2 } : { kind: 'dashed', x1, y1, x2, y2 };
      }
      case POINT: {
        if (!this.#coordinateIn(X)) return undefined;
        const x = this.#coordinate;
        if (!this.#coordinateIn(Y)) return undefined;
        return this.#endTagAfter(tag) ? { kind: 'point', x, y: this.#coordinate } : undefined;
      }
      case CIRCLE: {
        if (!this.#coordinateIn(CX)) return undefined;
        const cx = this.#coordinate;
        if (!this.#coordinateIn(CY)) return undefined;
        const cy = this.#coordinate;
        if (!this.#coordinateIn(R)) return undefined;
        return this.#endTagAfter(tag) ? { kind: 'circle', cx, cy, r: this.#coordinate } : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The four corners, in any order. */
  #bndbox(): Shape | undefined {
    let xmin = 0;
    let ymin = 0;
    let xmax = 0;
    let ymax = 0;
    let seen = 0;
    while (seen !== 0b1111) {
      const tag = this.#openTag();
      if (tag < XMIN || tag > YMAX) return undefined;
      const bit = 1 << (tag - XMIN);
      if ((seen & bit) !== 0 || !this.#coordinateValue() || !this.#closeTag(tag)) return undefined;
      seen |= bit;
      if (tag === XMIN) xmin = this.#coordinate;
      else if (tag === YMIN) ymin = this.#coordinate;
      else if (tag === XMAX) xmax = this.#coordinate;
      else ymax = this.#coordinate;
    }
    return this.#endTagAfter(BNDBOX) ? { kind: 'bndbox', xmin, ymin, xmax, ymax } : undefined;
  }

  /** Vertices `x1`, `y1`, `x2`, `y2`, … in just this order. */
  #vertices(tag: number): number[] | undefined {
    const bytes = this.#bytes;
    const points: number[] = [];
    for (let index = 1; ; index++) {
      this.#skipBlanks();
      if (bytes[this.#pos] !== LT) return undefined;
      if (bytes[this.#pos + 1] === SLASH) return index > 1 && this.#closeTag(tag) ? points : undefined;
      if (!this.#vertexValue(0x78, index)) return undefined;
      points.push(this.#coordinate);
      this.#skipBlanks();
      if (!this.#vertexValue(0x79, index)) return undefined;
      points.push(this.#coordinate);
    }
  }

  /** `<x12>34</x12>` with the axis and number given. */
  #vertexValue(axis: number, index: number): boolean {
    const bytes = this.#bytes;
    const open = this.#pos;
    if (bytes[open] !== LT || bytes[open + 1] !== axis) return false;
    const digits = open + 2;
    let p = digits;
    let read = 0;
    let c = bytes[p]!;
    if (c === 0x30) return false;
    while (c >= 0x30 && c <= 0x39) {
      read = read * 10 + (c - 0x30);
      c = bytes[++p]!;
    }
    if (c !== GT || read !== index) return false;
    this.#pos = p + 1;
    if (!this.#coordinateValue()) return false;
    let q = this.#pos;
    if (bytes[q] !== LT || bytes[q + 1] !== SLASH || bytes[q + 2] !== axis) return false;
    q += 3;
    for (let i = digits; i <= p; i++, q++) if (bytes[i] !== bytes[q]) return false;
    this.#pos = q;
    return true;
  }

  /** The element `tag` next, holding a coordinate: {@link #coordinate}. */
  #coordinateIn(tag: number): boolean {
    return this.#openTag() === tag && this.#coordinateValue() && this.#closeTag(tag);
  }

  /** The number in a coordinate's element: {@link #coordinate}. */
  #coordinateValue(): boolean {
    const bytes = this.#bytes;
    const start = this.#pos;
    let p = start;
    let value = 0;
    let c = bytes[p]!;
    while (c >= 0x30 && c <= 0x39 && p - start < 9) {
      value = value * 10 + (c - 0x30);
      c = bytes[++p]!;
    }
    if (c === LT && p !== start) {
      this.#pos = p;
      this.#coordinate = value;
      return true;
    }
    const form = this.#numeral();
    if (form === 0) return false;
    this.#coordinate = this.#number;
    if (form === 1) return true;
    // `48.0` is worth a finding that only the text shows.
    if (Number.isInteger(this.#number)) return false;
    this.fractions = true;
    return true;
  }

  #properties(object: VocObject): boolean {
    const bytes = this.#bytes;
    object.propertiesPresent = true;
    let properties: Map<string, string> | undefined;
    let childFormKeys: Set<string> | undefined;
    for (;;) {
      this.#skipBlanks();
      const open = this.#pos;
      if (bytes[open] === LT && bytes[open + 1] === SLASH) {
        object.properties = properties ?? noProperties;
        if (childFormKeys !== undefined) object.childFormKeys = childFormKeys;
        return this.#closeTag(PROPERTIES);
      }
      if (!this.#freeOpenTag()) return false;
      let key = this.#text;
      const first = bytes[this.#pos]!;
      if (first === LT || first <= 0x20) {
        if (this.#openTag() !== KEY || !this.#leaf(KEY)) return false;
        key = this.#text;
        if (this.#openTag() !== VALUE || !this.#leaf(VALUE)) return false;
        this.#skipBlanks();
      } else {
        if (!this.#readText()) return false;
        childFormKeys ??= new Set();
        childFormKeys.add(key);
      }
      if (!this.#freeCloseTag(open)) return false;
      properties ??= new Map();
      if (properties.has(key)) return false;
      properties.set(key, this.#text);
    }
  }

  #actions(object: VocObject): boolean {
    const bytes = this.#bytes;
    const actions = new Map<string, boolean>();
    for (;;) {
      this.#skipBlanks();
      const open = this.#pos;
      if (bytes[open] === LT && bytes[open + 1] === SLASH) {
        object.actions = actions;
        return actions.size > 0 && this.#closeTag(ACTIONS);
      }
      if (!this.#freeOpenTag()) return false;
      const name = this.#text;
      if (actions.has(name) || !this.#readText()) return false;
      const done = flagOf(this.#text);
      if (done === undefined || !this.#freeCloseTag(open)) return false;
      actions.set(name, done);
    }
  }

  /** Which element starts next, after blanks: {@link END_TAG} before an end tag, -1 for everything else. */
  #openTag(): number {
    this.#skipBlanks();
    const at = this.#pos;
    const bytes = this.#bytes;
    if (bytes[at] !== LT) return -1;
    if (bytes[at + 1] === SLASH) return END_TAG;
    // Files repeat their order of elements, so what followed the last tag before is tried first.
    let tag = this.#next[this.#last]!;
    if (!tags.opensAt(this.#view, at, tag)) {
      tag = tags.find(bytes, this.#view, at);
      if (tag < 0) return -1;
      this.#next[this.#last] = tag;
    }
    this.#last = tag;
    this.#pos = at + tags.openLength(tag);
    return tag;
  }

  #closeTag(tag: number): boolean {
    if (!tags.closesAt(this.#view, this.#pos, tag)) return false;
    this.#pos += tags.openLength(tag) + 1;
    return true;
  }

  #endTagAfter(tag: number): boolean {
    this.#skipBlanks();
    return this.#closeTag(tag);
  }

  /** A start tag of any name without attributes: {@link #text}. */
  #freeOpenTag(): boolean {
    const bytes = this.#bytes;
    const start = this.#pos + 1;
    if (bytes[this.#pos] !== LT) return false;
    let hash = 0;
    let p = start;
    let c = bytes[p]!;
    while (c !== GT) {
      if (c <= 0x20) return false;
      hash = (Math.imul(hash, 31) + c) | 0;
      c = bytes[++p]!;
    }
    this.#pos = p + 1;
    const known = this.#names.get(bytes, start, p, hash);
    if (known !== undefined) {
      this.#text = known;
      return true;
    }
    const name = bytes.toString('utf8', start, p);
    if (!isXmlName(name)) return false;
    if (name.includes(replacement)) this.#doubtful = true;
    else if (p - start <= longestInterned) this.#names.set(bytes, start, p, hash, name);
    this.#text = name;
    return true;
  }

  /** The end tag of the start tag at `open`. */
  #freeCloseTag(open: number): boolean {
    const bytes = this.#bytes;
    let p = this.#pos;
    if (bytes[p] !== LT || bytes[p + 1] !== SLASH) return false;
    p += 2;
    let q = open + 1;
    for (;;) {
      const c = bytes[q++]!;
      if (bytes[p++] !== c) return false;
      if (c === GT) break;
    }
    this.#pos = p;
    return true;
  }

  /** The rest of an element that holds only text, not empty: {@link #text}. */
  #leaf(tag: number): boolean {
    return this.#readText() && this.#closeTag(tag);
  }

  /** Text up to the next `<`. It may not start with a blank, so that it cannot be blank altogether. */
  #readText(): boolean {
    const bytes = this.#bytes;
    const start = this.#pos;
    let p = start;
    let c = bytes[p]!;
    if (c === 0x20 || c === LT) return false;
    if (bytes[p + 1] === LT && textClass[c] === 0) {
      this.#text = oneByteTexts[c]!;
      this.#pos = p + 1;
      return true;
    }
    let hash = 0;
    let ascii = true;
    let entities = false;
    for (;;) {
      const look = textClass[c]!;
      if (look !== 0) {
        if (c === LT) break;
        if (look === 1) ascii = false;
        else if (c === AMP) entities = true;
        else if (c === 0xef) {
          if (bytes[p + 1] === 0xbf && bytes[p + 2]! >= 0xbe) return false;
          ascii = false;
        } else if (c !== 0x5d || (bytes[p + 1] === 0x5d && bytes[p + 2] === GT)) return false;
      }
      hash = (Math.imul(hash, 31) + c) | 0;
      c = bytes[++p]!;
    }
    this.#pos = p;
    const known = this.#texts.get(bytes, start, p, hash);
    if (known !== undefined) {
      this.#text = known;
      return true;
    }
    const raw = bytes.toString(ascii ? 'latin1' : 'utf8', start, p);
    const text = entities ? decodeEntities(raw) : raw;
    if (text === undefined) return false;
    if (!ascii && raw.includes(replacement)) this.#doubtful = true;
    else if (p - start <= longestInterned) this.#texts.set(bytes, start, p, hash, text);
    this.#text = text;
    return true;
  }

  /**
   * A number: 0 for none that is plain enough, 1 for digits with an optional minus, 2 for one with a fraction. Fifteen
   * digits and a power of ten are exact in a double, so their quotient is the nearest double to the text.
   */
  #numeral(): 0 | 1 | 2 {
    const bytes = this.#bytes;
    let p = this.#pos;
    let c = bytes[p]!;
    const negative = c === 0x2d;
    if (negative) c = bytes[++p]!;
    const start = p;
    let value = 0;
    while (c >= 0x30 && c <= 0x39) {
      value = value * 10 + (c - 0x30);
      c = bytes[++p]!;
    }
    if (p === start) return 0;
    let form: 1 | 2 = 1;
    if (c === 0x2e) {
      const dot = p;
      c = bytes[++p]!;
      while (c >= 0x30 && c <= 0x39) {
        value = value * 10 + (c - 0x30);
        c = bytes[++p]!;
      }
      const places = p - dot - 1;
      if (places === 0 || p - start > 16) return 0;
      value /= powersOfTen[places]!;
      form = 2;
    } else if (p - start > 15) return 0;
    this.#pos = p;
    this.#number = negative ? -value : value;
    return form;
  }

  #skipBlanks(): void {
    const bytes = this.#bytes;
    const view = this.#view;
    let p = this.#pos;
    if (bytes[p] === LT) return;
    // A line break and an indentation of blanks is the usual case.
    if (bytes[p] === 0x0a) p++;
    while (view.getInt32(p, true) === FOUR_BLANKS) p += 4;
    let c = bytes[p]!;
    while (c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d) c = bytes[++p]!;
    this.#pos = p;
  }
}

/** Text with the five predefined entities put in; undefined when another reference or a bare `&` is there. */
function decodeEntities(raw: string): string | undefined {
  let text = '';
  let from = 0;
  for (let at = raw.indexOf('&'); at >= 0; at = raw.indexOf('&', from)) {
    const end = raw.indexOf(';', at);
    const value = end < 0 ? undefined : predefinedEntities.get(raw.slice(at + 1, end));
    if (value === undefined) return undefined;
    text += raw.slice(from, at) + value;
    from = end + 1;
  }
  return text + raw.slice(from);
}
