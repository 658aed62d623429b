import { expect, test } from 'vitest';
import type { BucketOptions, ObsServerOptions } from '../../../server/obs/index.js';
import { noise } from './harness.js';
import { expectQuiet, serve } from './server-harness.js';

/** Buckets in which the service refuses appends, each in its own words. */
const cases: readonly (readonly [string, Partial<BucketOptions>, ObsServerOptions])[] = [
  ['a parallel file system that answers 409', { pfs: true }, { pfsAppend: 409 }],
  ['a parallel file system that answers 405', { pfs: true }, { pfsAppend: 405 }],
  ['a replicated bucket', { replicated: true }, {}],
];

test.each(cases)(
  '%s: lines are added all the same, to small files and large ones',
  async (_name, kind, options) => {
    const { server, storage } = await serve({ ...options, buckets: [{ name: 'test-bucket', ...kind }] });
    try {
      const path = 'obs://test-bucket/d/list.manifest';
      const long = `${noise(100_000).toString('hex')}\n`;
      for (const line of ['1\n', '2\n', long, '3\n']) {
        async function* lines() {
          yield Buffer.from(line);
        }
        await storage.append(path, lines());
      }
      expect(server.get('test-bucket', 'd/list.manifest')?.toString()).toBe(`1\n2\n${long}3\n`);
      await expectQuiet(server, storage);
    } finally {
      await server.close();
    }
  },
);
