import type { StorageStat } from '../storage.js';
import type { ObsAddress } from './address.js';
import { isObsError } from './errors.js';
import type { Call, ObsRequests } from './requests.js';
import { type ObjectName, type WireAnswer, WireFault } from './wire.js';

/** What the service says about an object. */
export interface ObjectFacts {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  readonly modified: Date;
  /** Made by appends: the service adds to it at a position. */
  readonly appendable: boolean;
  /** Where the next append must be made. */
  readonly nextPosition: number;
  /** The multipart upload that made it, where the service says. */
  readonly uploadId: string | undefined;
}

/** @throws WireFault when the answer is not about an object */
function factsOf(answer: WireAnswer): ObjectFacts {
  const { headers } = answer;
  const size = wholeNumber(headers['content-length']);
  const { etag } = headers;
  if (size === undefined || etag === undefined || etag === '') {
    throw new WireFault('malformed', 'an object without length or ETag', false, { status: answer.status });
  }
  const next = wholeNumber(headers['x-obs-next-append-position']);
  return {
    size,
    etag,
    modified: dateOf(headers['last-modified']) ?? new Date(0),
    appendable: isAppendable(headers),
    nextPosition: next ?? size,
    uploadId: headers['x-obs-uploadid'],
  };
}

export function isAppendable(headers: WireAnswer['headers']): boolean {
  return headers['x-obs-object-type']?.toLowerCase() === 'appendable';
}

export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

/** A date header as a date. */
export function dateOf(text: string | undefined): Date | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

export function statOf(path: string, facts: Pick<ObjectFacts, 'size' | 'etag' | 'modified'>): StorageStat {
  return { path, size: facts.size, modified: facts.modified, kind: 'file', etag: facts.etag };
}

/** An object's facts; undefined when it is not there, whether for want of a key or of a bucket. */
export async function findObject(
  requests: ObsRequests,
  call: Call,
  { bucket, key }: ObjectName = call.at,
): Promise<ObjectFacts | undefined> {
  try {
    return await requests.send(call, async (wire, options) =>
      factsOf(await wire.headObject({ bucket, key }, options)),
    );
  } catch (error) {
    if (isObsError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** True when a key lies below the prefix, or is it: what makes a directory of it. */
export async function isPrefix(
  requests: ObsRequests,
  call: Call,
  { bucket }: ObsAddress,
  prefix: string,
): Promise<boolean> {
  const page = await requests.send(call, (wire, options) =>
    wire.listObjects({ bucket, prefix, maxKeys: 1 }, options),
  );
  return page.objects.length > 0 || page.prefixes.length > 0;
}
