import { type Diagnostic, nameProblem } from '../../model/index.js';
import type { FormatSink, WriteRow } from '../contract.js';
import { placeOf } from './place.js';

/** The base name of a path or URI with its last extension; `\` separates as `/` does. */
export function baseNameOf(source: string): string {
  return source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
}

/** A name without its last extension: `a.b` of `a.b.jpg`, and of `.hidden` all of it. Folders stay. */
export function stemOfName(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1 ? name : name.slice(0, dot);
}

/** The extension of a source with its dot, as stored: `.JPG`; empty when it has none that looks like one. */
export function extensionOf(source: string): string {
  return /\.[A-Za-z0-9]{1,5}$/.exec(baseNameOf(source))?.[0] ?? '';
}

/** The name of a row in a folder, without extension: its own where its format gave it one, else its source's. */
export function keyOf(row: WriteRow): string {
  return row.key ?? stemOfName(baseNameOf(row.sample.source));
}

/**
 * Puts the image of a row beside the one file of an output.
 *
 * @returns how the file refers to it, or why it cannot be there
 */
export async function imageBeside(
  sink: FormatSink,
  names: NameTable,
  row: WriteRow,
): Promise<string | Diagnostic> {
  const name = names.take(row, keyOf(row), extensionOf(row.sample.source));
  if (typeof name !== 'string') return name;
  return (await sink.image(row, name)) ?? sink.imagePrefix + name;
}

/** C003: a name of the data cannot be one in the output. */
function unsafeName(row: WriteRow, name: string): Diagnostic | undefined {
  const problem = name === '' ? { message: 'is empty', hint: 'Give the sample a name.' } : nameProblem(name);
  if (problem === undefined) return undefined;
  return {
    rule: 'C003',
    severity: 'error',
    message: `"${name}" cannot name a file of the output: it ${problem.message}`,
    hint: problem.hint,
    ...placeOf(row),
  };
}

/** The names that are taken in an output. */
export class NameTable {
  private readonly taken = new Set<string>();
  /** The last number given to a later sample of a name. */
  private readonly numbers = new Map<string, number>();

  /**
   * @param isTaken what else is in the output already, where names are no keys of this table
   */
  constructor(
    private readonly sink: Pick<FormatSink, 'renameClashes'>,
    private readonly isTaken: (name: string) => boolean = () => false,
  ) {}

  /**
   * Takes a name for a row: the one wanted, or with `renameClashes` the next free `name-2`, `name-3`…
   *
   * @param wanted `/`-separated, without extension
   * @param extension stays at the end of a numbered name; default none
   * @returns the name with the extension, or C002 or C003
   */
  take(row: WriteRow, wanted: string, extension = ''): string | Diagnostic {
    const unsafe = unsafeName(row, `${wanted}${extension}`);
    if (unsafe !== undefined) return unsafe;
    const name = `${wanted}${extension}`;
    if (this.isFree(name)) return this.keep(name);
    if (!this.sink.renameClashes) {
      return {
        rule: 'C002',
        severity: 'error',
        message: `another sample is written as ${name} already`,
        hint: 'Give --rename-clashes to number the later ones, or rename the image.',
        ...placeOf(row),
      };
    }
    for (let number = this.numbers.get(name) ?? 2; ; number++) {
      const numbered = `${wanted}-${number}${extension}`;
      if (!this.isFree(numbered)) continue;
      this.numbers.set(name, number + 1);
      return this.keep(numbered);
    }
  }

  private isFree(name: string): boolean {
    return !this.taken.has(name) && !this.isTaken(name);
  }

  private keep(name: string): string {
    this.taken.add(name);
    return name;
  }
}
