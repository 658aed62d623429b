import type { Finding } from '../model/diagnostic.js';
import type { VocDocument } from './document.js';
import { fractionFindings } from './fractions.js';
import { deepestPart, largestFile } from './limits.js';
import { type ParsedVoc, parseVocTree, type VocParseOptions } from './parse-tree.js';
import { sentinelBytes, VocScanner } from './scan.js';

const firstCapacity = 1 << 18;
/** Inputs that may need more room than this get a parser of their own, so that the shared one stays small. */
const largestShared = 1 << 20;
/** No document that the scanner takes has elements nested deeper: root, object, its parts, and three below them. */
const deepestScanned = 2 + deepestPart + 3;
/** A surrogate without its other half. Such text has no UTF-8 form, so bytes cannot stand for it. */
const loneSurrogate = /[\uD800-\uDFFF]/u;

/** Reads what {@link parseVoc} is given; made when first needed. */
let shared: VocParser | undefined;

/**
 * Reads one Pascal VOC file with the ModelArts extensions. Bad data never throws: what is wrong is in `findings`, and
 * where nothing can be made of the input there is no `document`. These are the findings that only the XML text shows
 * (`structuralRules`); rules about values are checked on the document.
 *
 * @param input the file's bytes, in any of the encodings of the format, or its text.
 */
export function parseVoc(input: Uint8Array | string, options: VocParseOptions = {}): ParsedVoc {
  const room = typeof input === 'string' ? input.length * 3 : input.length;
  if (!isWithin(options, room)) return parseVocTree(input, options);
  if (typeof input === 'string' && loneSurrogate.test(input)) return parseVocTree(input, options);
  shared ??= new VocParser();
  const parser = room <= largestShared ? shared : new VocParser({ capacity: room });
  parser.reserve(room);
  const length = typeof input === 'string' ? parser.buffer.write(input) : copy(input, parser.buffer);
  const scanned = parser.scan(length, options);
  if (scanned === undefined) return parseVocTree(input, options);
  if (options.keepSource !== false) scanned.document.source = input;
  return scanned;
}

/** True when the scanner alone reads the bytes, which is the common case and the fast one. */
export function isOrdinary(bytes: Uint8Array): boolean {
  const parser = new VocParser({ capacity: bytes.length });
  return parser.scan(copy(bytes, parser.buffer), {}) !== undefined;
}

/** How a {@link VocParser} works. */
export interface VocParserOptions extends VocParseOptions {
  /** Bytes of room to begin with; default 256 KiB. */
  readonly capacity?: number;
}

/**
 * Reads many files, one after the other, through one buffer: put a file's bytes into {@link buffer}, then call
 * {@link parse}. Documents hold no reference to the buffer; with `keepSource` (default false here) each holds a copy
 * of its bytes.
 */
export class VocParser {
  /** Where the next file's bytes go; {@link reserve} replaces it. */
  buffer: Buffer;
  /** The buffer and the room for the scanner's zero bytes behind it. */
  #storage: Buffer;
  readonly #options: VocParseOptions;
  readonly #scanner = new VocScanner();

  constructor(options: VocParserOptions = {}) {
    this.#options = { ...options, keepSource: options.keepSource ?? false };
    this.#storage = Buffer.allocUnsafeSlow((options.capacity ?? firstCapacity) + sentinelBytes);
    this.buffer = this.#storage.subarray(0, -sentinelBytes);
  }

  /** Makes room for a file of `bytes` bytes. What the buffer held is lost when it has to grow. */
  reserve(bytes: number): void {
    if (bytes <= this.buffer.length) return;
    this.#storage = Buffer.allocUnsafeSlow(Math.max(bytes, this.buffer.length * 2) + sentinelBytes);
    this.buffer = this.#storage.subarray(0, -sentinelBytes);
  }

  /** Reads the document in the first `length` bytes of the buffer. */
  parse(length: number): ParsedVoc {
    const scanned =
      length <= (this.#options.maxBytes ?? largestFile) ? this.scan(length, this.#options) : undefined;
    const bytes = this.#options.keepSource ? Buffer.from(this.buffer.subarray(0, length)) : undefined;
    if (scanned === undefined) return parseVocTree(bytes ?? this.buffer.subarray(0, length), this.#options);
    scanned.document.source = bytes;
    return scanned;
  }

  /** The document in the first `length` bytes of the buffer when it is an ordinary one; the only rule it can break is V073. */
  scan(length: number, options: VocParseOptions): ScannedVoc | undefined {
    const storage = this.#storage;
    // Buffer.fill costs more than these few bytes.
    for (let at = length, end = length + sentinelBytes; at < end; at++) storage[at] = 0;
    const document = this.#scanner.scan(this.#storage, length);
    if (document === undefined) return undefined;
    document.readAs = options.mode ?? 'lenient';
    const findings = this.#scanner.fractions
      ? fractionFindings(document, options.mode ?? 'lenient', options.profile ?? 'generic')
      : [];
    return { document, findings };
  }
}

interface ScannedVoc {
  readonly document: VocDocument;
  readonly findings: Finding[];
}

/** True when the scanner need not look at the limits: they are for the full parser to check and to report. */
function isWithin(options: VocParseOptions, bytes: number): boolean {
  return bytes <= (options.maxBytes ?? largestFile) && (options.maxDepth ?? deepestScanned) >= deepestScanned;
}

function copy(bytes: Uint8Array, into: Buffer): number {
  into.set(bytes);
  return bytes.length;
}
