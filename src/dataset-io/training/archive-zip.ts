import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { StorageError } from '../../model/index.js';
import { ioError } from '../storage/index.js';
import {
  type ArchiveEntry,
  badArchive,
  entryName,
  truncatedArchive,
  unsupportedArchive,
} from './archive-entry.js';

const endSize = 22;
const recordSize = 46;
const mostDirectoryBytes = 2 ** 28;

interface ZipRecord {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
  /** Of Unix; 0 when it is from elsewhere. */
  readonly mode: number;
}

/** Entries of a zip file, stored or deflated, by its directory. */
export async function* zipEntries(archive: string): AsyncGenerator<ArchiveEntry, void> {
  const file = await attempt(archive, () => open(archive, 'r'));
  try {
    const { directory, count, dataEnd } = await directoryOf(file, archive);
    for (const record of recordsOf(directory, count, archive)) {
      const { name, mode, size } = record;
      const kind = kindOf(mode, name);
      yield {
        name,
        kind,
        what: (mode & 0o170000) === 0o120000 ? 'a symbolic link' : 'a device or a pipe',
        size,
        content: () => contentOf(file, record, { archive, dataEnd }),
      };
    }
  } finally {
    await file.close();
  }
}

function kindOf(mode: number, name: string): ArchiveEntry['kind'] {
  if (![0, 0o040000, 0o100000].includes(mode & 0o170000)) return undefined;
  return name.endsWith('/') ? 'directory' : 'file';
}

async function directoryOf(file: FileHandle, archive: string) {
  const { size } = await attempt(archive, () => file.stat());
  const tailSize = Math.min(size, endSize + 0xffff);
  const tail = await readAt(file, size - tailSize, tailSize, archive);
  let at = tail.length - endSize;
  // Behind the end may stand a comment, as long as the end says.
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === 0x06054b50 && tail.readUInt16LE(at + 20) === tail.length - at - endSize)
  )
    at -= 1;
  if (at < 0) {
    const isZip = size >= 4 && (await readAt(file, 0, 4, archive)).readUInt32LE() === 0x04034b50;
    throw isZip ? truncatedArchive(archive) : badArchive(archive, 'it has no zip directory');
  }
  const [disk, directoryDisk, countHere, count] = [4, 6, 8, 10].map((field) => tail.readUInt16LE(at + field));
  const [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  const isZip64 = at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50;
  if (isZip64 || count === 0xffff || length === 0xffffffff || start === 0xffffffff)
    throw unsupportedArchive(archive, 'zip64 (more than 65534 entries or 4 GiB) is not read');
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count)
    throw unsupportedArchive(archive, 'it is one of several parts of a zip file');
  if (start + length !== size - tailSize + at)
    throw badArchive(archive, 'its directory is not where it says');
  if (length > mostDirectoryBytes) throw badArchive(archive, `its directory takes ${length} bytes`);
  return { directory: await readAt(file, start, length, archive), count: count!, dataEnd: start };
}

function* recordsOf(directory: Buffer, count: number, archive: string): Generator<ZipRecord, void> {
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + recordSize > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw badArchive(archive, `entry ${index + 1} of its directory is broken`);
    const short = (field: number) => directory.readUInt16LE(at + field);
    const long = (field: number) => directory.readUInt32LE(at + field);
    const end = at + recordSize + short(28) + short(30) + short(32);
    if (end > directory.length) throw badArchive(archive, `entry ${index + 1} of its directory is broken`);
    const nameBytes = directory.subarray(at + recordSize, at + recordSize + short(28));
    const name = entryName(archive, nameBytes);
    const [packedSize, size, offset] = [long(20), long(24), long(42)];
    const refuse = (says: string) => unsupportedArchive(archive, `the entry ${JSON.stringify(name)} ${says}`);
    if ([packedSize, size, offset].includes(0xffffffff)) throw refuse('needs zip64, which is not read');
    if ((short(8) & 0x2041) !== 0) throw refuse('is encrypted');
    const method = short(10);
    if (method !== 0 && method !== 8)
      throw refuse(`is packed by method ${method}; stored and deflate are read`);
    const isUnix = short(4) >> 8 === 3 || short(4) >> 8 === 19;
    yield {
      name,
      nameBytes,
      method,
      crc: long(16),
      packedSize,
      size,
      offset,
      mode: isUnix ? long(38) >>> 16 : 0,
    };
    at = end;
  }
  if (at !== directory.length) throw badArchive(archive, 'its directory is longer than its entries');
}

async function* contentOf(
  file: FileHandle,
  { name, nameBytes, method, crc, packedSize, size, offset }: ZipRecord,
  { archive, dataEnd }: { readonly archive: string; readonly dataEnd: number },
): AsyncGenerator<Uint8Array, void> {
  const broken = (says: string) => badArchive(archive, `the entry ${JSON.stringify(name)} ${says}`);
  if (offset + 30 > dataEnd) throw broken('is not where the directory says');
  const header = await readAt(file, offset, 30, archive);
  const nameLength = header.readUInt16LE(26);
  const start = offset + 30 + nameLength + header.readUInt16LE(28);
  if (header.readUInt32LE(0) !== 0x04034b50 || start + packedSize > dataEnd)
    throw broken('is not where the directory says');
  if (!(await readAt(file, offset + 30, nameLength, archive)).equals(nameBytes))
    throw broken('has two names');
  let [sum, length] = [0, 0];
  const packed = packedSize === 0 ? [] : createReadStream(archive, { start, end: start + packedSize - 1 });
  // The iteration below throws what goes wrong.
  const plain = method === 8 ? pipeline(packed, createInflateRaw(), () => {}) : packed;
  try {
    for await (const bytes of plain as AsyncIterable<Buffer>) {
      length += bytes.length;
      if (length > size) throw broken(`has more than the ${size} bytes that it says`);
      sum = crc32(bytes, sum);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw code.startsWith('Z_') ? broken(`cannot be unpacked: ${message}`) : ioError(error, 'read', archive);
  }
  if (length !== size) throw broken(`has ${length} bytes and says ${size}`);
  if (sum !== crc) throw broken('has another checksum than it says');
}

async function readAt(file: FileHandle, position: number, length: number, archive: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await attempt(archive, () => file.read(bytes, at, length - at, position + at));
    if (bytesRead === 0) throw truncatedArchive(archive);
    at += bytesRead;
  }
  return bytes;
}

async function attempt<T>(archive: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioError(error, 'read', archive);
  }
}
