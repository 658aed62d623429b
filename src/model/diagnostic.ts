/** How bad a finding is: an error makes data unusable, a warning may, an info is only said. */
export type Severity = 'error' | 'warning' | 'info';

/** One finding about the data, as plain data: it can be printed, compared, sent to another thread. */
export interface Diagnostic {
  /** Stable rule id, `M027`, `V076`. Once published it keeps its meaning. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence without a full stop that names the value it is about. */
  readonly message: string;
  /** What to do about it, when that is known. */
  readonly hint?: string;
  /** The file, as the caller named it or as it was found below what the caller named. */
  readonly file: string;
  /** Physical line, 1-based; blank lines count. */
  readonly line?: number;
  /** Column, 1-based, in UTF-16 units, as editors count. */
  readonly column?: number;
  /** Byte offset in the file, 0-based: of the line's start for line formats, else of the place itself. */
  readonly offset?: number;
  /** JSON Pointer in the line, or XML path in the document: `/annotation/0/type`, `/annotation/object[2]/name`. */
  readonly pointer?: string;
  /** The `source` of the sample it is about, when the file holds many samples. */
  readonly source?: string;
}

/**
 * What a rule reports: everything a {@link Diagnostic} has except where the record is. Positions are
 * worked out afterwards from `pointer`, and only for what is shown.
 */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** JSON Pointer or XML path inside the record; absent when it is about the whole record. */
  readonly pointer?: string;
  /** Point at the member's name rather than at its value. */
  readonly atKey?: boolean;
}

/** `file:line:column  severity  message  [rule]`, and the hint on a second line. */
export function formatDiagnostic(d: Diagnostic): string {
  const where = [d.file, d.line, d.column].filter((part) => part !== undefined).join(':');
  const hint = d.hint === undefined ? '' : `\n  hint: ${d.hint}`;
  return `${where}  ${d.severity}  ${d.message}  [${d.rule}]${hint}`;
}
