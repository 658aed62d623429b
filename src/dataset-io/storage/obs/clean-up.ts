import { isObsError } from './errors.js';
import type { Call, ObsRequests } from './requests.js';

export interface CleanUpResult {
  /** Uploads that were taken back. */
  readonly removed: number;
  /** Uploads that are younger, or ended by themselves meanwhile. */
  readonly left: number;
}

/** Takes back the uploads below a key prefix that were begun before a time. */
export async function cleanUpUploads(
  requests: ObsRequests,
  call: Call,
  olderThan: Date,
): Promise<CleanUpResult> {
  const { bucket, key: prefix } = call.at;
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
        await requests.send(call, (wire, options) => wire.abortUpload({ bucket, key, uploadId }, options));
        removed++;
      } catch (error) {
        if (!isObsError(error, 'NoSuchUpload')) throw error;
        left++;
      }
    }
    next = page.next;
  } while (next !== undefined);
  return { removed, left };
}
