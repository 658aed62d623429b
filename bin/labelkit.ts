#!/usr/bin/env node
import { packageVersion } from './version.js';

const [only, ...others] = process.argv.slice(2);
if (others.length === 0 && (only === '--version' || only === '-V')) {
  // Scripts ask this often, and nothing has to be loaded to answer. A reader that went away needs no answer.
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${packageVersion()}\n`);
} else {
  await import('./run.js');
}
