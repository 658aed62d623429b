import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Dataset, importDataset, type ServiceEvent, Session } from '../../src/dataset-io/cloud.js';
import { login, secretKey, startStandIns } from '../server/modelarts/index.js';
import { scratch } from '../support/scratch.js';

const mail = 'someone.private@example.com';
const content = 'the content of a sample that nobody else reads';

/** What must be nowhere: what was given, what the services gave, and what lies in the data. */
const secrets = [
  secretKey,
  login.password,
  'MIITOKEN',
  'SKTEMPORARY',
  'STSTANDIN',
  'Signature=',
  mail,
  content,
  Buffer.from(content).toString('base64'),
];

/** Everything that a value can be seen as. */
const faces = (value: unknown): string =>
  [
    inspect(value, { depth: 20, showHidden: false }),
    JSON.stringify(value) ?? '',
    String(value),
    value instanceof Error ? `${value.stack}\n${inspect(value.cause, { depth: 20 })}` : '',
  ].join('\n');

/** A message of the service that repeats what it was sent, as some do. */
const indiscreet =
  `AK AKSTANDIN00000000001 of ${mail} at https://data.obs.test/a.jpg?AccessKeyId=A&Signature=x%3D&Expires=1 ` +
  `is not allowed`;

test.each([
  ['keys', false],
  ['a password', true],
])(
  'with %s planted everywhere, no secret is in events, errors, what is printed, or state files',
  async (_, usesPassword) => {
    const { service, obs, environment, close } = await startStandIns({ pace: { ms: 0 } });
    const told: string[] = [];
    const events: ServiceEvent[] = [];
    const { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: __, ...places } = environment;
    const folder = scratch();
    const session = new Session({
      configFile: join(folder, 'none.json'),
      environment: places,
      services: {
        retry: { attempts: 2, baseMs: 1 },
        onEvent: (event) => events.push(event),
      },
      onWarning: (warning) => told.push(faces(warning)),
      ...(usesPassword ? login : { accessKey, secretKey }),
    });
    onTestFinished(async () => {
      await session.close();
      await close();
    });
    const failure = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      told.push(faces(error));
    };

    told.push(faces(session), faces(await session.caller()), faces(await session.credentials()));
    obs.put('data', 'in/a.jpg', content);
    const dataset = await Dataset.createDataset(session, {
      datasetName: 'private',
      datasetType: 0,
      dataSources: { path: 'obs://data/in/' },
      workPath: { path: 'obs://data/work/' },
      onNotice: (notice) => told.push(faces(notice)),
    });
    await dataset.waitUntilNormal();
    const page = await dataset.listSamples();
    expect(page.samples[0]?.source).toContain('Signature=');
    told.push(inspect(page, { depth: 20 }), faces(dataset));
    const added = await dataset.addSamples([{ name: 'b.jpg', data: Buffer.from(content) }]);
    told.push(faces(added));

    const bodies = [
      { error_code: 'ModelArts.0104', error_msg: indiscreet },
      { error: { code: 400, message: indiscreet } },
      { success: false, error_code: 'ModelArts.4420', error_msg: indiscreet, results: [] },
      `<html>${indiscreet}</html>`,
    ];
    for (const body of bodies) {
      for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) {
        const fault = service.fault({ path: /datasets/, do: { kind: 'status', status, body } });
        await failure(dataset.getDatasetInfo());
        await failure(dataset.addSamples([{ name: 'c.jpg', data: Buffer.from(content) }]));
        fault.remove();
      }
    }
    for (const kind of ['reset', 'truncated'] as const) {
      const fault = service.fault({
        path: /datasets/,
        do: kind === 'reset' ? { kind, applied: true } : { kind, bytes: 3 },
      });
      await failure(dataset.listSamples({ email: mail }));
      fault.remove();
    }

    // An import that breaks off leaves its state behind.
    const manifest = join(folder, 'texts.manifest');
    const annotation = [{ type: 'modelarts/text_classification', name: 'good' }];
    await writeFile(manifest, `${JSON.stringify({ source: `content://${content}`, annotation })}\n`);
    const state = join(folder, 'state.json');
    const isRefused = { method: 'POST', path: /import-tasks$/ } as const;
    const fault = service.fault({ ...isRefused, do: { kind: 'status', status: 403, body: bodies[0] } });
    const options = {
      session,
      name: 'texts',
      workPath: 'obs://data/texts/',
      state,
      onProgress: (progress: unknown) => told.push(faces(progress)),
      onNotice: (notice: unknown) => told.push(faces(notice)),
    };
    await failure(importDataset(manifest, options));
    fault.remove();
    told.push(readFileSync(state, 'utf8'));
    told.push(faces(await importDataset(manifest, options)));

    expect(events.length).toBeGreaterThan(50);
    const text = [...told, faces(events)].join('\n');
    const foundIn = (where: string) => secrets.filter((secret) => where.includes(secret));
    expect(foundIn(text)).toEqual([]);
    // What the stand-in keeps of requests for golden files has none either.
    expect(foundIn(JSON.stringify(service.recorded))).toEqual([]);
  },
);
