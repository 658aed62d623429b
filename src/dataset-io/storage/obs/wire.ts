/**
 * The seam between what the storage decides (retries, checks, multipart, append) and how requests reach the
 * service. An engine sends exactly one request for each call: it never repeats, never follows a redirect, never
 * guesses. Every answer that is not the success a call describes is a {@link WireFault}.
 *
 * Keys and bucket names are verbatim, never encoded. Header names are lower-case; `x-amz-` headers of
 * S3-compatible endpoints are given as `x-obs-`. ETags come and go without quotes.
 */
export interface ObsWire {
  readonly engine: 'esdk' | 'native';

  headBucket(request: { bucket: string }, options: WireOptions): Promise<WireAnswer>;

  headObject(request: ObjectName, options: WireOptions): Promise<WireAnswer>;

  /**
   * 206 when a range was asked for and given, which `content-range` says; 200 with the whole object otherwise,
   * since a service may ignore a range. The body is still under way: whoever calls must take it to its end or
   * destroy it. It fails with a {@link WireFault} when the connection breaks or stays silent for
   * `idleMs`, and when it ends before `content-length` bytes.
   */
  getObject(request: GetRequest, options: WireOptions): Promise<WireAnswer & { readonly body: ObjectBody }>;

  /** The answer's `etag` header is never empty. */
  putObject(request: PutRequest, options: WireOptions): Promise<WireAnswer>;

  /** One append at a position; 409 codes `PositionNotEqualToLength` and `ObjectNotAppendable` come as faults. */
  appendObject(
    request: PutRequest & { readonly position: number },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly nextPosition: number }>;

  listObjects(request: ListRequest, options: WireOptions): Promise<ListPage>;

  deleteObject(request: ObjectName, options: WireOptions): Promise<WireAnswer>;

  /** At most 1,000 keys. Keys that could not be deleted are in the result, not thrown. */
  deleteObjects(
    request: { readonly bucket: string; readonly keys: readonly string[] },
    options: WireOptions,
  ): Promise<readonly { readonly key: string; readonly code: string; readonly message: string }[]>;

  /** Up to 5 GB. Never resolves without an ETag in the answer's body, whatever the status says. */
  copyObject(request: CopyRequest, options: WireOptions): Promise<WireAnswer & { readonly etag: string }>;

  startUpload(
    request: ObjectName & ObjectHeaders,
    options: WireOptions,
  ): Promise<{ readonly uploadId: string }>;

  uploadPart(
    request: PutRequest & PartName,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }>;

  /** Never resolves without an ETag in the answer's body, whatever the status says. */
  copyPart(
    request: CopyRequest & PartName & { readonly range?: ByteRange },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }>;

  /** Never resolves without an ETag in the answer's body, whatever the status says. */
  completeUpload(
    request: ObjectName & { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }>;

  abortUpload(request: ObjectName & { readonly uploadId: string }, options: WireOptions): Promise<WireAnswer>;

  listUploads(request: UploadListRequest, options: WireOptions): Promise<UploadPage>;

  /** Ends idle connections. */
  close(): void;
}

/** The content of an object while it comes. */
export interface ObjectBody {
  /** Gives the bytes to a sink from now on; called once. */
  flow(to: BodySink): void;
  /** No further piece comes before {@link resume}; meanwhile the service may not be blamed for silence. */
  pause(): void;
  resume(): void;
  /** Ends the connection if there is more to come. The sink hears nothing more. */
  destroy(): void;
}

/** Where the content of an object goes. After {@link end} or {@link fail} nothing comes any more. */
export interface BodySink {
  /** Bytes that came; whoever gets them may keep them. */
  piece(bytes: Buffer): void;
  /** All came. */
  end(): void;
  /** @param error WireFault, or AbortedError */
  fail(error: Error): void;
}

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** First and last byte, both included, as in a `Range` header. */
export interface ByteRange {
  readonly first: number;
  /** Absent: to the end. */
  readonly last?: number | undefined;
}

export interface GetRequest extends ObjectName {
  readonly range?: ByteRange | undefined;
  readonly ifMatch?: string | undefined;
}

/** What an object is stored with. */
export interface ObjectHeaders {
  readonly contentType?: string | undefined;
  /** Without the `x-obs-meta-` prefix, lower-case. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface PutRequest extends ObjectName, ObjectHeaders {
  /** The whole body in memory, so that a request can be made again. */
  readonly body: Uint8Array;
  /** Base64 of the body's MD5. */
  readonly contentMd5: string;
}

export interface CopyRequest extends ObjectName {
  readonly source: ObjectName;
  /** Fails with 412 when the source's ETag is another. */
  readonly sourceIfMatch?: string | undefined;
}

export interface PartName {
  readonly uploadId: string;
  /** From 1 to 10,000. */
  readonly partNumber: number;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
}

export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly delimiter?: '/' | undefined;
  /** Gives keys after this one. */
  readonly marker?: string | undefined;
  /** 1 to 1,000, the default. */
  readonly maxKeys?: number | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: Date;
  readonly appendable: boolean;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Prefixes up to the delimiter, each once. */
  readonly prefixes: readonly string[];
  /** The marker of the next page; absent on the last. */
  readonly nextMarker?: string | undefined;
}

export interface UploadListRequest {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly keyMarker?: string | undefined;
  readonly uploadIdMarker?: string | undefined;
}

export interface UploadPage {
  readonly uploads: readonly { readonly key: string; readonly uploadId: string; readonly started: Date }[];
  /** Both markers of the next page; absent on the last. */
  readonly next?: { readonly keyMarker: string; readonly uploadIdMarker: string } | undefined;
}

export interface WireOptions {
  /** Ends the request and its body with `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** A connection on which nothing moves for so long, in ms, fails with a fault of kind `timeout`. */
  readonly idleMs: number;
  /** Another endpoint for this request only, after a redirect: `https://host:port`. Signed anew for it. */
  readonly endpoint?: string | undefined;
}

export interface WireAnswer {
  readonly status: number;
  /** Lower-case names; `x-amz-…` given as `x-obs-…`; values of a repeated header are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * `status`: the service said no. `network`: no connection, a reset, an early end. `timeout`: silence.
 * `malformed`: an answer that is not what the protocol has (a proxy's page, cut XML, no ETag, another range).
 */
export type WireFaultKind = 'status' | 'network' | 'timeout' | 'malformed';

export interface WireFaultDetails {
  readonly status?: number | undefined;
  /** The service's own code: `NoSuchKey`, `SlowDown`… Empty when it gave none. */
  readonly serviceCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Where a 301, 302 or 307 points: `https://host:port`. */
  readonly location?: string | undefined;
  /** The service's clock, for telling a wrong local one. */
  readonly serverDate?: Date | undefined;
  /** Node's name of what happened to the connection: `ECONNREFUSED`, `ENOTFOUND`, `DEPTH_ZERO_SELF_SIGNED_CERT`… */
  readonly networkCode?: string | undefined;
  readonly cause?: unknown;
}

/** One request did not succeed. Holds no credentials: not in its message, not in its cause. */
export class WireFault extends Error {
  override readonly name = 'WireFault';
  readonly kind: WireFaultKind;
  /** False when the request certainly changed nothing: it never left, or the service refused it. */
  readonly mayHaveApplied: boolean;
  readonly status: number | undefined;
  readonly serviceCode: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly location: string | undefined;
  readonly serverDate: Date | undefined;
  readonly networkCode: string | undefined;

  constructor(kind: WireFaultKind, message: string, mayHaveApplied: boolean, details: WireFaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.mayHaveApplied = mayHaveApplied;
    this.status = details.status;
    this.serviceCode = details.serviceCode ?? '';
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.location = details.location;
    this.serverDate = details.serverDate;
    this.networkCode = details.networkCode;
  }
}

/** Keys of an account, or temporary ones with their token. */
export interface ObsCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

/** What an engine is made with. */
export interface WireSettings {
  /**
   * `https://obs.cn-north-4.myhuaweicloud.com`, with a port where it is not the usual one. Whether `http` is
   * allowed is not asked here: who makes the settings decides.
   */
  readonly endpoint: string;
  /** Asked before every request, so that temporary keys can be renewed; must be cheap. */
  readonly credentials: () => Promise<ObsCredentials>;
  /** Default `obs`. The others are for S3-compatible services. Engine `esdk` knows no `v4`. */
  readonly signature?: 'obs' | 'v2' | 'v4' | undefined;
  /** Region for signature `v4`; default `us-east-1`. */
  readonly region?: string | undefined;
  /** `virtual` (default): `bucket.host/key`; `path`: `host/bucket/key`; `domain`: the host stands for the bucket. */
  readonly addressing?: 'virtual' | 'path' | 'domain' | undefined;
  /** PEM of certificate authorities trusted besides the system's. */
  readonly ca?: string | undefined;
  /** Do not check certificates. Never a default. */
  readonly insecure?: boolean | undefined;
  /** Connections to one host at a time; default 64. */
  readonly maxConnections?: number | undefined;
  /** Resolves host names; default the system's. For private names and for tests. */
  readonly lookup?: import('node:net').LookupFunction | undefined;
}
