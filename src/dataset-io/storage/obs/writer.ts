import { StorageError, throwIfAborted } from '../../../model/index.js';
import type { StorageStat, StorageWriter, WriteMode } from '../storage.js';
import { isDirectoryKey } from './address.js';
import { failAfterCleaning } from './errors.js';
import { findObject, statOf } from './facts.js';
import { isDirectory } from './read.js';
import type { Call, ObsRequests } from './requests.js';
import {
  defaultPartBytes,
  MultipartUpload,
  partBytesAt,
  partBytesFor,
  putWhole,
  type UploadTuning,
} from './upload.js';

/** Refuses what cannot be written to: a directory's name, and in mode `create` what is there. */
export async function checkWritable(requests: ObsRequests, call: Call, mode: WriteMode): Promise<void> {
  if (isDirectoryKey(call.at.key)) throw isDirectory(call);
  if (mode === 'create' && (await findObject(requests, call)) !== undefined) throw alreadyExists(call);
}

function alreadyExists({ at: { path } }: Call): StorageError {
  return new StorageError('AlreadyExists', `${path} already exists`, {
    path,
    hint: 'Choose mode overwrite or append, or another path.',
  });
}

/** Writes bytes that are all there: by one request, or in parts cut from them. */
export async function writeBytes(
  requests: ObsRequests,
  call: Call,
  bytes: Uint8Array,
  mode: WriteMode,
  tuning: UploadTuning,
): Promise<StorageStat> {
  await checkWritable(requests, call, mode);
  const { partBytes = defaultPartBytes } = tuning;
  if (bytes.length <= partBytes) return statOf(call.at.path, await putWhole(requests, call, bytes));
  const upload = await MultipartUpload.start(requests, call, tuning);
  return await orAbort(call.at.path, upload, async () => {
    const each = partBytesFor(bytes.length, partBytes);
    for (let from = 0; from < bytes.length; from += each) await upload.add(bytes.subarray(from, from + each));
    await upload.settle();
    await checkWritable(requests, call, mode);
    return statOf(call.at.path, await upload.complete());
  });
}

/** Runs the work; on any failure takes the upload back first. */
export async function orAbort<T>(path: string, upload: MultipartUpload, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return await failAfterCleaning(error, path, () => upload.abort());
  }
}

/** Gathers pieces of any size into parts of an upload that begins when the first part is full. */
export class PartPacker {
  readonly #start: () => Promise<MultipartUpload>;
  readonly #partBytes: number;
  #upload: MultipartUpload | undefined;
  #part: Buffer = Buffer.alloc(0);
  #fill = 0;

  constructor(start: () => Promise<MultipartUpload>, partBytes: number) {
    this.#start = start;
    this.#partBytes = partBytes;
  }

  /** The upload, once it has begun. */
  get upload(): MultipartUpload | undefined {
    return this.#upload;
  }

  /** What no part holds yet. */
  get rest(): Uint8Array {
    return this.#part.subarray(0, this.#fill);
  }

  /** Copies the bytes; resolves when there is room for more. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const size = partBytesAt(this.#upload?.nextPart ?? 1, this.#partBytes);
      if (this.#fill >= size) {
        await this.flush();
        continue;
      }
      if (this.#fill === this.#part.length) this.#grow(size, bytes.length - from);
      const count = Math.min(bytes.length - from, this.#part.length - this.#fill);
      this.#part.set(bytes.subarray(from, from + count), this.#fill);
      this.#fill += count;
      from += count;
    }
  }

  /** Sends what was gathered as a part. */
  async flush(): Promise<void> {
    this.#upload ??= await this.#start();
    if (this.#fill === 0) return;
    const part = this.rest;
    this.drop();
    await this.#upload.add(part);
  }

  drop(): void {
    this.#part = Buffer.alloc(0);
    this.#fill = 0;
  }

  #grow(size: number, wanted: number): void {
    const grown = Math.min(size, Math.max(firstBytes, this.#part.length * 4, this.#fill + wanted));
    const larger = Buffer.allocUnsafeSlow(grown);
    larger.set(this.rest);
    this.#part = larger;
  }
}

const firstBytes = 16 * 1024;

/** Writes an object that is pushed: small ones by one request at the commit, others in parts as they come. */
export class ObsWriter implements StorageWriter {
  readonly path: string;
  readonly #requests: ObsRequests;
  readonly #call: Call;
  readonly #close: () => void;
  readonly #mode: WriteMode;
  readonly #packer: PartPacker;
  #bytes = 0;
  #state: 'open' | 'failed' | 'done' = 'open';

  /** @param close ends the call's deadline */
  static async open(
    requests: ObsRequests,
    call: Call,
    close: () => void,
    mode: WriteMode,
    tuning: UploadTuning,
  ): Promise<ObsWriter> {
    await checkWritable(requests, call, mode);
    return new ObsWriter(requests, call, close, mode, tuning);
  }

  private constructor(
    requests: ObsRequests,
    call: Call,
    close: () => void,
    mode: WriteMode,
    tuning: UploadTuning,
  ) {
    this.path = call.at.path;
    this.#requests = requests;
    this.#call = call;
    this.#close = close;
    this.#mode = mode;
    this.#packer = new PartPacker(
      () => MultipartUpload.start(requests, call, tuning),
      tuning.partBytes ?? defaultPartBytes,
    );
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#step(async () => {
      await this.#packer.add(chunk);
      this.#bytes += chunk.length;
    });
  }

  async commit(): Promise<StorageStat> {
    return await this.#step(async () => {
      const { upload } = this.#packer;
      if (upload !== undefined) {
        await this.#packer.flush();
        await upload.settle();
      }
      await checkWritable(this.#requests, this.#call, this.#mode);
      const facts =
        upload === undefined
          ? await putWhole(this.#requests, this.#call, this.#packer.rest)
          : await upload.complete();
      this.#end();
      return statOf(this.path, facts);
    });
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    await this.#packer.upload?.abort();
    this.#end();
  }

  async #step<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state !== 'open') {
      throw new StorageError('Io', `${this.path} is no longer being written`, {
        path: this.path,
        hint: 'Start a new writer.',
      });
    }
    try {
      throwIfAborted(this.#call.signal);
      return await work();
    } catch (error) {
      this.#state = 'failed';
      this.#requests.throwIfOver(this.#call, error);
      throw error;
    }
  }

  #end(): void {
    this.#state = 'done';
    this.#packer.drop();
    this.#close();
  }
}
