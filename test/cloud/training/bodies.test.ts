import { expect, test } from 'vitest';
import { Estimator, type EstimatorOptions, type FitData } from '../../../src/cloud/training/index.js';
import { fakeSession } from '../datasets/fake-session.js';

const code = { codeDir: 'obs://bucket/code/', bootFile: 'train.py' };
const spec = (resource: object, more: object = {}) => ({
  spec: { resource: { flavor_id: 'modelarts.p3.large.public', node_count: 1, ...resource }, ...more },
});
const head = (name = 'job-1', description = '') => ({
  kind: 'job',
  metadata: { name, description, workspace_id: '0' },
});
const base = { trainInstanceType: 'modelarts.p3.large.public', trainInstanceCount: 1 };
const framework = {
  ...base,
  frameworkType: 'PyTorch',
  frameworkVersion: 'PyTorch-1.4.0-python3.6',
  trainingFiles: code,
};
const engine = { engine_name: 'PyTorch', engine_version: 'PyTorch-1.4.0-python3.6' };
const files = { code_dir: '/bucket/code/', boot_file: '/bucket/code/train.py' };

const bodies: readonly (readonly [string, EstimatorOptions, FitData, object])[] = [
  [
    'a preset framework with every option',
    {
      ...framework,
      outputs: [{ name: 'output_dir', obsPath: 'obs://bucket/out/' }],
      parameters: [
        { name: 'epoch_num', value: 2 },
        { name: 'lr', value: '1e-3' },
        { name: 'amp', value: true },
        { name: 'dist' },
      ],
      logUrl: 'obs://bucket/log/',
      localCodeDir: '/home/ma-user/c',
      workingDir: '/home/ma-user/c',
      jobDescription: 'first',
      volumes: [{ nfs: { nfsServerPath: '192.168.0.1:/share', localPath: '/mnt/share', readOnly: true } }],
      envVariables: { USER_ENV_VAR: 'x', camelCase: 'y_z' },
      workspaceId: 'w1',
    },
    { jobName: 'job-1', inputs: [{ name: 'data_url', obsPath: 'obs://bucket/in/' }] },
    {
      kind: 'job',
      metadata: { name: 'job-1', description: 'first', workspace_id: 'w1' },
      algorithm: {
        ...files,
        engine,
        parameters: [
          { name: 'epoch_num', value: '2' },
          { name: 'lr', value: '1e-3' },
          { name: 'amp', value: 'true' },
          { name: 'dist', value: '' },
        ],
        inputs: [{ name: 'data_url', remote: { obs: { obs_url: '/bucket/in/' } } }],
        outputs: [{ name: 'output_dir', remote: { obs: { obs_url: '/bucket/out/' } } }],
        environments: { USER_ENV_VAR: 'x', camelCase: 'y_z' },
        local_code_dir: '/home/ma-user/c',
        working_dir: '/home/ma-user/c',
      },
      ...spec(
        {},
        {
          volumes: [
            { nfs: { nfs_server_path: '192.168.0.1:/share', local_path: '/mnt/share', read_only: true } },
          ],
          log_export_path: { obs_url: '/bucket/log/' },
        },
      ),
    },
  ],
  ['the least', framework, { jobName: 'job-1' }, { ...head(), algorithm: { ...files, engine }, ...spec({}) }],
  [
    'a custom image',
    { ...base, userImageUrl: 'org/image:1', userCommand: 'python /home/train.py' },
    { jobName: 'job-1' },
    {
      ...head(),
      algorithm: { engine: { image_url: 'org/image:1' }, command: 'python /home/train.py' },
      ...spec({}),
    },
  ],
  [
    'a framework on an image of one’s own',
    { ...framework, frameworkVersion: undefined, userImageUrl: 'org/image:1', frameworkOnImage: true },
    { jobName: 'job-1' },
    {
      ...head(),
      algorithm: { ...files, engine: { engine_name: 'PyTorch', image_url: 'org/image:1' } },
      ...spec({}),
    },
  ],
  [
    'a dedicated pool',
    {
      ...framework,
      trainInstanceType: 'modelarts.pool.visual.xlarge',
      trainInstanceCount: 2,
      poolId: 'pool1',
    },
    { jobName: 'job-1' },
    {
      ...head(),
      algorithm: { ...files, engine },
      ...spec({ flavor_id: 'modelarts.pool.visual.xlarge', node_count: 2, pool_id: 'pool1' }),
    },
  ],
  [
    'a version of a data set',
    { ...framework, trainingFiles: { codeDir: 'obs://bucket/code/', bootFile: 'obs://bucket/code/a/b.py' } },
    { jobName: 'job-1', datasetId: 'd1', datasetVersionId: 'v1' },
    {
      ...head(),
      algorithm: {
        code_dir: '/bucket/code/',
        boot_file: '/bucket/code/a/b.py',
        engine,
        inputs: [{ name: 'data_url', remote: { dataset: { id: 'd1', version_id: 'v1' } } }],
      },
      ...spec({}),
    },
  ],
];

test.each(bodies)('%s', async (_, options, data, body) => {
  const flavors = { flavors: [] };
  const { session, asked } = fakeSession(({ method }) =>
    method === 'GET' ? flavors : { metadata: { id: 'j1' } },
  );
  const estimator = new Estimator(session, options);
  expect(estimator.request(data)).toEqual({ method: 'POST', path: '/v2/{project_id}/training-jobs', body });
  expect(asked).toEqual([]);
  const job = await estimator.fit(data);
  expect(job.jobId).toBe('j1');
  expect(asked).toMatchObject([{ method: 'POST', path: '/v2/{project_id}/training-jobs', body }]);
  expect(asked[0]?.body).toEqual(body);
});

test('a job without a name gets one of the time', async () => {
  const { session, asked } = fakeSession({ metadata: { id: 'j1' } });
  await new Estimator(session, framework).fit();
  expect((asked[0]!.body as { metadata: { name: string } }).metadata.name).toMatch(/^job-\d{8}-\d{6}-\d{3}$/);
});
