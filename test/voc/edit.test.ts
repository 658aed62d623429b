import { describe, expect, it } from 'vitest';
import { LabelkitError, OptionError } from '../../src/model/index.js';
import {
  appendVocObjects,
  encodeVoc,
  formatVoc,
  parseVoc,
  removeVocObject,
  setVocText,
  VocDocument,
  VocObject,
} from '../../src/voc/index.js';

const dog = new VocObject({ name: '狗', shape: { kind: 'bndbox', xmin: 5, ymin: 6, xmax: 50, ymax: 60 } });
const file = (object: string, header = '<?xml version="1.0" encoding="GBK"?>\r\n') =>
  `${header}<annotation>\r\n\t<filename>图.jpg</filename>\r\n\t<size>\r\n\t\t<width>64</width>\r\n\t\t<height>48</height>\r\n\t\t<depth>3</depth>\r\n\t</size>\r\n${object}</annotation>\r\n`;
const cat =
  '\t<object>\r\n\t\t<name>猫</name> <!-- sic -->\r\n\t\t<bndbox><xmin>1.0</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>\r\n\t</object>\r\n';

/** Characters used here, in GBK. */
const gbkBytes: Record<string, readonly number[]> = {
  图: [0xcd, 0xbc],
  猫: [0xc3, 0xa8],
  狗: [0xb9, 0xb7],
};
function gbk(text: string): Buffer {
  return Buffer.from([...text].flatMap((character) => gbkBytes[character] ?? [character.charCodeAt(0)]));
}

describe('setVocText', () => {
  it('changes nothing else', () => {
    const xml = file(cat);
    expect(setVocText(xml, '/annotation/object[1]/bndbox/ymax', '41')).toBe(xml.replace('>40<', '>41<'));
    expect(setVocText(xml, '/annotation/filename', 'a&b.jpg')).toBe(xml.replace('图.jpg', 'a&amp;b.jpg'));
    expect(setVocText('<annotation><folder x="1" /></annotation>', '/annotation/folder', 'f')).toBe(
      '<annotation><folder x="1">f</folder></annotation>',
    );
  });

  it('keeps characters of names that only the language takes for white space', () => {
    const name = 'a\u1680';
    const xml = `<annotation><object><properties><${name} \n/></properties></object></annotation>`;
    expect(setVocText(xml, `/annotation/object/properties/${name}`, 'x')).toBe(
      xml.replace(`<${name} \n/>`, `<${name}>x</${name}>`),
    );
  });

  it('keeps the encoding, and writes references for what it lacks', () => {
    const bytes = gbk(file(cat));
    expect(setVocText(bytes, '/annotation/object[1]/name', '狗')).toEqual(gbk(file(cat).replace('猫', '狗')));
    expect(setVocText(bytes, '/annotation/object[1]/name', '😀')).toEqual(
      gbk(file(cat).replace('猫', '&#128512;')),
    );
    const wide = Buffer.from(`\ufeff${file(cat, '')}`, 'utf16le');
    expect(setVocText(wide, '/annotation/object[1]/name', '😀')).toEqual(
      Buffer.from(`\ufeff${file(cat, '').replace('猫', '😀')}`, 'utf16le'),
    );
    const latin = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><annotation><folder>caf\u00e9</folder><path/></annotation>',
      'latin1',
    );
    const edited = setVocText(latin, '/annotation/path', 'é猫');
    expect(Buffer.from(edited).toString('latin1')).toContain(
      '<folder>caf\u00e9</folder><path>\u00e9&#29483;</path>',
    );
    expect(parseVoc(edited).document?.path).toBe('é猫');
  });

  it('refuses what is not there, not text, or not XML', () => {
    expect(() => setVocText(file(cat), '/annotation/object[2]/name', 'x')).toThrow(OptionError);
    expect(() => setVocText(file(cat), '/annotation/object[1]', 'x')).toThrow(OptionError);
    expect(() => setVocText('<annotation>', '/annotation', 'x')).toThrow(LabelkitError);
    expect(() => setVocText(file(cat), '/annotation/filename', '\u0001')).toThrow(/U\+0001/);
  });
});

describe('removeVocObject', () => {
  it('takes the object and its line', () => {
    expect(removeVocObject(file(cat + cat), 1)).toBe(file(cat));
    expect(removeVocObject(file(cat), 1)).toBe(file(''));
    expect(() => removeVocObject(file(cat), 2)).toThrow(OptionError);
  });
});

describe('EC-161: appending objects', () => {
  const header = { fileName: '图.jpg', width: 64, height: 48 };
  const addition = new VocDocument({ ...header, objects: [dog] });
  const written =
    '\t<object>\r\n\t\t<name>狗</name>\r\n\t\t<pose>Unspecified</pose>\r\n\t\t<truncated>0</truncated>\r\n\t\t<difficult>0</difficult>\r\n\t\t<occluded>0</occluded>\r\n\t\t<bndbox>\r\n\t\t\t<xmin>5</xmin>\r\n\t\t\t<ymin>6</ymin>\r\n\t\t\t<xmax>50</xmax>\r\n\t\t\t<ymax>60</ymax>\r\n\t\t</bndbox>\r\n\t</object>\r\n';

  it('puts them before the end tag in the layout of the file, keeping its bytes', () => {
    expect(appendVocObjects(file(cat), addition)).toBe(file(cat + written));
    expect(appendVocObjects(gbk(file(cat)), addition)).toEqual(gbk(file(cat + written)));
    expect(appendVocObjects(file(''), addition)).toBe(file(written));
  });

  it('twice gives both', () => {
    const twice = appendVocObjects(appendVocObjects(file(cat), addition), addition);
    expect(parseVoc(twice).document?.objects.map((object) => object.name)).toEqual(['猫', '狗', '狗']);
  });

  it('works in files on one line, with comments at the end, and without children', () => {
    expect(appendVocObjects('<annotation><folder>f</folder><!-- c --></annotation>', addition)).toMatch(
      /^<annotation><folder>f<\/folder><!-- c --><object><name>狗<\/name>.*<\/object><\/annotation>$/,
    );
    for (const empty of ['<annotation/>', '<annotation></annotation>', '<annotation>\n</annotation>\n']) {
      const appended = appendVocObjects(empty, addition);
      expect(parseVoc(appended)).toMatchObject({ findings: [], document: { objects: [{ name: '狗' }] } });
    }
  });

  it('keeps a text that only looks blank', () => {
    const appended = appendVocObjects('<annotation>\u00a0</annotation>', addition);
    expect(appended).toMatch(/^<annotation>\u00a0<object>.*<\/object><\/annotation>$/);
  });

  it('refuses another image and files that are not well-formed', () => {
    for (const other of [{ fileName: 'b.jpg' }, { width: 65 }, { height: 1 }]) {
      const annotation = new VocDocument({ ...header, ...other, objects: [dog] });
      expect(() => appendVocObjects(file(cat), annotation)).toThrow(/cannot be appended/);
    }
    expect(() => appendVocObjects('<annotation>', addition)).toThrow(LabelkitError);
    expect(() => appendVocObjects(file(cat) + file(cat), addition)).toThrow(LabelkitError);
    const nameless = new VocDocument({ objects: [dog] });
    expect(appendVocObjects(file(cat), nameless)).toBe(file(cat + written));
  });

  it('gives the file itself when there is nothing to add', () => {
    const bytes = Buffer.from(file(cat, ''));
    expect(appendVocObjects(bytes, new VocDocument(header))).toBe(bytes);
  });
});

describe('changed documents', () => {
  it('keep comments, number spellings, line ends and encoding around the change', () => {
    const bytes = gbk(file(cat + cat));
    const { document } = parseVoc(bytes);
    document!.objects[1]!.name = '狗';
    document!.width = 640;
    document!.segmented = '0';
    const text = file(cat + cat.replace('猫', '狗'))
      .replace('>64<', '>640<')
      .replace('\t</size>\r\n', '\t</size>\r\n\t<segmented>0</segmented>\r\n');
    expect(encodeVoc(document!)).toEqual(gbk(text));
  });

  it('read strictly are compared with what strict reading gives', () => {
    const xml = file('').replaceAll('filename', 'FileName');
    const { document } = parseVoc(xml, { mode: 'strict' });
    expect(document?.fileName).toBeUndefined();
    expect(formatVoc(document!)).toBe(xml);
    document!.height = 49;
    expect(formatVoc(document!)).toBe(xml.replace('>48<', '>49<'));
  });

  it('can be laid out anew on request', () => {
    const { document } = parseVoc(file(cat, ''));
    expect(formatVoc(document!, { preserve: false })).not.toContain('\r');
  });

  it('an element name that the encoding lacks is refused', () => {
    const { document } = parseVoc(gbk(file(cat)));
    document!.objects[0]!.actions = new Map([['𠀀', true]]);
    expect(() => encodeVoc(document!)).toThrow(/element name/);
  });
});
