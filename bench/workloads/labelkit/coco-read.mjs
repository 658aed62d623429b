/** Opens a COCO file and counts the objects of its samples. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';

const path = argument('file');
const { openDataset } = await loadLibrary();
const start = performance.now();
const dataset = await openDataset(path, { from: 'coco' });
let samples = 0;
let objects = 0;
for await (const rows of dataset.batches()) {
  samples += rows.length;
  for (const { images } of rows) for (const image of images.values()) objects += image.objects.length;
}
report(performance.now() - start, { samples, objects });
