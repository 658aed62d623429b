/** Reads a manifest in batches and asks each sample for its usage and its annotations. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';
import { tallySamples } from './tally-samples.mjs';

const path = argument('manifest');
const library = await loadLibrary();
const start = performance.now();
const answer = await tallySamples(library, path, {});
report(performance.now() - start, answer);
