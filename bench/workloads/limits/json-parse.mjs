/**
 * `JSON.parse` alone: the lines of each chunk are decoded first and the clock runs only while they are
 * parsed. No reader that parses every line with `JSON.parse` can be faster.
 */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { decode } from './decode.mjs';
import { scanChunks } from './line-scan.mjs';
import { UsageTally } from './usage-tally.mjs';

const path = argument('manifest');
const tally = new UsageTally();
let ms = 0;
scanChunks(path, (bytes, length) => {
  const lines = [];
  let done = 0;
  for (let end = bytes.indexOf(10); end !== -1 && end < length; end = bytes.indexOf(10, done)) {
    lines.push(decode(bytes, done, end));
    done = end + 1;
  }
  const start = performance.now();
  for (const line of lines) tally.add(JSON.parse(line));
  ms += performance.now() - start;
  return done;
});
report(ms, tally.answer());
