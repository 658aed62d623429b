import { OptionError } from '../model/index.js';
import type { TreeMode } from './storage/index.js';

const modes: readonly string[] = ['create', 'overwrite', 'append'] satisfies TreeMode[];

/** @throws OptionError for anything but the three modes, which callers without types can give. */
export function checkWriteMode(mode: string): asserts mode is TreeMode {
  if (modes.includes(mode)) return;
  throw new OptionError(`mode is ${JSON.stringify(mode)}`, { hint: `modes are ${modes.join(', ')}` });
}
