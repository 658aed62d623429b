import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, realpath, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './io-error.js';
import { type Existing, existingAt, syncDirectory } from './local-target.js';
import { journalFor, removeIfThere, temporaryFor } from './work-files.js';

/*
 * An append in place is undone, should its process die, with a journal that is on the disk before the
 * first byte is: the length to go back to. Taking the journal away is the commit.
 */

interface Journal {
  /** Length before the append, in bytes. */
  readonly length: number;
  /** Which file it is about: see `Existing.identity`. */
  readonly identity: string;
  /** SHA-256 of the bytes before `length`, {@link tailBytes} of them at most. */
  readonly tail: string;
}

const tailBytes = 64 * 1024;

/** Files below this size are always appended to by copying, so no reader of one needs to look for a journal. */
export const journalMinBytes = 1024 * 1024;

/** Records how to undo what follows. */
export async function writeJournal(real: string, existing: Existing, handle: FileHandle): Promise<void> {
  const journal: Journal = {
    length: existing.size,
    identity: existing.identity,
    tail: await hashTail(handle, existing.size),
  };
  const temporary = temporaryFor(real);
  const out = await open(temporary, 'wx');
  try {
    await out.writeFile(`${JSON.stringify(journal)}\n`);
    await out.sync();
  } finally {
    await out.close();
  }
  await rename(temporary, journalFor(real));
  await syncDirectory(dirname(real));
}

/** Makes what was appended stay. */
export async function removeJournal(real: string): Promise<void> {
  if (await removeIfThere(journalFor(real))) await syncDirectory(dirname(real));
}

/**
 * How many bytes of the open file are committed: fewer than it has while an append in place is under way
 * or after one was killed. Undefined when there is no journal, or one that is about another file.
 */
export async function committedLength(
  real: string,
  existing: Pick<Existing, 'identity' | 'size'>,
  handle: FileHandle,
): Promise<number | undefined> {
  const journal = await readJournal(real);
  if (journal === undefined || journal.identity !== existing.identity) return undefined;
  if (journal.length > existing.size) return undefined;
  return (await hashTail(handle, journal.length)) === journal.tail ? journal.length : undefined;
}

/** {@link committedLength} of a file that is not open; undefined for the ordinary file, wholly committed. */
export async function committedLengthOf(path: string): Promise<number | undefined> {
  const real = await realpath(path);
  if ((await readJournal(real)) === undefined) return undefined;
  const handle = await open(real, 'r');
  try {
    const existing = await existingAt(real, path);
    return existing === undefined ? undefined : await committedLength(real, existing, handle);
  } finally {
    await handle.close();
  }
}

async function readJournal(real: string): Promise<Journal | undefined> {
  let text: string;
  try {
    text = await readFile(journalFor(real), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { length, identity, tail } = value as Record<string, unknown>;
  if (typeof length !== 'number' || typeof identity !== 'string' || typeof tail !== 'string')
    return undefined;
  return { length, identity, tail };
}

/** A journal appears complete; one that is no JSON was damaged later and can undo nothing. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function hashTail(handle: FileHandle, length: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(Math.min(tailBytes, length));
  let have = 0;
  while (have < bytes.length) {
    const { bytesRead } = await handle.read(bytes, have, bytes.length - have, length - bytes.length + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return createHash('sha256').update(bytes.subarray(0, have)).digest('hex');
}
