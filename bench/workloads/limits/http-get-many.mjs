/** Gets objects 0, 1, 2… below an address, some at a time, by requests over connections that are kept. All are signed before the clock starts. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { inTurns } from '../in-turns.mjs';
import { getter, signedHeaders } from './getter.mjs';

const folder = argument('address of the folder');
const count = Number(argument('number of objects', 1));
const width = Number(argument('requests at a time', 2));
const { get, head, close } = getter(width);
await head(`${folder}0`, signedHeaders('HEAD', `${folder}0`));
const headers = Array.from({ length: count }, (_, index) => signedHeaders('GET', `${folder}${index}`));
const start = performance.now();
const bytes = await inTurns(count, width, (index) =>
  get(`${folder}${index}`, /** @type {Record<string, string>} */ (headers[index])),
);
report(performance.now() - start, { objects: count, bytes });
close();
