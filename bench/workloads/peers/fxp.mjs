/** fast-xml-parser from the folder: open, read, decode and parse each file. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { decode } from '../limits/decode.mjs';
import { readSmallFiles } from '../limits/small-files.mjs';
import { VocTally } from './fxp-voc.mjs';

const folder = argument('folder');
const tally = new VocTally();
const start = performance.now();
readSmallFiles(folder, (bytes, length) => tally.add(decode(bytes, 0, length)));
report(performance.now() - start, tally.answer());
