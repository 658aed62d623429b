/** Why a name out of data must not become a file name. */
export interface NameProblem {
  /** Reads on after the name: "climbs out of the directory". */
  readonly message: string;
  readonly hint: string;
  /** The name is harmless here and breaks, or means a device, on Windows. */
  readonly windowsOnly: boolean;
}

/** The longest name most file systems store, in UTF-8 bytes. */
const maxNameBytes = 255;

const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/**
 * What is wrong with a name taken from data, or undefined when it may be used below an output directory.
 *
 * @param options `single`: it must be one name, `/` is refused too; default false: `a/b.jpg` makes a path of two
 */
export function nameProblem(
  name: string,
  options: { readonly single?: boolean | undefined } = {},
): NameProblem | undefined {
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
