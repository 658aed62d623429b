import type { FormatSink, FormatWriter } from '../contract.js';
import { csvCell } from '../shared/csv.js';
import { labelSeparatorOption, separatorOf, TextLines } from '../shared/text-classes.js';
import { csvQuotingOption } from '../shared/text-rows.js';

/** Writes texts to `texts.txt`, and their labels to the same lines of `texts_result.txt`; in quotes `.csv`. @throws OptionError for a faulty separator */
export function write(sink: FormatSink): FormatWriter {
  const separator = separatorOf(sink.options, labelSeparatorOption.name, ',');
  const isQuoted = sink.options[csvQuotingOption.name] === true;
  const lines = new TextLines(sink, { text: '', label: isQuoted ? '' : separator }, isQuoted);
  // A comma inside would be taken for the end of a cell by others.
  const cell = (text: string, between: string) => (isQuoted ? csvCell(text, between) : text);
  const extension = isQuoted ? 'csv' : 'txt';
  return {
    add(row) {
      const line = lines.of(row);
      if (typeof line === 'string' || !('text' in line)) return line;
      const labels = line.labels.map((label) => cell(label, separator)).join(separator);
      sink.lengthen(`texts.${extension}`, `${cell(line.text, ',')}\n`);
      sink.lengthen(`texts_result.${extension}`, `${labels}\n`);
      return 'written';
    },
    end: () => undefined,
  };
}
