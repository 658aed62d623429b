/**
 * Gets one object by one unsigned request and counts its bytes: the least that any reader has to do. One request
 * opens the connection before the clock starts.
 */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { getter } from './getter.mjs';

const url = argument('address of the object');
const { get, head, close } = getter(1);
await head(url);
const start = performance.now();
const bytes = await get(url);
report(performance.now() - start, { bytes });
close();
