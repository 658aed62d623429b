/**
 * Reads a data set into memory, then writes it in a format; the clock runs while it is written. What the annotation files
 * of a manifest say is read before, too. What cannot be written is left out.
 */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary, loadModule } from './library.mjs';

const path = argument('data set');
const from = argument('its format', 1);
const to = argument('format of the output', 2);
const output = argument('output', 3);
const options = JSON.parse(argument('options of the output', 4));

const { openDataset, LocalStorage } = await loadLibrary();
const { Run } = await loadModule('dataset-io/run.js');
const { writeManifestRows } = await loadModule('dataset-io/manifest-writer.js');
const { writeVocRows } = await loadModule('dataset-io/voc-writer.js');
const { formatWriter } = await loadModule('dataset-io/format-writer.js');

/** @type {{count: number, rows: readonly any[], faults: [], diagnostics: [], bytes: 0}[]} */
const batches = [];
const dataset = await openDataset(path, { from, join: true });
for await (const rows of dataset.batches())
  batches.push({ count: rows.length, rows: rows.map(joined), faults: [], diagnostics: [], bytes: 0 });

async function* replay() {
  yield* batches;
}

const start = performance.now();
const run = new Run({ onError: 'skip' }, undefined, {});
const write =
  to === 'manifest' ? writeManifestRows : to === 'voc' ? writeVocRows : await formatWriter(to, { options });
await write(replay(), {
  storage: new LocalStorage(),
  output,
  mode: 'create',
  images: 'reference',
  run,
  renameClashes: false,
  classLists: false,
  places: {},
  base: '.',
  verbatim: undefined,
  canonical: false,
});
report(performance.now() - start, { samples: run.written + run.skipped });

/**
 * The row with what its annotation files say in the annotations themselves, so that they are not read again.
 * @param {any} row
 */
function joined({ images, ...row }) {
  const { sample } = row;
  if (
    sample.annotations.every(
      (/** @type {any} */ { image }, /** @type {number} */ at) => image === images.get(at),
    )
  )
    return row;
  const annotations = sample.annotations.map((/** @type {any} */ annotation, /** @type {number} */ at) => ({
    type: annotation.type,
    task: annotation.task,
    loc: annotation.loc,
    image: images.get(at),
  }));
  return { ...row, sample: { source: sample.source, usage: sample.usage, annotations } };
}
