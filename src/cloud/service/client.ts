import { type JsonObject, OptionError, throwIfAborted } from '../../model/index.js';
import { redactMessage, secretsIn } from '../redact.js';
import { parseExactJson } from './exact-json.js';
import type { Proof, Token } from './proof.js';
import {
  asksForToken,
  errorCodeOf,
  hintOf,
  type Refusal,
  refusalOf,
  ServiceError,
  type ServiceErrorFacts,
  type ServiceName,
  saysFailure,
} from './service-error.js';
import { encode, sdkDate, signRequest } from './signing.js';
import { realTiming, type Timing } from './timing.js';
import { type Answer, type Call, type Transport, TransportFault } from './transport.js';

export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

/** One request of a service. */
export interface ServiceRequest {
  readonly service: ServiceName;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters by name: `/v2/{project_id}/datasets/{dataset_id}`. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Undefined ones are left out; lists are repeated. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly body?: JsonObject | undefined;
  /** May be sent again though an answer was lost. Default: GET, HEAD, PUT and DELETE may. */
  readonly repeatable?: boolean | undefined;
  /** The answer tells of each item whether it was done: `success: false` beside `results` is then no refusal. */
  readonly batch?: boolean | undefined;
  /** Texts of the body that errors must not show, should the service repeat them. */
  readonly secrets?: readonly string[] | undefined;
  /** Integers of the answer that no double can hold come as texts. Default: they lose their last digits. */
  readonly exactIntegers?: boolean | undefined;
  /** Default `application/json`. */
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ServiceAnswer<T> {
  readonly status: number;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the answer has none. */
  readonly body: T | undefined;
}

/** What happened on the wire, for logs: no header, no body, no query. */
export interface ServiceEvent {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly attempt: number;
  readonly status: number | undefined;
  readonly ms: number;
  readonly requestId: string | undefined;
}

/** When a request is made again, and after how long. */
export interface RetryPolicy {
  /** How often a request is sent at most. Default 4. */
  readonly attempts?: number | undefined;
  /** The longest pause after the first failure, in ms; it doubles with each. Default 500. */
  readonly baseMs?: number | undefined;
  /** The longest pause of all, in ms. Default 20,000. */
  readonly capMs?: number | undefined;
  /** How long a request may take with all its repetitions, in ms, before no other is begun. Default 60,000. */
  readonly budgetMs?: number | undefined;
}

export interface ServiceClientOptions {
  /** Scheme, host and port of each service. */
  readonly endpoints: Readonly<Record<ServiceName, string>>;
  readonly transport: Transport;
  readonly proof: Proof;
  readonly userAgent: string;
  readonly retry?: RetryPolicy | undefined;
  readonly timing?: Timing | undefined;
  readonly onEvent?: ((event: ServiceEvent) => void) | undefined;
}

/** Bodies of signed requests that are larger are refused by the gateway, in bytes. */
const maxSignedBytes = 12 * 2 ** 20;
/** The server's clock may differ by so much before signatures are refused for it. */
const skewMs = 5 * 60_000;
const repeatableMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
const retryableStatus = new Set([429, 502, 503, 504]);
const retryableCodes = new Set(['ModelArts.6101', 'ModelArts.6102', 'ModelArts.6200', 'ModelArts.5039']);

/** Sends requests as JSON, signed or with a token; repeats what may be repeated; turns refusals into errors. */
export class ServiceClient {
  readonly timing: Timing;
  readonly #options: ServiceClientOptions;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
    this.timing = options.timing ?? realTiming;
  }

  /**
   * Makes one request, again if need be.
   *
   * @throws ServiceError when it is refused or gets no answer; OptionError for a parameter that cannot stand in a path,
   *   and for more than can be signed (D063); AbortedError
   */
  async send<T>(request: ServiceRequest): Promise<ServiceAnswer<T>> {
    const { attempts = 4, baseMs = 500, capMs = 20_000, budgetMs = 60_000 } = this.#options.retry ?? {};
    const end = this.timing.now() + budgetMs;
    const repeatable = request.repeatable ?? repeatableMethods.has(request.method);
    let isTokenNew = false;
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(request.signal);
      const { error, answer, token, retryAfterMs = 0 } = await this.#attempt<T>(request, attempt);
      if (answer !== undefined) return answer;
      if (token !== undefined && !isTokenNew && asksForToken(error.status ?? 0, error.errorCode)) {
        // It may have ended before its time; another refusal is about something else.
        isTokenNew = true;
        this.#discard(token);
        attempt--;
        continue;
      }
      const mayRepeat = error.status === 429 || (error.retryable && (repeatable || !error.mayHaveApplied));
      const pause = Math.max(
        retryAfterMs,
        this.timing.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)),
      );
      if (!mayRepeat || attempt >= attempts || this.timing.now() + pause > end) throw error;
      await this.timing.sleep(pause, request.signal);
    }
  }

  /** The error for an answer that is not what the service is said to give. */
  nonsense(method: string, path: string, why: string): ServiceError {
    return new ServiceError('ServiceFailed', `${method} ${path}: ${why}`, { service: 'iam', method, path });
  }

  #discard(token: Token): void {
    const { proof } = this.#options;
    if (proof.kind === 'token') proof.discard(token);
  }

  async #attempt<T>(
    request: ServiceRequest,
    attempt: number,
  ): Promise<
    | { answer: ServiceAnswer<T>; error?: undefined; token?: undefined; retryAfterMs?: undefined }
    | { answer?: undefined; error: ServiceError; token: Token | undefined; retryAfterMs?: number | undefined }
  > {
    const { service, method, path, signal } = request;
    const facts = { service, method, path };
    const { call, token, secrets } = await this.#prepare(request);
    const began = this.timing.now();
    const tell = (status: number | undefined, requestId: string | undefined) =>
      this.#options.onEvent?.({ ...facts, attempt, status, ms: this.timing.now() - began, requestId });
    let answer: Answer;
    try {
      answer = await this.#options.transport.send(call, signal);
    } catch (error) {
      if (!(error instanceof TransportFault)) throw error;
      tell(undefined, undefined);
      return { error: unreached(error, facts), token };
    }
    const named = answer.headers['x-request-id'];
    const requestId = named === undefined ? undefined : redactMessage(named, secrets);
    tell(answer.status, requestId);
    const body = parsed(answer, request.exactIntegers === true ? parseExactJson : JSON.parse);
    if (
      answer.status >= 200 &&
      answer.status < 300 &&
      !(saysFailure(body) && !(request.batch === true && hasResults(body)))
    ) {
      return { answer: { status: answer.status, headers: answer.headers, body: body as T | undefined } };
    }
    const refusal = withoutSecrets(refusalOf(body), secrets);
    return {
      error: this.#refused(answer, refusal, { ...facts, requestId: refusal?.requestId ?? requestId }),
      token,
      retryAfterMs: retryAfterOf(answer.headers, this.timing.now()),
    };
  }

  /** The request as it goes out now: signatures hold the time. */
  async #prepare(
    request: ServiceRequest,
  ): Promise<{ call: Call; token: Token | undefined; secrets: readonly string[] }> {
    const { endpoints, proof, userAgent } = this.#options;
    const { method, service, body } = request;
    const url = new URL(endpoints[service] + pathOf(request));
    for (const [name, value] of Object.entries(request.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) url.searchParams.append(name, String(one));
    }
    // `+` for a blank is what forms do; signatures want `%20`.
    url.search = url.search.replaceAll('+', '%20');
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      host: url.host,
      'content-type': request.contentType ?? 'application/json',
      'user-agent': userAgent,
    };
    const secrets = [...secretsIn(body), ...(request.secrets ?? [])];
    if (proof.kind === 'token') {
      const token = await proof.get();
      headers['x-auth-token'] = token.value.reveal();
      secrets.push(token.value.reveal());
      return { call: { method, url, headers, body: text }, token, secrets };
    }
    if (proof.kind === 'keys') {
      if (text !== undefined && Buffer.byteLength(text) > maxSignedBytes) {
        throw new OptionError(`${method} ${request.path}: the request is larger than 12 MB`, {
          hint: 'Send less at a time, or ask with a password: requests with a token may be larger. (rule D063)',
        });
      }
      const { accessKey, secretKey, securityToken } = await proof.get();
      const projectId = proof.projectId?.();
      if (projectId !== undefined) headers['x-project-id'] = projectId;
      if (securityToken !== undefined) headers['x-security-token'] = securityToken.reveal();
      headers['x-sdk-date'] = sdkDate(new Date(this.timing.now()));
      const { 'user-agent': _, ...signed } = headers;
      headers['authorization'] = signRequest(
        { method, url, headers: signed, body: text },
        { accessKey, secretKey: secretKey.reveal() },
      );
      secrets.push(secretKey.reveal(), securityToken?.reveal() ?? '', headers['authorization']);
    }
    return { call: { method, url, headers, body: text }, token: undefined, secrets };
  }

  #refused(answer: Answer, refusal: Refusal | undefined, facts: ServiceErrorFacts): ServiceError {
    const { status, headers } = answer;
    const serverTime = Date.parse(headers['date'] ?? '');
    const away = this.timing.now() - serverTime;
    const isSkewed = status === 401 && Math.abs(away) > skewMs;
    const code = isSkewed ? 'ClockSkew' : errorCodeOf(status, refusal?.errorCode);
    const named = refusal?.errorCode === undefined ? '' : ` [${refusal.errorCode}]`;
    const why = isSkewed
      ? `the clock here says ${new Date(this.timing.now()).toISOString()} and that of the service ${new Date(serverTime).toISOString()}`
      : (refusal?.message ?? `status ${status}`);
    const hint = isSkewed ? 'Set the clock.' : (refusal?.solution ?? hintOf(code, facts.requestId));
    return new ServiceError(
      code,
      `${facts.method} ${facts.path}: ${why}${named}`,
      {
        ...facts,
        status,
        errorCode: refusal?.errorCode,
        solution: refusal?.solution,
        retryable: retryableStatus.has(status) || retryableCodes.has(refusal?.errorCode ?? ''),
        // What was refused with a reason was not done.
        mayHaveApplied: status >= 500,
      },
      hint === undefined ? {} : { hint },
    );
  }
}

/** What a service said, without what must not be shown. */
function withoutSecrets(refusal: Refusal | undefined, secrets: readonly string[]): Refusal | undefined {
  const shown = (text: string | undefined) => (text === undefined ? undefined : redactMessage(text, secrets));
  return (
    refusal && {
      errorCode: shown(refusal.errorCode),
      message: shown(refusal.message),
      solution: shown(refusal.solution),
      requestId: shown(refusal.requestId),
    }
  );
}

function hasResults(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}

/** How long the service wants to be left alone, in ms. */
function retryAfterOf(headers: Answer['headers'], now: number): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** The answer as JSON; a text that is none, such as the page of a proxy, is undefined. */
function parsed({ body }: Answer, parse: (text: string) => unknown): unknown {
  if (body.length === 0) return undefined;
  try {
    return parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unreached(fault: TransportFault, facts: ServiceErrorFacts): ServiceError {
  const code =
    fault.kind === 'timeout' ? 'Timeout' : fault.kind === 'network' ? 'Unreachable' : 'ServiceFailed';
  return new ServiceError(
    code,
    `${facts.method} ${facts.path}: ${fault.message}`,
    { ...facts, retryable: fault.kind !== 'too-long', mayHaveApplied: fault.mayHaveApplied },
    { hint: 'Check the endpoint, the region and the network.', cause: fault },
  );
}

/** The path with its parameters. @throws OptionError for a parameter that is missing, or would be another path */
function pathOf({ path, params = {} }: ServiceRequest): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '' || value === '.' || value === '..') {
      throw new OptionError(`${name} is ${value === undefined ? 'not given' : JSON.stringify(value)}`, {
        hint: `It stands in the path ${path}.`,
      });
    }
    return encode(value);
  });
}
