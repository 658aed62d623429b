import { OptionError } from '../model/index.js';

/**
 * Refuses a plain object that has a member no field is made of: a value under a misspelt name would be left out
 * of the manifest in silence. Objects of classes may have members of their own.
 *
 * @throws {OptionError} that names the member and the known ones.
 */
export function refuseUnknownMembers(init: object, known: ReadonlySet<string>, what: string): void {
  const prototype: unknown = Object.getPrototypeOf(init);
  if (prototype !== Object.prototype && prototype !== null) return;
  for (const name of Object.keys(init)) {
    if (known.has(name)) continue;
    throw new OptionError(`${what} has no member "${name}"`, {
      hint: `Members: ${[...known].join(', ')}. Members of your own are set with setMember, after the construction.`,
    });
  }
}
