import * as http from 'node:http';
import * as https from 'node:https';
import type { SecureContext } from 'node:tls';
import { AbortedError, throwIfAborted } from '../../model/index.js';

/** One request, ready to go. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** No answer came, or no whole one. */
export class TransportFault extends Error {
  constructor(
    readonly kind: 'network' | 'timeout' | 'too-long',
    message: string,
    /** The request may have been carried out. */
    readonly mayHaveApplied: boolean,
    /** What Node calls it: `ECONNREFUSED`. */
    readonly networkCode: string | undefined,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export interface TransportOptions {
  /** What is trusted; default: what Node trusts. */
  readonly secureContext?: SecureContext | undefined;
  /** Do not check certificates. */
  readonly insecure?: boolean | undefined;
  /** How long a connection may take to be made, in ms. Default 10,000. */
  readonly connectMs?: number | undefined;
  /** How long nothing may move, before the answer and in its middle, in ms. Default 60,000. */
  readonly idleMs?: number | undefined;
  /** The longest answer that is read, in bytes. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Sends requests over connections that are kept. Follows nothing and repeats nothing. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure: https.Agent;

  constructor(options: TransportOptions = {}) {
    this.#options = options;
    this.#secure = new https.Agent({
      keepAlive: true,
      // Said in so many words, or NODE_TLS_REJECT_UNAUTHORIZED could turn it off.
      rejectUnauthorized: options.insecure !== true,
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
    });
  }

  /** @throws TransportFault, AbortedError */
  async send(call: Call, signal: AbortSignal | undefined): Promise<Answer> {
    throwIfAborted(signal);
    const { connectMs = 10_000, idleMs = 60_000, maxBytes = 64 * 1024 * 1024 } = this.#options;
    const secure = call.url.protocol === 'https:';
    return await new Promise<Answer>((resolve, reject) => {
      let connected = false;
      const request = (secure ? https : http).request(call.url, {
        agent: secure ? this.#secure : this.#plain,
        method: call.method,
        headers: {
          ...call.headers,
          ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
        },
      });
      const connecting = setTimeout(
        () => fail(fault('timeout', `no connection to ${call.url.host} within ${connectMs} ms`)),
        connectMs,
      );
      const onAbort = () => fail(new AbortedError({ cause: signal?.reason }));
      signal?.addEventListener('abort', onAbort, { once: true });
      const release = () => {
        clearTimeout(connecting);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: Error) => {
        release();
        request.destroy();
        reject(error);
      };
      const fault = (kind: TransportFault['kind'], message: string, cause?: unknown) =>
        new TransportFault(
          kind,
          message,
          connected,
          (cause as NodeJS.ErrnoException | undefined)?.code,
          cause,
        );
      const broken = (error: Error) => {
        const { code = error.message } = error as NodeJS.ErrnoException;
        fail(
          fault(
            'network',
            `${connected ? 'the connection to' : 'no connection to'} ${call.url.host}: ${code}`,
            error,
          ),
        );
      };
      const onConnected = () => {
        connected = true;
        clearTimeout(connecting);
      };
      request.setTimeout(idleMs, () =>
        fail(fault('timeout', `${call.url.host} was silent for ${idleMs} ms`)),
      );
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', onConnected);
        else onConnected();
      });
      request.on('error', broken);
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('error', broken);
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > maxBytes)
            fail(fault('too-long', `${call.url.host} answers with more than ${maxBytes} bytes`));
          else pieces.push(piece);
        });
        response.on('end', () => {
          release();
          resolve({
            status: response.statusCode!,
            headers: headersOf(response),
            body: Buffer.concat(pieces),
          });
        });
      });
      request.end(call.body);
    });
  }

  /** Ends idle connections. */
  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

function headersOf(response: http.IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
