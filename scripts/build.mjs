// Compiles src and bin to dist. The new tree is made beside the old one and takes its place only when it is whole,
// so a failed build leaves the last good one, and nothing that was deleted from src lives on in dist.
import { spawnSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const made = join(root, `dist.next-${process.pid}`);
const old = join(root, `dist.old-${process.pid}`);
const dist = join(root, 'dist');

const run = spawnSync(
  process.execPath,
  [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError', '--outDir', made],
  { cwd: root, stdio: 'inherit' },
);
if (run.status !== 0) {
  rmSync(made, { recursive: true, force: true });
  process.exit(run.status ?? 1);
}
chmodSync(join(made, 'bin/labelkit.js'), 0o755);
try {
  renameSync(dist, old);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
renameSync(made, dist);
rmSync(old, { recursive: true, force: true });
