import { isObsError } from './errors.js';
import type { Call, ObsRequests } from './requests.js';

/** A multipart upload that was begun and never ended. */
export interface OpenUpload {
  /** Of the object that it was to become. */
  readonly path: string;
  readonly started: Date;
}

export interface CleanUpResult {
  /** Uploads that were taken back; with `dryRun` those that would be. */
  readonly removed: number;
  /** Uploads that are younger, of this process, or ended by themselves meanwhile. */
  readonly left: number;
  /** The first 10,000 of `removed`. */
  readonly uploads: readonly OpenUpload[];
}

const maxListed = 10_000;

/** Takes back the uploads below a key prefix that were begun before a time; with `dryRun` only looks for them. */
export async function cleanUpUploads(
  requests: ObsRequests,
  call: Call,
  olderThan: Date,
  dryRun: boolean,
): Promise<CleanUpResult> {
  const { bucket, key: prefix, head } = call.at;
  const uploads: OpenUpload[] = [];
  let [removed, left] = [0, 0];
  let next: { keyMarker: string; uploadIdMarker: string } | undefined;
  do {
    const from = next;
    const page = await requests.send(call, (wire, options) =>
      wire.listUploads({ bucket, prefix, ...from }, options),
    );
    for (const { key, uploadId, started } of page.uploads) {
      if (started >= olderThan || requests.uploads.has(uploadId)) {
        left++;
        continue;
      }
      try {
        if (!dryRun)
          await requests.send(call, (wire, options) => wire.abortUpload({ bucket, key, uploadId }, options));
        removed++;
        if (uploads.length < maxListed) uploads.push({ path: head + key, started });
      } catch (error) {
        if (!isObsError(error, 'NoSuchUpload')) throw error;
        left++;
      }
    }
    next = page.next;
  } while (next !== undefined);
  return { removed, left, uploads };
}
