import { crc32, deflateRawSync } from 'node:zlib';

/** An entry as a faulty or hostile program could write it. */
export interface TarEntry {
  readonly name: string;
  readonly content?: string | Buffer;
  /** Default: a file. */
  readonly type?: string;
  readonly prefix?: string;
  /** Default: that of the content. */
  readonly size?: number;
}

/** A ustar file; `end: false` leaves out the end. */
export function tar(entries: readonly TarEntry[], { end = true } = {}): Buffer {
  const blocks = entries.flatMap(({ name, content = '', type = '0', prefix = '', size }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write(' '.repeat(8), 148);
    header.write(type, 156);
    header.write('ustar\x0000', 257, 'latin1');
    header.write(prefix, 345, 155);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0)]);
}

/** A fact of a pax header. */
export function pax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (length !== Buffer.byteLength(`${length}${rest}`)) length = Buffer.byteLength(`${length}${rest}`);
  return `${length}${rest}`;
}

export interface ZipEntry {
  readonly name: string | Buffer;
  readonly content?: string;
  /** 0 or 8 (default); others are only said. */
  readonly method?: number;
  /** Of Unix. */
  readonly mode?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly crc?: number;
}

export function zip(entries: readonly ZipEntry[], comment = ''): Buffer {
  const data: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', method = 8, mode = 0, flags = 0x800, size, crc } of entries) {
    const plain = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const nameBytes = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(crc ?? crc32(plain), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(size ?? plain.length, 18);
    facts.writeUInt16LE(nameBytes.length, 22);
    const record = Buffer.alloc(16);
    record.writeUInt32LE((mode << 16) >>> 0, 8);
    record.writeUInt32LE(offset, 12);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, nameBytes, packed]);
    // The version that made it: 3 is Unix.
    const made = Buffer.from([20, 3]);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), made, facts, record.subarray(2), nameBytes);
    data.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...data, ...directory, end, Buffer.from(comment)]);
}
