import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Estimator,
  type EstimatorOptions,
  LegacyEstimator,
  type LegacyEstimatorOptions,
  LegacyTrainingJob,
  Session,
  TrainingJob,
} from '../../../src/dataset-io/cloud.js';
import { login, projectId, region, startStandIns } from '../../server/modelarts/index.js';
import { fakeClock } from '../../support/clock.js';

const preset: EstimatorOptions = {
  frameworkType: 'PyTorch',
  frameworkVersion: 'PyTorch-1.4.0-python3.6',
  trainingFiles: { codeDir: 'obs://data/code/', bootFile: 'train.py' },
  trainInstanceType: 'modelarts.p3.large.public',
  trainInstanceCount: 1,
};
const legacy: LegacyEstimatorOptions = {
  frameworkType: 'PyTorch',
  frameworkVersion: 'PyTorch-1.3.0-python3.6',
  codeDir: 'obs://data/code/',
  bootFile: 'train.py',
  outputPath: 'obs://data/out/',
  trainInstanceType: 'modelarts.vm.gpu.v100',
  trainInstanceCount: 1,
};

/** One of the two kinds of training. `said` are parameters of the program, `path` the job in the service. */
interface Kind {
  readonly kind: string;
  readonly submit: (session: Session, said?: Readonly<Record<string, string>>, name?: string) => Promise<Job>;
  readonly count: (session: Session) => Promise<number | undefined>;
  readonly path: string;
  readonly jobs: string;
}

interface Job {
  readonly jobId: string;
  wait(): Promise<unknown>;
  follow(): AsyncGenerator<string, unknown>;
  delete(): Promise<void>;
}

const kinds: readonly Kind[] = [
  {
    kind: 'new',
    submit: async (session, said = {}, jobName = 'job') => {
      const parameters = Object.entries(said).map(([name, value]) => ({ name, value }));
      const job = await new Estimator(session, { ...preset, parameters }).fit({ jobName });
      return {
        jobId: job.jobId,
        wait: () => job.wait(),
        follow: () => job.followLog(),
        delete: () => new TrainingJob(session, job.jobId).deleteJob(),
      };
    },
    count: async (session) => (await Estimator.getJobList(session)).total,
    path: '/v2/{project_id}/training-jobs/{job_id}',
    jobs: '/v2/{project_id}/training-jobs',
  },
  {
    kind: 'old',
    submit: async (session, said = {}, jobName = 'job') => {
      const hyperparameters = Object.entries(said).map(([label, value]) => ({ label, value }));
      const estimator = new LegacyEstimator(session, { ...legacy, hyperparameters });
      const job = await estimator.fit({ inputs: 'obs://data/in/', jobName });
      const version = await job.currentVersion();
      return {
        jobId: job.jobId,
        wait: () => job.wait(),
        follow: () => version.followLog(),
        delete: () => new LegacyTrainingJob(session, job.jobId).deleteJob({ wait: true }),
      };
    },
    count: async (session) => (await LegacyEstimator.getJobList(session)).total,
    path: '/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}',
    jobs: '/v1/{project_id}/training-jobs',
  },
];

/** Stand-ins and a session with a password, which share a clock that only moves while somebody waits. */
async function setUp() {
  const { timing, slept } = fakeClock();
  const standIns = await startStandIns({ now: timing.now });
  // The clock is for tests only, and no option of a session.
  const services = { retry: {}, timing };
  const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...environment } = standIns.environment;
  const session = new Session({
    ...login,
    configFile: '/nonexistent/config.json',
    environment,
    projectId,
    regionName: region,
    services,
  });
  onTestFinished(async () => {
    await session.close();
    await standIns.close();
  });
  return { ...standIns, session, slept };
}

const textOf = async (log: AsyncGenerator<string, unknown>) => {
  let text = '';
  for await (const piece of log) text += piece;
  return text;
};

describe.each(kinds)('$kind training', ({ submit, count, path, jobs }) => {
  test('a job that is throttled, unreachable and asked for another token is waited for all the same', async () => {
    const { service, session } = await setUp();
    const job = await submit(session);
    const faults = [
      service.fault({
        path,
        nth: 1,
        do: { kind: 'status', status: 429, code: 'ModelArts.6101', retryAfter: 9 },
      }),
      service.fault({ path, nth: 3, do: { kind: 'reset', applied: false } }),
      service.fault({ path, nth: 5, do: { kind: 'token-expiry' } }),
      service.fault({ path, nth: [7, 8, 9, 10, 11], do: { kind: 'status', status: 503 } }),
    ];
    await job.wait();
    expect(faults.map(({ hits }) => hits > 0)).toEqual([true, true, true, true]);
    const tokens = service.seen.filter(({ target }) => target.startsWith('/v3/auth/tokens'));
    expect(tokens.length).toBe(2);
  });

  test('a token that ends by the clock is renewed while a job is waited for', async () => {
    const { service, session } = await setUp();
    service.tokenLifeMs = 1_800_000 + 30_000;
    service.pace = { ms: 60_000 };
    const job = await submit(session);
    await job.wait();
    expect(service.seen.filter(({ target }) => target.startsWith('/v3/auth/tokens')).length).toBeGreaterThan(
      2,
    );
  });

  test('a log is followed to its end, whatever is lost on the way, and nothing is told twice', async () => {
    const { service, session } = await setUp();
    const job = await submit(session, { epochs: '4' });
    service.fault({ path: /log/, nth: [2, 5], do: { kind: 'reset', applied: true } });
    service.fault({ path: /log/, nth: 3, do: { kind: 'status', status: 429, code: 'ModelArts.6101' } });
    const lines = (await textOf(job.follow())).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/.*\] (training|epoch \d).*/, '$1'))).toEqual([
      'training',
      'epoch 1',
      'epoch 2',
      'epoch 3',
      'epoch 4',
    ]);
  });

  test('a job that fails is an error that says how', async () => {
    const { session } = await setUp();
    const job = await submit(session, { fail_at: '2', exit_code: '7' });
    const log = await textOf(job.follow());
    expect(log).toContain('exit code 7');
    await expect(job.wait()).rejects.toMatchObject({
      code: 'TaskFailed',
      message: expect.stringMatching(/^(version \d+ of )?training job \S+ has failed: it is .*fail/i),
    });
  });

  test('a job that is deleted while it is followed, or waited for', async () => {
    const { session } = await setUp();
    const followed = await submit(session, { forever: 'yes' }, 'followed');
    const log = followed.follow();
    for (let line = ''; !line.includes('epoch'); ) line = (await log.next()).value as string;
    await followed.delete();
    await expect(log.next()).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringContaining('was deleted while its log was followed'),
    });
    await expect(followed.wait()).rejects.toMatchObject({ code: 'NotFound' });
  });

  test.each([true, false])(
    'an answer that is lost after a submission (done: %s): no second job',
    async (applied) => {
      const { service, session } = await setUp();
      const before = await submit(session, {}, 'job-0');
      const fault = service.fault({ method: 'POST', path: jobs, nth: 1, do: { kind: 'reset', applied } });
      const submitted = submit(session, {}, 'job');
      if (applied) {
        expect((await submitted).jobId).not.toBe(before.jobId);
      } else {
        await expect(submitted).rejects.toMatchObject({
          mayHaveApplied: true,
          message: expect.stringContaining('not known whether the job job was created'),
        });
      }
      expect(fault.hits).toBe(1);
      const posts = service.seen.filter(
        ({ method, target }) => method === 'POST' && /training-jobs$/.test(target),
      );
      expect(posts).toHaveLength(2);
      expect(await count(session)).toBe(applied ? 2 : 1);
    },
  );

  test('what is secret is in no error, though the service repeats it', async () => {
    const { service, session } = await setUp();
    const secret = 'planted-secret-value';
    service.fault({
      method: 'POST',
      path: jobs,
      do: { kind: 'status', status: 400, code: 'ModelArts.0104', message: `bad value ${secret}` },
    });
    const error = await submit(session, { token: secret }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'InvalidRequest' });
    expect(String(error) + JSON.stringify(error)).not.toContain(secret);
  });
});
