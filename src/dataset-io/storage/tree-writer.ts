import { StorageError } from '../../model/index.js';
import type { Place } from './copy-file.js';
import type { StorageOptions } from './storage.js';

/** `append`: new files join those that are there; one that is there with other content is an error. */
export type TreeMode = 'create' | 'overwrite' | 'append';

/** How a folder is written. */
export interface TreeOptions extends StorageOptions {
  /** Told how many of so many files are in place, where they are put there one by one. */
  readonly onWritten?: ((files: number, of: number) => void) | undefined;
}

/**
 * A folder being written. Nothing shows in the target before {@link commit}. Names come out of data: they
 * are relative, `/`-separated, and refused (`UnsafePath`) when they lead out of the folder.
 */
export interface TreeWriter {
  /**
   * Adds a file, whole.
   *
   * @throws StorageError `AlreadyExists` when this writer already has the name
   */
  add(name: string, bytes: Uint8Array): void;
  /**
   * Adds a copy of a file of any storage. `link`: a hard link where both are on the local disk and links can be
   * made there. Files of other storages are copied by {@link commit}; that they exist is for the caller to see to.
   */
  addFile(name: string, from: Place, how: 'copy' | 'link'): void;
  /** Adds a file that grows: give the same name again to lengthen it. */
  lengthen(name: string, bytes: Uint8Array): void;
  /**
   * As {@link lengthen}, meanwhile letting others work: the bytes stay unchanged until it resolves, and the same name is
   * given again only then.
   */
  stream(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Makes a file that grows, without anything in it, and says where it lies until {@link commit}: others may write into it
   * there. Given again, it empties the file. Absent where files do not lie on the local disk.
   */
  fill?(name: string): string;
  /** True when the name was given to any of the above. */
  has(name: string): boolean;
  /**
   * Makes the folder visible. On the local disk by one rename when it is new, file by file (each atomic) when it
   * was there. In object storage file by file, lists last; when that fails, a new folder is emptied again.
   */
  commit(): Promise<void>;
  /** Removes everything that was added; does nothing after a commit. No {@link stream} is under way. */
  abort(): Promise<void>;
}

export const alreadyThere = (folder: string) =>
  new StorageError('AlreadyExists', `${folder} exists and is not empty`, {
    path: folder,
    hint: 'Choose --mode overwrite or --mode append (option mode), or another folder.',
  });

export const twice = (name: string) =>
  new StorageError('AlreadyExists', `${name} has been written already`, { path: name });

export const differs = (path: string) =>
  new StorageError('AlreadyExists', `${path} exists with other content`, {
    path,
    hint: 'Choose --mode overwrite (option mode) to replace it, or another folder.',
  });

const lineFeed = Buffer.from('\n');

/** A text that more lines can be added to. */
export function endWithLineFeed(bytes: Buffer): Buffer {
  return bytes.length === 0 || bytes[bytes.length - 1] === lineFeed[0]
    ? bytes
    : Buffer.concat([bytes, lineFeed]);
}
