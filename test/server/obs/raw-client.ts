import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookup, type ObsServer } from './index.js';

/** What a test sends. The path is percent-encoded by the test where that matters, else from bucket and key. */
export interface RawRequest {
  readonly method?: string;
  readonly bucket?: string;
  readonly key?: string;
  /** Without `?`; the order is kept. */
  readonly query?: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Default `obs`. */
  readonly sign?: 'obs' | 'v2' | 'v4' | 'none';
  /** Default `path`. */
  readonly style?: 'path' | 'virtual';
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Milliseconds since the epoch; default now. */
  readonly time?: number;
  /** Sends the body without a length. */
  readonly chunked?: boolean;
  /** Changes what is about to be sent after it was signed. */
  readonly tamper?: (sent: { headers: Record<string, string>; path: string }) => void;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** Content of the first element with this name, undecoded. */
  element(name: string): string | undefined;
  /** Contents of all elements with this name. */
  elements(name: string): string[];
}

/** Sends one signed request; rejects when the connection breaks, with what had come in `error.partial`. */
export async function send(server: ObsServer, request: RawRequest): Promise<RawReply> {
  const { method = 'GET', bucket = 'test-bucket', key = '', query = '', style = 'path' } = request;
  const encodedKey = key.split('/').map(encode).join('/');
  const bucketPath = bucket === '' ? '' : `/${bucket}`;
  const path = style === 'path' ? `${bucketPath}/${encodedKey}` : `/${encodedKey}`;
  const host = `${style === 'virtual' ? `${bucket}.obs.test` : '127.0.0.1'}:${server.port}`;
  const headers: Record<string, string> = { host, ...request.headers };
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  if (body && !request.chunked) headers['content-length'] = String(body.length);
  const resource = `${style === 'path' ? path : `${bucketPath}${path}`}`;
  sign(server, request, { method, resource, path, query, headers, body });
  const target = { headers, path: query === '' ? path : `${path}?${query}` };
  request.tamper?.(target);
  return transmit(server, method, target.path, headers, body);
}

/** Sends exactly this. */
export function transmit(
  server: ObsServer,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: Uint8Array,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const fail = (error: Error): void => reject(Object.assign(error, { partial: Buffer.concat(chunks) }));
    const common = {
      host: '127.0.0.1',
      port: server.port,
      method,
      path,
      headers,
      lookup,
      agent: false as const,
    };
    const outgoing = server.certificate
      ? httpsRequest({ ...common, ca: server.certificate, servername: 'obs.test' })
      : httpRequest(common);
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () =>
        resolve(replyOf(incoming.statusCode!, incoming.headers, Buffer.concat(chunks))),
      );
    });
    // A body in one go with the end would get a length from Node.
    if (body) outgoing.write(body);
    outgoing.end();
  });
}

function replyOf(status: number, headers: IncomingHttpHeaders, body: Buffer): RawReply {
  const text = body.toString();
  const elements = (name: string): string[] =>
    [...text.matchAll(new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
      (found) => found[1]!,
    );
  return { status, headers, body, text, elements, element: (name) => elements(name)[0] };
}

interface ToSign {
  readonly method: string;
  /** With the bucket, whatever the style. */
  readonly resource: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
}

function sign(server: ObsServer, request: RawRequest, parts: ToSign): void {
  const { headers } = parts;
  const accessKey = request.accessKey ?? server.accessKey;
  const secretKey = request.secretKey ?? server.secretKey;
  const time = new Date(request.time ?? Date.now());
  switch (request.sign ?? 'obs') {
    case 'none':
      return;
    case 'v4':
      signV4(parts, accessKey, secretKey, time);
      return;
    case 'obs':
    case 'v2': {
      const [word, prefix] = request.sign === 'v2' ? ['AWS', 'x-amz-'] : ['OBS', 'x-obs-'];
      headers['date'] ??= time.toUTCString();
      const text = stringToSign(parts, prefix);
      const signature = createHmac('sha1', secretKey).update(text).digest('base64');
      headers['authorization'] = `${word} ${accessKey}:${signature}`;
    }
  }
}

/** Names that these tests send; the server has the full list. */
const subresources =
  /^(?:append|position|uploads|uploadId|partNumber|delete|location|rename|name|truncate|length|modify|response-.*|x-obs-security-token|acl)$/;

function stringToSign({ method, resource, query, headers }: ToSign, prefix: string): string {
  const named = Object.keys(headers)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => `${name}:${headers[name]!.trim()}`);
  const signed = query
    .split('&')
    .filter((part) => subresources.test(part.split('=')[0]!))
    .sort()
    .map((part) => decodeURIComponent(part));
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers[`${prefix}date`] === undefined ? headers['date'] : '',
    ...named,
    resource + (signed.length > 0 ? `?${signed.join('&')}` : ''),
  ].join('\n');
}

function signV4(
  { method, path, query, headers, body }: ToSign,
  accessKey: string,
  secretKey: string,
  time: Date,
): void {
  const stamp = time.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const hash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
  headers['x-amz-date'] = stamp;
  headers['x-amz-content-sha256'] ??= hash(body ?? '');
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    path,
    query
      .split('&')
      .filter((part) => part !== '')
      .map((part) => (part.includes('=') ? part : `${part}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]!.trim()}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${stamp.slice(0, 8)}/test-region/s3/aws4_request`;
  const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(mac, `AWS4${secretKey}`);
  const signature = mac(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash(canonical)}`).toString('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const md5Base64 = (bytes: Uint8Array | string): string =>
  createHash('md5').update(bytes).digest('base64');
export const md5Hex = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex');
