// Compiles src and bin to dist, and puts the command and its worker thread together into few files: they load in less
// than half the time of two hundred. The new tree is made beside the old one and takes its place only when it is whole,
// so a failed build leaves the last good one, and nothing that was deleted from src lives on in dist.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { manPage } from './commands/man.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const { dependencies, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
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
await bundleCommand();
await writeManual();
chmodSync(join(made, 'bin/labelkit.js'), 0o755);
try {
  renameSync(dist, old);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
renameSync(made, dist);
rmSync(old, { recursive: true, force: true });

/** Replaces the modules of the command by chunks. The worker lies beside them, where `threads.ts` looks for it. */
async function bundleCommand() {
  const bin = join(made, 'bin');
  const bundle = await rolldown({
    input: {
      labelkit: join(bin, 'labelkit.js'),
      run: join(bin, 'run.js'),
      'command-tree': join(bin, 'command-tree.js'),
      worker: join(made, 'src/dataset-io/jobs/worker.js'),
    },
    external: [/^node:/, ...Object.keys(dependencies)],
    platform: 'node',
    treeshake: { moduleSideEffects: true },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  rmSync(bin, { recursive: true });
  mkdirSync(bin);
  for (const { fileName, code } of output) writeFileSync(join(bin, fileName), code);
}

/** The manual page, of the commands just compiled. */
async function writeManual() {
  const { commandTree } = await import(pathToFileURL(join(made, 'bin/command-tree.js')).href);
  mkdirSync(join(made, 'man'));
  writeFileSync(join(made, 'man/labelkit.1'), manPage(commandTree(), version));
}
