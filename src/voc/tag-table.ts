/** Longest tag the table takes, brackets included. */
const longestTag = 32;
const buckets = 512;

/**
 * A fixed set of element names, recognised in bytes. Tags are compared four bytes at a time with tables
 * made once: `DataView` reads need no alignment, and the last word is masked to the tag's length.
 *
 * The id of a name is its index in the list given; `-1` is no name of the list.
 */
export class TagTable {
  readonly names: readonly string[];
  /** Per id and form: number of bytes, brackets included. */
  readonly #openLengths: Uint8Array;
  readonly #openWords: Int32Array;
  readonly #openMasks: Int32Array;
  readonly #closeWords: Int32Array;
  readonly #closeMasks: Int32Array;
  readonly #buckets = new Int16Array(buckets).fill(-1);

  constructor(names: readonly string[]) {
    this.names = names;
    const count = names.length;
    this.#openLengths = new Uint8Array(count);
    this.#openWords = new Int32Array(count * (longestTag / 4));
    this.#openMasks = new Int32Array(count);
    this.#closeWords = new Int32Array(count * (longestTag / 4));
    this.#closeMasks = new Int32Array(count);
    for (let id = 0; id < count; id++) {
      const name = names[id]!;
      this.#openLengths[id] = name.length + 2;
      this.#openMasks[id] = packTag(`<${name}>`, this.#openWords, id * (longestTag / 4));
      this.#closeMasks[id] = packTag(`</${name}>`, this.#closeWords, id * (longestTag / 4));
      let hash = 0;
      for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
      let bucket = bucketOf(hash);
      while (this.#buckets[bucket] !== -1) bucket = (bucket + 1) & (buckets - 1);
      this.#buckets[bucket] = id;
    }
  }

  /** Bytes of the start tag. */
  openLength(id: number): number {
    return this.#openLengths[id]!;
  }

  /** True when the start tag `<name>` of `id` stands at `at`. */
  opensAt(view: DataView, at: number, id: number): boolean {
    return matches(
      view,
      at,
      this.#openWords,
      id * (longestTag / 4),
      this.#openLengths[id]!,
      this.#openMasks[id]!,
    );
  }

  /** True when the end tag `</name>` of `id` stands at `at`; it is one byte longer than the start tag. */
  closesAt(view: DataView, at: number, id: number): boolean {
    return matches(
      view,
      at,
      this.#closeWords,
      id * (longestTag / 4),
      this.#openLengths[id]! + 1,
      this.#closeMasks[id]!,
    );
  }

  /** Which start tag without attributes stands at `at`, where there is a `<`; -1 for none of the list. */
  find(bytes: Uint8Array, view: DataView, at: number): number {
    let hash = 0;
    let p = at + 1;
    const limit = at + longestTag;
    for (;;) {
      const c = bytes[p]!;
      if (c === 0x3e) break;
      if (c <= 0x20 || p >= limit) return -1;
      hash = (Math.imul(hash, 31) + c) | 0;
      p++;
    }
    const length = p + 1 - at;
    let bucket = bucketOf(hash);
    for (;;) {
      const id = this.#buckets[bucket]!;
      if (id === -1) return -1;
      if (this.#openLengths[id] === length && this.opensAt(view, at, id)) return id;
      bucket = (bucket + 1) & (buckets - 1);
    }
  }
}

function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 9)) & (buckets - 1);
}

/** Writes an ASCII tag as little-endian words and gives the mask of the last one. */
function packTag(tag: string, words: Int32Array, at: number): number {
  for (let i = 0; i < tag.length; i++) words[at + (i >> 2)]! |= tag.charCodeAt(i) << ((i & 3) * 8);
  const rest = tag.length & 3;
  return rest === 0 ? -1 : (1 << (rest * 8)) - 1;
}

function matches(
  view: DataView,
  at: number,
  words: Int32Array,
  first: number,
  length: number,
  mask: number,
): boolean {
  let w = first;
  let left = length;
  let p = at;
  while (left > 4) {
    if (view.getInt32(p, true) !== words[w]) return false;
    p += 4;
    w++;
    left -= 4;
  }
  return (view.getInt32(p, true) & mask) === words[w];
}
