import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../model/index.js';
import { createReadBuffer, type ReadBuffer, type Storage } from './storage/index.js';

/** A whole file, or its first `end` bytes. For small ones: the caller vouches for the size. */
export async function readBytes(
  storage: Storage,
  path: string,
  signal?: AbortSignal,
  end?: number,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, { end, signal })) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Files read between two turns of the event loop. */
const readsPerTurn = 64;
/** Memory that is kept for the next file. */
const mostKept = 1024 * 1024;

let buffer: ReadBuffer | undefined;
let readsInTurn = 0;

/**
 * A whole small file, where the storage can do so without waiting: files of a few KB take a fifth of the time then, of
 * which there are many. The event loop turns now and then, so that a signal is heard.
 */
export async function readSmall(storage: Storage, path: string, signal?: AbortSignal): Promise<Buffer> {
  if (storage.readSync === undefined) return await readBytes(storage, path, signal);
  readsInTurn++;
  if (readsInTurn >= readsPerTurn) {
    readsInTurn = 0;
    await nextTurn();
  }
  throwIfAborted(signal);
  buffer ??= createReadBuffer();
  const length = storage.readSync(path, buffer);
  const bytes = Buffer.from(buffer.bytes.subarray(0, length));
  if (buffer.bytes.length > mostKept) buffer = undefined;
  return bytes;
}

/** {@link readBytes} as UTF-8 text. */
export async function readText(storage: Storage, path: string, signal?: AbortSignal): Promise<string> {
  return (await readBytes(storage, path, signal)).toString('utf8');
}
