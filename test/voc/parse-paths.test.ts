import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { locateVoc } from '../../src/voc/locate.js';
import { isOrdinary, parseVoc, VocParser } from '../../src/voc/parse.js';
import { parseVocTree } from '../../src/voc/parse-tree.js';
import { type Random, randomFor } from '../support/random.js';
import { ordinaryXml } from './generate-xml.js';

/** What one byte is most tellingly replaced by, or what is put in between. */
const splices = [
  '<',
  '>',
  '/',
  '&',
  ';',
  ' ',
  '\n',
  '\t',
  '"',
  "'",
  '=',
  '-',
  '+',
  '.',
  ',',
  '0',
  '9',
  'e',
  'x',
  'y',
  'X',
  ':',
  '!',
  '?',
  ']',
  '\0',
  '\x01',
  '\x7f',
  '\xff',
  ']]>',
  '<!--c-->',
  '<![CDATA[x]]>',
  '<?pi?>',
  '<a/>',
  '<b>1</b>',
  '&amp;',
  '&#65;',
  '&nbsp;',
  '<point><x>1</x><y>2</y></point>',
  '<folder>f</folder>',
  '<difficult/>',
  '\xef\xbf\xbf',
  '\xc3\xa9',
  '\xc3',
  '\xed\xa0\x80',
  ' a="1"',
].map((text) => Buffer.from(text, 'latin1'));

const texts = ['7', '-', '0', '+', '.', 'a', '&lt;', '&#60;', '中', ' ', '1.', '1e'].map((text) =>
  Buffer.from(text),
);

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length);
  switch (random.below(8)) {
    case 0: {
      const changed = Buffer.from(bytes);
      changed[at] = random.below(256);
      return changed;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]);
    case 2: {
      const end = Math.min(bytes.length, at + 1 + random.below(60));
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    }
    case 3: {
      // Swaps two tags, or a tag and a text, so that nesting and names break.
      const first = bytes.indexOf(0x3c, at);
      const second = bytes.indexOf(0x3c, random.below(bytes.length));
      if (first < 0 || second < 0) return bytes.subarray(0, at);
      const low = Math.min(first, second);
      const high = Math.max(first, second);
      const lowEnd = bytes.indexOf(0x3e, low) + 1;
      const highEnd = bytes.indexOf(0x3e, high) + 1;
      if (lowEnd > high) return bytes.subarray(0, at);
      return Buffer.concat([
        bytes.subarray(0, low),
        bytes.subarray(high, highEnd),
        bytes.subarray(lowEnd, high),
        bytes.subarray(low, lowEnd),
        bytes.subarray(highEnd),
      ]);
    }
    case 4:
      return Buffer.concat([bytes.subarray(0, at), random.pick(splices), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), random.pick(splices), bytes.subarray(at + 1)]);
    default: {
      // Changes the first character of a text, which often leaves an ordinary document.
      const tagEnd = bytes.indexOf(0x3e, at) + 1;
      if (tagEnd === 0 || tagEnd >= bytes.length) return bytes.subarray(0, at);
      return Buffer.concat([bytes.subarray(0, tagEnd), random.pick(texts), bytes.subarray(tagEnd + 1)]);
    }
  }
}

/** Both parsers' answers when the scanner takes the bytes; undefined when it does not. */
function compare(parser: VocParser, bytes: Buffer): void {
  parser.reserve(bytes.length);
  bytes.copy(parser.buffer);
  const scanned = parser.scan(bytes.length, {});
  if (scanned === undefined) return;
  accepted++;
  const tree = parseVocTree(bytes, { keepSource: false });
  if (!isDeepStrictEqual(scanned, tree))
    expect({ xml: bytes.toString(), ...scanned }).toStrictEqual({ xml: bytes.toString(), ...tree });
}

let accepted = 0;

describe('the scanner and the full parser', () => {
  test('take every ordinary document, and make the same of it in both modes', () => {
    const random = randomFor(1);
    const parser = new VocParser({ capacity: 16 });
    for (let i = 0; i < 3000; i++) {
      const bytes = Buffer.from(ordinaryXml(random));
      parser.reserve(bytes.length);
      bytes.copy(parser.buffer);
      const scanned = parser.scan(bytes.length, { mode: 'strict' });
      const tree = parseVocTree(bytes, { mode: 'strict', keepSource: false });
      expect(scanned, bytes.toString()).toBeDefined();
      expect(scanned).toStrictEqual(tree);
    }
  });

  test('agree on every mutation that the scanner takes', () => {
    const random = randomFor(2);
    const parser = new VocParser();
    accepted = 0;
    for (let i = 0; i < 1500; i++) {
      const bytes = Buffer.from(ordinaryXml(random));
      for (let m = 0; m < 50; m++) {
        let changed = mutate(bytes, random);
        if (changed.length > 0 && random.chance(0.2)) changed = mutate(changed, random);
        compare(parser, changed);
      }
    }
    // Many mutations only change a label or a digit: a share far below this would mean that nothing was compared.
    expect(accepted).toBeGreaterThan(5000);
  });

  test('agree on every truncation, whatever an earlier file left in the buffer', () => {
    const random = randomFor(3);
    const parser = new VocParser();
    for (let i = 0; i < 25; i++) {
      const bytes = Buffer.from(ordinaryXml(random));
      const whole = bytes.toString().trimEnd().length;
      for (let length = 0; length < bytes.length; length++) {
        bytes.copy(parser.buffer);
        const scanned = parser.scan(length, {});
        const complete = bytes.toString('utf8', 0, length).length >= whole;
        expect(scanned !== undefined, `${length} of ${bytes.length} bytes: ${bytes}`).toBe(complete);
      }
    }
  });

  test('never throw, hang or lose their place, whatever the bytes', () => {
    const random = randomFor(4);
    for (let i = 0; i < 2500; i++) {
      let bytes: Buffer = Buffer.from(ordinaryXml(random));
      for (let m = random.below(8); m >= 0 && bytes.length > 0; m--) bytes = mutate(bytes, random);
      const mode = random.chance(0.5) ? 'strict' : 'lenient';
      const { document, findings } = parseVoc(bytes, { mode });
      if (document === undefined) expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
      for (const { pointer } of findings) {
        const place = locateVoc(bytes, pointer);
        expect(place.line).toBeGreaterThan(0);
        expect(place.offset).toBeLessThanOrEqual(bytes.length);
      }
    }
  });

  test('random bytes are not XML', () => {
    const random = randomFor(5);
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
      expect(isOrdinary(bytes)).toBe(false);
      expect(parseVoc(bytes).document).toBeUndefined();
    }
  });
});
