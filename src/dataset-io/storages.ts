import { StorageError } from '../model/index.js';
import { LocalStorage, parseLocation, type Storage } from './storage/index.js';

const local = new LocalStorage();

/** Anything that can open paths of one kind; a `Session` opens those of object storage. */
export type StorageHolder = object & { readonly storage?: Storage | undefined };

/** What opens paths that are not on the local disk. */
export interface Places {
  /** The caller's own storage, used for every path of its kind. */
  readonly storage?: Storage | undefined;
  /** Opens `obs://` (`s3://`, `s3a://`) paths: a `Session`, or an object of the caller's own with a storage. */
  readonly session?: StorageHolder | undefined;
}

/**
 * The storage that a path is on.
 *
 * @throws StorageError `Unsupported` for places that nothing here can open
 */
export function storageOf(path: string, { storage, session }: Places = {}): Storage {
  const { kind } = parseLocation(path);
  if (storage !== undefined && schemes[kind] === storage.scheme) return storage;
  const held = session?.storage;
  if (held !== undefined && schemes[kind] === held.scheme) return held;
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
  obs: 'Hand in a session: { session: new Session() } takes keys and region from the environment.',
  memory: 'Hand in the MemoryStorage that holds it.',
  content: 'This is the text of a sample, not a file.',
};
