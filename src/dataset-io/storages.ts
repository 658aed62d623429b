import { StorageError } from '../model/index.js';
import { LocalStorage, parseLocation, type Storage } from './storage/index.js';

const local = new LocalStorage();

/**
 * The storage that a path is on.
 *
 * @param given the caller's own, which is used for every path of its kind
 * @throws StorageError `Unsupported` for places that nothing here can open
 */
export function storageOf(path: string, given?: Storage): Storage {
  const { kind } = parseLocation(path);
  if (given !== undefined && schemes[kind] === given.scheme) return given;
  if (kind === 'local' || kind === 'stdio') return local;
  throw new StorageError('Unsupported', `${path} cannot be opened`, {
    path,
    hint: hints[kind] ?? 'Copy it to the local disk first.',
  });
}

const schemes: Partial<Record<ReturnType<typeof parseLocation>['kind'], Storage['scheme']>> = {
  local: 'file',
  stdio: 'file',
  obs: 'obs',
  memory: 'mem',
};

const hints: Partial<Record<ReturnType<typeof parseLocation>['kind'], string>> = {
  obs: 'This version reads and writes local paths only; copy the object to the local disk first.',
  memory: 'Hand in the MemoryStorage that holds it.',
  content: 'This is the text of a sample, not a file.',
};
