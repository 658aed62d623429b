import { argument } from '../argument.mjs';

const storageUrl = new URL('../../../dist/src/dataset-io/storage/obs/index.js', import.meta.url);

/**
 * Object storage at the server of the environment, by the engine that the first argument names. One request opens
 * a connection and loads the engine, so that neither is measured.
 * @param {string} path of something to look at
 * @param {number} [concurrency] ranges at a time; default that of the library
 */
export async function openStorage(path, concurrency) {
  const engine = argument('engine');
  const { createObsStorage } = await import(storageUrl.href);
  const { LABELKIT_OBS_ENDPOINT: endpoint, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK } = process.env;
  const keys = { accessKey: HUAWEICLOUD_SDK_AK, secretKey: HUAWEICLOUD_SDK_SK };
  const storage = createObsStorage({
    engine,
    endpoint,
    addressing: 'path',
    credentials: async () => keys,
    read: { concurrency },
  });
  await storage.stat(path);
  return storage;
}

/**
 * Reads as whoever is done with a chunk when the next one is asked for.
 * @param {any} storage
 * @param {string} path
 */
export async function countBytes(storage, path) {
  let bytes = 0;
  for await (const chunk of storage.openRead(path, { reuse: true })) bytes += chunk.length;
  return bytes;
}
