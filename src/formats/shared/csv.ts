import { StringDecoder } from 'node:string_decoder';

/** One row of a CSV file. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** The line that it begins on, 1-based; line breaks in quotes count. */
  readonly line: number;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** As stored, without the line break that ends it. */
  readonly raw: string;
  /** What keeps it from being read: then there are no cells. */
  readonly problem?: CsvProblem;
}

export interface CsvProblem {
  readonly kind: 'unclosed-quote';
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

export interface CsvOptions {
  /** One character; default a comma. */
  readonly separator?: string;
  /** Blank lines are rows of one empty cell. Default: they are no rows. */
  readonly keepsBlank?: boolean;
}

/** A row longer than this has a quote that nothing closes. */
const longestRow = 4 * 1024 * 1024;

const quote = 0x22;
const feed = 0x0a;
const carriage = 0x0d;

/**
 * The rows of a CSV file (RFC 4180): cells in double quotes may have separators, line breaks, and quotes written twice. Rows
 * end at LF or CR LF; blank lines are no rows. A quote inside an unquoted cell is itself. What follows a closing quote
 * belongs to the cell. A quote that is not closed makes the rest of the file one row with a problem.
 *
 * @param chunks bytes in UTF-8; a byte order mark is not part of the first cell
 */
export async function* csvRows(
  chunks: AsyncIterable<Uint8Array>,
  options: CsvOptions = {},
): AsyncGenerator<readonly CsvRow[], void, undefined> {
  const reader = new CsvReader((options.separator ?? ',').charCodeAt(0), options.keepsBlank === true);
  const decoder = new StringDecoder('utf8');
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rows = reader.push(decoder.write(bytes), bytes, false);
    if (rows.length > 0) yield rows;
    if (reader.isStopped) return;
  }
  const rows = reader.push(decoder.end(), Buffer.alloc(0), true);
  if (rows.length > 0) yield rows;
}

class CsvReader {
  /** A quote was not closed; nothing more is read. */
  isStopped = false;
  /** What has not become rows yet. */
  private text = '';
  /** Its bytes, and those of a character that is not whole yet. What is not UTF-8 is as long here as it is in the file. */
  private bytes: Buffer = Buffer.alloc(0);
  /** Where the next row begins in {@link bytes}. */
  private at = 0;
  private line = 1;
  private offset = 0;
  private isStart = true;

  constructor(
    private readonly separator: number,
    private readonly keepsBlank: boolean,
  ) {}

  /** @param bytes those of the text; they need not last */
  push(more: string, bytes: Buffer, isLast: boolean): CsvRow[] {
    this.text += more;
    this.bytes = this.bytes.length === 0 ? bytes : Buffer.concat([this.bytes, bytes]);
    const rows: CsvRow[] = [];
    if (this.isStart && this.text !== '') {
      this.isStart = false;
      if (this.text.charCodeAt(0) === 0xfeff) {
        this.text = this.text.slice(1);
        this.offset = 3;
        this.at = 3;
      }
    }
    let start = 0;
    while (start < this.text.length) {
      const next = this.row(start, isLast, rows);
      if (next === undefined) break;
      start = next;
    }
    this.text = this.text.slice(start);
    this.bytes = Buffer.from(this.bytes.subarray(this.at));
    this.at = 0;
    return rows;
  }

  /** Takes the row that begins at `start`. @returns where the next one begins; undefined when its end is still to come */
  private row(start: number, isLast: boolean, rows: CsvRow[]): number | undefined {
    const { separator, text } = this;
    const cells: string[] = [];
    for (let at = start; ; ) {
      let end = at;
      let cell = '';
      if (text.charCodeAt(at) === quote) {
        const close = this.closing(at);
        if (close === undefined) return this.unclosed(start, at, isLast, rows);
        cell = text.slice(at + 1, close).replaceAll('""', '"');
        end = close + 1;
      }
      const from = end;
      let code = text.charCodeAt(end);
      while (end < text.length && code !== separator && code !== feed) code = text.charCodeAt(++end);
      if (end >= text.length && !isLast) return undefined;
      const isEnd = code !== separator;
      const stop =
        isEnd && end > from && text.charCodeAt(end - 1) === carriage && code === feed ? end - 1 : end;
      cell += text.slice(from, stop);
      cells.push(cell);
      if (isEnd) {
        this.take(start, end, cells, rows);
        return end + 1;
      }
      at = end + 1;
    }
  }

  /** The quote that closes the one at `open`. */
  private closing(open: number): number | undefined {
    for (let at = open + 1; ; at += 2) {
      at = this.text.indexOf('"', at);
      if (at < 0) return undefined;
      if (this.text.charCodeAt(at + 1) !== quote) return at;
    }
  }

  private take(start: number, end: number, cells: readonly string[], rows: CsvRow[]): void {
    const raw = this.text.slice(
      start,
      this.text.charCodeAt(end - 1) === carriage && end > start ? end - 1 : end,
    );
    if (this.keepsBlank || cells.length > 1 || cells[0] !== '' || raw !== '')
      rows.push({ cells, line: this.line, offset: this.offset, raw });
    this.advance(start, end + 1);
  }

  private advance(start: number, end: number): void {
    const from = this.at;
    for (let at = this.text.indexOf('\n', start); at >= 0 && at < end; at = this.text.indexOf('\n', at + 1)) {
      this.line++;
      this.at = this.bytes.indexOf(feed, this.at) + 1;
    }
    this.offset += this.at - from;
  }

  private unclosed(start: number, open: number, isLast: boolean, rows: CsvRow[]): number | undefined {
    if (!isLast && this.text.length - start <= longestRow) return undefined;
    this.isStopped = true;
    const { line, column } = lineColumnIn(this.text, start, open, this.line);
    rows.push({
      cells: [],
      line: this.line,
      offset: this.offset,
      raw: this.text.slice(start),
      problem: { kind: 'unclosed-quote', line, column },
    });
    return this.text.length;
  }
}

/** Line and column of a place in a text whose line `line` begins at or before `start`. */
function lineColumnIn(
  text: string,
  start: number,
  at: number,
  line: number,
): { line: number; column: number } {
  let number = line;
  let from = start;
  for (
    let feeds = text.indexOf('\n', start);
    feeds >= 0 && feeds < at;
    feeds = text.indexOf('\n', feeds + 1)
  ) {
    number++;
    from = feeds + 1;
  }
  return { line: number, column: at - from + 1 };
}

/**
 * Where a cell of a row begins. Costs a look at the row.
 *
 * @param cell index, from 0; of a cell that is not there the end of the row
 */
export function placeOfCell(
  row: CsvRow,
  cell: number,
  { separator = ',' }: CsvOptions = {},
): { readonly line: number; readonly column: number } {
  const { raw } = row;
  let at = 0;
  for (let left = cell; left > 0 && at < raw.length; left--) {
    if (raw[at] === '"') {
      do at = raw.indexOf('"', at + 1) + 1;
      while (raw[at] === '"');
    }
    const next = raw.indexOf(separator, at);
    at = next < 0 ? raw.length : next + 1;
  }
  return lineColumnIn(raw, 0, at, row.line);
}

/** A cell as it is written: in quotes where it has something that separates. */
export function csvCell(text: string, separator = ','): string {
  const needsQuotes = text.includes(separator) || /["\r\n]/.test(text) || /^\s|\s$/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
