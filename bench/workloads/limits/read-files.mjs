/** Opens, reads and closes every file of a folder: the least that any reader of VOC files has to do. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { readSmallFiles } from './small-files.mjs';

const folder = argument('folder');
const start = performance.now();
let files = 0;
let bytesRead = 0;
readSmallFiles(folder, (_, length) => {
  files++;
  bytesRead += length;
});
report(performance.now() - start, { files, bytesRead });
