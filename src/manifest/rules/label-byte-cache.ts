import type { LabelNameCheck } from './label-name.js';

const longestName = 96;
const mostNames = 20_000;
/** Slots of the hash table: a power of two, more than twice {@link mostNames}. */
const slotCount = 1 << 16;

/** Label names by their bytes, so that a clean name is decoded and judged once. */
export class LabelByteCache {
  /** Names by entry number. */
  readonly names: string[] = [];
  /** What the tally calls each entry; −1 until it was counted. */
  readonly tallyIds: number[] = [];
  private readonly check: LabelNameCheck;
  /** Entry number + 1, 0 for a free slot. */
  private readonly slots = new Int32Array(slotCount);
  private readonly keys: Uint8Array[] = [];

  constructor(check: LabelNameCheck) {
    this.check = check;
  }

  /** The entry of the name in `bytes[start]`…`bytes[end]`; −1 when it breaks a rule or is too much to remember. */
  find(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length === 0 || length > longestName) return -1;
    let hash = length;
    for (let p = start; p < end; p++) hash = (Math.imul(hash, 31) + bytes[p]!) | 0;
    hash ^= hash >>> 15;
    let slot = Math.imul(hash, 0x9e3779b1) >>> 16;
    for (;;) {
      const entry = this.slots[slot]! - 1;
      if (entry < 0) return this.remember(bytes, start, end, slot);
      if (sameBytes(this.keys[entry]!, bytes, start, length)) return entry;
      slot = (slot + 1) & (slotCount - 1);
    }
  }

  private remember(bytes: Buffer, start: number, end: number, slot: number): number {
    const entry = this.names.length;
    if (entry >= mostNames) return -1;
    const name = bytes.toString('utf8', start, end);
    if (!this.check.isClean(name)) return -1;
    this.names.push(name);
    this.tallyIds.push(-1);
    this.keys.push(Uint8Array.prototype.slice.call(bytes, start, end));
    this.slots[slot] = entry + 1;
    return entry;
  }
}

function sameBytes(key: Uint8Array, bytes: Buffer, start: number, length: number): boolean {
  if (key.length !== length) return false;
  for (let i = 0; i < length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
