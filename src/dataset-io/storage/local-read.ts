import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { StorageError, throwIfAborted } from '../../model/index.js';
import { settleOrAbort } from './abortable.js';
import { ioError } from './io-error.js';
import { committedLength, journalMinBytes } from './journal.js';
import { localPath } from './local-target.js';
import type { ReadOptions } from './storage.js';

const chunkBytes = 1024 * 1024;
/** What is lent is not copied, so that it need not stay in the processor's cache; fewer turns cost less then. */
const lentChunkBytes = 4 * chunkBytes;

/** The bytes of a local file, pipe or device; see `Storage.openRead`. */
export async function* readLocal(
  path: string,
  options: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfAborted(options.signal);
  try {
    const handle = await open(localPath(path), 'r');
    let waiting = false;
    try {
      const found = await handle.stat({ bigint: true });
      if (found.isDirectory()) throw directoryError(path);
      if (found.isFile()) {
        yield* readRegular(handle, found, path, options);
      } else {
        waiting = true;
        yield* readDevice(handle, options.signal);
        waiting = false;
      }
    } finally {
      const closing = handle.close();
      // Closing a pipe waits for the read under way, which may wait for a writer that never comes.
      if (waiting && options.signal?.aborted) closing.catch(() => undefined);
      else await closing;
    }
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}

async function* readRegular(
  handle: FileHandle,
  found: BigIntStats,
  path: string,
  { start = 0, end = Number.POSITIVE_INFINITY, reuse = false, loan, signal }: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = Number(found.size);
  let limit = end;
  if (size >= journalMinBytes) {
    const identity = `${found.dev}:${found.ino}:${found.birthtimeNs}`;
    const committed = await committedLength(await realpath(localPath(path)), { identity, size }, handle);
    // What an append in place adds from now on is not committed while we read.
    limit = Math.min(limit, committed ?? size);
  }
  let position = start;
  const keeps = reuse || loan !== undefined;
  const largest = loan === undefined ? chunkBytes : lentChunkBytes;
  /**
   * With `reuse`: buffers in turn, so that one is filled while the caller looks at another; with a loan a third is
   * being written meanwhile.
   */
  const slots: Slot[] = loan === undefined ? [{}, {}] : [{}, {}, {}];
  const readNext = async (slot: Slot): Promise<Buffer | undefined> => {
    if (position >= limit) return undefined;
    await slot.lentUntil;
    // Beyond the size known at first there is most often nothing, so a small buffer asks.
    const expected = position < size ? size - position : probeBytes;
    const wanted = Math.min(largest, expected, limit - position);
    const { kept } = slot;
    const bytes: Buffer = kept !== undefined && kept.length >= wanted ? kept : Buffer.allocUnsafeSlow(wanted);
    if (keeps) slot.kept = bytes;
    const { bytesRead } = await handle.read(bytes, 0, wanted, position);
    position += bytesRead;
    return bytesRead === 0 ? undefined : bytes.subarray(0, bytesRead);
  };
  let ahead: Promise<Buffer | undefined> | undefined;
  for (let turn = 0; ; turn++) {
    throwIfAborted(signal);
    const slot = slots[turn % slots.length]!;
    const bytes = await (ahead ?? readNext(slot));
    if (bytes === undefined) return;
    if (keeps) {
      ahead = readNext(slots[(turn + 1) % slots.length]!);
      // Heard when the next chunk is asked for; a caller who has stopped reading need not know.
      ahead.catch(() => undefined);
    }
    yield bytes;
    slot.lentUntil = loan?.until;
  }
}

interface Slot {
  kept?: Buffer;
  /** Somebody needs what is in the buffer until then. */
  lentUntil?: Promise<void> | undefined;
}

const probeBytes = 16 * 1024;

async function* readDevice(
  handle: FileHandle,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    throwIfAborted(signal);
    const bytes = Buffer.allocUnsafeSlow(64 * 1024);
    const { bytesRead } = await settleOrAbort(handle.read(bytes, 0, bytes.length, null), signal);
    if (bytesRead === 0) return;
    yield bytes.subarray(0, bytesRead);
  }
}

function directoryError(path: string): StorageError {
  return new StorageError('IsADirectory', `cannot read ${path}: it is a directory`, {
    path,
    hint: 'Name a file.',
  });
}
