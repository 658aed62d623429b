import { Content } from './content.js';
import { invalidArgument, ObsError, preconditionFailed } from './errors.js';
import type { Settings } from './options.js';
import { type ParsedRequest, queryValue } from './request.js';
import type { Bucket, KeptHeaders, Store, StoredObject } from './store.js';
import { type XmlMember, xmlDocument } from './xml.js';

export interface ReceivedBody {
  readonly content: Content;
  /** MD5 as hexadecimal digits. */
  readonly md5: string;
}

/** One answer. Content-Length comes from `body`; for HEAD the body is not sent. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Content;
}

/** A request whose body is there, and all that is needed to do it. */
export class Exchange {
  constructor(
    readonly request: ParsedRequest,
    readonly body: ReceivedBody,
    readonly store: Store,
    readonly settings: Settings,
    readonly now: number,
  ) {}

  /** Of headers that belong to the protocol: `x-obs-` or `x-amz-`. */
  get prefix(): string {
    return this.request.protocol === 'obs' ? 'x-obs-' : 'x-amz-';
  }

  get bucketName(): string {
    return this.request.bucket!;
  }

  get key(): string {
    return this.request.key!;
  }

  /** Throws NoSuchBucket. */
  get bucket(): Bucket {
    return this.store.bucket(this.bucketName);
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name);
  }

  /** A header of the protocol, named without its prefix. */
  own(name: string): string | undefined {
    return this.request.headers.get(this.prefix + name);
  }

  query(name: string): string | undefined {
    return queryValue(this.request, name);
  }

  /** A query parameter that must be an integer of at least `least`. Throws InvalidArgument. */
  integer(name: string, least: number, otherwise?: number): number {
    const text = this.query(name);
    if ((text === undefined || text === '') && otherwise !== undefined) return otherwise;
    const value = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least)) throw invalidArgument(`${name} must be an integer of at least ${least}: ${text}`);
    return value;
  }

  xml(root: string, members: readonly XmlMember[] | string): Reply {
    const namespace =
      this.request.protocol === 'obs'
        ? 'http://obs.myhwclouds.com/doc/2015-06-30/'
        : 'http://s3.amazonaws.com/doc/2006-03-01/';
    return {
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: Content.of(xmlDocument(root, members, namespace, this.settings.xml)),
    };
  }

  /** What the headers of a write say about the object. */
  kept(): Pick<StoredObject, 'headers' | 'metadata' | 'storageClass'> {
    const headers: Record<string, string> = {};
    for (const name of standardHeaders) {
      const value = this.header(name);
      if (value !== undefined) headers[name] = value;
    }
    const metadata: Record<string, string> = {};
    let bytes = 0;
    const prefix = `${this.prefix}meta-`;
    for (const [name, value] of this.request.headers) {
      if (!name.startsWith(prefix)) continue;
      metadata[name.slice(prefix.length)] = value;
      bytes += name.length - prefix.length + value.length;
    }
    if (bytes > 8192)
      throw new ObsError(
        400,
        'MetadataTooLarge',
        'Your metadata headers exceed the maximum allowed metadata size.',
      );
    return {
      headers,
      metadata,
      storageClass: (this.own('storage-class') ?? this.bucket.storageClass).replace(/^STANDARD_IA$/, 'WARM'),
    };
  }

  /** Headers that describe an object in the answer to GET and HEAD. */
  describe(object: StoredObject): Record<string, string> {
    const { prefix } = this;
    const headers: Record<string, string> = {
      ...object.headers,
      'content-type': object.headers['content-type'] ?? 'binary/octet-stream',
      etag: quoted(object.etag),
      'last-modified': new Date(object.modified).toUTCString(),
      'accept-ranges': 'bytes',
    };
    for (const [name, value] of Object.entries(object.metadata)) headers[`${prefix}meta-${name}`] = value;
    if (object.storageClass !== 'STANDARD') headers[`${prefix}storage-class`] = object.storageClass;
    if (object.uploadId !== undefined) headers[`${prefix}uploadId`] = object.uploadId;
    if (object.pieces) {
      headers[`${prefix}object-type`] = 'Appendable';
      Object.assign(headers, this.nextPosition(object.content.size));
    }
    return headers;
  }

  /** Under the AWS protocol with both prefixes, as it is not documented which one it is. */
  nextPosition(position: number): Record<string, string> {
    const value = String(position);
    return { 'x-obs-next-append-position': value, [`${this.prefix}next-append-position`]: value };
  }

  /** If-Match and If-None-Match of a write, where the server is told to obey them. */
  checkWriteConditions(current: StoredObject | undefined): void {
    if (!this.settings.conditionalWrites) return;
    const ifMatch = this.header('if-match');
    if (ifMatch !== undefined && !(current && matchesEtag(ifMatch, current.etag)))
      throw preconditionFailed('If-Match');
    const ifNoneMatch = this.header('if-none-match');
    if (ifNoneMatch !== undefined && current && matchesEtag(ifNoneMatch, current.etag))
      throw preconditionFailed('If-None-Match');
  }
}

const standardHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;

export const quoted = (etag: string): string => `"${etag}"`;

/** Without the quotes and the weak mark it may have. */
export const unquoted = (etag: string): string => etag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1');

/** Whether a condition, with or without quotes, a list or `*`, names this ETag. */
const matchesEtag = (condition: string, etag: string): boolean =>
  condition.split(',').some((one) => one.trim() === '*' || unquoted(one) === etag);

/** Names of the four conditions in the headers of a request. */
interface ConditionNames {
  readonly match: string;
  readonly noneMatch: string;
  readonly modifiedSince: string;
  readonly unmodifiedSince: string;
}

/** What the conditions of a read come to. A date that is none is passed over, as HTTP says. */
export function judgeConditions(
  headers: KeptHeaders | ReadonlyMap<string, string>,
  names: ConditionNames,
  object: StoredObject,
): { failed: string; notModified: boolean } | undefined {
  const get = (name: string): string | undefined =>
    headers instanceof Map ? headers.get(name) : (headers as KeptHeaders)[name];
  // Last-Modified has whole seconds, and so have the dates it is compared with.
  const modified = Math.floor(object.modified / 1000) * 1000;
  const match = get(names.match);
  const unmodified = Date.parse(get(names.unmodifiedSince) ?? '');
  if (match !== undefined ? !matchesEtag(match, object.etag) : modified > unmodified)
    return { failed: match !== undefined ? 'If-Match' : 'If-Unmodified-Since', notModified: false };
  const noneMatch = get(names.noneMatch);
  const since = Date.parse(get(names.modifiedSince) ?? '');
  if (noneMatch !== undefined ? matchesEtag(noneMatch, object.etag) : modified <= since)
    return { failed: noneMatch !== undefined ? 'If-None-Match' : 'If-Modified-Since', notModified: true };
  return undefined;
}
