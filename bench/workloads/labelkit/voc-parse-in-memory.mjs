/** The VOC parser alone: files are in memory, and the clock runs while they are parsed. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { readInBatches } from '../limits/small-files.mjs';
import { loadLibrary } from './library.mjs';
import { VocTally } from './voc-tally.mjs';

const folder = argument('folder');
const { parseVoc } = await loadLibrary();
const tally = new VocTally();
let ms = 0;
readInBatches(folder, 1000, (files) => {
  const start = performance.now();
  for (const bytes of files) tally.add(parseVoc(bytes, { mode: 'lenient' }));
  ms += performance.now() - start;
});
report(ms, tally.answer());
