// npm run test:real [-- --install]
// Starts the object storage servers that Debian packages, in temporary folders and on free ports of this machine
// only, runs test/real/servers.test.ts on those there are, and stops them again. --install (or
// LABELKIT_REAL_INSTALL=1) installs the packages of those that are missing, which needs root.
// LABELKIT_REAL_REQUIRED=1 makes a missing server an error.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ceph from './ceph.mjs';
import { missingPrograms, Processes } from './processes.mjs';
import * as swift from './swift.mjs';

const { argv, env } = process;
const installs = argv.includes('--install') || env['LABELKIT_REAL_INSTALL'] === '1';
const isRequired = env['LABELKIT_REAL_REQUIRED'] === '1';
const forVitest = argv.slice(2).filter((argument) => argument !== '--install');
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program in the foreground; gives its exit status. */
function foreground(program, args, more = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...env, ...more } });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function install(packages) {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const status = await foreground('apt-get', args, quiet);
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed with ${status}`);
  }
}

const begun = [];
const servers = [];
const absent = [];

async function stopAll() {
  await Promise.all(
    begun.splice(0).map(async ({ folder, processes }) => {
      await processes.stop();
      rmSync(folder, { recursive: true, force: true });
    }),
  );
}

async function startOne({ name, packages, programs, start }) {
  const missing = missingPrograms(programs);
  if (missing.length > 0) {
    absent.push(
      `!!! NOT TESTED on ${name}: there is no ${missing.join(', ')} (Debian: ${packages.join(' ')})`,
    );
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-real-'));
  const processes = new Processes(folder);
  begun.push({ folder, processes });
  const began = Date.now();
  const server = await start(folder, processes);
  servers.push(server);
  console.log(`${name} runs at ${server.endpoint}, after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(1);
  });
}

const services = [ceph, swift];
let status = 0;
try {
  const packages = services
    .filter(({ programs }) => missingPrograms(programs).length > 0)
    .flatMap((service) => service.packages);
  if (installs && packages.length > 0) await install(packages);
  for (const service of services) await startOne(service);
  if (servers.length > 0) {
    const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
    status = await foreground(
      process.execPath,
      [vitest, 'run', '--config', 'vitest.real.config.ts', 'test/real/servers.test.ts', ...forVitest],
      { LABELKIT_REAL_SERVERS: JSON.stringify(servers) },
    );
  }
} catch (error) {
  console.error(error.message);
  status = 1;
} finally {
  await stopAll();
}
if (absent.length > 0) {
  console.error(`\n${absent.join('\n')}`);
  console.error('!!! npm run test:real -- --install installs what is missing.');
  if (isRequired) status = 1;
}
process.exitCode = status;
