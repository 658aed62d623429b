import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './io-error.js';
import { bootMark, hostMark, isGone, ownIdentity } from './process-identity.js';

/*
 * The files that writing needs beside its target. All of them are hidden, and `list` leaves them out:
 *   .labelkit-<host>-<boot>-<pid>-<started>-<n>.tmp            a file or folder on its way to the target
 *   .<name>.labelkit-lock                                      who is changing the target now
 *   .<name>.labelkit-journal                                   how to undo an append in place
 *   .labelkit-<hash>.labelkit-guard                            who is removing a dead process's lock
 */

const temporaryPattern = /^\.labelkit-([0-9a-f]{8})-([0-9a-f]*)-(\d+)-(\d*)-[0-9a-f]+\.tmp$/;
const guardSuffix = '.labelkit-guard';

/** True for the name of a file that only writers use. */
export function isWorkFile(name: string): boolean {
  if (!name.startsWith('.')) return false;
  return (
    temporaryPattern.test(name) ||
    name.endsWith('.labelkit-lock') ||
    name.endsWith('.labelkit-journal') ||
    name.endsWith(guardSuffix)
  );
}

let prefix: string | undefined;
let serial = 0;

/** A fresh name in the directory of `target`, so that it can be renamed to it. */
export function temporaryFor(target: string): string {
  prefix ??= temporaryPrefix();
  serial++;
  return join(dirname(target), `${prefix}${serial.toString(16).padStart(4, '0')}.tmp`);
}

function temporaryPrefix(): string {
  const me = ownIdentity();
  // Threads of one process share everything but this.
  const thread = randomBytes(4).toString('hex');
  return `.labelkit-${hostMark(me)}-${bootMark(me)}-${me.pid}-${me.started}-${thread}`;
}

/** The lock of a target. */
export function lockFor(target: string): string {
  return sibling(target, 'labelkit-lock');
}

/** The undo journal of a target. */
export function journalFor(target: string): string {
  return sibling(target, 'labelkit-journal');
}

/** Guards the removal of one dead owner's lock: the name holds the owner's token. */
export function guardFor(lock: string, token: string): string {
  return join(dirname(lock), `.labelkit-${shortHash(`${basename(lock)}\0${token}`)}${guardSuffix}`);
}

function sibling(target: string, suffix: string): string {
  const name = basename(target);
  const full = `.${name}.${suffix}`;
  const short = Buffer.byteLength(full) <= 255 ? full : `.labelkit-${shortHash(name)}.${suffix}`;
  return join(dirname(target), short);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * Removes the temporary files and folders that dead processes of this host left in a directory. Those of
 * living processes, of other hosts, and other people's files stay.
 *
 * @returns guards whose owner may be dead: only a lock's own rules may remove them
 */
export async function removeAbandoned(directory: string): Promise<string[]> {
  const guards: string[] = [];
  for (const name of await readdir(directory)) {
    if (!name.startsWith('.')) continue;
    if (name.endsWith(guardSuffix)) {
      guards.push(join(directory, name));
    } else if (isAbandoned(name)) {
      await removeIfAllowed(join(directory, name));
    }
  }
  return guards;
}

function isAbandoned(name: string): boolean {
  const parts = temporaryPattern.exec(name);
  if (parts === null) return false;
  const [, host, boot, pid, started] = parts;
  const me = ownIdentity();
  if (host !== hostMark(me)) return false;
  if (boot !== bootMark(me)) return boot !== '' && me.boot !== '';
  return isGone({ ...me, pid: Number(pid), started: started ?? '' });
}

/** Another user's leftovers, in a directory that protects them, are not ours to remove. */
async function removeIfAllowed(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const name = errnoOf(error);
    if (name !== 'EPERM' && name !== 'EACCES') throw error;
  }
}

/** Removes a file; true when it was there. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
