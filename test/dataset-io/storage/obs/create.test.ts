import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createObsStorage, type ObsSettings } from '../../../../src/dataset-io/storage/obs/index.js';
import { lookup, type ObsServer, startObsServer } from '../../../server/obs/index.js';
import { failure } from './harness.js';

describe('the engine of a storage', () => {
  let server: ObsServer;
  beforeEach(async () => {
    server = await startObsServer({ region: 'us-east-1' });
    server.put('test-bucket', 'a', 'x');
  });
  afterEach(() => server.close());

  function settings(more: Partial<ObsSettings>): ObsSettings {
    return {
      endpoint: more.addressing === 'path' ? server.endpoint : server.virtualEndpoint,
      credentials: async () => ({ accessKey: server.accessKey, secretKey: server.secretKey }),
      lookup,
      ...more,
    };
  }

  test.each<[Partial<ObsSettings>, 'esdk' | 'native']>([
    [{}, 'esdk'],
    [{ signature: 'v2' }, 'esdk'],
    [{ engine: 'esdk', addressing: 'path' }, 'esdk'],
    [{ addressing: 'path' }, 'native'],
    [{ signature: 'v4' }, 'native'],
    [{ engine: 'native' }, 'native'],
  ])('with %j it is %s', async (given, engine) => {
    const storage = createObsStorage(settings(given));
    expect(await storage.stat('obs://test-bucket/a')).toMatchObject({ size: 1 });
    expect(server.log[0]?.scheme).toBe(given.signature ?? 'obs');
    // The official client says who it is.
    const says = server.log[0]?.headers['user-agent'] ?? '';
    expect(says.startsWith('obs-sdk-js/') ? 'esdk' : 'native').toBe(engine);
    await storage.close();
  });

  test('one that cannot do what is asked is refused with the first request', async () => {
    const storage = createObsStorage(settings({ engine: 'esdk', signature: 'v4' }));
    expect(await failure(storage.stat('obs://test-bucket/a'))).toMatchObject({
      name: 'OptionError',
      code: 'Unsupported',
    });
    expect(server.log).toHaveLength(0);
  });

  test('one that does not exist is refused at once', () => {
    expect(() => createObsStorage(settings({ engine: 'aws' as never }))).toThrow(/no engine "aws"/);
  });
});
