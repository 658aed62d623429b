import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../../model/index.js';
import { explainJsonError, lineColumn, locateJson, utf8Offset } from '../../text/index.js';

/** A place in a file: line and column 1-based, the offset in bytes. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A small file that is one JSON value, in memory. */
export class JsonDocument {
  /** Bytes before the text: those of a byte order mark. */
  readonly #skipped: number;

  private constructor(
    readonly text: string,
    readonly value: JsonValue,
    skipped: number,
  ) {
    this.#skipped = skipped;
  }

  /** The document, or why the bytes are none. */
  static parse(bytes: Buffer): JsonDocument | JsonDocumentProblem {
    if (bytes.length === 0) return { message: 'the file is empty' };
    if (!isUtf8(bytes)) return { message: 'the file is not UTF-8', hint: 'save it as UTF-8' };
    const skipped = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const text = bytes.toString('utf8', skipped);
    try {
      return new JsonDocument(text, JSON.parse(text) as JsonValue, skipped);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const { column, message } = explainJsonError(text);
      return {
        message: `the file is not JSON: ${message.replace(/^the (?:line|text)/, 'it')}`,
        place: placeIn(text, column - 1, skipped),
      };
    }
  }

  /** Where the value at a JSON Pointer is; the start of the file when there is none. */
  placeOf(pointer: string): FilePlace {
    return placeIn(this.text, locateJson(this.text, pointer)?.start ?? 0, this.#skipped);
  }
}

export interface JsonDocumentProblem {
  readonly message: string;
  readonly hint?: string;
  readonly place?: FilePlace;
}

function placeIn(text: string, at: number, skipped: number): FilePlace {
  return { ...lineColumn(text, at), offset: skipped + utf8Offset(text, at) };
}
