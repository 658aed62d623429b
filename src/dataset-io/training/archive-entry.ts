import { StorageError } from '../../model/index.js';

/** One file or folder of an archive, in the order of the archive. */
export interface ArchiveEntry {
  /** As the archive has it: not checked. */
  readonly name: string;
  /** Undefined: neither a file nor a folder, and `what` says what it is. */
  readonly kind: 'file' | 'directory' | undefined;
  readonly what?: string;
  /** Bytes, unpacked; a reader gives neither more nor less. */
  readonly size: number;
  /** May be read until the next entry is asked for. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

export function badArchive(archive: string, says: string): StorageError {
  return new StorageError('InvalidData', `${archive} is no archive that can be read: ${says}`, {
    path: archive,
    hint: 'Pack it again, or unpack it yourself and name the folder.',
  });
}

export function truncatedArchive(archive: string): StorageError {
  return new StorageError('Truncated', `${archive} is not whole: it ends too early`, {
    path: archive,
    hint: 'Copy it again, or pack it again.',
  });
}

export function unsupportedArchive(archive: string, says: string): StorageError {
  return new StorageError('Unsupported', `${archive}: ${says}`, {
    path: archive,
    hint: 'Unpack it yourself, and name the folder; or pack it as .tar.gz.',
  });
}

/** Names are UTF-8: what else they could be cannot be known. */
export function entryName(archive: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unsupportedArchive(
      archive,
      `the name of an entry is not UTF-8: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`,
    );
  }
}
