import { OptionError } from '../model/index.js';

/**
 * Reads a table of labels: old and new name on each line, separated by a comma. Names with commas, quotes or line breaks
 * stand in double quotes, quotes within them twice. A first line `old,new`, blank lines and a byte order mark count for
 * nothing.
 *
 * @param file names the table in errors
 * @returns old and new names; an empty new name means that the label is taken out
 * @throws OptionError at the first fault, with line and column
 */
export function parseRelabelCsv(text: string, file: string): [oldName: string, newName: string][] {
  const entries: [string, string][] = [];
  for (const { fields, line, column } of recordsOf(text.replace(/^\ufeff/, ''), file)) {
    const [first, second] = fields;
    if (fields.length === 1 && first === '') continue;
    if (fields.length !== 2) {
      const count = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
      throw fault(file, line, column, `there must be an old and a new name, and there is ${count}`);
    }
    if (entries.length === 0 && line === 1 && first === 'old' && second === 'new') continue;
    if (first === '') throw fault(file, line, 1, 'the old name is empty');
    entries.push([first!, second!]);
  }
  return entries;
}

function fault(file: string, line: number, column: number, what: string): OptionError {
  return new OptionError(`${file}:${line}:${column}: ${what}`, {
    path: file,
    hint: 'Each line holds an old and a new name with a comma between them; names with commas or quotes stand in double quotes.',
  });
}

interface CsvRecord {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
  /** Of the first field too many or the end, from 1. */
  readonly column: number;
}

function* recordsOf(text: string, file: string): Generator<CsvRecord> {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const column = () => at - lineStart + 1;
  while (at < text.length) {
    const fields: string[] = [];
    const first = line;
    let place: number | undefined;
    for (;;) {
      if (fields.length === 2) place = column();
      if (text[at] === '"') {
        const opened = { line, column: column() };
        let value = '';
        at++;
        for (;;) {
          if (at >= text.length) throw fault(file, opened.line, opened.column, 'the quote is never closed');
          const character = text[at++]!;
          if (character === '"') {
            if (text[at] !== '"') break;
            at++;
          } else if (character === '\n') {
            line++;
            lineStart = at;
          }
          value += character;
        }
        fields.push(value);
        if (at < text.length && !/[,\r\n]/.test(text[at]!))
          throw fault(file, line, column(), 'there is more after the closing quote');
      } else {
        const start = at;
        while (at < text.length && !/[,\r\n]/.test(text[at]!)) {
          if (text[at] === '"')
            throw fault(file, line, column(), 'a quote stands inside a name without quotes');
          at++;
        }
        fields.push(text.slice(start, at));
      }
      if (text[at] !== ',') break;
      at++;
    }
    yield { fields, line: first, column: place ?? column() };
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    lineStart = at;
  }
}
