import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ByteRange,
  type CopyRequest,
  type GetRequest,
  type ListPage,
  type ListRequest,
  type ObjectBody,
  type ObjectName,
  type ObsWire,
  type PartName,
  type PutRequest,
  type UploadedPart,
  type UploadListRequest,
  type UploadPage,
  type WireAnswer,
  WireFault,
  type WireFaultDetails,
  type WireOptions,
} from '../../../../src/dataset-io/storage/obs/wire.js';
import { AbortedError, throwIfAborted } from '../../../../src/model/index.js';
import { bodyOf } from './body.js';

export type WireOperation = Exclude<keyof ObsWire, 'engine' | 'close'>;

/** One request as the fake service sees it. */
export interface WireRequest {
  readonly operation: WireOperation;
  readonly bucket: string;
  readonly key: string;
  readonly endpoint: string | undefined;
  readonly position: number | undefined;
  readonly partNumber: number | undefined;
  readonly range: ByteRange | undefined;
  readonly marker: string | undefined;
}

/** What goes wrong with a request. `applied`: after it was done. */
export type Mishap =
  | { readonly kind: 'fault'; readonly fault: WireFault; readonly applied?: boolean | undefined }
  /** The body breaks after so many bytes. */
  | { readonly kind: 'cut'; readonly bytes: number; readonly fault: WireFault }
  | { readonly kind: 'etag'; readonly etag: string }
  | { readonly kind: 'drip' }
  | { readonly kind: 'hang' };

interface FakeObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly appends: number;
  readonly contentType: string | undefined;
  readonly uploadId: string | undefined;
  /** When its writing began: the later one wins. */
  readonly began: number;
}

interface FakeUpload extends ObjectName {
  readonly started: Date;
  readonly began: number;
  readonly contentType: string | undefined;
  readonly parts: Map<number, { bytes: Buffer; etag: string }>;
}

export interface FakeWireOptions {
  readonly buckets?: readonly string[];
  readonly now?: () => number;
  /** Asked before each request. */
  readonly mishap?: (request: WireRequest) => Mishap | undefined;
  readonly appendLimit?: number;
  readonly pageSize?: number;
  /** A parallel file system. */
  readonly fileSystem?: boolean;
  /** Appends are refused for the bucket's own reasons, as under cross-region replication. */
  readonly noAppends?: boolean;
  readonly noCopies?: boolean;
  /** HEAD does not say which upload made the object. */
  readonly noUploadId?: boolean;
  readonly ignoresRanges?: boolean;
  readonly minPartBytes?: number;
  /** ETags are no digests of the content. */
  readonly encrypted?: boolean;
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const full = ({ bucket, key }: ObjectName): string => `${bucket}/${key}`;

/** A WireFault for a refusal. */
export function refusal(status: number, serviceCode: string, details: WireFaultDetails = {}): WireFault {
  const unclear = status >= 500 || status === 408;
  return new WireFault('status', `${status} ${serviceCode}`, unclear, {
    status,
    serviceCode,
    requestId: 'REQUEST1',
    ...details,
  });
}

/** A connection that broke. */
export function reset(mayHaveApplied = true): WireFault {
  return new WireFault('network', 'the connection was reset', mayHaveApplied, { networkCode: 'ECONNRESET' });
}

/** A bucket service in memory behind the seam of the engines, on which anything can be made to go wrong. */
export class FakeWire implements ObsWire {
  readonly engine = 'native';
  readonly objects = new Map<string, FakeObject>();
  readonly uploads = new Map<string, FakeUpload>();
  readonly log: WireRequest[] = [];
  /** Bodies given out and neither read to their end nor destroyed. */
  openBodies = 0;
  /** The most at a time. */
  mostOpenBodies = 0;
  closed = 0;
  mishap: ((request: WireRequest) => Mishap | undefined) | undefined;
  readonly #options: FakeWireOptions;
  readonly #buckets: Set<string>;
  #serial = 0;

  constructor(options: FakeWireOptions = {}) {
    this.#options = options;
    this.#buckets = new Set(options.buckets ?? ['bucket']);
    this.mishap = options.mishap;
  }

  /** The content of an object as text; undefined when it is not there. */
  text(key: string, bucket = 'bucket'): string | undefined {
    return this.objects.get(full({ bucket, key }))?.bytes.toString('utf8');
  }

  /** Puts an object there without a request. */
  seed(key: string, content: string | Uint8Array, facts: Partial<FakeObject> = {}, bucket = 'bucket'): void {
    const bytes = Buffer.from(content as Uint8Array);
    this.#store({ bucket, key }, bytes, { ...facts });
  }

  count(operation: WireOperation): number {
    return this.log.filter((request) => request.operation === operation).length;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #store(name: ObjectName, bytes: Buffer, facts: Partial<FakeObject>): FakeObject {
    const began = facts.began ?? ++this.#serial;
    const before = this.objects.get(full(name));
    const stored: FakeObject = {
      bytes,
      etag: facts.etag ?? this.#etagOf(bytes),
      modified: new Date(this.#now()),
      appends: facts.appends ?? 0,
      contentType: facts.contentType,
      uploadId: facts.uploadId,
      began,
    };
    if (before === undefined || before.began <= began) this.objects.set(full(name), stored);
    return stored;
  }

  #etagOf(bytes: Uint8Array): string {
    return this.#options.encrypted === true ? md5(Buffer.from(`secret${md5(bytes)}`)) : md5(bytes);
  }

  async #serve<T>(
    operation: WireOperation,
    request: { bucket: string; key?: string; [name: string]: unknown },
    options: WireOptions,
    work: (mishap: Mishap | undefined) => T,
  ): Promise<T> {
    throwIfAborted(options.signal);
    const seen: WireRequest = {
      operation,
      bucket: request.bucket,
      key: request.key ?? '',
      endpoint: options.endpoint,
      position: request['position'] as number | undefined,
      partNumber: request['partNumber'] as number | undefined,
      range: request['range'] as ByteRange | undefined,
      marker: request['marker'] as string | undefined,
    };
    this.log.push(seen);
    const mishap = this.mishap?.(seen);
    await new Promise(setImmediate);
    throwIfAborted(options.signal);
    if (mishap?.kind === 'hang') await hang(options.signal);
    if (mishap?.kind === 'fault' && mishap.applied !== true) throw mishap.fault;
    if (!this.#buckets.has(request.bucket))
      throw refusal(404, operation === 'headObject' ? '' : 'NoSuchBucket');
    const answer = work(mishap);
    await new Promise(setImmediate);
    if (mishap?.kind === 'fault') {
      const { body } = answer as { body?: ObjectBody };
      body?.destroy();
      throw mishap.fault;
    }
    return answer;
  }

  #answer(status: number, headers: Record<string, string | undefined> = {}): WireAnswer {
    const given = Object.entries({ date: new Date(this.#now()).toUTCString(), ...headers });
    return {
      status,
      headers: Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    };
  }

  #require(name: ObjectName, code = 'NoSuchKey'): FakeObject {
    const found = this.objects.get(full(name));
    if (found === undefined) throw refusal(404, code);
    return found;
  }

  #headers(found: FakeObject, mishap: Mishap | undefined): Record<string, string | undefined> {
    return {
      etag: mishap?.kind === 'etag' ? mishap.etag : found.etag,
      'last-modified': found.modified.toUTCString(),
      'content-type': found.contentType,
      'x-obs-object-type': found.appends > 0 ? 'Appendable' : undefined,
      'x-obs-next-append-position': found.appends > 0 ? String(found.bytes.length) : undefined,
      'x-obs-uploadid': this.#options.noUploadId === true ? undefined : found.uploadId,
      'x-obs-server-side-encryption': this.#options.encrypted === true ? 'kms' : undefined,
    };
  }

  headBucket(request: { bucket: string }, options: WireOptions): Promise<WireAnswer> {
    return this.#serve('headBucket', request, options, () =>
      this.#answer(200, {
        'x-obs-fs-file-interface': this.#options.fileSystem === true ? 'Enabled' : undefined,
      }),
    );
  }

  headObject(request: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return this.#serve('headObject', { ...request }, options, (mishap) => {
      const found = this.#require(request, '');
      return this.#answer(200, {
        ...this.#headers(found, mishap),
        'content-length': String(found.bytes.length),
      });
    });
  }

  getObject(request: GetRequest, options: WireOptions): Promise<WireAnswer & { readonly body: ObjectBody }> {
    return this.#serve('getObject', { ...request }, options, (mishap) => {
      const found = this.#require(request);
      if (request.ifMatch !== undefined && request.ifMatch !== found.etag) {
        throw refusal(412, 'PreconditionFailed');
      }
      const total = found.bytes.length;
      const range = this.#options.ignoresRanges === true ? undefined : request.range;
      if (range !== undefined && range.first >= total) throw refusal(416, 'InvalidRange');
      const last = Math.min(range?.last ?? total - 1, total - 1);
      const bytes = found.bytes.subarray(range?.first ?? 0, last + 1);
      return {
        ...this.#answer(range === undefined ? 200 : 206, {
          ...this.#headers(found, mishap),
          'content-length': String(bytes.length),
          'content-range': range === undefined ? undefined : `bytes ${range.first}-${last}/${total}`,
        }),
        body: this.#body(bytes, mishap, options.signal),
      };
    });
  }

  #body(bytes: Buffer, mishap: Mishap | undefined, signal: AbortSignal | undefined): ObjectBody {
    this.openBodies++;
    this.mostOpenBodies = Math.max(this.mostOpenBodies, this.openBodies);
    const size = mishap?.kind === 'drip' ? 7 : 64 * 1024;
    async function* pieces(): AsyncGenerator<Buffer> {
      const stop = mishap?.kind === 'cut' ? Math.min(mishap.bytes, bytes.length) : bytes.length;
      for (let from = 0; from < stop; from += size) {
        throwIfAborted(signal);
        yield Buffer.from(bytes.subarray(from, Math.min(from + size, stop)));
      }
      if (mishap?.kind === 'cut') throw mishap.fault;
    }
    const stream = Readable.from(pieces(), { objectMode: false });
    let isOpen = true;
    const over = () => {
      if (isOpen) this.openBodies--;
      isOpen = false;
    };
    stream.once('end', over).once('error', over);
    const body = bodyOf(stream);
    return {
      ...body,
      destroy: () => {
        over();
        body.destroy();
      },
    };
  }

  putObject(request: PutRequest, options: WireOptions): Promise<WireAnswer> {
    return this.#serve('putObject', { ...request }, options, (mishap) => {
      this.#checkBody(request);
      const { contentType } = request;
      const stored = this.#store(request, Buffer.from(request.body), { contentType });
      return this.#answer(200, this.#headers(stored, mishap));
    });
  }

  #checkBody({ body, contentMd5 }: PutRequest): void {
    if (createHash('md5').update(body).digest('base64') !== contentMd5) throw refusal(400, 'BadDigest');
  }

  appendObject(
    request: PutRequest & { readonly position: number },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly nextPosition: number }> {
    return this.#serve('appendObject', { ...request }, options, (mishap) => {
      this.#checkBody(request);
      if (this.#options.noAppends === true) throw refusal(400, 'OperationNotSupported');
      if (this.#options.fileSystem === true) throw refusal(409, 'ObjectNotAppendable');
      const found = this.objects.get(full(request));
      const spent = found !== undefined && found.appends >= (this.#options.appendLimit ?? 10_000);
      if (found !== undefined && (found.appends === 0 || spent)) throw refusal(409, 'ObjectNotAppendable');
      if ((found?.bytes.length ?? 0) !== request.position) throw refusal(409, 'PositionNotEqualToLength');
      const bytes = Buffer.concat([found?.bytes ?? Buffer.alloc(0), request.body]);
      const appends = (found?.appends ?? 0) + 1;
      const contentType = found?.contentType ?? request.contentType;
      this.#store(request, bytes, { appends, contentType, etag: `${md5(bytes)}-${appends}` });
      const etag = mishap?.kind === 'etag' ? mishap.etag : md5(request.body);
      const headers = { etag, 'x-obs-next-append-position': String(bytes.length) };
      return { ...this.#answer(200, headers), nextPosition: bytes.length };
    });
  }

  listObjects(request: ListRequest, options: WireOptions): Promise<ListPage> {
    return this.#serve('listObjects', { ...request }, options, () => {
      const { bucket, prefix = '', delimiter, marker = '', maxKeys = 1000 } = request;
      const most = Math.min(maxKeys, this.#options.pageSize ?? 1000);
      const head = `${bucket}/`;
      const keys = [...this.objects.keys()]
        .filter((name) => name.startsWith(head + prefix))
        .map((name) => name.slice(head.length))
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const objects = [];
      const prefixes: string[] = [];
      let last = '';
      for (const key of keys) {
        const slash = delimiter === undefined ? -1 : key.indexOf('/', prefix.length);
        const shown = slash < 0 ? key : key.slice(0, slash + 1);
        if (shown === last || Buffer.compare(Buffer.from(shown), Buffer.from(marker)) <= 0) continue;
        if (objects.length + prefixes.length === most) return { objects, prefixes, nextMarker: last };
        last = shown;
        const found = this.objects.get(head + key)!;
        if (slash >= 0) prefixes.push(shown);
        else {
          const { etag, modified, appends } = found;
          objects.push({ key, size: found.bytes.length, etag, modified, appendable: appends > 0 });
        }
      }
      return { objects, prefixes };
    });
  }

  deleteObject(request: ObjectName, options: WireOptions): Promise<WireAnswer> {
    return this.#serve('deleteObject', { ...request }, options, () => {
      this.objects.delete(full(request));
      return this.#answer(204);
    });
  }

  deleteObjects(
    request: { readonly bucket: string; readonly keys: readonly string[] },
    options: WireOptions,
  ): Promise<readonly { key: string; code: string; message: string }[]> {
    return this.#serve('deleteObjects', { ...request }, options, () => {
      if (request.keys.length > 1000) throw refusal(400, 'MalformedXML');
      const refused = request.keys.filter((key) => key.startsWith('protected/'));
      for (const key of request.keys) {
        if (!refused.includes(key)) this.objects.delete(full({ bucket: request.bucket, key }));
      }
      return refused.map((key) => ({ key, code: 'AccessDenied', message: 'no' }));
    });
  }

  #sourceOf(request: CopyRequest): FakeObject {
    if (this.#options.noCopies === true) throw refusal(501, 'NotImplemented');
    const source = this.#require(request.source);
    if (request.sourceIfMatch !== undefined && request.sourceIfMatch !== source.etag) {
      throw refusal(412, 'PreconditionFailed');
    }
    return source;
  }

  copyObject(request: CopyRequest, options: WireOptions): Promise<WireAnswer & { readonly etag: string }> {
    return this.#serve('copyObject', { ...request }, options, (mishap) => {
      const { bytes, contentType } = this.#sourceOf(request);
      const stored = this.#store(request, bytes, { contentType });
      const etag = mishap?.kind === 'etag' ? mishap.etag : stored.etag;
      return { ...this.#answer(200), etag };
    });
  }

  startUpload(
    request: ObjectName & { readonly contentType?: string | undefined },
    options: WireOptions,
  ): Promise<{ readonly uploadId: string }> {
    return this.#serve('startUpload', { ...request }, options, () => {
      const { bucket, key, contentType } = request;
      const began = ++this.#serial;
      const uploadId = `upload-${began}`;
      const started = new Date(this.#now());
      this.uploads.set(uploadId, { bucket, key, started, began, contentType, parts: new Map() });
      return { uploadId };
    });
  }

  #upload({ uploadId }: { readonly uploadId: string }): FakeUpload {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) throw refusal(404, 'NoSuchUpload');
    return upload;
  }

  uploadPart(
    request: PutRequest & PartName,
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    return this.#serve('uploadPart', { ...request }, options, (mishap) => {
      this.#checkBody(request);
      return this.#keepPart(request, Buffer.from(request.body), mishap);
    });
  }

  copyPart(
    request: CopyRequest & PartName & { readonly range?: ByteRange },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    return this.#serve('copyPart', { ...request }, options, (mishap) => {
      const { bytes } = this.#sourceOf(request);
      const { first, last } = { first: 0, last: bytes.length - 1, ...request.range };
      return this.#keepPart(request, bytes.subarray(first, (last ?? bytes.length - 1) + 1), mishap);
    });
  }

  #keepPart(name: PartName, bytes: Buffer, mishap: Mishap | undefined): WireAnswer & { etag: string } {
    const etag = this.#etagOf(bytes);
    this.#upload(name).parts.set(name.partNumber, { bytes, etag });
    const encrypted = {
      'x-obs-server-side-encryption': this.#options.encrypted === true ? 'kms' : undefined,
    };
    return { ...this.#answer(200, encrypted), etag: mishap?.kind === 'etag' ? mishap.etag : etag };
  }

  completeUpload(
    request: ObjectName & { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
    options: WireOptions,
  ): Promise<WireAnswer & { readonly etag: string }> {
    return this.#serve('completeUpload', { ...request }, options, (mishap) => {
      const upload = this.#upload(request);
      const parts = request.parts.map(({ partNumber, etag }) => {
        const part = upload.parts.get(partNumber);
        if (part === undefined || part.etag !== etag) throw refusal(400, 'InvalidPart');
        return part;
      });
      const small = parts.slice(0, -1).some(({ bytes }) => bytes.length < (this.#options.minPartBytes ?? 0));
      if (small) throw refusal(400, 'EntityTooSmall');
      this.uploads.delete(request.uploadId);
      const joined = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
      const etag = `${md5(joined)}-${parts.length}`;
      const { uploadId } = request;
      const { began, contentType } = upload;
      this.#store(upload, Buffer.concat(parts.map(({ bytes }) => bytes)), {
        etag,
        uploadId,
        began,
        contentType,
      });
      return { ...this.#answer(200), etag: mishap?.kind === 'etag' ? mishap.etag : etag };
    });
  }

  abortUpload(
    request: ObjectName & { readonly uploadId: string },
    options: WireOptions,
  ): Promise<WireAnswer> {
    return this.#serve('abortUpload', { ...request }, options, () => {
      this.#upload(request);
      this.uploads.delete(request.uploadId);
      return this.#answer(204);
    });
  }

  listUploads(request: UploadListRequest, options: WireOptions): Promise<UploadPage> {
    return this.#serve('listUploads', { ...request }, options, () => {
      const all = [...this.uploads].filter(
        ([, upload]) => upload.bucket === request.bucket && upload.key.startsWith(request.prefix ?? ''),
      );
      const from =
        request.uploadIdMarker === undefined
          ? 0
          : 1 + all.findIndex(([uploadId]) => uploadId === request.uploadIdMarker);
      const page = all.slice(from, from + (this.#options.pageSize ?? 1000));
      const last = page.at(-1);
      const uploads = page.map(([uploadId, { key, started }]) => ({ key, uploadId, started }));
      return last === undefined || from + page.length === all.length
        ? { uploads }
        : { uploads, next: { keyMarker: last[1].key, uploadIdMarker: last[0] } };
    });
  }

  close(): void {
    this.closed++;
  }
}

function hang(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new AbortedError({ cause: signal.reason })), {
      once: true,
    });
  });
}
