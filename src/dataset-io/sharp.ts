import { OptionError } from '../model/index.js';

/**
 * The package that decodes and writes pictures, which is installed by those who need it.
 *
 * @param purpose what needs it: "perceptual hashes need"
 * @throws OptionError `Unsupported` where it is not installed
 */
export async function loadSharp(purpose: string) {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new OptionError(`${purpose} the package sharp, which cannot be loaded`, {
      code: 'Unsupported',
      hint: 'Install it beside labelkit: npm install sharp@0.35.',
      cause: error,
    });
  }
}

/** What {@link loadSharp} gives. */
export type Sharp = Awaited<ReturnType<typeof loadSharp>>;

/** The first line of what sharp says is wrong with a picture. */
export function sharpProblem(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
