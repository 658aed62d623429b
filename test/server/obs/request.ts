import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ObsError } from './errors.js';

export type Operation =
  | 'ApiVersion'
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'GetBucketLocation'
  | 'DeleteBucket'
  | 'ListObjects'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'PutObject'
  | 'CopyObject'
  | 'AppendObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'InitiateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts'
  | 'RenameFile'
  | 'TruncateFile'
  | 'ModifyFile'
  /** Known or unknown to the real service, but not built here: answered 501. */
  | 'Unsupported';

/** The dialect of a request, which its answer follows. */
export type Protocol = 'obs' | 'aws';

export interface ParsedRequest {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly rawPath: string;
  /** As sent, without `?`. */
  readonly rawQuery: string;
  /** Decoded, in the order sent; a name without `=` has the value undefined. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  /** Lower-case names; repeated ones joined with `,`. Values are what the bytes say as Latin-1. */
  readonly headers: ReadonlyMap<string, string>;
  /** Lower-case, without port. */
  readonly hostname: string;
  readonly addressing: 'path' | 'virtual' | 'custom';
  readonly bucket: string | undefined;
  /** Decoded; undefined for requests to a bucket or to the service. */
  readonly key: string | undefined;
  readonly protocol: Protocol;
  readonly operation: Operation;
}

export interface Addresses {
  /** Host names that are the service itself; `bucket.<host>` is virtual-host style. */
  readonly hosts: readonly string[];
  /** Host name → bucket. */
  readonly customDomains: Readonly<Record<string, string>>;
}

/** Reads request line and headers. Throws `ObsError` for what cannot be decoded or belongs to nobody. */
export function parseRequest(message: IncomingMessage, addresses: Addresses): ParsedRequest {
  const headers = mergeHeaders(message.rawHeaders);
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '') || '/';
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const query = parseQuery(rawQuery);
  const hostname = (headers.get('host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const address = addressOf(hostname, rawPath, addresses);
  const method = message.method ?? 'GET';
  const request = { method, rawPath, rawQuery, query, headers, hostname, ...address };
  return { ...request, protocol: protocolOf(headers, query), operation: operationOf(request) };
}

function mergeHeaders(raw: readonly string[]): Map<string, string> {
  const merged = new Map<string, string>();
  for (let n = 0; n < raw.length; n += 2) {
    const name = raw[n]!.toLowerCase();
    const value = raw[n + 1]!.trim();
    const before = merged.get(name);
    merged.set(name, before === undefined ? value : `${before},${value}`);
  }
  return merged;
}

function parseQuery(raw: string): (readonly [string, string | undefined])[] {
  if (raw === '') return [];
  return raw.split('&').map((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return [decodeForm(part), undefined] as const;
    return [decodeForm(part.slice(0, equals)), decodeForm(part.slice(equals + 1))] as const;
  });
}

/** Percent-encoding with `+` for a space. Throws InvalidURI. */
export const decodeForm = (text: string): string => decodePercent(text.replaceAll('+', ' '));

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ObsError(400, 'InvalidURI', `Couldn't parse the specified URI: ${text}`);
  }
}

function addressOf(
  hostname: string,
  rawPath: string,
  { hosts, customDomains }: Addresses,
): Pick<ParsedRequest, 'addressing' | 'bucket' | 'key'> {
  const path = decodePercent(rawPath.slice(1));
  const custom = customDomains[hostname];
  if (custom !== undefined) return { addressing: 'custom', bucket: custom, key: path || undefined };
  if (hosts.includes(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) {
    const slash = path.indexOf('/');
    const bucket = slash < 0 ? path : path.slice(0, slash);
    const key = slash < 0 ? '' : path.slice(slash + 1);
    return { addressing: 'path', bucket: bucket || undefined, key: key || undefined };
  }
  const base = hosts.find((host) => hostname.endsWith(`.${host}`));
  if (base === undefined)
    throw new ObsError(400, 'BadDomainName', `Nothing is served under the host name ${hostname}.`);
  return {
    addressing: 'virtual',
    bucket: hostname.slice(0, -base.length - 1),
    key: path || undefined,
  };
}

function protocolOf(headers: ReadonlyMap<string, string>, query: ParsedRequest['query']): Protocol {
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return authorization.startsWith('OBS ') ? 'obs' : 'aws';
  if (query.some(([name]) => name === 'AWSAccessKeyId' || name === 'X-Amz-Algorithm')) return 'aws';
  return [...headers.keys()].some((name) => name.startsWith('x-amz-')) ? 'aws' : 'obs';
}

/** Query names that make a request another operation, apart from those that `operationOf` knows. */
const foreignSubresources = new Set([
  ...['CDNNotifyConfiguration', 'acl', 'attname', 'backtosource', 'cors', 'customdomain', 'deletebucket'],
  ...['directcoldaccess', 'encryption', 'inventory', 'legal-hold', 'lifecycle', 'logging', 'metadata'],
  ...['mirrorBackToSource', 'notification', 'object-lock', 'obscompresspolicy', 'policy', 'quota'],
  ...['replication', 'requestPayment', 'restore', 'retention', 'select', 'storageClass', 'storagePolicy'],
  ...['storageinfo', 'tagging', 'torrent', 'versioning', 'versions', 'website', 'x-image-process'],
]);

function operationOf(
  request: Pick<ParsedRequest, 'method' | 'query' | 'headers' | 'bucket' | 'key'>,
): Operation {
  const { method, headers } = request;
  const names = new Map(request.query);
  const has = (name: string): boolean => names.has(name);
  if (method === 'HEAD' && has('apiversion')) return 'ApiVersion';
  if (request.query.some(([name]) => foreignSubresources.has(name))) return 'Unsupported';
  if (request.bucket === undefined) return method === 'GET' ? 'ListBuckets' : 'Unsupported';
  if (request.key === undefined) {
    if (method === 'GET') {
      if (has('uploads')) return 'ListMultipartUploads';
      if (has('location')) return 'GetBucketLocation';
      return names.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    }
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'PUT') return 'CreateBucket';
    if (method === 'DELETE') return 'DeleteBucket';
    return method === 'POST' && has('delete') ? 'DeleteObjects' : 'Unsupported';
  }
  if (method === 'GET') return has('uploadId') ? 'ListParts' : 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'PUT') {
    const copies = headers.has('x-obs-copy-source') || headers.has('x-amz-copy-source');
    if (has('uploadId') || has('partNumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
    if (has('truncate')) return 'TruncateFile';
    if (has('modify')) return 'ModifyFile';
    return copies ? 'CopyObject' : 'PutObject';
  }
  if (method === 'POST') {
    if (has('uploads')) return 'InitiateMultipartUpload';
    if (has('uploadId')) return 'CompleteMultipartUpload';
    if (has('append')) return 'AppendObject';
    if (has('rename')) return 'RenameFile';
  }
  return 'Unsupported';
}

/** The first value of a query parameter, as the service takes it; '' for a bare name, undefined when absent. */
export function queryValue(request: Pick<ParsedRequest, 'query'>, name: string): string | undefined {
  const found = request.query.find(([known]) => known === name);
  return found && (found[1] ?? '');
}
