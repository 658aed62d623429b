import type { FileChange, StorageStat, UpdateOptions } from '../storage.js';
import { isDirectoryKey } from './address.js';
import type { Buckets } from './buckets.js';
import { failAfterCleaning, isObsError, obsFailure } from './errors.js';
import { findObject, type ObjectFacts, statOf } from './facts.js';
import { acquireLock, lockLost, type ObsLock } from './lock.js';
import { isDirectory, readBytes } from './read.js';
import type { Call, ObsRequests } from './requests.js';
import { putWhole } from './upload.js';

/** Under the lock only those who overwrite can come in between. */
const maxRounds = 20;

/** See `ObsStorage.update`. */
export async function updateObject(
  requests: ObsRequests,
  buckets: Buckets,
  call: Call,
  change: FileChange,
  { waitMs = 0 }: UpdateOptions,
): Promise<StorageStat> {
  if (isDirectoryKey(call.at.key)) throw isDirectory(call);
  const appends = await buckets.takesAppends(call);
  const lock = await acquireLock(requests, call, { waitMs, breakLock: false, appends });
  let facts: ObjectFacts;
  try {
    facts = await updateLocked(requests, call, change, lock);
  } catch (error) {
    return await failAfterCleaning(error, call.at.path, () => lock.release());
  }
  try {
    await lock.release();
  } catch (error) {
    // The change is made: an error would have the caller make it again.
    requests.warn(`the lock of ${call.at.path} is left behind`, error);
  }
  return statOf(call.at.path, facts);
}

async function updateLocked(
  requests: ObsRequests,
  call: Call,
  change: FileChange,
  lock: ObsLock,
): Promise<ObjectFacts> {
  for (let round = 0; round < maxRounds; round++) {
    const facts = await findObject(requests, call);
    const before = facts === undefined ? undefined : await contentOf(requests, call, facts);
    if (before !== 'changed') {
      const after = change(before);
      if (facts !== undefined && after === before) return facts;
      const now = await findObject(requests, call);
      if (now?.etag === facts?.etag && now?.size === facts?.size) {
        if (!(await lock.isHeld())) throw lockLost(call);
        return await putWhole(requests, call, after);
      }
    }
    await requests.sleep(call, requests.backoff.pauseAfter(Math.min(round, 5)) ?? 0);
  }
  throw obsFailure(
    'ConcurrentModification',
    call,
    'other writers got in first, again and again',
    'Try again when fewer of them write to it.',
    { retryable: true },
  );
}

/** The bytes of an object in the state that was seen, or that it is another one by now. */
async function contentOf(
  requests: ObsRequests,
  call: Call,
  { etag, size }: ObjectFacts,
): Promise<Buffer | 'changed'> {
  if (size === 0) return Buffer.alloc(0);
  try {
    return await readBytes(requests, call, { start: 0, end: size }, { etag, total: size });
  } catch (error) {
    const isChanged = isObsError(error, 'ConcurrentModification') || isObsError(error, 'NotFound');
    if (isChanged) return 'changed';
    throw error;
  }
}
