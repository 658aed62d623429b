import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import type ObsClient from 'esdk-obs-nodejs';
import type { ClientOptions, PreparedRequest, SignatureContext } from 'esdk-obs-nodejs';
import { OptionError, StorageError, throwIfAborted } from '../../../../model/index.js';
import {
  badHeader,
  bodyLengthOf,
  Connections,
  exchange,
  type HttpAnswer,
  type HttpCall,
  type HttpOptions,
} from '../http/exchange.js';
import { type Destination, HttpWire, type Sender, type ServiceRequest } from '../http/http-wire.js';
import { encodeQuery } from '../http/percent.js';
import type { ObsCredentials, ObsWire, WireSettings } from '../wire.js';
import { loadPackage, makeClient, unusable } from './client.js';
import { describe, differenceOf } from './operations.js';

/**
 * An engine on the official package `esdk-obs-nodejs`. The package makes every request (its address, its query),
 * signs it and opens it on connections of ours. Headers are spelled here before it signs them, the body is sent and
 * the answer is read here: its own ways of doing that change bytes, call failures successes, and repeat requests.
 * So everything in the seam can be done, also what the package has no parameters for: conditions on copied parts,
 * and signature `obs` in path style or on a custom domain. Its log is never turned on, and its tables, which others
 * in the process may use, are never changed.
 *
 * The package is loaded when this is called.
 *
 * @throws OptionError `Unsupported` for signature `v4`, which the package does not have (engine `native` does);
 *   OptionError for an endpoint that is no address of a service or does not fit the addressing, and for a `ca` that
 *   holds no certificates; StorageError `Unsupported` when the installed package is not the release known here
 */
export async function createEsdkWire(settings: WireSettings): Promise<ObsWire> {
  const { signature = 'obs' } = settings;
  if (signature === 'v4') {
    // The package would take the word and sign v2.
    throw new OptionError('engine esdk cannot sign v4', {
      code: 'Unsupported',
      hint: 'Use engine: native, or signature: obs or v2.',
    });
  }
  const sender = new EsdkSender(settings, signature);
  const wire = new HttpWire('esdk', settings, sender);
  await sender.load();
  return wire;
}

const contexts: Readonly<Record<'obs' | 'v2', SignatureContext>> = {
  obs: contextOf('obs', 'x-obs-', 'OBS'),
  v2: contextOf('v2', 'x-amz-', 'AWS'),
};

function contextOf(signature: 'obs' | 'v2', headerPrefix: string, authPrefix: string): SignatureContext {
  return {
    signature,
    headerPrefix,
    headerMetaPrefix: `${headerPrefix}meta-`,
    authPrefix,
    stsToken: `${headerPrefix}security-token`,
  };
}

/** Headers that the package looks for when it signs, by just these spellings. */
const signedNames: Readonly<Record<string, string>> = {
  'content-md5': 'Content-MD5',
  'content-type': 'Content-Type',
};

class EsdkSender implements Sender {
  readonly #settings: WireSettings;
  readonly #signature: 'obs' | 'v2';
  readonly #connections: Connections;
  #Client: typeof ObsClient | undefined;
  #current: { readonly credentials: ObsCredentials; readonly client: Promise<ObsClient> } | undefined;

  constructor(settings: WireSettings, signature: 'obs' | 'v2') {
    this.#settings = settings;
    this.#signature = signature;
    this.#connections = new Connections(settings);
  }

  /** Must be called before the first request. @throws StorageError `Unsupported` */
  async load(): Promise<void> {
    this.#Client = await loadPackage();
    await makeClient(this.#Client, this.#optionsFor({ accessKey: '', secretKey: '' }));
  }

  async send(
    request: ServiceRequest,
    to: Destination,
    credentials: ObsCredentials,
    options: HttpOptions,
  ): Promise<{ readonly call: HttpCall; readonly answer: HttpAnswer }> {
    const { util } = await this.#clientFor(credentials);
    throwIfAborted(options.signal);
    const { query = [] } = request;
    const call: HttpCall = {
      method: request.method,
      secure: to.secure,
      hostname: to.hostname,
      port: to.port,
      path: query.length === 0 ? to.path : `${to.path}?${encodeQuery(query)}`,
      headers: { host: to.host },
      body: request.body,
      changes: request.method !== 'GET' && request.method !== 'HEAD',
    };
    const signatureContext = contexts[this.#signature];
    const { name, parameters } = describe(request);
    const prepared = util.makeParam(name, { ...parameters, signatureContext });
    const difference = differenceOf(prepared, request, to);
    if (difference !== undefined) throw unusable(`it makes ${difference}`);
    prepare(prepared, request, call, signatureContext);
    let opened: ClientRequest | undefined;
    prepared.$requestHook = (made) => {
      // The package leaves the port out.
      made.setHeader('Host', to.host);
      opened = made;
    };
    const making = util.makeRequest(name, prepared, 1, () => undefined);
    if (opened === undefined) {
      await making.catch((error: unknown) => {
        throw badHeader(error);
      });
      throw unusable('it opens no request');
    }
    return { call, answer: await exchange(takeOver(opened, making), call, options) };
  }

  /**
   * Ends idle connections. Clients hold none, and are left to the garbage collector: a closed one would send what
   * it is still asked to send over connections of its own choice.
   */
  close(): void {
    this.#connections.close();
  }

  /** A client with these keys: the one there is, or a new one in its place. */
  #clientFor(credentials: ObsCredentials): Promise<ObsClient> {
    if (this.#current !== undefined && isSame(this.#current.credentials, credentials))
      return this.#current.client;
    if (credentials.accessKey.trim() === '' || credentials.secretKey.trim() === '') {
      // The package would send requests without a signature.
      throw new StorageError('CredentialsNotFound', 'the access key or the secret key is empty', {
        hint: 'Give both.',
      });
    }
    const client = makeClient(this.#Client!, this.#optionsFor(credentials));
    this.#current = { credentials, client };
    return client;
  }

  #optionsFor({ accessKey, secretKey, securityToken }: ObsCredentials): ClientOptions {
    const { endpoint, addressing, insecure } = this.#settings;
    return {
      access_key_id: accessKey,
      secret_access_key: secretKey,
      security_token: securityToken,
      server: endpoint,
      signature: this.#signature,
      path_style: addressing === 'path',
      is_cname: addressing === 'domain',
      is_signature_negotiation: false,
      ssl_verify: insecure !== true,
      timeout: 0,
      max_retry_count: 0,
      http_agent: this.#connections.plain,
      https_agent: this.#connections.secure,
    };
  }
}

/** Puts in what the package would leave out or spell otherwise. */
function prepare(
  prepared: PreparedRequest,
  { headers = {} }: ServiceRequest,
  call: HttpCall,
  signatureContext: SignatureContext,
): void {
  for (const [name, value] of Object.entries(headers)) {
    const spelled = signedNames[name] ?? name.replace(/^x-obs-/, signatureContext.headerPrefix);
    prepared.headers[spelled] = value;
  }
  const length = bodyLengthOf(call);
  if (length !== undefined) prepared.headers['Content-Length'] = String(length);
  prepared.signatureContext = signatureContext;
  prepared.protocol = call.secure ? 'https:' : 'http:';
  prepared.port = call.port ?? (call.secure ? 443 : 80);
  // To connect to. A custom domain is signed by this name too.
  prepared.headers['Host'] = call.hostname;
  if (call.body === undefined) return;
  // A stream is what makes the package leave the body to the hook, which leaves it to the exchange.
  prepared.xml = Readable.from([]);
  prepared.$pipeHook = () => undefined;
}

/** The package's request without the package: it would read the answer, and give up bodies of slow requests. */
function takeOver(request: ClientRequest, making: Promise<unknown>): ClientRequest {
  request.removeAllListeners('response');
  request.removeAllListeners('timeout');
  making.catch((error: Error) => request.destroy(error));
  return request;
}

function isSame(a: ObsCredentials, b: ObsCredentials): boolean {
  return (
    a.accessKey === b.accessKey &&
    a.secretKey === b.secretKey &&
    (a.securityToken ?? '') === (b.securityToken ?? '')
  );
}
