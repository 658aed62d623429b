import { redactFields } from '../cloud/index.js';

/** What a service said, as it may be shown: no signatures of addresses, no e-mail addresses, nothing under a secret name. */
export function shown<T>(value: T): T {
  return redactFields(value) as T;
}
