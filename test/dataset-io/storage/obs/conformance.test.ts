import { afterAll, beforeAll } from 'vitest';
import { ObsStorage } from '../../../../src/dataset-io/storage/obs/index.js';
import { type ObsServer, startObsServer } from '../../../server/obs/index.js';
import { type Limits, storageConformance } from '../conformance.js';
import { FakeWire } from './fake-wire.js';
import { inParts } from './harness.js';
import { storageAt } from './server-harness.js';
import { testTiming } from './timing.js';

/** What object storage cannot promise; see the docstring of `ObsStorage`. */
const limits: Limits = { foreign: 'mem://a', flatKeys: true, noLinks: true, sharedAppend: true };

storageConformance(
  'obs in memory',
  async () => {
    const storage = new ObsStorage({ wire: new FakeWire(), timing: testTiming(), directoryMarkers: true });
    return { storage, root: 'obs://bucket' };
  },
  limits,
);

storageConformance(
  'obs in memory, small parts, below a prefix',
  async () => {
    const storage = new ObsStorage({
      wire: new FakeWire({ minPartBytes: 100 * 1024 }),
      timing: testTiming(),
      directoryMarkers: true,
      read: { ...inParts(100_000), parallelFromBytes: 300_000 },
      write: { partBytes: 100 * 1024, appendBytes: 4 },
    });
    const root = 's3a://bucket/a b//%41/../ä';
    await storage.makeDir(root);
    return { storage, root };
  },
  limits,
);

let server: ObsServer;
let number = 0;
beforeAll(async () => {
  const buckets = Array.from({ length: 100 }, (_, i) => `bucket-${i}`);
  server = await startObsServer({ buckets, minPartBytes: 100 * 1024 });
});
afterAll(async () => {
  server.assertClean();
  await server.close();
});

for (const engine of ['native', 'esdk'] as const) {
  storageConformance(
    `obs over the wire by ${engine}`,
    async () => {
      const read = { ...inParts(200 * 1024), parallelFromBytes: 500 * 1024 };
      const write = { partBytes: 200 * 1024 };
      const storage = storageAt(server, { engine, directoryMarkers: true, read, write });
      return { storage, root: `obs://bucket-${number++}` };
    },
    limits,
  );
}
