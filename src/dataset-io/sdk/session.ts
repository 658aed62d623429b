import { OptionError } from '../../model/index.js';
import type { StorageHolder } from '../storages.js';

/**
 * What the doors take as a session: any object. One that knows a storage opens paths of its kind with it; that
 * and the path alone decide where a file goes. Credentials in it are never looked at here.
 */
export type SdkSession = StorageHolder;

/** The session that paths of object storage are opened with. */
export interface SdkOptions {
  /** Needed for paths that are not local. */
  readonly session?: SdkSession | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `w`: the file is replaced; `a`: what is saved joins what is there. */
export type SaveMode = 'w' | 'a';

/** @throws OptionError for anything but `w` and `a`, before anything is read or written. */
export function writeModeOf(saveMode: SaveMode = 'w'): 'overwrite' | 'append' {
  switch (saveMode) {
    case 'w':
      return 'overwrite';
    case 'a':
      return 'append';
    default:
      throw new OptionError(`saveMode is ${JSON.stringify(saveMode)}`, {
        hint: "save modes are 'w' (replace, the default) and 'a' (append)",
      });
  }
}
