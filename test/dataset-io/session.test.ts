import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { readManifest } from '../../src/dataset-io/manifest-io.js';
import type { ObjectStorageOptions } from '../../src/dataset-io/object-storage.js';
import { Session, type SessionOptions } from '../../src/dataset-io/session.js';
import { startObsServer } from '../server/obs/index.js';
import { scratch } from '../support/scratch.js';
import { all } from './folder.js';

const line = '{"source":"obs://data/1.jpg"}\n';

async function service() {
  const server = await startObsServer({ buckets: ['data'] });
  onTestFinished(() => server.close());
  server.put('data', 'in.manifest', line);
  const keys = { accessKey: server.accessKey, secretKey: server.secretKey };
  return { server, keys, options: { endpoint: server.endpoint, environment: {}, configFile: 'none.json' } };
}

const sources = async (session: Session) =>
  (await all(readManifest('obs://data/in.manifest', { session }))).map(({ source }) => source);

test('making a session reads nothing, asks nobody, and shows nothing', async () => {
  const asked: string[] = [];
  const secretKey = 'SKEXAMPLE-secret';
  const session = new Session({
    profile: 'not there',
    configFile: join(scratch(), 'none.json'),
    endpoint: 'http://127.0.0.1:1',
    credentials: async () => {
      asked.push('credentials');
      return { accessKey: 'AK', secretKey };
    },
    ambient: async () => {
      asked.push('ambient');
      return undefined;
    },
    environment: {},
  });
  expect(session.storage.scheme).toBe('obs');
  expect(session.storage).toBe(session.storage);
  await session.close();
  expect(asked).toEqual([]);
  const own = new Session({ accessKey: 'AKEXAMPLE', secretKey, environment: {} });
  for (const text of [inspect(own, { showHidden: true, depth: 9 }), JSON.stringify(own), `${own}`])
    expect(text).not.toMatch(/AKEXAMPLE|SKEXAMPLE/);
});

test('paths in buckets are opened with it; one client serves all calls', async () => {
  const { server, keys, options } = await service();
  const session = new Session({ ...keys, ...options });
  onTestFinished(() => session.close());
  const found = await Promise.all([sources(session), sources(session), sources(session)]);
  expect(found).toEqual([['obs://data/1.jpg'], ['obs://data/1.jpg'], ['obs://data/1.jpg']]);
  expect((await session.settings()).endpoint).toBe(server.endpoint);
  expect((await session.credentials()).accessKey).toBe(server.accessKey);
  expect(await session.storage.stat('obs://data/in.manifest')).toMatchObject({
    kind: 'file',
    size: line.length,
  });
  await session.storage.writeAtomic('obs://data/x', Buffer.from('x'));
  await session.storage.copy('obs://data/x', 'obs://data/y');
  await session.storage.delete('obs://data/x');
  const listed = await all(session.storage.list('obs://data/'));
  expect(listed.map(({ name }) => name)).toEqual(['in.manifest', 'y']);
});

test('keys that end are asked for again, and requests carry the new ones', async () => {
  const { server, keys, options } = await service();
  let asked = 0;
  let end = 0;
  const session = new Session({
    ...options,
    credentials: async () => {
      if (asked++ > 0) return keys;
      end = Date.now() + 50;
      return { ...keys, expiresAt: new Date(end) };
    },
  });
  onTestFinished(() => session.close());
  await session.credentials();
  while (Date.now() <= end) await new Promise(setImmediate);
  expect(await sources(session)).toEqual(['obs://data/1.jpg']);
  expect(asked).toBe(2);
  expect(server.log.length).toBeGreaterThan(0);
});

test('what was wrong and has been mended counts with the next use', async () => {
  const { keys, options } = await service();
  const configFile = join(scratch(), 'config.json');
  const session = new Session({ ...options, configFile, profile: 'work' });
  onTestFinished(() => session.close());
  await expect(sources(session)).rejects.toMatchObject({ code: 'BadOption', hint: 'There is no such file.' });
  writeFileSync(configFile, '{\n  "profiles": {\n    "work": {"accessKey": AK}\n', { mode: 0o600 });
  await expect(sources(session)).rejects.toThrow(`${configFile}:3:27: this is no JSON`);
  writeFileSync(configFile, JSON.stringify({ profiles: { work: keys } }));
  expect(await sources(session)).toEqual(['obs://data/1.jpg']);
});

test('warnings are given once, when the settings are first needed', async () => {
  const { keys, options } = await service();
  const warnings: string[] = [];
  const session = new Session({
    ...keys,
    ...options,
    insecure: true,
    onWarning: ({ kind }) => warnings.push(kind),
  });
  onTestFinished(() => session.close());
  expect(warnings).toEqual([]);
  await sources(session);
  await sources(session);
  expect(warnings).toEqual(['insecure']);
});

test('a file of authorities that is not there is an error with its path', async () => {
  const { keys, options } = await service();
  const caFile = join(scratch(), 'ca.pem');
  const session = new Session({ ...keys, ...options, caFile });
  await expect(sources(session)).rejects.toMatchObject({ code: 'NotFound', path: caFile });
  expect(existsSync(caFile)).toBe(false);
});

test.each<[string, object, string]>([
  ['half of the keys', { accessKey: 'AK' }, 'secretKey is not'],
  ['a name of the Python SDK', { secret_key: 'SK' }, 'there is no option "secret_key"'],
  ['an endpoint that is none', { endpoint: 'example' }, 'endpoint is "example"'],
])('%s is refused at once', (_, options, message) => {
  expect(() => new Session(options as SessionOptions)).toThrow(message);
});

test.each([
  [{ idleTimeoutMs: 0 }, 'objectStorage.idleTimeoutMs is 0'],
  [{ deadlineMs: Number.NaN }, 'objectStorage.deadlineMs is NaN'],
  [{ append: 'never' }, 'objectStorage.append is "never"'],
  [{ timeout: 1 }, 'there is no option "timeout" in objectStorage'],
  [{ read: { concurrency: 0 } }, 'objectStorage.read.concurrency is 0'],
  [{ read: { parts: 4 } }, 'there is no option "parts" in objectStorage.read'],
  [{ write: { partBytes: 1_000 } }, 'objectStorage.write.partBytes is 1000'],
])('objectStorage: %o is refused', (objectStorage, message) => {
  expect(() => new Session({ objectStorage: objectStorage as ObjectStorageOptions })).toThrow(message);
});

test('sizes, the append mode and the deadline of a session reach its requests', async () => {
  const { server, keys, options } = await service();
  const objectStorage = {
    append: 'refuse-normal',
    read: { firstBytes: 10, partBytes: 10, parallelFromBytes: 0, aloneFromBytesPerSecond: Infinity },
  } as const;
  const session = new Session({ ...options, ...keys, objectStorage });
  onTestFinished(() => session.close());
  server.put('data', 'long', 'x'.repeat(95));
  server.clearLog();
  let length = 0;
  for await (const chunk of session.storage.openRead('obs://data/long')) length += chunk.length;
  expect(length).toBe(95);
  expect(server.log).toHaveLength(10);
  const lines = (async function* () {
    yield Buffer.from('x\n');
  })();
  await expect(session.storage.append('obs://data/long', lines)).rejects.toMatchObject({
    code: 'NotAppendable',
  });
  const hasty = new Session({ ...options, ...keys, objectStorage: { deadlineMs: 1 } });
  onTestFinished(() => hasty.close());
  const stalled = server.fault({ do: { kind: 'stall', at: 'before' } });
  await expect(hasty.storage.stat('obs://data/long')).rejects.toMatchObject({ code: 'Timeout' });
  stalled.remove();
});
