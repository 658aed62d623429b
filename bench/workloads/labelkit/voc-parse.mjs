/** Opens, reads and parses every file of a VOC folder, each into the parser's own buffer. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { readSmallFiles } from '../limits/small-files.mjs';
import { loadLibrary } from './library.mjs';
import { VocTally } from './voc-tally.mjs';

const folder = argument('folder');
const { VocParser } = await loadLibrary();
const tally = new VocTally();
const start = performance.now();
const parser = new VocParser({ mode: 'lenient' });
readSmallFiles(folder, (_, length) => tally.add(parser.parse(length)), parser);
report(performance.now() - start, tally.answer());
