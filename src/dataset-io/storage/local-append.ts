import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OptionError, StorageError, throwIfAborted } from '../../model/index.js';
import type { AbandonedFiles } from './abandoned.js';
import { abortable } from './abortable.js';
import { GatheredWrites } from './gathered-writes.js';
import { ioError } from './io-error.js';
import { committedLength, journalMinBytes, removeJournal, writeJournal } from './journal.js';
import { changedMeanwhile, cloneFile, writeAll } from './local-file.js';
import { renewLocked } from './local-renew.js';
import { type Existing, existingAt, findTarget, syncDirectory } from './local-target.js';
import { defaultBufferBytes, statLocal } from './local-write.js';
import { type FileLock, withLock } from './lock.js';
import { failAfter } from './pour.js';
import type { AppendOptions, AppendResult } from './storage.js';
import { lockFor, removeIfThere, temporaryFor } from './work-files.js';

/** Larger files are appended to in place unless the caller or the file system has something better. */
const copyMaxBytes = 256 * 1024 * 1024;

const lineFeed = 0x0a;

/** Adds whole lines to a regular file, or to none; see `LocalStorage.append` for the two ways. */
export async function appendLocal(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  options: AppendOptions,
  abandoned: AbandonedFiles,
): Promise<AppendResult> {
  throwIfAborted(options.signal);
  const request = { path, waitMs: options.waitMs ?? 0, signal: options.signal };
  try {
    const { real } = await findTarget(path);
    await abandoned.removeFrom(dirname(real));
    return await withLock(lockFor(real), request, async (lock) => {
      // Looked at again: another writer may have been at it until the lock was ours.
      const { existing } = await findTarget(real);
      const job: Job = { path, real, chunks, options, lock };
      if (existing === undefined) return await appendByCopy(job, undefined);
      const before = await undoUnfinished(real, existing, path);
      if (await mayLengthen(job, before)) return await appendInPlace(job, before);
      return await appendByCopy(job, before);
    });
  } catch (error) {
    throw error instanceof SourceFailure ? error.cause : ioError(error, 'append to', path);
  }
}

/** What the caller's own lines failed with goes back to the caller unchanged; it is not about the file. */
class SourceFailure extends Error {
  constructor(cause: unknown) {
    super('the source of the lines failed', { cause });
  }
}

async function* fromCaller(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw new SourceFailure(error);
  }
}

interface Job {
  readonly path: string;
  readonly real: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly options: AppendOptions;
  readonly lock: FileLock;
}

/** Takes back what a killed append in place left. The caller holds the lock. */
async function undoUnfinished(real: string, existing: Existing, path: string): Promise<Existing> {
  const handle = await open(real, 'r+');
  try {
    const length = await committedLength(real, existing, handle);
    if (length !== undefined && length < existing.size) {
      await handle.truncate(length);
      await handle.sync();
    }
  } finally {
    await handle.close();
  }
  await removeJournal(real);
  const now = await existingAt(real, path);
  if (now === undefined) throw changedMeanwhile(path);
  return now;
}

/** Large files, unless the file system can share blocks, which makes a copy free. */
async function mayLengthen({ real, options }: Job, existing: Existing): Promise<boolean> {
  if (existing.size < journalMinBytes) return false;
  if (options.inPlace !== undefined) return options.inPlace;
  if (existing.size <= copyMaxBytes) return false;
  const probe = temporaryFor(real);
  const shared = await cloneFile(real, probe, true);
  if (shared) await removeIfThere(probe);
  return !shared;
}

async function appendByCopy(job: Job, existing: Existing | undefined): Promise<AppendResult> {
  const { path, real, lock, options } = job;
  await renewLocked(
    { path, real, lock, signal: options.signal },
    existing,
    async (temporary) => {
      if (existing !== undefined) await cloneFile(real, temporary, false);
      return await openForAppend(temporary, existing);
    },
    async (handle) => {
      await writeLines(job, handle, existing?.size ?? 0, (bytes) => writeAll(handle, bytes));
    },
  );
  return { start: existing?.size ?? 0, stat: await statLocal(path, real) };
}

async function openForAppend(temporary: string, existing: Existing | undefined): Promise<FileHandle> {
  if (existing === undefined) return await open(temporary, 'wx');
  return await open(temporary, constants.O_RDWR | constants.O_APPEND);
}

async function appendInPlace(job: Job, existing: Existing): Promise<AppendResult> {
  const { path, real } = job;
  const handle = await open(real, constants.O_RDWR | constants.O_APPEND);
  try {
    const opened = await handle.stat({ bigint: true });
    if (`${opened.dev}:${opened.ino}:${opened.birthtimeNs}` !== existing.identity)
      throw changedMeanwhile(path);
    await writeJournal(real, existing, handle);
    let written = 0;
    try {
      await writeLines(job, handle, existing.size, async (bytes) => {
        // A file cut meanwhile would get its new lines glued to half an old one.
        if ((await handle.stat()).size < existing.size + written) throw changedMeanwhile(path);
        await writeAll(handle, bytes, (count) => {
          written += count;
        });
      });
      await handle.sync();
      throwIfAborted(job.options.signal);
      await checkStillThere(job, existing, existing.size + written);
    } catch (error) {
      return await failAfter(error, path, () => rollBack(job, handle, existing, written));
    }
    await removeJournal(real);
  } finally {
    await handle.close();
  }
  return { start: existing.size, stat: await statLocal(path, real) };
}

/** A file swapped or cut while it was lengthened does not have the new lines; one that grew does. */
async function checkStillThere({ path, real, lock }: Job, existing: Existing, least: number): Promise<void> {
  const now = await existingAt(real, path);
  if (now?.identity !== existing.identity || now.size < least) throw changedMeanwhile(path);
  if (!(await lock.isHeld())) throw changedMeanwhile(path);
}

/** Cuts off what was added, unless another program's bytes have come after it. */
async function rollBack(job: Job, handle: FileHandle, existing: Existing, written: number): Promise<void> {
  const { path, real } = job;
  const { size } = await handle.stat();
  if (size > existing.size + written) {
    await removeJournal(real);
    throw new StorageError('ConcurrentModification', `another program added to ${path} meanwhile`, {
      path,
      hint: `Bytes from ${existing.size} on are of an append that failed, then of that program.`,
    });
  }
  if (size > existing.size) await handle.truncate(existing.size);
  await handle.sync();
  await removeJournal(real);
  await syncDirectory(dirname(real));
}

/** Ends the last line if it is not ended, then adds the chunks, never cutting one in two. */
async function writeLines(
  { path, chunks, options }: Job,
  handle: FileHandle,
  length: number,
  put: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const gathered = new GatheredWrites(put, defaultBufferBytes, true);
  let needsLineFeed = length > 0 && (await lastByte(handle, length)) !== lineFeed;
  try {
    for await (const chunk of abortable(fromCaller(chunks), options.signal)) {
      if (chunk.length === 0) continue;
      if (chunk[chunk.length - 1] !== lineFeed) throw halfLine(path);
      if (needsLineFeed) await gathered.add(Uint8Array.of(lineFeed));
      needsLineFeed = false;
      await gathered.add(chunk);
    }
    await gathered.flush();
  } finally {
    await gathered.stop();
  }
}

async function lastByte(handle: FileHandle, length: number): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  const { bytesRead } = await handle.read(byte, 0, 1, length - 1);
  return bytesRead === 1 ? byte[0] : undefined;
}

function halfLine(path: string): OptionError {
  return new OptionError(`what is appended to ${path} does not end with a line feed`, {
    path,
    hint: 'Give chunks of whole lines, each line with its line feed.',
  });
}
