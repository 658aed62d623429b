import type { StorageStat, WriteMode } from '../storage.js';
import { isDirectoryKey, type ObsAddress, prefixOf } from './address.js';
import { isObsError, obsFailure, rethrowUnclear } from './errors.js';
import { findObject, isPrefix, type ObjectFacts, statOf } from './facts.js';
import { isDirectory } from './read.js';
import type { Call, ObsRequests } from './requests.js';
import { MultipartUpload, type UploadTuning } from './upload.js';
import { checkWritable, orAbort } from './writer.js';

const gibibyte = 1024 ** 3;

export interface CopyTuning {
  /** Objects up to this size, in bytes, are copied by one request. Default and most: 5 GiB. */
  readonly wholeUpToBytes?: number | undefined;
  /** Most bytes that one request copies of a larger object. Default 1 GiB, at least 200 KiB. */
  readonly rangeBytes?: number | undefined;
}

/**
 * Copies an object inside the service, whose bytes do not come here. The source is the one that was seen
 * at the start, or the copy fails.
 *
 * @throws ObsError `Unsupported` when the service does not copy between these two places
 */
export async function copyObject(
  requests: ObsRequests,
  call: Call,
  from: ObsAddress,
  mode: WriteMode,
  tuning: UploadTuning & CopyTuning,
): Promise<StorageStat> {
  const source: Call = { ...call, at: from };
  const facts = isDirectoryKey(from.key) ? undefined : await findObject(requests, source);
  if (facts === undefined) throw await notAFile(requests, source);
  await checkWritable(requests, call, mode);
  const { wholeUpToBytes = 5 * gibibyte } = tuning;
  if (facts.size <= wholeUpToBytes) return await copyWhole(requests, call, from, facts);
  const upload = await MultipartUpload.start(requests, call, tuning);
  return await orAbort(call.at.path, upload, async () => {
    await addCopies(upload, from, facts, tuning.rangeBytes);
    await upload.settle();
    await checkWritable(requests, call, mode);
    return statOf(call.at.path, await upload.complete());
  });
}

async function notAFile(requests: ObsRequests, source: Call): Promise<Error> {
  const { key } = source.at;
  if (isDirectoryKey(key) || (await isPrefix(requests, source, source.at, prefixOf(key))))
    return isDirectory(source);
  return obsFailure('NotFound', source, 'it does not exist', 'Check the bucket and the key.', {
    status: 404,
  });
}

async function copyWhole(
  requests: ObsRequests,
  call: Call,
  from: ObsAddress,
  source: ObjectFacts,
): Promise<StorageStat> {
  const { bucket, key } = call.at;
  await requests.send(call, (wire, options) =>
    wire.copyObject(
      {
        bucket,
        key,
        source: { bucket: from.bucket, key: from.key },
        sourceIfMatch: source.etag || undefined,
      },
      options,
    ),
  );
  const copied = await findObject(requests, call).catch(rethrowUnclear);
  if (copied?.size !== source.size) {
    throw obsFailure(
      'ConcurrentModification',
      call,
      copied === undefined ? 'the copy is not there' : `the copy has ${copied.size} of ${source.size} bytes`,
      'Another writer may have changed it; look at both, and copy again.',
      { mayHaveApplied: true },
    );
  }
  return statOf(call.at.path, copied);
}

/** Adds all of an object to an upload, in ranges of about equal size. */
export async function addCopies(
  upload: MultipartUpload,
  from: ObsAddress,
  facts: ObjectFacts,
  rangeBytes = gibibyte,
): Promise<void> {
  const each = Math.ceil(facts.size / Math.ceil(facts.size / rangeBytes));
  const source = { bucket: from.bucket, key: from.key };
  for (let first = 0; first < facts.size; first += each) {
    await upload.addCopy(source, { first, last: Math.min(first + each, facts.size) - 1 }, facts.etag);
  }
}

/** True for the refusal of a service, or a bucket, that cannot copy in the way it was asked to. */
export function refusesCopies(error: unknown): boolean {
  return isObsError(error, 'Unsupported') || isObsError(error, 'InvalidRequest');
}
