import { link, realpath, symlink } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { cannotLink, errnoOf } from './io-error.js';
import { alreadyExists, cloneFile } from './local-file.js';
import type { LinkKind } from './storage.js';

/**
 * Makes `to` another name of `from` in one of the three ways; false when the file system has no such way.
 *
 * @param path `to` as the caller wrote it, for messages
 */
export async function makeLink(kind: LinkKind, from: string, to: string, path: string): Promise<boolean> {
  try {
    if (kind === 'reflink') return await cloneFile(from, to, true);
    const source = await realpath(from);
    if (kind === 'hardlink') await link(source, to);
    // Relative, so that a tree with its links can be moved as a whole.
    else await symlink(relative(await realpath(dirname(to)), source), to, 'file');
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw alreadyExists(path, error);
    if (cannotLink(error)) return false;
    throw error;
  }
}
