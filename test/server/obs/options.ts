import type { Credential } from './signatures.js';
import type { BucketOptions } from './store.js';
import type { XmlStyle } from './xml.js';

export interface ObsServerOptions {
  /** Port to listen on at 127.0.0.1; default 0, any free one. */
  readonly port?: number;
  /** Default `AKEXAMPLE00000000001`. */
  readonly accessKey?: string;
  /** Default `SKEXAMPLE0000000000000000000000000000001`. */
  readonly secretKey?: string;
  /** Makes the key a temporary one: every request must carry this token. Default none. */
  readonly securityToken?: string;
  /** When the token stops being good, in milliseconds since the epoch; default never. */
  readonly tokenExpires?: number;
  /** Further keys, with rights of their own. */
  readonly moreKeys?: readonly Credential[];
  /** Requests without any signature are let in too; wrong signatures are still refused. Default false. */
  readonly anonymous?: boolean;
  /** Buckets that exist from the start; default `['test-bucket']`. */
  readonly buckets?: readonly (string | BucketOptions)[];
  /** What GET ?location says; default `test-region`. */
  readonly region?: string;

  /** Serves https with a certificate made at start (`ObsServer.certificate`). Default false. */
  readonly tls?: boolean | CertificateOptions;
  /** Host names besides `obs.test`, `localhost` and addresses; `bucket.<host>` is virtual-host style. */
  readonly hosts?: readonly string[];
  /** Custom domains: host name → bucket. */
  readonly customDomains?: Readonly<Record<string, string>>;
  /** Path style is answered 403 VirtualHostDomainRequired, as by the real service. Default false. */
  readonly virtualHostOnly?: boolean;

  /** The time in milliseconds since the epoch; default `Date.now`. Checks signatures, stamps objects and answers. */
  readonly clock?: () => number;
  /** Smallest part of a multipart upload except the last; default 102,400 bytes. */
  readonly minPartBytes?: number;
  /** Largest body of one request, and largest server-side copy; default 5 GiB. */
  readonly maxPutBytes?: number;
  /** Largest object; default 48.8 TiB. */
  readonly maxObjectBytes?: number;
  /** Appends to one object; default 10,000. */
  readonly appendLimit?: number;
  /** Most entries on one page of any listing, whatever is asked for; default 1,000. */
  readonly pageSize?: number;

  /**
   * - `standard` (default): 206, or 416 when nothing of the range is there; what is no single range is ignored.
   * - `unsatisfiable-ignored`: instead of 416 the whole object with 200.
   * - `ignored`: every range is answered with the whole object and 200.
   */
  readonly ranges?: 'standard' | 'unsatisfiable-ignored' | 'ignored';
  /** Uploads without Content-Length are answered 411 MissingContentLength. Default false. */
  readonly requireLength?: boolean;
  /** If-Match and If-None-Match on PUT, append and complete are obeyed (412). Default false: not documented, so ignored. */
  readonly conditionalWrites?: boolean;
  /** Conditions are obeyed on HEAD as on GET. Default false: not documented, so ignored. */
  readonly conditionalHead?: boolean;
  /**
   * ETag of an appendable object in HEAD, GET and listings, which the documents leave open:
   * `pieces` (default) is `md5(md5 of the pieces)-N`, `last-piece` the MD5 of the last append,
   * `constant` stays that of the first.
   */
  readonly appendableEtag?: 'pieces' | 'last-piece' | 'constant';
  /** How append on a parallel file system is refused: 409 ObjectNotAppendable (default) or 405 FsNotSupport. */
  readonly pfsAppend?: 409 | 405;
  /** How listings and errors write their texts. Default plain quotes and characters. */
  readonly xml?: XmlStyle;
  /** Listings without NextMarker when no delimiter was given, as some S3 services do. Default false. */
  readonly omitNextMarker?: boolean;

  /**
   * Uploaded bodies are not kept: `digest` computes the MD5 all the same, `length` does not even do that and makes
   * ETags up. Reading such an object is answered 501. For measuring clients. Default false.
   */
  readonly discardUploads?: false | 'digest' | 'length';
  /** Bytes per second and connection, in either direction; default unlimited. */
  readonly bytesPerSecond?: number;
  /** Milliseconds before each answer begins; default 0. */
  readonly latencyMs?: number;
  /** Milliseconds without a byte of a body after which it is given up with 408 RequestTimeout; default never. */
  readonly bodyTimeoutMs?: number;
  /** Refusals are sent without reading the body first, and end the connection. Default false: the body is read away. */
  readonly earlyRefusals?: boolean;
  /** Milliseconds an idle connection is kept; default 60,000. */
  readonly keepAliveMs?: number;
}

export interface CertificateOptions {
  /** DNS names and IPv4 addresses the certificate is for; default `obs.test`, `*.obs.test`, `localhost`, `127.0.0.1`. */
  readonly names?: readonly string[];
  /** Milliseconds since the epoch; default a day ago. */
  readonly notBefore?: number;
  /** Milliseconds since the epoch; default in ten years. */
  readonly notAfter?: number;
}

/** Every option with its default, apart from those where absence says something. */
export const defaultOptions = {
  port: 0,
  accessKey: 'AKEXAMPLE00000000001',
  secretKey: 'SKEXAMPLE0000000000000000000000000000001',
  moreKeys: [] as readonly Credential[],
  anonymous: false,
  buckets: ['test-bucket'] as readonly (string | BucketOptions)[],
  region: 'test-region',
  tls: false as boolean | CertificateOptions,
  hosts: [] as readonly string[],
  customDomains: {} as Readonly<Record<string, string>>,
  virtualHostOnly: false,
  clock: Date.now as () => number,
  minPartBytes: 100 * 1024,
  maxPutBytes: 5 * 2 ** 30,
  maxObjectBytes: Math.floor(48.8 * 2 ** 40),
  appendLimit: 10_000,
  pageSize: 1000,
  ranges: 'standard' as NonNullable<ObsServerOptions['ranges']>,
  requireLength: false,
  conditionalWrites: false,
  conditionalHead: false,
  appendableEtag: 'pieces' as NonNullable<ObsServerOptions['appendableEtag']>,
  pfsAppend: 409 as 409 | 405,
  xml: {} as XmlStyle,
  omitNextMarker: false,
  discardUploads: false as NonNullable<ObsServerOptions['discardUploads']>,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  latencyMs: 0,
  bodyTimeoutMs: Number.POSITIVE_INFINITY,
  earlyRefusals: false,
  keepAliveMs: 60_000,
};

export type Settings = typeof defaultOptions & Pick<ObsServerOptions, 'securityToken' | 'tokenExpires'>;
