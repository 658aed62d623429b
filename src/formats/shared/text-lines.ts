import type { FormatSource } from '../contract.js';
import type { TextEncoding } from './decode-text.js';
import { decodeAs, undecodable } from './decode-text.js';

/** Longer lines are not kept. */
export const mostLineBytes = 1024 * 1024;

/** A line of a file, as bytes without its end. */
export interface RawLine {
  /** 1-based; blank lines count. */
  readonly line: number;
  /** Of its first byte. */
  readonly offset: number;
  /** Its length, which {@link bytes} may fall short of. */
  readonly length: number;
  /** At most {@link mostLineBytes} and a little; valid until the next line is asked for. */
  readonly bytes: Uint8Array;
}

const feed = 0x0a;
const carriageReturn = 0x0d;

/** The lines of a file, cut at line feeds; a last line feed ends the last line. */
export async function* rawLines(
  source: FormatSource,
  name: string,
): AsyncGenerator<RawLine, void, undefined> {
  let line = 0;
  let offset = 0;
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let length = 0;
  const take = (part: Uint8Array): RawLine => {
    const own = part.length > 0 && part.at(-1) === carriageReturn ? part.subarray(0, -1) : part;
    const given = { line: ++line, offset, length, bytes: own };
    offset += length + 1;
    kept = [];
    keptBytes = 0;
    length = 0;
    return given;
  };
  for await (const chunk of source.chunks(name)) {
    let start = 0;
    for (let end = chunk.indexOf(feed); end >= 0; end = chunk.indexOf(feed, start)) {
      const part = chunk.subarray(start, end);
      length += part.length;
      yield take(kept.length === 0 ? part : Buffer.concat([...kept, part]));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (rest.length > 0 && keptBytes < mostLineBytes) {
      // The memory of a chunk is not ours for longer than this.
      kept.push(Buffer.from(rest));
      keptBytes += rest.length;
    }
  }
  if (length > 0) yield take(Buffer.concat(kept));
}

/** What a first reading of a text file shows. */
export interface TextFacts {
  readonly lines: number;
  readonly bytes: number;
  /** Undefined: it is in none. */
  readonly encoding: TextEncoding | undefined;
  /** The first line that is in no encoding, and why. */
  readonly undecodable?: { readonly line: number; readonly reason: string };
}

/** Reads a file once to count its lines, and to find out whether it is UTF-8 or else GB18030. */
export async function textFacts(source: FormatSource, name: string): Promise<TextFacts> {
  let lines = 0;
  let bytes = 0;
  let isUtf8 = true;
  let problem: TextFacts['undecodable'];
  for await (const { bytes: content, length } of rawLines(source, name)) {
    lines++;
    bytes += length + 1;
    const isCut = length > content.length + 1;
    if (isCut) continue;
    isUtf8 &&= decodeAs('utf-8', content) !== undefined;
    // No text has a zero byte; UTF-16 without a mark has them.
    const hasZero = content.includes(0);
    if (hasZero) isUtf8 = false;
    if (problem === undefined && (hasZero || decodeAs('gb18030', content) === undefined))
      problem = { line: lines, reason: undecodable(content) };
  }
  if (isUtf8) return { lines, bytes, encoding: 'utf-8' };
  return problem === undefined
    ? { lines, bytes, encoding: 'gb18030' }
    : { lines, bytes, encoding: undefined, undecodable: problem };
}
