import { SeededRandom } from './random.js';
import { noPart } from './split-parts.js';

/** What is to be put into parts: groups of samples, each of which stays whole. */
export interface SplitGroups {
  /** Samples. */
  readonly size: number;
  /** The group of each sample, groups being numbered from 0 by their first sample. Absent: each sample is one. */
  readonly group?: Uint32Array | undefined;
  readonly groupCount: number;
  /** The label set of each sample: its index in {@link labelSets}. Needed for stratification alone. */
  readonly labelSet?: Uint16Array | Uint32Array | undefined;
  /** The labels of each set, as numbers below {@link labelCount}, none twice. */
  readonly labelSets?: readonly (readonly number[])[] | undefined;
  readonly labelCount?: number | undefined;
  /** The part that a sample is in already and stays in, {@link noPart} for none. Absent: none is. */
  readonly pinned?: Uint8Array | undefined;
}

/** Groups in parts, while they are being filled. */
class Filling {
  /** The part of each group. */
  readonly parts: Uint8Array;
  /** Samples that each part still wants; below 0 where groups were too large. The last one stands for no part. */
  readonly room: number[];
  /** Samples of each group. */
  readonly sizes: Uint32Array | undefined;

  constructor(
    readonly groups: SplitGroups,
    wanted: readonly number[],
  ) {
    const { group, groupCount, size } = groups;
    this.parts = new Uint8Array(groupCount).fill(noPart);
    this.room = [...wanted];
    if (group === undefined) return;
    this.sizes = new Uint32Array(groupCount);
    for (let i = 0; i < size; i++) this.sizes[group[i]!]!++;
  }

  sizeOf(group: number): number {
    return this.sizes?.[group] ?? 1;
  }

  put(group: number, part: number): void {
    this.parts[group] = part === this.room.length - 1 ? noPart : part;
    this.room[part]! -= this.sizeOf(group);
  }
}

/**
 * Takes what is pinned out of what is wanted. The rest of a pinned sample's group goes where the first such sample is.
 *
 * @returns which groups are done
 */
function placePinned(filling: Filling): Uint8Array {
  const { groups, parts, room } = filling;
  const { pinned, group, size, groupCount } = groups;
  const done = new Uint8Array(groupCount);
  if (pinned === undefined) return done;
  for (let i = 0; i < size; i++) {
    const part = pinned[i]!;
    const of = group?.[i] ?? i;
    if (part === noPart || done[of] === 1) continue;
    done[of] = 1;
    parts[of] = part;
  }
  for (let i = 0; i < size; i++) {
    const of = group?.[i] ?? i;
    if (done[of] === 1) room[pinned[i] === noPart ? parts[of]! : pinned[i]!]!--;
  }
  return done;
}

/** Groups of several samples that are not done, the largest first and equal ones shuffled; then all others, in order. */
function byWeight(filling: Filling, done: Uint8Array, random: SeededRandom) {
  const large: number[] = [];
  const { groupCount } = filling.groups;
  if (filling.sizes !== undefined) {
    for (let group = 0; group < groupCount; group++)
      if (done[group] === 0 && filling.sizeOf(group) > 1) large.push(group);
  }
  shuffle(large, random);
  large.sort((a, b) => filling.sizeOf(b) - filling.sizeOf(a));
  return large;
}

function shuffle(list: number[] | Uint32Array, random: SeededRandom, from = 0, to = list.length): void {
  for (let left = to - from; left > 1; left--) {
    const other = from + random.below(left);
    const last = from + left - 1;
    const kept = list[last]!;
    list[last] = list[other]!;
    list[other] = kept;
  }
}

/** A part drawn in proportion to its room; the one with most room where none has any. */
function draw(room: readonly number[], least: number, random: SeededRandom): number {
  let sum = 0;
  for (const left of room) if (left >= least) sum += left;
  if (sum <= 0) return roomiest(room);
  let at = random.below(sum);
  for (let part = 0; part < room.length; part++) {
    const left = room[part]!;
    if (left < least) continue;
    if (at < left) return part;
    at -= left;
  }
  return roomiest(room);
}

function roomiest(room: readonly number[]): number {
  let best = 0;
  for (let part = 1; part < room.length; part++) if (room[part]! > room[best]!) best = part;
  return best;
}

/** The part of each sample, out of those of their groups. */
function ofSamples({ parts, groups }: Filling): Uint8Array {
  const { group, pinned, size } = groups;
  if (group === undefined && pinned === undefined) return parts;
  const result = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const pin = pinned?.[i] ?? noPart;
    result[i] = pin === noPart ? parts[group?.[i] ?? i]! : pin;
  }
  return result;
}

/**
 * Puts groups into parts at random, to exact sizes as far as whole groups allow: every single sample has the same chance
 * of every place. Large groups choose first.
 *
 * @param wanted samples of each part, and at the end how many go nowhere, as of `partSizes`
 * @returns the part of each sample, `noPart` for none
 */
export function assignRandomly(groups: SplitGroups, wanted: readonly number[], seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  const filling = new Filling(groups, wanted);
  const done = placePinned(filling);
  for (const group of byWeight(filling, done, random)) {
    filling.put(group, draw(filling.room, filling.sizeOf(group), random));
    done[group] = 1;
  }
  for (let group = 0; group < groups.groupCount; group++) {
    if (done[group] === 0) filling.put(group, draw(filling.room, 1, random));
  }
  return ofSamples(filling);
}

/**
 * Puts groups into parts so that every label keeps its share in each: iterative stratification. The label with
 * fewest samples left chooses first; a sample goes to the part that lacks most of that label, of several such to the one
 * with most room, of several such to one drawn. Groups of several samples go first, the largest before all, each to the
 * part that lacks most of what the group has.
 *
 * Takes time in proportion to samples × parts; beside the result, 5 bytes for each group.
 *
 * @param wanted as for {@link assignRandomly}
 */
export function assignStratified(groups: SplitGroups, wanted: readonly number[], seed: number): Uint8Array {
  const random = new SeededRandom(seed);
  const filling = new Filling(groups, wanted);
  const done = placePinned(filling);
  const { labelSet, labelSets = [], labelCount = 0, size, group, pinned } = groups;
  const parts = wanted.length;

  const totals = new Float64Array(labelCount);
  for (let i = 0; i < size; i++) for (const label of labelSets[labelSet?.[i] ?? 0] ?? []) totals[label]!++;
  /** How many samples with a label a part still wants: at label × parts + part. */
  const lack = new Float64Array(labelCount * parts);
  for (let label = 0; label < labelCount; label++) {
    for (let part = 0; part < parts; part++)
      lack[label * parts + part] = size === 0 ? 0 : (totals[label]! * wanted[part]!) / size;
  }
  const take = (set: readonly number[], part: number) => {
    for (const label of set) {
      lack[label * parts + part]!--;
      totals[label]!--;
    }
  };
  for (let i = 0; i < size; i++) {
    const of = group?.[i] ?? i;
    if (done[of] === 0) continue;
    const pin = pinned?.[i] ?? noPart;
    take(labelSets[labelSet?.[i] ?? 0] ?? [], pin === noPart ? filling.parts[of]! : pin);
  }

  const large = byWeight(filling, done, random);
  if (large.length > 0) {
    const members = membersOf(groups, filling.sizes!);
    for (const of of large) {
      const counts = new Map<number, number>();
      for (const i of members(of))
        for (const label of labelSets[labelSet?.[i] ?? 0] ?? [])
          counts.set(label, (counts.get(label) ?? 0) + 1);
      const part = partForGroup(counts, totals, lack, filling.room, filling.sizeOf(of));
      filling.put(of, part);
      done[of] = 1;
      for (const i of members(of)) take(labelSets[labelSet?.[i] ?? 0] ?? [], part);
    }
  }

  /** Groups of one sample by label set, those of set s from `from[s]` to `from[s + 1]`. */
  const from = new Uint32Array(labelSets.length + 1);
  const isOpen = (i: number) => done[group?.[i] ?? i] === 0;
  for (let i = 0; i < size; i++) if (isOpen(i)) from[(labelSet?.[i] ?? 0) + 1]!++;
  for (let set = 0; set < labelSets.length; set++) from[set + 1]! += from[set]!;
  const order = new Uint32Array(from[labelSets.length]!);
  const next = from.slice();
  for (let i = 0; i < size; i++) if (isOpen(i)) order[next[labelSet?.[i] ?? 0]!++] = i;

  const setsOf: number[][] = Array.from({ length: labelCount }, () => []);
  labelSets.forEach((set, index) => {
    for (const label of set) setsOf[label]!.push(index);
  });
  const finished = new Uint8Array(labelSets.length);
  const placeSet = (set: number, label: number) => {
    if (finished[set] === 1) return;
    finished[set] = 1;
    shuffle(order, random, from[set]!, from[set + 1]!);
    for (let at = from[set]!; at < from[set + 1]!; at++) {
      const i = order[at]!;
      const part = neediest(lack, label * parts, filling.room, random);
      filling.put(group?.[i] ?? i, part);
      take(labelSets[set]!, part);
    }
  };
  for (;;) {
    let rarest = -1;
    for (let label = 0; label < labelCount; label++) {
      const left = totals[label]!;
      if (left > 0 && (rarest < 0 || left < totals[rarest]!)) rarest = label;
    }
    if (rarest < 0) break;
    for (const set of setsOf[rarest]!) placeSet(set, rarest);
    totals[rarest] = 0;
  }
  // Samples without any label fill what is left.
  for (let set = 0; set < labelSets.length; set++) {
    if (finished[set] === 1) continue;
    for (let at = from[set]!; at < from[set + 1]!; at++) {
      const i = order[at]!;
      filling.put(group?.[i] ?? i, draw(filling.room, 1, random));
    }
  }
  return ofSamples(filling);
}

/** The part that lacks most of a label, then the one with most room, then one that is drawn. */
function neediest(lack: Float64Array, base: number, room: readonly number[], random: SeededRandom): number {
  const slack = 1e-6;
  let best = -1;
  let equals = 1;
  for (let part = 0; part < room.length; part++) {
    if (room[part]! <= 0) continue;
    if (best < 0) {
      best = part;
      continue;
    }
    const more = lack[base + part]! - lack[base + best]!;
    const roomier = room[part]! - room[best]!;
    if (more > slack || (more > -slack && roomier > 0)) {
      best = part;
      equals = 1;
    } else if (more > -slack && roomier === 0 && random.below(++equals) === 0) best = part;
  }
  return best < 0 ? roomiest(room) : best;
}

/**
 * The part that lacks most of what a group of `size` samples has, rare labels counting more; room decides between equals.
 * Parts that it does not fit into are for groups that fit nowhere.
 */
function partForGroup(
  counts: ReadonlyMap<number, number>,
  totals: Float64Array,
  lack: Float64Array,
  room: readonly number[],
  size: number,
): number {
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let part = 0; part < room.length; part++) {
    if (room[part]! < size) continue;
    let score = room[part]! * 1e-9;
    for (const [label, count] of counts)
      score += (count * lack[label * room.length + part]!) / Math.max(1, totals[label]!) ** 2;
    if (score > bestScore) {
      best = part;
      bestScore = score;
    }
  }
  return best < 0 ? roomiest(room) : best;
}

/** The samples of each group. */
function membersOf({ group, size }: SplitGroups, sizes: Uint32Array): (of: number) => Uint32Array {
  const starts = new Uint32Array(sizes.length + 1);
  for (let of = 0; of < sizes.length; of++) starts[of + 1] = starts[of]! + sizes[of]!;
  const next = starts.slice();
  const members = new Uint32Array(size);
  for (let i = 0; i < size; i++) members[next[group?.[i] ?? i]!++] = i;
  return (of) => members.subarray(starts[of], starts[of + 1]);
}

/** Groups whose samples are in several parts: what a split must not have. */
export function crossingGroups({ group, groupCount, size }: SplitGroups, parts: Uint8Array): number {
  if (group === undefined) return 0;
  const first = new Int16Array(groupCount).fill(-1);
  let crossing = 0;
  for (let i = 0; i < size; i++) {
    const of = group[i]!;
    if (first[of] === -1) first[of] = parts[i]!;
    else if (first[of]! >= 0 && first[of] !== parts[i]) {
      first[of] = -2;
      crossing++;
    }
  }
  return crossing;
}
