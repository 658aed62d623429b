import { createHash } from 'node:crypto';
import type { Content } from './content.js';
import { ObsError } from './errors.js';

/** Headers kept with an object and given back as they came; lower-case names. */
export type KeptHeaders = Readonly<Record<string, string>>;

export interface StoredObject {
  readonly content: Content;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. For multipart objects the time at which the upload was initiated. */
  readonly modified: number;
  /** Decides between writers: the higher one wins. For multipart objects that of the initiation. */
  readonly order: number;
  /** `content-type`, `cache-control` and the like. */
  readonly headers: KeptHeaders;
  /** Names without `x-obs-meta-`. */
  readonly metadata: KeptHeaders;
  readonly storageClass: string;
  /** Appendable objects: the MD5 of each piece, 16 bytes each. */
  readonly pieces?: readonly Buffer[];
  /** Objects made by a multipart upload. */
  readonly uploadId?: string;
  /** Files of a parallel file system that were changed in place. */
  readonly rewritten?: boolean;
}

export interface UploadedPart {
  readonly content: Content;
  readonly etag: string;
  readonly modified: number;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly order: number;
  readonly headers: KeptHeaders;
  readonly metadata: KeptHeaders;
  readonly storageClass: string;
  readonly parts: Map<number, UploadedPart>;
}

export interface BucketOptions {
  readonly name: string;
  /** A parallel file system: directories, rename, truncate, modify; no append. Default false. */
  readonly pfs?: boolean;
  /** Default class of new objects: `STANDARD`, `WARM` or `COLD`. Cold ones refuse append. Default `STANDARD`. */
  readonly storageClass?: string;
  /** Cross-region replication: append is answered 400 OperationNotSupported. Default false. */
  readonly replicated?: boolean;
  /** Write once, read many: append, overwrite and delete are answered 403 AccessDenied. Default false. */
  readonly worm?: boolean;
}

export class Bucket {
  readonly name: string;
  readonly pfs: boolean;
  readonly storageClass: string;
  readonly replicated: boolean;
  readonly worm: boolean;
  readonly created: number;
  readonly #objects = new Map<string, StoredObject>();
  /** What readers still see of keys whose change is to show later. */
  readonly #veils = new Map<string, { readonly object: StoredObject | undefined; reads: number }>();
  #sorted: string[] | undefined;

  constructor(options: BucketOptions, created: number) {
    this.name = options.name;
    this.pfs = options.pfs ?? false;
    this.storageClass = options.storageClass ?? 'STANDARD';
    this.replicated = options.replicated ?? false;
    this.worm = options.worm ?? false;
    this.created = created;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The truth, for writers. */
  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: StoredObject): void {
    if (!this.#objects.has(key)) this.#sorted = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): boolean {
    const existed = this.#objects.delete(key);
    if (existed) this.#sorted = undefined;
    return existed;
  }

  /** Keys in the order of their UTF-8 bytes. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(compareUtf8);
    return this.#sorted;
  }

  /** Lets the next `reads` reads of `key` see `object` (what was there before) instead of what is there. */
  veil(key: string, object: StoredObject | undefined, reads: number): void {
    if (reads > 0) this.#veils.set(key, { object, reads });
  }

  /** What a reader sees; counts as a read. */
  read(key: string): StoredObject | undefined {
    const veil = this.#veils.get(key);
    if (!veil) return this.#objects.get(key);
    this.#useUp(key, veil);
    return veil.object;
  }

  /** What a listing of `prefix` sees; counts as a read of every veiled key under it. */
  readAll(prefix: string): {
    readonly keys: readonly string[];
    readonly objectOf: (key: string) => StoredObject;
  } {
    const veiled = [...this.#veils].filter(([key]) => key.startsWith(prefix));
    if (veiled.length === 0) return { keys: this.keys(), objectOf: (key) => this.#objects.get(key)! };
    const seen = new Map(this.#objects);
    for (const [key, veil] of veiled) {
      if (veil.object) seen.set(key, veil.object);
      else seen.delete(key);
      this.#useUp(key, veil);
    }
    return { keys: [...seen.keys()].sort(compareUtf8), objectOf: (key) => seen.get(key)! };
  }

  #useUp(key: string, veil: { reads: number }): void {
    veil.reads -= 1;
    if (veil.reads === 0) this.#veils.delete(key);
  }
}

/** Buckets and open uploads. Every change takes a new order number. */
export class Store {
  readonly buckets = new Map<string, Bucket>();
  readonly uploads = new Map<string, Upload>();
  #order = 0;

  nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  /** Throws NoSuchBucket. */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket)
      throw new ObsError(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
        elements: { BucketName: name },
      });
    return bucket;
  }
}

/** The order of UTF-8 bytes, which is that of code points and not that of UTF-16 units. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let n = 0; n < length; n += 1) {
    const left = a.charCodeAt(n);
    const right = b.charCodeAt(n);
    if (left !== right) return weight(left) - weight(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other unit. */
const weight = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** `md5(md5_1 … md5_N)-N` from the binary MD5s of the parts. */
export function combinedEtag(digests: readonly Uint8Array[]): string {
  const hash = createHash('md5');
  for (const digest of digests) hash.update(digest);
  return `${hash.digest('hex')}-${digests.length}`;
}
