import { OptionError } from '../model/index.js';

/** One of several parts of about equal size that a manifest is cut into. */
export interface DataShard {
  /** Which one, from 1. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/**
 * Reads `2/8`, the second of eight parts.
 *
 * @throws OptionError when it is no such thing
 */
export function parseShard(text: string): DataShard {
  const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === undefined || count === undefined) {
    throw new OptionError(`"${text}" is no part of a data set`, {
      hint: 'Write 2/8 for the second of eight parts.',
    });
  }
  checkShard(shard);
  return shard;
}

/** @throws OptionError when there is no such part */
export function checkShard({ index, count }: DataShard): void {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count) || index < 1 || index > count) {
    throw new OptionError(`there is no part ${index} of ${count}`, {
      hint: `Parts are 1/${count} to ${count}/${count}.`,
    });
  }
}
