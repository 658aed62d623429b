import http from 'node:http';
import https from 'node:https';
import EsdkClient from 'esdk-obs-nodejs';
import { lookup, type ObsServer } from '../../../../server/obs/index.js';

/** What a call of the package resolves with, as far as tests look. */
export interface BareResult {
  readonly CommonMsg: { readonly Status: number; readonly Code: string; readonly Message: string };
  // biome-ignore lint/suspicious/noExplicitAny: it depends on the call, and the package has no types
  readonly InterfaceResult: Record<string, any>;
}

type Call = (parameters: Readonly<Record<string, unknown>>) => Promise<BareResult>;

/** The package as its documentation says that it is used. */
export interface BareClient {
  readonly util: { timeout: number };
  readonly abortMultipartUpload: Call;
  readonly appendObject: Call;
  readonly completeMultipartUpload: Call;
  readonly copyObject: Call;
  readonly copyPart: Call;
  readonly deleteObjects: Call;
  readonly downloadFile: Call;
  readonly getObject: Call;
  readonly headBucket: Call;
  readonly listObjects: Call;
  readonly putObject: Call;
}

/** A client as anybody would make it, but one that finds the server. */
export function bareClient(server: ObsServer, options: Readonly<Record<string, unknown>> = {}): BareClient {
  const Client = EsdkClient as unknown as new (options: Readonly<Record<string, unknown>>) => BareClient;
  return new Client({
    access_key_id: server.accessKey,
    secret_access_key: server.secretKey,
    server: server.virtualEndpoint,
    is_signature_negotiation: false,
    http_agent: new http.Agent({ lookup }),
    https_agent: new https.Agent({ lookup }),
    ...options,
  });
}

/** The same, ready for its first call. */
export async function readyClient(
  server: ObsServer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<BareClient> {
  const client = bareClient(server, options);
  await new Promise(setImmediate);
  return client;
}
