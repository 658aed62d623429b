import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { type ObsServer, type ObsServerOptions, startObsServer } from '../server/obs/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'dist/bin/labelkit.js');
const street = join(root, 'examples/street');

const servers: ObsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A service with a bucket `data` and these objects in it. */
async function service(files: Record<string, string | Uint8Array> = {}, options: ObsServerOptions = {}) {
  const server = await startObsServer({ buckets: ['data'], ...options });
  servers.push(server);
  for (const [key, content] of Object.entries(files)) server.put('data', key, content);
  return server;
}

/** The files of a folder as objects below a prefix. */
function objects(folder: string, prefix: string): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.keys(filesIn(folder)).map((name) => [prefix + name, readFileSync(join(folder, name))]),
  );
}

function below(server: ObsServer, prefix: string): Record<string, string> {
  const keys = server.keys('data').filter((key) => key.startsWith(prefix));
  return Object.fromEntries(
    keys.map((key) => [key.slice(prefix.length), server.get('data', key)?.toString('utf8') ?? '']),
  );
}

function environmentOf(server: ObsServer): Record<string, string> {
  return {
    HUAWEICLOUD_SDK_AK: server.accessKey,
    HUAWEICLOUD_SDK_SK: server.secretKey,
    ...(server.securityToken === undefined ? {} : { HUAWEICLOUD_SDK_SECURITY_TOKEN: server.securityToken }),
    LABELKIT_OBS_ENDPOINT: server.endpoint,
    LABELKIT_CONFIG: 'none.json',
  };
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Record<string, string>, cwd: string, stdin?: string) {
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  child.stdin.end(stdin);
  const end = new Promise<Outcome>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, ...said }));
  });
  return { child, end };
}

/** Runs the command in a folder, with the keys of the service in its environment. */
async function run(
  server: ObsServer,
  args: readonly string[],
  more: { env?: Record<string, string>; cwd?: string; stdin?: string } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await start(
    args,
    { ...environmentOf(server), ...more.env },
    more.cwd ?? scratch(),
    more.stdin,
  ).end;
  const timeless = stdout
    .replaceAll(/ in [\d.]+ s$/gm, ' in # s')
    .replaceAll(/"seconds": [\d.]+/g, '"seconds": 0');
  for (const secret of [server.secretKey, server.securityToken]) {
    if (secret !== undefined) expect(stdout + stderr).not.toContain(secret);
  }
  return { code, stdout: timeless, stderr };
}

/** The text with the paths of the bucket in place of the local ones. */
const moved = (text: string) =>
  text.replaceAll('street/', 'obs://data/street/').replaceAll('"street"', '"obs://data/street"');

/** A folder with the example data set as `street`. */
const withStreet = () => scratch(objects(street, 'street/'));

describe('what the command says and writes is what it does on the local disk', () => {
  test.each([
    ['validate', ['validate', 'street/']],
    ['validate, JSON', ['validate', 'street/', '--json', '--severity', 'info']],
    ['validate closely', ['validate', 'street/', '--check-files', '--json', '--severity', 'info']],
    ['inspect', ['inspect', 'street/', '--json']],
    ['diff', ['diff', 'street/', 'street/', '--json']],
  ])('%s', async (_, args) => {
    const cwd = withStreet();
    const server = await service(objects(street, 'street/'));
    const local = await run(server, args, { cwd });
    const remote = await run(
      server,
      args.map((arg) => arg.replace('street/', 'obs://data/street/')),
    );
    expect(remote).toEqual({ ...local, stdout: moved(local.stdout) });
  });

  test.each([
    ['filter', ['filter', 'in.manifest', 'out.manifest', '--usage', 'TRAIN']],
    ['filter by object', ['filter', 'in.manifest', 'out.manifest', '--by', 'object', '--label', 'car']],
    ['sample', ['sample', 'in.manifest', 'out.manifest', '-n', '5', '--seed', '3']],
    ['sample by label', ['sample', 'in.manifest', 'out.manifest', '--per-label', '2']],
    ['relabel', ['relabel', 'in.manifest', 'out.manifest', '--map', 'car=vehicle', '--drop', 'person']],
    ['dedupe', ['dedupe', 'in.manifest', 'out.manifest']],
    ['dedupe by line, the last', ['dedupe', 'in.manifest', 'out.manifest', '--by', 'line', '--keep', 'last']],
    ['dedupe by image', ['dedupe', 'in.manifest', 'out.manifest', '--by', 'image']],
    ['repair', ['repair', 'in.manifest', 'out.manifest', '--fix', 'swap-corners,clip,usage-case']],
    ['stats', ['stats', 'in.manifest', '--json']],
    ['diff', ['diff', 'in.manifest', 'other.manifest', '--json']],
    ['filter a tree', ['filter', 'street', 'out', '--label', 'car']],
    ['sample a tree', ['sample', 'street', 'out', '--fraction', '0.5', '--stratify']],
    ['relabel a tree', ['relabel', 'street', 'out', '--map', 'car=vehicle']],
    ['dedupe a tree', ['dedupe', 'street', 'out', '--by', 'image']],
    ['stats of a tree', ['stats', 'street', '--json']],
  ])('%s', async (_, args) => {
    const cwd = withStreet();
    const server = await service();
    await run(server, ['convert', 'street', 'one.manifest', '--to', 'manifest'], { cwd });
    const lines = readFileSync(join(cwd, 'one.manifest'), 'utf8');
    writeFileSync(join(cwd, 'in.manifest'), lines + lines.replaceAll('"usage"', '"x": 1.0, "usage"') + lines);
    writeFileSync(join(cwd, 'other.manifest'), lines.replace('TRAIN', 'EVAL'));
    const before = filesIn(cwd);
    for (const [key, bytes] of Object.entries(objects(cwd, ''))) server.put('data', key, bytes);
    const local = await run(server, args, { cwd });
    const places = ['in.manifest', 'other.manifest', 'out.manifest', 'street', 'out'];
    const remote = await run(
      server,
      args.map((arg) => (places.includes(arg) ? `obs://data/${arg}` : arg)),
    );
    const pathsMoved = (text: string) =>
      text
        .replaceAll(/(?<=^ {2}|: ")(?=out|in\.manifest|other\.manifest|street")/gm, 'obs://data/')
        .replaceAll(/(?<= as [\d,]+, )street\//g, args[1] === 'street' ? 'obs://data/street/' : 'street/');
    expect(remote).toEqual({ ...local, stdout: pathsMoved(local.stdout) });
    expect(local.code).toBe(args[0] === 'diff' ? 1 : 0);
    const written = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).filter(([name]) => !(name in before)));
    const here = written(filesIn(cwd));
    // References into a bucket are always whole addresses.
    for (const [name, text] of Object.entries(here))
      here[name] = text.replaceAll('"out-annotations/', '"obs://data/out-annotations/');
    expect(written(below(server, ''))).toEqual(here);
    expect(Object.keys(here).length > 0).toBe(args[2]?.startsWith('out') === true);
  });

  test.each([
    ['at random', ['--ratio', 'train=0.8,test=0.2', '--seed', '3']],
    ['by hash', ['--by', 'hash', '--ratio', 'train=0.8,test=0.2']],
    ['by lines', ['--by', 'lines', '--count', 'train=70000,test']],
  ])('split %s: a manifest of several megabytes', async (_, how) => {
    const line = (i: number) => `{"source":"obs://b/${'folder/'.repeat(9)}${i}.jpg"}\n`;
    const text = Array.from({ length: 90_000 }, (_unused, i) => line(i)).join('');
    const cwd = scratch({ 'all.manifest': text });
    const server = await service({ 'all.manifest': text });
    const local = await run(server, ['split', 'all.manifest', 'parts', ...how], { cwd });
    expect(local).toMatchObject({ code: 0, stderr: '' });
    const remote = await run(server, ['split', 'obs://data/all.manifest', 'obs://data/parts', ...how]);
    expect(remote).toEqual({ ...local, stdout: local.stdout.replaceAll('parts/', 'obs://data/parts/') });
    expect(below(server, 'parts/')).toEqual(filesIn(join(cwd, 'parts')));
    const again = await run(server, ['split', 'obs://data/all.manifest', 'obs://data/parts', ...how]);
    expect(again).toMatchObject({ code: 3 });
    const checked = await run(server, ['split', '--check', 'obs://data/parts', '--of', 'all.manifest'], {
      cwd,
    });
    expect(checked).toMatchObject({ code: 0 });
  });

  test('repair, and what diff says of it', async () => {
    const cwd = withStreet();
    const server = await service(objects(street, 'street/'));
    const fix = ['--fix', 'metavalidation,extension,path'];
    const local = await run(server, ['repair', 'street', 'mended', ...fix], { cwd });
    const remote = await run(server, ['repair', 'obs://data/street', 'obs://data/mended', ...fix]);
    expect(remote).toEqual({ ...local, stdout: local.stdout.replace('  mended  ', '  obs://data/mended  ') });
    expect(below(server, 'mended/')).toEqual(filesIn(join(cwd, 'mended')));
    const same = await run(server, ['diff', 'mended', 'obs://data/mended'], { cwd });
    expect(same).toMatchObject({ code: 0 });
    const other = await run(server, ['diff', 'obs://data/street', 'mended'], { cwd });
    expect(other).toMatchObject({ code: 1 });
    expect(other.stdout).toContain('equal 1, changed 4, removed 1, added 0');
  });

  test.each(['native', 'esdk'])('a VOC tree to a manifest and back, with engine %s', async (engine) => {
    const cwd = withStreet();
    // By path, which is how a server on this machine is spoken to, the official client knows only signature v2.
    const env = { LABELKIT_OBS_ENGINE: engine, LABELKIT_OBS_SIGNATURE: engine === 'esdk' ? 'v2' : 'obs' };
    const server = await service(objects(street, 'street/'));
    expect((await run(server, ['convert', 'street', 'm.manifest', '--to', 'manifest'], { cwd })).code).toBe(
      0,
    );
    expect(
      (await run(server, ['convert', 'm.manifest', 'back', '--to', 'voc', '--images', 'copy'], { cwd })).code,
    ).toBe(0);

    const there = await run(
      server,
      ['convert', 'obs://data/street', 'obs://data/m.manifest', '--to', 'manifest'],
      { env },
    );
    expect(there).toEqual({
      code: 0,
      stderr: '',
      stdout: 'read 6, written 6, skipped 0 in # s\n  obs://data/m.manifest  6 samples\n',
    });
    expect(server.get('data', 'm.manifest')?.toString()).toBe(
      readFileSync(join(cwd, 'm.manifest'), 'utf8').replaceAll('"street/', '"obs://data/street/'),
    );
    const back = await run(
      server,
      ['convert', 's3a://data/m.manifest', 's3://data/back', '--to', 'voc', '--images', 'copy', '--json'],
      { env },
    );
    expect(back.code).toBe(0);
    expect(JSON.parse(back.stdout)).toMatchObject({
      read: 6,
      written: 6,
      skipped: 0,
      losses: {},
      diagnostics: [],
    });
    expect(below(server, 'back/')).toEqual(filesIn(join(cwd, 'back')));
    server.assertClean();
  });

  test('a manifest through standard input and output', async () => {
    const line = '{"source":"obs://data/1.jpg"}\n';
    const server = await service({ 'in.manifest': line });
    const out = await run(server, ['convert', 'obs://data/in.manifest', '-', '--to', 'manifest', '--quiet']);
    expect(out).toEqual({ code: 0, stdout: line, stderr: '' });
    const into = await run(
      server,
      ['convert', '-', 'obs://data/out.manifest', '--from', 'manifest', '--to', 'manifest'],
      {
        stdin: line,
      },
    );
    expect(into.code).toBe(0);
    expect(server.get('data', 'out.manifest')?.toString()).toBe(line);
  });

  test('create, append twice, overwrite', async () => {
    const line = '{"source":"obs://data/1.jpg"}\n';
    const server = await service({ 'in.manifest': line });
    const go = async (mode: string) =>
      await run(server, [
        'convert',
        'obs://data/in.manifest',
        'obs://data/out.manifest',
        '--to',
        'manifest',
        '--mode',
        mode,
      ]);
    expect((await go('create')).code).toBe(0);
    const again = await go('create');
    expect(again.code).toBe(3);
    expect(again.stderr).toContain('overwrite');
    expect((await go('append')).code).toBe(0);
    expect((await go('append')).code).toBe(0);
    expect(server.get('data', 'out.manifest')?.toString()).toBe(line.repeat(3));
    expect((await go('overwrite')).code).toBe(0);
    expect(server.get('data', 'out.manifest')?.toString()).toBe(line);
    expect(server.keys('data')).toEqual(['in.manifest', 'out.manifest']);
    server.assertClean();
  });

  test('from the disk into a bucket and from a bucket to the disk', async () => {
    const cwd = withStreet();
    const server = await service();
    const up = await run(server, ['convert', 'street', 'obs://data/up', '--to', 'voc', '--images', 'copy'], {
      cwd,
    });
    expect(up.code).toBe(0);
    const down = await run(server, ['convert', 'obs://data/up', 'down', '--to', 'voc', '--images', 'copy'], {
      cwd,
    });
    expect(down.code).toBe(0);
    expect(filesIn(join(cwd, 'down'))).toEqual(filesIn(join(cwd, 'street')));
  });

  test('quarantine in the bucket', async () => {
    const good = '{"source":"obs://data/1.jpg"}\n';
    const server = await service({ 'in.manifest': `${good}{"source":\n` });
    const result = await run(server, [
      'convert',
      'obs://data/in.manifest',
      'obs://data/out.manifest',
      '--to',
      'manifest',
      '--quarantine',
      'obs://data/bad.manifest',
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('obs://data/in.manifest:2:');
    expect(server.get('data', 'out.manifest')?.toString()).toBe(good);
    expect(server.get('data', 'bad.manifest')?.toString()).toBe('{"source":\n');
    expect(JSON.parse(server.get('data', 'bad.manifest.findings.jsonl')?.toString() ?? '')).toMatchObject({
      rule: 'M004',
      line: 2,
    });
  });

  test('a manifest on the disk whose annotation files are in the bucket, checked with them', async () => {
    const cwd = scratch();
    const loc = (name: string) =>
      `{"source":"obs://data/${name}.jpg","annotation":[{"type":"modelarts/object_detection","annotation-loc":"obs://data/x/${name}.xml"}]}\n`;
    writeFileSync(join(cwd, 'in.manifest'), loc('a') + loc('b') + loc('c'));
    const server = await service({ 'x/a.xml': vocXml('a.jpg'), 'x/b.xml': '<annotation' });
    const { code, stdout } = await run(server, ['validate', 'in.manifest', '--check-files', '--json'], {
      cwd,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([
      { rule: 'M083', line: 2 },
      { rule: 'M082', line: 3 },
    ]);
    const voc = await run(server, ['convert', 'in.manifest', 'voc', '--to', 'voc', '--on-error', 'skip'], {
      cwd,
    });
    expect(voc.code).toBe(1);
    expect(Object.keys(filesIn(join(cwd, 'voc')))).toEqual([
      'Annotations/a.xml',
      'ImageSets/Main/default.txt',
    ]);
  });
});

describe('one sentence that says what to do', () => {
  test.each<[string, ObsServerOptions, Record<string, string>, string, string[]]>([
    [
      'an unknown access key',
      {},
      { HUAWEICLOUD_SDK_AK: 'AKWRONG' },
      'obs://data/in.manifest',
      ['does not know the access key', 'Check the access key'],
    ],
    [
      'a wrong secret key',
      {},
      { HUAWEICLOUD_SDK_SK: 'wrong' },
      'obs://data/in.manifest',
      ['signature does not match', 'Check the secret key'],
    ],
    [
      'a token that has ended',
      { securityToken: 'TOKEN0123456789', tokenExpires: Date.now() - 1000 },
      {},
      'obs://data/in.manifest',
      ['security token', 'Get new temporary keys'],
    ],
    [
      'a clock that is wrong',
      { clock: () => Date.now() + 3_600_000 },
      {},
      'obs://data/in.manifest',
      ['the clock here says', 'Set the clock'],
    ],
    [
      'a bucket that is not there',
      {},
      {},
      'obs://nowhere/in.manifest',
      ['obs://nowhere/in.manifest', 'the bucket nowhere does not exist', 'Check the name of the bucket'],
    ],
    [
      'an object that is not there',
      {},
      {},
      'obs://data/none.manifest',
      ['obs://data/none.manifest', 'Check the bucket and the key'],
    ],
    [
      'no service',
      {},
      { LABELKIT_OBS_ENDPOINT: 'http://127.0.0.1:1' },
      'obs://data/in.manifest',
      ['ECONNREFUSED', 'Check the endpoint'],
    ],
    [
      'no keys',
      {},
      { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' },
      'obs://data/in.manifest',
      ['no access key was found', '--session'],
    ],
  ])('%s', async (_, options, env, path, words) => {
    const server = await service({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' }, options);
    for (const args of [
      ['validate', path],
      ['convert', path, 'out.manifest', '--from', 'manifest', '--to', 'manifest'],
    ]) {
      const { code, stdout, stderr } = await run(server, args, { env });
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      for (const word of words) expect(stderr).toContain(word);
      expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    }
  });

  test('a permission that is missing, to read and to write', async () => {
    const server = await service({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' });
    server.fault({ operation: 'PutObject', do: { kind: 'error', status: 403, code: 'AccessDenied' } });
    const { code, stderr } = await run(server, [
      'convert',
      'obs://data/in.manifest',
      'obs://data/out.manifest',
      '--to',
      'manifest',
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain('Ask for the permission');
    expect(server.keys('data')).toEqual(['in.manifest']);
  });

  test('unchecked certificates and open connections are said, even with --quiet', async () => {
    const server = await service({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' }, { tls: true });
    const refused = await run(server, ['validate', 'obs://data/in.manifest']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('certificate');
    const open = await run(server, ['validate', 'obs://data/in.manifest', '--quiet'], {
      env: { LABELKIT_OBS_INSECURE: 'true' },
    });
    expect(open).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^warning: certificates are not checked/),
    });
    const cwd = scratch({ 'ca.pem': server.certificate ?? '' });
    const trusted = await run(server, ['validate', 'obs://data/in.manifest'], {
      cwd,
      env: { LABELKIT_OBS_CA_FILE: 'ca.pem' },
    });
    expect(trusted).toMatchObject({ code: 0, stderr: '' });
  });
});

test('a profile is used by name', async () => {
  const server = await service({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' });
  const cwd = scratch();
  const profile = { accessKey: server.accessKey, secretKey: server.secretKey, endpoint: server.endpoint };
  writeFileSync(join(cwd, 'config.json'), JSON.stringify({ profiles: { work: profile } }), { mode: 0o600 });
  const env = { LABELKIT_CONFIG: 'config.json', LABELKIT_OBS_ENDPOINT: '', HUAWEICLOUD_SDK_AK: 'AKOTHER' };
  const args = ['inspect', 'obs://data/in.manifest'];
  expect((await run(server, [...args, '--session', 'work'], { env, cwd })).code).toBe(0);
  const unknown = await run(server, [...args, '--session', 'home'], { env, cwd });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no profile "home"') });
});

/** A client in this process. */
function clientOf(server: ObsServer) {
  const { endpoint, accessKey, secretKey } = server;
  return createObsStorage({
    endpoint,
    addressing: 'path',
    engine: 'native',
    credentials: async () => ({ accessKey, secretKey }),
    write: { partBytes: 102_400 },
  });
}

describe('what killed writers left', () => {
  test('uploads are listed, taken back by age, and counted', async () => {
    const server = await service();
    const client = clientOf(server);
    for (const key of ['dir/a', 'dir/b', 'other']) {
      const writer = await client.openWrite(`obs://data/${key}`);
      await writer.write(Buffer.alloc(250_000));
    }
    await client.close();
    while (server.openUploads < 3) await new Promise(setImmediate);
    const clean = (...args: string[]) => run(server, ['obs', 'clean-uploads', 'obs://data/dir/', ...args]);
    expect(await clean()).toEqual({ code: 0, stdout: 'took back 0 uploads, left 2\n', stderr: '' });
    const dry = await clean('--older-than', '0s', '--dry-run');
    expect(dry.stdout).toMatch(
      /^obs:\/\/data\/dir\/a {2}begun \S+Z\nobs:\/\/data\/dir\/b {2}begun \S+Z\nwould take back 2 uploads, left 0\n$/,
    );
    expect(server.openUploads).toBe(3);
    const done = await clean('--older-than', '0s', '--json');
    expect(JSON.parse(done.stdout)).toEqual({
      removed: 2,
      left: 0,
      uploads: ['a', 'b'].map((name) => ({ path: `obs://data/dir/${name}`, started: expect.any(String) })),
      dryRun: false,
    });
    expect(server.openUploads).toBe(1);
  });

  test.each(['1', 'd', '-1d', '1y', '1.5d'])('--older-than %s is no time', async (time) => {
    const said = await run(await service(), ['obs', 'clean-uploads', 'obs://data/', '--older-than', time]);
    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('30m, 12h, 1d or 2w') });
  });

  test('a lock is removed, and its holder named', async () => {
    const holder = { token: 'x', host: 'other-host', pid: 17, since: '2026-01-02T03:04:05.000Z' };
    const lock = '.list.manifest.labelkit-lock';
    const server = await service({ 'list.manifest': '{}\n', [lock]: JSON.stringify(holder) });
    const cwd = scratch({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' });
    const append = () =>
      run(
        server,
        ['convert', 'in.manifest', 'obs://data/list.manifest', '--to', 'manifest', '--mode', 'append'],
        {
          cwd,
        },
      );
    expect(await append()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('labelkit obs break-lock'),
    });
    const unlock = (...args: string[]) =>
      run(server, ['obs', 'break-lock', 'obs://data/list.manifest', ...args]);
    expect(await unlock()).toEqual({
      code: 0,
      stdout:
        'removed the lock of obs://data/list.manifest, held by process 17 on other-host since 2026-01-02T03:04:05.000Z\n',
      stderr: '',
    });
    expect(server.keys('data')).toEqual(['list.manifest']);
    expect((await unlock('--json')).stdout).toBe(
      `${JSON.stringify({ path: 'obs://data/list.manifest', broken: false, holder: null }, null, 2)}\n`,
    );
    expect((await unlock()).stdout).toBe('obs://data/list.manifest is not locked\n');
    expect((await append()).code).toBe(0);
  });

  test.each([
    ['clean-uploads', './dir'],
    ['break-lock', './file'],
  ])('obs %s is for object storage', async (name, path) => {
    const said = await run(await service(), ['obs', name, path]);
    expect(said).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a path in object storage'),
    });
  });
});

test('an append that would make an object anew can be refused', async () => {
  const server = await service({ 'list.manifest': '{"source":"obs://data/0.jpg"}\n' });
  const cwd = scratch({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' });
  const args = ['convert', 'in.manifest', 'obs://data/list.manifest', '--to', 'manifest', '--mode', 'append'];
  const refused = await run(server, [...args, '--append-mode', 'refuse-normal'], { cwd });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('list.manifest') });
  expect(server.get('data', 'list.manifest')?.toString()).toBe('{"source":"obs://data/0.jpg"}\n');
  expect((await run(server, args, { cwd })).code).toBe(0);
  expect(server.get('data', 'list.manifest')?.toString().split('\n').length).toBe(3);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while uploading leaves nothing in the bucket',
  async (signal) => {
    const server = await service({}, { bytesPerSecond: 2_000_000 });
    const line = `{"source":"obs://data/${'x'.repeat(200)}.jpg"}\n`;
    const cwd = scratch({ 'in.manifest': line.repeat(150_000) });
    const { child, end } = start(
      ['convert', 'in.manifest', 'obs://data/out.manifest', '--to', 'manifest'],
      environmentOf(server),
      cwd,
    );
    while (server.openUploads === 0) await new Promise((next) => setTimeout(next, 20));
    child.kill(signal);
    expect(await end).toEqual({
      code: 130,
      stdout: '',
      stderr: 'interrupted; nothing was left half-written\n',
    });
    expect(server.keys('data')).toEqual([]);
    server.assertClean();
  },
);

test('the client for object storage is loaded by paths that need it, and no others', async () => {
  const server = await service({ 'in.manifest': '{"source":"obs://data/1.jpg"}\n' });
  const cwd = withStreet();
  const loaded = join(cwd, 'loaded.txt');
  writeFileSync(
    join(cwd, 'hooks.mjs'),
    `import { appendFileSync } from 'node:fs';
     export function load(url, context, next) { appendFileSync(${JSON.stringify(loaded)}, url + '\\n'); return next(url, context); }`,
  );
  writeFileSync(
    join(cwd, 'spy.mjs'),
    `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  );
  const env = { NODE_OPTIONS: `--import ${join(cwd, 'spy.mjs')}` };
  const loadsClient = async (path: string) => {
    writeFileSync(loaded, '');
    expect((await run(server, ['inspect', path], { cwd, env })).code).toBe(0);
    const files = readFileSync(loaded, 'utf8')
      .split('\n')
      .filter((url) => url.startsWith('file:'));
    return files.some((url) =>
      readFileSync(fileURLToPath(url), 'utf8').includes('object storage has no links'),
    );
  };
  expect(await loadsClient('street')).toBe(false);
  expect(await loadsClient('obs://data/in.manifest')).toBe(true);
});

test.each([
  ['relabel', ['relabel', 'street/', 'out/', '--map', 'car=vehicle', '--drop', 'moon']],
  ['merge', ['merge', 'street/', 'street/', 'out/', '--dedupe-boxes', '0.9']],
  ['sample', ['sample', 'street/', 'out/', '--per-label', '2']],
  [
    'relabel to a manifest',
    ['relabel', 'street/', 'out/m.manifest', '--map', 'car=vehicle', '--to', 'manifest'],
  ],
])('%s writes there what it writes here', async (_, args) => {
  const cwd = withStreet();
  mkdirSync(join(cwd, 'out'));
  const server = await service(objects(street, 'street/'));
  const overwrite = [...args, '--mode', 'overwrite'];
  const local = await run(server, overwrite, { cwd });
  const remote = await run(
    server,
    overwrite.map((arg) => arg.replace(/^(street|out)\//, 'obs://data/$1/')),
  );
  expect(remote.code).toBe(local.code);
  expect(local.code).toBe(0);
  const written = below(server, 'out/');
  const expected = filesIn(join(cwd, 'out'));
  expect(Object.keys(written)).toEqual(Object.keys(expected));
  for (const name of Object.keys(expected).filter((one) => !one.endsWith('.manifest')))
    expect(written[name], name).toBe(expected[name]);
});

const asBoxes = ['--to-option', 'shapes=bbox'];
test.each([
  ['one file', 'data.json', ['--to', 'coco']],
  ['a tree with lists', 'tree', ['--to', 'yolo', ...asBoxes]],
  ['a file for each image', 'tree', ['--to', 'labelme']],
  ['masks', 'tree', ['--to', 'image-segmentation']],
])('%s: written from here to there, from there to here, and there alone', async (_, output, args) => {
  const cwd = withStreet();
  for (const folder of ['here', 'down']) mkdirSync(join(cwd, folder));
  const server = await service(objects(street, 'street/'));
  const convert = (from: string, to: string) =>
    run(server, ['convert', from, to, ...args, '--images', 'copy', '--on-error', 'skip'], { cwd });
  const here = await convert('street', `here/${output}`);
  const expected = filesIn(join(cwd, 'here'));
  expect(Object.keys(expected).length).toBeGreaterThan(1);
  expect((await convert('street', `obs://data/up/${output}`)).code).toBe(here.code);
  expect((await convert('obs://data/street', `obs://data/across/${output}`)).code).toBe(here.code);
  expect((await convert('obs://data/street', `down/${output}`)).code).toBe(here.code);
  expect(below(server, 'up/')).toEqual(expected);
  expect(below(server, 'across/')).toEqual(expected);
  expect(filesIn(join(cwd, 'down'))).toEqual(expected);
});
