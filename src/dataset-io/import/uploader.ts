import { FingerprintTable, hashString } from '../../text/index.js';
import { readBytes } from '../read-bytes.js';
import type { Storage } from '../storage/index.js';
import { type Places, storageOf } from '../storages.js';
import { isThere } from '../transfer/same.js';

export interface UploaderOptions extends Places {
  /** Files under way at a time. */
  readonly concurrency: number;
  /** Something is there from an earlier run: look at each target before its file is sent. */
  readonly mayBeThere: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((files: number, bytes: number) => void) | undefined;
}

/** Sends files to object storage, each once, and none whose bytes are there already. */
export class Uploader {
  files = 0;
  bytes = 0;
  alreadyThere = 0;
  readonly #storage: Storage;
  readonly #options: UploaderOptions;
  readonly #seen = new FingerprintTable({ tagBits: 0 });
  readonly #hash = new Uint32Array(2);
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  /** @param target  a path on the storage that files go to */
  constructor(target: string, options: UploaderOptions) {
    this.#storage = storageOf(target, options);
    this.#options = options;
  }

  /**
   * Sends one file, or bytes.
   *
   * @throws StorageError, AbortedError
   */
  async put(from: string | Buffer, to: string): Promise<void> {
    const same = this.#underWay.get(to);
    if (same !== undefined) return await same;
    hashString(to, this.#hash);
    // A target that was seen is looked at: two different ones may have the same hash.
    const wasSeen = this.#seen.add(this.#hash[0]!, this.#hash[1]!) >= 0;
    const sending = this.#inTurn(() => this.#send(from, to, wasSeen));
    this.#underWay.set(to, sending);
    try {
      await sending;
    } finally {
      this.#underWay.delete(to);
    }
  }

  async #send(from: string | Buffer, to: string, wasSeen: boolean): Promise<void> {
    const { mayBeThere, signal } = this.#options;
    if ((mayBeThere || wasSeen) && (await this.#isThere(from, to))) {
      if (!wasSeen) this.alreadyThere++;
      return;
    }
    const storage = typeof from === 'string' ? storageOf(from, this.#options) : undefined;
    const data = storage === undefined ? (from as Buffer) : storage.openRead(from as string, { signal });
    const { size } = await this.#storage.writeAtomic(to, data, { mode: 'overwrite', signal });
    this.files++;
    this.bytes += size;
    this.#options.onProgress?.(this.files + this.alreadyThere, this.bytes);
  }

  async #isThere(from: string | Buffer, to: string): Promise<boolean> {
    const { signal } = this.#options;
    const there = await this.#storage.stat(to, { signal });
    if (there?.kind !== 'file') return false;
    const target = { storage: this.#storage, path: to };
    if (typeof from !== 'string') {
      if (there.size !== from.length) return false;
      return from.equals(await readBytes(this.#storage, to, signal));
    }
    const storage = storageOf(from, this.#options);
    const source = await storage.stat(from, { signal });
    if (source === null) return false;
    return await isThere({ from: { storage, path: from, size: source.size }, to: target, there }, signal);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    while (this.#active >= this.#options.concurrency)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#active++;
    try {
      await work();
    } finally {
      this.#active--;
      this.#waiting.shift()?.();
    }
  }
}
