import type { Diagnostic, Finding } from '../model/index.js';
import { locateJson } from '../text/index.js';

/** Where a line is. */
export interface LinePlace {
  /** The manifest, as the caller named it. */
  readonly file: string;
  /** Physical line, 1-based. */
  readonly line?: number | undefined;
  /** Byte offset of the line's start in the file. */
  readonly offset?: number | undefined;
}

/**
 * A finding about a line as a diagnostic with its place. The column is that of the value at the finding's
 * pointer (or of its name), or of the nearest value around it when there is none; `column` wins when given.
 */
export function locateFinding(
  finding: Finding,
  text: string,
  place: LinePlace,
  extra: { readonly source?: string | undefined; readonly column?: number | undefined } = {},
): Diagnostic {
  const { rule, severity, message, hint, pointer } = finding;
  const column = extra.column ?? (place.line === undefined ? undefined : columnOf(text, finding));
  return {
    rule,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    file: place.file,
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(column === undefined ? {} : { column }),
    ...(place.offset === undefined ? {} : { offset: place.offset }),
    ...(pointer === undefined || pointer === '' ? {} : { pointer }),
    ...(extra.source === undefined ? {} : { source: extra.source }),
  };
}

/** Of a source in a diagnostic, so that long texts do not pile up. */
const longestSource = 1024;

/** The source as a diagnostic has it. */
export function sourceShown(source: string): string {
  return source.length > longestSource ? `${source.slice(0, longestSource)}…` : source;
}

/** A finding about a line that is known to hold a sample, with its column and the sample's source. */
export function locateInSample(
  finding: Finding,
  text: string,
  { file, line, offset }: LinePlace,
): Diagnostic {
  const { source } = JSON.parse(text) as { readonly source: string };
  return locateFinding(finding, text, { file, line, offset }, { source: sourceShown(source) });
}

/** The column of a finding in its line; 1 when it is about the line as a whole or the line is no JSON. */
function columnOf(text: string, { pointer = '', atKey }: Finding): number {
  let at = pointer;
  for (;;) {
    const span = text === '' ? undefined : locateJson(text, at);
    if (span !== undefined)
      return (atKey === true && at === pointer ? (span.keyStart ?? span.start) : span.start) + 1;
    if (at === '') return 1;
    at = at.slice(0, at.lastIndexOf('/'));
  }
}
