import { createHash } from 'node:crypto';
import { throwIfAborted } from '../../../../model/index.js';
import type { XmlElement } from '../../../../text/xml-tree.js';
import { settleOrAbort } from '../../abortable.js';
import {
  type ByteRange,
  type CopyRequest,
  type GetRequest,
  type ListPage,
  type ListRequest,
  type ObjectBody,
  type ObjectHeaders,
  type ObjectName,
  type ObsCredentials,
  type ObsWire,
  type PartName,
  type PutRequest,
  type UploadedPart,
  type UploadListRequest,
  type UploadPage,
  type WireAnswer,
  WireFault,
  type WireOptions,
  type WireSettings,
} from '../wire.js';
import {
  type Addressing,
  checkAddressing,
  type Endpoint,
  parseEndpoint,
  type Target,
  targetOf,
} from './addressing.js';
import {
  Nonsense,
  readDeleteFailures,
  readEtag,
  readListing,
  readUploadId,
  readUploads,
  unquoted,
} from './answers.js';
import { completeDocument, deleteDocument } from './documents.js';
import { type HttpAnswer, type HttpCall, type HttpOptions, httpFault } from './exchange.js';
import { dateOf, faultOf, requestIdOf } from './faults.js';
import { encodeKey, type QueryItem } from './percent.js';
import { nameOf, parseAnswer } from './xml.js';

/** Answers that are documents are read up to here. */
const documentBytes = 8 * 1024 * 1024;

/** What the service is asked to do, by the names of its documentation. */
export type Operation =
  | 'HeadBucket'
  | 'HeadObject'
  | 'GetObject'
  | 'PutObject'
  | 'AppendObject'
  | 'ListObjects'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'CopyObject'
  | 'InitiateMultipartUpload'
  | 'UploadPart'
  | 'CopyPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListMultipartUploads';

/** One request, not yet addressed and not yet signed. */
export interface ServiceRequest {
  readonly operation: Operation;
  readonly method: HttpCall['method'];
  readonly bucket: string;
  readonly key?: string;
  readonly query?: readonly QueryItem[];
  /** Names as OBS has them, `x-obs-…`, lower-case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Where a request goes. */
export interface Destination extends Target {
  readonly secure: boolean;
}

/** What two engines do differently: they sign a request and put it on a connection. */
export interface Sender {
  /**
   * Sends the request once. `answer` gives the head of whatever answer came.
   *
   * @throws WireFault when none came; AbortedError; OptionError for what cannot be sent
   */
  send(
    request: ServiceRequest,
    to: Destination,
    credentials: ObsCredentials,
    options: HttpOptions,
  ): Promise<{ readonly call: HttpCall; readonly answer: HttpAnswer }>;

  /** Ends idle connections. */
  close(): void;
}

/** The head of an answer, with what is needed to judge the rest. */
interface Reply extends WireAnswer {
  readonly call: HttpCall;
  readonly answer: HttpAnswer;
  readonly credentials: ObsCredentials;
}

/** The requests of the seam, and what their answers mean, over either engine. */
export class HttpWire implements ObsWire {
  readonly engine: ObsWire['engine'];
  readonly #sender: Sender;
  readonly #settings: WireSettings;
  readonly #addressing: Addressing;
  readonly #endpoint: Endpoint;

  /** @throws OptionError for an endpoint that is no address of a service or does not fit the addressing */
  constructor(engine: ObsWire['engine'], settings: WireSettings, sender: Sender) {
    this.engine = engine;
    this.#sender = sender;
    this.#settings = settings;
    this.#addressing = settings.addressing ?? 'virtual';
    this.#endpoint = this.#parse(settings.endpoint);
  }

  async headBucket({ bucket }: { bucket: string }, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ operation: 'HeadBucket', method: 'HEAD', bucket }, options);
  }

  async headObject({ bucket, key }: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ operation: 'HeadObject', method: 'HEAD', bucket, key }, options);
  }

  async getObject(
    { bucket, key, range, ifMatch }: GetRequest,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly body: ObjectBody }> {
    const headers: Record<string, string> = {};
    if (range !== undefined) headers['range'] = rangeText(range);
    if (ifMatch !== undefined) headers['if-match'] = quoted(ifMatch);
    const reply = await this.#send({ operation: 'GetObject', method: 'GET', bucket, key, headers }, options);
    const problem = problemOfGet(reply, range);
    if (problem !== undefined) {
      reply.answer.destroy();
      throw malformed(reply, problem);
    }
    return { status: reply.status, headers: reply.headers, body: reply.answer };
  }

  async putObject(request: PutRequest, options: WireOptions): Promise<WireAnswer> {
    return withEtag(await this.#plainReply(upload('PutObject', 'PUT', request, []), options));
  }

  async appendObject(
    request: PutRequest & { readonly position: number },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly nextPosition: number }> {
    const query: QueryItem[] = [['append'], ['position', String(request.position)]];
    const reply = await this.#plainReply(upload('AppendObject', 'POST', request, query), options);
    const next = reply.headers['x-obs-next-append-position'] ?? '';
    if (!/^\d{1,15}$/.test(next)) throw malformed(reply, 'the answer does not say where the object ends');
    return { ...answerOf(reply), nextPosition: Number(next) };
  }

  async listObjects(request: ListRequest, options: WireOptions): Promise<ListPage> {
    const { bucket, prefix, delimiter, marker, maxKeys } = request;
    const query = given([
      ['delimiter', delimiter],
      ['encoding-type', 'url'],
      ['marker', marker],
      ['max-keys', maxKeys === undefined ? undefined : String(maxKeys)],
      ['prefix', prefix],
    ]);
    return await this.#document(
      { operation: 'ListObjects', method: 'GET', bucket, query },
      'ListBucketResult',
      options,
      (root) => readListing(root, request),
    );
  }

  async deleteObject({ bucket, key }: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ operation: 'DeleteObject', method: 'DELETE', bucket, key }, options);
  }

  async deleteObjects(
    { bucket, keys }: { readonly bucket: string; readonly keys: readonly string[] },
    options: WireOptions,
  ): Promise<readonly { readonly key: string; readonly code: string; readonly message: string }[]> {
    const body = deleteDocument(keys, this.#speaksObs);
    const request: ServiceRequest = {
      operation: 'DeleteObjects',
      method: 'POST',
      bucket,
      query: [['delete']],
      headers: {
        'content-type': 'application/xml',
        'content-md5': createHash('md5').update(body).digest('base64'),
      },
      body,
    };
    return await this.#document(request, 'DeleteResult', options, readDeleteFailures);
  }

  async copyObject(
    request: CopyRequest,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    const { bucket, key } = request;
    return await this.#etagDocument(
      { operation: 'CopyObject', method: 'PUT', bucket, key, headers: copyHeaders(request) },
      'CopyObjectResult',
      options,
    );
  }

  async startUpload(
    { bucket, key, ...headers }: ObjectName & ObjectHeaders,
    options: WireOptions,
  ): Promise<{ readonly uploadId: string }> {
    const request: ServiceRequest = {
      operation: 'InitiateMultipartUpload',
      method: 'POST',
      bucket,
      key,
      query: [['uploads']],
      headers: storedHeaders(headers),
    };
    const uploadId = await this.#document(request, 'InitiateMultipartUploadResult', options, readUploadId);
    return { uploadId };
  }

  async uploadPart(
    request: PutRequest & PartName,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    const reply = await this.#plainReply(upload('UploadPart', 'PUT', request, partQuery(request)), options);
    return withEtag(reply);
  }

  async copyPart(
    request: CopyRequest & PartName & { readonly range?: ByteRange },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    const { bucket, key, range } = request;
    const headers = copyHeaders(request);
    if (range !== undefined) headers['x-obs-copy-source-range'] = rangeText(range);
    return await this.#etagDocument(
      { operation: 'CopyPart', method: 'PUT', bucket, key, query: partQuery(request), headers },
      'CopyPartResult',
      options,
    );
  }

  async completeUpload(
    {
      bucket,
      key,
      uploadId,
      parts,
    }: ObjectName & { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    const request: ServiceRequest = {
      operation: 'CompleteMultipartUpload',
      method: 'POST',
      bucket,
      key,
      query: [['uploadId', uploadId]],
      headers: { 'content-type': 'application/xml' },
      body: completeDocument(parts),
    };
    return await this.#etagDocument(request, 'CompleteMultipartUploadResult', options);
  }

  async abortUpload(
    { bucket, key, uploadId }: ObjectName & { readonly uploadId: string },
    options: WireOptions,
  ): Promise<WireAnswer> {
    return await this.#plain(
      { operation: 'AbortMultipartUpload', method: 'DELETE', bucket, key, query: [['uploadId', uploadId]] },
      options,
    );
  }

  async listUploads(request: UploadListRequest, options: WireOptions): Promise<UploadPage> {
    const { bucket, prefix, keyMarker, uploadIdMarker } = request;
    const query = given([
      // Ceph encodes the keys then, and does not say so.
      ['encoding-type', this.#speaksObs ? 'url' : undefined],
      ['key-marker', keyMarker],
      ['prefix', prefix],
      ['upload-id-marker', uploadIdMarker],
    ]);
    return await this.#document(
      { operation: 'ListMultipartUploads', method: 'GET', bucket, query: [...query, ['uploads']] },
      'ListMultipartUploadsResult',
      options,
      (root) => readUploads(root, request),
    );
  }

  close(): void {
    this.#sender.close();
  }

  /** False for services that are like it, each in its own way. */
  get #speaksObs(): boolean {
    return (this.#settings.signature ?? 'obs') === 'obs';
  }

  /** An answer whose head says everything. */
  async #plain(request: ServiceRequest, options: WireOptions): Promise<WireAnswer> {
    return answerOf(await this.#plainReply(request, options));
  }

  async #plainReply(request: ServiceRequest, options: WireOptions): Promise<Reply> {
    const reply = await this.#send(request, options);
    const body = await reply.answer.bytes(documentBytes);
    // An error, or the page of somebody else who says that all is well.
    if (body.length > 0) throw faultOf({ ...reply, body });
    return reply;
  }

  /** An answer that is a document. */
  async #document<T>(
    request: ServiceRequest,
    rootName: string,
    options: WireOptions,
    read: (root: XmlElement, reply: Reply) => T,
  ): Promise<T> {
    const reply = await this.#send(request, options);
    const body = await reply.answer.bytes(documentBytes);
    const root = parseAnswer(body);
    if (root === undefined) throw malformed(reply, 'the answer is not XML, or not all of it');
    if (nameOf(root) === 'Error') throw faultOf({ ...reply, body });
    if (nameOf(root) !== rootName) {
      throw malformed(reply, `the answer is ${JSON.stringify(nameOf(root))}, not ${rootName}`);
    }
    try {
      return read(root, reply);
    } catch (error) {
      if (error instanceof Nonsense) throw malformed(reply, `the answer ${error.message}`);
      throw error;
    }
  }

  async #etagDocument(
    request: ServiceRequest,
    rootName: string,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    return await this.#document(request, rootName, options, (root, reply) => ({
      ...answerOf(reply),
      etag: readEtag(root),
    }));
  }

  /** @throws WireFault for every answer that is no success by its status */
  async #send(request: ServiceRequest, { signal, idleMs, endpoint }: WireOptions): Promise<Reply> {
    throwIfAborted(signal);
    const credentials = await settleOrAbort(this.#settings.credentials(), signal);
    const to = endpoint === undefined ? this.#endpoint : this.#parse(endpoint);
    const target = targetOf(to, this.#addressing, request.bucket, request.key);
    const { call, answer } = await this.#sender.send(request, { ...target, secure: to.secure }, credentials, {
      signal,
      idleMs,
    });
    const reply: Reply = {
      call,
      answer,
      credentials,
      status: answer.status,
      headers: normalHeaders(answer.headers),
    };
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw faultOf({ ...reply, body: await refusalBody(answer, signal) });
  }

  #parse(text: string): Endpoint {
    const endpoint = parseEndpoint(text);
    checkAddressing(endpoint, this.#addressing);
    return endpoint;
  }
}

/** The body of a refusal; undefined when it did not come whole: the status still counts. */
async function refusalBody(answer: HttpAnswer, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  try {
    return await answer.bytes(documentBytes);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof WireFault) return undefined;
    throw error;
  }
}

/** What is wrong with the head of an answer to a GET. */
function problemOfGet({ status, headers }: Reply, range: ByteRange | undefined): string | undefined {
  if (status === 200) return undefined;
  if (status !== 206 || range === undefined) return `status ${status} to a request for an object`;
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const wanted = Math.min(range.last ?? Number.POSITIVE_INFINITY, Number(total) - 1);
  if (Number(first) !== range.first || Number(last) !== wanted) return 'another range than was asked for';
  const length = headers['content-length'];
  return length === undefined || Number(length) === wanted - range.first + 1
    ? undefined
    : 'a range of another length than it says';
}

/** Base names of one header: those of OBS win over those of others. */
function normalHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const normal: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name]!;
    if (name === 'etag') normal[name] = unquoted(value);
    else if (!foreign.test(name)) normal[name] = value;
    else normal[name.replace(foreign, 'x-obs-')] ??= value;
  }
  return normal;
}

/** AWS, and the append of Ceph. */
const foreign = /^x-(?:amz|rgw)-/;

function malformed(reply: Reply, why: string): WireFault {
  return httpFault(reply.call, 'malformed', why, reply.call.changes, {
    status: reply.status,
    requestId: requestIdOf(reply.headers),
    serverDate: dateOf(reply.headers['date']),
  });
}

function answerOf({ status, headers }: Reply): WireAnswer {
  return { status, headers };
}

function withEtag(reply: Reply): WireAnswer & { readonly etag: string } {
  const etag = reply.headers['etag'] ?? '';
  if (etag === '') throw malformed(reply, 'the answer has no ETag');
  return { ...answerOf(reply), etag };
}

function upload(
  operation: Operation,
  method: 'PUT' | 'POST',
  request: PutRequest,
  query: readonly QueryItem[],
): ServiceRequest {
  const { bucket, key, body, contentMd5 } = request;
  return {
    operation,
    method,
    bucket,
    key,
    query,
    headers: { ...storedHeaders(request), 'content-md5': contentMd5 },
    body,
  };
}

function storedHeaders({ contentType, metadata = {} }: ObjectHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  if (contentType !== undefined) headers['content-type'] = contentType;
  for (const [name, value] of Object.entries(metadata)) headers[`x-obs-meta-${name}`] = value;
  return headers;
}

function copyHeaders({ source, sourceIfMatch }: CopyRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'x-obs-copy-source': `/${source.bucket}/${encodeKey(source.key)}`,
  };
  if (sourceIfMatch !== undefined) headers['x-obs-copy-source-if-match'] = quoted(sourceIfMatch);
  return headers;
}

function partQuery({ partNumber, uploadId }: PartName): QueryItem[] {
  return [
    ['partNumber', String(partNumber)],
    ['uploadId', uploadId],
  ];
}

function given(items: readonly (readonly [string, string | undefined])[]): QueryItem[] {
  return items.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
}

function rangeText({ first, last }: ByteRange): string {
  return `bytes=${first}-${last ?? ''}`;
}

function quoted(etag: string): string {
  return `"${etag}"`;
}
