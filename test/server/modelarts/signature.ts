import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came. */
export interface Signed {
  readonly method: string;
  /** As in the request line: path and query, encoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Percent-encodes every byte but the unreserved characters of RFC 3986. */
function percentEncode(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9\-._~]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/**
 * What is wrong with the `Authorization` header of a request; undefined when nothing is. Follows the signing guide from
 * its text, and shares nothing with the client.
 *
 * @param secretOf the secret key of an access key
 * @param now ms since 1970: signatures are good for 15 minutes
 */
export function signatureProblem(
  { method, target, headers, body }: Signed,
  secretOf: (accessKey: string) => string | undefined,
  now: number,
): string | undefined {
  const match = /^SDK-HMAC-SHA256 Access=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  );
  if (match === null) return 'no signature';
  const [, accessKey = '', signedHeaders = '', signature] = match;
  const secret = secretOf(accessKey);
  if (secret === undefined) return 'unknown access key';
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-sdk-date']) if (!names.includes(needed)) return `${needed} is not signed`;
  const date = String(headers['x-sdk-date']);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  if (!(Math.abs(now - time) <= 15 * 60_000)) return 'the time is too far off';
  const [path = '', query = ''] = target.split('?');
  const segments = path.split('/').map((segment) => percentEncode(decodeURIComponent(segment)));
  const canonicalPath = segments.join('/').replace(/\/?$/, '/');
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return `${percentEncode(decodeURIComponent(name))}=${percentEncode(decodeURIComponent(value))}`;
    })
    .sort();
  const canonical =
    `${method}\n${canonicalPath}\n${pairs.join('&')}\n` +
    `${names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('')}\n` +
    `${signedHeaders}\n${digest(body)}`;
  const expected = createHmac('sha256', secret)
    .update(`SDK-HMAC-SHA256\n${date}\n${digest(canonical)}`)
    .digest('hex');
  return expected === signature ? undefined : 'the signature differs';
}
