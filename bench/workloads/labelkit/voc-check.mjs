/** Opens, reads, parses and checks every file of a VOC folder by every rule, through the library. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { readSmallFiles } from '../limits/small-files.mjs';
import { loadLibrary } from './library.mjs';

const folder = argument('folder');
const { VocParser, checkVoc } = await loadLibrary();
let files = 0;
let objects = 0;
let errors = 0;
let warnings = 0;
const count = (/** @type {{severity: string}} */ { severity }) => {
  if (severity === 'error') errors++;
  else if (severity === 'warning') warnings++;
};
const start = performance.now();
const parser = new VocParser({ mode: 'strict' });
readSmallFiles(
  folder,
  (_, length, name) => {
    const { document, findings } = parser.parse(length);
    findings.forEach(count);
    checkVoc(document, { mode: 'strict', stem: name.slice(0, -'.xml'.length) }, count);
    files++;
    objects += document.objects.length;
  },
  parser,
);
report(performance.now() - start, { files, objects, errors, warnings });
