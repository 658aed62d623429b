export type { RetryPolicy, ServiceAnswer, ServiceEvent, ServiceRequest } from './client.js';
export { ServiceError, type ServiceErrorFacts, type ServiceName } from './service-error.js';
export { type Caller, Services } from './services.js';
export type { WaitOptions } from './waiter.js';
export { type WireNames, wireNames } from './wire.js';
