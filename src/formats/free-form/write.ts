import { OptionError } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { countLosses } from '../shared/losses.js';
import { baseNameOf, keyOf, NameTable, stemOfName } from '../shared/names.js';
import { freeFormCarries, title } from './types.js';

/** Puts the file of each sample into one folder. @throws OptionError when files are to stay where they are */
export function write(sink: FormatSink): FormatWriter {
  if (sink.images === 'reference') {
    throw new OptionError(`${title} are nothing but files, and they are to stay where they are`, {
      hint: 'Say --images copy or --images link (option images).',
    });
  }
  const isFlat = sink.options['layout'] === 'flat';
  const names = new NameTable(isFlat ? { renameClashes: true } : sink, (name) => sink.has(name));
  return {
    async add(row: WriteRow): Promise<Written> {
      if (/^content:\/\//i.test(row.sample.source)) {
        sink.lose(row, 'text-sample', '/source');
        return 'skipped';
      }
      const key = keyOf(row);
      const base = baseNameOf(row.sample.source);
      const extension = base.slice(stemOfName(base).length);
      const name = names.take(row, isFlat ? baseNameOf(key) : key, extension);
      if (typeof name !== 'string') return [name];
      const problem = await sink.image(row, name);
      if (problem !== undefined) return [problem];
      countLosses(sink, row, freeFormCarries);
      return 'written';
    },
    end: () => undefined,
  };
}
