import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ObsServer } from '../obs/index.js';
import { datasetRoutes } from './datasets.js';
import { exportRoutes } from './exports.js';
import { type FaultAction, type FaultHandle, type FaultPlan, Faults } from './faults.js';
import { type Admission, Iam } from './iam.js';
import { importRoutes } from './imports.js';
import type { Pace } from './jobs.js';
import { isJson, type Json } from './json.js';
import { labelRoutes } from './labels.js';
import { objectsInMemory, objectsOfServer, type Place } from './objects.js';
import { type Recorded, record } from './record.js';
import { gateway, invalid, Refusal } from './refusal.js';
import { type Reply, Router } from './routes.js';
import { sampleRoutes } from './samples.js';
import { type ThrottleOptions, World } from './state.js';
import { taskRoutes } from './tasks.js';
import { configRoutes } from './training/configs.js';
import { refusedByLegacy } from './training/envelope.js';
import { trainingRoutes } from './training/jobs.js';
import { legacyJobRoutes } from './training/legacy-jobs.js';
import { versionRoutes } from './versions.js';

export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What is answered instead of the truth, once. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  /** The connection ends without an answer; `applied` after the work was done. */
  | { readonly drop: 'before' | 'applied' };

export interface StandInOptions {
  /** Object storage in the same process: what is imported is read there, and versions are written there. */
  readonly obs?: ObsServer;
  /** Default 0: any port that is free. */
  readonly port?: number;
  /** The time in ms since 1970; default `Date.now`. */
  readonly now?: () => number;
  /** How fast work goes on; default a stage for every poll. */
  readonly pace?: Pace;
  readonly throttle?: ThrottleOptions;
}

const creations = /^\/v2\/[^/]+\/datasets(\/[^/]+\/(label-tasks|workforce-tasks))?$/;

/**
 * IAM and ModelArts on loopback. It imports nothing of the package: requests are checked, and objects read, by code of
 * its own, written from the documents alone.
 */
export class ServiceStandIn {
  /** Requests as they came, secrets and all. */
  readonly seen: Seen[] = [];
  /** The same without secrets, for files that are kept. */
  readonly recorded: Recorded[] = [];
  /** Requests to paths that ModelArts does not have; `close` throws when there are any. */
  readonly unknown: string[] = [];
  readonly #world: World;
  readonly #iam: Iam;
  readonly #server: Server;
  readonly #queue: Fault[] = [];
  readonly #faults = new Faults();
  readonly #sockets = new Set<Socket>();
  readonly #router = new Router(
    datasetRoutes,
    importRoutes,
    versionRoutes,
    sampleRoutes,
    labelRoutes,
    exportRoutes,
    taskRoutes,
    trainingRoutes,
    configRoutes,
    legacyJobRoutes,
  );
  readonly #times: { requests: number[]; creations: number[] } = { requests: [], creations: [] };
  readonly #failures: unknown[] = [];
  throttle: ThrottleOptions | undefined;
  #requests = 0;

  private constructor({ obs, now, pace, throttle }: StandInOptions) {
    this.#world = new World(obs === undefined ? objectsInMemory() : objectsOfServer(obs));
    if (now !== undefined) this.#world.now = now;
    if (pace !== undefined) this.#world.pace = pace;
    if (obs !== undefined) this.#world.signedLink = (place) => signedLink(obs, place, this.now());
    this.throttle = throttle;
    this.#iam = new Iam((keys) => obs?.addCredential(keys));
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#failures.push(error);
        request.socket.destroy();
      });
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // A connection that breaks is the business of the request on it.
      socket.on('error', () => socket.destroy());
    });
  }

  static async start(options: StandInOptions = {}): Promise<ServiceStandIn> {
    const standIn = new ServiceStandIn(options);
    standIn.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    return standIn;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get now(): () => number {
    return this.#world.now;
  }

  set now(now: () => number) {
    this.#world.now = now;
  }

  get pace(): Pace {
    return this.#world.pace;
  }

  set pace(pace: Pace) {
    this.#world.pace = pace;
  }

  /** How long a new token is good, in ms. */
  get tokenLifeMs(): number {
    return this.#iam.tokenLifeMs;
  }

  set tokenLifeMs(ms: number) {
    this.#iam.tokenLifeMs = ms;
  }

  /** How much of the log of a training job is shown at most, in bytes; default 5 MiB. */
  set logPreviewBytes(bytes: number) {
    this.#world.training.previewBytes = bytes;
  }

  /** Least time between two versions of a data set, in ms; default a minute. */
  set versionEveryMs(ms: number) {
    this.#world.versionEveryMs = ms;
  }

  /** The next requests are answered so, one after the other. */
  fail(...faults: Fault[]): void {
    this.#queue.push(...faults);
  }

  /** Lets something go wrong with the requests of a route, from now on. */
  fault(plan: FaultPlan): FaultHandle {
    return this.#faults.add(plan);
  }

  clearFaults(): void {
    this.#queue.length = 0;
    this.#faults.clear();
  }

  /** Every token that was given is good no more. */
  revokeTokens(): void {
    this.#iam.revokeTokens();
  }

  /** All work that is under way is over. */
  settle(): void {
    this.#world.settle();
  }

  /** @throws Error when ModelArts was asked for what it does not have, or the stand-in itself failed */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, 'the stand-in itself failed');
    if (this.unknown.length > 0) throw new Error(`requests to unknown routes: ${this.unknown.join(', ')}`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      // The client went away in the middle of its request: nothing came that could be answered.
      return;
    }
    const body = Buffer.concat(pieces);
    const { method = '', url: target = '' } = request;
    const headers = request.headers as Seen['headers'];
    const text = body.toString('utf8');
    this.seen.push({ method, target, headers, body: text });
    const entry = record(method, target, headers, text);
    this.recorded.push(entry);
    const fault = this.#takeFault(method, target);
    const drop = fault?.kind === 'reset' ? fault : undefined;
    if (drop?.applied === false) {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'token-expiry') this.#iam.revokeTokens();
    if (fault?.kind === 'run') fault.before?.();
    const now = this.#world.now() + (fault?.kind === 'clock' ? fault.offsetMs : 0);
    const instead = fault?.kind === 'status' ? insteadOf(fault) : undefined;
    const reply =
      instead !== undefined && !(fault?.kind === 'status' && fault.applied === true)
        ? instead
        : this.#answer({ method, target, headers, body }, now);
    if (fault?.kind === 'run') fault.after?.();
    if (drop !== undefined) {
      request.socket.destroy();
      return;
    }
    const sent = instead ?? reply;
    entry.status = sent.status;
    await this.#send(response, sent, now, fault);
  }

  #takeFault(method: string, target: string): FaultAction | undefined {
    const queued = this.#queue.shift();
    if (queued !== undefined)
      return 'drop' in queued
        ? { kind: 'reset', applied: queued.drop === 'applied' }
        : { kind: 'status', ...queued };
    const path = target.split('?')[0] as string;
    return this.#faults.take(method, path, this.#router.find(method, path)?.template);
  }

  #answer(
    request: { method: string; target: string; headers: Seen['headers']; body: Buffer },
    now: number,
  ): Reply {
    const { method, target, body } = request;
    const [path = '', search = ''] = target.split('?');
    try {
      if (method === 'POST' && path === '/v3/auth/tokens') return this.#iam.issueToken(jsonOf(body), now);
      const admission = this.#iam.admit(request, now);
      const query = new URLSearchParams(search);
      const ofIam = this.#iam.answer(method, path, query, jsonOf(body), now);
      return ofIam ?? this.#perform(method, path, query, body, admission);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message, headers } = error;
      if (path.startsWith('/v1/') && code.startsWith('ModelArts.')) return refusedByLegacy(error);
      const ofGateway = code.startsWith('APIGW.') ? { request_id: `req-${this.#requests + 1}` } : {};
      return { status, headers, body: { error_code: code, error_msg: message, ...ofGateway } };
    }
  }

  #perform(method: string, path: string, query: URLSearchParams, body: Buffer, admission: Admission): Reply {
    const world = this.#world;
    const found = this.#router.find(method, path);
    if (found === undefined) {
      if (/^\/v[12]\//.test(path)) this.unknown.push(`${method} ${path}`);
      throw gateway(404, '0101', 'The API does not exist or has not been published in the environment');
    }
    this.#iam.checkProject(found.params['project_id'] as string, admission);
    this.#slowDown(method, path);
    world.catchUp();
    return found.handler({ world, params: found.params, query, body: jsonOf(body) });
  }

  /** @throws Refusal 429 for those who ask too often */
  #slowDown(method: string, path: string): void {
    if (this.throttle === undefined) return;
    const { windowMs, requests, creations: most } = this.throttle;
    const now = this.#world.now();
    const count = (times: number[], limit: number | undefined, code: string) => {
      while (times[0] !== undefined && times[0] <= now - windowMs) times.shift();
      if (limit !== undefined && times.length >= limit) {
        const seconds = Math.ceil(((times[0] as number) + windowMs - now) / 1000);
        throw new Refusal(429, code, 'Too many requests.', { 'retry-after': String(seconds) });
      }
      times.push(now);
    };
    count(this.#times.requests, requests, 'ModelArts.6101');
    if (method === 'POST' && creations.test(path)) count(this.#times.creations, most, 'ModelArts.4395');
  }

  async #send(
    response: ServerResponse,
    { status, body, headers = {} }: Reply,
    now: number,
    fault: FaultAction | undefined,
  ): Promise<void> {
    this.#requests += 1;
    const bytes = Buffer.from(
      body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    );
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-request-id': `req-${this.#requests}`,
      date: new Date(now).toUTCString(),
      ...(status === 204 ? {} : { 'content-length': String(bytes.length) }),
      ...headers,
    });
    if (fault?.kind === 'truncated') {
      response.write(bytes.subarray(0, fault.bytes ?? bytes.length >> 1), () => response.destroy());
      return;
    }
    if (fault?.kind === 'slow') {
      const half = bytes.length >> 1;
      response.write(bytes.subarray(0, half));
      await new Promise((resume) => {
        const timer = setTimeout(resume, fault.ms);
        response.on('close', () => {
          clearTimeout(timer);
          resume(undefined);
        });
      });
      if (!response.destroyed) response.end(bytes.subarray(half));
      return;
    }
    response.end(bytes);
  }
}

function insteadOf(fault: Extract<FaultAction, { kind: 'status' }>): Reply {
  const { status, code, message = 'It was made to fail.', retryAfter, headers, body } = fault;
  return {
    status,
    headers: { ...headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) },
    body: body ?? (code === undefined ? undefined : { error_code: code, error_msg: message }),
  };
}

/** @throws Refusal for a body that is no object */
function jsonOf(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isJson(value)) return value;
  } catch {
    throw invalid('The body is no JSON.');
  }
  throw invalid('The body is no JSON object.');
}

/** A link of the object storage, good for a day. */
function signedLink(obs: ObsServer, { bucket, key }: Place, now: number): string {
  const expires = Math.floor(now / 1000) + 86_400;
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const signature = createHmac('sha1', obs.secretKey).update(`GET\n\n\n${expires}\n${path}`).digest('base64');
  const query = new URLSearchParams({
    AccessKeyId: obs.accessKey,
    Expires: String(expires),
    Signature: signature,
  });
  return `${obs.endpoint}${path}?${query}`;
}
