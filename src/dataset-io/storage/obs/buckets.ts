import { isObsError } from './errors.js';
import type { Call, ObsRequests } from './requests.js';

export interface BucketFacts {
  /** A parallel file system: no appends, no `//` in names. */
  readonly fileSystem: boolean;
}

/** What is known of buckets; each is asked about once. */
export class Buckets {
  readonly #requests: ObsRequests;
  readonly #known = new Map<string, Promise<BucketFacts>>();
  readonly #noAppend = new Set<string>();

  constructor(requests: ObsRequests) {
    this.#requests = requests;
  }

  /** @throws ObsError `NotFound` when there is no such bucket */
  async facts(call: Call): Promise<BucketFacts> {
    const { bucket } = call.at;
    let facts = this.#known.get(bucket);
    if (facts === undefined) {
      facts = this.#ask(call);
      this.#known.set(bucket, facts);
    }
    try {
      return await facts;
    } catch (error) {
      this.#known.delete(bucket);
      throw error;
    }
  }

  /** True when objects of the bucket can be appended to, as far as anybody knows. */
  async takesAppends(call: Call): Promise<boolean> {
    return !this.#noAppend.has(call.at.bucket) && !(await this.facts(call)).fileSystem;
  }

  /** The bucket refused an append for a reason that is its own. */
  refusedAppend(bucket: string): void {
    this.#noAppend.add(bucket);
  }

  async #ask(call: Call): Promise<BucketFacts> {
    const { bucket } = call.at;
    try {
      const { headers } = await this.#requests.send(call, (wire, options) =>
        wire.headBucket({ bucket }, options),
      );
      return { fileSystem: headers['x-obs-fs-file-interface']?.toLowerCase() === 'enabled' };
    } catch (error) {
      // Whoever may use objects may not always look at their bucket.
      if (isObsError(error, 'AccessDenied')) return { fileSystem: false };
      throw error;
    }
  }
}

/**
 * True for the refusal of a bucket whose objects are never appended to (cross-region replication, other services).
 * Services that know no appends leave them out of what signature v2 covers: the object was just looked at with
 * the same keys, so that nothing else can be wrong with the signature.
 */
export function refusesAppends(error: unknown): boolean {
  return isObsError(error, 'Unsupported') || isObsError(error, 'SignatureDoesNotMatch');
}
