import type { Writable } from 'node:stream';
import { throwIfAborted } from '../../model/index.js';
import { abortable, settleOrAbort } from './abortable.js';
import { GatheredWrites } from './gathered-writes.js';
import { ioError } from './io-error.js';
import type { StorageStat, StorageWriter } from './storage.js';

/** Where a {@link streamWriter} puts bytes. */
interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * A writer into something that is not a file with a name to appear under: standard output, a pipe, a
 * device. What was written is gone; `abort` only stops.
 */
export function streamWriter(
  path: string,
  sink: ByteSink,
  bufferBytes: number,
  signal: AbortSignal | undefined,
): StorageWriter {
  const gathered = new GatheredWrites((bytes) => settleOrAbort(sink.write(bytes), signal), bufferBytes);
  let bytes = 0;
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await sink.close();
  };
  return {
    path,
    get bytes() {
      return bytes;
    },
    async write(chunk) {
      throwIfAborted(signal);
      bytes += chunk.length;
      try {
        await gathered.add(chunk);
      } catch (error) {
        throw ioError(error, 'write', path);
      }
    },
    async commit(): Promise<StorageStat> {
      throwIfAborted(signal);
      try {
        await gathered.flush();
        await close();
      } catch (error) {
        throw ioError(error, 'write', path);
      }
      return { path, size: bytes, modified: new Date(), kind: 'stream' };
    },
    async abort() {
      await close();
    },
  };
}

const listened = new WeakSet<Writable>();

/** A sink over a Node stream that stays open, such as standard output. */
export function sinkOf(stream: Writable): ByteSink {
  if (!listened.has(stream)) {
    listened.add(stream);
    // Every failure reaches its writer through the write's own callback; unheard, the event would end the process.
    stream.on('error', () => undefined);
  }
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => Promise.resolve(),
  };
}

/** The chunks of a Node stream such as standard input. */
export async function* readStream(
  stream: AsyncIterable<Uint8Array | string>,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of abortable(stream, signal)) {
      yield typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    }
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}
