import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AbortedError, OptionError } from '../../../../model/index.js';
import { onAbort } from '../../abortable.js';
import {
  type BodySink,
  type ObjectBody,
  WireFault,
  type WireFaultDetails,
  type WireFaultKind,
  type WireSettings,
} from '../wire.js';
import { trusting } from './certificates.js';

/** One HTTP request, ready to go. */
export interface HttpCall {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  /** Percent-encoded, with the query. */
  readonly path: string;
  /** With `host`; `content-length` is added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** False when the request changes nothing whatever becomes of it. */
  readonly changes: boolean;
}

export interface HttpOptions {
  readonly signal: AbortSignal | undefined;
  readonly idleMs: number;
}

/** An answer whose body must be taken once, at a time or as it comes, or thrown away. */
export interface HttpAnswer extends ObjectBody {
  readonly status: number;
  /** Lower-case names, values of a repeated header joined by `, `; otherwise as they came. */
  readonly headers: Readonly<Record<string, string>>;
  /** The rest of a body of at most `limit` bytes. */
  bytes(limit: number): Promise<Buffer>;
}

/** Bodies are sent in pieces of so many bytes, each of which shows that something moves. */
const pieceBytes = 128 * 1024;
/** An idle connection is closed after so many ms: by then something on the way may have forgotten it. */
const keepIdleMs = 30_000;
const longestTimerMs = 2 ** 31 - 1;

/** Connections that are kept and used again. */
export class Connections {
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;

  /** @throws OptionError for a `ca` that is none */
  constructor({ ca, insecure, maxConnections, lookup }: WireSettings) {
    const common = {
      keepAlive: true,
      maxSockets: maxConnections ?? 64,
      timeout: keepIdleMs,
      ...(lookup === undefined ? {} : { lookup }),
    };
    this.#plain = new http.Agent(common);
    this.#secure = new https.Agent({
      ...common,
      // Said in so many words, or NODE_TLS_REJECT_UNAUTHORIZED could turn it off.
      rejectUnauthorized: insecure !== true,
      // Made once: reading all authorities takes longer than a request.
      ...(ca === undefined ? {} : { secureContext: trusting(ca) }),
    });
  }

  get plain(): http.Agent {
    return this.#plain;
  }

  /** For https. */
  get secure(): https.Agent {
    return this.#secure;
  }

  /** Ends idle connections. */
  close(): void {
    for (const agent of [this.#plain, this.#secure]) {
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of [...(sockets ?? [])]) socket.destroy();
      }
    }
  }
}

/** The length that a request says its body has; undefined for requests that have none. */
export function bodyLengthOf({ method, body }: HttpCall): number | undefined {
  return body?.length ?? (method === 'PUT' || method === 'POST' ? 0 : undefined);
}

/** Node's request for a call; nothing of it is sent yet. @throws OptionError for headers that cannot be sent */
export function openRequest(call: HttpCall, connections: Connections): http.ClientRequest {
  const { method, secure, hostname, port, path, headers } = call;
  const length = bodyLengthOf(call);
  try {
    return (secure ? https : http).request({
      agent: secure ? connections.secure : connections.plain,
      method,
      hostname,
      port,
      path,
      headers: length === undefined ? headers : { ...headers, 'content-length': String(length) },
    });
  } catch (error) {
    throw badHeader(error);
  }
}

/** For what Node says about headers with characters that cannot be sent. */
export function badHeader(cause: unknown): OptionError {
  return new OptionError('a header of the request has characters that cannot be sent', {
    hint: 'Look for line ends and letters outside ASCII in keys, tokens and metadata.',
    cause,
  });
}

/**
 * Sends a request that was just opened, body and all, and resolves with the head of the answer. Follows nothing
 * and repeats nothing.
 *
 * @throws WireFault, AbortedError
 */
export function exchange(
  request: http.ClientRequest,
  call: HttpCall,
  options: HttpOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    new Exchange(request, call, options, { resolve, reject });
  });
}

/** A fault of one request, in words that name it. */
export function httpFault(
  { method, headers }: HttpCall,
  kind: WireFaultKind,
  why: string,
  mayHaveApplied: boolean,
  details: WireFaultDetails = {},
): WireFault {
  return new WireFault(kind, `${method} ${headers['host']}: ${why}`, mayHaveApplied, details);
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One request on its way, from the connection to the last byte of the answer. */
class Exchange implements HttpAnswer {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #call: HttpCall;
  readonly #idleMs: number;
  #ignoreSignal: (() => void) | undefined;
  readonly #request: http.ClientRequest;
  #response: http.IncomingMessage | undefined;
  /** From here on the request may have left. */
  #connected = false;
  /** Bytes are due; while the reader of an answer takes his time, they are not. */
  #waiting = true;
  #timer: NodeJS.Timeout | undefined;
  /** Silence is an error. */
  #isWatched = false;
  /** When something moved last, in ms. Setting a timer anew with each piece takes longer than copying the piece. */
  #movedAt = 0;
  /** The answer was read to its end; the connection belongs to the next request. */
  #ended = false;
  #error: Error | undefined;
  /** Tells whoever waits now. */
  #fail: (error: Error) => void;

  constructor(
    request: http.ClientRequest,
    call: HttpCall,
    { signal, idleMs }: HttpOptions,
    waiting: Waiting,
  ) {
    this.#call = call;
    this.#idleMs = idleMs;
    this.#fail = waiting.reject;
    this.#request = request;
    request.on('socket', (socket) => this.#onSocket(socket));
    request.on('error', (error) => this.#break(this.#faultOf(error)));
    request.on('response', (response) => {
      try {
        this.#onResponse(response);
      } catch (error) {
        this.#break(error as Error);
        return;
      }
      waiting.resolve(this);
    });
    if (signal !== undefined) this.#ignoreSignal = onAbort(signal, () => this.#abort(signal.reason));
    this.#send(0);
  }

  #onSocket(socket: Socket): void {
    this.#isWatched = this.#idleMs > 0 && this.#idleMs <= longestTimerMs;
    this.#moved();
    const { secure } = this.#call;
    // It failed at once; what is wrong is said next.
    if (socket.destroyed) return;
    if (
      !socket.connecting &&
      !(secure && (socket as TLSSocket & { secureConnecting: boolean }).secureConnecting)
    ) {
      this.#connected = true;
      return;
    }
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
      this.#moved();
    });
  }

  /** Sends the body from `start` on, as fast as the connection takes it. */
  #send(start: number): void {
    const { body } = this.#call;
    const request = this.#request;
    if (body === undefined || body.length === 0) {
      request.end();
      return;
    }
    if (start === 0) request.on('finish', () => this.#moved());
    for (let at = start; at < body.length; at += pieceBytes) {
      const piece = body.subarray(at, at + pieceBytes);
      if (at + piece.length === body.length) {
        request.end(piece);
      } else if (!request.write(piece)) {
        request.once('drain', () => {
          this.#moved();
          // An answer that came before the end of the body is a refusal: the rest is of no use.
          if (this.#response === undefined && this.#error === undefined) this.#send(at + piece.length);
        });
        return;
      }
    }
  }

  #onResponse(response: http.IncomingMessage): void {
    this.#response = response;
    // Until somebody takes the body.
    this.#waiting = false;
    response.on('error', (error) => this.#break(this.#faultOf(error)));
    this.status = response.statusCode!;
    this.headers = joinHeaders(response.rawHeaders);
    if (this.status < 300 && !this.#request.writableEnded) {
      throw this.#fault('malformed', 'it was answered before it was sent', { status: this.status });
    }
  }

  #abort(reason: unknown): void {
    const error = new AbortedError({ cause: reason });
    // What came already may still wait for its reader.
    if (this.#ended) this.#fail(error);
    else this.#break(error);
  }

  #moved(): void {
    this.#movedAt = performance.now();
    if (this.#timer === undefined && this.#isWatched) this.#lookAfter(this.#idleMs);
  }

  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const left = this.#movedAt + this.#idleMs - performance.now();
      if (left > 0) this.#lookAfter(Math.ceil(left));
      else this.#onIdle();
    }, ms);
  }

  #onIdle(): void {
    if (!this.#waiting) return;
    const movedAt = this.#movedAt;
    // What came while this process was busy with something else is read first.
    setImmediate(() => {
      if (this.#isWatched && this.#waiting && this.#movedAt === movedAt)
        this.#break(this.#fault('timeout', `silence for ${this.#idleMs} ms`));
    });
  }

  #stopWatching(): void {
    this.#isWatched = false;
    clearTimeout(this.#timer);
  }

  /** Bytes are due from now on. */
  #expect(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#moved();
  }

  #break(error: Error): void {
    if (this.#ended || this.#error !== undefined) return;
    this.#error = error;
    this.#release();
    this.#request.destroy();
    this.#fail(error);
  }

  #release(): void {
    this.#stopWatching();
    this.#ignoreSignal?.();
  }

  /** The whole answer came. */
  #end(): void {
    this.#ended = true;
    this.#stopWatching();
    // The answer was a refusal, and the body is still under way: nothing else can use that connection.
    if (!this.#request.writableEnded) this.#request.destroy();
  }

  /** Counts the bytes of the body, and hands them on. */
  #receive(onData: (piece: Buffer) => void, onEnd: () => void): void {
    const response = this.#response!;
    const announced = this.#call.method === 'HEAD' ? undefined : this.headers['content-length'];
    let received = 0;
    response.on('data', (piece: Buffer) => {
      received += piece.length;
      this.#moved();
      onData(piece);
    });
    response.on('end', () => {
      if (this.#error !== undefined) return;
      if (announced !== undefined && received !== Number(announced)) {
        this.#break(this.#fault('network', `the answer ended after ${received} of ${announced} bytes`));
        return;
      }
      this.#end();
      onEnd();
    });
  }

  bytes(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) {
        reject(this.#error);
        return;
      }
      this.#fail = reject;
      const pieces: Buffer[] = [];
      let length = 0;
      this.#expect();
      this.#receive(
        (piece) => {
          length += piece.length;
          if (length <= limit) pieces.push(piece);
          else
            this.#break(
              this.#fault('malformed', `an answer of more than ${limit} bytes`, { status: this.status }),
            );
        },
        () => {
          this.#release();
          resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
        },
      );
    });
  }

  flow(to: BodySink): void {
    if (this.#error !== undefined) {
      to.fail(this.#error);
      return;
    }
    this.#fail = (error) => to.fail(error);
    this.#expect();
    this.#receive(
      (piece) => to.piece(piece),
      () => {
        this.#release();
        to.end();
      },
    );
  }

  pause(): void {
    this.#waiting = false;
    this.#response!.pause();
  }

  resume(): void {
    this.#expect();
    this.#response!.resume();
  }

  destroy(): void {
    this.#fail = () => undefined;
    this.#release();
    if (!this.#ended) this.#request.destroy();
  }

  #fault(kind: WireFaultKind, why: string, details?: WireFaultDetails): WireFault {
    return httpFault(this.#call, kind, why, this.#call.changes && this.#connected, details);
  }

  /** What Node says about the connection or about the answer on it. */
  #faultOf(error: Error): WireFault {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') {
      // The error itself holds what came.
      return this.#fault('malformed', `the answer is not HTTP (${code})`, { networkCode: code });
    }
    const what = this.#connected ? 'the connection broke' : 'no connection';
    return this.#fault('network', code === undefined ? what : `${what} (${code})`, {
      status: this.#response?.statusCode,
      networkCode: code,
      cause: error,
    });
  }
}

function joinHeaders(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (let n = 0; n < raw.length; n += 2) {
    const name = raw[n]!.toLowerCase();
    const before = headers[name];
    headers[name] = before === undefined ? raw[n + 1]! : `${before}, ${raw[n + 1]!}`;
  }
  return headers;
}
