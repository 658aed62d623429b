import { expect, test } from 'vitest';
import type { Json } from '../json.js';
import { clientOf } from '../raw-client.js';
import { setUp } from '../support.js';

const config = (changes: Json = {}): Json => ({
  config_desc: 'first',
  worker_server_num: 1,
  app_url: '/data/code/',
  boot_file_url: '/data/code/train.py',
  engine_id: 28,
  spec_id: 4,
  parameter: [{ label: 'epochs', value: '2' }],
  data_url: '/data/in/',
  train_url: '/data/out/',
  ...changes,
});

async function legacy() {
  const { service } = await setUp();
  return await clientOf(service, 'v1');
}

test('a configuration is created, shown, replaced as a whole, listed and deleted', async () => {
  const ask = await legacy();
  const path = '/training-job-configs/one';
  const made = await ask('POST', '/training-job-configs', { config_name: 'one', ...config() });
  expect(made).toMatchObject({ status: 200, body: { is_success: true } });
  expect((await ask('GET', path)).body).toMatchObject({
    is_success: true,
    config_name: 'one',
    engine_name: 'PyTorch',
    spec_code: 'modelarts.vm.gpu.v100',
    train_url: '/data/out/',
  });
  const { train_url: _, config_desc: __, ...rest } = config({ worker_server_num: 2 });
  expect((await ask('PUT', path, rest)).body).toEqual({ is_success: true });
  const { body: after } = await ask('GET', path);
  expect(after).toMatchObject({ config_desc: '', worker_server_num: 2 });
  expect(after).not.toHaveProperty('train_url');
  const { body: list } = await ask('GET', '/training-job-configs?search_content=on');
  expect(list).toMatchObject({ config_total_count: 1, configs: [{ config_name: 'one' }] });
  expect((await ask('GET', '/training-job-configs?config_type=sample')).body['config_total_count']).toBe(0);
  expect((await ask('DELETE', path)).body).toEqual({ is_success: true });
  expect((await ask('GET', path)).status).toBe(404);
  expect((await ask('PUT', path, rest)).status).toBe(404);
});

test('a bad one is refused with status 200', async () => {
  const ask = await legacy();
  const codeOf = async (changes: Json, name: unknown = 'one') => {
    const { status, body } = await ask('POST', '/training-job-configs', {
      config_name: name,
      ...config(changes),
    });
    expect([status, body['is_success']]).toEqual([200, false]);
    expect(body['error_message']).toEqual(expect.any(String));
    return body['error_code'];
  };
  const cases: [Json, string][] = [
    [{ model_id: 1 }, 'ModelArts.0105'],
    [{ data_url: undefined }, 'ModelArts.0105'],
    [{ dataset_id: 'd', dataset_version_id: 'v' }, 'ModelArts.0105'],
    [{ data_url: '/data/' }, 'ModelArts.2606'],
    [{ data_url: '/data/{in}/' }, 'ModelArts.2608'],
    [{ spec_id: 99 }, 'ModelArts.0105'],
    [{ engine_id: 99 }, 'ModelArts.0105'],
    [{ worker_server_num: 5 }, 'ModelArts.0105'],
    [{ colour: 'red' }, 'ModelArts.0105'],
    [{ parameter: [{ value: '1' }] }, 'ModelArts.0105'],
    [{ parameter: [{ label: 'a', value: 'x'.repeat(5_000) }] }, 'ModelArts.2607'],
  ];
  for (const [changes, code] of cases) expect([changes, await codeOf(changes)]).toEqual([changes, code]);
  expect(await codeOf({}, 'a b')).toBe('ModelArts.0105');
  await ask('POST', '/training-job-configs', { config_name: 'one', ...config() });
  expect(await codeOf({})).toBe('ModelArts.0103');
});

test('values of parameters may be numbers, and labels be called keys, as a sample of the documents has it', async () => {
  const ask = await legacy();
  const parameter = [
    { label: 'a', value: 4 },
    { key: 'b', value: '5' },
  ];
  await ask('POST', '/training-job-configs', { config_name: 'one', ...config({ parameter }) });
  expect((await ask('GET', '/training-job-configs/one')).body['parameter']).toEqual(parameter);
});
