import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createEsdkWire } from '../../src/dataset-io/storage/obs/esdk/index.js';
import { ObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { createNativeWire } from '../../src/dataset-io/storage/obs/native/index.js';
import type { WireSettings } from '../../src/dataset-io/storage/obs/wire.js';
import { storageConformance } from '../dataset-io/storage/conformance.js';
import { sharedAppends } from './append-behaviour.js';
import { emptyPrefix } from './empty-prefix.js';
import { required } from './places.js';
import { type Ability, wireBehaviour } from './wire-behaviour.js';

const bucket = required('OBS_TEST_BUCKET');
const endpoint = required('OBS_TEST_ENDPOINT');
const given = required('OBS_TEST_PREFIX');
const accessKey = required('OBS_TEST_ACCESS_KEY');
const secretKey = required('OBS_TEST_SECRET_KEY');
const securityToken = process.env['OBS_TEST_SECURITY_TOKEN'];
const signature = process.env['OBS_TEST_SIGNATURE'] as WireSettings['signature'];
const addressing = process.env['OBS_TEST_ADDRESSING'] as WireSettings['addressing'];

/** Nobody else's: only what lies below it is ever written or deleted. */
const prefix = `${given.replace(/\/*$/, '/')}labelkit-test-${randomBytes(8).toString('hex')}/`;
const settings = (secret: string): WireSettings => ({
  endpoint,
  signature,
  addressing,
  credentials: async () => ({ accessKey, secretKey: secret, securityToken }),
});
const isObs = signature === undefined || signature === 'obs';
const ability: Ability = { appends: isObs, checksCopySource: isObs, completesWithEtag: isObs };
const engines = [
  { name: 'native', make: createNativeWire },
  // The official client puts buckets into host names, and nowhere else.
  ...(addressing === undefined || addressing === 'virtual' ? [{ name: 'esdk', make: createEsdkWire }] : []),
];

beforeAll(() => console.log(`everything is done below obs://${bucket}/${prefix}`));

afterAll(async () => {
  const wire = createNativeWire(settings(secretKey));
  try {
    await emptyPrefix(wire, { bucket, prefix });
  } finally {
    wire.close();
  }
});

for (const { name, make } of engines) {
  const connect = async (secret = secretKey) => await make(settings(secret));
  const below = `${prefix}${name} 目录+%2F&#?/`;
  let number = 0;
  const makeRoot = async () => {
    const tuning = { partBytes: 200 * 1024, parallelFromBytes: 500 * 1024 };
    const storage = new ObsStorage({
      wire: () => connect(),
      endpoint,
      directoryMarkers: true,
      read: tuning,
      write: tuning,
    });
    const root = `obs://${bucket}/${below}${number++}`;
    await storage.makeDir(root);
    return { storage, root };
  };
  wireBehaviour(`${name} on ${bucket}`, connect, () => ({ bucket, prefix: below }), ability);
  storageConformance(`${name} on ${bucket}`, makeRoot, {
    foreign: 'mem://a',
    flatKeys: true,
    noLinks: true,
    sharedAppend: true,
  });
  if (ability.appends) sharedAppends(`${name} on ${bucket}`, makeRoot, { fromNothing: true });
}
