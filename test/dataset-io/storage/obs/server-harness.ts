import { expect } from 'vitest';
import {
  createObsStorage,
  type ObsSettings,
  type ObsStorage,
} from '../../../../src/dataset-io/storage/obs/index.js';
import { lookup, type ObsServer, type ObsServerOptions, startObsServer } from '../../../server/obs/index.js';
import { testTiming } from './timing.js';

export const bucket = 'test-bucket';

/** A storage that speaks to a server over the wire; its pauses are short. */
export function storageAt(server: ObsServer, settings: Partial<ObsSettings> = {}): ObsStorage {
  return createObsStorage({
    endpoint: server.virtualEndpoint,
    credentials: async () => ({ accessKey: server.accessKey, secretKey: server.secretKey }),
    lookup,
    ca: server.certificate,
    timing: testTiming(),
    ...settings,
  });
}

/** A server, and a storage that speaks to it. */
export async function serve(
  options: ObsServerOptions = {},
  settings: Partial<ObsSettings> = {},
): Promise<{ server: ObsServer; storage: ObsStorage }> {
  const server = await startObsServer(options);
  return { server, storage: storageAt(server, settings) };
}

/**
 * Nothing is left of what was done: no upload, no lock, no connection.
 *
 * @param sockets connections that the server may still think it has
 */
export async function expectQuiet(server: ObsServer, storage: ObsStorage, sockets = 0): Promise<void> {
  server.assertClean();
  expect(server.keys(bucket).filter((key) => key.includes('labelkit'))).toEqual([]);
  await storage.close();
  const until = Date.now() + 30_000;
  while (server.openSockets > sockets && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(server.openSockets).toBeLessThanOrEqual(sockets);
}
