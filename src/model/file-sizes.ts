import type { Diagnostic } from './diagnostic.js';
import type { Profile } from './rule.js';

const mega = 1024 * 1024;
const giga = 1024 * mega;

/** What the platform takes, by what a file is. */
const limits = {
  image: { most: 25 * mega, text: '25 MB' },
  label: { most: 100 * mega, text: '100 MB' },
  other: { most: 5 * giga, text: '5 GB' },
} as const;

/** Larger images cannot be uploaded in the console, and are imported all the same. */
const usualImage = 5 * mega;

/**
 * D016: a file that an import refuses for its size, or an image that is unusually large.
 *
 * @param size bytes; asked for only where the profile has limits
 * @param path of the file, for the finding
 */
export function sizeFinding(
  kind: keyof typeof limits,
  name: string,
  size: () => number,
  path: string,
  profile: Profile,
): Diagnostic | undefined {
  if (profile !== 'modelarts-import') return undefined;
  const bytes = size();
  const { most, text } = limits[kind];
  const of = (severity: 'error' | 'warning', limit: string): Diagnostic => ({
    rule: 'D016',
    severity,
    message: `${name} has ${bytes} bytes, more than ${limit}`,
    file: path,
  });
  if (bytes > most) return of('error', text);
  return kind === 'image' && bytes > usualImage ? of('warning', '5 MB') : undefined;
}
