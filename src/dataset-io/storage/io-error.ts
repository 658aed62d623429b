import { AbortedError, type ErrorCode, LabelkitError, StorageError } from '../../model/index.js';

interface Meaning {
  readonly code: ErrorCode;
  /** Completes "cannot read <path>: …". */
  readonly says: string;
  readonly hint?: string;
}

/** What the operating system's error names mean to a user of files. */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: {
    code: 'NotFound',
    says: 'it does not exist',
    hint: 'Check the path; the directory must exist too.',
  },
  EEXIST: {
    code: 'AlreadyExists',
    says: 'it already exists',
    hint: 'Choose mode overwrite or append, or another path.',
  },
  EISDIR: { code: 'IsADirectory', says: 'it is a directory', hint: 'Name a file.' },
  ENOTEMPTY: { code: 'IsADirectory', says: 'it is a directory that is not empty', hint: 'Name a file.' },
  ENOTDIR: {
    code: 'NotADirectory',
    says: 'a part of the path is a file, not a directory',
    hint: 'Check the path.',
  },
  EACCES: {
    code: 'AccessDenied',
    says: 'permission denied',
    hint: 'Check the rights of the file and of its directory; writing needs both.',
  },
  EPERM: {
    code: 'AccessDenied',
    says: 'the operation is not permitted',
    hint: 'Check the rights of the file and of its directory; writing needs both.',
  },
  EROFS: {
    code: 'AccessDenied',
    says: 'the file system is read-only',
    hint: 'Write to another place.',
  },
  ENOSPC: { code: 'NoSpace', says: 'the disk is full', hint: 'Free some space, or write to another disk.' },
  EDQUOT: {
    code: 'NoSpace',
    says: 'the disk quota is used up',
    hint: 'Free some space, or write to another disk.',
  },
  EFBIG: {
    code: 'NoSpace',
    says: 'the file would be larger than the system allows',
    hint: 'Raise the limit on file size (ulimit -f), or split the output.',
  },
  EMFILE: {
    code: 'TooManyFiles',
    says: 'this process has too many files open',
    hint: 'Raise the limit (ulimit -n), or lower the number of jobs or outputs.',
  },
  ENFILE: {
    code: 'TooManyFiles',
    says: 'the system has too many files open',
    hint: 'Close other programs, or lower the number of jobs or outputs.',
  },
  ELOOP: {
    code: 'BadAddress',
    says: 'its symbolic links lead in a circle',
    hint: 'Mend or remove the symbolic links on the path.',
  },
  ENAMETOOLONG: { code: 'BadAddress', says: 'the name is too long', hint: 'Shorten the name or the path.' },
  ERR_INVALID_ARG_VALUE: { code: 'BadAddress', says: 'no file can have this name' },
  EPIPE: { code: 'ClosedPipe', says: 'its reader went away' },
};

/** What was tried, for the message. */
type Attempt =
  | 'read'
  | 'write'
  | 'append to'
  | 'list'
  | 'copy'
  | 'link'
  | 'delete'
  | 'make'
  | 'look at'
  | 'lock';

/**
 * The error to throw for a failed file operation: typed, with the path the caller gave. Errors of our own
 * family pass unchanged.
 */
export function ioError(error: unknown, attempt: Attempt, path: string): LabelkitError {
  if (error instanceof LabelkitError) return error;
  const name = errnoOf(error);
  if (name === 'ABORT_ERR') return new AbortedError({ cause: error, path });
  const meaning = name === undefined ? undefined : meanings[name];
  const says = meaning?.says ?? (error instanceof Error ? error.message : String(error));
  const hint =
    name === 'ENOENT' && path.includes('\ufffd')
      ? 'Its name on the disk is not UTF-8 text, so it cannot be opened by name; rename it.'
      : meaning?.hint;
  return new StorageError(meaning?.code ?? 'Io', `cannot ${attempt} ${path}: ${says}`, {
    path,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The system's name of an error, `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for the names with which systems refuse hard links or reflinks they cannot make. */
export function cannotLink(error: unknown): boolean {
  const name = errnoOf(error);
  return name !== undefined && refusals.has(name);
}

const refusals = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL', 'ENOTTY']);
