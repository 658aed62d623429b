import { OptionError } from '../model/index.js';
import { readText } from './read-bytes.js';
import type { Places } from './storages.js';
import { storageOf } from './storages.js';

/**
 * Class names as a command line has them: `a,b,c`, or `@file` with one on each line. Blanks around a name and empty lines
 * are left out.
 *
 * @throws OptionError when no name is in it; StorageError when the file cannot be read
 */
export async function parseClasses(text: string, places: Places = {}): Promise<readonly string[]> {
  const path = text.startsWith('@') ? text.slice(1) : undefined;
  const list =
    path === undefined
      ? text.split(',')
      : (await readText(storageOf(path, places), path)).replace(/^\ufeff/, '').split(/\r\n|\n/);
  const names = list.map((name) => name.trim()).filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new OptionError(`${path ?? 'the list of classes'} names no class`, {
    hint: 'Write --classes a,b,c, or --classes @file with one on each line.',
  });
}
