import {
  type Diagnostic,
  type JsonObject,
  OptionError,
  sizeFinding,
  throwIfAborted,
} from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { type CsvRow, csvRows, placeOfCell } from '../shared/csv.js';
import { csvRules, textProblem } from '../shared/csv-rules.js';
import { directoryRules } from '../shared/directory-rules.js';
import { Findings, shown } from '../shared/findings.js';
import { isIgnored } from '../shared/images.js';
import { setMember } from '../shared/json.js';
import { stemOfName } from '../shared/names.js';
import { unguardCell } from './guard.js';
import { tableCsvRules } from './rules.js';
import { type Column, carbonHint, columnTypeOf, fits, TypeGuess } from './types.js';

/**
 * Reads the files of a folder as those of one table: a sample for each, with the schema as its property. Where no schema is
 * given, all files are read once before the first sample comes.
 */
export async function* readTableCsv(source: FormatSource): AsyncGenerator<FormatBatch> {
  const findings = new Findings([...directoryRules, ...csvRules, ...tableCsvRules], source);
  const batch = new BatchBuilder();
  const table = new TableReader(source, findings, batch);
  const files: string[] = [];
  for (const { name, size } of await source.list()) {
    if (isIgnored(name)) continue;
    throwIfAborted(source.signal);
    const file = source.pathOf(name);
    if (!/\.csv$/i.test(name)) {
      const isCarbon = /\.carbondata$/i.test(name);
      const finding = isCarbon
        ? findings.of('D010', `${name} is CarbonData, which is not read`, { file, hint: carbonHint })
        : findings.of('D010', `${name} is no CSV file`, { file });
      batch.finding(finding);
      continue;
    }
    if (size === 0) {
      const finding = findings.of('D015', `${name} has no bytes`, { file })!;
      if (finding.severity === 'error') {
        batch.fault({ diagnostics: [finding], name });
        continue;
      }
      batch.finding(finding);
    }
    const tooLarge = sizeFinding('other', name, () => size, file, source.profile);
    if (tooLarge !== undefined) batch.fault({ diagnostics: [tooLarge], name });
    else if (await table.file(name)) files.push(name);
    yield batch.take();
  }
  const property: JsonObject = {};
  const schema: JsonObject = {};
  for (const { name, type } of table.schema()) setMember(schema, name, type);
  setMember(property, '@modelarts:schema', schema);
  for (const name of files) {
    const path = source.pathOf(name);
    batch.record({
      sample: { source: path, sourceType: 'csv', sampleType: 4, property, annotations: [] },
      file: path,
      key: stemOfName(name),
    });
    if (batch.isFull) yield batch.take();
  }
  yield batch.take();
}

/** The schema that the options give. */
function givenSchema(source: FormatSource, findings: Findings, batch: BatchBuilder): Column[] | undefined {
  const given = source.options['schema'] as readonly string[] | undefined;
  if (given === undefined || given.length === 0) return undefined;
  return given.map((entry) => {
    const sign = entry.lastIndexOf('=');
    if (sign < 1) {
      throw new OptionError(`"${entry}" is no name=TYPE of a column`, {
        hint: 'Give --from-option schema=id=INT,name=STRING.',
      });
    }
    const name = entry.slice(0, sign);
    const type = columnTypeOf(entry.slice(sign + 1));
    if (type === undefined) {
      batch.finding(
        findings.of(
          'T006',
          `the type of ${shown(name)} is ${shown(entry.slice(sign + 1))}, and STRING is taken`,
          {
            file: source.path,
          },
        ),
      );
    }
    return { name, type: type ?? 'STRING' };
  });
}

class TableReader {
  private readonly given: readonly Column[] | undefined;
  private readonly hasHeader: boolean;
  private readonly isGuarded: boolean;
  /** What the first file says of the columns, and where it is. */
  private first: { readonly header: readonly string[]; readonly name: string } | undefined;
  private guesses: TypeGuess[] = [];

  constructor(
    private readonly source: FormatSource,
    private readonly findings: Findings,
    private readonly batch: BatchBuilder,
  ) {
    this.given = givenSchema(source, findings, batch);
    this.isGuarded = source.options['undoFormulaGuard'] === true;
    this.hasHeader = source.options['noHeader'] !== true;
  }

  /** The columns: those that were given, or those of the files with the types that all cells fit. */
  schema(): Column[] {
    if (this.given !== undefined) return [...this.given];
    return (this.first?.header ?? []).map((name, at) => ({ name, type: this.guesses[at]!.type }));
  }

  /** @returns false when the file is none of the table; then it is a fault */
  async file(name: string): Promise<boolean> {
    let isBegun = false;
    let at = 0;
    for await (const rows of csvRows(this.source.chunks(name))) {
      for (const row of rows) {
        this.batch.read(row.offset - at);
        at = row.offset;
        if (row.problem !== undefined) {
          const { line, column } = row.problem;
          const file = this.source.pathOf(name);
          const message = 'a quote is opened here and never closed; nothing after it is read';
          return this.fault(
            name,
            this.findings.of('T004', message, { file, line, column, offset: row.offset }),
          );
        }
        const unreadable = textProblem(row, !isBegun);
        if (unreadable !== undefined) {
          const place = { file: this.source.pathOf(name), line: row.line, column: 1, offset: row.offset };
          return this.fault(name, this.findings.of('T008', unreadable, place));
        }
        if (!isBegun) {
          isBegun = true;
          if (!this.begin(name, row)) return false;
          if (this.hasHeader) continue;
        }
        this.row(name, row);
      }
    }
    this.batch.read((await this.source.size(name)) - at);
    return true;
  }

  /** Looks at the first row of a file. */
  private begin(name: string, row: CsvRow): boolean {
    const place = { file: this.source.pathOf(name), line: row.line, column: 1 };
    const header = this.hasHeader
      ? row.cells.map((cell) => cell.trim())
      : row.cells.map((_, at) => this.given?.[at]?.name ?? `column_${at + 1}`);
    const repeated = header.findIndex((cell, at) => header.indexOf(cell) < at);
    if (repeated >= 0) {
      const message = `two columns are called ${shown(header[repeated])}`;
      const where = { ...place, ...placeOfCell(row, repeated) };
      return this.fault(name, this.findings.of('T007', message, where));
    }
    const { first, given } = this;
    if (first === undefined) {
      this.first = { header, name };
      this.guesses = header.map(() => new TypeGuess());
    } else if (header.length !== first.header.length) {
      const message = `the file has ${header.length} columns, and ${first.name} has ${first.header.length}`;
      return this.fault(name, this.findings.of('T005', message, place));
    } else {
      const other = header.findIndex((cell, at) => cell !== first.header[at]);
      if (other >= 0) {
        const message = `column ${other + 1} is ${shown(header[other])}, and in ${first.name} ${shown(first.header[other])}`;
        return this.fault(name, this.findings.of('T005', message, { ...place, ...placeOfCell(row, other) }));
      }
    }
    const wrong = given === undefined ? -1 : header.findIndex((cell, at) => cell !== given[at]?.name);
    if (this.hasHeader && wrong >= 0) {
      const message = `column ${wrong + 1} is ${shown(header[wrong])}, and in the schema ${shown(given![wrong]?.name ?? 'missing')}`;
      this.batch.finding(this.findings.of('T001', message, { ...place, ...placeOfCell(row, wrong) }));
    }
    return true;
  }

  private row(name: string, row: CsvRow): void {
    const { given, guesses } = this;
    const width = given?.length ?? guesses.length;
    const file = this.source.pathOf(name);
    if (row.cells.length !== width) {
      const message = `the row has ${row.cells.length} columns, not ${width}, and is ignored`;
      const place = placeOfCell(row, Math.min(row.cells.length, width));
      this.batch.finding(this.findings.of('T002', message, { file, ...place, offset: row.offset }));
      return;
    }
    for (const [at, stored] of row.cells.entries()) {
      const cell = this.isGuarded ? unguardCell(stored) : stored;
      if (given === undefined) {
        guesses[at]!.add(cell);
      } else if (!fits(cell, given[at]!.type)) {
        const message = `${given[at]!.name} is ${shown(cell)}, not a ${given[at]!.type}`;
        const place = placeOfCell(row, at);
        this.batch.finding(this.findings.of('T003', message, { file, ...place, offset: row.offset }));
      }
    }
  }

  private fault(name: string, finding: Diagnostic | undefined): false {
    if (finding !== undefined) this.batch.fault({ diagnostics: [finding], name });
    return false;
  }
}
