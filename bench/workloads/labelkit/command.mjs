/**
 * Runs the `labelkit` command with the arguments given, in this process, and reports its time and memory
 * when it ends. Inner time therefore includes loading the command's own modules.
 */
import { fileURLToPath } from 'node:url';
import { report } from '../../harness/report.mjs';
import { commandUrl } from './library.mjs';

const start = performance.now();
process.once('exit', () => report(performance.now() - start, {}));
process.argv[1] = fileURLToPath(commandUrl); // what the command sees is what the shell would give it
await import(commandUrl.href);
