import type { Diagnostic } from '../model/index.js';
import { datasetDiagnostic } from './rules.js';

/**
 * D055: symbolic links are not followed, and pipes are not read.
 *
 * @param names of what a listing has that is neither file nor folder
 * @param pathOf a name as findings have it
 */
export function passedOverFinding(
  names: readonly string[],
  pathOf: (name: string) => string,
): Diagnostic | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  const more =
    names.length === 1 ? ' is a link or a pipe' : ` and ${names.length - 1} more are links or pipes`;
  return datasetDiagnostic('D055', `${first}${more}, and not read`, {
    file: pathOf(first),
    hint: 'Put the files themselves there.',
  });
}
