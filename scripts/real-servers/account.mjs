// npm run test:obs
// Runs test/real/account.test.ts on a bucket of yours, below a new prefix that is emptied again.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const needed = [
  ...['OBS_TEST_ENDPOINT', 'OBS_TEST_BUCKET', 'OBS_TEST_PREFIX'],
  ...['OBS_TEST_ACCESS_KEY', 'OBS_TEST_SECRET_KEY'],
];
const missing = needed.filter((name) => (process.env[name] ?? '') === '');
if (missing.length > 0) {
  console.error(
    `Nothing was tested: set ${missing.join(', ')} (and OBS_TEST_SECURITY_TOKEN for temporary keys) to a bucket of your own and a prefix in it.`,
  );
  process.exit(1);
}
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { error, status } = spawnSync(
  process.execPath,
  [
    ...[vitest, 'run', '--config', 'vitest.real.config.ts', 'test/real/account.test.ts'],
    ...process.argv.slice(2),
  ],
  { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' },
);
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
