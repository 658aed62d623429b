import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AbortedError, OptionError } from '../../src/model/index.js';
import {
  type Encoding,
  type LineBatch,
  type LineProblem,
  LineSplitter,
  type LineSplitterOptions,
  lineBatches,
  parseEncoding,
} from '../../src/text/index.js';

interface Seen {
  text: string;
  number: number;
  offset: number;
  problem: LineProblem | undefined;
  raw: string | undefined;
}

function linesOf(batch: LineBatch): Seen[] {
  const seen: Seen[] = [];
  for (let i = 0; i < batch.count; i++) {
    const problem = batch.problem(i);
    const raw = problem === undefined ? undefined : batch.raw(i);
    seen.push({
      text: batch.bytes.toString('utf8', batch.starts[i]!, batch.ends[i]!),
      number: batch.firstLine + i,
      offset: batch.offset(i),
      problem,
      raw: raw === undefined ? undefined : Buffer.from(raw).toString('hex'),
    });
  }
  return seen;
}

/** Reads all lines, the input cut at the given places. Batches are looked at only after the end. */
function read(input: Buffer, options: LineSplitterOptions = {}, cuts: readonly number[] = [], whole = true) {
  const splitter = new LineSplitter(options);
  const batches: (LineBatch | undefined)[] = [];
  let from = 0;
  for (const cut of [...cuts, input.length]) {
    const chunk = Buffer.from(input.subarray(from, cut));
    if (whole) batches.push(splitter.push(chunk));
    else batches.push(...splitter.split(chunk));
    from = cut;
  }
  batches.push(splitter.end());
  const lines = batches.flatMap((batch) => (batch === undefined ? [] : linesOf(batch)));
  return { lines, facts: splitter.facts };
}

const texts = (input: Buffer | string, options: LineSplitterOptions = {}): string[] =>
  read(Buffer.from(input as string), options).lines.map((line) => line.text);

function encode(text: string, encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1'): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : encoding === 'latin1' ? 'latin1' : 'utf8');
}

/** 标注 in GBK. */
const gbk = Buffer.from([0xb1, 0xea, 0xd7, 0xa2]);

describe('framing', () => {
  test.each([
    ['EC-001 nothing', '', []],
    ['EC-002 with LF', 'a\n', ['a']],
    ['EC-002 without LF', 'a', ['a']],
    ['EC-003 blank line', 'a\n\nb\n', ['a', '', 'b']],
    ['EC-004 blanks', 'a\n   \n', ['a', '   ']],
    ['EC-005 CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['one CR only', 'a\r\r\n', ['a\r']],
    ['a lone CR stays', 'a\rb\n', ['a\rb']],
    ['CR at the end of the file', 'a\nb\r', ['a', 'b']],
    ['CRLF alone', '\r\n', ['']],
    [
      'EC-009 other separators do not split',
      'a\u2028b\u0085c\u2029d\ve\ff\n',
      ['a\u2028b\u0085c\u2029d\ve\ff'],
    ],
    ['only LF', '\n\n\n', ['', '', '']],
  ])('%s', (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  test('EC-003 EC-006 numbers and offsets', () => {
    const { lines, facts } = read(Buffer.from('\uFEFFé\n\nb\r\nc'));
    expect(lines.map(({ text, number, offset }) => [text, number, offset])).toEqual([
      ['é', 1, 3],
      ['', 2, 6],
      ['b', 3, 7],
      ['c', 4, 10],
    ]);
    expect(facts).toEqual({ bom: 'utf-8', crlfLine: 3, finalNewline: false, bytes: 11, lines: 4 });
  });

  test('facts of an empty file, of a mark alone, of a file that ends well', () => {
    expect(read(Buffer.from('')).facts).toEqual({ finalNewline: true, bytes: 0, lines: 0 });
    expect(read(Buffer.from('\uFEFF')).facts).toEqual({
      bom: 'utf-8',
      finalNewline: true,
      bytes: 3,
      lines: 0,
    });
    expect(read(Buffer.from('a\n')).facts).toEqual({ finalNewline: true, bytes: 2, lines: 1 });
  });

  test('a part of a file continues numbers and offsets and has no mark', () => {
    const { lines } = read(Buffer.from('\uFEFFa\nb\n'), { firstLine: 100, baseOffset: 5000 });
    expect(lines.map(({ text, number, offset }) => [text, number, offset])).toEqual([
      ['\uFEFFa', 100, 5000],
      ['b', 101, 5005],
    ]);
  });

  test('batches are ranges of the chunk itself', () => {
    const splitter = new LineSplitter();
    const first = Buffer.from('{"a":1}\n{"b"');
    const second = Buffer.from(':2}\n{"c":3}\n');
    expect([...splitter.split(first)].map((batch) => batch.bytes.buffer === first.buffer)).toEqual([true]);
    const batches = [...splitter.split(second)];
    expect(batches.map((batch) => linesOf(batch).map((line) => line.text))).toEqual([
      ['{"b":2}'],
      ['{"c":3}'],
    ]);
    expect(batches[1]!.bytes.buffer).toBe(second.buffer);
  });

  test('misuse', () => {
    const splitter = new LineSplitter();
    splitter.end();
    expect(splitter.end()).toBeUndefined();
    expect(() => splitter.push(Buffer.from('a'))).toThrow(OptionError);
    expect(() => new LineSplitter({ maxLineBytes: 0 })).toThrow(OptionError);
    expect(() => parseEncoding('utf-7')).toThrow(OptionError);
  });
});

describe('encodings', () => {
  test.each([
    ['utf8', 'utf-8'],
    ['UTF-8', 'utf-8'],
    ['ISO-8859-1', 'latin1'],
    ['latin-1', 'latin1'],
    ['GB2312', 'gbk'],
    ['utf_16_be', 'utf-16be'],
    ['gb18030', 'gb18030'],
  ])('%s means %s', (name, encoding) => {
    expect(parseEncoding(name)).toBe(encoding);
  });

  test('EC-007 UTF-16 under utf-8 is refused once; under its own name it is read', () => {
    const input = Buffer.concat([Buffer.from([0xff, 0xfe]), encode('{"a":"标"}\r\nb\n', 'utf-16le')]);
    const refused = read(input, {}, [1, 2, 3, 9]);
    expect(refused.lines).toHaveLength(1);
    expect(refused.lines[0]!.problem).toMatchObject({ kind: 'wrong-encoding', bom: 'utf-16le' });
    expect(refused.facts).toMatchObject({ bom: 'utf-16le', bytes: input.length, lines: 1 });
    const { lines, facts } = read(input, { encoding: 'utf-16le' });
    expect(lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['{"a":"标"}', 2],
      ['b', 24],
    ]);
    expect(facts).toMatchObject({ bom: 'utf-16le', crlfLine: 1, finalNewline: true });
  });

  test.each([
    ['utf-32le', [0xff, 0xfe, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff]],
    ['utf-16be', [0xfe, 0xff, 0, 0x61]],
  ] as const)('the mark of %s under utf-8', (bom, bytes) => {
    expect(read(Buffer.from(bytes)).lines[0]!.problem).toMatchObject({ kind: 'wrong-encoding', bom });
  });

  test('the mark of UTF-8 in a file read as GBK', () => {
    expect(read(Buffer.from('\uFEFFa\n'), { encoding: 'gbk' }).lines[0]!.problem).toMatchObject({
      kind: 'wrong-encoding',
      bom: 'utf-8',
    });
  });

  test('EC-008 a broken sequence is named by its byte and nothing is replaced', () => {
    const bad = Buffer.from([0x22, 0xc3, 0x22]);
    const input = Buffer.concat([Buffer.from('"ok"\n'), bad, Buffer.from('\n"é"\n')]);
    const { lines } = read(input);
    expect(lines.map((line) => line.problem)).toEqual([
      undefined,
      { kind: 'encoding', encoding: 'utf-8', offset: 1 },
      undefined,
    ]);
    expect(lines[1]!.raw).toBe(bad.toString('hex'));
    expect(lines[2]!.text).toBe('"é"');
  });

  test('EC-018 GBK under utf-8 hints at GBK; under gbk it is read', () => {
    const input = Buffer.concat([Buffer.from('{"name":"'), gbk, Buffer.from('"}\n')]);
    expect(read(input).lines[0]!.problem).toMatchObject({ kind: 'encoding', offset: 9, hint: /gbk/ });
    for (const encoding of ['gbk', 'gb18030'] as const)
      expect(texts(input, { encoding })).toEqual(['{"name":"标注"}']);
  });

  test('latin1 is ISO-8859-1: every byte is the character of its number', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i !== 10));
    expect(texts(Buffer.concat([every, Buffer.from('\nx')]), { encoding: 'latin1' })[0]).toBe(
      every.toString('latin1'),
    );
  });

  test.each<[Encoding, number[], number]>([
    ['gbk', [0x61, 0xb1, 0xea, 0xff], 3],
    ['gbk', [0x61, 0x62, 0xb1], 2],
    ['utf-16le', [0x61, 0, 0, 0xd8, 0x61, 0], 2],
    ['utf-16be', [0, 0x61, 0, 0x62, 0, 0x63, 0xdc, 0], 6],
    ['utf-16le', [0x61, 0, 0x62], 2],
  ])('a fault in %s is named by its byte', (encoding, bytes, offset) => {
    const lf = encoding === 'utf-16le' ? [10, 0] : encoding === 'utf-16be' ? [0, 10] : [10];
    const good = encoding === 'utf-16be' ? [0, 0x7a] : encoding === 'utf-16le' ? [0x7a, 0] : [0x7a];
    const { lines } = read(Buffer.from([...good, ...lf, ...bytes]), { encoding });
    expect(lines[0]).toMatchObject({ text: 'z', problem: undefined, offset: 0 });
    expect(lines[1]).toMatchObject({
      text: '',
      problem: { kind: 'encoding', encoding, offset },
      raw: Buffer.from(bytes).toString('hex'),
    });
  });

  test('NUL bytes under utf-8', () => {
    const { lines, facts } = read(Buffer.from('a\nb\0cdef\nd\n'));
    expect(lines.map((line) => line.problem)).toEqual([undefined, { kind: 'nul', offset: 1 }, undefined]);
    expect(facts.nulLine).toBe(2);
    expect(read(encode('{"source":"a"}\n', 'utf-16le')).lines[0]!.problem).toMatchObject({
      hint: /utf-16le/,
    });
    expect(read(encode('{"source":"a"}\n', 'utf-16be')).lines[0]!.problem).toMatchObject({
      hint: /utf-16be/,
    });
  });
});

describe('lines above the limit', () => {
  test.each(['utf-8', 'latin1', 'utf-16le', 'utf-16be'] as const)(
    'are skipped to their LF in %s',
    (encoding) => {
      const width = encoding.startsWith('utf-16') ? 2 : 1;
      const limit = 8 * width;
      const input = encode(
        '12345678\r\n123456789\r\n12345678\n123456789012345678901234567890\nok\n1234567890',
        encoding,
      );
      const expected = read(input, { encoding, maxLineBytes: limit });
      expect(expected.lines.map(({ text, problem }) => [text, problem])).toEqual([
        ['12345678', undefined],
        ['', { kind: 'too-long', limit, length: 9 * width }],
        ['12345678', undefined],
        ['', { kind: 'too-long', limit, length: 30 * width }],
        ['ok', undefined],
        ['', { kind: 'too-long', limit, length: 10 * width }],
      ]);
      const bare = ({ raw: _, ...line }: Seen) => line;
      for (let size = 1; size <= 64; size++) {
        const cuts = Array.from({ length: Math.floor((input.length - 1) / size) }, (_, i) => (i + 1) * size);
        for (const whole of [true, false]) {
          const got = read(input, { encoding, maxLineBytes: limit }, cuts, whole);
          expect(got.lines.map(bare)).toEqual(expected.lines.map(bare));
          expect(got.facts).toEqual(expected.facts);
        }
      }
    },
  );

  test('a line of 2 GB takes flat memory', () => {
    const splitter = new LineSplitter({ maxLineBytes: 1 << 20 });
    const chunk = Buffer.alloc(1 << 20, 'x');
    let allocated = 0;
    for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat'] as const) {
      const real = Buffer[name] as (...given: unknown[]) => Buffer;
      const counted = (...given: unknown[]) => {
        const made = real.apply(Buffer, given);
        // A view of memory that is there already costs none.
        if (!(given[0] instanceof ArrayBuffer)) allocated += made.length;
        return made;
      };
      vi.spyOn(Buffer, name).mockImplementation(counted as never);
    }
    expect(splitter.push(Buffer.from('a\n'))).toBeUndefined();
    const first = splitter.push(chunk)!;
    expect(linesOf(first).map((line) => line.text)).toEqual(['a']);
    for (let i = 1; i < 2048; i++) expect(splitter.push(chunk)).toBeUndefined();
    vi.restoreAllMocks();
    expect(allocated).toBeGreaterThan(0);
    expect(allocated).toBeLessThan(4 << 20);
    const lines = linesOf(splitter.push(Buffer.from('\nb\n'))!);
    expect(lines.map(({ text, offset }) => [text, offset])).toEqual([
      ['', 2],
      ['b', 2 ** 31 + 3],
    ]);
    expect(lines[0]!.problem).toEqual({ kind: 'too-long', limit: 1 << 20, length: 2 ** 31 });
  });

  test('EC-020 a line of 50 MB in small chunks is whole', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(1 << 16, 'é');
    for (let i = 0; i < 800; i++) expect(splitter.push(chunk)).toBeUndefined();
    const batch = splitter.push(Buffer.from('\n'))!;
    expect(batch.ends[0]! - batch.starts[0]!).toBe(800 << 16);
    expect(batch.problem(0)).toBeUndefined();
  });
});

describe('chunks', () => {
  const cases: [Encoding, Buffer][] = [
    ['utf-8', Buffer.from('\uFEFF{"a":"标注😀"}\r\n\r\n\n{"b":"\\uD83D\\uDE00\u2028"}\nlast\r')],
    ['utf-8', Buffer.concat([Buffer.from('ok\n'), gbk, Buffer.from('\nx\0y\r\nend\n')])],
    ['utf-8', Buffer.from('a\nb')],
    [
      'utf-16le',
      Buffer.concat([Buffer.from([0xff, 0xfe]), encode('标\u0a0a\u0d0a\r\n😀a\n\u0a00\n\nz', 'utf-16le')]),
    ],
    ['utf-16be', encode('标\u0a0a\u0a0d\r\n😀a\n\u000d\u0a00\n\nz', 'utf-16be')],
    ['utf-16le', Buffer.concat([encode('a\n', 'utf-16le'), Buffer.from([0, 0xd8, 10, 0, 0x62, 0])])],
    [
      'gbk',
      Buffer.concat([
        Buffer.from('{"a":"'),
        gbk,
        Buffer.from('"}\r\n'),
        gbk,
        Buffer.from([10, 0xb1, 10, 0x61]),
      ]),
    ],
    ['gb18030', Buffer.from([0x81, 0x30, 0x81, 0x30, 13, 10, 0x94, 0x39, 0xda, 0x33])],
    ['latin1', Buffer.from([0xe9, 13, 10, 0xff, 0xfe, 10, 0x85])],
  ];

  test.each(cases)(
    'EC-010 EC-011 EC-012 every cut and chunk sizes 1…64 give the same lines (%s, #%#)',
    (encoding, input) => {
      const expected = read(input, { encoding });
      for (const whole of [true, false]) {
        for (let cut = 0; cut <= input.length; cut++)
          expect(read(input, { encoding }, [cut], whole)).toEqual(expected);
        for (let size = 1; size <= 64; size++) {
          const cuts = Array.from({ length: Math.floor(input.length / size) }, (_, i) => (i + 1) * size);
          expect(read(input, { encoding }, cuts, whole)).toEqual(expected);
        }
      }
    },
  );

  test('any bytes, any cuts, any limit: as a plain split gives them', () => {
    const byte = fc.oneof(fc.constantFrom(10, 13, 10, 0x61, 0xc3, 0xa9, 0), fc.nat(255));
    const bytes = fc.array(byte, { maxLength: 80 });
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(80)),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (data, at, limit, whole) => {
          const input = Buffer.from(data);
          const cuts = at.filter((cut) => cut <= input.length).sort((a, b) => a - b);
          const { lines } = read(input, { baseOffset: 1, maxLineBytes: limit }, cuts, whole);
          const pieces = input.toString('latin1').split('\n');
          if (pieces.at(-1) === '') pieces.pop();
          expect(lines).toHaveLength(pieces.length);
          let offset = 1;
          for (const [i, piece] of pieces.entries()) {
            const line = piece.endsWith('\r') ? piece.slice(0, -1) : piece;
            const stored = Buffer.from(line, 'latin1');
            expect(lines[i]!.offset).toBe(offset);
            const isUtf8 = Buffer.from(stored.toString('utf8')).equals(stored);
            const expected =
              line.length > limit
                ? 'too-long'
                : line.includes('\0')
                  ? 'nul'
                  : isUtf8
                    ? undefined
                    : 'encoding';
            expect(lines[i]!.problem?.kind).toBe(expected);
            if (expected === undefined) expect(lines[i]!.text).toBe(stored.toString('utf8'));
            offset += piece.length + 1;
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('lineBatches', () => {
  async function* chunks(count: number) {
    for (let i = 0; i < count; i++) yield Buffer.from(`{"n":${i}}\n{"half"`);
  }

  test('EC-019 reads a stream, and its splitter has the facts', async () => {
    const splitter = new LineSplitter();
    let count = 0;
    for await (const batch of lineBatches(chunks(1000), { splitter })) count += batch.count;
    expect(count).toBe(1001);
    expect(splitter.facts).toMatchObject({ lines: 1001, finalNewline: false });
  });

  test('EC-019 stops within one chunk of the signal and closes the source', async () => {
    const controller = new AbortController();
    let pulled = 0;
    let closed = false;
    async function* source() {
      try {
        for (;;) {
          pulled++;
          yield Buffer.from('a\nb\n');
        }
      } finally {
        closed = true;
      }
    }
    const reading = (async () => {
      for await (const _ of lineBatches(source(), { signal: controller.signal }))
        if (pulled === 3) controller.abort();
    })();
    await expect(reading).rejects.toBeInstanceOf(AbortedError);
    expect([pulled, closed]).toEqual([4, true]);
  });
});
