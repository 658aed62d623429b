import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertBox, type ImageAnnotation, LabelkitError, OptionError } from '../../src/model/index.js';
import { formatNumber } from '../../src/text/xml-escape.js';
import {
  encodeVoc,
  formatVoc,
  parseVoc,
  roundShape,
  VocDocument,
  VocObject,
  VocWriter,
} from '../../src/voc/index.js';
import { sameDocument } from '../../src/voc/same.js';
import { document as anyDocument, object as anyObject, content } from './arbitrary-document.js';

const canonical = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<annotation>
    <folder>Images</folder>
    <filename>a.jpg</filename>
    <source>
        <database>Unknown</database>
    </source>
    <size>
        <width>64</width>
        <height>48</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
    <object>
        <name>cat</name>
        <pose>Unspecified</pose>
        <truncated>0</truncated>
        <difficult>0</difficult>
        <occluded>0</occluded>
        <bndbox>
            <xmin>1</xmin>
            <ymin>2</ymin>
            <xmax>30</xmax>
            <ymax>40</ymax>
        </bndbox>
    </object>
</annotation>
`;
const noProperties = new Map<string, string>();
const cat = {
  name: 'cat',
  properties: noProperties,
  shape: { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 30, ymax: 40 },
  parts: [],
} as const;
const image: ImageAnnotation = { fileName: 'a.jpg', width: 64, height: 48, depth: 3, objects: [cat] };

/** What `write` throws. */
function failure(write: () => unknown): LabelkitError {
  try {
    write();
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('canonical layout', () => {
  it('writes the layout of the specification, with defaults for what is new', () => {
    expect(formatVoc(image)).toBe(canonical);
    expect(Buffer.from(encodeVoc(image)).toString()).toBe(canonical);
  });

  it('keeps the canonical order of everything an object can have', () => {
    const object = new VocObject({
      ...cat,
      properties: new Map([
        ['color', 'red'],
        ['颜色', '红'],
      ]),
      childFormKeys: new Set(['颜色']),
      hardCoefficient: 0.5,
      hardReasons: '1-2',
      maskColor: '1,2,3',
      confidence: 0.25,
      actions: new Map([['running', true]]),
      parts: [new VocObject({ name: 'head', shape: { kind: 'circle', cx: 3, cy: 4, r: 1.5 } })],
      referencePoint: { kind: 'point', x: 5, y: 6 },
    });
    const xml = formatVoc({ ...image, objects: [object] });
    const order = [...xml.slice(xml.indexOf('<object>')).matchAll(/^ {8}<([a-z_-]+)>/gm)].map(
      (match) => match[1],
    );
    expect(order).toEqual([
      'name',
      'properties',
      'pose',
      'truncated',
      'difficult',
      'hard-coefficient',
      'hard-reasons',
      'mask_color',
      'occluded',
      'confidence',
      'actions',
      'bndbox',
      'point',
      'part',
    ]);
    expect(xml).toContain('<颜色>红</颜色>');
    expect(xml).toContain(
      '            <property>\n                <key>color</key>\n                <value>red</value>\n            </property>\n',
    );
    expect(xml).not.toMatch(/\/>|\t|\r/);
  });

  it('adds nothing to what was parsed', () => {
    const xml = '<annotation><object><name>a</name></object></annotation>';
    const { document } = parseVoc(xml, { keepSource: false });
    expect(formatVoc(document!)).toBe(
      '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<annotation>\n    <object>\n        <name>a</name>\n    </object>\n</annotation>\n',
    );
  });

  it.each([
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-1.25e-10, '-0.000000000125'],
    [1.234e22, '12340000000000000000000'],
    [0.1 + 0.2, '0.30000000000000004'],
    [-0, '0'],
    [48, '48'],
    [5e-324, `0.${'0'.repeat(323)}5`],
  ])('writes %d without an exponent', (value, text) => {
    expect(formatNumber(value)).toBe(text);
    expect(Number(text)).toBe(value === 0 ? 0 : value);
  });

  it('spells the coefficient as it was read, as asked for new objects', () => {
    const fresh = { ...image, objects: [{ ...cat, hardCoefficient: 0.3 }] };
    expect(formatVoc(fresh)).toContain('<hard-coefficient>0.3</hard-coefficient>');
    expect(formatVoc(fresh, { compat: 'sdk' })).toContain(
      '<difficult-coefficient>0.3</difficult-coefficient>',
    );
    expect(() => formatVoc(fresh, { compat: 'SDK' as 'sdk' })).toThrow(OptionError);
  });

  it('closes rings, drops the path and rounds when asked, leaving the annotation as it is', () => {
    const polygon = { kind: 'polygon', points: [1, 1, 9.5, 1, 9, 9] } as const;
    const annotation: ImageAnnotation = {
      ...image,
      path: 'C:\\a.jpg',
      objects: [{ ...cat, shape: polygon }],
    };
    const writer = new VocWriter({ closeRing: true, dropPath: true, integers: true });
    const { document } = parseVoc(Buffer.from(writer.write(annotation)));
    expect(document?.objects[0]?.shape).toEqual({ kind: 'polygon', points: [1, 1, 10, 1, 9, 9, 1, 1] });
    expect(document?.path).toBeUndefined();
    expect(writer.changedValues).toBe(1);
    expect(annotation.path).toBe('C:\\a.jpg');
    expect(polygon.points).toEqual([1, 1, 9.5, 1, 9, 9]);
  });

  it('takes depth 3 for RGB images only when told', () => {
    const { depth: _, ...unknown } = image;
    expect(failure(() => formatVoc(unknown)).message).toContain('/annotation/size/depth');
    expect(formatVoc(unknown, { rgb: true })).toBe(canonical);
  });
});

describe('named cases', () => {
  it('EC-145: any key is written, and a key read as an element stays one', () => {
    const object = { ...cat, properties: new Map([['my color (1)', 'red']]) };
    const { document } = parseVoc(formatVoc({ ...image, objects: [object] }));
    expect([...document!.objects[0]!.properties]).toEqual([['my color (1)', 'red']]);
    const child =
      '<annotation><object><name>a</name><properties><颜色>红</颜色></properties></object></annotation>';
    const read = parseVoc(child, { keepSource: false }).document!;
    expect(formatVoc(read)).toContain('<颜色>红</颜色>');
  });

  it('EC-148: the spelling of the coefficient survives', () => {
    const xml =
      '<annotation><object><name>a</name><difficult-coefficient>0.3</difficult-coefficient></object></annotation>';
    expect(formatVoc(parseVoc(xml, { keepSource: false }).document!)).toContain(
      '<difficult-coefficient>0.3<',
    );
  });

  it('EC-129: an unchanged 48.0 stays 48.0 beside a changed number', () => {
    const xml = canonical.replace('>30<', '>48.0<');
    const { document } = parseVoc(xml);
    expect(formatVoc(document!)).toBe(xml);
    const object = document!.objects[0]!;
    object.shape = { ...cat.shape, xmax: 48, ymin: 5 };
    expect(formatVoc(document!)).toBe(xml.replace('<ymin>2<', '<ymin>5<'));
  });

  it('EC-134: an action object keeps its box and its point', () => {
    const xml =
      '<annotation><object><name>person</name><actions><running>1</running></actions><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox><point><x>5</x><y>6</y></point></object></annotation>';
    const again = parseVoc(formatVoc(parseVoc(xml, { keepSource: false }).document!)).document!;
    expect(again.objects[0]).toMatchObject({
      shape: cat.shape,
      referencePoint: { kind: 'point', x: 5, y: 6 },
    });
  });

  it('EC-156: one property map for two objects and two writes', () => {
    const properties = new Map([
      ['pose', 'x'],
      ['color', 'red'],
    ]);
    const annotation = {
      ...image,
      objects: [
        { ...cat, properties },
        { ...cat, properties },
      ],
    };
    const first = formatVoc(annotation);
    expect(formatVoc(annotation)).toBe(first);
    expect([...properties]).toEqual([
      ['pose', 'x'],
      ['color', 'red'],
    ]);
    expect(parseVoc(first).document?.objects[1]?.properties).toEqual(properties);
  });

  it('EC-157: no objects, and null for them', () => {
    const empty = formatVoc({ ...image, objects: [] });
    expect(parseVoc(empty)).toMatchObject({ findings: [], document: { objects: [] } });
    expect(formatVoc({ ...image, objects: null } as unknown as ImageAnnotation)).toBe(empty);
  });

  it('EC-158: special characters are escaped, impossible ones refused with the field named', () => {
    const named = (name: string) => ({ ...image, objects: [cat, { ...cat, name }] });
    for (const name of ['a<b', 'a&b', ']]>', 'a\rb']) {
      expect(parseVoc(formatVoc(named(name))).document?.objects[1]?.name).toBe(name);
    }
    for (const name of ['a\u0008', '\ud800', '\ufffe']) {
      const error = failure(() => formatVoc(named(name)));
      expect(error.code).toBe('InvalidData');
      expect(error.message).toMatch(/^\/annotation\/object\[2\]\/name contains U\+[0-9A-F]{4}/);
    }
  });

  it('EC-159: an unknown shape is refused', () => {
    const ellipse = {
      ...image,
      objects: [{ ...cat, shape: { kind: 'ellipse' } }],
    } as unknown as ImageAnnotation;
    expect(failure(() => formatVoc(ellipse)).message).toContain('"ellipse"');
    const nan = { ...image, objects: [{ ...cat, shape: { ...cat.shape, xmax: Number.NaN } }] };
    expect(failure(() => formatVoc(nan)).message).toContain('/annotation/object[1]/bndbox/xmax is NaN');
  });

  it('EC-160: a missing size is refused', () => {
    for (const missing of ['width', 'height'] as const) {
      for (const value of [undefined, null]) {
        const error = failure(() => formatVoc({ ...image, [missing]: value } as ImageAnnotation));
        expect(error.message).toBe(`/annotation/size/${missing} is not known`);
      }
    }
    expect(failure(() => formatVoc({ ...image, width: 0 })).message).toContain('/annotation/size/width is 0');
    expect(formatVoc(image)).not.toMatch(/None|undefined|null/);
  });

  it('EC-164: rounding keeps a box in the image and at least 1 wide and high', () => {
    const box = { kind: 'bndbox', xmin: 10.5, ymin: 10.5, xmax: 10.6, ymax: 10.6 } as const;
    expect(roundShape(box, { width: 20, height: 20 })).toEqual({
      shape: { kind: 'bndbox', xmin: 11, ymin: 11, xmax: 12, ymax: 12 },
      changed: 4,
    });
    const border = { kind: 'bndbox', xmin: 19.8, ymin: 25.5, xmax: 20.4, ymax: 30 } as const;
    expect(roundShape(border, { width: 20, height: 20 }).shape).toEqual({
      kind: 'bndbox',
      xmin: 19,
      ymin: 19,
      xmax: 20,
      ymax: 20,
    });
    expect(roundShape(cat.shape)).toEqual({ shape: cat.shape, changed: 0 });
  });

  it('EC-165: conversions between conventions and back', () => {
    for (const between of ['voc1', 'minusOne'] as const) {
      expect(convertBox(convertBox(cat.shape, 'zeroBased', between), between, 'zeroBased')).toEqual(
        cat.shape,
      );
    }
  });
});

describe('round trips', () => {
  it('parse(format(document)) says the same', () => {
    fc.assert(
      fc.property(anyDocument, fc.constantFrom('lenient' as const, 'strict' as const), (document, mode) => {
        const written = formatVoc(document);
        const { document: read } = parseVoc(written, { mode, keepSource: false });
        expect(content(read!)).toEqual(content(document));
        expect(formatVoc(read!)).toBe(written);
      }),
      { numRuns: 5000 },
    );
  });

  it('an unchanged document gives its very bytes', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const bytes = Buffer.concat([Buffer.from(formatVoc(document)), Buffer.from('<!-- end -->')]);
        expect(encodeVoc(parseVoc(bytes).document!)).toBe(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('a changed document is edited in place into what it says', () => {
    const change = fc.record({
      other: anyDocument,
      coins: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      extra: fc.array(anyObject, { maxLength: 2 }),
      reverse: fc.boolean(),
      style: fc.constantFrom('canonical' as const, 'crlf' as const, 'tabs' as const, 'one line' as const),
    });
    fc.assert(
      fc.property(anyDocument, change, (document, { other, coins, extra, reverse, style }) => {
        let tossed = 0;
        const coin = () => coins[tossed++ % coins.length]!;
        const input = restyled(formatVoc(document), style);
        const read = parseVoc(input).document!;
        for (const member of [
          'fileName',
          'width',
          'path',
          'sourceImage',
          'ownerName',
          'maskSource',
        ] as const) {
          if (coin()) Object.assign(read, { [member]: other[member] });
        }
        const objects = read.objects.filter(coin);
        const template = other.objects[0];
        for (const object of objects) {
          if (template === undefined) break;
          for (const member of [
            'name',
            'difficult',
            'confidence',
            'shape',
            'properties',
            'actions',
            'parts',
          ] as const) {
            if (coin()) Object.assign(object, { [member]: template[member] });
          }
          if (object.shape?.kind !== 'bndbox') object.referencePoint = undefined;
          object.propertiesPresent = object.properties.size > 0;
          object.childFormKeys = new Set();
        }
        objects.splice(coin() ? 0 : objects.length, 0, ...extra);
        read.objects = reverse ? objects.reverse() : objects;
        const again = parseVoc(formatVoc(read)).document!;
        expect(content(again)).toEqual(content(read));
      }),
      { numRuns: 600 },
    );
  });

  it('documents compare equal to themselves only', () => {
    const read = parseVoc(canonical).document!;
    expect(sameDocument(read, parseVoc(canonical).document!)).toBe(true);
    expect(sameDocument(read, parseVoc(canonical.replace('cat', 'dog')).document!)).toBe(false);
    expect(sameDocument(read, new VocDocument())).toBe(false);
  });
});

/** The same document in another layout; values with line breaks would change with it, so those stay canonical. */
function restyled(xml: string, style: 'canonical' | 'crlf' | 'tabs' | 'one line'): string {
  const lines = xml.split('\n');
  const isPlain = lines.every((line) => line === '' || /^ *<.*>$/.test(line));
  if (!isPlain || style === 'canonical') return xml;
  if (style === 'crlf') return lines.join('\r\n');
  if (style === 'tabs')
    return lines.map((line) => line.replace(/^ +/, (blanks) => '\t'.repeat(blanks.length / 4))).join('\n');
  return lines.map((line) => line.replace(/^ +/, '')).join('');
}
