/** A file of an example: its text, or what it is where text cannot show it. */
export type ExampleFile =
  | string
  /** An image of which nobody looks at the pixels, with its EXIF orientation where it has one. */
  | {
      readonly image: 'png' | 'jpeg' | 'gif';
      readonly width: number;
      readonly height: number;
      readonly orientation?: number;
      /** Filled up to so many bytes. */
      readonly bytes?: number;
    }
  /**
   * A PNG mask as it looks: a sign for each pixel, the same for the rows. A dot is 0, a digit an index into the VOC colour map, `v` 255.
   * `rgb` writes the colours themselves; grey ones the indices as levels.
   */
  | { readonly mask: readonly string[]; readonly as: 'palette' | 'rgb' | 'grey' | 'grey16' }
  /** Bytes that are no text, and what they are. */
  | { readonly hex: string; readonly about: string }
  /** A text repeated; `#` in it is the number of the repetition, from 1. */
  | { readonly repeat: string; readonly times: number; readonly before?: string; readonly after?: string }
  /** A symbolic link. */
  | { readonly link: string };

/** Files by their path below the folder that the command is run in. */
export type ExampleFiles = Readonly<Record<string, ExampleFile>>;

/** What an example does, before it is known what comes of it. */
export interface ExampleRun {
  /** The command line. Its words are separated by blanks, and name files relative to the folder of the example. */
  readonly command: string;
  /** The command line on the mended files, where another one is the remedy. */
  readonly fixedCommand?: string;
  /** The files that break the rule. */
  readonly broken: ExampleFiles;
  /** All the files again, mended. */
  readonly fixed: ExampleFiles;
  /** Other rules that cannot but report the same fault as well. */
  readonly also?: readonly string[];
}

/** A small data set that breaks a rule and no other one, and the same data set mended. */
export interface RuleExample extends ExampleRun {
  /** Id of the rule. */
  readonly rule: string;
  /** The line that the command prints about the broken files: place, severity, message and rule. */
  readonly prints: string;
}

/** An image of 100 × 80 pixels, for where only its size matters. */
export const jpeg = { image: 'jpeg', width: 100, height: 80 } as const;

/**
 * A run over files of which some are replaced to mend them.
 *
 * @param command the command line without the name of the program
 * @param changes files that differ when mended; undefined takes one away
 */
export function run(
  command: string,
  broken: ExampleFiles,
  changes: Readonly<Record<string, ExampleFile | undefined>>,
  also: readonly string[] = [],
): ExampleRun {
  const fixed = Object.entries({ ...broken, ...changes }).filter(([, file]) => file !== undefined);
  return {
    command: `labelkit ${command}`,
    broken,
    fixed: Object.fromEntries(fixed) as ExampleFiles,
    ...(also.length === 0 ? {} : { also }),
  };
}

/** A run that another command line mends. */
export function rerun(
  command: string,
  fixedCommand: string,
  files: ExampleFiles,
  also: readonly string[] = [],
): ExampleRun {
  return {
    command: `labelkit ${command}`,
    fixedCommand: `labelkit ${fixedCommand}`,
    broken: files,
    fixed: files,
    ...(also.length === 0 ? {} : { also }),
  };
}
