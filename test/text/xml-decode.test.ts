import { describe, expect, test } from 'vitest';
import { decodeXml } from '../../src/text/xml-decode.js';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** 猫 in GBK. */
const cat = '\xc3\xa8';
const head = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>`;

describe('decodeXml', () => {
  test.each<[string, Buffer, string, string]>([
    ['default', Buffer.from('<a>猫</a>'), 'UTF-8', '<a>猫</a>'],
    ['empty', Buffer.from(''), 'UTF-8', ''],
    ['declared UTF-8', Buffer.from(`${head('utf-8')}<a>猫</a>`), 'UTF-8', `${head('utf-8')}<a>猫</a>`],
    ['EC-126 GBK', latin(`${head('GBK')}<a>${cat}\xd7\xa2</a>`), 'GBK', `${head('GBK')}<a>猫注</a>`],
    ['GB2312', latin(`${head('gb2312')}<a>\xb1\xea</a>`), 'GB2312', `${head('gb2312')}<a>标</a>`],
    ['GB18030', latin(`${head('GB18030')}<a>\x94\x39\xda\x33</a>`), 'GB18030', `${head('GB18030')}<a>💩</a>`],
    [
      'ISO-8859-1',
      latin(`${head('ISO-8859-1')}<a>\xe9\x80</a>`),
      'ISO-8859-1',
      `${head('ISO-8859-1')}<a>é\u0080</a>`,
    ],
    [
      'windows-1252',
      latin(`${head('Windows-1252')}<a>\xe9\x80</a>`),
      'windows-1252',
      `${head('Windows-1252')}<a>é€</a>`,
    ],
    ['US-ASCII', latin(`${head('US-ASCII')}<a/>`), 'US-ASCII', `${head('US-ASCII')}<a/>`],
    [
      'single quotes and blanks',
      latin(`<?xml version='1.0' encoding = 'GBK' ?><a>\xb1\xea</a>`),
      'GBK',
      `<?xml version='1.0' encoding = 'GBK' ?><a>标</a>`,
    ],
    [
      'a blank line before the declaration',
      latin(`\n${head('GBK')}<a>\xb1\xea</a>`),
      'GBK',
      `\n${head('GBK')}<a>标</a>`,
    ],
    [
      'UTF-16LE without a mark',
      Buffer.from(`${head('UTF-16')}<a>猫</a>`, 'utf16le'),
      'UTF-16LE',
      `${head('UTF-16')}<a>猫</a>`,
    ],
    ['UTF-16BE without a mark', utf16be('<a>猫</a>'), 'UTF-16BE', '<a>猫</a>'],
  ])('%s', (_, bytes, encoding, text) => {
    expect(decodeXml(bytes)).toEqual({ text, encoding, bom: false, bomBytes: 0 });
  });

  test('only the white space of XML parts a declaration', () => {
    for (const blank of ['\u00a0', '\v', '\f']) {
      const text = `<?xml version="1.0"${blank}encoding="ISO-8859-1"?><a>标</a>`;
      expect(decodeXml(Buffer.from(text))).toMatchObject({ text, encoding: 'UTF-8' });
    }
    const text = '\r\n<?xml\tversion="1.0"\nencoding\t=\r\n"ISO-8859-1"?><a>é</a>';
    expect(decodeXml(Buffer.from(text, 'latin1'))).toMatchObject({ text, encoding: 'ISO-8859-1' });
  });

  test.each<[string, Buffer, string, number]>([
    ['EC-127 UTF-8', Buffer.from('\uFEFF<a>猫</a>'), 'UTF-8', 3],
    ['EC-127 UTF-16LE', Buffer.from('\uFEFF<a>猫</a>', 'utf16le'), 'UTF-16LE', 2],
    ['UTF-16BE', utf16be('\uFEFF<a>猫</a>'), 'UTF-16BE', 2],
  ])('mark of %s', (_, bytes, encoding, bomBytes) => {
    expect(decodeXml(bytes)).toEqual({ text: '<a>猫</a>', encoding, bom: true, bomBytes });
  });

  test('the mark wins over the declaration', () => {
    expect(decodeXml(Buffer.from(`\uFEFF${head('GBK')}<a>猫</a>`))).toMatchObject({
      encoding: 'UTF-8',
      text: `${head('GBK')}<a>猫</a>`,
    });
  });

  test.each<[string, Buffer, string, string]>([
    ['EC-126 declared UTF-8, really GBK', latin(`${head('UTF-8')}<a>\xb1\xea</a>`), 'GB18030', '标'],
    ['nothing declared, really GBK', latin('<a>\xb1\xea</a>'), 'GB18030', '标'],
    ['declared GBK, really UTF-8', Buffer.from(`${head('GBK')}<a>标</a>`), 'UTF-8', '标'],
    ['declared ASCII, really UTF-8', Buffer.from(`${head('us-ascii')}<a>é</a>`), 'UTF-8', 'é'],
    ['declared UTF-16, really UTF-8', Buffer.from(`${head('utf-16')}<a>é</a>`), 'UTF-8', 'é'],
    ['unknown', Buffer.from(`${head('x-mac')}<a>é</a>`), 'UTF-8', 'é'],
    ['unknown, really GBK', latin(`${head('big-one')}<a>\xb1\xea</a>`), 'GB18030', '标'],
    ['UTF-8 mark, really GBK', latin('\xef\xbb\xbf<a>\xb1\xea</a>'), 'GB18030', '标'],
  ])('V004, recovered: %s', (_, bytes, encoding, label) => {
    const found = decodeXml(bytes);
    expect(found).toMatchObject({ encoding, problem: { rule: 'V004', recovered: true } });
    expect(found.text).toContain(`<a>${label}</a>`);
    expect(found.problem?.message).toContain(`read as ${encoding}`);
  });

  test.each<[string, Buffer]>([
    ['no encoding fits', latin('<a>\xff\xff</a>')],
    ['UTF-16 with half a character', Buffer.concat([Buffer.from('\uFEFF<a/>', 'utf16le'), Buffer.from('x')])],
    ['UTF-16 with half a pair', Buffer.from('\uFEFF<a>\ud800</a>', 'utf16le')],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0])],
    ['UTF-32BE', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c])],
  ])('V004, not recovered: %s', (_, bytes) => {
    expect(decodeXml(bytes).problem).toMatchObject({ rule: 'V004', recovered: false });
  });

  test('a view into a larger buffer', () => {
    const bytes = Buffer.from('xx<a/>xx');
    expect(decodeXml(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 4)).text).toBe('<a/>');
  });
});
