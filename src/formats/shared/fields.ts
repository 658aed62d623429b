import { decodeText } from './decode-text.js';

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

const lineFeed = 0x0a;

/** The lines of a small file that are not blank, cut at blanks and tabs; none of one that is neither UTF-8 nor GB18030. */
export function* fieldLines(bytes: Uint8Array): Generator<FieldLine, void, undefined> {
  const text = decodeText(bytes) ?? '';
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
    // No character of either encoding has this byte but the line feed.
    offset = bytes.indexOf(lineFeed, offset) + 1;
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
