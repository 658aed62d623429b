import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { StorageError, throwIfAborted } from '../../model/index.js';
import { containedPath, ioError } from '../storage/index.js';
import type { ArchiveEntry } from './archive-entry.js';
import { tarEntries } from './archive-tar.js';
import { zipEntries } from './archive-zip.js';

/** What an archive may hold. */
export interface ArchiveLimits {
  /** Of all files together, unpacked. Default 64 GiB. */
  readonly maxBytes?: number | undefined;
  /** Files and folders. Default 2 million. */
  readonly maxEntries?: number | undefined;
}

export interface UnpackOptions extends ArchiveLimits {
  readonly signal?: AbortSignal | undefined;
}

/** True for `.zip`, `.tar`, `.tar.gz` and `.tgz`. */
export function isArchiveName(path: string): boolean {
  return /\.(?:zip|tar|tar\.gz|tgz)$/i.test(path);
}

/**
 * Unpacks an archive into a folder, which is made; files there of the same names are replaced. Nothing outside of the
 * folder is written, whatever names and links the archive or the folder hold. Times and modes are not kept.
 *
 * @param archive  a local `.zip`, `.tar`, `.tar.gz` or `.tgz`
 * @throws StorageError `UnsafePath` for names that leave the folder, `Unsupported` for links, devices, encryption and
 *   zip64, `NoSpace` above a limit, `Truncated`, `InvalidData` for what is no archive, and errors of reading and writing.
 *   What was unpacked before stays. AbortedError
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  { maxBytes = 64 * 2 ** 30, maxEntries = 2_000_000, signal }: UnpackOptions = {},
): Promise<void> {
  const entries = /\.zip$/i.test(archive) ? zipEntries(archive) : tarEntries(archive);
  const checked = new Set<string>();
  let [count, bytes] = [0, 0];
  await makeFolder(folder);
  for await (const entry of entries) {
    throwIfAborted(signal);
    count += 1;
    bytes += entry.size;
    if (count > maxEntries) throw overLimit(archive, `${maxEntries} files and folders`);
    if (bytes > maxBytes) throw overLimit(archive, `${maxBytes} bytes unpacked`);
    if (entry.kind === undefined)
      throw refusedEntry(
        archive,
        entry.name,
        `is ${entry.what}`,
        'Unsupported',
        'Pack files and folders only.',
      );
    const path = placeOf(archive, folder, entry);
    if (path === undefined) continue;
    const isFolder = entry.kind === 'directory';
    await safeFolder(folder, isFolder ? path : dirname(path), checked, { archive, name: entry.name });
    if (!isFolder) await writeNew(path, entry, signal);
  }
}

/** Undefined: the folder itself. */
function placeOf(archive: string, folder: string, { name, kind }: ArchiveEntry): string | undefined {
  const plain = name.replace(/^(?:\.\/+)+/, '');
  const bare = kind === 'directory' ? plain.replace(/\/+$/, '') : plain;
  if (kind === 'directory' && (bare === '' || bare === '.') && !name.startsWith('/')) return undefined;
  const hint = 'Pack it again with names relative to the folder of the data.';
  if (/^[A-Za-z]:|\\/.test(bare))
    throw refusedEntry(archive, name, 'has a drive letter or a backslash', 'UnsafePath', hint);
  try {
    return containedPath(folder, bare, { portable: false });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw refusedEntry(archive, name, `cannot be unpacked: ${error.message}`, 'UnsafePath', hint);
  }
}

/** Makes folders one below the other; a link in the place of one would lead out. */
async function safeFolder(
  root: string,
  path: string,
  checked: Set<string>,
  { archive, name }: { readonly archive: string; readonly name: string },
): Promise<void> {
  let at = root;
  for (const part of relative(root, path).split(sep)) {
    if (part === '') continue;
    at += sep + part;
    if (checked.has(at)) continue;
    await makeFolder(at);
    const isFolder = await attempt('read', at, async () => (await lstat(at)).isDirectory());
    if (!isFolder)
      throw refusedEntry(archive, name, `would go through the link ${at}`, 'UnsafePath', 'Remove the link.');
    checked.add(at);
  }
}

/** A file of that name is removed first, so that no link or second name of a file is written through. */
async function writeNew(path: string, entry: ArchiveEntry, signal: AbortSignal | undefined): Promise<void> {
  await attempt('write', path, () => rm(path, { force: true }));
  const file = await attempt('write', path, () => open(path, 'wx'));
  try {
    for await (const bytes of entry.content()) {
      throwIfAborted(signal);
      await attempt('write', path, () => file.writeFile(bytes));
    }
  } finally {
    await file.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  await attempt('write', path, () => mkdir(path, { recursive: true }));
}

async function attempt<T>(what: 'read' | 'write', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioError(error, what, path);
  }
}

function refusedEntry(
  archive: string,
  name: string,
  says: string,
  code: 'UnsafePath' | 'Unsupported',
  hint: string,
): StorageError {
  return new StorageError(code, `the entry ${JSON.stringify(name)} of ${archive} ${says}`, {
    path: archive,
    hint,
  });
}

function overLimit(archive: string, most: string): StorageError {
  return new StorageError('NoSpace', `${archive} holds more than ${most}`, {
    path: archive,
    hint: 'If that is right, unpack it yourself and name the folder, or raise archiveLimits.',
  });
}
