import type { Diagnostic } from './diagnostic.js';

/** How two names that belong together differ: in letter case (D011), or in Unicode normal form alone (D017). */
export type NameDifference = 'case' | 'form';

/** What is said of a difference between the names of two files that were paired. */
export function differenceFinding(
  difference: NameDifference,
  one: string,
  other: string,
): Pick<Diagnostic, 'rule' | 'severity' | 'message'> {
  return difference === 'case'
    ? { rule: 'D011', severity: 'warning', message: `${one} and ${other} differ in letter case` }
    : { rule: 'D017', severity: 'info', message: `${one} and ${other} differ in Unicode normal form` };
}

const composed = (name: string) => name.normalize('NFC');
const folded = (name: string) => composed(name).toLowerCase();

/** Finds what is spelt almost like a name: in another normal form, or else in another letter case. */
export class NearNames {
  private readonly byForm = new Map<string, string>();
  private readonly byCase = new Map<string, string>();

  /** @param names of several that are near a name, the first is found */
  constructor(names: Iterable<string>) {
    for (const name of names) {
      setNew(this.byForm, composed(name), name);
      setNew(this.byCase, folded(name), name);
    }
  }

  /** @param name which is none of the names themselves */
  find(name: string): { readonly name: string; readonly difference: NameDifference } | undefined {
    const sameForm = this.byForm.get(composed(name));
    if (sameForm !== undefined) return { name: sameForm, difference: 'form' };
    const sameCase = this.byCase.get(folded(name));
    return sameCase === undefined ? undefined : { name: sameCase, difference: 'case' };
  }
}

function setNew(map: Map<string, string>, key: string, value: string): void {
  if (!map.has(key)) map.set(key, value);
}
