export type { ObsAppendOptions } from './append.js';
export type { CleanUpResult } from './clean-up.js';
export { createObsStorage, type ObsSettings } from './create.js';
export type { DeleteFailure } from './delete.js';
export { ObsError, type ObsErrorDetails } from './errors.js';
export { ObsStorage, type ObsStorageOptions } from './obs-storage.js';
export { defaultPartBytes, partBytesAt } from './upload.js';
export type { ObsCredentials, ObsWire, WireSettings } from './wire.js';
