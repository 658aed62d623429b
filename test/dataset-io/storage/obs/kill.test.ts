import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from '../../../server/obs/index.js';
import { randomFor } from '../../../support/random.js';
import { buildForChild, startChild } from '../build-for-child.js';
import { noise } from './harness.js';
import { bucket, storageAt } from './server-harness.js';

let built: { url: string; directory: string };
let server: ObsServer;

beforeAll(async () => {
  built = buildForChild(['src/model', 'src/text', 'src/dataset-io/storage']);
  server = await startObsServer();
});
afterAll(async () => {
  rmSync(built.directory, { recursive: true });
  await server.close();
});

/** Overwrites an object of 1 MB in parts of 100 KiB, or appends to it, over and over until it is killed. */
const child = (work: 'overwrite' | 'append'): string => `
  import { createObsStorage } from ${JSON.stringify(built.url.replace('storage/index.js', 'storage/obs/index.js'))};
  process.stdin.resume().on('end', () => process.exit());
  const storage = createObsStorage({
    endpoint: ${JSON.stringify(server.endpoint)},
    addressing: 'path',
    credentials: async () => (${JSON.stringify({ accessKey: server.accessKey, secretKey: server.secretKey })}),
    write: { partBytes: 102400 },
  });
  for (let i = 0; ; i++) {
    ${
      work === 'overwrite'
        ? `const source = async function* () {
      for (let k = 0; k < 10; k++) yield Buffer.alloc(100_000, 97 + (i % 26));
    };
    await storage.writeAtomic('obs://${bucket}/object', source(), { mode: 'overwrite' });`
        : `const source = async function* () { yield Buffer.from('x'.repeat(150_000) + '\\n'); };
    await storage.append('obs://${bucket}/object', source(), { breakLock: true });`
    }
  }`;

/** Starts a child and kills it right after so many requests of its. */
async function killAfter(work: 'overwrite' | 'append', requests: number): Promise<void> {
  server.clearLog();
  const running = startChild(child(work), []);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    running.once('exit', (_code, signal) => resolve(signal));
  });
  while (server.log.length < requests && running.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  running.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  while (server.openSockets > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a writer that is killed leaves an old object or a new one, and parts that can be taken back', async () => {
  const random = randomFor(77);
  server.put(bucket, 'object', noise(1000));
  let orphans = 0;
  for (let round = 0; round < 6; round++) {
    await killAfter('overwrite', 1 + random.below(25));
    const there = server.get(bucket, 'object')!;
    const isOld = there.equals(noise(1000));
    expect(isOld || (there.length === 1_000_000 && there.equals(Buffer.alloc(1_000_000, there[0])))).toBe(
      true,
    );
    const left = server.openUploads;
    orphans += left;
    const storage = storageAt(server);
    const { removed } = await storage.cleanUpUploads(`obs://${bucket}/`, new Date(Date.now() + 60_000));
    expect(removed).toBe(left);
    server.assertClean();
    await storage.close();
  }
  expect(orphans).toBeGreaterThan(0);
});

test('so does an append to an object that is made anew, and the lock it leaves can be broken', async () => {
  const random = randomFor(78);
  const line = `${'x'.repeat(150_000)}\n`;
  server.put(bucket, 'object', line);
  for (let round = 0; round < 5; round++) {
    await killAfter('append', 1 + random.below(25));
    const text = server.get(bucket, 'object')!.toString();
    expect(text).toBe(line.repeat(text.length / line.length));
    const storage = storageAt(server);
    async function* more() {
      yield Buffer.from(line);
    }
    await storage.append(`obs://${bucket}/object`, more(), { breakLock: true });
    expect(server.get(bucket, 'object')!.toString()).toBe(text + line);
    await storage.cleanUpUploads(`obs://${bucket}/`, new Date(Date.now() + 60_000));
    server.assertClean();
    await storage.close();
  }
});
