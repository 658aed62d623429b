/** Reads a file and finds its lines: the least that any reader of lines has to do. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { scanLines } from './line-scan.mjs';

const path = argument('manifest');
const start = performance.now();
let lines = 0;
scanLines(path, () => {
  lines++;
});
report(performance.now() - start, { lines });
