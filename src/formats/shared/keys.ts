/** Something that has a short name, and a long one for when another has the same short one. */
export interface Keyed {
  readonly key: string;
  /** With the folders of the layout: `train/1` of `1`. */
  readonly longKey: string;
}

/** Short names where no other has the same, long ones where one has: images of two subsets often share names. */
export function withDistinctKeys<T extends Keyed>(items: readonly T[]): T[] {
  const counts = new Map<string, number>();
  for (const { key } of items) counts.set(key, (counts.get(key) ?? 0) + 1);
  return items.map((item) => (counts.get(item.key) === 1 ? item : { ...item, key: item.longKey }));
}
