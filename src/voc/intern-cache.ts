const slots = 4096;
/** Longest byte string a slot remembers. Labels, poses and flags are short; what is longer rarely repeats. */
export const longestInterned = 32;

/**
 * Direct-mapped cache from byte strings to what they stand for. Annotation files say the same few words
 * millions of times; a hit costs a comparison of bytes instead of a decoding and an allocation.
 */
export class InternCache {
  readonly #values = new Array<string>(slots).fill('');
  readonly #lengths = new Uint8Array(slots);
  readonly #bytes = new Uint8Array(slots * longestInterned);

  /** The string kept for `bytes[start..end)`, whose hash the caller has made; undefined on a miss. */
  get(bytes: Uint8Array, start: number, end: number, hash: number): string | undefined {
    const slot = mix(hash);
    const length = end - start;
    if (this.#lengths[slot] !== length) return undefined;
    const kept = this.#bytes;
    const base = slot * longestInterned - start;
    for (let i = start; i < end; i++) if (kept[base + i] !== bytes[i]) return undefined;
    return this.#values[slot];
  }

  /** Remembers `value` for `bytes[start..end)`, at most {@link longestInterned} bytes and at least one. */
  set(bytes: Uint8Array, start: number, end: number, hash: number, value: string): void {
    const slot = mix(hash);
    const base = slot * longestInterned;
    for (let i = start; i < end; i++) this.#bytes[base + i - start] = bytes[i]!;
    this.#lengths[slot] = end - start;
    this.#values[slot] = value;
  }
}

function mix(hash: number): number {
  return (hash ^ (hash >>> 12) ^ (hash >>> 23)) & (slots - 1);
}
