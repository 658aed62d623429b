/** Scan, decode and `JSON.parse` every line: what the parsing of a manifest costs when nothing else is done. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { decode } from './decode.mjs';
import { scanLines } from './line-scan.mjs';
import { UsageTally } from './usage-tally.mjs';

const path = argument('manifest');
const tally = new UsageTally();
const start = performance.now();
scanLines(path, (bytes, from, to) => tally.add(JSON.parse(decode(bytes, from, to))));
report(performance.now() - start, tally.answer());
