/** Makes a thumbnail of every image of a folder, one after the other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadModule } from './library.mjs';

const folder = argument('folder');
const { renderPicture } = await loadModule('report/pictures/thumbnail.js');
const start = performance.now();
let pictures = 0;
for (const name of readdirSync(folder).sort()) {
  const image = readFileSync(join(folder, name));
  const made = await renderPicture({ image, objects: [], maxEdge: 256 });
  if (made.problem !== undefined) throw new Error(made.problem.message);
  pictures++;
}
report(performance.now() - start, { pictures });
