import type { Storage } from './storage/index.js';

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

/** {@link readBytes} as UTF-8 text. */
export async function readText(storage: Storage, path: string, signal?: AbortSignal): Promise<string> {
  return (await readBytes(storage, path, signal)).toString('utf8');
}
