import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/model/diagnostic.js';
import type { Mode } from '../../src/model/rule.js';
import type { Shape } from '../../src/model/shape.js';
import { VocDocument, VocObject } from '../../src/voc/document.js';
import { locateVoc } from '../../src/voc/locate.js';
import { isOrdinary, parseVoc, VocParser } from '../../src/voc/parse.js';
import { parseVocTree } from '../../src/voc/parse-tree.js';
import { checkVoc } from '../../src/voc/rules/check.js';
import { vocRules } from '../../src/voc/rules/table.js';
import { structuralRules } from '../../src/voc/structural-rules.js';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/voc/parse/${name}`, import.meta.url));

const header =
  '<folder>Images</folder><filename>a.jpg</filename><size><width>100</width><height>80</height><depth>3</depth></size><segmented>0</segmented>';
const flags = '<pose>0</pose><truncated>0</truncated><difficult>0</difficult><occluded>0</occluded>';
const box = '<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>';

/** A document with nothing to find but what is in `inside`. */
const withObject = (inside: string) => `<annotation>${header}<object>${inside}</object></annotation>`;
/** The same, with an object that lacks only what is in `inside`. */
const withShape = (shape: string) => withObject(`<name>a</name>${flags}${shape}`);
const withPart = (inside: string) => withShape(`${box}<part><name>p</name>${inside}</part>`);

/** Everything that parser and checks find, parser first. */
function findingsOf(xml: Uint8Array | string, mode: Mode): Finding[] {
  const { document, findings } = parseVoc(xml, { mode });
  const all = [...findings];
  if (document !== undefined) checkVoc(document, { mode }, (finding) => all.push(finding));
  return all;
}

/** Rule ids with E, W or I. */
function outcome(xml: Uint8Array | string, mode: Mode): string {
  return findingsOf(xml, mode)
    .map(({ rule, severity }) => `${rule}${severity[0]!.toUpperCase()}`)
    .join(' ');
}

function parsed(xml: Uint8Array | string, mode: Mode = 'lenient'): VocDocument {
  const { document } = parseVoc(xml, { mode });
  if (document === undefined) throw new Error('there is no document');
  return document;
}

const objectIn = (inside: string): VocObject => parsed(withObject(inside)).objects[0]!;
const pointsOf = (shape: Shape | undefined) =>
  shape !== undefined && 'points' in shape ? shape.points : undefined;
const shapeIn = (shape: string) => objectIn(`<name>a</name>${shape}`).shape;

/** Vertices of a triangle and one more point inside the image. */
const corners = [10, 10, 60, 12, 30, 70, 20];
const polygon = (...children: string[]) => {
  const inside = children.map((name, i) => `<${name}>${corners[i]}</${name}>`).join('');
  return `<polygon>${inside}</polygon>`;
};

const nested = (depth: number): string =>
  depth === 0 ? '' : `<part><name>p</name>${box}${nested(depth - 1)}</part>`;

/** Case, XML, outcome when lenient, outcome when strict. */
const outcomes: readonly (readonly [string, Uint8Array | string, string, string])[] = [
  [
    'EC-121 object with a name only, no blanks',
    withObject('<name>a</name>'),
    'V043I V044I V050W',
    'V043W V044I V050E',
  ],
  ['EC-123 padded name', withObject(`<name> a </name>${flags}${box}`), 'V041W', 'V041W'],
  ['EC-123 blank name', withObject(`<name> </name>${flags}${box}`), 'V042E', 'V042E'],
  ['EC-124 document type', '<!DOCTYPE a [<!ENTITY x "y">]><annotation/>', 'V002E', 'V002E'],
  ['EC-124 entity bomb', fixture('billion-laughs.xml'), 'V002E', 'V002E'],
  ['EC-124 external entity', fixture('external-entity.xml'), 'V002E', 'V002E'],
  ['EC-125 bare ampersand', fixture('bare-ampersand.xml'), 'V001E', 'V001E'],
  ['EC-126 GBK, declared', fixture('gbk-declared.xml'), '', ''],
  ['EC-126 GBK, declared as UTF-8', fixture('gbk-undeclared.xml'), 'V004W', 'V004E'],
  ['EC-127 UTF-8 byte order mark', fixture('utf8-bom.xml'), 'V005I', 'V005I'],
  ['EC-127 UTF-16LE byte order mark', fixture('utf16le-bom.xml'), 'V005I', 'V005I'],
  ['EC-127 UTF-16BE byte order mark', fixture('utf16be-bom.xml'), 'V005I', 'V005I'],
  ['EC-127 line break before the declaration', fixture('blank-line-first.xml'), 'V005W', 'V005E'],
  ['EC-129 fraction', withShape(box.replace('>1<', '>1.5<')), 'V073W', 'V073W'],
  ['EC-129 whole number with a fraction', withShape(box.replace('>1<', '>1.0<')), 'V073W', 'V073W'],
  ['EC-129 exponent', withShape(box.replace('>30<', '>3e1<')), 'V073W', 'V073W'],
  ['EC-129 decimal comma', withShape(box.replace('>1<', '>1,5<')), 'V072E', 'V072E'],
  ['EC-129 unit', withShape(box.replace('>1<', '>12px<')), 'V072E', 'V072E'],
  ['EC-129 NaN', withShape(box.replace('>1<', '>NaN<')), 'V072E', 'V072E'],
  ['EC-129 empty coordinate', withShape(box.replace('<xmin>1</xmin>', '<xmin/>')), 'V071E', 'V071E'],
  ['EC-130 swapped corners', withShape(box.replace('>1<', '>50<')), 'V075W', 'V075E'],
  ['EC-131 no width', withShape(box.replace('>1<', '>30<')), 'V076W', 'V076E'],
  ['EC-131 one pixel wide', withShape(box.replace('>1<', '>29<')), 'V076W', 'V076W'],
  ['EC-132 touching the border', withShape(box.replace('>30<', '>100<').replace('>40<', '>80<')), '', ''],
  ['EC-132 over the border', withShape(box.replace('>30<', '>101<')), 'V077W', 'V077W'],
  ['EC-132 outside', withShape(box.replace('>1<', '>200<').replace('>30<', '>210<')), 'V077W', 'V077E'],
  [
    'EC-132 no size, no range',
    withShape(box.replace('>30<', '>300<')).replace('>100<', '>0<').replace('>80<', '>0<'),
    'V023W V023W',
    'V023E V023E',
  ],
  ['EC-133 two boxes', withShape(box + box), 'V051E', 'V051E'],
  ['EC-133 box and polygon', withShape(box + polygon('x1', 'y1', 'x2', 'y2', 'x3', 'y3')), 'V052E', 'V052E'],
  ['EC-133 box, and box of a part', withPart(box), '', ''],
  ['EC-133 two boxes in one part', withPart(box + box), 'V051E', 'V051E'],
  ['EC-134 action file', fixture('action.xml'), 'V053W V043I V044I', 'V053E V043W V044I'],
  ['EC-137 gap', withShape(polygon('x1', 'y1', 'x3', 'y3', 'x4', 'y4')), 'V079W', 'V079E'],
  ['EC-137 no partner', withShape(polygon('x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x5')), 'V079W', 'V079E'],
  ['leading zero', withShape(polygon('x01', 'y01', 'x2', 'y2', 'x3', 'y3')), 'V079W V079W', 'V079E V079E'],
  ['vertex twice', withShape(polygon('x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x1')), 'V079W', 'V079E'],
  ['EC-139 two points', withShape(polygon('x1', 'y1', 'x2', 'y2')), 'V078W', 'V078E'],
  [
    'EC-140 circle of no radius',
    withShape('<circle><cx>9</cx><cy>9</cy><r>0</r></circle>'),
    'V083W',
    'V083E',
  ],
  ['EC-141 point x1, y1', withShape('<point><x1>3</x1><y1>4</y1></point>'), 'V085W', 'V085E'],
  [
    'EC-141 x_min …',
    withShape('<bndbox><x_min>1</x_min><y_min>2</y_min><x_max>30</x_max><y_max>40</y_max></bndbox>'),
    'V085W',
    'V085E',
  ],
  ['EC-142 empty box', withShape('<bndbox/>'), 'V070E', 'V070E'],
  ['EC-142 blank box', withShape('<bndbox> </bndbox>'), 'V070E', 'V070E'],
  ['EC-142 empty circle', withShape('<circle/>'), 'V070E', 'V070E'],
  ['EC-143 no properties', withShape(`<properties/>${box}`), '', ''],
  ['EC-143 comment in properties', withShape(`<properties><!-- x --><c>1</c></properties>${box}`), '', ''],
  ['EC-143 empty property', withShape(`<properties><color/></properties>${box}`), 'V048W', 'V048E'],
  [
    'EC-144 key without value',
    withShape(`<properties><property><key>k</key></property></properties>${box}`),
    'V048W',
    'V048E',
  ],
  [
    'EC-144 key without value, with blanks',
    withShape(`<properties>\n<property>\n<key>k</key>\n</property>\n</properties>${box}`),
    'V048W',
    'V048E',
  ],
  [
    'value without key',
    withShape(`<properties><property><value>k</value></property></properties>${box}`),
    'V048W',
    'V048E',
  ],
  ['EC-146 property as a key', withShape(`<properties><property>red</property></properties>${box}`), '', ''],
  ['EC-147 property twice', withShape(`<properties><a>1</a><a>2</a></properties>${box}`), 'V049W', 'V049W'],
  ['EC-148 old spelling', withShape(`<difficult-coefficient>0.3</difficult-coefficient>${box}`), '', ''],
  [
    'EC-148 both spellings differ',
    withShape(
      `<difficult-coefficient>0.4</difficult-coefficient><hard-coefficient>0.3</hard-coefficient>${box}`,
    ),
    'V046W',
    'V046W',
  ],
  [
    'coefficient is no number',
    withShape(`<hard-coefficient>high</hard-coefficient>${box}`),
    'V046W',
    'V046E',
  ],
  ['EC-149 empty confidence', withShape(`<confidence/>${box}`), 'V047W', 'V047W'],
  ['EC-149 confidence above 1', withShape(`<confidence>1.2</confidence>${box}`), 'V047W', 'V047E'],
  ['confidence is no number', withShape(`<confidence>sure</confidence>${box}`), 'V047W', 'V047E'],
  ['EC-149 confidence 1', withShape(`<confidence>1</confidence>${box}`), '', ''],
  ['EC-149 confidence 0', withShape(`<confidence>0</confidence>${box}`), '', ''],
  [
    'EC-150 no difficult',
    withObject(`<name>a</name>${flags.replace(/<diff.*cult>/, '')}${box}`),
    'V043I',
    'V043W',
  ],
  [
    'EC-150 difficult True',
    withObject(`<name>a</name>${flags.replace('<difficult>0', '<difficult>True')}${box}`),
    '',
    '',
  ],
  [
    'EC-150 difficult Unspecified',
    withObject(`<name>a</name>${flags.replace('<difficult>0', '<difficult>Unspecified')}${box}`),
    'V045W',
    'V045W',
  ],
  [
    'difficult empty',
    withObject(`<name>a</name>${flags.replace('<difficult>0', '<difficult>')}${box}`),
    'V054W',
    'V054E',
  ],
  ['EC-151 part without flags', withPart(box), '', ''],
  ['EC-151 parts 16 deep', withShape(box + nested(16)), '', ''],
  ['EC-151 parts 17 deep', withShape(box + nested(17)), 'V055W', 'V055E'],
  ['EC-152 no object', `<annotation>${header}</annotation>`, 'V030I', 'V030W'],
  ['EC-153 upper-case root', `<Annotation>${header}</Annotation>`, 'V008W V030I', 'V007E'],
  ['EC-153 wrapper', `<foo><annotation>${header}</annotation></foo>`, 'V007W V030I', 'V007E'],
  ['EC-153 other root', '<foo/>', 'V007E', 'V007E'],
  ['two annotations in a wrapper', '<foo><annotation/><annotation/></foo>', 'V007E', 'V007E'],
  ['EC-154 two documents', `<annotation>${header}</annotation>\n<annotation/>`, 'V001E', 'V001E'],
  ['empty file', '', 'V001E', 'V001E'],
  ['blank file', ' \n', 'V001E', 'V001E'],
  ['undefined entity', withObject('<name>a&nbsp;b</name>'), 'V003E', 'V003E'],
  ['illegal character reference', withObject('<name>&#1;</name>'), 'V003E', 'V003E'],
  ['upper-case object', withShape(box).replaceAll('object>', 'Object>'), 'V008W', 'V008W V030W'],
  ['unknown element', withShape(`${box}<robot/>`), 'V009I', 'V009I'],
  ['unknown attribute', withShape(box).replace('<object>', '<object id="1">'), 'V009I', 'V009I'],
  ['namespace', withShape(box).replace('<annotation>', '<annotation xmlns="urn:x">'), 'V009I', 'V009I'],
  ['prefix', withShape(`${box}<x:name>b</x:name>`), 'V009I', 'V009I'],
  ['verified', withShape(box).replace('<annotation>', '<annotation verified="yes">'), '', ''],
  ['text between elements', withShape(`${box}text`), 'V009I', 'V009I'],
  ['singleton twice', withShape(box).replace('<folder>', '<folder>x</folder><folder>'), 'V010W', 'V010E'],
  ['folder empty', withShape(box).replace('>Images<', '><'), 'V020W', 'V020E'],
  ['folder missing', withShape(box).replace('<folder>Images</folder>', ''), 'V020W', 'V020W'],
  ['filename empty', withShape(box).replace('>a.jpg<', '><'), 'V021W', 'V021E'],
  ['width 3.0', withShape(box).replace('<width>100<', '<width>100.0<'), 'V023W', 'V023E'],
  ['width -1', withShape(box).replace('<width>100<', '<width>-1<'), 'V023E', 'V023E'],
  ['width empty', withShape(box).replace('<width>100<', '<width><'), 'V023E', 'V023E'],
  ['width missing', withShape(box).replace('<width>100</width>', ''), 'V022W', 'V022E'],
  ['segmented empty', withShape(box).replace('<segmented>0<', '<segmented><'), 'V025W', 'V025E'],
  ['mask source empty', withShape(box).replace('<object>', '<mask_source/><object>'), 'V029W', 'V029E'],
  ['object empty', `<annotation>${header}<object/></annotation>`, 'V040E', 'V040E'],
  ['object blank', `<annotation>${header}<object> </object></annotation>`, 'V040E', 'V040E'],
  ['object with a comment', `<annotation>${header}<object><!-- --></object></annotation>`, 'V040E', 'V040E'],
  ['part empty', withShape(`${box}<part/>`), 'V040E', 'V040E'],
  ['action is no flag', withShape(`<actions><running>yes</running></actions>${box}`), 'V045W', 'V045W'],
  ['coordinate missing', withShape(box.replace('<xmin>1</xmin>', '')), 'V071E', 'V071E'],
  ['polygon without vertices', withShape('<polygon><z>1</z></polygon>'), 'V009I V071E', 'V009I V071E'],
  ['mask colour empty', withShape(`<mask_color/>${box}`), 'V058W', 'V058E'],
  ['control character', withObject('<name>a\u0001</name>'), 'V001E', 'V001E'],
  ['character beyond XML', withObject('<name>a\uffff</name>'), 'V001E', 'V001E'],
  ['lone surrogate', withObject('<name>a\ud800</name>'), 'V001E', 'V001E'],
  [']]> in text', withObject('<name>a]]>b</name>'), 'V001E', 'V001E'],
  ['elements 300 deep', withShape(`${box}${'<a>'.repeat(300)}${'</a>'.repeat(300)}`), 'V011E', 'V011E'],
];

describe('what is found', () => {
  test.each(outcomes)('%s', (_, xml, lenient, strict) => {
    expect(outcome(xml, 'lenient')).toBe(lenient);
    expect(outcome(xml, 'strict')).toBe(strict);
  });

  test('a file over the limit is not read', () => {
    const { document, findings } = parseVoc(withShape(box), { maxBytes: 100 });
    expect(document).toBeUndefined();
    expect(findings[0]?.rule).toBe('V011');
  });

  test('upstream wording is kept, with the path of the element', () => {
    const messages = (xml: string) => findingsOf(xml, 'strict').map(({ message }) => message);
    expect(messages(withShape('<bndbox/>'))).toEqual(["/annotation/object[1]/bndbox can't be empty"]);
    expect(messages(withPart(box + box))[0]).toMatch(
      /^\/annotation\/object\[1\]\/part\[1\]\/bndbox\[2\].*more than one bndbox/,
    );
    expect(messages(withShape(`${box}<circle/>`))[0]).toContain('more than one position type');
  });

  test('every rule of the parser is in the table, and some case here or the table of another test shows it', () => {
    const ids = new Set<string>(vocRules.map(({ id }) => id));
    for (const rule of structuralRules) {
      expect(ids.has(rule)).toBe(true);
      expect(rule === 'V011' || outcomes.some(([, , , strict]) => strict.includes(rule)), rule).toBe(true);
    }
  });
});

describe('what is read', () => {
  test('every element of the format, by the scanner alone', () => {
    const bytes = fixture('every-element.xml');
    expect(isOrdinary(bytes)).toBe(true);
    const { document, findings } = parseVoc(bytes, { keepSource: false });
    expect(findings).toEqual([
      {
        rule: 'V073',
        severity: 'warning',
        message: '/annotation/object[2]/polygon/x3 is not written as a whole number: 320.5',
        pointer: '/annotation/object[2]/polygon/x3',
      },
    ]);
    const eye = new VocObject({ name: 'eye', shape: { kind: 'point', x: 40, y: 30 } });
    eye.sourceIndex = 1;
    const head = new VocObject({
      name: 'head',
      shape: { kind: 'bndbox', xmin: 30, ymin: 20, xmax: 60, ymax: 50 },
      parts: [eye],
    });
    head.sourceIndex = 1;
    const person = new VocObject({
      name: '行人',
      properties: new Map([
        ['color', 'green'],
        ['颜色', '红 < 绿'],
      ]),
      childFormKeys: new Set(['color']),
      pose: 'Left',
      truncated: '0',
      difficult: '1',
      hardCoefficient: 0.25,
      coefficientElement: 'hard-coefficient',
      hardReasons: '0-20-21-19',
      maskColor: '255,0,0',
      maskSource: '1.png',
      occluded: '1',
      confidence: 0.875,
      actions: new Map([
        ['running', true],
        ['walking', false],
      ]),
      shape: { kind: 'bndbox', xmin: 10, ymin: 20, xmax: 110, ymax: 220 },
      parts: [head],
    });
    const others: readonly VocObject[] = [
      new VocObject({ name: 'road', shape: { kind: 'polygon', points: [0, 400, 640, 400, 320.5, 300] } }),
      new VocObject({ name: 'kerb', shape: { kind: 'polyline', points: [0, 1, 2, 3] } }),
      new VocObject({ name: 'lane', shape: { kind: 'line', x1: 1, y1: 2, x2: 3, y2: 4 } }),
      new VocObject({ name: 'lane', shape: { kind: 'dashed', x1: 5, y1: 6, x2: 7, y2: 8 } }),
      new VocObject({ name: 'sign', shape: { kind: 'circle', cx: 100, cy: 110, r: 9 } }),
    ];
    const objects = [person, ...others];
    for (let i = 0; i < objects.length; i++) objects[i]!.sourceIndex = i + 1;
    const expected = new VocDocument({
      folder: 'Images',
      fileName: '街 & 路.jpg',
      path: '/home/a b/街.jpg',
      database: 'Unknown',
      sourceAnnotation: 'PASCAL VOC2007',
      sourceImage: 'flickr',
      sourceFlickrId: '341012865',
      ownerFlickrId: 'Fried Camels',
      ownerName: 'Jinky the Fruit Bat',
      width: 640,
      height: 480,
      depth: 3,
      segmented: '1',
      maskSource: 'obs://b/annotations/1.png',
      rootAttributes: new Map([['verified', 'yes']]),
      objects,
    });
    expected.readAs = 'lenient';
    expect(document).toStrictEqual(expected);
    expect(parseVocTree(bytes, { keepSource: false })).toStrictEqual({ document, findings });
  });

  test('EC-122 comments and CDATA in a text, and references', () => {
    expect(objectIn('<name>a<!-- x -->b</name>').name).toBe('ab');
    expect(objectIn('<name><![CDATA[a&b]]></name>').name).toBe('a&b');
    expect(objectIn('<name>a&amp;b</name>').name).toBe('a&b');
    expect(objectIn('<name>&#20013;&#x4e2d;</name>').name).toBe('中中');
  });

  test('EC-123 blanks around a name are kept', () => {
    expect(objectIn('<name> a </name>').name).toBe(' a ');
    expect(objectIn('<name> </name>').name).toBeUndefined();
  });

  test.each([
    'gbk-declared.xml',
    'gbk-undeclared.xml',
    'utf8-bom.xml',
    'utf16le-bom.xml',
    'utf16be-bom.xml',
    'blank-line-first.xml',
  ])('EC-126 EC-127 Chinese names in %s', (name) => {
    const document = parsed(fixture(name));
    expect(document.fileName).toBe('图片.jpg');
    expect(document.objects[0]?.name).toBe('行人');
  });

  test('EC-126 bytes in another encoding than declared are no document when strict', () => {
    expect(parseVoc(fixture('gbk-undeclared.xml'), { mode: 'strict' }).document).toBeUndefined();
  });

  test('ISO-8859-1', () => {
    expect(parsed(fixture('latin1.xml')).objects[0]?.name).toBe('café');
  });

  test('EC-128 corners in any order', () => {
    const children = '<ymax>4</ymax><xmax>3</xmax><ymin>2</ymin><xmin>1</xmin>';
    expect(shapeIn(`<bndbox>${children}</bndbox>`)).toEqual({
      kind: 'bndbox',
      xmin: 1,
      ymin: 2,
      xmax: 3,
      ymax: 4,
    });
  });

  test.each([
    ['48.5', 48.5],
    ['48.0', 48],
    ['4e1', 40],
    [' +7 ', 7],
    ['-3', -3],
    ['1e-3', 0.001],
    ['0.1', 0.1],
    ['123456789.123456', 123456789.123456],
    ['0.30000000000000004', 0.30000000000000004],
    ['1,5', undefined],
    ['12px', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['0x10', undefined],
    ['1e999', undefined],
    ['.5', undefined],
    ['5.', undefined],
    ['１２', undefined],
  ])('EC-129 the coordinate "%s"', (text, value) => {
    const shape = shapeIn(`<point><x>${text}</x><y>1</y></point>`);
    expect(shape).toEqual(value === undefined ? undefined : { kind: 'point', x: value, y: 1 });
  });

  test('EC-129 the text of an unmodified number stays in the source', () => {
    const xml = withShape(box.replace('>1<', '>48.0<'));
    expect(parsed(xml).source).toBe(xml);
    const bytes = Buffer.from(xml);
    expect(parsed(bytes).source).toBe(bytes);
    expect(parseVoc(bytes, { keepSource: false }).document?.source).toBeUndefined();
  });

  test('EC-130 swapped corners are left as they are', () => {
    expect(shapeIn(box.replace('>1<', '>50<'))).toMatchObject({ xmin: 50, xmax: 30 });
  });

  test('EC-133 of two shapes the first is read, the other kept as markup', () => {
    const object = objectIn(`<name>a</name>${polygon('x1', 'y1', 'x2', 'y2')}${box}`);
    expect(object.shape?.kind).toBe('polygon');
    expect(object.unknown).toEqual([{ name: 'bndbox', xml: box, within: '' }]);
  });

  test('EC-134 box, reference point and actions', () => {
    const object = parsed(fixture('action.xml')).objects[0]!;
    expect(object.shape).toEqual({ kind: 'bndbox', xmin: 62, ymin: 107, xmax: 191, ymax: 293 });
    expect(object.referencePoint).toEqual({ kind: 'point', x: 120, y: 150 });
    expect([...object.actions!]).toEqual([
      ['jumping', true],
      ['other', false],
      ['running', true],
    ]);
  });

  test('EC-135 EC-136 EC-138 vertices are paired and ordered by their numbers', () => {
    const points = (xml: string) => pointsOf(shapeIn(xml));
    const vertex = (n: number) => [`<x${n}>${n}</x${n}>`, `<y${n}>${n + 100}</y${n}>`];
    const expected = (...numbers: number[]) => numbers.flatMap((n) => [n, n + 100]);
    expect(points(`<polygon>${[...vertex(2), ...vertex(1)].join('')}</polygon>`)).toEqual(expected(1, 2));
    const yFirst = [...vertex(1).reverse(), ...vertex(2).reverse()].join('');
    expect(points(`<polygon>${yFirst}</polygon>`)).toEqual(expected(1, 2));
    const twelve = Array.from({ length: 12 }, (_, i) => i + 1);
    const inTextOrder = [...twelve].sort().flatMap(vertex).join('');
    expect(points(`<polyline>${inTextOrder}</polyline>`)).toEqual(expected(...twelve));
    expect(points(`<polyline>${twelve.flatMap(vertex).join('')}</polyline>`)).toEqual(expected(...twelve));
  });

  test('EC-137 gaps are closed, half vertices dropped, the last of a repeated number counts', () => {
    const points = (...names: string[]) => pointsOf(shapeIn(polygon(...names)));
    expect(points('x1', 'y1', 'x3', 'y3', 'x4', 'y4')).toEqual([10, 10, 60, 12, 30, 70]);
    expect(points('x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x5')).toEqual([10, 10, 60, 12, 30, 70]);
    expect(points('x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x1')).toEqual([20, 10, 60, 12, 30, 70]);
  });

  test('EC-139 a closed ring is kept as read', () => {
    const names = ['x1', 'y1', 'x2', 'y2', 'x3', 'y3', 'x4', 'y4'];
    const values = [0, 0, 9, 0, 9, 9, 0, 0];
    const inside = names.map((name, i) => `<${name}>${values[i]}</${name}>`).join('');
    expect(shapeIn(`<polygon>${inside}</polygon>`)).toEqual({ kind: 'polygon', points: values });
  });

  test('EC-141 other names of coordinates', () => {
    expect(shapeIn('<point><x1>3</x1><y1>4</y1></point>')).toEqual({ kind: 'point', x: 3, y: 4 });
    const children = '<x_min>1</x_min><y_min>2</y_min><x_max>3</x_max><y_max>4</y_max>';
    expect(shapeIn(`<bndbox>${children}</bndbox>`)).toEqual({
      kind: 'bndbox',
      xmin: 1,
      ymin: 2,
      xmax: 3,
      ymax: 4,
    });
    expect(
      shapeIn('<circle><center_x>1</center_x><center_y>2</center_y><radius>3</radius></circle>'),
    ).toBeUndefined();
  });

  test('EC-143 to EC-147 properties', () => {
    const read = (inside: string) => objectIn(`<name>a</name><properties>${inside}</properties>`);
    const entries = (inside: string) => [...read(inside).properties];
    expect(entries('')).toEqual([]);
    expect(read(' ').propertiesPresent).toBe(true);
    expect(objectIn('<name>a</name>').propertiesPresent).toBe(false);
    expect(entries('<color/>')).toEqual([['color', '']]);
    expect(entries('<property>red</property>')).toEqual([['property', 'red']]);
    expect(entries('<property><key>k</key></property>')).toEqual([['k', '']]);
    expect(entries('<property><value>k</value></property>')).toEqual([]);
    expect(entries('<a>1</a><b>2</b><a>3</a>')).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
    expect(entries('<__proto__>1</__proto__><constructor>2</constructor>')).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    const mixed = read('<颜色>红</颜色><property><key>my color (1)</key><value>x</value></property>');
    expect([...mixed.properties.keys()]).toEqual(['颜色', 'my color (1)']);
    expect([...mixed.childFormKeys]).toEqual(['颜色']);
    const message = findingsOf(withShape(`<properties><颜色></颜色></properties>${box}`), 'strict')[0]
      ?.message;
    expect(message).toBe("/annotation/object[1]/properties/颜色 can't be empty");
  });

  test('EC-148 both spellings of the coefficient', () => {
    const old = objectIn('<name>a</name><difficult-coefficient>0.3</difficult-coefficient>');
    expect([old.hardCoefficient, old.coefficientElement]).toEqual([0.3, 'difficult-coefficient']);
    const both = objectIn(
      '<name>a</name><difficult-coefficient>0.4</difficult-coefficient><hard-coefficient>0.3</hard-coefficient>',
    );
    expect([both.hardCoefficient, both.coefficientElement]).toEqual([0.3, 'hard-coefficient']);
    expect(both.unknown[0]?.xml).toBe('<difficult-coefficient>0.4</difficult-coefficient>');
  });

  test('EC-149 EC-150 texts that are no values', () => {
    expect(objectIn('<name>a</name><confidence/>').confidence).toBeUndefined();
    expect(objectIn('<name>a</name><confidence>1.2</confidence>').confidence).toBe(1.2);
    expect(objectIn('<name>a</name><difficult>Unspecified</difficult>').difficult).toBe('Unspecified');
    expect(objectIn('<name>a</name>').difficult).toBeUndefined();
  });

  test('EC-151 parts deeper than allowed are read all the same', () => {
    let object: VocObject | undefined = objectIn(`<name>a</name>${box}${nested(20)}`);
    let depth = 0;
    for (; object?.parts.length; object = object.parts[0]) depth++;
    expect(depth).toBe(20);
  });

  test('EC-152 no object is an empty list; an empty annotation says nothing', () => {
    expect(parsed('<annotation/>').objects).toEqual([]);
    expect(parsed('<annotation/>').fileName).toBeUndefined();
  });

  test('CVAT attributes', () => {
    const inside =
      '<attribute><name>age</name><value>7</value></attribute><attribute><name>sex</name><value/></attribute>';
    const object = objectIn(`<name>a</name><attributes>${inside}</attributes>`);
    expect([...object.attributes!]).toEqual([
      ['age', '7'],
      ['sex', ''],
    ]);
  });

  test('what has no meaning is kept as markup, and where it stood', () => {
    const document = parsed(
      '<annotation><!-- hand-made --><weather kind="x">sun</weather><size><width>1</width><unit>px</unit></size></annotation>',
    );
    expect(document.unknown).toEqual([
      { name: '#comment', xml: '<!-- hand-made -->', within: '' },
      { name: 'weather', xml: '<weather kind="x">sun</weather>', within: '' },
      { name: 'unit', xml: '<unit>px</unit>', within: 'size' },
    ]);
  });
});

describe('places', () => {
  const at = (xml: Uint8Array | string, rule: string) => {
    const finding = findingsOf(xml, 'lenient').find((each) => each.rule === rule);
    return locateVoc(xml, finding?.pointer);
  };

  test('EC-125 the line and column where the XML breaks', () => {
    expect(at(fixture('bare-ampersand.xml'), 'V001')).toMatchObject({ line: 3, column: 16 });
  });

  test('an element, and the nearest one that is there', () => {
    const xml = `<annotation>\n <object><name>a</name></object>\n <object>\n  <name>ö</name> <bndbox>\n</bndbox></object>\n</annotation>`;
    expect(locateVoc(xml, '/annotation/object[2]/bndbox')).toEqual({ line: 4, column: 18, offset: 74 });
    expect(locateVoc(xml, '/annotation/object[2]/bndbox/xmin')).toEqual({ line: 4, column: 18, offset: 74 });
    expect(locateVoc(xml, '/annotation/object[9]/name')).toEqual({ line: 1, column: 1, offset: 0 });
    expect(locateVoc(xml)).toEqual({ line: 1, column: 1, offset: 0 });
  });

  test('of several, the one that counts', () => {
    const xml =
      '<annotation><folder>a</folder><folder>b</folder><object><point/><point/></object></annotation>';
    expect(locateVoc(xml, '/annotation/folder').column).toBe(31);
    expect(locateVoc(xml, '/annotation/folder[1]').column).toBe(13);
    expect(locateVoc(xml, '/annotation/object[1]/point').column).toBe(57);
    expect(locateVoc(xml, '/annotation/object[1]/point[2]').column).toBe(65);
  });

  test('offsets are bytes of the file as stored', () => {
    for (const name of ['gbk-declared.xml', 'utf16le-bom.xml', 'utf8-bom.xml', 'blank-line-first.xml']) {
      const bytes = fixture(name);
      const { offset } = locateVoc(bytes, '/annotation/object[1]/bndbox/ymax');
      const width = name.startsWith('utf16') ? 2 : 1;
      expect(bytes.subarray(offset, offset + 6 * width).toString(width === 2 ? 'utf16le' : 'latin1')).toBe(
        '<ymax>',
      );
    }
  });

  test('EC-153 inside a wrapper, and in upper case', () => {
    const xml = '<foo>\n<Annotation><Object><NAME/></Object></Annotation></foo>';
    expect(locateVoc(xml, '/annotation/object[1]/name')).toMatchObject({ line: 2, column: 21 });
  });
});

describe('a parser for many files', () => {
  test('one after the other through one buffer, growing when needed', () => {
    const parser = new VocParser({ capacity: 64 });
    for (let n = 1; n < 60; n += 7) {
      const bytes = Buffer.from(
        `<annotation>${`<object><name>n${n}</name></object>`.repeat(n)}</annotation>`,
      );
      parser.reserve(bytes.length);
      bytes.copy(parser.buffer);
      const { document } = parser.parse(bytes.length);
      expect(document?.objects.length).toBe(n);
      expect(document?.objects[n - 1]?.name).toBe(`n${n}`);
      expect(document?.source).toBeUndefined();
    }
  });

  test('kept sources are copies', () => {
    const parser = new VocParser({ keepSource: true });
    for (const xml of [withShape(box), withShape(`${box}<!-- -->`)]) {
      const length = parser.buffer.write(xml);
      const { document } = parser.parse(length);
      parser.buffer.fill(0);
      expect(Buffer.from(document?.source as Uint8Array).toString()).toBe(xml);
    }
  });

  test('objects of any origin become ours', () => {
    const document = new VocDocument({
      objects: [{ name: 'a', properties: new Map([['k', 'v']]), parts: [] }],
    });
    expect(document.objects[0]).toBeInstanceOf(VocObject);
    expect(document.objects[0]?.propertiesPresent).toBe(true);
  });
});
