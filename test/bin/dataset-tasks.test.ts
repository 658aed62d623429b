import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

/** A data set `pets` of six cats and an image without labels, and a way to say command lines. */
async function pets() {
  const { service, obs, environment, close } = await startStandIns({ pace: { ms: 0 } });
  onTestFinished(close);
  const env = { ...environment, LABELKIT_CONFIG: join(scratch(), 'config.json') };
  const say = async (...argv: string[]) => await commandLine(['dataset', ...argv], env);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    obs.put('data', `in/${name}.jpg`, name);
    obs.put('data', `in/${name}.xml`, vocXml(`${name}.jpg`, [{ name: 'cat' }]));
  }
  obs.put('data', 'in/none.jpg', 'none');
  const places = ['--data', 'obs://data/none/', '--work-path', 'obs://data/work/', '--data-type', 'IMAGE'];
  const { code } = await say('create', 'pets', ...places);
  expect(code).toBe(0);
  await say('import', 'pets', 'obs://data/in/', '--format', 'voc', '--wait');
  const run = async (...argv: string[]) => await say('tasks', ...argv);
  const json = async (...argv: string[]) => {
    const { code, stdout, stderr } = await run(...argv, '--json', '--quiet');
    expect([stderr, code]).toEqual(['', 0]);
    return JSON.parse(stdout);
  };
  const { datasetId } = JSON.parse((await say('show', 'pets', '--json')).stdout);
  const sent = () => service.recorded.filter(({ method }) => method === 'POST').at(-1)?.body;
  return { service, run, json, sent, datasetId };
}

describe('labelling and grouping', () => {
  test('from the start to the list', async () => {
    const { run, json, sent } = await pets();
    const started = await run('auto-label', 'pets', '--algorithm', 'fast', '--key-samples', '--wait');
    expect(started.stdout).toMatch(/^task \S+: done, 100 %\n$/);
    expect(sent()).toEqual({
      task_type: 'auto-label',
      collect_key_sample: true,
      config: { algorithm_type: 'fast' },
    });
    await json('auto-group', 'pets', '--clusters', '2', '--config', '{"seed": "1"}', '--result', 'samples');
    expect(sent()).toEqual({
      task_type: 'auto-grouping',
      config: { n_clusters: 2, result_type: 1, seed: '1' },
    });
    const { tasks, total } = await json('list', 'pets');
    expect([total, tasks.map(({ taskType }: { taskType: string }) => taskType)]).toEqual([
      2,
      ['auto-grouping', 'auto-label'],
    ]);
    const shown = await run('show', 'pets', tasks[1].taskId);
    expect(shown.stdout).toMatch(/^type +auto-label$/m);
    expect(shown.stdout).toMatch(/^samples +7$/m);
    const table = await run('list', 'pets');
    expect(table.stdout).toMatch(/^\S+ +auto-label +done /m);
    expect((await run('stop', 'pets', tasks[1].taskId)).stdout).toBe(`stopped the task ${tasks[1].taskId}\n`);
  });

  test('environment variables of a model are sent, and shown by name only', async () => {
    const { service, run, json } = await pets();
    const { taskId } = await json(
      ...['pre-label', 'pets', '--model', 'm1', '--specification', 'modelarts.vm.cpu.2u'],
      ...['--env', 'TOKEN=planted-value', '--confidence', '0.5-1'],
    );
    const body = JSON.parse(service.seen.findLast(({ method }) => method === 'POST')?.body ?? '');
    expect(body).toEqual({
      task_type: 'pre-label',
      model_id: 'm1',
      config: {
        inf_config_list: [
          { specification: 'modelarts.vm.cpu.2u', instance_count: 1, envs: { TOKEN: 'planted-value' } },
        ],
        confidence_scope: '0.5-1',
      },
    });
    for (const argv of [
      ['show', 'pets', taskId],
      ['list', 'pets'],
    ]) {
      const { stdout, stderr } = await run(...argv, '--json');
      expect(stdout).toContain('"TOKEN": "[redacted]"');
      expect(stdout + stderr).not.toContain('planted-value');
    }
  });

  test('a service that repeats such a value does not make it known', async () => {
    const { service, run } = await pets();
    service.fault({
      method: 'POST',
      path: /\/tasks$/,
      do: { kind: 'status', status: 400, code: 'ModelArts.4405', message: 'bad env planted-value' },
    });
    const { code, stderr } = await run(
      ...['pre-label', 'pets', '--model', 'm1', '--specification', 's', '--env', 'TOKEN=planted-value'],
    );
    expect([code, stderr]).toEqual([3, expect.stringContaining('bad env [redacted]')]);
  });

  test.each([
    [['auto-label', 'pets', '--config', '[1]'], 2, '--config is no JSON object'],
    [['auto-label', 'pets', '--config', '{'], 2, '--config is no JSON'],
    [['auto-group', 'pets', '--clusters', '9'], 3, 'n_clusters must be less'],
    [['pre-label', 'pets'], 2, '--model'],
    [['show', 'pets', 'none'], 3, 'none'],
    [['show', 'dogs', 'none'], 3, 'there is no data set with the id or name "dogs"'],
  ])('what cannot be: %j', async (argv, code, message) => {
    const { run } = await pets();
    const outcome = await run(...argv);
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('processing', () => {
  const work = ['--work-path', 'obs://data/out/'];

  test('from the start to the end of a version', async () => {
    const { run, json, sent, datasetId } = await pets();
    const made = await run(
      ...['process', 'start', 'validation', 'check', '--dataset', datasetId, ...work],
      ...['--operator', 'MetaValidation', '--param', 'image_max_width=1920', '--create-version', '--wait'],
    );
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^task \S+: done\n$/)]);
    expect(sent()).toEqual({
      name: 'check',
      template: {
        id: 'sys_data_validation',
        operator_params: [
          { id: 'MetaValidation', advanced_params_switch: false, params: { image_max_width: '1920' } },
        ],
      },
      inputs: [{ type: 'DATASET', source: datasetId }],
      work_path: { type: 'OBS', path: '/data/out/' },
      create_version: true,
    });
    const { tasks } = await json('process', 'list');
    const { taskId } = tasks[0];
    const described = await run('process', 'show', taskId, '--describe', 'checks widths');
    expect(described.stdout).toMatch(/^description +checks widths$/m);

    const { taskVersionId } = await json(
      ...['process', 'new-version', taskId, 'cleaning', '--data', 'obs://data/in/', ...work, '--wait'],
    );
    expect((await run('process', 'versions', taskId)).stdout).toContain(taskVersionId);
    expect((await run('process', 'version', taskId, taskVersionId)).stdout).toMatch(/^status +done$/m);
    expect(await json('process', 'results', taskId, taskVersionId, '--only', 'deleted')).toEqual({
      total: 0,
      hasMore: false,
      results: [],
    });
    const stopped = await run('process', 'version', taskId, taskVersionId, '--stop');
    expect(stopped.stdout).toBe(`stopped the version ${taskVersionId}\n`);
    await run('process', 'version', taskId, taskVersionId, '--delete', '--yes');
    expect((await json('process', 'versions', taskId)).versions).toEqual([]);
    await run('process', 'delete', taskId, '--yes');
    expect((await json('process', 'list')).tasks).toEqual([]);
    expect((await json('process', 'templates')).templates).toHaveLength(5);
  });

  const start = ['process', 'start', 'cleaning', 'a'];
  const data = ['--data', 'obs://data/in/'];
  test.each([
    [['process', 'start', 'other', 'a', ...data, ...work], 'is no kind of task'],
    [[...start, ...work], 'it is not said what to process'],
    [[...start, ...data, '--dataset', 'd', ...work], '--data and --dataset'],
    [[...start, ...data], 'it is not said where results go'],
    [[...start, ...data, ...work, '--param', 'a=1'], '--param is given without --operator'],
    [[...start, ...data, ...work, '--operators', '{}'], '--operators is no list'],
    [[...start, ...data, ...work, '--version-name', 'a b'], 'D054'],
    [[...start, ...data, ...work, '--description', 'a<b'], 'D053'],
    [['process', 'delete', 't1'], 'Say --yes'],
    [['process', 'version', 't1', 'v1', '--delete'], 'Say --yes'],
  ])('what is no good is refused before anything is asked: %j', async (argv, message) => {
    const { service, run } = await pets();
    const before = service.seen.length;
    const { code, stderr } = await run(...argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(service.seen).toHaveLength(before);
  });
});
