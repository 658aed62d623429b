import { isAscii } from 'node:buffer';
import type { FormatSource } from '../contract.js';

const lineFeed = 0x0a;
/** Bytes between two places whose line is remembered: 16 bytes of memory for each 16 KiB of the file. */
const step = 16 * 1024;

export interface LinePlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/**
 * Line and column of places in a file, which is read again for them: the way to the furthest place once, after that at
 * most 16 KiB for each.
 */
export class LineIndex {
  readonly #source: FormatSource;
  readonly #name: string;
  /** Line, and units of it before the place, at each multiple of {@link step} so far. */
  readonly #lines: number[] = [1];
  readonly #units: number[] = [0];

  constructor(source: FormatSource, name: string) {
    this.#source = source;
    this.#name = name;
  }

  /** @param offset of the place in bytes */
  async locate(offset: number): Promise<LinePlace> {
    const known = Math.min(Math.floor(offset / step), this.#lines.length - 1);
    let line = this.#lines[known]!;
    let units = this.#units[known]!;
    let at = known * step;
    if (at === 0 && offset > 0) units -= await this.#markUnits();
    if (at < offset) {
      for await (const chunk of this.#source.chunks(this.#name, { start: at, end: offset })) {
        for (let from = 0; from < chunk.length; ) {
          if (at % step === 0 && at / step === this.#lines.length) {
            this.#lines.push(line);
            this.#units.push(units);
          }
          const to = Math.min(from + step - (at % step), chunk.length);
          const part = chunk.subarray(from, to);
          at += to - from;
          from = to;
          const last = part.lastIndexOf(lineFeed);
          if (last !== -1) {
            line += countOf(part, lineFeed, last + 1);
            units = 0;
          }
          units += unitsOf(part, last + 1);
        }
      }
    }
    return { line, column: Math.max(units, 0) + 1 };
  }

  /** A byte order mark takes no column. */
  async #markUnits(): Promise<number> {
    for await (const chunk of this.#source.chunks(this.#name, { start: 0, end: 3 }))
      return chunk.length === 3 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 1 : 0;
    return 0;
  }
}

function countOf(bytes: Uint8Array, byte: number, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i++) if (bytes[i] === byte) count++;
  return count;
}

/** UTF-16 units of UTF-8 bytes. */
function unitsOf(bytes: Uint8Array, from: number): number {
  const rest = bytes.subarray(from);
  if (isAscii(rest)) return rest.length;
  let units = 0;
  for (const byte of rest) if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  return units;
}
