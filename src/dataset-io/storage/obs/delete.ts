import { StorageError } from '../../../model/index.js';
import { type ObsAddress, obsAddress } from './address.js';
import type { ObsRequests } from './requests.js';

export interface DeleteFailure {
  /** As the caller gave it. */
  readonly path: string;
  /** The service's own code. */
  readonly serviceCode: string;
  readonly message: string;
}

const perRequest = 1_000;

/** Deletes objects of one bucket, a thousand by one request. */
export async function deleteMany(
  requests: ObsRequests,
  paths: Iterable<string> | AsyncIterable<string>,
  signal: AbortSignal | undefined,
): Promise<readonly DeleteFailure[]> {
  const failures: DeleteFailure[] = [];
  let batch: ObsAddress[] = [];
  const flush = async () => {
    const first = batch[0];
    if (first === undefined) return;
    const byKey = new Map(batch.map((at) => [at.key, at.path]));
    const failed = await requests.call({ verb: 'delete', at: first }, signal, (call) =>
      requests.send(call, (wire, options) =>
        wire.deleteObjects({ bucket: first.bucket, keys: [...byKey.keys()] }, options),
      ),
    );
    for (const { key, code, message } of failed) {
      failures.push({ path: byKey.get(key) ?? first.head + key, serviceCode: code, message });
    }
    batch = [];
  };
  for await (const path of paths) {
    const at = obsAddress(path);
    if (at.key === '') {
      throw new StorageError('IsADirectory', `cannot delete ${path}: it is a bucket`, {
        path,
        hint: 'Name objects.',
      });
    }
    if (batch[0] !== undefined && batch[0].bucket !== at.bucket) await flush();
    batch.push(at);
    if (batch.length === perRequest) await flush();
  }
  await flush();
  return failures;
}
