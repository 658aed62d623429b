import type { ExampleFile, ExampleFiles, RuleExample } from './example.js';

/** A file of an example as it is shown. */
export interface FileView {
  /** Its path; what cannot be seen is written as an escape. */
  readonly name: string;
  /** What is in it, line by line; of a mended file `-` and `+` and the lines that differ. */
  readonly lines: readonly string[];
}

/** An example as it is shown, on the screen or on a page. */
export interface ExampleView {
  readonly command: string;
  /** The files that break the rule. */
  readonly files: readonly FileView[];
  /** What the command prints about them. */
  readonly prints: string;
  /** The command line that mends it; absent: the files are what changes. */
  readonly fixedCommand?: string;
  /** The files that differ when mended. */
  readonly changes: readonly FileView[];
  /** Other rules that report the same fault, or that stay. */
  readonly also: readonly string[];
}

const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\n': '\\n' };

/** Controls, marks and combining characters as escapes: nobody sees them otherwise. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Mn}]/gu,
    (sign) => escapes[sign] ?? `\\u${sign.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

const kindOfMask = {
  palette: 'PNG mask with the VOC colour map',
  rgb: 'PNG mask in RGB, colours of the VOC colour map',
  grey: 'grey PNG mask of 8 bits',
  grey16: 'grey PNG mask of 16 bits',
} as const;

function linesOf(file: ExampleFile): readonly string[] {
  if (typeof file === 'string') {
    if (file === '') return ['(no bytes)'];
    return file.replace(/\n$/, '').split('\n').map(visible);
  }
  if ('image' in file) {
    const { image, width, height, orientation, bytes } = file;
    const turned = orientation === undefined ? '' : `, EXIF orientation ${orientation}`;
    const size = bytes === undefined ? '' : `, ${bytes} bytes`;
    return [`(${image.toUpperCase()} image, ${width} × ${height} pixels${turned}${size})`];
  }
  if ('mask' in file) return [`(${kindOfMask[file.as]}; a sign for each pixel)`, ...file.mask];
  if ('hex' in file) return [`(${file.about})`, file.hex.replace(/..(?=.)/g, '$& ')];
  if ('link' in file) return [`(link to ${file.link})`];
  const { repeat, times, before = '', after = '' } = file;
  const number = repeat.includes('#') ? ', # from 1' : '';
  return [
    ...(before === '' ? [] : linesOf(before)),
    `(${times} times${number}:)`,
    ...linesOf(repeat),
    ...(after.trim() === '' ? [] : ['(and:)', ...linesOf(after)]),
  ];
}

/** The lines that differ: behind those that both begin with, before those that both end with. */
function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end))
    end++;
  return [
    ...before.slice(start, before.length - end).map((line) => `-${line}`),
    ...after.slice(start, after.length - end).map((line) => `+${line}`),
  ];
}

function changesOf(broken: ExampleFiles, fixed: ExampleFiles): readonly FileView[] {
  const names = [...new Set([...Object.keys(broken), ...Object.keys(fixed)])];
  return names.flatMap((name) => {
    const [before, after] = [broken[name], fixed[name]];
    const lines = difference(
      before === undefined ? [] : linesOf(before),
      after === undefined ? [] : linesOf(after),
    );
    return lines.length === 0 ? [] : [{ name: visible(name), lines }];
  });
}

/** An example as lines of text. */
export function viewOf(example: RuleExample): ExampleView {
  const { command, fixedCommand, broken, fixed, prints, also = [] } = example;
  return {
    command,
    files: Object.entries(broken).map(([name, file]) => ({ name: visible(name), lines: linesOf(file) })),
    prints: visible(prints),
    ...(fixedCommand === undefined ? {} : { fixedCommand }),
    changes: changesOf(broken, fixed),
    also,
  };
}
