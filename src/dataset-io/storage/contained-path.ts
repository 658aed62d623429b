import { type NameProblem, nameProblem, StorageError } from '../../model/index.js';
import { joinLocation, parseLocation } from './uri.js';

/** What a name out of data may be like. */
export interface ContainedPathOptions {
  /** The name must be one name: `/` is refused too. Default false: `a/b.jpg` makes a path of two. */
  readonly single?: boolean | undefined;
  /** Refuse what only Windows cannot store. Default true: outputs travel. On Windows always refused. */
  readonly portable?: boolean | undefined;
}

const maxLocalPathBytes = 4095;
const maxKeyBytes = 1024;

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
