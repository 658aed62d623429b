import { expect, test } from 'vitest';
import { projectId } from '../iam.js';
import type { Json } from '../json.js';
import { type Ask, clientOf, tokenOf } from '../raw-client.js';
import { setUp } from '../support.js';

const config = (changes: Json = {}): Json => ({
  worker_server_num: 1,
  app_url: '/data/code/',
  boot_file_url: '/data/code/train.py',
  engine_id: 28,
  spec_id: 4,
  parameter: [{ label: 'epochs', value: '2' }],
  data_url: '/data/in/',
  train_url: '/data/out/',
  log_url: '/data/log/',
  ...changes,
});

async function legacy() {
  const standIns = await setUp();
  return { ...standIns, ask: await clientOf(standIns.service, 'v1') };
}

async function created(ask: Ask, name = 'job') {
  const { body } = await ask('POST', '/training-jobs', { job_name: name, job_desc: '', config: config() });
  expect(body).toMatchObject({
    is_success: true,
    job_id: expect.any(Number),
    version_name: 'V0001',
    status: 1,
  });
  const job = `/training-jobs/${body['job_id']}`;
  return { job, version: `${job}/versions/${body['version_id']}`, versionId: body['version_id'] };
}

async function statuses(ask: Ask, version: string) {
  const seen: unknown[] = [];
  while (seen.length < 20 && ![10, 11, 12].includes(Number(seen.at(-1)))) {
    const { body } = await ask('GET', version);
    if (seen.at(-1) !== body['status']) seen.push(body['status']);
  }
  return seen;
}

test('a job goes through its states', async () => {
  const { ask, obs } = await legacy();
  const { version } = await created(ask);
  expect(await statuses(ask, version)).toEqual([4, 7, 8, 10]);
  expect(obs.keys('data')).toEqual([
    expect.stringMatching(/^log\/job\d+-V0001-worker-0\.log$/),
    'out/model.json',
  ]);
  const { body } = await ask('GET', version);
  expect(body).toMatchObject({ engine_name: 'PyTorch', data_url: '/data/in/' });
  expect(JSON.parse(String(body['model_metric_list']))).toHaveProperty('total_metric');
  const again = await ask('POST', '/training-jobs', { job_name: 'job', config: config() });
  expect(again).toMatchObject({ status: 200, body: { is_success: false, error_code: 'ModelArts.0103' } });
});

test('lines of a log have numbers that are written as integers, and no number of JavaScript holds', async () => {
  const { ask, service } = await legacy();
  const { version } = await created(ask);
  await statuses(ask, version);
  const { body: names } = await ask('GET', `${version}/log/file-names`);
  const file = String((names['log_file_list'] as string[])[0]);
  const page = async (query: string) => {
    const response = await fetch(
      `${service.endpoint}/v1/${projectId}${version}/aom-log?log_file=${file}&${query}`,
      { headers: { 'x-auth-token': await tokenOf(service) } },
    );
    const text = await response.text();
    const [, start, end] = /"start_line":(\d+),"end_line":(\d+)/.exec(text) ?? [];
    const { content } = JSON.parse(text) as { content: string };
    return { start, end, content: content.replace(/\[worker-0\] /g, '') };
  };
  const newest = await page('lines=1');
  expect(newest).toEqual({
    start: '1685593480000000005',
    end: '1685593480000000005',
    content: 'epoch 2/2: loss 0.5000\n',
  });
  const older = await page(`lines=1&order=asc&base_line=${newest.start}`);
  expect(older).toMatchObject({ end: '1685593480000000003', content: 'epoch 1/2: loss 1.0000\n' });
  const newer = await page(`base_line=${older.end}`);
  expect(newer).toEqual(newest);
  expect(await page(`base_line=${newest.end}`)).toEqual({ start: newest.end, end: newest.end, content: '' });
  for (const bad of ['lines=501', 'order=up', 'base_line=x'])
    expect((await ask('GET', `${version}/aom-log?log_file=${file}&${bad}`)).body['is_success']).toBe(false);
  expect((await ask('GET', `${version}/aom-log?log_file=other`)).status).toBe(404);
});

test('versions are added, listed, stopped and deleted; the job goes with the last', async () => {
  const { ask } = await legacy();
  const { job, version, versionId } = await created(ask);
  const second = await ask('POST', `${job}/versions`, { config: config({ pre_version_id: versionId }) });
  expect(second.body).toMatchObject({ is_success: true, version_name: 'V0002' });
  expect((await ask('POST', `${job}/versions`, { config: config({ pre_version_id: 1 }) })).status).toBe(404);
  const list = async (query = '') => (await ask('GET', `${job}/versions${query}`)).body;
  expect(await list()).toMatchObject({ version_count: 2, versions: [{ version_name: 'V0001' }, {}] });
  expect((await list('?page=2&per_page=1'))['versions']).toMatchObject([{ pre_version_id: versionId }]);
  expect((await list('?page=0&per_page=1'))['versions']).toHaveLength(2);

  expect((await ask('POST', `${version}/stop`)).body).toEqual({ is_success: true });
  expect(await statuses(ask, version)).toEqual([12]);
  expect((await ask('POST', `${version}/stop`)).body['is_success']).toBe(false);

  await ask('DELETE', version);
  expect((await ask('GET', version)).body['status']).toBe(9);
  expect((await ask('GET', version)).status).toBe(404);
  await ask('DELETE', job);
  expect((await list())['version_count']).toBe(0);
  expect((await ask('GET', `${job}/versions`)).status).toBe(404);
});

test('jobs are listed by pages from 1 on, by state and by text', async () => {
  const { ask } = await legacy();
  const { version } = await created(ask, 'a-1');
  await created(ask, 'a-2');
  await created(ask, 'b-1');
  await statuses(ask, version);
  const names = async (query: string) => {
    const { body } = await ask('GET', `/training-jobs?${query}`);
    return [body['job_total_count'], ...(body['jobs'] as Json[]).map(({ job_name: name }) => name)];
  };
  expect(await names('sortBy=job_name&order=desc')).toEqual([3, 'b-1', 'a-2', 'a-1']);
  expect(await names('per_page=2&page=2&sortBy=job_name')).toEqual([3, 'b-1']);
  expect(await names('status=10|11')).toEqual([1, 'a-1']);
  expect(await names('search_content=b')).toEqual([1, 'b-1']);
  expect((await ask('GET', '/training-jobs?page=0')).body['is_success']).toBe(false);
  expect((await ask('GET', '/training-jobs?sortBy=colour')).body['is_success']).toBe(false);
});

test('specs, engines and built-in algorithms are listed', async () => {
  const { ask } = await legacy();
  expect((await ask('GET', '/job/resource-specs?job_type=train')).body['specs']).toContainEqual(
    expect.objectContaining({ spec_id: 4, spec_code: 'modelarts.vm.gpu.v100' }),
  );
  expect((await ask('GET', '/job/ai-engines?job_type=train')).body['engines']).toContainEqual(
    expect.objectContaining({ engine_id: 28, engine_name: 'PyTorch' }),
  );
  const { body } = await ask('GET', '/built-in-algorithms?search_content=yolo&per_page=1');
  expect(body).toMatchObject({ model_total_count: 1, models: [{ model_name: 'yolov3_resnet18' }] });
  expect((await ask('GET', '/built-in-algorithms?per_page=101')).body['is_success']).toBe(false);
});
