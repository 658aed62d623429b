/**
 * Gets one object by one request, signed beforehand, and counts its bytes: the least that any reader has to do. One request
 * opens the connection before the clock starts.
 */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { getter, signedHeaders } from './getter.mjs';

const url = argument('address of the object');
const { get, head, close } = getter(1);
await head(url, signedHeaders('HEAD', url));
const headers = signedHeaders('GET', url);
const start = performance.now();
const bytes = await get(url, headers);
report(performance.now() - start, { bytes });
close();
