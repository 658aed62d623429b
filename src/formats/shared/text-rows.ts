import { TextDecoder } from 'node:util';
import type { FormatOption, FormatSource } from '../contract.js';
import { type CsvRow, csvRows } from './csv.js';
import type { TextEncoding } from './decode-text.js';

export const csvQuotingOption: FormatOption = {
  name: 'csvQuoting',
  for: 'both',
  type: 'flag',
  summary:
    'Files that end in .csv have quotes as RFC 4180 has them, and such files are written: a text in quotes may have line breaks, separators and doubled quotes. Default: quotes have no meaning.',
};

/** A separator for rows of one cell: no text has it. */
export const noSeparator = '\0';

/** True where the rows of a file are those of RFC 4180. */
export function isQuoted({ options }: FormatSource, name: string): boolean {
  return options[csvQuotingOption.name] === true && /\.csv$/i.test(name);
}

/** The rows of a file in quotes, blank ones too, so that rows of two files belong together by their numbers. */
export async function* quotedRows(
  source: FormatSource,
  name: string,
  encoding: TextEncoding,
  separator: string,
): AsyncGenerator<CsvRow, void, undefined> {
  const chunks = source.chunks(name);
  const utf8 = encoding === 'utf-8' ? chunks : recoded(chunks);
  for await (const rows of csvRows(utf8, { separator, keepsBlank: true })) yield* rows;
}

async function* recoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder('gb18030');
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
