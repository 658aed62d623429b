/**
 * Stands in for IAM and the data and training parts of ModelArts: what is documented of them, on loopback, with real signatures, real
 * imports out of the OBS test server, and faults on demand. It uses nothing of the package. `npm run stand-in` starts it
 * as a program.
 *
 * Where the documents leave something open, the choice is said where it is made.
 */
export type { FaultAction, FaultHandle, FaultPlan } from './faults.js';
export { accessKey, login, projectId, region, secretKey } from './iam.js';
export type { Pace } from './jobs.js';
export type { Recorded } from './record.js';
export { type Fault, type Seen, ServiceStandIn, type StandInOptions } from './standin.js';
export { type StandIns, startStandIns } from './start.js';
