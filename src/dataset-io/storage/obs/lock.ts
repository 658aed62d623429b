import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { lockKeyOf, type ObsAddress } from './address.js';
import { refusesAppends } from './buckets.js';
import { failAfterCleaning, isObsError, ObsError, obsFailure } from './errors.js';
import { readBytes } from './read.js';
import type { Call, ObsRequests } from './requests.js';
import { md5Of } from './upload.js';
import type { PutRequest } from './wire.js';

/** A lock that this call holds. */
export interface ObsLock {
  /** False when somebody removed it, so that another writer may have come in. */
  isHeld(): Promise<boolean>;
  /** Gives it up: removes it as long as it is ours, and only then. */
  release(): Promise<void>;
}

export interface LockRequest {
  /** How long to wait for another holder, in ms. */
  readonly waitMs: number;
  /** Remove the lock that is there. */
  readonly breakLock: boolean;
  /** The bucket takes appends; without them no request creates an object only if it is absent. */
  readonly appends: boolean;
}

/** Who holds a lock, as the lock says. */
export interface LockHolder {
  /** Empty where it is the lock of another program. */
  readonly host: string;
  /** 0 where the lock does not say. */
  readonly pid: number;
  /** ISO 8601; empty where the lock does not say. */
  readonly since: string;
}

interface Holder extends LockHolder {
  readonly token: string;
}

/** The error for a lock that is not held any more when its holder wants to write. */
export function lockLost(call: Call): ObsError {
  return obsFailure(
    'Locked',
    call,
    'somebody removed the lock meanwhile',
    'Make sure that nobody else writes to it, and try again.',
    { retryable: true },
  );
}

/** Longer than a small write takes to be seen, in ms; see `placeByPut`. */
const settleMs = 2_000;
const maxLockBytes = 64 * 1024;
/** How often a lock that is not there may be refused before the bucket is taken for one without appends. */
const maxRefusals = 3;

/**
 * Takes the lock object beside a key. Where the bucket takes appends, an append at position 0 creates it for
 * exactly one of those who try. A lock does not expire: who holds it and since when is in the error.
 *
 * @throws ObsError `Locked`
 */
export async function acquireLock(requests: ObsRequests, call: Call, request: LockRequest): Promise<ObsLock> {
  const token = randomBytes(16).toString('hex');
  const locking = lockingCall(call);
  const lock = new HeldLock(requests, locking, token);
  try {
    return await take(requests, call, { locking, lock, token }, request);
  } catch (error) {
    if (isObsError(error, 'Locked')) throw error;
    // An answer may have been lost.
    return await failAfterCleaning(error, call.at.path, () => lock.release());
  }
}

/** Removes the lock beside a key, whoever holds it. Gives the holder; null when there was no lock. */
export async function breakLock(requests: ObsRequests, call: Call): Promise<LockHolder | null> {
  const locking = lockingCall(call);
  const holder = await readHolder(requests, locking);
  if (holder === undefined) return null;
  await new HeldLock(requests, locking, holder.token).release();
  const { host, pid, since } = holder;
  return { host, pid, since };
}

/** The same call for the lock of its object. */
function lockingCall(call: Call): Call {
  const { bucket, key, head } = call.at;
  const lockKey = lockKeyOf(key);
  return { ...call, at: { bucket, key: lockKey, head, path: head + lockKey }, verb: 'lock' };
}

interface Attempt {
  readonly locking: Call;
  readonly lock: ObsLock;
  readonly token: string;
}

async function take(
  requests: ObsRequests,
  call: Call,
  attempt: Attempt,
  request: LockRequest,
): Promise<ObsLock> {
  const { locking, lock, token } = attempt;
  const until = requests.timing.now() + request.waitMs;
  let { appends, breakLock } = request;
  let refusals = 0;
  for (let round = 0; ; round++) {
    const placed = appends
      ? await placeByAppend(requests, locking, token)
      : await placeByPut(requests, locking, attempt);
    if (placed === 'placed') return lock;
    if (placed === 'refused') refusals++;
    const other = await readHolder(requests, locking);
    if (other?.token === token) return lock;
    if (other === undefined) {
      // Not there, and yet not to be made: the bucket takes no appends.
      if (refusals >= maxRefusals) appends = false;
    } else if (breakLock) {
      breakLock = false;
      await new HeldLock(requests, locking, other.token).release();
      continue;
    } else if (requests.timing.now() >= until) {
      throw locked(requests, call, locking.at, other);
    }
    await requests.sleep(call, requests.backoff.pauseAfter(Math.min(round, 4)) ?? 0);
  }
}

function lockRequest(requests: ObsRequests, { at: { bucket, key } }: Call, token: string): PutRequest {
  const since = new Date(requests.timing.now()).toISOString();
  const holder: Holder = { token, host: hostname(), pid: process.pid, since };
  const body = Buffer.from(`${JSON.stringify(holder)}\n`);
  return { bucket, key, body, contentMd5: md5Of(body).base64, contentType: 'application/json' };
}

/** `taken`: there is a lock, which may be ours: an answer can get lost. */
async function placeByAppend(
  requests: ObsRequests,
  locking: Call,
  token: string,
): Promise<'placed' | 'taken' | 'refused'> {
  const put = lockRequest(requests, locking, token);
  try {
    await requests.send(locking, (wire, options) => wire.appendObject({ ...put, position: 0 }, options));
    return 'placed';
  } catch (error) {
    if (isObsError(error, 'PositionNotEqualToLength')) return 'taken';
    if (isObsError(error, 'ObjectNotAppendable') || refusesAppends(error)) return 'refused';
    throw error;
  }
}

/**
 * For buckets that cannot create an object only if it is absent: whoever finds none writes one, waits
 * until all who did so at the same time must have written theirs, and has the lock if the last was his own.
 */
async function placeByPut(
  requests: ObsRequests,
  locking: Call,
  { lock, token }: Attempt,
): Promise<'placed' | 'taken'> {
  if ((await readHolder(requests, locking)) !== undefined) return 'taken';
  const put = lockRequest(requests, locking, token);
  await requests.send(locking, (wire, options) => wire.putObject(put, options));
  await requests.sleep(locking, settleMs);
  return (await lock.isHeld()) ? 'placed' : 'taken';
}

class HeldLock implements ObsLock {
  readonly #requests: ObsRequests;
  readonly #locking: Call;
  readonly #token: string;

  constructor(requests: ObsRequests, locking: Call, token: string) {
    this.#requests = requests;
    this.#locking = locking;
    this.#token = token;
  }

  async isHeld(): Promise<boolean> {
    return (await readHolder(this.#requests, this.#locking))?.token === this.#token;
  }

  async release(): Promise<void> {
    const { bucket, key } = this.#locking.at;
    const cleaning = this.#requests.cleanUpCall(this.#locking);
    for (let failures = 0; ; failures++) {
      // A deletion that was done while its answer got lost must not be repeated: by then another may hold the lock.
      if ((await readHolder(this.#requests, cleaning))?.token !== this.#token) return;
      try {
        await this.#requests.send(cleaning, (wire, options) => wire.deleteObject({ bucket, key }, options), {
          once: true,
        });
        return;
      } catch (error) {
        const again = error instanceof ObsError && error.retryable;
        if (!again || failures + 1 >= this.#requests.backoff.tries) throw error;
        await this.#requests.backoff.pause(failures, undefined);
      }
    }
  }
}

/** Who holds the lock; undefined when nobody does. */
async function readHolder(requests: ObsRequests, locking: Call): Promise<Holder | undefined> {
  try {
    const bytes = await readBytes(requests, locking, { start: 0, end: maxLockBytes });
    return holderFrom(bytes);
  } catch (error) {
    if (isObsError(error, 'NotFound')) return undefined;
    // An empty object has no range: somebody else's, and not from here.
    if (error instanceof ObsError && error.status === 416) return holderFrom(Buffer.alloc(0));
    // It was given up, or taken anew, while it was being read.
    if (isObsError(error, 'ConcurrentModification')) return await readHolder(requests, locking);
    throw error;
  }
}

function holderFrom(bytes: Buffer): Holder {
  const unknown = { token: md5Of(bytes).hex, host: '', pid: 0, since: '' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return unknown;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return unknown;
  const { token, host, pid, since } = value as Record<string, unknown>;
  return typeof token === 'string' &&
    typeof host === 'string' &&
    typeof pid === 'number' &&
    typeof since === 'string'
    ? { token, host, pid, since }
    : unknown;
}

function locked(requests: ObsRequests, call: Call, at: ObsAddress, holder: Holder): ObsError {
  const age = Math.round((requests.timing.now() - Date.parse(holder.since)) / 1_000);
  const who =
    holder.host === ''
      ? 'another program'
      : `process ${holder.pid} on ${holder.host} since ${holder.since}${Number.isNaN(age) ? '' : ` (${age} s)`}`;
  return obsFailure(
    'Locked',
    call,
    `it is being written by ${who}`,
    `Wait until it is done. If you are sure that it no longer runs, break the lock (labelkit obs break-lock, option breakLock): ${at.path}.`,
    { retryable: true },
  );
}
