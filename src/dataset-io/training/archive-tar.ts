import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ioError } from '../storage/index.js';
import {
  type ArchiveEntry,
  badArchive,
  entryName,
  truncatedArchive,
  unsupportedArchive,
} from './archive-entry.js';

const blockSize = 512;
/** Long names and other facts about one entry; real ones are far smaller. */
const mostFacts = 2 ** 20;

const odd: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  S: 'a sparse file',
};

/** Entries of a tar file (ustar, pax, GNU), gzip around it or not. Memory does not grow with it. */
export async function* tarEntries(archive: string): AsyncGenerator<ArchiveEntry, void> {
  const bytes = new ByteReader(tarBytes(archive, /gz$/i.test(archive)), archive);
  /** Pax facts of all entries, and those of the next one. */
  const all = new Map<string, string>();
  let next = new Map<string, string>();
  try {
    for (;;) {
      const header = await bytes.take(blockSize);
      if (header.every((byte) => byte === 0)) return;
      const { name, size, type } = headerOf(header, archive);
      if ('xgLK'.includes(type)) {
        if (size > mostFacts) throw badArchive(archive, `what it says of an entry takes ${size} bytes`);
        const facts = await bytes.take(size);
        await bytes.skip(padding(size));
        if (type === 'g') paxFacts(facts, all, archive);
        else if (type === 'x') paxFacts(facts, next, archive);
        else if (type === 'L') next.set('path', entryName(archive, untilNull(facts)));
        continue;
      }
      const fact = (key: string) => next.get(key) ?? all.get(key);
      const sparse = [...next.keys()].some((key) => key.startsWith('GNU.sparse.'));
      const fullName = fact('path') ?? name();
      const length = sizeOf(fact('size'), size, archive);
      next = new Map();
      const kind = sparse ? undefined : kindOf(type, fullName);
      let isRead = false;
      yield {
        name: fullName,
        kind,
        what: sparse ? odd['S']! : (odd[type] ?? `of the unknown type ${JSON.stringify(type)}`),
        size: length,
        content: () => {
          isRead = true;
          return bytes.chunks(length);
        },
      };
      await bytes.skip((isRead ? 0 : length) + padding(length));
    }
  } finally {
    await bytes.close();
  }
}

function kindOf(type: string, name: string): ArchiveEntry['kind'] {
  if (type === '5') return 'directory';
  if (type !== '0' && type !== '\0' && type !== '7') return undefined;
  // Before there was a type for folders, they ended with a slash.
  return name.endsWith('/') ? 'directory' : 'file';
}

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

function untilNull(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function headerOf(header: Buffer, archive: string) {
  const wanted = numberOf(header.subarray(148, 156), archive);
  let sum = 8 * 32;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  if (sum !== wanted) throw badArchive(archive, 'the checksum of an entry does not fit');
  const text = (from: number, to: number) => entryName(archive, untilNull(header.subarray(from, to)));
  return {
    // GNU tar has other things where ustar has the folder.
    name: () => {
      const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
      const prefix = isUstar ? text(345, 500) : '';
      return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
    },
    size: numberOf(header.subarray(124, 136), archive),
    type: String.fromCharCode(header[156]!),
  };
}

/** Octal digits, or, with the first bit set, the number itself. */
function numberOf(field: Buffer, archive: string): number {
  let value: number;
  if (field[0]! >= 0x80) {
    value = field[0]! & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
  } else {
    const digits = field.toString('latin1').replace(/^[ \0]+|[ \0].*$/gs, '');
    value = /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  }
  if (!Number.isSafeInteger(value)) throw badArchive(archive, 'a number in it is none');
  return value;
}

function sizeOf(text: string | undefined, otherwise: number, archive: string): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw badArchive(archive, `a size is ${JSON.stringify(text)}`);
  return Number(text);
}

/** `<length> <key>=<value>\n`, the length that of all of it. */
function paxFacts(bytes: Buffer, facts: Map<string, string>, archive: string): void {
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : bytes.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    if (
      !/^\d{1,7}$/.test(digits) ||
      end > bytes.length ||
      equals === -1 ||
      equals >= end ||
      bytes[end - 1] !== 0x0a
    )
      throw badArchive(archive, 'what it says of an entry (pax) is broken');
    const key = bytes.toString('utf8', space + 1, equals);
    if (key === 'hdrcharset') throw unsupportedArchive(archive, 'names in another character set');
    if (key === 'path' || key === 'size' || key.startsWith('GNU.sparse.'))
      facts.set(key, entryName(archive, bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
}

async function* tarBytes(archive: string, isPacked: boolean): AsyncGenerator<Buffer, void> {
  const file = createReadStream(archive, { highWaterMark: 2 ** 18 });
  // The iteration below throws what goes wrong.
  const stream = isPacked ? pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => {}) : file;
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw truncatedArchive(archive);
    if (code.startsWith('Z_')) throw badArchive(archive, (error as Error).message);
    throw ioError(error, 'read', archive);
  }
}

/** Takes as many bytes as are wanted from chunks as they come. */
class ByteReader {
  readonly #chunks: AsyncGenerator<Buffer, void>;
  readonly #archive: string;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncGenerator<Buffer, void>, archive: string) {
    this.#chunks = chunks;
    this.#archive = archive;
  }

  /** @throws LabelkitError `Truncated` */
  async *chunks(length: number): AsyncGenerator<Buffer, void> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done === true) throw truncatedArchive(this.#archive);
        this.#rest = value;
        continue;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.chunks(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    const parts = this.chunks(length);
    while ((await parts.next()).done !== true);
  }

  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
