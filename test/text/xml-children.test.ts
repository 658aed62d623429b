import { describe, expect, test } from 'vitest';
import { type XmlPiece, xmlChildren } from '../../src/text/xml-children.js';
import { randomFor } from '../support/random.js';

/** Chunks of a size, in one memory that is used again. */
async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = memory.subarray(0, Math.min(size, bytes.length - at));
    bytes.copy(chunk, 0, at, at + chunk.length);
    yield chunk;
    memory.fill(0x3c);
  }
}

/** Pieces as texts that can be compared: `child image 3:5@40 <image/>`. */
async function piecesOf(text: string | Buffer, size = 1 << 20): Promise<string[]> {
  const found: string[] = [];
  const show = (piece: XmlPiece): string => {
    const place = `${piece.line}:${piece.column}@${piece.offset}`;
    if (piece.kind === 'problem') return `problem ${place} ${piece.message}`;
    const name = piece.kind === 'text' ? '' : ` ${piece.name}`;
    return `${piece.kind}${name} ${place} ${piece.bytes.toString('utf8')}`;
  };
  for await (const pieces of xmlChildren(chunksOf(Buffer.from(text as string), size)))
    found.push(...pieces.map(show));
  return found;
}

const document = `<?xml version="1.0" encoding="utf-8"?>
<!-- a <comment> -->
<annotations kind='a>b'>
  <version>1.1</version>
  <!-- <image/> --><?pi <image/> ?>
  <猫 a="猫"/><image name="a > b"><box label='"/>'/><![CDATA[</image>]]><!-- </image> --><a><a/></a ></image
>
</annotations>
<!-- the end -->
`;

const expected = [
  `root annotations 3:1@60 <annotations kind='a>b'>`,
  'child version 4:3@87 <version>1.1</version>',
  'child 猫 6:3@148 <猫 a="猫"/>',
  `child image 6:13@162 <image name="a > b"><box label='"/>'/><![CDATA[</image>]]><!-- </image> --><a><a/></a ></image\n>`,
];

test('the root and its children, whatever the chunks are', async () => {
  expect(await piecesOf(document)).toEqual(expected);
  for (let size = 1; size < 40; size++) expect(await piecesOf(document, size)).toEqual(expected);
});

test('a byte order mark is part of no place but the offset', async () => {
  expect(await piecesOf('\ufeff<a><b/></a>')).toEqual(['root a 1:1@3 <a>', 'child b 1:4@6 <b/>']);
});

test('text between children, and an empty root', async () => {
  expect(await piecesOf('<a> x <b/></a>', 3)).toEqual([
    'root a 1:1@0 <a>',
    'text 1:5@4 x ',
    'child b 1:7@6 <b/>',
  ]);
  expect(await piecesOf('<a/>\n')).toEqual(['root a 1:1@0 <a/>']);
});

describe('what ends the pieces', () => {
  test.each([
    ['', 'problem 1:1@0 the file has no root element'],
    ['  \n', 'problem 2:1@3 the file has no root element'],
    ['text', 'problem 1:1@0 text outside the root element'],
    ['<a/>text', 'problem 1:5@4 text outside the root element'],
    ['<a/>\n<b/>', 'problem 2:1@5 a second root element'],
    ['<a><b/>', 'problem 1:8@7 <a> is never closed'],
    ['<a><b><c/>', 'problem 1:4@3 the file ends inside <b>'],
    ['<a><b x="', 'problem 1:10@9 <a> is never closed'],
    ['<a></b>', 'problem 1:4@3 </b> does not close <a>'],
    ['</a>', 'problem 1:1@0 </a> closes nothing'],
    [
      '<!DOCTYPE a [<!ENTITY x "y">]><a/>',
      'problem 1:1@0 a document type declaration (DOCTYPE) is not allowed',
    ],
    ['<a><!doctype b></a>', 'problem 1:4@3 a document type declaration (DOCTYPE) is not allowed'],
    ['<a><![CDATA[x]]></a>', 'problem 1:4@3 markup that is not allowed here'],
    ['<?xml version="1.0" encoding="gbk"?><a/>', 'problem 1:1@0 the file is gbk, not UTF-8'],
    [`<a>${'<b>'.repeat(256)}`, 'problem 1:769@768 elements are nested more than 256 deep'],
  ])('%s', async (text, problem) => {
    for (const size of [1, 5, 1 << 20]) {
      const pieces = await piecesOf(text, size);
      expect(pieces.filter((piece) => piece.startsWith('problem'))).toEqual(
        problem === undefined ? [] : [problem],
      );
    }
  });

  test('another encoding', async () => {
    expect(await piecesOf(Buffer.from('\ufeff<a/>', 'utf16le'))).toEqual([
      'problem 1:1@0 the file is UTF-16LE, not UTF-8',
    ]);
    expect(await piecesOf(Buffer.from('<a/>', 'utf16le'))).toEqual([
      'problem 1:1@0 the file is UTF-16, not UTF-8',
    ]);
  });
});

test('mutated documents end, with the same pieces for any chunks', async () => {
  const random = randomFor(77);
  const bytes = Buffer.from(document);
  for (let run = 0; run < 400; run++) {
    const mutant = Buffer.from(bytes);
    for (let i = 0; i <= random.below(3); i++)
      mutant[random.below(mutant.length)] = random.pick([...Buffer.from(`<>/!?"'- ax`)]);
    const cut = mutant.subarray(0, random.chance(0.3) ? random.below(mutant.length) : mutant.length);
    const whole = await piecesOf(cut);
    expect(await piecesOf(cut, 1 + random.below(30))).toEqual(whole);
  }
});
