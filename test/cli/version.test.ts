import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'dist/bin/labelkit.js');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

test.each(['--version', '-V'])('%s is answered without loading anything', (flag) => {
  const { stdout, stderr } = spawnSync(process.execPath, [command, flag], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG: 'esm' },
  });
  expect(stdout).toBe(`${version}\n`);
  expect(stderr).toContain('dist/bin/labelkit.js');
  expect(stderr).not.toContain('dist/bin/main.js');
});
