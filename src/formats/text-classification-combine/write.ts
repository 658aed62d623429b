import type { FormatSink, FormatWriter } from '../contract.js';
import { TextLines } from '../shared/text-classes.js';
import { separatorsOf } from './types.js';

/** Writes each text with its labels to a line of `texts.txt`. @throws OptionError for faulty separators */
export function write(sink: FormatSink): FormatWriter {
  const separators = separatorsOf(sink.options);
  const lines = new TextLines(sink, separators);
  return {
    add(row) {
      const line = lines.of(row);
      if (typeof line === 'string' || !('text' in line)) return line;
      const labels =
        line.labels.length === 0 ? '' : `${separators.text}${line.labels.join(separators.label)}`;
      sink.lengthen('texts.txt', `${line.text}${labels}\n`);
      return 'written';
    },
    end: () => undefined,
  };
}
