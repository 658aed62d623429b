import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * The object storage server of the tests, in a process of its own.
 * @typedef {object} RunningServer
 * @property {string} endpoint `http://127.0.0.1:<port>`
 * @property {string} accessKey
 * @property {string} secretKey
 * @property {() => Promise<void>} stop resolves when its process has ended
 */

const program = fileURLToPath(new URL('../../test/server/obs/run.mjs', import.meta.url));

/**
 * Resolves when it listens. It ends with this process, however that ends.
 * @param {readonly string[]} args see its `--help`
 * @returns {Promise<RunningServer>}
 */
export async function startServer(args) {
  const child = spawn(process.execPath, [program, '--json', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(([status]) => {
      throw new Error(`the server ended with ${status} before it listened`);
    }),
  ]);
  const { endpoint, accessKey, secretKey } = JSON.parse(line[0]);
  return {
    endpoint,
    accessKey,
    secretKey,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
