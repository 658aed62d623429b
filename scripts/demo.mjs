/**
 * The main job on the bundled data set, step by step, as a newcomer would do it: convert a folder of VOC files
 * to a manifest, look at it, check it. Writes to `out/`, which is not part of the project.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = fileURLToPath(new URL('../dist/bin/labelkit.js', import.meta.url));

/** Runs one command line in the project's folder and shows it. `expected` is the exit status that is no surprise. */
function run(line, expected = 0) {
  console.log(`\n$ labelkit ${line}`);
  const { status } = spawnSync(process.execPath, [command, ...line.split(' ')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== expected) throw new Error(`exit status ${status}, not ${expected}`);
}

mkdirSync(`${root}/out`, { recursive: true });
run('convert examples/street out/street.manifest --to manifest --mode overwrite');
console.log('\nThe first line of out/street.manifest:');
console.log(readFileSync(`${root}/out/street.manifest`, 'utf8').split('\n', 1)[0]);
// The data set has one fault on purpose, so the exit status is 1.
run('validate examples/street', 1);
run('explain V076');
console.log('\nThat was labelkit. README.md goes on from here.');
