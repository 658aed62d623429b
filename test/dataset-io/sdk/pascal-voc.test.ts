import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BndBox,
  Circle,
  Dashed,
  Line,
  PascalVoc,
  Point,
  Polygon,
  Polyline,
  Position,
  PositionType,
  type SaveMode,
  VocObject,
  type VocObjectInit,
} from '../../../src/dataset-io/sdk/index.js';
import { MemoryStorage } from '../../../src/dataset-io/storage/index.js';
import { readVocFile } from '../../../src/dataset-io/voc-io.js';
import { DataError, LabelkitError, OptionError } from '../../../src/model/index.js';
import { formatVoc } from '../../../src/voc/index.js';
import { testFolder } from '../folder.js';

const lights = [
  {
    '@modelarts:color': '#FFFFF0',
    '@modelarts:shortcut': 'C',
    pose: '0',
    truncated: '0',
    difficult: '0',
    '@modelarts:shape': 'bndbox',
    '@modelarts:feature': [
      [347, 186],
      [382, 249],
    ],
    'custom attribute': 'value',
  },
  {
    '@modelarts:color': '#FFFFE0',
    '@modelarts:shortcut': 'D',
    pose: '0',
    truncated: '0',
    difficult: '1',
    'hard-coefficient': '0.8',
    confidence: 0.5,
    '@modelarts:shape': 'bndbox',
    '@modelarts:feature': [
      [544, 50],
      [591, 149],
    ],
  },
];

const image = { fileName: '000000089955.jpg', width: 640, height: 321, depth: 3 };
const trafficLights = () =>
  new PascalVoc({
    ...image,
    vocObjects: lights.map((properties) => new VocObject({ name: 'trafficlight', properties })),
  });

const facts = ({ vocObjects }: PascalVoc) =>
  vocObjects.map((object) => ({
    name: object.name,
    properties: object.properties,
    pose: object.pose,
    truncated: object.truncated,
    difficult: object.difficult,
    coefficient: object.difficultCoefficient,
    confidence: object.confidence,
    position: object.position?.feature,
    type: object.position?.getType(),
  }));

describe('two traffic lights', () => {
  it('S-7.6.5.1 S-7.6.5.2 are built, saved and parsed to the same', async () => {
    const path = join(testFolder(), 'a.xml');
    const before = structuredClone(lights);
    const voc = trafficLights();
    await voc.saveXml(path);
    const parsed = await PascalVoc.parseXml(path);
    expect(parsed.diagnostics).toEqual([]);
    expect(facts(parsed)).toEqual(facts(voc));
    expect(facts(parsed)[0]).toEqual({
      name: 'trafficlight',
      properties: { '@modelarts:color': '#FFFFF0', '@modelarts:shortcut': 'C', 'custom attribute': 'value' },
      pose: '0',
      truncated: '0',
      difficult: '0',
      coefficient: undefined,
      confidence: undefined,
      position: lights[0]!['@modelarts:feature'],
      type: 'bndbox',
    });
    expect([
      parsed.folder,
      parsed.fileName,
      parsed.width,
      parsed.height,
      parsed.depth,
      parsed.segmented,
    ]).toEqual(['Images', '000000089955.jpg', 640, 321, 3, '0']);
    expect(parsed.source).toEqual({ database: 'Unknown' });
    expect(lights).toEqual(before);
  });

  it('EC-156 C13 the property maps stay as they are, and a second save is the same', async () => {
    const folder = testFolder();
    const before = structuredClone(lights);
    const voc = trafficLights();
    for (const name of ['1.xml', '2.xml']) await voc.saveXml(join(folder, name), { saveMode: 'w' });
    await trafficLights().saveXml(join(folder, '3.xml'));
    const files = ['1.xml', '2.xml', '3.xml'].map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(files[1]).toBe(files[0]);
    expect(files[2]).toBe(files[0]);
    expect(lights).toEqual(before);
  });

  it('S-7.6.5.3 EC-161 C23 saved with a: objects join, the file stays one document', async () => {
    const path = join(testFolder(), 'a.xml');
    await trafficLights().saveXml(path, { saveMode: 'a' });
    const once = readFileSync(path, 'utf8');
    await trafficLights().saveXml(path, { saveMode: 'a' });
    const twice = readFileSync(path, 'utf8');
    const head = once.slice(0, once.indexOf('\n</annotation>'));
    expect(twice.startsWith(head)).toBe(true);
    expect(twice.match(/<annotation>/g)?.length).toBe(1);
    const parsed = await PascalVoc.parseXml(path);
    expect(facts(parsed)).toEqual([...facts(trafficLights()), ...facts(trafficLights())]);
  });

  it.each([
    ['file name', { ...image, fileName: 'other.jpg' }],
    ['width', { ...image, width: 641 }],
  ])('EC-161 another %s is refused and the file stays', async (_, header) => {
    const path = join(testFolder(), 'a.xml');
    await trafficLights().saveXml(path);
    const before = readFileSync(path);
    const vocObjects = trafficLights().vocObjects;
    await expect(
      new PascalVoc({ ...header, vocObjects }).saveXml(path, { saveMode: 'a' }),
    ).rejects.toMatchObject({
      code: 'InvalidData',
    });
    expect(readFileSync(path)).toEqual(before);
  });

  it.each(['x', '', 'A'])('EC-103 save mode %j is refused before anything is written', async (mode) => {
    const folder = testFolder();
    const saving = trafficLights().saveXml(join(folder, 'a.xml'), { saveMode: mode as SaveMode });
    await expect(saving).rejects.toThrow(OptionError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('S-7.6.4.2 S-7.6.5.4 go where the path says, with the session that can open it', async () => {
    const path = 'obs://b/a.xml';
    const credentials = { accessKey: 'AK', secretKey: 'SK' };
    await expect(trafficLights().saveXml(path, { session: credentials })).rejects.toMatchObject({ path });
    await expect(PascalVoc.parseXml(path)).rejects.toMatchObject({ code: 'Unsupported', path });
    const session = { storage: new MemoryStorage() };
    await trafficLights().saveXml('mem://a.xml', { session });
    expect(facts(await PascalVoc.parseXml('mem://a.xml', { session }))).toEqual(facts(trafficLights()));
  });
});

describe('parsed files', () => {
  const stored =
    '<annotation verified="yes">\r\n  <filename>a.jpg</filename>\r\n  <path>C:\\a.jpg</path>\r\n  <source><database>D</database><annotation>A</annotation><image>I</image></source>\r\n  <size><width>9</width><height>8</height><depth>3</depth></size>\r\n  <mask_source>m.png</mask_source>\r\n  <object><name>人</name><properties><颜色>红</颜色></properties><truncated>1</truncated><difficult>1</difficult><difficult-coefficient>0.30</difficult-coefficient><mask_color>1,2,3</mask_color><circle><cx>4.0</cx><cy>4</cy><r>2</r></circle><part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object>\r\n</annotation>';

  it('S-7.6.4.1 have every attribute under the SDK name', () => {
    const voc = PascalVoc.parseXmlValue(stored, { mode: 'lenient' });
    expect([voc.getFolder(), voc.getFileName(), voc.getWidth(), voc.getHeight(), voc.getDepth()]).toEqual([
      undefined,
      'a.jpg',
      9,
      8,
      3,
    ]);
    expect([voc.getSegmented(), voc.getMaskSource(), voc.getSource()]).toEqual([
      undefined,
      'm.png',
      { database: 'D', annotation: 'A', image: 'I' },
    ]);
    const [object, ...others] = voc.getVocObjects();
    expect(others).toEqual([]);
    expect(voc.vocObjects[0]).toBe(object);
    expect([object!.getName(), object!.getProperties(), object!.getPose(), object!.getTruncated()]).toEqual([
      '人',
      { 颜色: '红' },
      undefined,
      '1',
    ]);
    expect([object!.getOccluded(), object!.getDifficult(), object!.getConfidence()]).toEqual([
      undefined,
      '1',
      undefined,
    ]);
    expect([object!.getDifficultCoefficient(), object!.getHardCoefficient(), object!.hardReasons]).toEqual([
      0.3,
      0.3,
      undefined,
    ]);
    expect([object!.maskColor, object!.maskSource]).toEqual(['1,2,3', undefined]);
    const circle = object!.getPosition() as Circle;
    expect(circle).toBeInstanceOf(Circle);
    expect([circle.cx, circle.cy, circle.r]).toEqual([4, 4, 2]);
    const [head] = object!.getParts();
    expect([head!.name, head!.position?.feature, head!.parts]).toEqual([
      'head',
      [
        [1, 1],
        [2, 2],
      ],
      [],
    ]);
  });

  it('C15 are saved byte for byte; a changed one keeps everything else', async () => {
    const path = join(testFolder(), 'a.xml');
    writeFileSync(path, stored);
    const voc = await PascalVoc.parseXml(path, { mode: 'lenient' });
    await voc.saveXml(path);
    expect(readFileSync(path, 'utf8')).toBe(stored);
    voc.vocObjects[0]!.data.name = '猫';
    await voc.saveXml(path);
    expect(readFileSync(path, 'utf8')).toBe(stored.replace('人', '猫'));
  });

  it('give objects that can be put into other files', async () => {
    const path = join(testFolder(), 'b.xml');
    const { vocObjects } = PascalVoc.parseXmlValue(stored);
    const copy = new PascalVoc({ ...image, vocObjects: [...vocObjects, ...trafficLights().vocObjects] });
    await copy.saveXml(path);
    const parsed = await PascalVoc.parseXml(path);
    expect(facts(parsed)).toEqual(facts(copy));
    expect(parsed.vocObjects[0]!.parts[0]!.name).toBe('head');
  });

  it('can be made of entries and documents that were read', async () => {
    const path = join(testFolder(), 'a.xml');
    await trafficLights().saveXml(path);
    const entry = await readVocFile(path);
    expect(facts(new PascalVoc(entry))).toEqual(facts(trafficLights()));
    expect(facts(new PascalVoc(entry.document!))).toEqual(facts(trafficLights()));
    writeFileSync(path, '<annotation>');
    const broken = await readVocFile(path);
    expect(() => new PascalVoc(broken)).toThrow(DataError);
  });

  it('see objects that were put in later', () => {
    const voc = trafficLights();
    expect(voc.vocObjects.length).toBe(2);
    voc.document.objects = voc.document.objects.slice(1);
    expect(voc.vocObjects.map(({ properties }) => properties['@modelarts:shortcut'])).toEqual(['D']);
  });

  it('are refused as the SDK refuses them, and read leniently on request', () => {
    const text = '<annotation><folder></folder><filename>a.jpg</filename></annotation>';
    expect(() => PascalVoc.parseXmlValue(text)).toThrow(DataError);
    expect(() => PascalVoc.parseXmlValue(text)).toThrow("can't be empty");
    const voc = PascalVoc.parseXmlValue(text, { mode: 'lenient' });
    expect(voc.fileName).toBe('a.jpg');
    expect(voc.diagnostics).toMatchObject([{ rule: 'V020', severity: 'warning', file: '<text>', line: 1 }]);
  });

  it('EC-155 C1 a missing file is an error that names it', async () => {
    const path = join(testFolder(), 'none.xml');
    await expect(PascalVoc.parseXml(path)).rejects.toMatchObject({ code: 'NotFound', path });
  });
});

describe('positions', () => {
  it.each([
    [new Point({ x: 1, y: 2 }), 'point', [1, 2], '<point>'],
    [
      new Line({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      'line',
      [
        [1, 2],
        [3, 4],
      ],
      '<line>',
    ],
    [
      new Dashed({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      'dashed',
      [
        [1, 2],
        [3, 4],
      ],
      '<dashed>',
    ],
    [
      new BndBox({ xMin: 1, yMin: 2, xMax: 3, yMax: 4 }),
      'bndbox',
      [
        [1, 2],
        [3, 4],
      ],
      '<bndbox>',
    ],
    [new Circle({ cx: 5, cy: 6, r: 2 }), 'circle', [5, 6, 2], '<circle>'],
    [
      new Polygon({ points: [new Point({ x: 1, y: 2 }), { x: 3, y: 4 }, { x: 5, y: 1 }] }),
      'polygon',
      [
        [1, 2],
        [3, 4],
        [5, 1],
      ],
      '<polygon>',
    ],
    [
      new Polyline({
        points: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      }),
      'polyline',
      [
        [1, 2],
        [3, 4],
      ],
      '<polyline>',
    ],
  ])('S-7.6.4.3 %# is built, saved and parsed', async (position, type, feature, tag) => {
    expect([position.type, position.getType(), position.feature, position.getFeature()]).toEqual([
      type,
      type,
      feature,
      feature,
    ]);
    expect(Object.values(PositionType)).toContain(type);
    const same = Position.fromFeature(type, feature);
    expect(same).toEqual(position);
    expect(same).toBeInstanceOf(position.constructor);
    const path = join(testFolder(), 'a.xml');
    await new PascalVoc({ ...image, vocObjects: [new VocObject({ name: 'x', position })] }).saveXml(path);
    expect(readFileSync(path, 'utf8')).toContain(tag);
    const byFeature = new VocObject({
      name: 'x',
      properties: { '@modelarts:shape': type, '@modelarts:feature': feature },
    });
    expect(byFeature.position).toEqual(position);
    expect((await PascalVoc.parseXml(path)).vocObjects[0]!.position).toEqual(position);
  });

  it('have the SDK accessors', () => {
    const box = new BndBox({ xMin: 1, yMin: 2, xMax: 3, yMax: 4 });
    expect([box.xMin, box.yMin, box.xMax, box.yMax]).toEqual([1, 2, 3, 4]);
    for (const segment of [
      new Line({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      new Dashed({ x1: 1, y1: 2, x2: 3, y2: 4 }),
    ])
      expect([segment.x1, segment.y1, segment.x2, segment.y2]).toEqual([1, 2, 3, 4]);
    const { points } = Position.fromFeature('polygon', [
      ['1', 2],
      [3, 4],
    ]) as Polygon;
    expect(points.map(({ x, y, type }) => [x, y, type])).toEqual([
      [1, 2, 'point'],
      [3, 4, 'point'],
    ]);
  });

  it('EC-140 C20 a circle has the same meaning in both forms', () => {
    expect(Position.fromFeature('circle', [[50, 60], [9]])).toEqual(new Circle({ cx: 50, cy: 60, r: 9 }));
    expect(Position.fromFeature('point', [[1, 2]])).toEqual(new Point({ x: 1, y: 2 }));
  });
});

describe('VocObject', () => {
  const position = new Point({ x: 1, y: 2 });

  it('takes arguments in place of properties', () => {
    const object = new VocObject({
      name: 'x',
      properties: new Map<string, unknown>([['color', 'red']]),
      pose: 'Left',
      truncated: '1',
      occluded: '1',
      difficult: '1',
      difficultCoefficient: 0.5,
      hardReasons: '3-20',
      confidence: 0.9,
      maskColor: '1,2,3',
      maskSource: 'm.png',
      position,
      parts: [new VocObject({ name: 'head', position })],
    });
    const voc = PascalVoc.parseXmlValue(
      formatVoc(new PascalVoc({ ...image, vocObjects: [object] }).document),
    );
    const [back] = voc.vocObjects;
    for (const member of [
      'name',
      'properties',
      'pose',
      'truncated',
      'occluded',
      'difficult',
      'hardCoefficient',
      'hardReasons',
      'confidence',
      'maskColor',
      'maskSource',
      'position',
    ] as const)
      expect(back![member]).toEqual(object[member]);
    expect(back!.parts.map(({ name, position: at }) => [name, at])).toEqual([['head', position]]);
  });

  it.each<[string, VocObjectInit]>([
    ['no name', { name: '', position }],
    ['two poses', { name: 'x', position, pose: 'Left', properties: { pose: 'Right' } }],
    ['two coefficients', { name: 'x', position, hardCoefficient: 0.1, difficultCoefficient: 0.2 }],
    [
      'two positions',
      { name: 'x', position, properties: { '@modelarts:shape': 'point', '@modelarts:feature': [1, 3] } },
    ],
  ])('%s: OptionError', (_, init) => {
    expect(() => new VocObject(init)).toThrow(OptionError);
  });

  it.each<[string, VocObjectInit['properties']]>([
    ['C17 no shape', {}],
    ['C17 no feature', { '@modelarts:shape': 'bndbox' }],
    ['C17 a feature without shape', { '@modelarts:feature': [1, 2] }],
    ['C16 EC-159 an unknown shape', { '@modelarts:shape': 'ellipse', '@modelarts:feature': [1, 2] }],
    ['a feature of another shape', { '@modelarts:shape': 'bndbox', '@modelarts:feature': [1, 2] }],
    [
      'a coefficient that is no number',
      { '@modelarts:shape': 'point', '@modelarts:feature': [1, 2], 'hard-coefficient': 'much' },
    ],
  ])('%s: InvalidData', (_, properties) => {
    expect(() => new VocObject({ name: 'x', properties })).toThrow(LabelkitError);
    expect(() => new VocObject({ name: 'x', properties })).toThrow(/label "x"|label .x./);
  });

  it('says the same thing twice without complaint', () => {
    const properties = { '@modelarts:shape': 'point', '@modelarts:feature': [1, 2], pose: 'Left' };
    const object = new VocObject({ name: 'x', position, pose: 'Left', properties, parts: null });
    expect([object.pose, object.position, object.parts]).toEqual(['Left', position, []]);
  });

  it('EC-162 F16 flattens secondary labels', () => {
    const make = (labels: unknown) =>
      new VocObject({ name: 'x', position, properties: { secondary_labels: labels } }).properties;
    expect(make({ a: '1', b: '2' })).toEqual({ a: '1', b: '2' });
    expect(make('x')).toEqual({ secondary_labels: 'x' });
  });

  it('EC-147 a property called __proto__ is a property', () => {
    const properties = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const object = new VocObject({ name: 'x', position, properties });
    expect(Object.entries(object.properties)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(object.properties)).toBe(Object.prototype);
  });
});

describe('saveXml', () => {
  it.each([undefined, null, []])(
    'EC-157 C14 objects %j: a valid file without objects',
    async (vocObjects) => {
      const path = join(testFolder(), 'a.xml');
      await new PascalVoc({ ...image, vocObjects }).saveXml(path);
      expect((await PascalVoc.parseXml(path)).vocObjects).toEqual([]);
    },
  );

  it.each(['width', 'height', 'depth'] as const)(
    'EC-160 C17 without %s: error, nothing written',
    async (member) => {
      const folder = testFolder();
      const voc = new PascalVoc({ ...image, [member]: undefined });
      await expect(voc.saveXml(join(folder, 'a.xml'))).rejects.toThrow(member);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('spells the coefficient as the SDK does on request', async () => {
    const path = join(testFolder(), 'a.xml');
    await trafficLights().saveXml(path, { compat: 'sdk' });
    expect(readFileSync(path, 'utf8')).toContain('<difficult-coefficient>0.8</difficult-coefficient>');
    await trafficLights().saveXml(path);
    expect(readFileSync(path, 'utf8')).toContain('<hard-coefficient>0.8</hard-coefficient>');
  });
});
