import { StorageError } from '../../model/index.js';
import { FingerprintTable, hashString } from '../../text/index.js';
import { readBytes } from '../read-bytes.js';
import { type Storage, type StorageStat, sameContent } from '../storage/index.js';
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
   * @throws StorageError `AlreadyExists` for a place that holds something else, …; AbortedError
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
    if (mayBeThere || wasSeen) {
      const there = await this.#storage.stat(to, { signal });
      if (there?.kind === 'file') {
        await this.#checkSame(from, to, there);
        if (!wasSeen) this.alreadyThere++;
        return;
      }
    }
    const storage = typeof from === 'string' ? storageOf(from, this.#options) : undefined;
    const data = storage === undefined ? (from as Buffer) : storage.openRead(from as string, { signal });
    const { size } = await this.#storage.writeAtomic(to, data, { mode: 'overwrite', signal });
    this.files++;
    this.bytes += size;
    this.#options.onProgress?.(this.files + this.alreadyThere, this.bytes);
  }

  /** Samples of an earlier import may have what is there: it is not replaced by anything else. */
  async #checkSame(from: string | Buffer, to: string, there: StorageStat): Promise<void> {
    const { signal } = this.#options;
    const target = { storage: this.#storage, path: to };
    let isSame: boolean;
    if (typeof from === 'string') {
      const storage = storageOf(from, this.#options);
      const source = await storage.stat(from, { signal });
      const file = { storage, path: from, size: source?.size ?? -1 };
      // Digests of encrypted objects are of something else: then the bytes are compared.
      isSame =
        (await isThere({ from: file, to: target, there }, signal)) ||
        (there.size === file.size && (await sameContent(file, target, signal)));
    } else {
      isSame = there.size === from.length && from.equals(await readBytes(this.#storage, to, signal));
    }
    if (isSame) return;
    throw new StorageError('AlreadyExists', `${to} is there with other content`, {
      path: to,
      hint: 'Other samples may need it: say another place for the files with --data-path (option dataPath), or delete it.',
    });
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
