import { createHash, randomBytes } from 'node:crypto';
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { appendObject } from './append.js';
import {
  apiVersion,
  bucketLocation,
  createBucket,
  deleteBucket,
  deleteObjects,
  headBucket,
  listBuckets,
} from './buckets.js';
import { makeCertificate } from './certificate.js';
import { Content, noiseBlock } from './content.js';
import { copyObject } from './copy.js';
import { ConnectionGone, ObsError } from './errors.js';
import { Exchange, type ReceivedBody, type Reply } from './exchange.js';
import { type FaultAction, type FaultHandle, type FaultPlan, Faults } from './faults.js';
import { listObjects, listObjectsV2 } from './list.js';
import { type LoggedRequest, logRequest } from './log.js';
import {
  abortUpload,
  completeUpload,
  initiateUpload,
  listParts,
  listUploads,
  uploadPart,
  uploadPartCopy,
} from './multipart.js';
import { deleteObject, getObject, headObject, putObject } from './objects.js';
import { defaultOptions, type ObsServerOptions, type Settings } from './options.js';
import { modifyFile, prepareFile, renameFile, truncateFile } from './pfs.js';
import { type Operation, type ParsedRequest, parseRequest } from './request.js';
import { authenticate, type Credential } from './signatures.js';
import { spoil } from './spoil.js';
import { Bucket, Store, type StoredObject } from './store.js';
import { tooLarge, Wire } from './wire.js';
import { xmlDocument } from './xml.js';

/** A running server. What goes past the wire (`put`, `get`, …) is done at once and is not logged. */
export interface ObsServer {
  /** `http://127.0.0.1:PORT` (`https` with TLS), for path style. */
  readonly endpoint: string;
  /** `http://obs.test:PORT`, for virtual-host style by an agent with the `lookup` of this module. */
  readonly virtualEndpoint: string;
  readonly port: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string | undefined;
  /** PEM, to be given to clients as `ca`; undefined without TLS. */
  readonly certificate: string | undefined;

  /** Stores a copy of the bytes; on a parallel file system with the directories above it. Throws for an unknown bucket. */
  put(bucket: string, key: string, bytes: Uint8Array | string, options?: PutOptions): void;
  /**
   * An object of `size` bytes that takes no memory: `block` over and over, by default pseudo-random bytes in which
   * no piece of a mebibyte equals another. Its ETag has a `-`, as it is no digest.
   */
  putSynthetic(
    bucket: string,
    key: string,
    size: number,
    options?: { readonly block?: Uint8Array; readonly contentType?: string },
  ): void;
  /** The bytes of an object, or of `start` to before `end`; undefined when there is none. */
  get(bucket: string, key: string, start?: number, end?: number): Buffer | undefined;
  stat(bucket: string, key: string): ObjectFacts | undefined;
  delete(bucket: string, key: string): void;
  /** In the order of their UTF-8 bytes. */
  keys(bucket: string): string[];
  buckets(): string[];
  /** Lets in further keys from now on. */
  addCredential(credential: Credential): void;

  /** Lets something go wrong from now on. */
  fault(plan: FaultPlan): FaultHandle;
  clearFaults(): void;

  /** Requests in the order in which they came. */
  readonly log: readonly LoggedRequest[];
  clearLog(): void;
  /** Most requests that were being answered at one time, since the start or `clearLog`. */
  readonly peakRequests: number;
  readonly openSockets: number;
  readonly openUploads: number;
  /** Throws when multipart uploads are open, or when the server itself failed at something. */
  assertClean(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface PutOptions {
  readonly contentType?: string;
  /** As if made by one append. Default false. */
  readonly appendable?: boolean;
  /** Names without `x-obs-meta-`. */
  readonly metadata?: Record<string, string>;
}

export interface ObjectFacts {
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modified: number;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Number of appends; undefined for a Normal object. */
  readonly appends: number | undefined;
  /** Of the multipart upload that made it. */
  readonly uploadId: string | undefined;
}

/** Starts a server at 127.0.0.1. */
export async function startObsServer(options: ObsServerOptions = {}): Promise<ObsServer> {
  const server = new RunningServer(options);
  await server.listen();
  return server;
}

type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

const handlers: Readonly<Record<Operation, Handler>> = {
  ApiVersion: apiVersion,
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  GetBucketLocation: bucketLocation,
  DeleteBucket: deleteBucket,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListMultipartUploads: listUploads,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  CopyObject: copyObject,
  AppendObject: appendObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  InitiateMultipartUpload: initiateUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListParts: listParts,
  RenameFile: renameFile,
  TruncateFile: truncateFile,
  ModifyFile: modifyFile,
  Unsupported: () => {
    throw new ObsError(501, 'NotImplemented', 'This server does not have that operation.');
  },
};

/** Operations whose bodies are object data; the others are documents, and small. */
const uploads = new Set<Operation>(['PutObject', 'AppendObject', 'UploadPart', 'ModifyFile']);
const documentLimit = 2 * 2 ** 20;

class RunningServer implements ObsServer {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string | undefined;
  readonly certificate: string | undefined;
  readonly log: LoggedRequest[] = [];
  peakRequests = 0;
  readonly #settings: Settings;
  readonly #hosts: readonly string[];
  readonly #keys = new Map<string, Credential>();
  readonly #store = new Store();
  readonly #faults = new Faults();
  readonly #http: HttpServer;
  /** TCP connections. */
  readonly #sockets = new Set<Socket>();
  /** What is going on on each connection, which may be TLS. */
  readonly #wires = new Map<Socket, Wire>();
  readonly #failures: unknown[] = [];
  #requests = 0;
  #noise: Buffer | undefined;

  constructor(options: ObsServerOptions) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const settings: Settings = { ...defaultOptions, ...given };
    this.#settings = settings;
    this.accessKey = settings.accessKey;
    this.secretKey = settings.secretKey;
    this.securityToken = settings.securityToken;
    this.#hosts = ['obs.test', 'localhost', ...settings.hosts.map((host) => host.toLowerCase())];
    for (const credential of [settings as Credential, ...settings.moreKeys])
      this.#keys.set(credential.accessKey, credential);
    for (const bucket of settings.buckets) {
      const described = typeof bucket === 'string' ? { name: bucket } : bucket;
      this.#store.buckets.set(described.name, new Bucket(described, settings.clock()));
    }
    if (settings.tls === false) this.#http = createServer();
    else {
      const pair = makeCertificate(settings.tls === true ? {} : settings.tls);
      this.certificate = pair.cert;
      this.#http = createTlsServer(pair);
    }
    const http = this.#http;
    http.requestTimeout = 0;
    http.headersTimeout = 0;
    http.keepAliveTimeout = settings.keepAliveMs;
    http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // A connection that breaks is the business of the request on it.
      socket.on('error', () => socket.destroy());
    });
    http.on('request', (message, response) => this.#serve(message, response, false));
    http.on('checkContinue', (message, response) => this.#serve(message, response, true));
    http.on('clientError', (error, socket) => this.#clientError(error, socket as Socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#settings.port, '127.0.0.1', () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get virtualEndpoint(): string {
    return `${this.#scheme}://obs.test:${this.port}`;
  }

  get #scheme(): string {
    return this.certificate === undefined ? 'http' : 'https';
  }

  put(bucket: string, key: string, bytes: Uint8Array | string, options: PutOptions = {}): void {
    const content = Content.of(Buffer.from(bytes));
    const digest = createHash('md5').update(bytes).digest();
    this.#set(bucket, key, content, options.contentType, {
      etag: options.appendable
        ? `${createHash('md5').update(digest).digest('hex')}-1`
        : digest.toString('hex'),
      metadata: options.metadata ?? {},
      ...(options.appendable ? { pieces: [digest] } : {}),
    });
  }

  putSynthetic(
    bucket: string,
    key: string,
    size: number,
    options: { readonly block?: Uint8Array; readonly contentType?: string } = {},
  ): void {
    this.#noise ??= options.block ? undefined : noiseBlock(1);
    const block = options.block ?? this.#noise!;
    const etag = createHash('md5').update(block).update(String(size)).digest('hex');
    this.#set(bucket, key, Content.repeated(block, size), options.contentType, { etag: `${etag}-1` });
  }

  #set(
    bucket: string,
    key: string,
    content: Content,
    contentType: string | undefined,
    facts: Pick<StoredObject, 'etag'> & Partial<StoredObject>,
  ): void {
    const place = this.#store.bucket(bucket);
    const now = this.#settings.clock();
    if (place.pfs) prepareFile(this.#store, place, key, now);
    place.set(key, {
      content,
      modified: now,
      order: this.#store.nextOrder(),
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      metadata: {},
      storageClass: place.storageClass,
      ...facts,
    });
  }

  get(bucket: string, key: string, start = 0, end = Number.POSITIVE_INFINITY): Buffer | undefined {
    const content = this.#store.bucket(bucket).get(key)?.content;
    return content?.slice(start, Math.min(end, content.size)).toBuffer();
  }

  stat(bucket: string, key: string): ObjectFacts | undefined {
    const object = this.#store.bucket(bucket).get(key);
    if (!object) return undefined;
    const { content, etag, modified, headers, metadata, pieces, uploadId } = object;
    return {
      size: content.size,
      etag,
      modified,
      contentType: headers['content-type'],
      metadata,
      appends: pieces?.length,
      uploadId,
    };
  }

  delete(bucket: string, key: string): void {
    this.#store.bucket(bucket).delete(key);
  }

  keys(bucket: string): string[] {
    return [...this.#store.bucket(bucket).keys()];
  }

  buckets(): string[] {
    return [...this.#store.buckets.keys()];
  }

  addCredential(credential: Credential): void {
    this.#keys.set(credential.accessKey, credential);
  }

  fault(plan: FaultPlan): FaultHandle {
    return this.#faults.add(plan);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  clearLog(): void {
    this.log.length = 0;
    this.peakRequests = this.#wires.size;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get openUploads(): number {
    return this.#store.uploads.size;
  }

  assertClean(): void {
    if (this.#failures.length > 0)
      throw new AggregateError(this.#failures, 'the OBS test server itself failed');
    const open = [...this.#store.uploads.values()].map(({ bucket, key, id }) => `${bucket}/${key} (${id})`);
    if (open.length > 0)
      throw new Error(`${open.length} multipart upload(s) neither completed nor aborted: ${open.join(', ')}`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    const ended = [...this.#sockets].map((socket) => {
      const end = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy();
      return end;
    });
    await Promise.all([closed, ...ended]);
  }

  #serve(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    this.#answer(message, response, expectsContinue).catch((error: unknown) => {
      this.#failures.push(error);
      message.socket.destroy();
    });
  }

  async #answer(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const { request, refusal } = this.#parse(message);
    this.#requests += 1;
    const entry = logRequest(this.#requests, request);
    this.log.push(entry);
    const fault = this.#faults.take(entry);
    if (fault) entry.fault = fault.kind;
    const wire = new Wire(message, response, entry, fault, this.#settings, expectsContinue, (socket) =>
      this.#reset(socket),
    );
    this.#wires.set(wire.socket, wire);
    this.peakRequests = Math.max(this.peakRequests, this.#wires.size);
    const ids = {
      request: randomBytes(16).toString('hex').toUpperCase(),
      host: randomBytes(24).toString('base64'),
    };
    const common = {
      server: 'OBS',
      date: new Date(this.#settings.clock()).toUTCString(),
      [request.protocol === 'obs' ? 'x-obs-request-id' : 'x-amz-request-id']: ids.request,
      [request.protocol === 'obs' ? 'x-obs-id-2' : 'x-amz-id-2']: ids.host,
    };
    const send = (reply: Reply): Promise<void> =>
      wire.send({ ...reply, headers: { ...common, ...reply.headers } });
    try {
      await wire.reach('before');
      try {
        if (refusal) throw refusal;
        const reply = await this.#perform(request, wire);
        await wire.reach('after');
        await send(spoil(reply, fault));
      } catch (error) {
        if (!(error instanceof ObsError)) throw error;
        if (response.headersSent)
          throw new ConnectionGone('it failed in the middle of the answer', { cause: error });
        entry.code = error.code;
        await wire.reach('after');
        await send(spoil(errorReply(error, request, ids), fault));
      }
      entry.state = 'done';
    } catch (error) {
      if (!(error instanceof ConnectionGone)) throw error;
      entry.state = 'cut';
      // What breaks off in the middle must not look complete. A connection ended on purpose closes by itself.
      if (fault?.kind !== 'fin') wire.socket.destroy();
    } finally {
      this.#wires.delete(wire.socket);
    }
  }

  /** A request that cannot be read is logged as far as it goes, and refused. */
  #parse(message: IncomingMessage): { readonly request: ParsedRequest; readonly refusal?: ObsError } {
    try {
      return {
        request: parseRequest(message, {
          hosts: this.#hosts,
          customDomains: this.#settings.customDomains,
        }),
      };
    } catch (refusal) {
      if (!(refusal instanceof ObsError)) throw refusal;
      const request: ParsedRequest = {
        method: message.method ?? '',
        rawPath: message.url ?? '',
        rawQuery: '',
        query: [],
        headers: new Map(),
        hostname: '',
        addressing: 'path',
        bucket: undefined,
        key: undefined,
        protocol: 'obs',
        operation: 'Unsupported',
      };
      return { request, refusal };
    }
  }

  async #perform(request: ParsedRequest, wire: Wire): Promise<Reply> {
    const { fault } = wire;
    const instead = replyInstead(fault, request);
    if (instead && !(fault && 'applied' in fault && fault.applied)) return instead();
    const settings: Settings =
      fault?.kind === 'ignore-range' ? { ...this.#settings, ranges: 'ignored' } : this.#settings;
    const payloadHash = this.#admit(request, wire.entry);
    const body = await this.#receive(request, wire, payloadHash);
    const handle = async (): Promise<Reply> =>
      handlers[request.operation](new Exchange(request, body, this.#store, settings, settings.clock()));
    if (fault?.kind === 'run') await fault.before?.();
    const bucket = this.#store.buckets.get(request.bucket ?? '');
    const key = request.key ?? '';
    const before = bucket?.get(key);
    if (fault?.kind === 'duplicate') await handle().catch(onlyRefusals);
    const reply = await handle();
    if (fault?.kind === 'delayed-visibility' && bucket?.get(key) !== before)
      bucket?.veil(key, before, fault.reads);
    if (fault?.kind === 'run') await fault.after?.();
    return instead?.() ?? reply;
  }

  /** Everything that is decided by the headers. Gives the SHA-256 that the body must have, if any. */
  #admit(request: ParsedRequest, entry: LoggedRequest): string | undefined {
    const settings = this.#settings;
    if (settings.virtualHostOnly && request.addressing === 'path' && request.bucket !== undefined)
      throw new ObsError(403, 'VirtualHostDomainRequired', 'Virtual host style is required.');
    const unsigned =
      !request.headers.has('authorization') &&
      !request.query.some(([name]) => /^(?:X-Amz-)?Signature$/.test(name));
    let payloadHash: string | undefined;
    if (unsigned && (settings.anonymous || request.operation === 'ApiVersion')) entry.scheme = 'anonymous';
    else {
      const found = authenticate(request, (accessKey) => this.#keys.get(accessKey), settings.clock());
      entry.scheme = found.scheme;
      payloadHash = found.payloadHash;
      if (found.credential.deny?.(request)) throw new ObsError(403, 'AccessDenied', 'Access Denied');
    }
    if (request.headers.get('content-encoding')?.includes('aws-chunked'))
      throw new ObsError(501, 'NotImplemented', 'aws-chunked bodies are not supported.');
    if (Buffer.byteLength(request.key ?? '') > 1024)
      throw new ObsError(400, 'KeyTooLongError', 'Your key is too long.', {
        elements: { MaxSizeAllowed: '1024' },
      });
    const length = request.headers.get('content-length');
    if (length === undefined && settings.requireLength && request.headers.has('transfer-encoding'))
      throw new ObsError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
    const limit = this.#bodyLimit(request);
    if (Number(length) > limit) throw tooLarge(limit);
    const md5 = request.headers.get('content-md5');
    if (md5 !== undefined && Buffer.from(md5, 'base64').toString('base64') !== md5.trim())
      throw new ObsError(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
    return payloadHash;
  }

  #bodyLimit(request: ParsedRequest): number {
    return uploads.has(request.operation) ? this.#settings.maxPutBytes : documentLimit;
  }

  async #receive(request: ParsedRequest, wire: Wire, payloadHash: string | undefined): Promise<ReceivedBody> {
    const discard = uploads.has(request.operation) ? this.#settings.discardUploads : false;
    const body = await wire.receive(this.#bodyLimit(request), { sha256: payloadHash !== undefined, discard });
    if (payloadHash !== undefined && payloadHash !== body.sha256)
      throw new ObsError(
        400,
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    const md5 = request.headers.get('content-md5');
    if (md5 !== undefined && discard !== 'length') {
      const sent = Buffer.from(md5, 'base64').toString('hex');
      if (sent.length !== 32)
        throw new ObsError(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
      if (sent !== body.md5)
        throw new ObsError(
          400,
          'BadDigest',
          'The Content-MD5 you specified did not match what we received.',
          {
            elements: { ExpectedDigest: sent, CalculatedDigest: body.md5 },
          },
        );
    }
    return body;
  }

  /** What the HTTP parser makes of a broken connection: mostly a body that ended too early. */
  #clientError(error: Error, socket: Socket): void {
    const wire = this.#wires.get(socket);
    if (
      wire?.receiving &&
      (error as NodeJS.ErrnoException).code === 'HPE_INVALID_EOF_STATE' &&
      socket.writable
    ) {
      wire.entry.status = 400;
      wire.entry.code = 'IncompleteBody';
      const body = xmlDocument(
        'Error',
        [
          ['Code', 'IncompleteBody'],
          ['Message', 'You did not provide the number of bytes specified by the Content-Length HTTP header.'],
        ],
        undefined,
      );
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nServer: OBS\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    socket.destroy();
  }

  /** RST instead of FIN. Under TLS it is the TCP connection below that is reset. */
  #reset(socket: Socket): void {
    const below = [...this.#sockets].find(
      (candidate) => candidate !== socket && candidate.remotePort === socket.remotePort,
    );
    (below ?? socket).resetAndDestroy();
  }
}

/** The answer that a fault puts in the place of the true one. */
function replyInstead(fault: FaultAction | undefined, request: ParsedRequest): (() => Reply) | undefined {
  switch (fault?.kind) {
    case 'error':
      return () => {
        throw new ObsError(fault.status, fault.code, fault.message ?? `Injected: ${fault.code}`, {
          headers: fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
        });
      };
    case 'error-in-200':
      return () => ({
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: Content.of(
          xmlDocument(
            'Error',
            [
              ['Code', fault.code],
              ['Message', `Injected: ${fault.code}`],
            ],
            undefined,
          ),
        ),
      });
    case 'html':
      return () => ({
        status: fault.status ?? 502,
        headers: { 'content-type': 'text/html' },
        body: Content.of(
          '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1><hr></body>\r\n</html>\r\n',
        ),
      });
    case 'redirect':
      return () => {
        const query = request.rawQuery === '' ? '' : `?${request.rawQuery}`;
        const to = new URL(fault.to);
        throw new ObsError(
          fault.status ?? 307,
          'TemporaryRedirect',
          'Please re-send this request to the specified endpoint.',
          {
            elements: { Endpoint: to.host },
            headers: { location: `${to.origin}${request.rawPath}${query}` },
          },
        );
      };
    default:
      return undefined;
  }
}

/** The first of two deliveries may be refused like any request. */
function onlyRefusals(error: unknown): void {
  if (!(error instanceof ObsError)) throw error;
}

/** The XML of an error; for HEAD, which has no body, headers. */
function errorReply(
  error: ObsError,
  request: ParsedRequest,
  ids: { readonly request: string; readonly host: string },
): Reply {
  const { elements = {}, headers = {} } = error.extra;
  if (request.method === 'HEAD') {
    const prefix = request.protocol === 'obs' ? 'x-obs-' : 'x-amz-';
    return {
      status: error.status,
      headers: {
        ...headers,
        [`${prefix}error-code`]: error.code,
        [`${prefix}error-message`]: error.message.replace(/[^\x20-\x7e]/g, '?'),
      },
    };
  }
  return {
    status: error.status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: Content.of(
      xmlDocument(
        'Error',
        [
          ['Code', error.code],
          ['Message', error.message],
          ['RequestId', ids.request],
          ['HostId', ids.host],
          ['Resource', request.rawPath],
          ...Object.entries(elements),
        ],
        undefined,
      ),
    ),
  };
}
