import type { Diagnostic } from './diagnostic.js';

/**
 * What a thrown error means, for programs. Bad *data* is never thrown by a parser: it becomes a
 * {@link Diagnostic}. These are for bad use, for input and output, and for runs told to stop at the
 * first fault (`InvalidData`).
 */
export type ErrorCode =
  // bad use
  | 'BadOption'
  | 'UnknownFormat'
  | 'AmbiguousFormat'
  | 'Unsupported'
  // the data, when the caller asked to stop at a fault
  | 'InvalidData'
  // places
  | 'NotFound'
  | 'AlreadyExists'
  | 'IsADirectory'
  | 'NotADirectory'
  | 'AccessDenied'
  | 'NoSpace'
  | 'TooManyFiles'
  | 'Locked'
  | 'UnsafePath'
  | 'ConcurrentModification'
  | 'BadAddress'
  /** The reader of our output went away, as `| head` does; success for a command. */
  | 'ClosedPipe'
  | 'Io'
  // object stores
  /** Wrong or expired keys, a wrong signature. */
  | 'BadCredentials'
  /** No keys were found anywhere they are looked for. */
  | 'CredentialsNotFound'
  /** The clock here is too far from the service's. */
  | 'ClockSkew'
  /** No answer: no network, no such host, a refused connection, a certificate that is not trusted. */
  | 'Unreachable'
  | 'Timeout'
  | 'Throttled'
  /** Fewer bytes came than were announced. */
  | 'Truncated'
  /** The object cannot be appended to, and the caller wanted no rewrite. */
  | 'NotAppendable'
  | 'TrailingSlashRequired'
  /** Some files of a folder were copied, others were not. */
  | 'Incomplete'
  // services
  /** The project is not one of the keys. */
  | 'ProjectMismatch'
  /** Something else is under way there: publishing, importing. */
  | 'Busy'
  /** The service does not take a value. */
  | 'InvalidRequest'
  /** The service failed, or its answer cannot be understood. */
  | 'ServiceFailed'
  /** Work that the service had begun (an import, a version) ended badly. */
  | 'TaskFailed'
  // the caller
  | 'Aborted';

export interface ErrorDetails {
  /** What to do about it: one sentence. */
  readonly hint?: string;
  /** The path or URI it is about, as the caller gave it. */
  readonly path?: string;
  /** The finding that stopped the run (`InvalidData`). */
  readonly diagnostic?: Diagnostic;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** The one family of errors this package throws. Branch on {@link code}, never on words. */
export class LabelkitError extends Error {
  override readonly name: string = 'LabelkitError';
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly path?: string;
  readonly diagnostic?: Diagnostic;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.path !== undefined) this.path = details.path;
    if (details.diagnostic !== undefined) this.diagnostic = details.diagnostic;
  }
}

/** Input or output failed: a file, a folder, an object store. */
export class StorageError extends LabelkitError {
  override readonly name: string = 'StorageError';
}

/** A caller's option or argument is wrong. */
export class OptionError extends LabelkitError {
  override readonly name = 'OptionError';
  constructor(
    message: string,
    details: ErrorDetails & { code?: 'BadOption' | 'UnknownFormat' | 'AmbiguousFormat' | 'Unsupported' } = {},
  ) {
    super(details.code ?? 'BadOption', message, details);
  }
}

/** The run was told to stop at the first fault in the data, and met one. */
export class DataError extends LabelkitError {
  override readonly name = 'DataError';
  constructor(diagnostic: Diagnostic, details: ErrorDetails = {}) {
    const { file, line, column } = diagnostic;
    const where = [file, line, column].filter((part) => part !== undefined).join(':');
    super('InvalidData', `${where}: ${diagnostic.message} [${diagnostic.rule}]`, {
      ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
      path: file,
      diagnostic,
      ...details,
    });
  }
}

/** The caller's `AbortSignal` fired. */
export class AbortedError extends LabelkitError {
  override readonly name = 'AbortedError';
  constructor(details: ErrorDetails = {}) {
    super('Aborted', 'the work was aborted', details);
  }
}

/** Throws {@link AbortedError} when `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError({ cause: signal.reason });
}
