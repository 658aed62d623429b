import { LabelkitError, StorageError } from '../../model/index.js';
import { abortable } from './abortable.js';
import type { StorageStat, StorageWriter } from './storage.js';

/** Writes everything and commits; on any failure removes what was written and rejects with that failure. */
export async function pour(
  data: Uint8Array | AsyncIterable<Uint8Array>,
  writer: StorageWriter,
  signal: AbortSignal | undefined,
): Promise<StorageStat> {
  try {
    if (data instanceof Uint8Array) await writer.write(data);
    else for await (const chunk of abortable(data, signal)) await writer.write(chunk);
    return await writer.commit();
  } catch (error) {
    return await failAfter(error, writer.path, () => writer.abort());
  }
}

/** Cleans up and rejects with `error`; when the cleaning up fails too, the error says both. */
export async function failAfter(error: unknown, path: string, cleanUp: () => Promise<void>): Promise<never> {
  try {
    await cleanUp();
  } catch (left) {
    const code = error instanceof LabelkitError ? error.code : 'Io';
    const why = error instanceof Error ? error.message : String(error);
    const also = left instanceof Error ? left.message : String(left);
    throw new StorageError(code, `${why}; cleaning up failed too: ${also}`, { path, cause: error });
  }
  throw error;
}
