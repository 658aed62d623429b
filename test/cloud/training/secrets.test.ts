import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Estimator, type ServiceEvent, Session } from '../../../src/dataset-io/cloud.js';
import { startStandIns } from '../../server/modelarts/index.js';

const variable = 'hunter2-of-a-variable';
const parameter = 'hunter2-of-a-parameter';

/** Everything that a value can be seen as. */
const faces = (value: unknown): string =>
  [
    inspect(value, { depth: 20 }),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? `${value.stack}\n${inspect(value.cause, { depth: 20 })}` : '',
  ].join('\n');

test('values of variables and parameters are in no error, event or printed job, though the service repeats them', async () => {
  const { service, environment, close } = await startStandIns({ pace: { ms: 0 } });
  const events: ServiceEvent[] = [];
  const session = new Session({
    environment,
    services: { retry: { attempts: 2, baseMs: 1 }, onEvent: (event) => events.push(event) },
  });
  onTestFinished(async () => {
    await session.close();
    await close();
  });
  const estimator = new Estimator(session, {
    trainInstanceType: 'modelarts.vm.cpu.2u',
    trainInstanceCount: 1,
    userImageUrl: 'org/image:1',
    userCommand: 'python train.py',
    envVariables: { WANDB: variable },
    parameters: [{ name: 'key', value: parameter }],
  });
  const told: string[] = [faces(estimator)];
  const indiscreet = `bad body {"environments":{"WANDB":"${variable}"},"parameters":[{"value":"${parameter}"}]}`;
  for (const status of [400, 401, 403, 404, 409, 429]) {
    const body = { error_code: 'ModelArts.0104', error_msg: indiscreet };
    const fault = service.fault({ path: /training-jobs$/, do: { kind: 'status', status, body } });
    const error = await estimator.fit().catch((thrown: unknown) => thrown);
    fault.remove();
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain('[redacted]');
    told.push(faces(error));
  }
  const fault = service.fault({
    path: /training-job-searches$/,
    do: { kind: 'status', status: 403, body: { error_msg: 'no' } },
  });
  const reset = service.fault({ path: /training-jobs$/, do: { kind: 'reset', applied: true } });
  told.push(faces(await estimator.fit().catch((thrown: unknown) => thrown)));
  fault.remove();
  reset.remove();
  expect(events.length).toBeGreaterThan(6);
  const text = [...told, faces(events)].join('\n');
  expect([variable, parameter].filter((secret) => text.includes(secret))).toEqual([]);
});

test('an answer that is lost after submitting makes no second job', async () => {
  const { service, environment, close } = await startStandIns({ pace: { ms: 0 } });
  const session = new Session({ environment, services: { retry: { attempts: 2, baseMs: 1 } } });
  onTestFinished(async () => {
    await session.close();
    await close();
  });
  service.fault({ path: /training-jobs$/, times: 1, do: { kind: 'reset', applied: true } });
  const job = await new Estimator(session, {
    trainInstanceType: 'modelarts.vm.cpu.2u',
    trainInstanceCount: 2,
    userImageUrl: 'org/image:1',
    userCommand: 'python train.py',
  }).fit({ jobName: 'once', wait: { intervalMs: 1 } });
  expect(job.info).toMatchObject({ metadata: { name: 'once' }, status: { phase: 'Completed' } });
  const { total } = await Estimator.getJobList(session);
  expect(total).toBe(1);
});
