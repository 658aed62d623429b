/**
 * An object storage server for tests: the OBS and S3 protocols as far as the library uses them, with signatures that
 * are really checked, and with faults on demand. It uses nothing but Node, and nothing of the library. `run.mjs` starts
 * it as a program; boto3, rclone and the official Node client work against that, and are worth a try after changes to
 * signatures or listings.
 *
 * What the documents of the service leave open is an option (`ObsServerOptions`) or is said where it is decided.
 */
import type { LookupFunction } from 'node:net';

export type { FaultAction, FaultHandle, FaultPlan, Moment } from './faults.js';
export { internalError, slowDown } from './faults.js';
export type { LoggedRequest } from './log.js';
export type { CertificateOptions, ObsServerOptions } from './options.js';
export type { Operation } from './request.js';
export type { ObjectFacts, ObsServer, PutOptions } from './server.js';
export { startObsServer } from './server.js';
export type { Credential } from './signatures.js';
export type { BucketOptions } from './store.js';

/** For `new http.Agent({ lookup })`: every name is 127.0.0.1, so that `bucket.obs.test` needs no DNS. */
export const lookup: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};
