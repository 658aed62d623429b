import type { ByteOrderMark } from './byte-order-mark.js';
import type { Encoding } from './encoding.js';

/** Why a line's bytes are not to be parsed. */
export type LineProblem =
  /** Bytes that the encoding does not have; `offset` counts bytes from the line's start. */
  | {
      readonly kind: 'encoding';
      readonly encoding: Encoding;
      readonly offset: number;
      readonly hint?: string;
    }
  /** A U+0000 under UTF-8, which mostly means UTF-16 without a mark; `offset` as above. */
  | { readonly kind: 'nul'; readonly offset: number; readonly hint?: string }
  /** The file starts with the mark of another encoding. This is the only line that is handed on. */
  | { readonly kind: 'wrong-encoding'; readonly bom: ByteOrderMark; readonly hint: string }
  /** More than `limit` bytes; `length` is how many it has, as stored, without its terminator. */
  | { readonly kind: 'too-long'; readonly limit: number; readonly length: number };

/** Consecutive lines of a file. It stays valid after further input: nothing in it is reused. */
export interface LineBatch {
  /** UTF-8, whatever the encoding of the file is. */
  readonly bytes: Buffer;
  readonly count: number;
  /**
   * Line i is `bytes[starts[i]]` up to and without `bytes[ends[i]]`: no LF, no CR before it. Both arrays may
   * be longer than `count`.
   */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The 1-based number of line 0 in the file. */
  readonly firstLine: number;
  /** Where line i starts in the file as it is stored, in bytes. */
  offset(i: number): number;
  /** Set when line i is not to be parsed. Its range is empty unless the kind is `encoding` (of UTF-8) or `nul`. */
  problem(i: number): LineProblem | undefined;
  /** The stored bytes of a line with a problem, where they are at hand; for putting it aside. */
  raw(i: number): Uint8Array | undefined;
}

/** What is known of the file as a container of lines, up to the last byte that was taken in. */
export interface ContainerFacts {
  readonly bom?: ByteOrderMark;
  /** The first line that CR LF ends. */
  readonly crlfLine?: number;
  /** The last byte ends a line; true of an empty file. */
  readonly finalNewline: boolean;
  /** Taken in so far, the byte order mark included. */
  readonly bytes: number;
  /** Handed on so far. */
  readonly lines: number;
  /** The first line with a NUL byte, under UTF-8. */
  readonly nulLine?: number;
}
