import type { ObsWire } from '../../src/dataset-io/storage/obs/wire.js';
import type { Place } from './wire-behaviour.js';

const options = { idleMs: 60_000 };

/** Deletes all objects below a prefix, and takes back all uploads there. @throws Error when something stays */
export async function emptyPrefix(wire: ObsWire, { bucket, prefix }: Place): Promise<void> {
  if (prefix === '') throw new Error('a whole bucket is not emptied');
  let isMore = true;
  while (isMore) {
    const { uploads } = await wire.listUploads({ bucket, prefix }, options);
    const { objects } = await wire.listObjects({ bucket, prefix }, options);
    const keys = objects.map(({ key }) => key);
    if ([...keys, ...uploads.map(({ key }) => key)].some((key) => !key.startsWith(prefix)))
      throw new Error(`the service lists other keys than those below ${prefix}`);
    for (const { key, uploadId } of uploads) await wire.abortUpload({ bucket, key, uploadId }, options);
    if (keys.length > 0) {
      const [failure] = await wire.deleteObjects({ bucket, keys }, options);
      if (failure !== undefined) throw new Error(`${failure.key} stays: ${failure.code} ${failure.message}`);
    }
    isMore = keys.length > 0 || uploads.length > 0;
  }
}
