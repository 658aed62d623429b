import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { Session } from '../../../src/index.js';
import { projectId, region } from './iam.js';

test('as a program it prints what lets others in, and ends with its input', async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'run.mjs'), '--json', '--bucket', 'mine'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { environment, buckets } = JSON.parse(String(line));
  expect(buckets).toEqual(['mine']);
  const session = new Session({ configFile: '/nonexistent/config.json', environment });
  expect(await session.caller()).toMatchObject({ by: 'keys', projectId });
  expect((await session.settings()).region).toBe(region);
  await session.close();
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
});

test('for people it prints lines for a shell', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(text).toMatch(/^(export [A-Z_]+=\S+\n){7}$/);
});
