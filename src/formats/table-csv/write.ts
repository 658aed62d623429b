import { type Diagnostic, isJsonObject, OptionError } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { type CsvRow, csvCell, csvRows, placeOfCell } from '../shared/csv.js';
import { csvRules, textProblem } from '../shared/csv-rules.js';
import { Findings } from '../shared/findings.js';
import { memberOf } from '../shared/json.js';
import { countLosses, type LossName, sampleKind } from '../shared/losses.js';
import { keyOf, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { guardCell, looksGuarded, unguardCell } from './guard.js';
import { tableCsvRules } from './rules.js';
import { columnTypeOf, guessedTypes, tableCsvCarries, title } from './types.js';

/**
 * Puts the file of each sample into one folder: as it is, or with its cells written anew where an option says how.
 *
 * @throws OptionError when files are to stay where they are, or are to be linked and changed
 */
export function writeTableCsv(sink: FormatSink): FormatWriter {
  const writer = new TableWriter(sink);
  return { add: (row) => writer.add(row), end: () => undefined };
}

class TableWriter {
  private readonly names: NameTable;
  private readonly findings = new Findings([...csvRules, ...tableCsvRules], {
    mode: 'strict',
    profile: 'generic',
  });
  private readonly isRewritten: boolean;
  private first: { readonly columns: readonly string[]; readonly source: string } | undefined;

  constructor(private readonly sink: FormatSink) {
    const { formulaGuard, undoFormulaGuard, csvQuoting, emptyAsNull } = sink.options;
    this.isRewritten =
      formulaGuard === true || undoFormulaGuard === true || emptyAsNull === true || csvQuoting !== undefined;
    this.names = new NameTable(sink, (name) => sink.has(name));
    if (formulaGuard === true && undoFormulaGuard === true)
      throw new OptionError('formulas cannot be guarded and unguarded at once');
    if (sink.images === 'reference') {
      throw new OptionError(`${title} is nothing but its files, and they are to stay where they are`, {
        hint: 'Say --images copy or --images link (option images).',
      });
    }
    if (sink.images === 'link' && this.isRewritten) {
      throw new OptionError('files whose cells are written anew cannot be linked', {
        hint: 'Say --images copy (option images).',
      });
    }
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    const { source } = row.sample;
    if (sampleKind(row.sample) !== 'table-sample' || !/\.csv$/i.test(source)) {
      sink.lose(row, sampleKind(row.sample), '/source');
      return 'skipped';
    }
    const types = schemaOf(row);
    const columns = types === undefined ? undefined : [...types.keys()];
    const other = columns === undefined ? undefined : this.disagreement(columns, row);
    if (other !== undefined) return [other];
    const name = this.names.take(row, keyOf(row), '.csv');
    if (typeof name !== 'string') return [name];
    const problems = this.isRewritten ? await this.rewrite(row, name, types) : await this.place(row, name);
    if (problems.length > 0) return problems;
    this.first ??= columns === undefined ? undefined : { columns, source };
    const isFoundAgain = types !== undefined && [...types.values()].every((type) => guessedTypes.has(type));
    const carries: ReadonlySet<LossName> = isFoundAgain
      ? new Set<LossName>([...tableCsvCarries, 'sample-property'])
      : tableCsvCarries;
    countLosses(sink, row, carries);
    return 'written';
  }

  private async place(row: WriteRow, name: string): Promise<Diagnostic[]> {
    const problem = await this.sink.image(row, name);
    return problem === undefined ? [] : [problem];
  }

  /** T005: all files of a table have the same columns. */
  private disagreement(columns: readonly string[], row: WriteRow): Diagnostic | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    const isSame =
      columns.length === first.columns.length && columns.every((name, at) => name === first.columns[at]);
    if (isSame) return undefined;
    const message = `the columns are ${columns.join(', ')}, and those of ${first.source} ${first.columns.join(', ')}`;
    return this.findings.of('T005', message, {
      ...placeOf(row),
      hint: 'Write tables of different columns into different folders.',
    });
  }

  /** Nothing of a file is written before all of it could be read. */
  private async rewrite(
    row: WriteRow,
    name: string,
    types: ReadonlyMap<string, string> | undefined,
  ): Promise<Diagnostic[]> {
    const { sink } = this;
    const spool = sink.spool();
    const columnTypes = types === undefined ? undefined : [...types.values()];
    let isHeader = sink.options['noHeader'] !== true;
    const content = await sink.content(row);
    if ('rule' in content) return [content];
    for await (const rows of csvRows(content)) {
      const lines: string[] = [];
      for (const one of rows) {
        if (one.problem !== undefined) {
          const { line, column } = one.problem;
          const message = 'a quote is opened here and never closed';
          return [this.findings.of('T004', message, { file: row.sample.source, line, column })!];
        }
        const unreadable = textProblem(one, isHeader);
        if (unreadable !== undefined) {
          const place = { file: row.sample.source, line: one.line, column: 1 };
          return [this.findings.of('T008', unreadable, place)!];
        }
        lines.push(this.line(one, isHeader ? undefined : columnTypes, isHeader, row));
        isHeader = false;
      }
      await spool.write(lines.join(''));
    }
    sink.lengthen(name, '');
    for await (const chunk of spool.chunks()) sink.lengthen(name, chunk);
    return [];
  }

  private line(
    row: CsvRow,
    types: readonly string[] | undefined,
    isHeader: boolean,
    { sample }: WriteRow,
  ): string {
    const { formulaGuard, undoFormulaGuard, csvQuoting, emptyAsNull } = this.sink.options;
    const cells = row.cells.map((stored, at) => {
      const cell = undoFormulaGuard === true && !isHeader ? unguardCell(stored) : stored;
      if (cell === '' && !isHeader) {
        // Only of a text is nothing something: an empty one.
        const isText = types !== undefined && columnTypeOf(types[at] ?? '') === 'STRING';
        return isText && emptyAsNull !== true ? '""' : '';
      }
      if (formulaGuard === true && !isHeader && looksGuarded(cell)) {
        const message = `the cell ${JSON.stringify(cell)} looks guarded already, and stays as it is`;
        const place = { file: sample.source, ...placeOfCell(row, at) };
        this.sink.report(this.findings.of('T009', message, place)!);
      }
      const written = formulaGuard === true && !isHeader ? guardCell(cell) : cell;
      return csvQuoting === 'all' ? `"${written.replaceAll('"', '""')}"` : csvCell(written);
    });
    return `${cells.join(',')}\n`;
  }
}

/** Types of the columns by name, as the sample has them. */
function schemaOf({ sample }: WriteRow): ReadonlyMap<string, string> | undefined {
  const { property } = sample;
  const schema =
    property === undefined
      ? undefined
      : (memberOf(property, '@modelarts:schema') ?? memberOf(property, 'schema'));
  if (schema === undefined || !isJsonObject(schema) || Object.keys(property!).length > 1) return undefined;
  return new Map(Object.entries(schema).map(([name, type]) => [name, String(type)]));
}
