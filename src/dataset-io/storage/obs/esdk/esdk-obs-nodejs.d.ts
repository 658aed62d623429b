/** What is used of esdk-obs-nodejs 3.26.8, which brings no types along. */
declare module 'esdk-obs-nodejs' {
  import type { Agent, ClientRequest } from 'node:http';
  import type { Agent as SecureAgent } from 'node:https';
  import type { Readable } from 'node:stream';

  /** How requests are signed, and what the names of their headers begin with. */
  export interface SignatureContext {
    readonly signature: 'obs' | 'v2';
    readonly headerPrefix: string;
    readonly headerMetaPrefix: string;
    readonly authPrefix: string;
    readonly stsToken: string;
  }

  /** A request as it stands between making and sending it. */
  export interface PreparedRequest {
    /** What was missing; nothing else is set then. */
    err?: string;
    method: string;
    /** Percent-encoded path with the bucket: what is signed. */
    uri: string;
    /** Percent-encoded path without the bucket: what is sent, if it is set. */
    requestUri?: string;
    /** Percent-encoded query with `?`, or empty. */
    urlPath: string;
    headers: Record<string, string>;
    /** The body. */
    xml?: string | Readable;
    port?: number | undefined;
    /** `https:` or `http:`. */
    protocol?: string;
    signatureContext?: SignatureContext;
    $requestHook?: (request: ClientRequest) => void;
    $pipeHook?: (body: Readable, request: ClientRequest) => void;
  }

  /** The part of a client that works. */
  export interface Utils {
    readonly obsSdkVersion: string;
    makeParam(operation: string, parameters: Readonly<Record<string, unknown>>): PreparedRequest;
    /** Signs and opens a request, and sends it without its body if it has one. */
    makeRequest(
      operation: string,
      prepared: PreparedRequest,
      tries: number,
      callback: (error: unknown, result: unknown) => void,
    ): Promise<unknown>;
  }

  export interface ClientOptions {
    readonly access_key_id: string;
    readonly secret_access_key: string;
    readonly security_token?: string | undefined;
    readonly server: string;
    readonly signature: 'obs' | 'v2';
    readonly path_style: boolean;
    readonly is_cname: boolean;
    readonly is_signature_negotiation: boolean;
    readonly ssl_verify: boolean;
    /** Seconds; 0 is none. */
    readonly timeout: number;
    readonly max_retry_count: number;
    readonly http_agent: Agent;
    readonly https_agent: SecureAgent;
  }

  export default class ObsClient {
    constructor(options: ClientOptions);
    /** Absent once it is closed. */
    readonly util: Utils;
    close(): void;
  }
}
