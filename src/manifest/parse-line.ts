import {
  type Diagnostic,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Mode,
  type Profile,
} from '../model/index.js';
import {
  depthFault,
  isBlank,
  isReadable,
  isTooDeep,
  type LineFault,
  readingFinding,
  syntaxFault,
  valueFault,
} from './faults.js';
import { type LinePlace, locateFinding } from './locate.js';
import { checkManifestLine, type ManifestCheckContext } from './rules/index.js';
import { ManifestSample } from './sample.js';

/** How a line of a manifest is read. */
export interface ParseLineOptions extends Partial<ManifestCheckContext> {
  /** `faults`: only what makes a line unreadable; `all` (default): every rule that looks at one line. */
  readonly check?: 'faults' | 'all';
  /** Name of the manifest for diagnostics; default `<line>`. */
  readonly file?: string;
  /** Physical line number for diagnostics; default 1. */
  readonly line?: number;
  /** Byte offset of the line in its file, for diagnostics. */
  readonly offset?: number;
}

/** What a line of a manifest says: a sample, findings, or both. */
export interface ParsedLine {
  /** Absent when the line holds no sample. */
  readonly sample?: ManifestSample;
  readonly diagnostics: readonly Diagnostic[];
}

/** The full context of the checks from what a caller gave. */
export function checkContext(options: Partial<ManifestCheckContext>): ManifestCheckContext {
  const mode: Mode = options.mode ?? 'lenient';
  const profile: Profile = options.profile ?? 'generic';
  return {
    mode,
    profile,
    ...(options.pedantic === undefined ? {} : { pedantic: options.pedantic }),
    ...(options.indexUnit === undefined ? {} : { indexUnit: options.indexUnit }),
    ...(options.labelSet === undefined ? {} : { labelSet: options.labelSet }),
  };
}

/** What is in a line: a readable sample, or the fault that prevents one. */
export type LineContent =
  | { readonly value: JsonObject; readonly fault?: undefined }
  | { readonly value?: undefined; readonly fault: LineFault; readonly parsed?: JsonValue };

/** Parses a line that is not blank and says why it gives no sample, if so. */
export function lineContent(text: string, context: ManifestCheckContext): LineContent {
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text) as JsonValue;
  } catch {
    return { fault: syntaxFault(text, context) }; // The fault says more than the exception did.
  }
  if (isTooDeep(text)) return { fault: depthFault(context) };
  return isReadable(parsed) ? { value: parsed } : { fault: valueFault(parsed, context), parsed };
}

/**
 * Parses one line of a manifest and checks it, with line and column for everything found. A trailing line
 * terminator and a leading BOM are allowed for. Never throws for what is in the text.
 */
export function parseManifestLine(line: string, options: ParseLineOptions = {}): ParsedLine {
  const context = checkContext(options);
  const place: LinePlace = {
    file: options.file ?? '<line>',
    line: options.line ?? 1,
    offset: options.offset,
  };
  const diagnostics: Diagnostic[] = [];
  let text = line.replace(/\r?\n$/, '');
  if (text.startsWith('\ufeff')) {
    text = text.slice(1);
    const finding = readingFinding(context, 'M002', 'the line starts with a byte order mark');
    if (options.check !== 'faults') diagnostics.push(locateFinding(finding, text, place));
  }
  if (isBlank(text)) {
    diagnostics.push(locateFinding(readingFinding(context, 'M005', 'the line is blank'), text, place));
    return { diagnostics };
  }
  const { value, fault, parsed } = { parsed: undefined, ...lineContent(text, context) };
  const checked = value ?? (isJsonObject(parsed) ? parsed : undefined);
  if (options.check !== 'faults' && checked !== undefined) {
    const source = typeof checked['source'] === 'string' ? checked['source'] : undefined;
    checkManifestLine(checked, text, context, (finding) => {
      diagnostics.push(locateFinding(finding, text, place, { source }));
    });
  } else if (fault !== undefined) {
    diagnostics.push(locateFinding(fault.finding, text, place, { column: fault.column }));
  }
  if (value === undefined) return { diagnostics };
  return { sample: new ManifestSample(value, text, place.line, options.offset, options.file), diagnostics };
}
