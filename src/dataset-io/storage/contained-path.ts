import { StorageError } from '../../model/index.js';
import { joinLocation, parseLocation } from './uri.js';

/** Why a name out of data must not become a file name. */
export interface NameProblem {
  /** Reads on after the name: "climbs out of the directory". */
  readonly message: string;
  readonly hint: string;
  /** The name is harmless here and breaks, or means a device, on Windows. */
  readonly windowsOnly: boolean;
}

export interface ContainedPathOptions {
  /** The name must be one name: `/` is refused too. Default false: `a/b.jpg` makes a path of two. */
  readonly single?: boolean | undefined;
  /** Refuse what only Windows cannot store. Default true: outputs travel. On Windows always refused. */
  readonly portable?: boolean | undefined;
}

/** The longest name most file systems store, in UTF-8 bytes. */
const maxNameBytes = 255;
const maxLocalPathBytes = 4095;
const maxKeyBytes = 1024;

const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** What is wrong with a name taken from data, or undefined when it may be used below an output directory. */
export function nameProblem(name: string, options: ContainedPathOptions = {}): NameProblem | undefined {
  const refuse = (message: string, windowsOnly = false): NameProblem => ({
    message,
    windowsOnly,
    hint: windowsOnly ? 'Rename it, or allow names that Windows cannot store.' : 'Rename it in the input.',
  });
  if (name === '') return refuse('is empty');
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return refuse('has a control character');
  if (/\p{Cs}/u.test(name)) return refuse('has half of a surrogate pair');
  if (name.includes('\\')) return refuse('has a backslash');
  if (name.startsWith('/')) return refuse('is an absolute path');
  if (/^[A-Za-z]:/.test(name)) return refuse('begins with a drive letter');
  if (options.single === true && name.includes('/')) return refuse('has a slash');
  let windows: NameProblem | undefined;
  for (const part of name.split('/')) {
    if (part === '') return refuse('has an empty part');
    if (part === '..') return refuse('climbs out of the directory');
    if (part === '.') return refuse('has a part that is only a dot');
    if (Buffer.byteLength(part) > maxNameBytes) return refuse(`is longer than ${maxNameBytes} bytes`);
    if (reservedOnWindows.test(part)) windows ??= refuse('is the name of a device on Windows', true);
    else if (/[. ]$/.test(part)) windows ??= refuse('ends with a dot or a space', true);
    else if (/[<>:"|?*]/.test(part))
      windows ??= refuse('has a character that Windows forbids in names', true);
  }
  return windows;
}

/**
 * The path of a name out of data below an output directory: always inside it.
 *
 * @param root the output directory, on any storage
 * @param name relative, separated by `/`; comes from a file, so it may be anything
 * @throws StorageError `UnsafePath` that says what is wrong with the name
 */
export function containedPath(root: string, name: string, options: ContainedPathOptions = {}): string {
  const problem = nameProblem(name, options);
  const windowsMatters = options.portable !== false || process.platform === 'win32';
  if (problem !== undefined && (!problem.windowsOnly || windowsMatters)) throw unsafe(name, problem);
  const path = joinLocation(root, name);
  const location = parseLocation(path);
  const [bytes, limit] =
    location.kind === 'obs'
      ? [Buffer.byteLength(location.key), maxKeyBytes]
      : [Buffer.byteLength(path), maxLocalPathBytes];
  if (bytes > limit) {
    throw unsafe(name, { message: `makes a path longer than ${limit} bytes`, hint: 'Shorten it.' });
  }
  return path;
}

function unsafe(name: string, problem: Pick<NameProblem, 'message' | 'hint'>): StorageError {
  return new StorageError('UnsafePath', `the name ${JSON.stringify(name)} ${problem.message}`, {
    path: name,
    hint: problem.hint,
  });
}
