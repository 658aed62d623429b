import { isJsonObject, type JsonObject } from '../../model/index.js';
import {
  explainJsonError,
  type LineBatch,
  type LineProblem,
  lineBatches,
  locateJson,
} from '../../text/index.js';
import type { FormatSource } from '../contract.js';
import type { Place } from './findings.js';

/** One line of a file with a JSON object on each; blank lines are left out. */
export interface JsonLine {
  /** As stored, without its terminator; of a line that does not decode, with U+FFFD. */
  readonly text: string;
  /** 1-based; blank lines count. */
  readonly line: number;
  /** Where the line starts in the file, in bytes. */
  readonly offset: number;
  /** Absent when there is a problem. */
  readonly value?: JsonObject;
  readonly problem?: JsonLineProblem;
  /** The stored bytes of a line with a problem, where they are at hand. */
  readonly raw?: Uint8Array;
}

export interface JsonLineProblem {
  readonly message: string;
  /** 1-based, in UTF-16 units. */
  readonly column?: number;
  readonly hint?: string;
}

/** What a finding about a line says beside its message. */
export interface LineNote {
  /** JSON Pointer of the value it is about. */
  readonly pointer?: string | undefined;
  readonly hint?: string | undefined;
  /** 1-based, where it is known; default: that of the value. */
  readonly column?: number | undefined;
  /** The source of the sample. */
  readonly source?: string | undefined;
}

/** Where a finding about a line, or about a value in it, is. */
export function placeInLine(
  file: string,
  { text, line, offset }: JsonLine,
  { pointer, hint, column, source }: LineNote,
): Place {
  const at = column ?? (pointer === undefined ? undefined : columnAt(text, pointer));
  return {
    file,
    line,
    offset,
    ...(at === undefined ? {} : { column: at }),
    ...(pointer === undefined ? {} : { pointer }),
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { source }),
  };
}

/** The lines that one chunk of the file completes, and how many bytes they stand for. */
export interface JsonLineBatch {
  readonly lines: Iterable<JsonLine>;
  readonly bytes: number;
}

/**
 * The lines of a file, parsed. The lines of a batch are parsed as they are walked, and hold until the next batch is asked
 * for; what they gave may be kept.
 */
export async function* jsonLines(source: FormatSource, name: string): AsyncGenerator<JsonLineBatch> {
  const { signal } = source;
  let seen = 0;
  for await (const batch of lineBatches(source.chunks(name), signal === undefined ? {} : { signal })) {
    const last = batch.count - 1;
    const end = batch.offset(last) + (batch.ends[last]! - batch.starts[last]!);
    yield { lines: linesOf(batch), bytes: end - seen };
    seen = end;
  }
}

function* linesOf(batch: LineBatch): Generator<JsonLine> {
  for (let i = 0; i < batch.count; i++) {
    const text = batch.bytes.toString('utf8', batch.starts[i]!, batch.ends[i]!);
    const place = { text, line: batch.firstLine + i, offset: batch.offset(i) };
    const problem = batch.problem(i);
    if (problem !== undefined) {
      const raw = batch.raw(i);
      yield {
        ...place,
        problem: explainLine(problem),
        ...(raw === undefined ? {} : { raw: new Uint8Array(raw) }),
      };
    } else if (/\S/.test(text)) {
      yield { ...place, ...parse(text) };
    }
  }
}

function parse(text: string): Pick<JsonLine, 'value' | 'problem' | 'raw'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, column, hint } = explainJsonError(text);
    return {
      problem: {
        message: `the line is not JSON: ${message}`,
        column,
        ...(hint === undefined ? {} : { hint }),
      },
      raw: Buffer.from(text),
    };
  }
  if (isJsonObject(value)) return { value };
  return { problem: { message: 'the line is not a JSON object', column: 1 }, raw: Buffer.from(text) };
}

/** What keeps a line from being text, for people. */
export function explainLine(problem: LineProblem): JsonLineProblem {
  switch (problem.kind) {
    case 'encoding':
      return {
        message: `byte ${problem.offset + 1} of the line is not ${problem.encoding.toUpperCase()}`,
        hint: problem.hint ?? 'save the file as UTF-8',
      };
    case 'nul':
      return {
        message: `byte ${problem.offset + 1} of the line is NUL`,
        hint: problem.hint ?? 'the file may be damaged, or not be text',
      };
    case 'wrong-encoding':
      return {
        message: `the file begins with a byte order mark of ${problem.bom}`,
        hint: 'save the file as UTF-8',
      };
    case 'too-long':
      return { message: `the line has ${problem.length} bytes, more than ${problem.limit}` };
  }
}

/** The column of the value at a pointer in a line; of the line's start when there is none. */
function columnAt(text: string, pointer: string): number {
  return (locateJson(text, pointer)?.start ?? 0) + 1;
}
