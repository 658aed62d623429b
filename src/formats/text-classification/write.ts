import type { FormatSink, FormatWriter } from '../contract.js';
import { labelSeparatorOption, separatorOf, TextLines } from '../shared/text-classes.js';

/** Writes texts to `texts.txt`, and their labels to the same lines of `texts_result.txt`. @throws OptionError for a faulty separator */
export function write(sink: FormatSink): FormatWriter {
  const separator = separatorOf(sink.options, labelSeparatorOption.name, ',');
  const lines = new TextLines(sink, { text: '', label: separator });
  return {
    add(row) {
      const line = lines.of(row);
      if (typeof line === 'string' || !('text' in line)) return line;
      sink.lengthen('texts.txt', `${line.text}\n`);
      sink.lengthen('texts_result.txt', `${line.labels.join(separator)}\n`);
      return 'written';
    },
    end: () => undefined,
  };
}
