/** The way most Node programs read JSON Lines: `readline` over a stream, and `JSON.parse`. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { UsageTally } from '../limits/usage-tally.mjs';

const path = argument('manifest');
const tally = new UsageTally();
const start = performance.now();
for await (const line of createInterface({
  input: createReadStream(path),
  crlfDelay: Number.POSITIVE_INFINITY,
})) {
  tally.add(JSON.parse(line));
}
report(performance.now() - start, tally.answer());
