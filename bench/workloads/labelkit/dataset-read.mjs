/** Opens a data set, goes through its samples with what their annotation files say, and counts the objects. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';

const path = argument('data set');
const from = argument('its format', 1);
const { openDataset } = await loadLibrary();
const start = performance.now();
const dataset = await openDataset(path, { from, join: true });
let samples = 0;
let objects = 0;
for await (const rows of dataset.batches()) {
  samples += rows.length;
  for (const { images } of rows) for (const image of images.values()) objects += image.objects.length;
}
report(performance.now() - start, { samples, objects });
