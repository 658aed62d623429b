import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Estimator, TrainingJob, trainingPhases } from '../../../src/cloud/training/index.js';
import { fakeSession, lost, type Reply, refused } from '../datasets/fake-session.js';

const root = '/v2/{project_id}/training-jobs';
const options = {
  trainInstanceType: 'f1',
  trainInstanceCount: 1,
  userImageUrl: 'org/image:1',
  userCommand: 'python train.py',
};
const job = (phase: string, more: object = {}) => ({ metadata: { id: 'j1' }, status: { phase, ...more } });
const unreached = () => lost();
const secret = 'hunter2-do-not-show';

async function collect<T, R>(items: AsyncGenerator<T, R>) {
  const found: T[] = [];
  for (;;) {
    const { done, value } = await items.next();
    if (done === true) return { found, value };
    found.push(value);
  }
}

test('a job is bound without asking, and only to an id', () => {
  const { session, asked } = fakeSession();
  expect(new TrainingJob(session, 'j1').jobId).toBe('j1');
  for (const id of ['', ' ', 'a/b', undefined as unknown as string])
    expect(() => new TrainingJob(session, id)).toThrow(/jobId is/);
  expect(asked).toEqual([]);
});

describe('each call is one request', () => {
  type Call = readonly [
    request: string,
    call: (job: TrainingJob) => Promise<unknown>,
    reply: Reply,
    result: unknown,
    body?: object,
  ];
  const calls: readonly Call[] = [
    [
      `GET ${root}/{job_id}`,
      (j) => j.getJobInfo(),
      job('Running', { secondary_phase: 'Queuing' }),
      { metadata: { id: 'j1' }, status: { phase: 'Running', secondaryPhase: 'Queuing' } },
    ],
    [
      `PUT ${root}/{job_id}`,
      (j) => j.updateJobConfigs({ description: '' }),
      {},
      undefined,
      { description: '' },
    ],
    [`DELETE ${root}/{job_id}`, (j) => j.deleteJob(), {}, undefined],
    [
      `POST ${root}/{job_id}/actions`,
      (j) => j.controlJob(),
      job('Terminating'),
      { metadata: { id: 'j1' }, status: { phase: 'Terminating' } },
      { action_type: 'terminate' },
    ],
    [
      `GET ${root}/{job_id}/tasks/{task_id}/logs/preview`,
      (j) => j.getJobLog(),
      { content: 'a\n', current_size: 2, full_size: 9 },
      { content: 'a\n', currentSize: 2, fullSize: 9 },
    ],
    [
      `GET ${root}/{job_id}/tasks/{task_id}/logs/preview`,
      (j) => j.getJobLog(),
      { context: 'ä' },
      { content: 'ä', currentSize: 2, fullSize: 2 },
    ],
    [
      `GET ${root}/{job_id}/tasks/{task_id}/logs/url`,
      (j) => j.getJobLogUrl(),
      { obs_url: 'https://x/y?Signature=z' },
      'https://x/y?Signature=z',
    ],
    [
      `GET ${root}/{job_id}/metrics/{task_id}`,
      (j) => j.getJobMetrics(),
      { metrics: [{ metric: 'cpuUsage', value: [1.5, -1, '3', '', null, '-1', 0] }, {}] },
      [
        { metric: 'cpuUsage', value: [1.5, null, 3, null, null, null, 0] },
        { metric: '', value: [] },
      ],
    ],
  ];

  test.each(calls.map((one) => ({ name: one[0], one })))('$name', async ({ one }) => {
    const [request, call, reply, result, body] = one;
    const { session, asked } = fakeSession(reply);
    expect(await call(new TrainingJob(session, 'j1'))).toEqual(result);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([request]);
    expect(asked[0]?.params).toMatchObject({ job_id: 'j1', project_id: 'p0' });
    expect(asked[0]?.body).toEqual(body);
    if (request.includes('task_id')) expect(asked[0]?.params?.['task_id']).toBe('worker-0');
  });

  test.each([
    [undefined, 'text/plain'],
    ['view', 'text/plain'],
    ['download', 'application/octet-stream'],
  ] as const)('the address of a log to %s', async (as, contentType) => {
    const { session, asked } = fakeSession({ obs_url: 'https://x/' });
    await new TrainingJob(session, 'j1').getJobLogUrl({ as, taskId: 'worker-3' });
    expect(asked).toMatchObject([{ contentType, params: { task_id: 'worker-3' } }]);
  });

  test('an address that is missing is said to be', async () => {
    const { session } = fakeSession({});
    await expect(new TrainingJob(session, 'j1').getJobLogUrl()).rejects.toThrow('holds no obs_url');
  });
});

describe('lists', () => {
  test('a search goes out as it is said, and its jobs can be asked', async () => {
    const { session, asked } = fakeSession({ total: 51, items: [job('Failed')] }, job('Failed'));
    const { total, jobs } = await Estimator.getJobList(session, {
      offset: 50,
      limit: 50,
      sortBy: 'create_time',
      order: 'desc',
      groupBy: 'name',
      filters: [
        { key: 'name', operator: 'like', value: ['a'] },
        { key: 'phase', value: ['Failed'] },
      ],
      workspaceId: 'w',
    });
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/v2/{project_id}/training-job-searches',
      repeatable: true,
    });
    expect(asked[0]?.body).toEqual({
      offset: 50,
      limit: 50,
      sort_by: 'create_time',
      order: 'desc',
      group_by: 'name',
      filters: [
        { operator: 'like', key: 'name', value: ['a'] },
        { operator: 'in', key: 'phase', value: ['Failed'] },
      ],
      workspace_id: 'w',
    });
    expect(total).toBe(51);
    expect(jobs[0]?.info?.status?.phase).toBe('Failed');
    await jobs[0]?.getJobInfo();
    expect(asked[1]?.params?.['job_id']).toBe('j1');
    expect(JSON.parse(JSON.stringify(jobs[0]))).toMatchObject({ jobId: 'j1', status: { phase: 'Failed' } });
  });

  test('all jobs are visited once, by record', async () => {
    const all = Array.from({ length: 5 }, (_, n) => ({ metadata: { id: `j${n}` } }));
    const { session, asked } = fakeSession(({ body }) => {
      const { offset, limit } = body as { offset: number; limit: number };
      return { total: all.length, items: all.slice(offset, offset + limit) };
    });
    const { found } = await collect(Estimator.jobs(session, { limit: 2 }));
    expect(found.map(({ jobId }) => jobId)).toEqual(['j0', 'j1', 'j2', 'j3', 'j4']);
    expect(asked.map(({ body }) => body?.['offset'])).toEqual([0, 2, 4]);
  });

  test('flavors and frameworks', async () => {
    const flavors = {
      flavors: [{ flavor_id: 'a', max_num: 2, flavor_info: { cpu: { core_num: 8 } } }, { flavor_id: 'b' }],
    };
    const { session, asked } = fakeSession(flavors, flavors, {
      total: 1,
      items: [{ engine_name: 'PyTorch', engine_version: 'P-1', v1_compatible: false }],
    });
    expect(await Estimator.getTrainInstanceTypes(session, { flavorType: 'GPU' })).toEqual(['a', 'b']);
    expect(await Estimator.getSpecList(session)).toMatchObject([
      { flavorId: 'a', maxNum: 2, flavorInfo: { cpu: { coreNum: 8 } } },
      { flavorId: 'b' },
    ]);
    expect(await Estimator.getFrameworkList(session)).toEqual([
      { frameworkType: 'PyTorch', frameworkVersion: 'P-1' },
    ]);
    expect(asked.map(({ path, query }) => [path, query])).toEqual([
      ['/v2/{project_id}/training-job-flavors', { flavor_type: 'GPU' }],
      ['/v2/{project_id}/training-job-flavors', { flavor_type: undefined }],
      ['/v2/{project_id}/training-job-engines', undefined],
    ]);
  });
});

describe('waiting', () => {
  test('asks more and more seldom until the job has ended', async () => {
    const phases = [
      'Creating',
      'Pending',
      'Running',
      'Terminating',
      'Quarantined',
      'Running',
      'Running',
      'Completed',
    ];
    const { session, asked, slept } = fakeSession(job('Creating'), ...phases.map((phase) => job(phase)));
    const done = await new Estimator(session, options).fit({ wait: true });
    expect(done.info?.status?.phase).toBe('Completed');
    expect(asked).toHaveLength(9);
    expect(slept[0]).toBe(10_000);
    expect(Math.max(...slept)).toBe(60_000);
  });

  test.each(
    [...trainingPhases]
      .filter(([phase, { terminal }]) => terminal && phase !== 'Completed')
      .map(([phase]) => phase),
  )('%s is no good end', async (phase) => {
    const statuses = [
      { task: 'worker-0', exit_code: 137, message: `out of memory, TOKEN=${secret}` },
      { task: 'worker-1', exit_code: 0 },
    ];
    const failed = {
      ...job(phase, { task_statuses: statuses }),
      algorithm: { environments: { TOKEN: secret } },
    };
    const { session } = fakeSession(failed);
    const error = await new TrainingJob(session, 'j1').wait().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'TaskFailed',
      message: `training job j1 has failed: it is ${phase}; worker-0 exit code 137: out of memory, TOKEN=[redacted]`,
    });
    expect(inspect(error)).not.toContain(secret);
  });

  test('a token that ended, throttling and lost answers are waited over; a deleted job is not', async () => {
    const { session, asked } = fakeSession(
      job('Running'),
      refused('Throttled'),
      unreached(),
      refused('NotFound'),
    );
    await expect(new TrainingJob(session, 'j1').wait()).rejects.toMatchObject({ code: 'NotFound' });
    expect(asked).toHaveLength(4);
  });

  test('goes on for more than an hour, also where no time is said in words', async () => {
    const { session, slept } = fakeSession(...Array<object>(100).fill(job('Running')), job('Completed'));
    await new TrainingJob(session, 'j1').wait({ timeoutMs: undefined, intervalMs: undefined });
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(3_600_000);
  });

  test('ends in time when that is said', async () => {
    const { session } = fakeSession(job('Running'));
    await expect(new TrainingJob(session, 'j1').wait({ timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'Timeout',
    });
  });

  test('is given up when it is told to', async () => {
    const abort = new AbortController();
    const { session, asked } = fakeSession(() => {
      abort.abort();
      return job('Running');
    });
    await expect(new TrainingJob(session, 'j1').wait({ signal: abort.signal })).rejects.toMatchObject({
      code: 'Aborted',
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a log that grows', () => {
  /** A service whose log grows with each answer, and whose job ends with the last. */
  const growing = (
    texts: readonly (string | Error | { content: string; full: number })[],
    end = 'Completed',
  ) => {
    let n = 0;
    return fakeSession(({ path }) => {
      if (!path.endsWith('/preview')) return job(n >= texts.length - 1 ? end : 'Running');
      const text = texts[Math.min(n++, texts.length - 1)]!;
      if (text instanceof Error) return text;
      const { content, full } =
        typeof text === 'string' ? { content: text, full: Buffer.byteLength(text) } : text;
      return { content, current_size: Buffer.byteLength(content), full_size: full };
    });
  };

  test('is told once, to its end', async () => {
    const { session } = growing(['', 'a\n', 'a\n', 'a\nä文\n', 'a\nä文\nz']);
    const { found, value } = await collect(new TrainingJob(session, 'j1').followLog());
    expect(found).toEqual(['a\n', 'ä文\n', 'z']);
    expect(value.status?.phase).toBe('Completed');
  });

  test('is waited for as long as the job has none', async () => {
    const { session } = growing([refused('NotFound'), refused('NotFound'), 'a', refused('Throttled'), 'ab']);
    const { found } = await collect(new TrainingJob(session, 'j1').followLog());
    expect(found).toEqual(['a', 'b']);
  });

  test('says what it missed, and starts again when it is another', async () => {
    const missed: number[] = [];
    const { session } = growing([
      { content: '0123', full: 4 },
      { content: '6789', full: 10 },
      { content: 'new', full: 3 },
    ]);
    const { found } = await collect(
      new TrainingJob(session, 'j1').followLog({ onMissed: (bytes) => missed.push(bytes) }),
    );
    expect(found).toEqual(['0123', '6789', 'new']);
    expect(missed).toEqual([2]);
  });

  test('ends with an error when the job is deleted meanwhile', async () => {
    let n = 0;
    const { session } = fakeSession(({ path }) =>
      path.endsWith('/preview')
        ? { content: 'a', full_size: 1 }
        : n++ === 0
          ? job('Running')
          : refused('NotFound'),
    );
    await expect(collect(new TrainingJob(session, 'j1').followLog())).rejects.toMatchObject({
      code: 'NotFound',
      message: 'job j1 was deleted while its log was followed',
    });
  });

  test('a job that never was is said to be none', async () => {
    const { session } = fakeSession(refused('NotFound'));
    await expect(collect(new TrainingJob(session, 'j1').followLog())).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'NotFound',
    });
  });

  test('is heard by fit, which fails when the job does', async () => {
    const { session } = growing(['', 'a', 'ab'], 'Failed');
    let log = '';
    const reply = (text: string) => {
      log += text;
    };
    const services = await session.services();
    const send: typeof services.client.send = async (request) =>
      request.method === 'POST'
        ? { status: 201, headers: {}, body: job('Creating') as never }
        : await services.client.send(request);
    const creating = { services: async () => ({ ...services, client: { ...services.client, send } }) };
    await expect(new Estimator(creating, options).fit({ showLog: reply })).rejects.toMatchObject({
      code: 'TaskFailed',
    });
    expect(log).toBe('ab');
  });
});

describe('an answer that is lost after a job was submitted', () => {
  const found = (name: string, createTime: number) => ({
    metadata: { id: 'j9', name, create_time: createTime },
  });

  test('the job is looked for by name and time, and no second one is made', async () => {
    const { session, asked, timing } = fakeSession(
      unreached(),
      () => ({ total: 1, items: [found('mine', timing.now() - 3_600_000), found('mine-2', timing.now())] }),
      () => ({ total: 1, items: [found('mine', timing.now())] }),
    );
    expect((await new Estimator(session, options).fit({ jobName: 'mine' })).jobId).toBe('j9');
    expect(asked.map(({ path }) => path.replace('/v2/{project_id}', ''))).toEqual([
      '/training-jobs',
      '/training-job-searches',
      '/training-job-searches',
    ]);
    expect(asked[1]?.body).toMatchObject({ filters: [{ key: 'name', operator: 'like', value: ['mine'] }] });
  });

  test('where there is none, it is said that this is not known', async () => {
    const { session, asked } = fakeSession(unreached(), { total: 0, items: [] });
    const error = await new Estimator(session, options)
      .fit({ jobName: 'mine' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'Unreachable',
      mayHaveApplied: true,
      message: expect.stringContaining('it is not known whether the job mine was created'),
      hint: expect.stringContaining('submit again only if there is none'),
    });
    expect(asked.filter(({ path }) => path.endsWith('/training-jobs'))).toHaveLength(1);
  });

  test('a refusal is no lost answer', async () => {
    const { session, asked } = fakeSession(refused('AccessDenied'));
    await expect(new Estimator(session, options).fit()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(asked).toHaveLength(1);
  });

  test('an answer without an id is looked up as well', async () => {
    const { session } = fakeSession({}, { items: [] });
    await expect(new Estimator(session, options).fit()).rejects.toThrow('holds no metadata.id');
  });
});

test('secrets go out and are not shown', async () => {
  const { session, asked } = fakeSession({ metadata: { id: 'j1' } });
  const estimator = new Estimator(session, {
    ...options,
    envVariables: { TOKEN: secret },
    parameters: [{ name: 'key', value: `${secret}2` }],
  });
  const made = await estimator.fit();
  expect(asked[0]?.secrets).toEqual([secret, `${secret}2`]);
  expect(inspect([estimator, made], { depth: 10 })).not.toContain(secret);
  expect(JSON.stringify([estimator, made])).not.toContain(secret);
});
