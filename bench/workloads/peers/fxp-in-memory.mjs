/** fast-xml-parser alone: files are in memory, and the clock runs while they are decoded and parsed. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { decode } from '../limits/decode.mjs';
import { readInBatches } from '../limits/small-files.mjs';
import { VocTally } from './fxp-voc.mjs';

const folder = argument('folder');
const tally = new VocTally();
let ms = 0;
readInBatches(folder, 1000, (files) => {
  const start = performance.now();
  for (const bytes of files) tally.add(decode(bytes, 0, bytes.length));
  ms += performance.now() - start;
});
report(ms, tally.answer());
