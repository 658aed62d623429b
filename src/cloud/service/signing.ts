import { createHash, createHmac } from 'node:crypto';

/** A request as the signature sees it. */
export interface SignableRequest {
  readonly method: string;
  /** As it is sent, percent-encoded. */
  readonly url: URL;
  /** Every header that is signed, names lower-case, `host` and `x-sdk-date` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes that are sent. */
  readonly body: Uint8Array | string | undefined;
}

/** What signs: for temporary keys `x-security-token` must be among the headers. */
export interface SigningKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

const algorithm = 'SDK-HMAC-SHA256';

/** `20240131T235959Z`, as in `x-sdk-date`. */
export function sdkDate(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * The text whose digest is signed: method, path with `/` at its end, sorted query, headers, names of the headers, digest
 * of the body (API Request Signing Guide).
 */
export function canonicalRequest({ method, url, headers, body }: SignableRequest): string {
  const path = url.pathname.split('/').map(decodeURIComponent).map(encode).join('/');
  const query = [...url.searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const names = Object.keys(headers).sort();
  return [
    method,
    path.endsWith('/') ? path : `${path}/`,
    query,
    ...names.map((name) => `${name}:${headers[name]!.trim()}`),
    '',
    names.join(';'),
    headers['x-sdk-content-sha256'] ?? sha256(body ?? ''),
  ].join('\n');
}

/** The `Authorization` header. */
export function signRequest(request: SignableRequest, { accessKey, secretKey }: SigningKeys): string {
  const toSign = `${algorithm}\n${request.headers['x-sdk-date']}\n${sha256(canonicalRequest(request))}`;
  const signature = createHmac('sha256', secretKey).update(toSign).digest('hex');
  const names = Object.keys(request.headers).sort().join(';');
  return `${algorithm} Access=${accessKey}, SignedHeaders=${names}, Signature=${signature}`;
}

/** Percent-encoding of everything but letters, digits and `-._~`, in UTF-8. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function byNameThenValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}
