import { type Diagnostic, OptionError } from '../../model/index.js';
import type { FormatSink, WriteRow } from '../contract.js';
import { placeOf } from './place.js';

/** Class names and their ids from 0: the given list, or names in the order of their first appearance. */
export class ClassTable {
  private readonly ids = new Map<string, number>();
  /** True when the list was given: it does not grow. */
  readonly isFixed: boolean;

  constructor(given: readonly string[] | undefined) {
    this.isFixed = given !== undefined;
    for (const name of given ?? []) if (!this.ids.has(name)) this.ids.set(name, this.ids.size);
  }

  /** By id. */
  get names(): readonly string[] {
    return [...this.ids.keys()];
  }

  get size(): number {
    return this.ids.size;
  }

  /** The id of a label; undefined when a given list does not have it. */
  idOf(label: string): number | undefined {
    const known = this.ids.get(label);
    if (known !== undefined || this.isFixed) return known;
    const id = this.ids.size;
    this.ids.set(label, id);
    return id;
  }

  /**
   * {@link idOf}, or the finding for a label that is none of the given ones (C010).
   *
   * @param pointer of the label in the sample
   */
  take(label: string, row: WriteRow, pointer?: string): number | Diagnostic {
    return this.idOf(label) ?? unmappedLabel(label, this.names, row, pointer);
  }
}

/**
 * For formats whose files hold class numbers: those of the samples that are there already are not known to a run that
 * adds others, and the same number would mean two labels.
 *
 * @param what the numbers are for: `class ids`
 * @throws OptionError when something is to be appended, and no classes were given
 */
export function demandClassesToAppend({ mode, classes }: FormatSink, what: string): void {
  if (mode !== 'append' || classes !== undefined) return;
  throw new OptionError(`the ${what} of what is there already are not known`, {
    hint: 'Give the classes in their order with --classes, as they were given before.',
  });
}

/** How many names of a list are shown. */
const namesShown = 10;

/** C010: a label that none of the given classes is. */
export function unmappedLabel(
  label: string,
  classes: readonly string[],
  row: WriteRow,
  pointer?: string,
): Diagnostic {
  const shown = classes.slice(0, namesShown).join(', ');
  const more = classes.length > namesShown ? ` and ${classes.length - namesShown} more` : '';
  return {
    rule: 'C010',
    severity: 'error',
    message: `the label "${label}" is none of the ${classes.length} classes (${shown}${more})`,
    hint: `Map it first: labelkit relabel --map '${label.replaceAll('=', '\\=').replaceAll("'", `'\\''`)}=${classes[0] ?? 'class'}' (or another class), or add it to --classes.`,
    ...placeOf(row),
    ...(pointer === undefined ? {} : { pointer }),
  };
}
