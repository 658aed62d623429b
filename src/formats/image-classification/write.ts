import type { Diagnostic } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { labelsOf } from '../shared/class-folders.js';
import { countLosses, sampleKind } from '../shared/losses.js';
import { extensionOf, keyOf, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { imageClassificationCarries } from './types.js';

/** Writes a file of labels for each labelled image, and the images beside them where they are copied or linked. */
export function write(sink: FormatSink): FormatWriter {
  const writer = new LabelFiles(sink);
  return { add: (row) => writer.add(row), end: () => writer.end() };
}

class LabelFiles {
  readonly #sink: FormatSink;
  readonly #names: NameTable;
  #written = 0;

  constructor(sink: FormatSink) {
    this.#sink = sink;
    this.#names = new NameTable(sink);
  }

  async add(row: WriteRow): Promise<Written> {
    const sink = this.#sink;
    const kind = sampleKind(row.sample);
    if (kind !== 'image-sample') {
      sink.lose(row, kind);
      return 'skipped';
    }
    const { labels, unnamed } = labelsOf(row, 'image_classification');
    if (labels.size === 0 && sink.images === 'reference') {
      // Neither an image nor a label file would say that it is there.
      sink.lose(row, 'unlabelled-image');
      return 'skipped';
    }
    const faults = [...labels].flatMap(([label, pointer]) => labelFault(label, pointer, row));
    if (faults.length > 0) return faults;
    const key = this.#names.take(row, keyOf(row));
    if (typeof key !== 'string') return [key];
    if (sink.images !== 'reference') {
      const problem = await sink.image(row, `${key}${extensionOf(row.sample.source)}`);
      if (problem !== undefined) return [problem];
    }
    if (labels.size > 0) {
      sink.add(`${key}.txt`, [...labels.keys()].map((label) => `${label}\n`).join(''));
      this.#written++;
    }
    for (const pointer of unnamed) sink.lose(row, 'image_classification', pointer);
    countLosses(sink, row, imageClassificationCarries);
    return 'written';
  }

  end(): void {
    const { images, path } = this.#sink;
    if (images !== 'reference' || this.#written === 0) return;
    this.#sink.report({
      rule: 'D014',
      severity: 'warning',
      message: 'the label files are written without the images that they belong to',
      hint: 'Say --images copy or --images link (option images) to have the images beside them.',
      file: path,
    });
  }
}

/** D035: a label that would not be read as it is. */
function labelFault(label: string, pointer: string, row: WriteRow): Diagnostic[] {
  const isPlain = !/[\r\n]/.test(label) && label.trim() !== '';
  if (isPlain) return [];
  return [
    {
      rule: 'D035',
      severity: 'error',
      message: `the label ${JSON.stringify(label)} cannot stand on a line of its own`,
      hint: 'Give the label another name: labelkit relabel --map.',
      ...placeOf(row),
      pointer,
    },
  ];
}
