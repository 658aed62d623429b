import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { throwIfAborted } from '../../model/index.js';
import type { AbandonedFiles } from './abandoned.js';
import { GatheredWrites } from './gathered-writes.js';
import { ioError } from './io-error.js';
import {
  alreadyExists,
  cloneFile,
  placeNew,
  replaceWith,
  takeRightsOf,
  writeAll,
  writeBoth,
} from './local-file.js';
import { type Existing, findTarget, localPath, type Target } from './local-target.js';
import { withLock } from './lock.js';
import { failAfter } from './pour.js';
import type { Loan, StorageStat, StorageWriter, WriteMode, WriteOptions } from './storage.js';
import { streamWriter } from './stream-writer.js';
import { lockFor, removeIfThere, temporaryFor } from './work-files.js';

export const defaultBufferBytes = 1024 * 1024;

/** How long the swap of a finished file waits for an append to the same file, in ms. */
const swapWaitMs = 10_000;

/** Begins a file that appears at `path` when it is complete. */
export async function openLocalWrite(
  path: string,
  options: WriteOptions,
  abandoned: AbandonedFiles,
): Promise<StorageWriter> {
  const { mode = 'create', durable = true, bufferBytes = defaultBufferBytes, loan, signal } = options;
  throwIfAborted(signal);
  try {
    const target = await findTarget(path);
    if (target.existing?.kind === 'stream') return await openDevice(path, target.real, bufferBytes, signal);
    if (target.existing !== undefined && mode === 'create') throw alreadyExists(path);
    await abandoned.removeFrom(dirname(target.real));
    const temporary = temporaryFor(target.real);
    // Nobody may read a private file's new content before it has the private file's rights.
    const handle = await open(temporary, 'wx', target.existing === undefined ? 0o666 : 0o600);
    return new LocalWriter(path, target, temporary, handle, { mode, durable, bufferBytes, loan, signal });
  } catch (error) {
    throw ioError(error, 'write', path);
  }
}

interface Settings {
  readonly mode: WriteMode;
  readonly durable: boolean;
  readonly bufferBytes: number;
  readonly loan: Loan | undefined;
  readonly signal: AbortSignal | undefined;
}

class LocalWriter implements StorageWriter {
  readonly path: string;
  readonly #target: Target;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #settings: Settings;
  readonly #gathered: GatheredWrites;
  #bytes = 0;
  #state: 'open' | 'closed' | 'done' = 'open';

  constructor(path: string, target: Target, temporary: string, handle: FileHandle, settings: Settings) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#settings = settings;
    this.#gathered = new GatheredWrites(
      (bytes, then) => (then === undefined ? writeAll(handle, bytes) : writeBoth(handle, bytes, then)),
      settings.bufferBytes,
    );
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { loan, signal } = this.#settings;
    throwIfAborted(signal);
    try {
      if (loan === undefined) await this.#gathered.add(chunk);
      else {
        await this.#gathered.lend(chunk);
        if (this.#gathered.pending !== undefined) loan.extend(this.#gathered.pending);
      }
      this.#bytes += chunk.length;
    } catch (error) {
      throw ioError(error, 'write', this.path);
    }
  }

  async commit(): Promise<StorageStat> {
    try {
      throwIfAborted(this.#settings.signal);
      await this.#gathered.flush();
      const { existing } = this.#target;
      if (existing !== undefined) await takeRightsOf(existing, this.#handle, this.#temporary);
      if (this.#settings.durable) await this.#handle.sync();
      this.#state = 'closed';
      await this.#handle.close();
      throwIfAborted(this.#settings.signal);
      await place(this.#temporary, this.#target.real, { ...this.#settings, path: this.path });
      this.#state = 'done';
    } catch (error) {
      return await failAfter(ioError(error, 'write', this.path), this.path, () => this.abort());
    }
    return await statLocal(this.path, this.#target.real);
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    if (this.#state === 'open') {
      await this.#gathered.stop();
      await this.#handle.close();
    }
    this.#state = 'done';
    await removeIfThere(this.#temporary);
  }
}

/** A named pipe or a device takes the bytes as they come: it must not be replaced by a file. */
async function openDevice(
  path: string,
  real: string,
  bufferBytes: number,
  signal: AbortSignal | undefined,
): Promise<StorageWriter> {
  const handle = await open(real, 'w');
  let busy = 0;
  const sink = {
    async write(bytes: Uint8Array) {
      busy++;
      try {
        await writeAll(handle, bytes);
      } finally {
        busy--;
      }
    },
    async close() {
      const closing = handle.close();
      // A write that waits for a reader would keep an aborted writer waiting, so nobody waits for it.
      if (busy > 0) closing.catch(() => undefined);
      else await closing;
    },
  };
  return streamWriter(path, sink, bufferBytes, signal);
}

/**
 * Copies a local file as {@link openLocalWrite} would write it, sharing blocks where the file system can.
 * Rights come from the file that is replaced, else from the original.
 */
export async function copyLocal(
  from: string,
  to: string,
  options: WriteOptions,
  abandoned: AbandonedFiles,
): Promise<StorageStat> {
  const { mode = 'create', durable = true, signal } = options;
  throwIfAborted(signal);
  try {
    const target = await findTarget(to);
    if (target.existing !== undefined && mode === 'create') throw alreadyExists(to);
    await abandoned.removeFrom(dirname(target.real));
    const temporary = temporaryFor(target.real);
    try {
      await cloneFile(localPath(from), temporary, false);
      if (durable || target.existing !== undefined) await finishCopy(temporary, target.existing, durable);
      throwIfAborted(signal);
      await place(temporary, target.real, { path: to, mode, durable, signal });
    } catch (error) {
      return await failAfter(error, to, async () => {
        await removeIfThere(temporary);
      });
    }
    return await statLocal(to, target.real);
  } catch (error) {
    throw ioError(error, 'copy', from);
  }
}

async function finishCopy(
  temporary: string,
  replaced: Existing | undefined,
  durable: boolean,
): Promise<void> {
  // Windows forces only what is open for writing; elsewhere the copy of a read-only file is read-only.
  const handle = await open(temporary, process.platform === 'win32' ? 'r+' : 'r');
  try {
    if (replaced !== undefined) await takeRightsOf(replaced, handle, temporary);
    if (durable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a finished temporary file its name. */
async function place(
  temporary: string,
  real: string,
  { path, mode, durable, signal }: Omit<Settings, 'bufferBytes' | 'loan'> & { readonly path: string },
): Promise<void> {
  if (mode === 'create') {
    await placeNew(temporary, real, path, durable);
    return;
  }
  await withLock(lockFor(real), { path, waitMs: swapWaitMs, signal }, () =>
    replaceWith(temporary, real, durable),
  );
}

/** What is at a local path. */
export async function statLocal(path: string, real: string): Promise<StorageStat> {
  const found = await stat(real);
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'stream';
  return { path, size: kind === 'file' ? found.size : 0, modified: found.mtime, kind };
}
