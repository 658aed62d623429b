import type { XmlElement } from '../../../../text/xml-tree.js';
import type { ObsCredentials, WireFault } from '../wire.js';
import { type HttpCall, httpFault } from './exchange.js';
import { childText, nameOf, parseAnswer } from './xml.js';

/** What a fault is made of. */
export interface Refusal {
  readonly call: HttpCall;
  readonly status: number;
  /** `x-obs-` names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the connection broke before its end. */
  readonly body: Buffer | undefined;
  /** Kept out of messages, whatever the service says. */
  readonly credentials: ObsCredentials;
}

/** The fault for an answer that is no success, including one of status 200 with an `<Error>` in it. */
export function faultOf(refusal: Refusal): WireFault {
  const { call, status, headers, body } = refusal;
  const root = body === undefined ? undefined : parseAnswer(body);
  const error = root !== undefined && nameOf(root) === 'Error' ? root : undefined;
  const isForeign = error === undefined && body !== undefined && body.length > 0;
  const code = tokenOf(headers['x-obs-error-code'] ?? said(error, 'Code'));
  const message = clean(
    headers['x-obs-error-message'] ?? said(error, 'Message') ?? '',
    secretsOf(refusal.credentials),
  );
  const words = isForeign
    ? `status ${status} and a page that is not the service's (${clean(headers['content-type'] ?? 'no type', [])})`
    : [`status ${status}`, code, message].filter((text) => text !== '').join(', ');
  // A refusal that blames the request did nothing; of the others nobody can say.
  const mayHaveApplied = call.changes && (status < 300 || status === 408 || status >= 500);
  return httpFault(call, isForeign ? 'malformed' : 'status', words, mayHaveApplied, {
    status,
    serviceCode: code,
    requestId: requestIdOf(headers) ?? (tokenOf(said(error, 'RequestId')) || undefined),
    retryAfterMs: retryAfterOf(headers['retry-after']),
    location: redirects.has(status)
      ? locationOf(call, headers['location'], said(error, 'Endpoint'))
      : undefined,
    serverDate: dateOf(headers['date']),
  });
}

const redirects = new Set([301, 302, 307, 308]);

/** The service's name for this answer. */
export function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  return tokenOf(headers['x-obs-request-id']) || undefined;
}

export function dateOf(text: string | undefined): Date | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

function said(error: XmlElement | undefined, name: string): string | undefined {
  return error === undefined ? undefined : childText(error, name);
}

/** Codes and ids are one word; what is not is no code. */
function tokenOf(text: string | undefined): string {
  const token = text?.trim() ?? '';
  return /^[\w.:+/=-]{1,128}$/.test(token) ? token : '';
}

function secretsOf({ accessKey, secretKey, securityToken = '' }: ObsCredentials): string[] {
  return [secretKey, securityToken, accessKey].filter((text) => text !== '');
}

/** One line without secrets, and not without end. */
function clean(text: string, secrets: readonly string[]): string {
  let line = text.replace(/[\x00-\x1f\x7f-\x9f\s]+/g, ' ').trim();
  for (const secret of secrets) line = line.replaceAll(secret, '[redacted]');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** ms; from seconds or from a date. */
function retryAfterOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = dateOf(text);
  return until === undefined ? undefined : Math.max(0, until.getTime() - Date.now());
}

/** Scheme, host and port of where a redirect points: from the `Location` header, or from the document. */
function locationOf(
  { secure, headers }: HttpCall,
  location: string | undefined,
  endpoint: string | undefined,
): string | undefined {
  const scheme = secure ? 'https:' : 'http:';
  const text = location ?? (endpoint === undefined ? '' : `${scheme}//${endpoint.trim()}`);
  const here = `${scheme}//${headers['host']}`;
  if (text === '' || !URL.canParse(text, here)) return undefined;
  const { protocol, host } = new URL(text, here);
  return protocol === 'https:' || protocol === 'http:' ? `${protocol}//${host}` : undefined;
}
