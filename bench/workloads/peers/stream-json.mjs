/** Every annotation of a COCO file as an object, with stream-json told to hand on whole values and to read large blocks. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';

const path = argument('file');
const folder = argument('folder with stream-json', 1);
const { resolve } = createRequire(join(folder, 'package.json'));
/** @param {string} name @returns {Promise<any>} */
const load = (name) => import(pathToFileURL(resolve(name)).href);

const [{ parseFile }, { pick }, { streamArray }, { pipe }, { drain }] = await Promise.all([
  load('stream-json/file/parser.js'),
  load('stream-json/filters/pick.js'),
  load('stream-json/streamers/stream-array.js'),
  load('stream-chain/utils/pipe.js'),
  load('stream-chain/utils/drain.js'),
]);
const start = performance.now();
let objects = 0;
const read = pipe([
  parseFile({ streamValues: false, readBlockSize: 256 * 1024 }),
  pick({ filter: 'annotations' }),
  streamArray(),
  (/** @type {{value: object}} */ { value }) => {
    if (typeof value === 'object') objects++;
    return undefined;
  },
]);
await drain(read(path));
report(performance.now() - start, { objects });
