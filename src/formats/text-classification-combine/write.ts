import type { FormatSink, FormatWriter } from '../contract.js';
import { csvCell } from '../shared/csv.js';
import { TextLines } from '../shared/text-classes.js';
import { csvQuotingOption } from '../shared/text-rows.js';
import { separatorsOf } from './types.js';

/** Writes each text with its labels to a line of `texts.txt`, in quotes to `texts.csv`. @throws OptionError for faulty separators */
export function write(sink: FormatSink): FormatWriter {
  const separators = separatorsOf(sink.options);
  const isQuoted = sink.options[csvQuotingOption.name] === true;
  const lines = new TextLines(sink, isQuoted ? { text: '', label: separators.label } : separators, isQuoted);
  const cell = (text: string) => (isQuoted ? csvCell(text, separators.text) : text);
  return {
    add(row) {
      const line = lines.of(row);
      if (typeof line === 'string' || !('text' in line)) return line;
      const labels =
        line.labels.length === 0 ? '' : `${separators.text}${cell(line.labels.join(separators.label))}`;
      sink.lengthen(isQuoted ? 'texts.csv' : 'texts.txt', `${cell(line.text)}${labels}\n`);
      return 'written';
    },
    end: () => undefined,
  };
}
