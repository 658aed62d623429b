import { type Annotation, type Diagnostic, OptionError, sizeFinding } from '../../model/index.js';
import type {
  FormatOption,
  FormatRecord,
  FormatSink,
  FormatSource,
  FormatValues,
  WriteRow,
  Written,
} from '../contract.js';
import type { BatchBuilder } from './batches.js';
import { labelsOf } from './class-folders.js';
import type { CsvRow } from './csv.js';
import { csvRules } from './csv-rules.js';
import { decodeAs, type TextEncoding } from './decode-text.js';
import { directoryRules } from './directory-rules.js';
import { Findings, type Place } from './findings.js';
import { isIgnored } from './images.js';
import { countLosses, type LossName, sampleKind } from './losses.js';
import { placeOf } from './place.js';
import { mostLineBytes, type RawLine } from './text-lines.js';

export const textRules = [...directoryRules, ...csvRules];

/** What formats of texts and their classes keep. */
export const textClassesCarry: ReadonlySet<LossName> = new Set(['text-sample', 'text_classification']);

export const labelSeparatorOption: FormatOption = {
  name: 'labelSeparator',
  for: 'both',
  type: 'text',
  summary: 'The character between two labels; default a comma. \\t is a Tab.',
};

export const replaceOption: FormatOption = {
  name: 'replaceWith',
  for: 'write',
  type: 'text',
  summary:
    'What stands for line breaks and separators inside texts and labels. Default: such a sample is an error.',
};

const usual = /^[A-Za-z0-9!@#$￥%^&*_=|?/':;.,\t]$/;
const longLine = 100 * 1024;
const carriageReturn = 0x0d;

/**
 * A separator as an option gives it: one character, perhaps after a backslash.
 *
 * @throws OptionError when it is not one character
 */
export function separatorOf(values: FormatValues, name: string, otherwise: string): string {
  const given = values[name];
  if (given === undefined) return otherwise;
  const text = String(given);
  const one = text === '\\t' ? '\t' : /^\\[^\\]$/u.test(text) ? text.slice(1) : text;
  if ([...one].length === 1 && one !== '\n' && one !== '\r') return one;
  throw new OptionError(`a separator is one character, not ${JSON.stringify(text)}`, {
    hint: 'Name one character, such as a comma; \\t is a Tab.',
  });
}

/** D004 and D006: separators that the platform does not take, or that are part of words. */
export function separatorFindings(
  separators: readonly string[],
  findings: Findings,
  file: string,
): Diagnostic[] {
  return separators.flatMap((separator) => {
    const shown = JSON.stringify(separator);
    if (!usual.test(separator))
      return findings.of('D004', `the platform takes no separator ${shown}`, { file }) ?? [];
    if (!/[A-Za-z0-9]/.test(separator)) return [];
    return findings.of('D006', `the separator ${shown} is part of words`, { file }) ?? [];
  });
}

/** Where the records of a file are, and how it is read. */
export interface TextFile {
  readonly name: string;
  readonly encoding: TextEncoding;
}

/** Where a line or row begins. */
type LinePlace = Pick<RawLine, 'line' | 'offset'>;

/** Makes records of lines. */
export class TextRecords {
  readonly findings: Findings;

  constructor(
    private readonly source: FormatSource,
    private readonly batch: BatchBuilder,
    readonly labelSeparator: string,
  ) {
    this.findings = new Findings(textRules, source);
  }

  place(name: string, { line, offset }: LinePlace): Place {
    return { file: this.source.pathOf(name), line, offset };
  }

  /** The text of a line; undefined when it is too long to be one, which has been reported. */
  decode(raw: RawLine, { name, encoding }: TextFile): string | undefined {
    const { length, bytes } = raw;
    if (this.isTooLong(length, () => bytes, name, raw)) return undefined;
    const text = decodeAs(encoding, bytes);
    if (bytes.includes(carriageReturn))
      this.report('D038', 'the line has a carriage return inside', name, raw);
    return raw.offset === 0 ? text?.replace(/^\ufeff/, '') : text;
  }

  /** True for a line that is too long to be read, which is a fault. */
  private isTooLong(length: number, bytes: () => Uint8Array, name: string, at: LinePlace): boolean {
    if (length <= longLine) return false;
    const message = `the line has ${length} bytes, more than 100 KB`;
    const finding = this.findings.of('D037', message, this.place(name, at))!;
    if (length <= mostLineBytes && finding.severity !== 'error') {
      this.batch.finding(finding);
      return false;
    }
    this.batch.fault({ diagnostics: [{ ...finding, severity: 'error' }], raw: Buffer.from(bytes()) });
    return true;
  }

  /** The cells of a row in quotes; undefined for one that is a fault. */
  cells(row: CsvRow, name: string): readonly string[] | undefined {
    const { cells, problem, raw } = row;
    if (problem !== undefined) {
      this.batch.fault({ diagnostics: [this.unclosed(name, problem)], raw: Buffer.from(raw) });
      return undefined;
    }
    return this.isTooLong(Buffer.byteLength(raw), () => Buffer.from(raw), name, row) ? undefined : cells;
  }

  /** T004 */
  unclosed(name: string, { line, column }: NonNullable<CsvRow['problem']>): Diagnostic {
    const message = 'a quote is opened here and never closed; nothing after it is read';
    return this.findings.of('T004', message, { file: this.source.pathOf(name), line, column })!;
  }

  /** The labels of a line, each once. */
  labels(text: string, name: string, at: LinePlace): string[] {
    return this.labelsOf(text.split(this.labelSeparator), name, at);
  }

  /** The labels of a row, each once. */
  labelsOf(cells: readonly string[], name: string, raw: LinePlace): string[] {
    const labels = new Set<string>();
    for (const stored of cells) {
      const label = stored.trim();
      if (label === '') continue;
      if (label !== stored)
        this.report('D032', `the label ${JSON.stringify(stored)} has blanks around it`, name, raw);
      if (labels.has(label))
        this.report('D024', `the label ${JSON.stringify(label)} is there already`, name, raw);
      labels.add(label);
    }
    return [...labels];
  }

  report(rule: string, message: string, name: string, raw: LinePlace): void {
    this.batch.finding(this.findings.of(rule, message, this.place(name, raw)));
  }

  add(text: string, labels: readonly string[], name: string, { line }: LinePlace): void {
    const annotations = labels.map(
      (label): Annotation => ({
        type: 'modelarts/text_classification',
        task: 'text_classification',
        name: label,
      }),
    );
    const record: FormatRecord = {
      sample: { source: `content://${text}`, annotations },
      file: this.source.pathOf(name),
      line,
    };
    this.batch.record(record);
  }
}

/** Names of the text files of an input, in order; what is passed over is reported. */
export async function textNames(
  source: FormatSource,
  findings: Findings,
  batch: BatchBuilder,
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, size } of await source.list()) {
    if (isIgnored(name)) continue;
    if (/\.(?:txt|csv)$/i.test(name)) {
      const tooLarge = sizeFinding('other', name, () => size, source.pathOf(name), source.profile);
      if (tooLarge === undefined) names.push(name);
      else batch.fault({ diagnostics: [tooLarge], name });
      if (size === 0)
        batch.finding(findings.of('D015', `${name} has no bytes`, { file: source.pathOf(name) }));
    } else batch.finding(findings.of('D010', `${name} is no text file`, { file: source.pathOf(name) }));
  }
  return names;
}

/** A text and its labels as they are to stand on lines. */
export interface TextLine {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Makes lines of rows. */
export class TextLines {
  private readonly replacement: string | undefined;

  /**
   * @param separators what neither a text nor a label may hold, and what no label may hold; empty: anything may
   * @param isQuoted line breaks stand in quotes
   */
  constructor(
    private readonly sink: FormatSink,
    private readonly separators: { readonly text: string; readonly label: string },
    private readonly isQuoted = false,
  ) {
    const { replaceWith } = sink.options;
    if (typeof replaceWith !== 'string') return;
    if (
      /[\r\n]/.test(replaceWith) ||
      [...replaceWith].some((one) => one === separators.text || one === separators.label)
    )
      throw new OptionError(`${JSON.stringify(replaceWith)} cannot stand for a separator or a line break`, {
        hint: 'Choose a blank, or another text without separators.',
      });
    this.replacement = replaceWith;
  }

  /** The line of a row, or what became of the row without one. */
  of(row: WriteRow): TextLine | Written {
    const { sink, separators } = this;
    const { source } = row.sample;
    if (!/^content:\/\//i.test(source)) {
      sink.lose(row, sampleKind(row.sample));
      return 'skipped';
    }
    const { labels, unnamed } = labelsOf(row, 'text_classification');
    const faults: Diagnostic[] = [];
    const clean = (value: string, foreign: readonly string[], what: string, pointer: string): string => {
      const isBroken = !this.isQuoted && /[\r\n]/.test(value);
      const bad = isBroken || foreign.some((one) => value.includes(one));
      let cleaned = value;
      if (bad && this.replacement !== undefined)
        for (const one of ['\r\n', '\n', '\r', ...foreign])
          cleaned = cleaned.replaceAll(one, this.replacement);
      else if (bad)
        faults.push(cannotStand(`${what} ${shown(value)} has a separator or a line break`, row, pointer));
      if (cleaned.trim() === '') faults.push(cannotStand(`${what} ${shown(value)} is blank`, row, pointer));
      else if (what === 'the label' && cleaned.trim() !== cleaned)
        faults.push(cannotStand(`${what} ${shown(value)} has blanks around it`, row, pointer));
      return cleaned;
    };
    const text = clean(
      source.slice('content://'.length),
      separators.text === '' ? [] : [separators.text],
      'the text',
      '/source',
    );
    const foreign = [separators.text, separators.label].filter((one) => one !== '');
    const names = [...labels].map(([label, pointer]) => clean(label, foreign, 'the label', pointer));
    if (faults.length > 0) return faults;
    for (const pointer of unnamed) sink.lose(row, 'text_classification', pointer);
    countLosses(sink, row, textClassesCarry);
    return { text, labels: names };
  }
}

/** D035 */
function cannotStand(message: string, row: WriteRow, pointer: string): Diagnostic {
  return {
    rule: 'D035',
    severity: 'error',
    message,
    hint: 'Choose another separator, or give --to-option replace-with and what is to stand in its place.',
    ...placeOf(row),
    pointer,
  };
}

function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
