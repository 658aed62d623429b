import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ObsError } from './errors.js';
import { type ParsedRequest, queryValue } from './request.js';

/** An access key and what it opens. */
export interface Credential {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Temporary keys: the token that every request must carry. */
  readonly securityToken?: string;
  /** Milliseconds since the epoch from which the token is no longer good; default never. */
  readonly tokenExpires?: number;
  /** Operations this key may not do are answered 403 AccessDenied; default none. */
  readonly deny?: (request: Pick<ParsedRequest, 'operation' | 'bucket' | 'key'>) => boolean;
}

export type Scheme = 'obs' | 'v2' | 'v4';

export interface Authentication {
  readonly scheme: Scheme;
  readonly credential: Credential;
  /** Hexadecimal SHA-256 that the body must have (v4 with a signed payload). */
  readonly payloadHash?: string;
}

/** Sub-resources of the query that take part in OBS and v2 signatures. */
const signedNames = new Set([
  ...['CDNNotifyConfiguration', 'acl', 'append', 'attname', 'backtosource', 'cors', 'customdomain', 'delete'],
  ...['deletebucket', 'directcoldaccess', 'encryption', 'inventory', 'length', 'lifecycle', 'location'],
  ...['logging', 'metadata', 'mirrorBackToSource', 'modify', 'name', 'notification', 'object-lock'],
  ...['obscompresspolicy', 'orchestration', 'partNumber', 'policy', 'position', 'quota', 'rename'],
  ...['replication', 'requestPayment', 'response-cache-control', 'response-content-disposition'],
  ...['response-content-encoding', 'response-content-language', 'response-content-type'],
  ...['response-expires', 'restore', 'retention', 'select', 'storageClass', 'storagePolicy', 'storageinfo'],
  ...['tagging', 'torrent', 'truncate', 'uploadId', 'uploads', 'versionId', 'versioning', 'versions'],
  ...['website', 'x-image-process', 'x-image-save-bucket', 'x-image-save-object', 'x-obs-security-token'],
]);

const skewLimit = 15 * 60_000;

/**
 * Says whose request this is. Throws the `ObsError` that the service would answer with: AccessDenied (nothing signed,
 * no date, link expired), InvalidAccessKeyId (unknown, or a temporary key without its token), RequestTimeTooSkewed,
 * SignatureDoesNotMatch, InvalidSecurity (wrong token), ExpiredToken. The codes for tokens are not documented for OBS;
 * their status is.
 */
export function authenticate(
  request: ParsedRequest,
  find: (accessKey: string) => Credential | undefined,
  now: number,
): Authentication {
  const authorization = request.headers.get('authorization');
  if (authorization === undefined) return byQuery(request, find, now);
  if (authorization.startsWith('AWS4-HMAC-SHA256')) return byV4Header(request, authorization, find, now);
  const parts = /^(OBS|AWS) ([^:\s]+):(\S+)$/.exec(authorization);
  if (!parts)
    throw new ObsError(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  const [, word, accessKey, signature] = parts as unknown as [string, string, string, string];
  const prefix = word === 'OBS' ? 'x-obs-' : 'x-amz-';
  const credential = known(accessKey, find, request.headers.has(`${prefix}security-token`));
  const ownDate = request.headers.get(`${prefix}date`);
  checkClock(ownDate ?? request.headers.get('date'), now);
  checkHmacSha1(
    request,
    prefix,
    ownDate === undefined ? request.headers.get('date')! : '',
    signature,
    credential,
  );
  checkToken(credential, request.headers.get(`${prefix}security-token`), now);
  return { scheme: word === 'OBS' ? 'obs' : 'v2', credential };
}

function known(
  accessKey: string,
  find: (accessKey: string) => Credential | undefined,
  hasToken: boolean,
): Credential {
  const credential = find(accessKey);
  // A temporary key is only known together with a token.
  if (!credential || (credential.securityToken !== undefined && !hasToken))
    throw new ObsError(
      403,
      'InvalidAccessKeyId',
      'The access key Id you provided does not exist in our records.',
      { elements: { AccessKeyId: accessKey } },
    );
  return credential;
}

function checkToken(credential: Credential, sent: string | undefined, now: number): void {
  const expected = credential.securityToken;
  if (expected === undefined) {
    if (sent !== undefined)
      throw new ObsError(403, 'InvalidSecurity', 'The provided security token is not valid for this key.');
    return;
  }
  if (!equal(expected, sent ?? ''))
    throw new ObsError(403, 'InvalidSecurity', 'The provided security token is not valid.');
  if (credential.tokenExpires !== undefined && now >= credential.tokenExpires)
    throw new ObsError(403, 'ExpiredToken', 'The provided security token has expired.');
}

function checkClock(date: string | undefined, now: number): void {
  const time = date === undefined ? Number.NaN : parseDate(date);
  if (Number.isNaN(time))
    throw new ObsError(403, 'AccessDenied', 'A valid Date or x-obs-date header is required.');
  if (Math.abs(time - now) > skewLimit)
    throw new ObsError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        elements: {
          RequestTime: date!,
          ServerTime: new Date(now).toISOString(),
          MaxAllowedSkewMilliseconds: String(skewLimit),
        },
      },
    );
}

/** RFC 1123 with any zone, or `20240131T235959Z`. NaN for anything else. */
function parseDate(text: string): number {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (basic) {
    const [year, month, ...rest] = basic.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return Date.UTC(year, month - 1, ...rest);
  }
  return /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|UTC|[+-]\d{4})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

/** OBS and v2 differ in the prefix of headers only. `date` is the line of the string to sign. */
function checkHmacSha1(
  request: ParsedRequest,
  prefix: string,
  date: string,
  signature: string,
  credential: Credential,
): void {
  const candidates = canonicalResources(request).map((resource) =>
    [
      request.method,
      request.headers.get('content-md5') ?? '',
      request.headers.get('content-type') ?? '',
      date,
      canonicalHeaders(request, prefix) + resource,
    ].join('\n'),
  );
  const matches = candidates.filter((text) =>
    equal(createHmac('sha1', credential.secretKey).update(text, 'latin1').digest('base64'), signature),
  );
  if (matches.length === 0) throw mismatch(credential, signature, { StringToSign: candidates[0]! });
}

function canonicalHeaders(request: ParsedRequest, prefix: string): string {
  return [...request.headers]
    .filter(([name]) => name.startsWith(prefix))
    .sort(byName)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
}

/**
 * The resource as it may be signed. Clients differ in two points: whether a bucket in path style has a final slash,
 * and whether an empty value (`uploads=`) has its sign.
 */
function canonicalResources(request: ParsedRequest): string[] {
  const { rawPath } = request;
  const path =
    request.addressing === 'virtual'
      ? `/${request.bucket}${rawPath}`
      : request.addressing === 'custom'
        ? `/${request.hostname}${rawPath}`
        : rawPath;
  const seen = new Set<string>();
  const signed = request.query
    .filter(([name]) => signedNames.has(name) && !seen.has(name) && seen.add(name))
    .sort(byName);
  const queries = ['', '='].map((empty) => {
    const parts = signed.map(([name, value]) => {
      if (value === undefined) return name;
      return value === '' ? name + empty : `${name}=${Buffer.from(value).toString('latin1')}`;
    });
    return parts.length === 0 ? '' : `?${parts.join('&')}`;
  });
  const paths = /^\/[^/]+$/.test(path) ? [`${path}/`, path] : [path];
  return [...new Set(paths.flatMap((one) => queries.map((query) => one + query)))];
}

/** A signed link: the signature in the query, OBS, v2 or v4. */
function byQuery(
  request: ParsedRequest,
  find: (accessKey: string) => Credential | undefined,
  now: number,
): Authentication {
  const value = (name: string): string | undefined => queryValue(request, name);
  if (value('X-Amz-Algorithm') !== undefined) return byV4Query(request, find, now);
  const aws = value('AWSAccessKeyId');
  const accessKey = aws ?? value('AccessKeyId');
  const signature = value('Signature');
  const expires = value('Expires');
  if (accessKey === undefined || signature === undefined || expires === undefined)
    throw new ObsError(403, 'AccessDenied', 'Access Denied');
  const token = value(aws === undefined ? 'x-obs-security-token' : 'x-amz-security-token');
  const credential = known(accessKey, find, token !== undefined);
  if (!(Number(expires) * 1000 >= now)) throw new ObsError(403, 'AccessDenied', 'Request has expired');
  checkHmacSha1(request, aws === undefined ? 'x-obs-' : 'x-amz-', expires, signature, credential);
  checkToken(credential, token, now);
  return { scheme: aws === undefined ? 'obs' : 'v2', credential };
}

function byV4Header(
  request: ParsedRequest,
  authorization: string,
  find: (accessKey: string) => Credential | undefined,
  now: number,
): Authentication {
  const fields = new Map(
    authorization
      .slice('AWS4-HMAC-SHA256'.length)
      .split(',')
      .map((field) => field.trim().split(/=(.*)/s) as [string, string]),
  );
  const date = request.headers.get('x-amz-date') ?? request.headers.get('date');
  const payload = request.headers.get('x-amz-content-sha256');
  const { accessKey, scope } = parseScope(fields.get('Credential'));
  const credential = known(accessKey, find, request.headers.has('x-amz-security-token'));
  checkClock(date, now);
  if (payload === undefined)
    throw new ObsError(400, 'MissingSecurityHeader', 'x-amz-content-sha256 is required with this signature.');
  if (payload.startsWith('STREAMING-'))
    throw new ObsError(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not here: aws-chunked.',
    );
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';');
  for (const name of request.headers.keys())
    if ((name.startsWith('x-amz-') || name === 'host') && !signedHeaders.includes(name))
      throw new ObsError(
        403,
        'AccessDenied',
        'There were headers present in the request which were not signed',
        {
          elements: { HeadersNotSigned: name },
        },
      );
  checkV4(
    request,
    request.query,
    signedHeaders,
    payload,
    scope,
    date!,
    fields.get('Signature') ?? '',
    credential,
  );
  checkToken(credential, request.headers.get('x-amz-security-token'), now);
  if (payload === 'UNSIGNED-PAYLOAD') return { scheme: 'v4', credential };
  return { scheme: 'v4', credential, payloadHash: payload };
}

function byV4Query(
  request: ParsedRequest,
  find: (accessKey: string) => Credential | undefined,
  now: number,
): Authentication {
  const value = (name: string): string => queryValue(request, name) ?? '';
  const { accessKey, scope } = parseScope(value('X-Amz-Credential'));
  const token = queryValue(request, 'X-Amz-Security-Token');
  const credential = known(accessKey, find, token !== undefined);
  const date = value('X-Amz-Date');
  const until = parseDate(date) + Number(value('X-Amz-Expires')) * 1000;
  if (!(now <= until)) throw new ObsError(403, 'AccessDenied', 'Request has expired');
  const query = request.query.filter(([name]) => name !== 'X-Amz-Signature');
  const signedHeaders = value('X-Amz-SignedHeaders').split(';');
  checkV4(
    request,
    query,
    signedHeaders,
    'UNSIGNED-PAYLOAD',
    scope,
    date,
    value('X-Amz-Signature'),
    credential,
  );
  checkToken(credential, token, now);
  return { scheme: 'v4', credential };
}

function parseScope(text = ''): { accessKey: string; scope: string[] } {
  const [accessKey, ...scope] = text.split('/');
  if (scope.length !== 4 || scope[3] !== 'aws4_request')
    throw new ObsError(400, 'AuthorizationHeaderMalformed', 'The credential scope is malformed.');
  return { accessKey: accessKey!, scope };
}

function checkV4(
  request: ParsedRequest,
  query: ParsedRequest['query'],
  signedHeaders: readonly string[],
  payload: string,
  scope: readonly string[],
  date: string,
  signature: string,
  credential: Credential,
): void {
  const time = new Date(parseDate(date)).toISOString().replace(/[-:]|\.\d+/g, '');
  if (scope[0] !== time.slice(0, 8))
    throw new ObsError(
      400,
      'AuthorizationHeaderMalformed',
      'The date of the credential scope is not that of the request.',
    );
  const canonical = [
    request.method,
    decodeURIComponent(request.rawPath).split('/').map(encodeStrict).join('/'),
    query
      .map(([name, value]) => [encodeStrict(name), encodeStrict(value ?? '')] as const)
      .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
      .map(([name, value]) => `${name}=${value}`)
      .join('&'),
    ...signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? '').replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  let key: Buffer | string = `AWS4${credential.secretKey}`;
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  const expected = createHmac('sha256', key).update(text).digest('hex');
  if (!equal(expected, signature))
    throw mismatch(credential, signature, { StringToSign: text, CanonicalRequest: canonical });
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');

/** Percent-encodes everything but the unreserved characters of RFC 3986. */
const encodeStrict = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function mismatch(
  credential: Credential,
  signature: string,
  elements: Readonly<Record<string, string>>,
): ObsError {
  return new ObsError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { elements: { AccessKeyId: credential.accessKey, SignatureProvided: signature, ...elements } },
  );
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number => compare(a[0], b[0]);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Takes the same time wherever two texts of one length differ. */
function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
