import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Content } from './content.js';
import { ConnectionGone, ObsError } from './errors.js';
import type { ReceivedBody, Reply } from './exchange.js';
import type { FaultAction, Moment } from './faults.js';
import type { LoggedRequest } from './log.js';
import type { Settings } from './options.js';

/** Piece of a body under a bandwidth limit. */
const limitedPiece = 16 * 1024;
/** How long the peer gets to read what was sent before a connection is reset under it. */
const graceMs = 20;

/** One request on its connection: reading its body, sending its answer, and the faults of both. */
export class Wire {
  readonly socket: Socket;
  /** Whether the body was read to its end. */
  #bodyRead = false;
  #receiving = false;

  constructor(
    readonly message: IncomingMessage,
    readonly response: ServerResponse,
    readonly entry: LoggedRequest,
    readonly fault: FaultAction | undefined,
    private readonly settings: Settings,
    /** The client waits for `100 Continue` before it sends the body. */
    private readonly expectsContinue: boolean,
    /** Resets a connection, whatever it is wrapped in. */
    private readonly resetSocket: (socket: Socket) => void,
  ) {
    this.socket = message.socket;
  }

  /** Whether a body is being waited for. */
  get receiving(): boolean {
    return this.#receiving;
  }

  /** Reads the body. `sha256` gives its digest too. Throws 408, EntityTooLarge, ConnectionGone. */
  async receive(
    limit: number,
    wanted: { readonly sha256: boolean; readonly discard: Settings['discardUploads'] },
  ): Promise<ReceivedBody & { readonly sha256: string | undefined }> {
    if (this.expectsContinue) this.response.writeContinue();
    const { fault, entry } = this;
    const md5 = wanted.discard === 'length' ? undefined : createHash('md5');
    const sha256 = wanted.sha256 ? createHash('sha256') : undefined;
    const pieces: Uint8Array[] = [];
    this.#receiving = true;
    await this.#atRequestByte(0, 0);
    for await (const whole of this.#body()) {
      let chunk = whole;
      const before = entry.received;
      entry.received += chunk.length;
      if (fault?.kind === 'corrupt' && fault.body === 'request')
        chunk = flip(chunk, (fault.at ?? 0) - before);
      await this.#atRequestByte(before + 1, entry.received);
      if (entry.received > limit) throw tooLarge(limit);
      md5?.update(chunk);
      sha256?.update(chunk);
      if (wanted.discard === false) pieces.push(chunk);
      await this.#pace(chunk.length, this.settings.bytesPerSecond);
    }
    this.#receiving = false;
    this.#bodyRead = true;
    // Small bodies in crumbs would keep a buffer each.
    const kept = entry.received < 65_536 && pieces.length > 1 ? [Buffer.concat(pieces)] : pieces;
    return {
      content: wanted.discard === false ? Content.of(...kept) : Content.discarded(entry.received),
      md5: md5?.digest('hex') ?? createHash('md5').update(`${entry.number}`).digest('hex'),
      sha256: sha256?.digest('hex'),
    };
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    const { bodyTimeoutMs } = this.settings;
    const iterator = this.message[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<never>((_resolve, reject) => {
        if (bodyTimeoutMs === Number.POSITIVE_INFINITY) return;
        const late = new ObsError(
          408,
          'RequestTimeout',
          'Your socket was not read from or written to in time.',
        );
        timer = setTimeout(() => reject(late), bodyTimeoutMs);
      });
      try {
        const { done, value } = await Promise.race([iterator.next(), patience]);
        if (done) return;
        yield value;
      } catch (error) {
        if (error instanceof ObsError) throw error;
        throw new ConnectionGone('the body broke off', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /** What is to happen when byte `from` to `to` of the body arrives. */
  async #atRequestByte(from: number, to: number): Promise<void> {
    const at = momentOf(this.fault);
    if (typeof at === 'object' && 'requestBytes' in at && at.requestBytes >= from && at.requestBytes <= to)
      await this.#strike();
  }

  /** Does what the fault plan has for this moment. Throws ConnectionGone when the connection ends by it. */
  async reach(moment: 'before' | 'after'): Promise<void> {
    if (momentOf(this.fault) === moment) await this.#strike();
  }

  async #strike(): Promise<void> {
    const fault = this.fault!;
    if (fault.kind === 'stall') {
      await this.wait(fault.ms ?? Number.POSITIVE_INFINITY);
      return;
    }
    if (fault.kind === 'reset') {
      await this.#flush();
      await this.wait(this.response.headersSent ? graceMs : 0);
      this.resetSocket(this.socket);
    } else {
      this.message.resume();
      this.socket.end();
    }
    throw new ConnectionGone(`the fault plan: ${fault.kind}`);
  }

  /** Waits; throws ConnectionGone when the connection closes meanwhile. */
  async wait(ms: number): Promise<void> {
    const { socket } = this;
    if (socket.destroyed) throw new ConnectionGone('closed by the client');
    if (ms <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const closed = (): void => {
        clearTimeout(timer);
        reject(new ConnectionGone('closed by the client'));
      };
      const timer =
        ms === Number.POSITIVE_INFINITY
          ? undefined
          : setTimeout(() => {
              socket.off('close', closed);
              resolve();
            }, ms);
      socket.once('close', closed);
    });
  }

  /** Sends an answer. Throws ConnectionGone. */
  async send(reply: Reply): Promise<void> {
    const { response, entry, fault, message, settings } = this;
    if (!this.#bodyRead && !(await this.#swallowBody())) response.shouldKeepAlive = false;
    await this.wait(settings.latencyMs);
    if (fault?.kind === 'delay') await this.wait(fault.ms);
    const body = reply.body ?? Content.empty;
    const headers: Record<string, string> = { ...reply.headers };
    if (reply.status !== 204 && reply.status !== 304) headers['content-length'] ??= String(body.size);
    const lies = headers['content-length'] !== undefined && headers['content-length'] !== String(body.size);
    if (lies) response.shouldKeepAlive = false;
    entry.status = reply.status;
    response.writeHead(reply.status, headers);
    if (message.method !== 'HEAD' && body.size > 0) await this.#sendBody(body);
    else response.flushHeaders();
    const at = momentOf(fault);
    if (typeof at === 'object' && 'responseBytes' in at && at.responseBytes >= entry.sent)
      await this.#strike();
    await new Promise<void>((resolve, reject) => {
      response.once('finish', resolve);
      response.once('close', () => reject(new ConnectionGone('closed by the client')));
      response.end();
    });
    if (lies) this.socket.end();
  }

  async #sendBody(body: Content): Promise<void> {
    const { response, entry, fault, settings } = this;
    const rate = Math.min(
      settings.bytesPerSecond,
      fault?.kind === 'drip' ? fault.bytesPerSecond : Number.POSITIVE_INFINITY,
    );
    const piece =
      rate === Number.POSITIVE_INFINITY ? undefined : Math.max(1, Math.min(limitedPiece, rate / 20));
    const at = momentOf(fault);
    const last =
      typeof at === 'object' && 'responseBytes' in at ? at.responseBytes : Number.POSITIVE_INFINITY;
    for (const chunk of body.chunks(piece && Math.ceil(piece))) {
      if (entry.sent + chunk.length > last) {
        await this.#write(chunk.subarray(0, last - entry.sent));
        await this.#strike();
        await this.#write(chunk.subarray(last - entry.sent));
        continue;
      }
      await this.#write(chunk);
      await this.#pace(chunk.length, rate);
    }
    response.flushHeaders();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const { response, socket } = this;
    if (socket.destroyed) throw new ConnectionGone('closed by the client');
    this.entry.sent += chunk.length;
    if (chunk.length === 0 || response.write(chunk)) return;
    await new Promise<void>((resolve, reject) => {
      const drained = (): void => {
        socket.off('close', closed);
        resolve();
      };
      const closed = (): void => {
        response.off('drain', drained);
        reject(new ConnectionGone('closed by the client'));
      };
      response.once('drain', drained);
      socket.once('close', closed);
    });
  }

  /** Keeps to a rate: waits as long as `bytes` more take on this connection. */
  async #pace(bytes: number, rate: number): Promise<void> {
    if (rate === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    const free = Math.max(now, freeFrom.get(this.socket) ?? now) + (bytes / rate) * 1000;
    freeFrom.set(this.socket, free);
    // Timers are no finer than a millisecond; what is waited too long comes off the next wait.
    if (free - now >= 1) await this.wait(free - now);
  }

  /** Until everything written has gone to the kernel. */
  async #flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.response.headersSent && !this.socket.destroyed)
      await new Promise((resolve) => this.socket.write('', resolve));
  }

  /** Reads away the body of a refused request. False when it is left unread, so that the connection must close. */
  async #swallowBody(): Promise<boolean> {
    const { message } = this;
    if (this.#receiving || this.expectsContinue || this.settings.earlyRefusals) {
      message.resume();
      return message.complete;
    }
    if (!message.complete || message.readableLength > 0) {
      await new Promise<void>((resolve, reject) => {
        message.once('end', resolve);
        message.once('close', () => reject(new ConnectionGone('closed by the client')));
        message.resume();
      });
    }
    return true;
  }
}

/** When each connection may carry the next byte, in milliseconds of `performance.now`. */
const freeFrom = new WeakMap<Socket, number>();

export const tooLarge = (limit: number): ObsError =>
  new ObsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', {
    elements: { MaxSizeAllowed: String(limit) },
  });

const momentOf = (fault: FaultAction | undefined): Moment | undefined =>
  fault?.kind === 'reset' || fault?.kind === 'fin' || fault?.kind === 'stall' ? fault.at : undefined;

/** A copy with one bit of byte `at` turned over; the bytes themselves when it is not in them. */
export function flip(bytes: Uint8Array, at: number): Uint8Array {
  if (at < 0 || at >= bytes.length) return bytes;
  const flipped = Uint8Array.from(bytes);
  flipped[at] = flipped[at]! ^ 1;
  return flipped;
}
