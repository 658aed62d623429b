import { exitCodes } from './exit-codes.js';

const argv = process.argv.slice(2);
const interrupt = new AbortController();

// The first Ctrl-C asks the work to stop and clean up; a second one does not wait for that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupt.abort();
    process.once(signal, () => process.exit(exitCodes.interrupted));
  });
}
// A reader that went away is noticed at the next write; without a listener it would end the process at once.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const { main } = await import('./main.js');
process.exitCode = await main(argv, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
});
