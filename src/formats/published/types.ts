/** A version of a data set as it was published. */
export interface PublishedVersion {
  /** `V001`, or as its owner named it. */
  readonly name: string;
  /** Of the manifest, in the tree. */
  readonly manifest: string;
  /** What leads to the files of the version: `annotation/V001/`; empty when its own folder was named. */
  readonly folder: string;
}

/**
 * The versions in a tree, the newest last. A version is a folder with a manifest of its name, `V001/V001.manifest` or
 * `V001/pets-V001.manifest`.
 *
 * @param names files of the tree
 * @param own the name of the folder that the tree was read from, which may be that of a version
 */
export function versionsOf(names: Iterable<string>, own: string): PublishedVersion[] {
  const versions = new Map<string, PublishedVersion>();
  for (const manifest of names) {
    const match = /^((?:.*\/)?)([^/]+)\.manifest$/.exec(manifest);
    if (match === null) continue;
    const [, folder, stem] = match as unknown as [string, string, string];
    const name = folder === '' ? own : folder.slice(0, -1).split('/').at(-1)!;
    if (stem !== name && !stem.endsWith(`-${name}`)) continue;
    const parent = folder.split('/').slice(0, -2).join('/');
    if (parent !== '' && parent !== 'annotation') continue;
    // The plain name is that of the platform; a second manifest beside it is a copy that was taken out.
    if (stem === name || !versions.has(name)) versions.set(name, { name, manifest, folder });
  }
  return [...versions.values()].sort((a, b) => compareVersions(a.name, b.name));
}

/** Numbers in names count as numbers: V9 comes before V010. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one, other] = [left[at]!, right[at]!];
    const areNumbers = /^\d/.test(one) && /^\d/.test(other);
    const difference = areNumbers ? Number(BigInt(one) - BigInt(other)) : one < other ? -1 : +(one > other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || (a < b ? -1 : +(a > b));
}

function partsOf(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}
