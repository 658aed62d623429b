import { beforeAll } from 'vitest';
import { createEsdkWire } from '../../src/dataset-io/storage/obs/esdk/index.js';
import { ObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { createNativeWire } from '../../src/dataset-io/storage/obs/native/index.js';
import type { ObsWire, WireSettings } from '../../src/dataset-io/storage/obs/wire.js';
import { storageConformance } from '../dataset-io/storage/conformance.js';
import { testTiming } from '../dataset-io/storage/obs/timing.js';
import { sharedAppends } from './append-behaviour.js';
import { createCephAppendWire } from './ceph-append.js';
import { makeBucket, type RealServer, runningServers } from './places.js';
import { wireBehaviour } from './wire-behaviour.js';

interface Engine {
  readonly name: string;
  readonly make: (settings: WireSettings) => ObsWire | Promise<ObsWire>;
  readonly signature: 'v2' | 'v4';
  readonly appends: boolean;
}

const engines: readonly Engine[] = [
  { name: 'native', make: createNativeWire, signature: 'v2', appends: false },
  { name: 'native', make: createNativeWire, signature: 'v4', appends: false },
  { name: 'esdk', make: createEsdkWire, signature: 'v2', appends: false },
];
const cephAppend: Engine = {
  name: "native with Ceph's append",
  make: createCephAppendWire,
  signature: 'v4',
  appends: true,
};

runningServers().forEach((server, serverNumber) => {
  const isCeph = server.name.startsWith('Ceph');
  [...engines, ...(isCeph ? [cephAppend] : [])].forEach((engine, engineNumber) => {
    testEngine(server, engine, `labelkit-${serverNumber}-${engineNumber}`, isCeph);
  });
});

function testEngine(server: RealServer, engine: Engine, bucket: string, isCeph: boolean): void {
  const { signature, appends } = engine;
  const name = `${server.name}, ${engine.name}, signature ${signature}`;
  beforeAll(() => makeBucket(server, bucket));

  const connect = async (secretKey = server.secretKey) =>
    await engine.make({
      endpoint: server.endpoint,
      addressing: 'path',
      signature,
      credentials: async () => ({ accessKey: server.accessKey, secretKey }),
    });
  let number = 0;
  const make = async () => {
    const tuning = { partBytes: 200 * 1024, parallelFromBytes: 500 * 1024 };
    const storage = new ObsStorage({
      wire: () => connect(),
      timing: testTiming(),
      directoryMarkers: true,
      read: tuning,
      write: tuning,
    });
    const root = `obs://${bucket}/目录 a+%2F&#?${number++}`;
    await storage.makeDir(root);
    return { storage, root };
  };

  wireBehaviour(name, connect, () => ({ bucket, prefix: '' }), {
    appends,
    checksCopySource: !isCeph,
    completesWithEtag: !isCeph,
  });
  storageConformance(name, make, { foreign: 'mem://a', flatKeys: true, noLinks: true, sharedAppend: true });
  if (appends) sharedAppends(name, make, { fromNothing: false });
}
