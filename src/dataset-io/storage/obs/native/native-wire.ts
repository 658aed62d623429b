import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { throwIfAborted } from '../../../../model/index.js';
import type { XmlElement } from '../../../../text/xml-tree.js';
import { settleOrAbort } from '../../abortable.js';
import {
  type ByteRange,
  type CopyRequest,
  type GetRequest,
  type ListPage,
  type ListRequest,
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
import { type Addressing, checkAddressing, type Endpoint, parseEndpoint, targetOf } from './addressing.js';
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
import { dateOf, faultOf, requestIdOf } from './faults.js';
import { type HttpAnswer, type HttpCall, HttpClient, httpFault } from './http.js';
import { encodeKey, encodeQuery, type QueryItem } from './percent.js';
import { type Signable, sha256Hex, signObs, signV2, signV4, unsignedPayload, v4Time } from './signing.js';
import { nameOf, parseAnswer } from './xml.js';

/** Answers that are documents are read up to here. */
const documentBytes = 8 * 1024 * 1024;

/**
 * An engine of its own on `node:http` and `node:https`.
 *
 * @throws OptionError for an endpoint that is no address of a service or does not fit the addressing, and for a
 *   `ca` that holds no certificates
 */
export function createNativeWire(settings: WireSettings): ObsWire {
  return new NativeWire(settings);
}

interface Request {
  readonly method: HttpCall['method'];
  readonly bucket: string;
  readonly key?: string;
  readonly query?: readonly QueryItem[];
  /** Names as OBS has them, `x-obs-…`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The head of an answer, with what is needed to judge the rest. */
interface Reply extends WireAnswer {
  readonly call: HttpCall;
  readonly answer: HttpAnswer;
  readonly secrets: readonly string[];
}

class NativeWire implements ObsWire {
  readonly engine = 'native';
  readonly #settings: WireSettings;
  readonly #signature: 'obs' | 'v2' | 'v4';
  readonly #addressing: Addressing;
  readonly #endpoint: Endpoint;
  readonly #http: HttpClient;

  constructor(settings: WireSettings) {
    this.#settings = settings;
    this.#signature = settings.signature ?? 'obs';
    this.#addressing = settings.addressing ?? 'virtual';
    this.#endpoint = this.#parse(settings.endpoint);
    this.#http = new HttpClient(settings);
  }

  async headBucket({ bucket }: { bucket: string }, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ method: 'HEAD', bucket }, options);
  }

  async headObject({ bucket, key }: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ method: 'HEAD', bucket, key }, options);
  }

  async getObject(
    { bucket, key, range, ifMatch }: GetRequest,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly body: Readable }> {
    const headers: Record<string, string> = {};
    if (range !== undefined) headers['range'] = rangeText(range);
    if (ifMatch !== undefined) headers['if-match'] = quoted(ifMatch);
    const reply = await this.#send({ method: 'GET', bucket, key, headers }, options);
    const problem = problemOfGet(reply, range);
    if (problem !== undefined) {
      reply.answer.discard();
      throw malformed(reply, problem);
    }
    return { status: reply.status, headers: reply.headers, body: reply.answer.stream() };
  }

  async putObject(request: PutRequest, options: WireOptions): Promise<WireAnswer> {
    return withEtag(await this.#plainReply(upload('PUT', request, []), options));
  }

  async appendObject(
    request: PutRequest & { readonly position: number },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly nextPosition: number }> {
    const query: QueryItem[] = [['append'], ['position', String(request.position)]];
    const reply = await this.#plainReply(upload('POST', request, query), options);
    const next = reply.headers['x-obs-next-append-position'] ?? '';
    if (!/^\d{1,15}$/.test(next)) throw malformed(reply, 'the answer does not say where the object ends');
    return { ...answerOf(reply), nextPosition: Number(next) };
  }

  async modifyObject(
    request: PutRequest & { readonly position: number },
    options: WireOptions,
  ): Promise<WireAnswer> {
    return await this.#plain(
      upload('PUT', request, [['modify'], ['position', String(request.position)]]),
      options,
    );
  }

  async renameObject(
    { bucket, key, newKey }: ObjectName & { readonly newKey: string },
    options: WireOptions,
  ): Promise<WireAnswer> {
    return await this.#plain({ method: 'POST', bucket, key, query: [['name', newKey], ['rename']] }, options);
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
    return await this.#document({ method: 'GET', bucket, query }, 'ListBucketResult', options, (root) =>
      readListing(root, request),
    );
  }

  async deleteObject({ bucket, key }: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return await this.#plain({ method: 'DELETE', bucket, key }, options);
  }

  async deleteObjects(
    { bucket, keys }: { readonly bucket: string; readonly keys: readonly string[] },
    options: WireOptions,
  ): Promise<readonly { readonly key: string; readonly code: string; readonly message: string }[]> {
    const body = deleteDocument(keys, this.#signature === 'obs');
    const request: Request = {
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
      { method: 'PUT', bucket, key, headers: copyHeaders(request) },
      'CopyObjectResult',
      options,
    );
  }

  async startUpload(
    { bucket, key, ...headers }: ObjectName & ObjectHeaders,
    options: WireOptions,
  ): Promise<{ readonly uploadId: string }> {
    const request: Request = {
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
    const reply = await this.#plainReply(upload('PUT', request, partQuery(request)), options);
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
      { method: 'PUT', bucket, key, query: partQuery(request), headers },
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
    const request: Request = {
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
    return await this.#plain({ method: 'DELETE', bucket, key, query: [['uploadId', uploadId]] }, options);
  }

  async listUploads(request: UploadListRequest, options: WireOptions): Promise<UploadPage> {
    const { bucket, prefix, keyMarker, uploadIdMarker } = request;
    const query = given([
      ['encoding-type', 'url'],
      ['key-marker', keyMarker],
      ['prefix', prefix],
      ['upload-id-marker', uploadIdMarker],
    ]);
    return await this.#document(
      { method: 'GET', bucket, query: [...query, ['uploads']] },
      'ListMultipartUploadsResult',
      options,
      (root) => readUploads(root, request),
    );
  }

  close(): void {
    this.#http.close();
  }

  /** An answer whose head says everything. */
  async #plain(request: Request, options: WireOptions): Promise<WireAnswer> {
    return answerOf(await this.#plainReply(request, options));
  }

  async #plainReply(request: Request, options: WireOptions): Promise<Reply> {
    const reply = await this.#send(request, options);
    await reply.answer.bytes(documentBytes);
    return reply;
  }

  /** An answer that is a document. */
  async #document<T>(
    request: Request,
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
    request: Request,
    rootName: string,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    return await this.#document(request, rootName, options, (root, reply) => ({
      ...answerOf(reply),
      etag: readEtag(root),
    }));
  }

  /** Signs and sends. @throws WireFault for every answer that is no success by its status */
  async #send(request: Request, { signal, idleMs, endpoint }: WireOptions): Promise<Reply> {
    throwIfAborted(signal);
    const credentials = await settleOrAbort(this.#settings.credentials(), signal);
    const call = this.#sign(
      request,
      endpoint === undefined ? this.#endpoint : this.#parse(endpoint),
      credentials,
    );
    const answer = await this.#http.send(call, { signal, idleMs });
    const { accessKey, secretKey, securityToken = '' } = credentials;
    const secrets = [secretKey, securityToken, accessKey].filter((text) => text !== '');
    const reply: Reply = {
      call,
      answer,
      secrets,
      status: answer.status,
      headers: normalHeaders(answer.headers),
    };
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw faultOf({ ...reply, body: await refusalBody(answer, signal) });
  }

  #sign(request: Request, endpoint: Endpoint, credentials: ObsCredentials): HttpCall {
    const { method, bucket, key, query = [], body } = request;
    const { hostname, port, host, path, resource } = targetOf(endpoint, this.#addressing, bucket, key);
    const scheme = this.#signature;
    const prefix = scheme === 'obs' ? 'x-obs-' : 'x-amz-';
    const headers: Record<string, string> = { host };
    for (const [name, value] of Object.entries(request.headers ?? {}))
      headers[name.replace(/^x-obs-/, prefix)] = value;
    const { securityToken } = credentials;
    if (securityToken !== undefined && securityToken !== '')
      headers[`${prefix}security-token`] = securityToken;
    const now = new Date();
    const signable: Signable = { method, headers, resource, path, query };
    if (scheme === 'v4') {
      const time = v4Time(now);
      headers['x-amz-date'] = time;
      headers['x-amz-content-sha256'] = payloadHash(body, endpoint.secure);
      headers['authorization'] = signV4(signable, credentials, this.#settings.region ?? 'us-east-1', time);
    } else {
      headers['date'] = now.toUTCString();
      headers['authorization'] = (scheme === 'obs' ? signObs : signV2)(signable, credentials);
    }
    return {
      method,
      secure: endpoint.secure,
      hostname,
      port,
      path: query.length === 0 ? path : `${path}?${encodeQuery(query)}`,
      headers,
      body,
      changes: method !== 'GET' && method !== 'HEAD',
    };
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

function upload(method: 'PUT' | 'POST', request: PutRequest, query: readonly QueryItem[]): Request {
  const { bucket, key, body, contentMd5 } = request;
  return {
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

/** What signature v4 says about the body: its digest, unless TLS and the MD5 that goes along protect it already. */
function payloadHash(body: Uint8Array | undefined, secure: boolean): string {
  return secure && body !== undefined && body.length > 0 ? unsignedPayload : sha256Hex(body ?? '');
}
