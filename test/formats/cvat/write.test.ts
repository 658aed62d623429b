import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatRecord } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/cvat/code.js';
import { cvat } from '../../../src/formats/cvat/format.js';
import type { ImageObject, Sample, Shape } from '../../../src/model/index.js';
import { anySample, imageOf, objectAnnotation, plainObject, sampleOf, shapeOf } from '../arbitrary.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  writeAll,
  writeRow,
} from '../harness.js';
import { meaningOf } from '../meaning.js';

const sizes = Object.fromEntries(
  ['a.jpg', 's3://b/img/1.jpg', 's3://b/img/2.png', 's3://b/img/3.png'].map((name) => [
    name,
    { width: 9, height: 9 },
  ]),
);

async function write(records: readonly (FormatRecord | Sample)[], init: SinkInit = {}) {
  const sink = new MemorySink({ sizes, ...init });
  const rows = records.map((record) =>
    writeRow('sample' in record ? record : { sample: record, file: 'in' }),
  );
  const written = await writeAll(formatCode, sink, rows);
  return { sink, written };
}

const detection = (objects: readonly ImageObject[], source = 'a.jpg'): Sample => ({
  source,
  annotations: [
    { type: 'modelarts/object_detection', task: 'object_detection', image: { width: 9, height: 8, objects } },
  ],
});
const object = (shape: Shape | undefined, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'cat',
  properties: new Map(),
  parts: [],
  ...(shape === undefined ? {} : { shape }),
  ...more,
});
const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3.5, ymax: 4 };
const point = (name: string, x: number, y: number, visible = '2'): ImageObject => ({
  name,
  properties: new Map([['visible', visible]]),
  shape: { kind: 'point', x, y },
  parts: [],
});

test('the bytes of a file', async () => {
  const first = detection([
    object(box, {
      difficult: '1',
      occluded: '1',
      properties: new Map([
        ['group_id', '3'],
        ['<a>', 'x & "y"'],
        ['@modelarts:clockwise_angle', '30'],
      ]),
    }),
    object(
      { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 },
      { name: 'person', parts: [point('nose', 1, 2), point('hand', 3, 4, '1'), point('foot', 0, 0, '0')] },
    ),
    object({ kind: 'circle', cx: 5, cy: 5, r: 1e-7 }),
    object({ kind: 'point', x: 5, y: 6 }),
  ]);
  const tag = { task: 'image_classification' as const, name: 'day', property: { hour: '12' } };
  const { sink } = await write(
    [
      { ...first, usage: 'EVAL', annotations: [...first.annotations, tag] },
      { source: 'b c.jpg', annotations: [] },
    ],
    {
      classes: ['cat', 'dog', 'person', 'day'],
      sizes: { 'b c.jpg': { width: 7, height: 6 } },
    },
  );
  expect(sink.lossCounts).toEqual({});
  expect(sink.text).toBe(`<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <size>2</size>
      <mode>annotation</mode>
      <subsets>
        <subset>Validation</subset>
      </subsets>
      <labels>
        <label>
          <name>cat</name>
          <type>any</type>
          <attributes>
            <attribute>
              <name>difficult</name>
              <mutable>False</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
            <attribute>
              <name>&lt;a&gt;</name>
              <mutable>False</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
          </attributes>
        </label>
        <label>
          <name>dog</name>
          <type>any</type>
          <attributes/>
        </label>
        <label>
          <name>person</name>
          <type>skeleton</type>
          <attributes/>
        </label>
        <label>
          <name>nose</name>
          <type>points</type>
          <attributes/>
          <parent>person</parent>
        </label>
        <label>
          <name>hand</name>
          <type>points</type>
          <attributes/>
          <parent>person</parent>
        </label>
        <label>
          <name>foot</name>
          <type>points</type>
          <attributes/>
          <parent>person</parent>
        </label>
        <label>
          <name>day</name>
          <type>any</type>
          <attributes>
            <attribute>
              <name>hour</name>
              <mutable>False</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
          </attributes>
        </label>
      </labels>
    </task>
  </meta>
  <image id="0" name="a.jpg" subset="Validation" width="9" height="8">
    <tag label="day" source="manual">
      <attribute name="hour">12</attribute>
    </tag>
    <box label="cat" source="manual" occluded="1" xtl="1" ytl="2" xbr="3.5" ybr="4" rotation="30" group_id="3" z_order="0">
      <attribute name="difficult">true</attribute>
      <attribute name="&lt;a&gt;">x &amp; "y"</attribute>
    </box>
    <skeleton label="person" source="manual" occluded="0" z_order="0">
      <points label="nose" source="manual" outside="0" occluded="0" points="1,2"/>
      <points label="hand" source="manual" outside="0" occluded="1" points="3,4"/>
      <points label="foot" source="manual" outside="1" occluded="0" points="0,0"/>
    </skeleton>
    <ellipse label="cat" source="manual" occluded="0" cx="5" cy="5" rx="0.0000001" ry="0.0000001" z_order="0"/>
    <points label="cat" source="manual" occluded="0" points="5,6" z_order="0"/>
  </image>
  <image id="1" name="b c.jpg" width="7" height="6"/>
</annotations>
`);
});

test('no samples', async () => {
  const { sink } = await write([]);
  const { records, faults, diagnostics } = await readAllRecords(
    formatCode,
    new MemorySource({ x: sink.text }, { path: 'x', isFile: true }),
  );
  expect([records, faults, diagnostics]).toEqual([[], [], []]);
});

test('copied images are named where they go', async () => {
  const record = { sample: detection([], 'img/a.JPG'), file: 'in', key: 'sub/a' };
  const { sink } = await write([record, record], { images: 'copy', renameClashes: true });
  expect([...sink.placed.keys()]).toEqual(['sub/a.JPG', 'sub/a-2.JPG']);
  expect(sink.text).toContain('name="sub/a-2.JPG"');
});

test('a size that nobody knows is left out', async () => {
  const { sink } = await write([{ source: 'b.jpg', annotations: [] }]);
  expect(sink.text).toContain('<image id="0" name="b.jpg"/>');
  expect(brief(sink.reported)).toEqual([
    'N056 warning in width and height are left out, since the size of the image is not known: there is nothing at b.jpg',
  ]);
});

describe('faults', () => {
  test.each<[string, Sample, string]>([
    ['a label that is none of the classes', detection([object(box, { name: 'fox' })]), 'C010'],
    [
      'a tag that is none of the classes',
      { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'x' }] },
      'C010',
    ],
    ['a label that XML cannot hold', detection([object(box, { name: 'a\u0001' })]), 'N055'],
    ['a name that XML cannot hold', detection([], 'a\u0001.jpg'), 'N055'],
  ])('%s', async (_, sample, rule) => {
    const { written, sink } = await write([sample], { classes: ['cat'] });
    expect(written).toMatchObject([[{ rule, severity: 'error' }]]);
    expect(sink.text).not.toContain('<image');
  });
});

describe('losses', () => {
  const parts = [point('nose', 1, 2), point('hand', 3, 4)];
  test.each<[string, Sample, Record<string, number>]>([
    ['a text', { source: 'content://x', annotations: [] }, { 'text-sample': 1 }],
    ['id', { source: 'a.jpg', annotations: [], id: '1' }, { 'sample-id': 1 }],
    ['no label', detection([object(box, { name: '' })]), { 'object-without-label': 1 }],
    ['no shape', detection([object(undefined)]), { 'object-without-shape': 1 }],
    ['a line', detection([object({ kind: 'line', x1: 0, y1: 0, x2: 1, y2: 1 })]), { 'shape-line': 1 }],
    ['dashed', detection([object({ kind: 'dashed', x1: 0, y1: 0, x2: 1, y2: 1 })]), { 'shape-dashed': 1 }],
    [
      'a polygon of two points',
      detection([object({ kind: 'polygon', points: [0, 0, 1, 1] })]),
      { 'object-without-shape': 1 },
    ],
    [
      'a polyline of one',
      detection([object({ kind: 'polyline', points: [0, 0] })]),
      { 'object-without-shape': 1 },
    ],
    ['parts that are no skeleton', detection([object(box, { parts })]), { parts: 1 }],
    [
      'a property that XML cannot hold',
      detection([
        object(box, {
          properties: new Map([
            ['a', '\0'],
            ['', 'x'],
          ]),
        }),
      ]),
      { 'object-property': 2 },
    ],
    [
      'a property named as a field',
      detection([
        object(box, {
          properties: new Map([
            ['pose', 'x'],
            ['z_order', '0'],
          ]),
        }),
      ]),
      { 'object-property': 2 },
    ],
    ['attributes', detection([object(box, { attributes: new Map([['a', 'b']]) })]), { 'object-property': 1 }],
    ['a confidence', detection([object(box, { confidence: 0.5 })]), { 'object-confidence': 1 }],
    [
      'a class without a name',
      { source: 'a.jpg', annotations: [{ task: 'image_classification' }] },
      { 'object-without-label': 1 },
    ],
    [
      'a property of a class that is no text',
      { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'x', property: { n: 1 } }] },
      { 'annotation-property': 1 },
    ],
    [
      'a classified image without objects',
      {
        ...detection([]),
        annotations: [...detection([]).annotations, { task: 'image_classification', name: 'x' }],
      },
      { 'unlabelled-image': 1 },
    ],
  ])('%s', async (_, sample, expected) => {
    const { sink } = await write([sample]);
    expect(sink.lossCounts).toEqual(expected);
    for (const name of Object.keys(expected)) expect(cvat.info.cannotCarry).toContain(name);
  });
});

describe('read(write(x)) is x', () => {
  const read = (text: string) =>
    readAllRecords(
      formatCode,
      new MemorySource({ x: text }, { path: 'x', isFile: true, options: { rotated: 'property' } }),
    );

  test('shapes', async () => {
    const shape = shapeOf('bndbox', 'polygon', 'circle', 'polyline', 'point');
    const samples = sampleOf('s3://b/img/1.jpg', objectAnnotation(imageOf(plainObject(shape))), undefined, 1);
    await fc.assert(
      fc.asyncProperty(fc.array(samples, { maxLength: 4 }), async (list) => {
        const { sink } = await write(list);
        expect(sink.lossCounts).toEqual({});
        const { records, faults, diagnostics } = await read(sink.text);
        expect([faults, diagnostics.filter(({ rule }) => rule !== 'N059')]).toEqual([[], []]);
        expect(records.map(({ sample }) => sample.annotations[0]!.image!.objects)).toEqual(
          list.map(({ annotations }) => annotations[0]?.image?.objects ?? []),
        );
      }),
    );
  });

  test('a skeleton whose points came by way of VOC', async () => {
    const plain = {
      pose: 'Unspecified',
      truncated: '0',
      difficult: '0',
      occluded: undefined,
    } as Partial<ImageObject>;
    const placed = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 } as const;
    const parts = [point('nose', 1, 2), point('hand', 3, 4)];
    const told = parts.map((part) => ({ ...part, ...plain }));
    const { sink } = await write([detection([object(placed, { parts: told })])]);
    expect([sink.lossCounts, sink.text.includes('<skeleton ')]).toEqual([{}, true]);
    const more = parts.map((part) => ({ ...part, difficult: '1' }));
    const lost = await write([detection([object(placed, { parts: more })])]);
    expect([lost.sink.lossCounts, lost.sink.text.includes('<skeleton ')]).toEqual([{ parts: 1 }, false]);
  });

  test('a skeleton and its usage', async () => {
    const sample = {
      ...detection(
        [
          object(
            { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 },
            { parts: [point('nose', 1, 2), point('hand', 3, 4, '1')] },
          ),
        ],
        's3://b/1.jpg',
      ),
      usage: 'TEST',
    };
    const { sink } = await write([sample]);
    expect((await read(sink.text)).records.map((record) => record.sample)).toEqual([sample]);
  });

  test('whatever a sample says, it is kept or counted', async () => {
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(anySample, async (sample) => {
        const { sink, written } = await write([sample]);
        for (const { feature } of sink.losses) expect(cvat.info.cannotCarry).toContain(feature);
        const lists = sample.annotations.filter(({ image }) => image !== undefined);
        if (
          sink.losses.length > 0 ||
          written[0] !== 'written' ||
          sample.annotations.length === 0 ||
          lists.length > 1
        )
          return;
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        // Objects of segmentation are those of detection.
        const expected = {
          ...sample,
          annotations: sample.annotations.map((annotation) =>
            annotation.image === undefined
              ? annotation
              : { ...annotation, type: 'modelarts/object_detection', task: 'object_detection' as const },
          ),
        };
        expect(meaningOf(records[0]!.sample, { size: true })).toEqual(meaningOf(expected, { size: true }));
        equal++;
      }),
      { numRuns: 300 },
    );
    expect(equal).toBeGreaterThan(20);
  });
});
