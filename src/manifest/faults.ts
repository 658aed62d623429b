import {
  type Finding,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Mode,
  type Profile,
} from '../model/index.js';
import { explainJsonError, jsonDepth, type LineProblem, maxJsonDepth } from '../text/index.js';
import { show } from './rules/show.js';
import { manifestSeverity } from './rules/table.js';

/** Why a line gives no sample, with the column where it is known without a pointer. */
export interface LineFault {
  readonly finding: Finding;
  /** 1-based, UTF-16 units. */
  readonly column?: number;
}

/** Under what mode and profile faults are weighed. */
export interface FaultContext {
  readonly mode: Mode;
  readonly profile: Profile;
}

const utf16Hint = 'the file is probably UTF-16; name its encoding, utf-16le or utf-16be';

/** A finding with the severity of its rule; `off` counts as a warning, since these say that a line was skipped. */
export function readingFinding(
  context: FaultContext,
  rule: string,
  message: string,
  more: { readonly hint?: string | undefined; readonly pointer?: string } = {},
): Finding {
  const severity = manifestSeverity(rule, context.mode, context.profile, false);
  return {
    rule,
    severity: severity === 'off' ? 'warning' : severity,
    message,
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    ...(more.pointer === undefined ? {} : { pointer: more.pointer }),
  };
}

/** The fault of a line whose bytes cannot be taken as text. */
export function problemFault(problem: LineProblem, context: FaultContext): LineFault {
  switch (problem.kind) {
    case 'encoding': {
      const message = `byte ${problem.offset + 1} of the line is not valid in ${problem.encoding}`;
      return { finding: readingFinding(context, 'M001', message, { hint: problem.hint }) };
    }
    case 'nul': {
      const message = `the line has a NUL byte, its byte ${problem.offset + 1}`;
      return { finding: readingFinding(context, 'M003', message, { hint: problem.hint ?? utf16Hint }) };
    }
    case 'wrong-encoding': {
      const message = `the file starts with a byte order mark of ${problem.bom}`;
      return { finding: readingFinding(context, 'M003', message, { hint: problem.hint }), column: 1 };
    }
    case 'too-long': {
      const message = `the line is ${problem.length} bytes long, more than the limit of ${problem.limit}`;
      const hint = 'raise the limit if the line is really meant to be that long';
      return { finding: readingFinding(context, 'M004', message, { hint }) };
    }
  }
}

/** An object with a source, which is all that a line needs to give a sample. */
export function isReadable(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const { source } = value;
  return typeof source === 'string' && source !== '';
}

/** Why a parsed line is not {@link isReadable}. */
export function valueFault(value: JsonValue, context: FaultContext): LineFault {
  if (!isJsonObject(value)) {
    const message = `the line holds ${Array.isArray(value) ? 'an array' : show(value)}, not an object`;
    return { finding: readingFinding(context, 'M006', message), column: 1 };
  }
  const { source } = value;
  if (source === undefined || source === null) {
    const message = source === null ? 'source is null' : 'the sample has no source';
    return {
      finding: readingFinding(context, 'M020', message, { pointer: source === null ? '/source' : '' }),
    };
  }
  const message = source === '' ? 'source is empty' : `source is ${show(source)}, not a string`;
  return { finding: readingFinding(context, 'M021', message, { pointer: '/source' }) };
}

/** Why `JSON.parse` refused a line that is not blank. */
export function syntaxFault(text: string, context: FaultContext): LineFault {
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    return {
      finding: readingFinding(context, 'M003', 'the line has NUL bytes', {
        hint: utf16Hint,
      }),
      column: nul + 1,
    };
  }
  const { column, message, hint } = explainJsonError(text);
  return { finding: readingFinding(context, 'M004', message, { hint }), column };
}

/** The fault of nesting that would exhaust the stack of what works on the value. */
export function depthFault(context: FaultContext): LineFault {
  const message = `the line is nested more than ${maxJsonDepth} levels deep`;
  return { finding: readingFinding(context, 'M004', message) };
}

/** True when the text nests deeper than {@link maxJsonDepth}: cheap for all texts that have fewer brackets than that. */
export function isTooDeep(text: string): boolean {
  return (
    text.length > 2 * maxJsonDepth &&
    openers(text, '{') + openers(text, '[') > maxJsonDepth &&
    jsonDepth(text) > maxJsonDepth
  );
}

function openers(text: string, bracket: string): number {
  let count = 0;
  for (let at = text.indexOf(bracket); at !== -1 && count <= maxJsonDepth; at = text.indexOf(bracket, at + 1))
    count++;
  return count;
}

/** White space of any script and nothing else, or nothing at all: such a line is passed over (M005). */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}
