import { createHash, createHmac } from 'node:crypto';
import { encodePart, type QueryItem } from '../http/percent.js';
import type { ObsCredentials } from '../wire.js';

/** A request as far as signatures see it. */
export interface Signable {
  readonly method: string;
  /** All headers that are signed, names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Percent-encoded `/bucket/key`, for {@link hmacStringToSign}. */
  readonly resource: string;
  /** Percent-encoded path as it is sent, for {@link signV4}. */
  readonly path: string;
  readonly query: readonly QueryItem[];
}

export type HeaderPrefix = 'x-obs-' | 'x-amz-';

/** What of a query the OBS and AWS v2 signatures cover: that which makes it another operation. */
const subResources = new Set([
  ...['acl', 'append', 'delete', 'length', 'location', 'modify', 'name', 'partNumber', 'position', 'rename'],
  ...['response-cache-control', 'response-content-disposition', 'response-content-encoding'],
  ...['response-content-language', 'response-content-type', 'response-expires', 'truncate', 'uploadId'],
  ...['uploads', 'versionId', 'versions', 'x-obs-security-token'],
]);

/** What OBS (`x-obs-`) and AWS v2 (`x-amz-`) sign. The two differ in that prefix only. */
export function hmacStringToSign(
  { method, headers, resource, query }: Signable,
  prefix: HeaderPrefix,
): string {
  const prefixed = Object.keys(headers)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => `${name}:${headers[name]!.trim()}\n`);
  const signed = query
    .filter(([name]) => subResources.has(name))
    .sort(byText)
    .map(([name, value]) => (value === undefined ? name : `${name}=${value}`));
  // A date under the prefix is among those headers, and counts instead of this one.
  const date = headers[`${prefix}date`] === undefined ? (headers['date'] ?? '') : '';
  const head = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date].join('\n');
  return `${head}\n${prefixed.join('')}${resource}${signed.length > 0 ? `?${signed.join('&')}` : ''}`;
}

/** Base64 of the HMAC-SHA1. */
export function hmacSignature(stringToSign: string, secretKey: string): string {
  return createHmac('sha1', secretKey).update(stringToSign).digest('base64');
}

/** The `Authorization` header of OBS. */
export function signObs(request: Signable, { accessKey, secretKey }: ObsCredentials): string {
  return `OBS ${accessKey}:${hmacSignature(hmacStringToSign(request, 'x-obs-'), secretKey)}`;
}

/** The `Authorization` header of AWS signature version 2. */
export function signV2(request: Signable, { accessKey, secretKey }: ObsCredentials): string {
  return `AWS ${accessKey}:${hmacSignature(hmacStringToSign(request, 'x-amz-'), secretKey)}`;
}

export const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** Hexadecimal SHA-256. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `20240131T235959Z`, as in `x-amz-date`. */
export function v4Time(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** What AWS signature version 4 makes of a request. The headers must have `x-amz-content-sha256`. */
export function canonicalV4({ method, headers, path, query }: Signable): {
  readonly text: string;
  readonly signedHeaders: string;
} {
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const items = query
    .map(([name, value]) => [encodePart(name), encodePart(value ?? '')] as const)
    .sort(byText)
    .map(([name, value]) => `${name}=${value}`);
  const lines = names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, ' ')}`);
  const payload = headers['x-amz-content-sha256']!;
  const text = [method, path, items.join('&'), ...lines, '', signedHeaders, payload].join('\n');
  return { text, signedHeaders };
}

/**
 * The `Authorization` header of AWS signature version 4.
 *
 * @param request with `host`, `x-amz-date` and `x-amz-content-sha256` among its headers
 */
export function signV4(
  request: Signable,
  { accessKey, secretKey }: ObsCredentials,
  region: string,
  time: string,
): string {
  const { text, signedHeaders } = canonicalV4(request);
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256Hex(text)}`;
  let key: Buffer | string = `AWS4${secretKey}`;
  for (const part of [day, region, 's3', 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

function byText(a: readonly [string, string?], b: readonly [string, string?]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return (a[1] ?? '') < (b[1] ?? '') ? -1 : 1;
}
