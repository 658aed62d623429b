import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { unpackArchive } from '../../../src/dataset-io/training/archive.js';
import { pax, tar, type ZipEntry, zip } from '../../support/archives.js';
import { filesIn, scratch } from '../../support/scratch.js';

const big = 'line of text\n'.repeat(50_000);
const long = `${'d'.repeat(90)}/${'f'.repeat(120)}.txt`;

async function unpacked(name: string, bytes: Buffer): Promise<Record<string, string>> {
  const dir = scratch({ [name]: bytes });
  await unpackArchive(join(dir, name), join(dir, 'to'));
  return filesIn(join(dir, 'to'));
}

const plain = tar([
  { name: './', type: '5' },
  { name: './a/', type: '5' },
  { name: './a/b.txt', content: 'B' },
  { name: 'big.txt', content: big },
  { name: 'empty' },
  { name: 'old/', type: '\0' },
  { name: 'x.txt', prefix: 'pre/fix', content: 'X' },
]);
const plainFiles = { 'a/b.txt': 'B', 'big.txt': big, empty: '', 'pre/fix/x.txt': 'X' };

const good: readonly (readonly [what: string, file: string, bytes: Buffer, files: Record<string, string>])[] =
  [
    ['tar', 'x.tar', plain, plainFiles],
    ['tar.gz', 'x.tar.gz', gzipSync(plain), plainFiles],
    ['tgz', 'x.TGZ', gzipSync(plain), plainFiles],
    [
      'gzip in two members',
      'x.tgz',
      Buffer.concat([gzipSync(plain.subarray(0, 999)), gzipSync(plain.subarray(999))]),
      plainFiles,
    ],
    [
      'pax: a long name, a size, and facts of all',
      'x.tar',
      tar([
        { name: 'g', type: 'g', content: pax('comment', 'all') },
        { name: 'p', type: 'x', content: pax('mtime', '1.5') + pax('path', long) + pax('size', '3') },
        { name: 'short', content: 'one', size: 0 },
        { name: '日本.txt', content: 'two' },
      ]),
      { [long]: 'one', '日本.txt': 'two' },
    ],
    [
      'GNU: a long name',
      'x.tar',
      tar([
        { name: '././@LongLink', type: 'L', content: `${long}\0` },
        { name: 'cut', content: 'one' },
        { name: 'b', content: '2' },
      ]),
      { [long]: 'one', b: '2' },
    ],
    [
      'a name that stands twice',
      'x.tar',
      tar([
        { name: 'a', content: 'long one' },
        { name: 'a', content: '2' },
      ]),
      { a: '2' },
    ],
    [
      'zip: stored, deflated, empty, a folder, a comment',
      'x.zip',
      zip(
        [
          { name: 'a/' },
          { name: 'a/b.txt', content: 'B', method: 0 },
          { name: 'big.txt', content: big },
          { name: 'empty', method: 0 },
          { name: '日本.txt', content: 'J', mode: 0o100644 },
        ],
        'PK\x05\x06 in a comment',
      ),
      { 'a/b.txt': 'B', 'big.txt': big, empty: '', '日本.txt': 'J' },
    ],
    ['an empty zip', 'x.zip', zip([]), {}],
  ];

test.each(good)('unpacks %s', async (_, file, bytes, files) => {
  expect(await unpacked(file, bytes)).toEqual(files);
});

const unsafe = [
  '../out',
  '/out',
  'a/../../out',
  'a\\..\\..\\out',
  'C:out',
  'C:/out',
  '..',
  'a\0b/../../../out',
  '',
];

const changed = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
};
const oneZip = zip([{ name: 'a', content: big }]);
const oneOf = (entry: Partial<ZipEntry>) => zip([{ name: 'a', content: 'text', ...entry }]);
const directoryOf = (bytes: Buffer) => bytes.readUInt32LE(bytes.length - 6);
const long32 = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, at);
  return copy;
};

const bad: readonly (readonly [what: string, file: string, bytes: Buffer, code: string, says: string])[] = [
  ...[...'12346SVZ'].map(
    (type) => [`type ${type}`, 'x.tar', tar([{ name: 'odd', type }]), 'Unsupported', '"odd"'] as const,
  ),
  [
    'sparse by pax',
    'x.tar',
    tar([{ name: 'p', type: 'x', content: pax('GNU.sparse.major', '1') }, { name: 'odd' }]),
    'Unsupported',
    'sparse',
  ],
  [
    'another character set',
    'x.tar',
    tar([{ name: 'p', type: 'x', content: pax('hdrcharset', 'BINARY') }]),
    'Unsupported',
    'character set',
  ],
  ['broken pax', 'x.tar', tar([{ name: 'p', type: 'x', content: '99 path=a\n' }]), 'InvalidData', 'pax'],
  [
    'a size that is none',
    'x.tar',
    tar([{ name: 'p', type: 'x', content: pax('size', '-1') }, { name: 'a' }]),
    'InvalidData',
    '"-1"',
  ],
  ['facts without end', 'x.tar', tar([{ name: 'p', type: 'x', size: 2 ** 21 }]), 'InvalidData', '2097152'],
  ['a checksum', 'x.tar', changed(plain, 3, 65), 'InvalidData', 'checksum'],
  ['no tar', 'x.tar', Buffer.alloc(600, 'x'), 'InvalidData', 'number'],
  ['an empty file', 'x.tar', Buffer.alloc(0), 'Truncated', 'x.tar'],
  ['a file that is cut', 'x.tar', plain.subarray(0, 5_000), 'Truncated', 'too early'],
  ['no end', 'x.tar', tar([{ name: 'a', content: 'A' }], { end: false }), 'Truncated', 'too early'],
  ['a gzip that is cut', 'x.tgz', gzipSync(plain).subarray(0, -20), 'Truncated', 'too early'],
  ['no gzip', 'x.tgz', plain, 'InvalidData', 'header'],
  ['a link', 'x.zip', oneOf({ mode: 0o120777 }), 'Unsupported', '"a"'],
  ['a device', 'x.zip', oneOf({ mode: 0o060644 }), 'Unsupported', 'device'],
  ['encryption', 'x.zip', oneOf({ flags: 0x801 }), 'Unsupported', 'encrypted'],
  ['another method', 'x.zip', oneOf({ method: 12 }), 'Unsupported', 'method 12'],
  ['a name in GBK', 'x.zip', oneOf({ name: Buffer.from([0xd6, 0xd0]), flags: 0 }), 'Unsupported', 'UTF-8'],
  ['zip64 of all', 'x.zip', long32(oneZip, oneZip.length - 6, 0xffffffff), 'Unsupported', 'zip64'],
  ['zip64 of one', 'x.zip', long32(oneZip, directoryOf(oneZip) + 24, 0xffffffff), 'Unsupported', 'zip64'],
  ['a checksum', 'x.zip', oneOf({ crc: 1 }), 'InvalidData', 'checksum'],
  ['fewer bytes', 'x.zip', oneOf({ size: 5 }), 'InvalidData', 'has 4 bytes and says 5'],
  ['more bytes', 'x.zip', oneOf({ size: 3 }), 'InvalidData', 'more than the 3 bytes'],
  ['broken data', 'x.zip', changed(oneZip, 31, 0xff), 'InvalidData', 'cannot be unpacked'],
  ['another name', 'x.zip', changed(oneZip, 30, 66), 'InvalidData', 'two names'],
  ['an offset', 'x.zip', long32(oneZip, directoryOf(oneZip) + 42, 9_999_999), 'InvalidData', 'not where'],
  ['a broken directory', 'x.zip', changed(oneZip, directoryOf(oneZip), 0), 'InvalidData', 'entry 1'],
  [
    'bytes before it',
    'x.zip',
    Buffer.concat([Buffer.from('#!'), oneZip]),
    'InvalidData',
    'not where it says',
  ],
  ['a zip that is cut', 'x.zip', oneZip.subarray(0, -30), 'Truncated', 'x.zip'],
  ['no zip', 'x.zip', Buffer.from('x'), 'InvalidData', 'directory'],
];

describe('refused', () => {
  test.each([...bad])('%s: %s', async (_, file, bytes, code, says) => {
    const dir = scratch({ [file]: bytes });
    await expect(unpackArchive(join(dir, file), join(dir, 'to'))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
      hint: expect.any(String),
    });
    expect(Object.keys(filesIn(dir)).filter((name) => !name.startsWith('to/'))).toEqual([file]);
  });

  test.each(unsafe)('the name %j', async (name) => {
    const packed = {
      'x.tar': tar([
        { name: 'p', type: 'x', content: pax('path', name) },
        { name: 'x', content: 'evil' },
      ]),
      'x.zip': zip([{ name, content: 'evil' }]),
    };
    for (const [file, bytes] of Object.entries(packed)) {
      const dir = scratch({ [`in/${file}`]: bytes });
      await expect(unpackArchive(join(dir, 'in', file), join(dir, 'in/to'))).rejects.toMatchObject({
        code: 'UnsafePath',
        message: expect.stringContaining(`the entry ${JSON.stringify(name)}`),
      });
      expect(Object.keys(filesIn(dir))).toEqual([`in/${file}`]);
    }
  });

  test('above the limits', async () => {
    const dir = scratch({ 'x.zip': oneZip, 'x.tar': plain });
    const limits = [{ maxBytes: big.length - 1 }, { maxEntries: 0 }];
    for (const file of ['x.zip', 'x.tar']) {
      for (const limit of limits)
        await expect(unpackArchive(join(dir, file), join(dir, file[2]!), limit)).rejects.toMatchObject({
          code: 'NoSpace',
        });
    }
    await unpackArchive(join(dir, 'x.zip'), join(dir, 'to'), { maxBytes: big.length, maxEntries: 1 });
  });

  test('through links that lie in the folder; a link in the place of a file is replaced', async () => {
    const dir = scratch({
      'x.tar': tar([
        { name: 'file', content: 'new' },
        { name: 'link/file', content: 'evil' },
      ]),
      'out/file': 'old',
      'to/a': '',
    });
    symlinkSync(join(dir, 'out'), join(dir, 'to/link'));
    symlinkSync(join(dir, 'out/file'), join(dir, 'to/file'));
    await expect(unpackArchive(join(dir, 'x.tar'), join(dir, 'to'))).rejects.toMatchObject({
      code: 'UnsafePath',
      message: expect.stringContaining('"link/file"'),
    });
    expect(readFileSync(join(dir, 'to/file'), 'utf8')).toBe('new');
    expect(filesIn(join(dir, 'out'))).toEqual({ file: 'old' });
  });

  test('when it is to stop, or is not there', async () => {
    const dir = scratch({ 'x.tar': plain });
    const signal = AbortSignal.abort();
    await expect(unpackArchive(join(dir, 'x.tar'), join(dir, 'to'), { signal })).rejects.toMatchObject({
      code: 'Aborted',
    });
    for (const file of ['no.tar', 'no.tgz', 'no.zip'])
      await expect(unpackArchive(join(dir, file), join(dir, 'to'))).rejects.toMatchObject({
        code: 'NotFound',
      });
    expect(existsSync(join(dir, 'to/a'))).toBe(false);
    writeFileSync(join(dir, 'file'), '');
    await expect(unpackArchive(join(dir, 'x.tar'), join(dir, 'file'))).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
  });
});
