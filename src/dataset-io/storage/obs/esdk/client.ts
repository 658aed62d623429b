import type ObsClient from 'esdk-obs-nodejs';
import type { ClientOptions } from 'esdk-obs-nodejs';
import { StorageError } from '../../../../model/index.js';

/** The only release whose insides are known here. */
const knownVersion = '3.26.8';

/** Loads the official package, now and not before. @throws StorageError `Unsupported` */
export async function loadPackage(): Promise<typeof ObsClient> {
  try {
    return (await import('esdk-obs-nodejs')).default;
  } catch (error) {
    throw unusable('it cannot be loaded', error);
  }
}

/** @throws StorageError `Unsupported` when the package is not the one known here */
export async function makeClient(Client: typeof ObsClient, options: ClientOptions): Promise<ObsClient> {
  if (typeof Client !== 'function') throw unusable('it offers no client');
  const client: Partial<ObsClient> = new Client(options);
  // The constructor starts work that it does not wait for, and the client is not usable before it is done.
  await new Promise(setImmediate);
  const version: unknown = client.util?.obsSdkVersion;
  if (version !== knownVersion) {
    const found = typeof version === 'string' ? `version ${version}` : 'of an unknown version';
    throw unusable(`it is ${found}, not ${knownVersion}`);
  }
  if (typeof client.util?.makeParam !== 'function' || typeof client.util.makeRequest !== 'function')
    throw unusable('it was changed');
  return client as ObsClient;
}

/** @param why reads on after "cannot be used:" */
export function unusable(why: string, cause?: unknown): StorageError {
  return new StorageError('Unsupported', `the installed esdk-obs-nodejs cannot be used: ${why}`, {
    hint: `Install esdk-obs-nodejs ${knownVersion}, or use engine: native.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
