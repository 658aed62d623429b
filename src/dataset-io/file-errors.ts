import { type ErrorCode, LabelkitError } from '../model/index.js';

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
