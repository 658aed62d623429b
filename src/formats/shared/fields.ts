import { decodeUtf8 } from './decode.js';

/** A line of a text whose fields blanks separate. */
export interface FieldLine {
  /** 1-based; blank lines count. */
  readonly line: number;
  /** Of the line's start, in bytes. */
  readonly offset: number;
  readonly fields: readonly string[];
  /** 1-based column of a field, in UTF-16 units; of the last one where there are not so many. */
  readonly columnOf: (field: number) => number;
}

/** The lines of a small file that are not blank, cut at blanks and tabs. */
export function* fieldLines(bytes: Uint8Array): Generator<FieldLine, void, undefined> {
  const { text } = decodeUtf8(bytes);
  // What comes before the text is its byte order mark.
  let offset = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const content = text.slice(start, end);
    const trimmed = content.trim();
    number++;
    if (trimmed !== '') {
      yield {
        line: number,
        offset,
        fields: trimmed.split(/\s+/),
        columnOf: (field) => columnOf(content, field),
      };
    }
    offset += Buffer.byteLength(content) + 1;
    start = end + 1;
  }
}

function columnOf(content: string, field: number): number {
  let column = 1;
  let left = field;
  for (const { index } of content.matchAll(/\S+/g)) {
    column = index + 1;
    if (left-- === 0) break;
  }
  return column;
}
