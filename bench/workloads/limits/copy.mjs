/** Copies a file in 1 MB pieces: the least that any rewriting of a file has to do. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';

const from = argument('input');
const to = argument('output', 1);
const start = performance.now();
const buffer = Buffer.allocUnsafe(1 << 20);
const input = openSync(from, 'r');
const output = openSync(to, 'wx');
let bytes = 0;
for (let read = readSync(input, buffer); read > 0; read = readSync(input, buffer)) {
  for (let done = 0; done < read; ) done += writeSync(output, buffer, done, read - done);
  bytes += read;
}
closeSync(output);
closeSync(input);
report(performance.now() - start, { bytesWritten: bytes });
