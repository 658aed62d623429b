import { OptionError, type Sample } from '../model/index.js';
import { hashString } from '../text/index.js';

/** What keeps samples together. Default `parent`: the video that a frame is from, else the source. */
export type GroupBy =
  | 'parent'
  | 'source'
  | 'source-folder'
  | 'phash'
  | `property:${string}`
  | `regex:${string}`;

const parentKey = '@modelarts:parent_source';

/** Gives the text that samples of one group have in common. */
type KeyOf = (source: string, sample: () => Sample) => string;

/** @throws OptionError for a grouping that is none */
function keyOf(groupBy: string): KeyOf {
  if (groupBy === 'parent') {
    return (source, sample) => {
      const parent = sample().property?.[parentKey];
      return typeof parent === 'string' && parent !== '' ? parent : source;
    };
  }
  if (groupBy === 'source') return (source) => source;
  if (groupBy === 'source-folder') return (source) => source.slice(0, source.lastIndexOf('/') + 1);
  if (groupBy.startsWith('property:') && groupBy.length > 'property:'.length) {
    const name = groupBy.slice('property:'.length);
    return (source, sample) => {
      const value = sample().property?.[name];
      if (value === undefined || value === null) return source;
      return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
    };
  }
  if (groupBy.startsWith('regex:')) {
    const text = groupBy.slice('regex:'.length);
    let pattern: RegExp;
    try {
      pattern = new RegExp(text, 'u');
    } catch (error) {
      throw new OptionError(`${JSON.stringify(text)} is no regular expression: ${(error as Error).message}`);
    }
    return (source) => {
      const match = pattern.exec(source);
      return match === null ? source : (match[1] ?? match[0]);
    };
  }
  throw new OptionError(`samples cannot be grouped by ${JSON.stringify(groupBy)}`, {
    hint: 'Groupings are parent, source, source-folder, property:<name>, regex:<expression> and phash.',
  });
}

const parentNeedle = Buffer.from(`"${parentKey}"`);

/** Hashes of what keeps samples together: 64 bits for each, the same wherever the sample is read from. */
export class GroupKeys {
  /** Upper and lower half of the hash asked for last. */
  readonly hash = new Uint32Array(2);
  /** The hash is that of the source, unless a property may name a parent. */
  readonly bySource: boolean;
  /** It is that of a parent, where a property names one. */
  readonly byParent: boolean;
  private readonly keyOf: KeyOf;

  /** @throws OptionError for a grouping that is none */
  constructor(groupBy: string) {
    this.byParent = groupBy === 'parent';
    this.bySource = this.byParent || groupBy === 'source' || groupBy === 'phash';
    this.keyOf = keyOf(groupBy === 'phash' ? 'source' : groupBy);
  }

  /** Sets {@link hash} to that of a sample. */
  ofSample(sample: Sample): void {
    this.ofLine(sample.source, () => sample);
  }

  /**
   * Sets {@link hash} to that of a line.
   *
   * @param sample reads it; absent where the source says all
   */
  ofLine(source: string, sample?: () => Sample): void {
    hashString(sample === undefined ? source : this.keyOf(source, sample), this.hash);
  }

  /** False when no line in these bytes can name a parent. */
  mayHaveParents(bytes: Buffer): boolean {
    return bytes.includes(parentNeedle) || bytes.includes(backslash);
  }
}

/** Keys may be spelt with escapes. */
const backslash = 0x5c;
