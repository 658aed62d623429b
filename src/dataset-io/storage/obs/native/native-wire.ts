import {
  Connections,
  exchange,
  type HttpAnswer,
  type HttpCall,
  type HttpOptions,
  openRequest,
} from '../http/exchange.js';
import type { Destination, Sender, ServiceRequest } from '../http/http-wire.js';
import { HttpWire } from '../http/http-wire.js';
import { encodeQuery } from '../http/percent.js';
import type { ObsCredentials, ObsWire, WireSettings } from '../wire.js';
import { type Signable, sha256Hex, signObs, signV2, signV4, unsignedPayload, v4Time } from './signing.js';

/**
 * An engine of its own on `node:http` and `node:https`.
 *
 * @throws OptionError for an endpoint that is no address of a service or does not fit the addressing, and for a
 *   `ca` that holds no certificates
 */
export function createNativeWire(settings: WireSettings): ObsWire {
  return new HttpWire('native', settings, new NativeSender(settings));
}

export class NativeSender implements Sender {
  readonly #signature: 'obs' | 'v2' | 'v4';
  readonly #region: string;
  readonly #connections: Connections;

  constructor(settings: WireSettings) {
    this.#signature = settings.signature ?? 'obs';
    this.#region = settings.region ?? 'us-east-1';
    this.#connections = new Connections(settings);
  }

  async send(
    request: ServiceRequest,
    to: Destination,
    credentials: ObsCredentials,
    options: HttpOptions,
  ): Promise<{ readonly call: HttpCall; readonly answer: HttpAnswer }> {
    const call = this.#sign(request, to, credentials);
    return { call, answer: await exchange(openRequest(call, this.#connections), call, options) };
  }

  close(): void {
    this.#connections.close();
  }

  #sign(
    { method, query = [], body, headers: given = {} }: ServiceRequest,
    { secure, hostname, port, host, path, resource }: Destination,
    credentials: ObsCredentials,
  ): HttpCall {
    const scheme = this.#signature;
    const prefix = scheme === 'obs' ? 'x-obs-' : 'x-amz-';
    const headers: Record<string, string> = { host };
    for (const [name, value] of Object.entries(given)) headers[name.replace(/^x-obs-/, prefix)] = value;
    const { securityToken } = credentials;
    if (securityToken !== undefined && securityToken !== '')
      headers[`${prefix}security-token`] = securityToken;
    const now = new Date();
    const signable: Signable = { method, headers, resource, path, query };
    if (scheme === 'v4') {
      const time = v4Time(now);
      headers['x-amz-date'] = time;
      headers['x-amz-content-sha256'] = payloadHash(body, secure);
      headers['authorization'] = signV4(signable, credentials, this.#region, time);
    } else {
      headers['date'] = now.toUTCString();
      headers['authorization'] = (scheme === 'obs' ? signObs : signV2)(signable, credentials);
    }
    return {
      method,
      secure,
      hostname,
      port,
      path: query.length === 0 ? path : `${path}?${encodeQuery(query)}`,
      headers,
      body,
      changes: method !== 'GET' && method !== 'HEAD',
    };
  }
}

/** What signature v4 says about the body: its digest, unless TLS and the MD5 that goes along protect it already. */
function payloadHash(body: Uint8Array | undefined, secure: boolean): string {
  return secure && body !== undefined && body.length > 0 ? unsignedPayload : sha256Hex(body ?? '');
}
