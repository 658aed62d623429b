import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from '../server/obs/index.js';
import { filesIn, scratch } from '../support/scratch.js';

const command = resolve(import.meta.dirname, '../../dist/bin/labelkit.js');
const bccd = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'bccd');

let server: ObsServer;
beforeAll(async () => {
  server = await startObsServer({ buckets: ['data'] });
});
afterAll(async () => {
  server.assertClean();
  await server.close();
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with the keys of the service; times are left out of what it says. */
async function labelkit(cwd: string, ...args: string[]): Promise<Outcome> {
  const env = {
    PATH: process.env['PATH'],
    HUAWEICLOUD_SDK_AK: server.accessKey,
    HUAWEICLOUD_SDK_SK: server.secretKey,
    LABELKIT_OBS_ENDPOINT: server.endpoint,
    LABELKIT_CONFIG: 'none.json',
  };
  return await new Promise((done, fail) => {
    const options = { cwd, env, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [command, ...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') fail(error);
      const code = error === null ? 0 : Number(error.code);
      done({ code, stdout: stdout.replaceAll(/ in [\d.]+ s$|"seconds": [\d.]+/gm, ''), stderr });
    });
  });
}

test('a real tree goes into a bucket and back, and is worked on there as on the disk', async () => {
  const cwd = scratch();

  const up = await labelkit(cwd, 'copy', bccd, 'obs://data', '--json');
  expect(up).toMatchObject({ code: 0, stderr: '' });
  const { files } = JSON.parse(up.stdout.replace(/,\s*\}/, '}')) as { files: number };
  const original = filesIn(bccd);
  expect(files).toBe(Object.keys(original).length);
  expect(await labelkit(cwd, 'copy', bccd, 'obs://data')).toMatchObject({
    code: 0,
    stdout: `copied 0 files, 0 bytes; already there ${files}, failed 0\n`,
  });
  expect((await labelkit(cwd, 'copy', 'obs://data/bccd', '.')).code).toBe(0);
  expect(filesIn(join(cwd, 'bccd'))).toEqual(original);
  for (const name of Object.keys(original)) {
    const there = server.get('data', `bccd/${name}`);
    expect(there?.equals(readFileSync(join(bccd, name))), name).toBe(true);
  }

  // The same commands on the disk and in the bucket.
  for (const [options, mode] of [
    [[], 'create'],
    [['--mode', 'append'], 'append'],
    [['--mode', 'append'], 'append again'],
  ] as const) {
    const local = await labelkit(cwd, 'convert', 'bccd', 'bccd.manifest', '--to', 'manifest', ...options);
    const remote = await labelkit(
      cwd,
      ...['convert', 'obs://data/bccd', 'obs://data/bccd.manifest', '--to', 'manifest', ...options],
    );
    expect(remote, mode).toEqual({
      ...local,
      stdout: local.stdout.replace('bccd.manifest', 'obs://data/bccd.manifest'),
    });
    // In a bucket references are whole addresses; all else is the same.
    const there = server.get('data', 'bccd.manifest')?.toString('utf8') ?? '';
    expect(there.replaceAll('obs://data/', ''), mode).toBe(readFileSync(join(cwd, 'bccd.manifest'), 'utf8'));
  }
  expect(filesIn(cwd)['bccd.manifest']?.split('\n').length).toBe(3 * 364 + 1);

  expect((await labelkit(cwd, 'copy', 'obs://data/bccd.manifest', 'there.manifest')).code).toBe(0);
  for (const [here, there] of [
    ['bccd', 'obs://data/bccd'],
    ['there.manifest', 'obs://data/bccd.manifest'],
  ] as const) {
    const local = await labelkit(cwd, 'validate', here, '--json', '--check-files');
    const remote = await labelkit(cwd, 'validate', there, '--json', '--check-files');
    const named = local.stdout.replaceAll(new RegExp(`(?<![/\\w])${here}(?=[/"])`, 'g'), there);
    expect(JSON.parse(remote.stdout)).toEqual(JSON.parse(named));
    expect(remote).toMatchObject({ code: local.code, stderr: local.stderr });
  }
});
