import type { FormatSource } from '../contract.js';

/** An address with a scheme, or an absolute path of any system. */
export function isAbsolute(reference: string): boolean {
  return /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|[\\/]|[A-Za-z]:[\\/])/.test(reference);
}

/**
 * What a relative reference in a file leads to, as a name relative to the input: `\` separates as `/` does, `.` and `..`
 * are worked out. Leading `..` stay where it leads out of the input.
 *
 * @param file the name of the file it stands in, relative to the input
 */
export function nameOfReference(file: string, reference: string): string {
  const parts: string[] = [];
  for (const part of `${file.slice(0, file.lastIndexOf('/') + 1)}${reference.replaceAll('\\', '/')}`.split(
    '/',
  )) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** A reference in a file as a sample's source has it: absolute ones as stored, others as paths of the input. */
export function sourceOfReference(source: FormatSource, file: string, reference: string): string {
  return isAbsolute(reference) ? reference : source.pathOf(nameOfReference(file, reference));
}
