/** Converts a data set through the library; what cannot be written is left out. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';

const path = argument('data set');
const from = argument('its format', 1);
const to = argument('format of the output', 2);
const output = argument('output', 3);
const toOptions = JSON.parse(argument('options of the output', 4));
const { convert } = await loadLibrary();
const start = performance.now();
const { read } = await convert(path, output, { from, to, toOptions, onError: 'skip' });
report(performance.now() - start, { samples: read });
