import type { UploadedPart } from '../wire.js';
import { encodeKey } from './percent.js';
import { escapeXml, isBeyondXml } from './xml.js';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * The body of a request that deletes keys; only failures are to be reported.
 *
 * @param mayEncode the service is known to understand `EncodingType`. Another one would take encoded keys for
 *   other keys, and say that it deleted them: for that reason they are encoded only where XML has no spelling for one.
 */
export function deleteDocument(keys: readonly string[], mayEncode: boolean): Buffer {
  const encoded = mayEncode && keys.some(isBeyondXml);
  const objects = keys.map(
    (key) => `<Object><Key>${encoded ? encodeKey(key) : escapeXml(key)}</Key></Object>`,
  );
  const how = encoded ? '<EncodingType>url</EncodingType>' : '';
  return Buffer.from(`${declaration}<Delete><Quiet>true</Quiet>${how}${objects.join('')}</Delete>`);
}

/** The body of a request that puts the parts of an upload together. */
export function completeDocument(parts: readonly UploadedPart[]): Buffer {
  const listed = parts.map(
    ({ partNumber, etag }) =>
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(`"${etag}"`)}</ETag></Part>`,
  );
  return Buffer.from(`${declaration}<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`);
}
