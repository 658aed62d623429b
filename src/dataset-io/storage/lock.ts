import { randomBytes } from 'node:crypto';
import { link, open, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError, throwIfAborted } from '../../model/index.js';
import { cannotLink, errnoOf, ioError } from './io-error.js';
import { isGone, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { guardFor, removeIfThere, temporaryFor } from './work-files.js';

/** A lock that this process holds. */
export interface FileLock {
  /** Gives it up. Does nothing when somebody removed it by hand. */
  release(): Promise<void>;
  /** False when somebody removed it by hand, so that another writer may have come in. */
  isHeld(): Promise<boolean>;
}

interface Holder extends ProcessIdentity {
  /** Tells this lock from every other, also of the same process. */
  readonly token: string;
  readonly since: string;
}

interface LockRequest {
  /** What is locked, for the message. */
  readonly path: string;
  /** How long to wait for another holder, in ms. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A lock file without content is one whose writer is about to fill it, or was killed before it did. */
const emptyLockMs = 10_000;

/**
 * Takes a lock file, which appears complete with its owner's identity in it. A lock whose owner is dead is
 * taken over: under a guard named after that very lock, so that of several that see it only one removes
 * it, and never a newer one. The guard is a lock of the same kind, should its owner die in turn.
 *
 * @throws StorageError `Locked` that names the holder
 */
export async function acquireLock(lockFile: string, request: LockRequest): Promise<FileLock> {
  const token = randomBytes(8).toString('hex');
  const holder: Holder = { ...ownIdentity(), token, since: new Date().toISOString() };
  const deadline = Date.now() + request.waitMs;
  let pause = 2;
  for (;;) {
    throwIfAborted(request.signal);
    if (await place(lockFile, `${JSON.stringify(holder)}\n`)) return heldLock(lockFile, token);
    const other = await readHolder(lockFile);
    if (other === undefined) continue;
    if (isStale(other)) {
      await removeStale(lockFile, other, request);
      continue;
    }
    if (Date.now() >= deadline) throw locked(lockFile, other.holder, request.path);
    await sleep(pause);
    pause = Math.min(pause * 2, 50);
  }
}

function heldLock(lockFile: string, token: string): FileLock {
  const isHeld = async () => (await readHolder(lockFile))?.token === token;
  return {
    isHeld,
    async release() {
      if (await isHeld()) await removeIfThere(lockFile);
    },
  };
}

/** Creates the lock with its content in one step; false when there is one. */
async function place(lockFile: string, text: string): Promise<boolean> {
  const temporary = temporaryFor(lockFile);
  await writeFile(temporary, text, { flag: 'wx' });
  try {
    await link(temporary, lockFile);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!cannotLink(error)) throw error;
    return await placeInTwoSteps(lockFile, text);
  } finally {
    await removeIfThere(temporary);
  }
}

/** For file systems without hard links. */
async function placeInTwoSteps(lockFile: string, text: string): Promise<boolean> {
  try {
    const handle = await open(lockFile, 'wx');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface Found {
  /** Undefined when the content is not one of ours. */
  readonly holder: Holder | undefined;
  /** Identifies this lock file among those that ever had the name. */
  readonly token: string;
  readonly empty: boolean;
  readonly ageMs: number;
}

/** What a lock file says, or undefined when it is gone. */
async function readHolder(lockFile: string): Promise<Found | undefined> {
  try {
    const text = await readFile(lockFile, 'utf8');
    const { mtimeMs } = await stat(lockFile);
    const holder = parseHolder(text);
    return {
      holder,
      token: holder?.token ?? `${mtimeMs}:${text}`,
      empty: text === '',
      ageMs: Date.now() - mtimeMs,
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, boot, space, started, token, since } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
  if (typeof host !== 'string' || typeof boot !== 'string' || typeof space !== 'string') return undefined;
  if (typeof started !== 'string' || typeof token !== 'string' || typeof since !== 'string') return undefined;
  return { pid, host, boot, space, started, token, since };
}

function isStale(found: Found): boolean {
  if (found.holder !== undefined) return isGone(found.holder);
  return found.empty && found.ageMs > emptyLockMs;
}

async function removeStale(lockFile: string, stale: Found, request: LockRequest): Promise<void> {
  const guard = await acquireLock(guardFor(lockFile, stale.token), { ...request, waitMs: 5_000 });
  try {
    // Only the guard's holder removes a lock with this token, and its dead owner cannot.
    if ((await readHolder(lockFile))?.token === stale.token) await unlink(lockFile);
  } finally {
    await guard.release();
  }
}

/** Removes a guard whose owner died; one that is in use stays. */
export async function releaseDeadGuard(guardFile: string): Promise<void> {
  const found = await readHolder(guardFile);
  if (found === undefined || !isStale(found)) return;
  const guard = await acquireLock(guardFile, { path: guardFile, waitMs: 5_000 });
  await guard.release();
}

function locked(lockFile: string, holder: Holder | undefined, path: string): StorageError {
  const who =
    holder === undefined
      ? 'another program'
      : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new StorageError('Locked', `${path} is being written by ${who}`, {
    path,
    hint: `Wait until it is done. If you are sure that it no longer runs, delete ${lockFile}.`,
  });
}

/** Runs `work` while holding the lock, and gives it up whatever happens. */
export async function withLock<T>(
  lockFile: string,
  request: LockRequest,
  work: (lock: FileLock) => Promise<T>,
): Promise<T> {
  let lock: FileLock;
  try {
    lock = await acquireLock(lockFile, request);
  } catch (error) {
    throw ioError(error, 'lock', request.path);
  }
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}
