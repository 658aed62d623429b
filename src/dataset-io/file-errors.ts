import { type ErrorCode, LabelkitError, StorageError } from '../model/index.js';
import { parseLocation } from './storage/index.js';

/** What is wrong with the way to the files, not with one of them: the next one would fail in the same way. */
const ofTheRun: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'Aborted',
  'BadOption',
  'BadCredentials',
  'CredentialsNotFound',
  'ClockSkew',
  'Unreachable',
  'Timeout',
  'Throttled',
]);

/** True when a file could not be read for a reason of its own, so that a run can go on with the others. */
export function isAboutTheFile(error: unknown): error is LabelkitError {
  return error instanceof LabelkitError && !ofTheRun.has(error.code);
}

/** An input that is not there. */
export function nothingAt(path: string): StorageError {
  const isObject = parseLocation(path).kind === 'obs';
  return new StorageError('NotFound', `there is nothing at ${path}`, {
    path,
    ...(isObject ? { hint: 'Check the bucket and the key: capital letters matter.' } : {}),
  });
}
