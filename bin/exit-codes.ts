import { LabelkitError } from '../src/model/index.js';

/**
 * What the process's exit status says: `done` nothing was lost, `data` the input has errors or samples were
 * left out, `usage` the command line is wrong, `failed` input, output or a service failed, `interrupted`.
 */
export const exitCodes = { done: 0, data: 1, usage: 2, failed: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit status for an error that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof LabelkitError)) return exitCodes.failed;
  switch (error.code) {
    case 'BadOption':
    case 'UnknownFormat':
    case 'AmbiguousFormat':
    case 'Unsupported':
    case 'BadAddress':
    case 'TrailingSlashRequired':
      return exitCodes.usage;
    case 'InvalidData':
      return exitCodes.data;
    case 'Aborted':
      return exitCodes.interrupted;
    default:
      return exitCodes.failed;
  }
}
