import { createHash } from 'node:crypto';
import { contentTypeOf } from './content-type.js';
import { isObsError, obsFailure, rethrowUnclear } from './errors.js';
import { dateOf, findObject, type ObjectFacts } from './facts.js';
import type { Call, ObsRequests } from './requests.js';
import { type ByteRange, type ObjectName, type UploadedPart, type WireAnswer, WireFault } from './wire.js';

export interface UploadTuning {
  /** Bytes of a part; also the most that is written by a single request. Default 8 MiB, at least 100 KB. */
  readonly partBytes?: number | undefined;
  /** Parts under way at a time. Default 4. */
  readonly concurrency?: number | undefined;
}

export const defaultPartBytes = 8 * 1024 * 1024;
const maxPartBytes = 256 * 1024 * 1024;
/** Parts under way hold no more than this together, unless one alone does. */
const maxBytesUnderWay = 128 * 1024 * 1024;
const maxPlannedParts = 9_000;

/** Bytes of each part of something whose length is known. */
export function partBytesFor(size: number, partBytes: number): number {
  return Math.max(partBytes, Math.ceil(size / maxPlannedParts));
}

/** Bytes of part `number` (from 1) of something whose length is not known: they grow, so that 10,000 are enough. */
export function partBytesAt(number: number, partBytes: number): number {
  return Math.min(
    Math.max(maxPartBytes, partBytes),
    Math.floor(partBytes * 1.5 ** Math.floor((number - 1) / 1_000)),
  );
}

export interface Digest {
  readonly hex: string;
  readonly base64: string;
}

export function md5Of(bytes: Uint8Array): Digest {
  const digest = createHash('md5').update(bytes).digest();
  return { hex: digest.toString('hex'), base64: digest.toString('base64') };
}

/** False when the answer's ETag would have to be the MD5 of what was sent and is another one. */
function confirms(answer: WireAnswer, etag: string, md5: Digest): boolean {
  if (etag.toLowerCase() === md5.hex) return true;
  return (
    etag.includes('-') || Object.keys(answer.headers).some((name) => name.startsWith('x-obs-server-side-'))
  );
}

/**
 * Writes an object by one request. What the service stored is compared with what was sent; where its ETag is
 * no MD5 (encrypted buckets) the length it reports must do.
 */
export async function putWhole(requests: ObsRequests, call: Call, bytes: Uint8Array): Promise<ObjectFacts> {
  const { bucket, key } = call.at;
  const md5 = md5Of(bytes);
  return await requests.send(call, async (wire, options) => {
    const answer = await wire.putObject(
      { bucket, key, body: bytes, contentMd5: md5.base64, contentType: contentTypeOf(key) },
      options,
    );
    const etag = answer.headers['etag'] ?? '';
    if (confirms(answer, etag, md5)) {
      return {
        size: bytes.length,
        etag,
        modified: dateOf(answer.headers['date']) ?? new Date(requests.timing.now()),
        appendable: false,
        nextPosition: bytes.length,
        uploadId: undefined,
      };
    }
    const facts = await findObject(requests, call);
    const same = facts?.etag === md5.hex || (facts?.etag === etag && facts.size === bytes.length);
    if (facts !== undefined && same) return facts;
    throw new WireFault('malformed', 'an ETag that is not that of the content', true, {
      status: answer.status,
    });
  });
}

/**
 * A multipart upload. Nothing of it shows before {@link complete}; afterwards all of it does. Parts are
 * sent several at a time, each kept in memory until it has arrived.
 */
export class MultipartUpload {
  readonly #requests: ObsRequests;
  readonly #call: Call;
  readonly #partCall: Call;
  readonly #cancel = new AbortController();
  readonly #uploadId: string;
  readonly #concurrency: number;
  readonly #underWay = new Set<Promise<void>>();
  readonly #parts: UploadedPart[] = [];
  #bytesUnderWay = 0;
  #next = 1;
  #size = 0;
  #failure: unknown;
  #over = false;
  readonly #giveUp = () => this.#cancel.abort();

  private constructor(requests: ObsRequests, call: Call, uploadId: string, concurrency: number) {
    this.#requests = requests;
    this.#call = call;
    this.#partCall = { ...call, signal: this.#cancel.signal };
    this.#uploadId = uploadId;
    this.#concurrency = concurrency;
    if (call.signal?.aborted === true) this.#giveUp();
    call.signal?.addEventListener('abort', this.#giveUp, { once: true });
  }

  static async start(requests: ObsRequests, call: Call, tuning: UploadTuning): Promise<MultipartUpload> {
    const { bucket, key } = call.at;
    const began = requests.timing.now();
    let unclear = 0;
    const settle = async () => {
      unclear++;
      return undefined;
    };
    let uploadId: string | undefined;
    try {
      ({ uploadId } = await requests.send(
        call,
        (wire, options) => wire.startUpload({ bucket, key, contentType: contentTypeOf(key) }, options),
        { settle },
      ));
      requests.uploads.add(uploadId);
    } finally {
      if (unclear > 0) await abortLost(requests, call, began, unclear);
    }
    return new MultipartUpload(requests, call, uploadId, tuning.concurrency ?? 4);
  }

  /** Number of the next part, from 1. */
  get nextPart(): number {
    return this.#next;
  }

  /** Takes the bytes, which must not change any more; resolves when there is room for another part. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    await this.#run(bytes.length, async (partNumber) => {
      const { bucket, key } = this.#call.at;
      const md5 = md5Of(bytes);
      return await this.#requests.send(this.#partCall, async (wire, options) => {
        const answer = await wire.uploadPart(
          { bucket, key, uploadId: this.#uploadId, partNumber, body: bytes, contentMd5: md5.base64 },
          options,
        );
        if (confirms(answer, answer.etag, md5)) return answer.etag;
        throw new WireFault('malformed', 'an ETag that is not that of the part', true, {
          status: answer.status,
        });
      });
    });
  }

  /** Takes a range of an object that is in the service already, in the state that the ETag stands for. */
  async addCopy(
    source: ObjectName,
    range: ByteRange & { last: number },
    sourceIfMatch: string,
  ): Promise<void> {
    this.#size += range.last - range.first + 1;
    await this.#run(0, async (partNumber) => {
      const { bucket, key } = this.#call.at;
      return await this.#requests.send(this.#partCall, async (wire, options) => {
        const answer = await wire.copyPart(
          { bucket, key, uploadId: this.#uploadId, partNumber, source, range, sourceIfMatch },
          options,
        );
        return answer.etag;
      });
    });
  }

  async #run(bytes: number, work: (partNumber: number) => Promise<string>): Promise<void> {
    this.#check();
    const partNumber = this.#next++;
    this.#bytesUnderWay += bytes;
    const running = work(partNumber).then(
      (etag) => {
        this.#parts.push({ partNumber, etag });
      },
      (error: unknown) => {
        // The first failure is the one that counts; the others are told to stop.
        this.#failure ??= error;
        this.#cancel.abort();
      },
    );
    const entry: Promise<void> = running.then(() => {
      this.#underWay.delete(entry);
      this.#bytesUnderWay -= bytes;
    });
    this.#underWay.add(entry);
    while (
      this.#underWay.size >= this.#concurrency ||
      (this.#underWay.size > 0 && this.#bytesUnderWay > maxBytesUnderWay)
    ) {
      await Promise.race(this.#underWay);
    }
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) {
      this.#requests.throwIfOver(this.#call, this.#failure);
      throw this.#failure;
    }
  }

  /** Resolves when every part has arrived. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#check();
  }

  /**
   * Makes the object of the parts, and looks whether it is there.
   *
   * @throws ObsError `ConcurrentModification` when another writer's object is there instead
   */
  async complete(): Promise<ObjectFacts> {
    await this.settle();
    const { bucket, key } = this.#call.at;
    const parts = this.#parts.sort((a, b) => a.partNumber - b.partNumber);
    const uploadId = this.#uploadId;
    const ours = async (answered?: string): Promise<ObjectFacts | undefined> => {
      const facts = await findObject(this.#requests, this.#call);
      return facts !== undefined && this.#isOurs(facts, parts, answered) ? facts : undefined;
    };
    const completed = await this.#requests
      .send<{ readonly etag?: string; readonly facts?: ObjectFacts }>(
        this.#call,
        async (wire, options) => {
          const { etag } = await wire.completeUpload({ bucket, key, uploadId, parts }, options);
          return { etag };
        },
        {
          settle: async () => {
            const found = await ours();
            return found && { facts: found };
          },
        },
      )
      .catch(async (error: unknown) => {
        // Something on the way may have delivered the request twice.
        const found = isObsError(error, 'NoSuchUpload') ? await ours().catch(rethrowUnclear) : undefined;
        if (found === undefined) throw error;
        return { facts: found, etag: undefined };
      });
    const facts = completed.facts ?? (await ours(completed.etag).catch(rethrowUnclear));
    if (facts === undefined) {
      throw obsFailure(
        'ConcurrentModification',
        this.#call,
        'another writer replaced it at the same time',
        'Look at what is there now, and start again if it is not what you want.',
        { mayHaveApplied: true },
      );
    }
    this.#end();
    return facts;
  }

  #isOurs(facts: ObjectFacts, parts: readonly UploadedPart[], answered: string | undefined): boolean {
    if (facts.size !== this.#size) return false;
    if (facts.uploadId !== undefined) return facts.uploadId === this.#uploadId;
    return facts.etag === answered || facts.etag === joinedEtag(parts);
  }

  /** Takes the upload back, with all parts that arrived. Does nothing after {@link complete}. */
  async abort(): Promise<void> {
    if (this.#over) return;
    this.#cancel.abort();
    await Promise.all(this.#underWay);
    await abortUpload(this.#requests, this.#call, this.#uploadId);
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#requests.uploads.delete(this.#uploadId);
    this.#call.signal?.removeEventListener('abort', this.#giveUp);
  }
}

/** The ETag of an object made of parts, as the service makes it from theirs. */
function joinedEtag(parts: readonly UploadedPart[]): string {
  const digests = parts.map(({ etag }) => Buffer.from(etag, 'hex'));
  return `${md5Of(Buffer.concat(digests)).hex}-${parts.length}`;
}

/** Aborts an upload; one that is gone is success. Goes on when the caller has given up. */
async function abortUpload(requests: ObsRequests, call: Call, uploadId: string): Promise<void> {
  const { bucket, key } = call.at;
  try {
    await requests.send(requests.cleanUpCall(call), (wire, options) =>
      wire.abortUpload({ bucket, key, uploadId }, options),
    );
  } catch (error) {
    if (!isObsError(error, 'NoSuchUpload') && !isObsError(error, 'NotFound')) throw error;
  }
}

/**
 * Aborts the uploads that requests began whose answers were lost: those of this key that are not known here
 * and began, by the service's clock, while we were asking. When there are more of them than answers were
 * lost, some are another writer's: then all stay, for `cleanupUploads`.
 */
async function abortLost(requests: ObsRequests, call: Call, began: number, lost: number): Promise<void> {
  const { bucket, key } = call.at;
  const cleaning = requests.cleanUpCall(call);
  const elapsed = requests.timing.now() - began;
  try {
    const answer = await requests.send(cleaning, (wire, options) => wire.headBucket({ bucket }, options));
    const serviceNow = dateOf(answer.headers['date'])?.getTime();
    if (serviceNow === undefined) return;
    const page = await requests.send(cleaning, (wire, options) =>
      wire.listUploads({ bucket, prefix: key }, options),
    );
    const candidates = page.uploads.filter(
      (upload) =>
        upload.key === key &&
        !requests.uploads.has(upload.uploadId) &&
        upload.started.getTime() >= serviceNow - elapsed - 2_000,
    );
    if (candidates.length > lost) return;
    for (const { uploadId } of candidates) await abortUpload(requests, call, uploadId);
  } catch (error) {
    requests.warn(`an upload of ${call.at.path} may have been left behind`, error);
  }
}
