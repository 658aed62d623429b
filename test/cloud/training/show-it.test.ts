import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatWithOptions } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startStandIns } from '../../server/modelarts/index.js';
import { commandLine } from '../../support/command-line.js';
import { scratch } from '../../support/scratch.js';
import { commands, program } from '../../support/training-page.js';

async function setUp() {
  const standIns = await startStandIns({ buckets: ['bucket'], pace: { ms: 0 } });
  onTestFinished(() => standIns.close());
  standIns.obs.put('bucket', 'code/train.py', 'print("training")\n');
  return { ...standIns, env: { ...standIns.environment, LABELKIT_CONFIG: join(scratch(), 'config.json') } };
}

const log = [
  '[worker-0] training on 6 samples of version V001 of street',
  '[worker-0] epoch 1/3: loss 1.0000',
  '[worker-0] epoch 2/3: loss 0.5000',
  '[worker-0] epoch 3/3: loss 0.3333',
  '',
].join('\n');

test('the commands of docs/training.md lead from a folder to a trained model', async () => {
  const { service, obs, env } = await setUp();
  const outcomes: { argv: string; stdout: string }[] = [];
  for (const words of commands) {
    // What an import remembers lies beside its folder otherwise.
    const argv = words[0] === 'import' ? [...words, '--no-state'] : words;
    const { code, stdout, stderr } = await commandLine(argv, env);
    expect([argv.join(' '), code, code === 0 ? '' : stderr]).toEqual([argv.join(' '), 0, '']);
    outcomes.push({ argv: argv.slice(0, 3).join(' '), stdout });
  }
  const [, submitted, shown, measured, created, , listed, deleted] = outcomes.map(({ stdout }) => stdout);
  expect(submitted).toBe(log);
  expect(shown).toMatch(/^phase +Completed$/m);
  expect(measured).toContain('gpuUtil');
  expect(created).toContain('street');
  expect(listed).toMatch(/^street +PyTorch.*second/m);
  expect(deleted).toContain('street');
  expect(obs.keys('bucket')).toContain('out/model.json');

  const sent = (method: string, path: string) =>
    service.recorded
      .filter((one) => one.method === method && one.path.endsWith(path))
      .map(({ body }) => body);
  const [job] = sent('POST', '/training-jobs');
  expect(job).toMatchObject({
    algorithm: {
      inputs: [{ remote: { dataset: { id: expect.any(String), version_id: expect.any(String) } } }],
    },
  });
  const [first] = sent('POST', '/training-job-configs') as Record<string, unknown>[];
  const [second] = sent('PUT', '/training-job-configs/street');
  // The update sends everything again.
  const { config_name: _, ...kept } = first!;
  expect(second).toEqual({
    ...kept,
    config_desc: 'second',
    parameter: [{ label: 'epochs', value: '10' }],
  });
  expect(sent('DELETE', '/training-job-configs/street')).toHaveLength(1);
});

test('and so does its program', async () => {
  const { env, obs } = await setUp();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const file = join(scratch(), 'program.ts');
  writeFileSync(file, program);
  let printed = '';
  const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const logged = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed += `${formatWithOptions({ colors: false, breakLength: Number.POSITIVE_INFINITY }, ...values)}\n`;
  });
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    written.mockRestore();
    logged.mockRestore();
  }
  expect(printed.slice(0, log.length)).toBe(log);
  expect(printed.slice(log.length)).toMatch(/^Completed \[.*cpuUsage[\s\S]*\]\n1 second\n$/);
  expect(obs.keys('bucket')).toContain('out/model.json');
});
