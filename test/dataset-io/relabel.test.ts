import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RelabelOptions, relabel, suggestRelabel } from '../../src/dataset-io/relabel.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabelkitError) return error;
  throw error ?? new Error('it succeeded');
}

async function relabelled(text: string, options: RelabelOptions) {
  const dir = scratch({ 'in.manifest': text });
  const result = await relabel(join(dir, 'in.manifest'), join(dir, 'out.manifest'), options);
  return { result, text: readFileSync(join(dir, 'out.manifest'), 'utf8') };
}

const label = (name: string, more = '') =>
  `{"type":"modelarts/image_classification","name":"${name}"${more}}`;
const line = (...annotations: string[]) =>
  `{"source":"obs://b/1.jpg","annotation":[${annotations.join(',')}]}\n`;

describe('of a manifest', () => {
  test('only names change, in lines that have one of them', async () => {
    const other = '{ "source":"obs://b/2.jpg", "n": 1.50, "annotation":[{"name":"dog" ,"x":1e2}]}\n';
    const input = `{ "source" : "obs://b/1.jpg","n":1.50, "annotation" : [ { "x":1e2,"name" : "car" ,"type":"modelarts/image_classification"}]}\n${other}`;
    const { result, text } = await relabelled(input, { map: [['car', 'Auto "x"']] });
    expect(text).toBe(input.replace('"car"', '"Auto \\"x\\""'));
    expect(result).toMatchObject({
      read: 2,
      written: 2,
      dropped: 0,
      losses: {},
      labels: {
        changed: [{ from: 'car', to: 'Auto "x"', count: 1 }],
        unmapped: [{ label: 'dog', count: 1 }],
      },
    });
  });

  test.each<[string, RelabelOptions, string, string]>([
    [
      'two names are swapped',
      {
        map: [
          ['a', 'b'],
          ['b', 'a'],
        ],
      },
      line(label('a'), label('b')),
      line(label('b'), label('a')),
    ],
    ['a label is taken out', { drop: ['b*'] }, line(label('a'), label('bc')), line(label('a'))],
    ['the last label is taken out, the sample stays', { drop: ['a'] }, line(label('a')), line()],
    [
      'all but mapped ones',
      { map: [['a', 'z']], onlyMapped: true },
      line(label('b'), label('a')),
      line(label('z')),
    ],
    ['what has become a repeat goes', { map: [['a', 'b']] }, line(label('a'), label('b')), line(label('b'))],
    [
      'with another property it is none',
      { map: [['a', 'b']] },
      line(label('a', ',"property":{"x":1}'), label('b')),
      line(label('b', ',"property":{"x":1}'), label('b')),
    ],
    [
      'a repeat of before is not ours',
      { map: [['x', 'y']] },
      line(label('a'), label('a')),
      line(label('a'), label('a')),
    ],
  ])('%s', async (_, options, input, expected) => {
    expect((await relabelled(input, options)).text).toBe(expected);
  });

  test('a relation goes with an entity that it joins, and others stay', async () => {
    const entity = (id: string, name: string) =>
      `{"type":"modelarts/text_entity","name":"${name}","id":"${id}","property":{"@modelarts:start_index":0,"@modelarts:end_index":1}}`;
    const relation = (id: string, from: string, to: string) =>
      `{"type":"modelarts/text_triplet","name":"knows","id":"${id}","property":{"@modelarts:from":"${from}","@modelarts:to":"${to}"}}`;
    const input = line(
      relation('R1', 'E1', 'E2'),
      relation('R2', 'E1', 'E3'),
      entity('E1', 'person'),
      entity('E2', 'org'),
      entity('E3', 'person'),
    );
    const { text, result } = await relabelled(input, { drop: ['org'], map: [['person', 'human']] });
    expect(text).toBe(line(relation('R2', 'E1', 'E3'), entity('E1', 'human'), entity('E3', 'human')));
    expect(result.labels.relations).toBe(1);
  });

  test('a table of names', async () => {
    const dir = scratch({
      'in.manifest': line(label('a'), label('b'), label('*')),
      'map.csv': 'old,new\na,"x,y"\n*,\n',
    });
    const options = { mapFile: join(dir, 'map.csv') };
    await relabel(join(dir, 'in.manifest'), join(dir, 'out.manifest'), options);
    expect(readFileSync(join(dir, 'out.manifest'), 'utf8')).toBe(line(label('x,y'), label('b')));
  });

  test('a table that is not UTF-8 says where', async () => {
    const dir = scratch({
      'in.manifest': line(),
      'map.csv': Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0x63, 0xff, 0x2c]),
    });
    const error = await failure(
      relabel(join(dir, 'in.manifest'), join(dir, 'out'), { mapFile: join(dir, 'map.csv') }),
    );
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining('map.csv:2:2: ') });
  });

  test('nothing to do is an error, and so is a contradiction', async () => {
    expect(await failure(relabelled(line(), {}))).toMatchObject({ code: 'BadOption' });
    expect(
      await failure(
        relabelled(line(), {
          map: [
            ['a', 'b'],
            ['a', 'c'],
          ],
        }),
      ),
    ).toMatchObject({ code: 'BadOption' });
  });

  test('faulty lines, each policy; an empty file', async () => {
    const input = `${line(label('a'))}{"source":\n${line(label('a'))}`;
    expect(await failure(relabelled(input, { map: [['a', 'b']] }))).toMatchObject({ code: 'InvalidData' });
    const { result, text } = await relabelled(input, { map: [['a', 'b']], onError: 'skip' });
    expect(text).toBe(line(label('b')) + line(label('b')));
    expect(result).toMatchObject({ read: 3, written: 2, skipped: 1 });
    const empty = await relabelled('', { from: 'manifest', map: [['a', 'b']] });
    expect(empty).toMatchObject({ text: '', result: { read: 0, labels: { unused: ['a'] } } });
  });
});

const person = vocXml('a.jpg', [{ name: 'person' }, { name: 'cat', box: [1, 1, 9, 9] }]).replace(
  '</bndbox>\n    </object>',
  '</bndbox>\n        <part>\n            <name>head</name>\n            <bndbox><xmin>11</xmin><ymin>11</ymin><xmax>20</xmax><ymax>20</ymax></bndbox>\n        </part>\n    </object>',
);

describe('of VOC files', () => {
  async function voc(options: RelabelOptions, files: Record<string, string> = {}) {
    const dir = scratch({ 'in/Annotations/a.xml': person, 'in/JPEGImages/a.jpg': 'A', ...files });
    const result = await relabel(join(dir, 'in'), join(dir, 'out'), options);
    return { dir, result, files: filesIn(join(dir, 'out')) };
  }

  test('names of objects and parts change in place', async () => {
    const { files, result } = await voc({
      map: [
        ['cat', '猫 & <hund>'],
        ['head', 'Kopf'],
      ],
    });
    expect(files['Annotations/a.xml']).toBe(
      person.replace('>cat<', '>猫 &amp; &lt;hund&gt;<').replace('>head<', '>Kopf<'),
    );
    expect(result.labels.unmapped).toEqual([{ label: 'person', count: 1 }]);
  });

  test('an object goes with its parts, a part alone', async () => {
    const whole = await voc({ drop: ['person'], map: [['head', 'x']] });
    expect(whole.files['Annotations/a.xml']).not.toMatch(/person|head|part/);
    expect(whole.files['Annotations/a.xml']).toContain('<name>cat</name>');
    const part = await voc({ drop: ['head'] });
    expect(part.files['Annotations/a.xml']).toBe(person.replace(/\n {8}<part>.*<\/part>/s, ''));
  });

  test('nothing changes where no label does', async () => {
    const { files, result } = await voc(
      { map: [['x', 'y']] },
      { 'in/ImageSets/Main/cat_train.txt': 'a 1\n' },
    );
    expect(files['Annotations/a.xml']).toBe(person);
    expect(files['ImageSets/Main/cat_train.txt']).toBe('a 1\n');
    expect(result.labels.unused).toEqual(['x']);
  });

  test('class lists that no longer hold are left out, and counted', async () => {
    const { files, result } = await voc(
      { map: [['cat', 'pet']] },
      { 'in/ImageSets/Main/cat_train.txt': 'a 1\n' },
    );
    expect(Object.keys(files)).toEqual(['Annotations/a.xml']);
    expect(result.losses).toEqual({ 'class-list': 1 });
  });

  test('a manifest with VOC files: new ones beside the output, the old ones stay', async () => {
    const dir = scratch({
      'xml/a.xml': person,
      'in.manifest':
        '{"source":"a.jpg","annotation":[{"annotation-loc":"xml/a.xml","type":"modelarts/object_detection","name":"cat"}]}\n',
    });
    await relabel(join(dir, 'in.manifest'), join(dir, 'out.manifest'), { map: [['cat', 'dog']] });
    expect(readFileSync(join(dir, 'out.manifest'), 'utf8')).toBe(
      '{"source":"a.jpg","annotation":[{"annotation-loc":"out-annotations/a.xml","type":"modelarts/object_detection","name":"dog"}]}\n',
    );
    expect(readFileSync(join(dir, 'out-annotations/a.xml'), 'utf8')).toBe(person.replace('>cat<', '>dog<'));
    expect(readFileSync(join(dir, 'xml/a.xml'), 'utf8')).toBe(person);
  });

  test('a missing annotation file', async () => {
    const input =
      '{"source":"a.jpg","annotation":[{"annotation-loc":"gone.xml","type":"modelarts/object_detection"}]}\n';
    expect(await failure(relabelled(input, { drop: ['x'] }))).toMatchObject({ code: 'InvalidData' });
    const { result } = await relabelled(input, { drop: ['x'], onError: 'skip' });
    expect(result).toMatchObject({ written: 0, skipped: 1, diagnostics: [{ rule: 'M082' }] });
  });
});

test('suggestions count annotations, objects and parts', async () => {
  const dir = scratch({
    'a.xml': person,
    'in.manifest': `${line(label('Cat'))}{"source":"a.jpg","annotation":[{"annotation-loc":"a.xml","type":"modelarts/object_detection"}]}\n${line(label('cat'))}`,
  });
  expect(await suggestRelabel(join(dir, 'in.manifest'))).toEqual({
    labels: [
      { label: 'cat', count: 2 },
      { label: 'Cat', count: 1 },
      { label: 'head', count: 1 },
      { label: 'person', count: 1 },
    ],
    suggestions: [
      {
        labels: [
          { label: 'cat', count: 2 },
          { label: 'Cat', count: 1 },
        ],
        differences: ['case'],
        proposed: 'cat',
      },
    ],
  });
});
