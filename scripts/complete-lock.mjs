// node scripts/complete-lock.mjs
// Adds to package-lock.json the optional packages that npm left out: builds of a tool for other platforms, which a
// registry mirror may not have. `npm ci` refuses a lock file without them, even where they would never be installed.
// Run it after `npm install` when test/package.test.ts says that the lock file is incomplete.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));

/** The platform that a package's name ends in: `binding-linux-arm64-musl`, `cli-win32-x64`. */
const platform =
  /-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/;

let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const top = `node_modules/${name}`;
    if (lock.packages[top] !== undefined || lock.packages[`${path}/${top}`] !== undefined) continue;
    const match = platform.exec(name);
    if (match === null || !/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${name} ${version} is no build for a platform`);
    const [, os, cpu, abi = ''] = match;
    lock.packages[top] = {
      version,
      cpu: [cpu],
      ...(dev === true ? { dev } : {}),
      ...(os === 'linux' ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
      optional: true,
      os: [os],
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
if (added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages added`);
