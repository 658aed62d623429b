import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  Annotation,
  getAnnotations,
  getSampleList,
  getSources,
  Manifest,
  type ParseXmlOptions,
  PascalVoc,
  Point,
  Polygon,
  Sample,
  VocObject,
} from '../../../src/dataset-io/sdk/index.js';
import { DataError } from '../../../src/model/index.js';
import { testFolder } from '../folder.js';

/*
 * What the SDKs for Python and Java do wrong, each under its number in the specification's list, and what they do
 * that is kept (F). Items about object storage and about filtering have no counterpart here.
 */

function file(content: string | Uint8Array, name = 'm.manifest'): string {
  const path = join(testFolder(), name);
  writeFileSync(path, content);
  return path;
}

const parse = (content: string | Uint8Array, options?: Parameters<typeof Manifest.parseManifest>[1]) =>
  Manifest.parseManifest(file(content), options);

/** What is in the file when a manifest's samples have been changed and saved. */
async function saved(content: string, change: (sample: Sample) => void = () => {}): Promise<string> {
  const manifest = await parse(content);
  for (const sample of manifest.samples) change(sample);
  const path = join(testFolder(), 'out');
  await manifest.save(path);
  return readFileSync(path, 'utf8');
}

const label = (more: string) =>
  `{"source":"a","annotation":[{"type":"modelarts/image_classification","name":"n"${more}}]}\n`;

describe('A: manifests in Python', () => {
  it('A1 EC-060 annotations do not share values, those of one sample neither', async () => {
    const path = join(testFolder(), 'out');
    const annotations = [new Annotation({ name: 'a', confidence: 0.5 }), new Annotation({ name: 'b' })];
    await new Manifest({ samples: [new Sample({ source: 's', annotations })] }).save(path);
    expect(readFileSync(path, 'utf8')).toBe(
      '{"source":"s","annotation":[{"name":"a","confidence":0.5},{"name":"b"}]}\n',
    );
  });

  it('A2 hard is read and kept', async () => {
    const { samples } = await parse(label(',"hard":"true"'));
    expect(samples[0]!.annotations[0]!.hard).toBe(true);
    expect(await saved(label(',"hard":"true"'), (sample) => (sample.usage = 'EVAL'))).toContain(
      '"hard":"true"',
    );
  });

  it('A3 EC-053 nothing of a changed sample is dropped', async () => {
    const stored =
      '{"source":"a","source-type":"csv","property":{"p":[1.0]},"other":1e2,"annotation":[{"id":"E1","odd":{},"name":"n"}]}\n';
    expect(await saved(stored, (sample) => (sample.usage = 'eval'))).toBe(
      stored.replace(',"annotation"', ',"usage":"EVAL","annotation"'),
    );
  });

  it('A4 the property of a sample can be read', async () => {
    expect((await parse('{"source":"a","property":{"p":1}}\n')).samples[0]!.property).toEqual({ p: 1 });
  });

  it('A5 D-4 files are UTF-8, whatever the locale', async () => {
    const stored = '{"source":"向日葵"}\n';
    expect(await saved(stored, (sample) => (sample.id = 'é'))).toBe('{"source":"向日葵","id":"é"}\n');
  });

  it('A6 D-1 EC-003 EC-004 EC-006 blank lines, blanks and a BOM are no crash', async () => {
    const { samples, diagnostics } = await parse('\ufeff{"source":"a"}\n\n   \n\r\n{"source":"b"}\n');
    expect(samples.map(({ source, line }) => [source, line])).toEqual([
      ['a', 1],
      ['b', 5],
    ]);
    expect(diagnostics.map(({ rule, line }) => [rule, line])).toEqual([
      ['M005', 2],
      ['M005', 3],
      ['M005', 4],
    ]);
  });

  it('A7 EC-030 a missing source is named with its line', async () => {
    const path = file('{"source":"a"}\n{"usage":"TRAIN"}\n');
    const { diagnostics } = await Manifest.parseManifest(path);
    expect(diagnostics).toMatchObject([{ rule: 'M020', severity: 'error', file: path, line: 2 }]);
  });

  it('A8 broken JSON is named with file, line and column', async () => {
    const path = file('{"source":"a"}\n{"source":"b",}\n');
    await expect(Manifest.parseManifest(path, { mode: 'strict' })).rejects.toThrow(`${path}:2:14`);
  });

  it('A11 EC-036 an absent usage matches nothing but all', async () => {
    const manifest = await parse(label(''));
    expect((await getSampleList(manifest, 'image_classification', { usage: 'none' })).samples).toEqual([]);
    expect((await getSampleList(manifest, 'image_classification')).samples.length).toBe(1);
  });

  it('A12 EC-065 EC-068 what a label lacks is reported, and no label None is made up', async () => {
    const found: string[] = [];
    const onDiagnostic = ({ rule }: { rule: string }) => found.push(rule);
    const nameless = await parse('{"source":"a","annotation":[{"type":"modelarts/image_classification"}]}\n');
    expect((await getSampleList(nameless, 'image_classification', { onDiagnostic })).samples).toEqual([
      ['a', []],
    ]);
    const entity = await parse(
      '{"source":"content://t","annotation":[{"type":"modelarts/text_entity","name":"n"},{"type":"modelarts/text_entity","name":"n","property":{"@modelarts:start_index":0}}]}\n',
    );
    expect((await getSampleList(entity, 'text_entity', { onDiagnostic })).samples).toEqual([['t', []]]);
    expect(found).toEqual(['M053', 'M091', 'M091']);
  });

  it('A13 F4 sound_classification is an alias, compared by its text', async () => {
    const manifest = await parse(label('').replace('image_', 'audio_'));
    const task = ['sound', 'classification'].join('_');
    expect((await getSampleList(manifest, task)).samples).toEqual([['a', ['n']]]);
  });

  it('A14 EC-062 F4 a task with a provider matches', async () => {
    const manifest = await parse(label(''));
    expect((await getSampleList(manifest, 'modelarts/image_classification')).samples.length).toBe(1);
  });

  it('A15 an unsupported task is an error even where nothing matches', async () => {
    await expect(getSampleList(await parse(''), 'image_guessing')).rejects.toMatchObject({
      code: 'Unsupported',
    });
  });

  it('A16 F6 a mixed file does not hinder a text task; content:// is stripped from texts only', async () => {
    const manifest = await parse(
      `${label('')}{"source":"content://x","annotation":[{"type":"modelarts/text_classification","name":"t"}]}\n{"source":"b","annotation":[{"type":"modelarts/my_text_classification","name":"t"}]}\n{"source":"content://y","annotation":[{"type":"modelarts/image_classification","name":"i"}]}\n`,
    );
    expect((await getSampleList(manifest, 'text_classification')).samples).toEqual([['x', ['t']]]);
    expect((await getSampleList(manifest, 'image_classification')).samples[1]).toEqual([
      'content://y',
      ['i'],
    ]);
  });

  it('A17 EC-064 F19 labelType counts all annotations, taskLabelType those of the task', async () => {
    const manifest = await parse(label('},{"type":"modelarts/object_detection","annotation-loc":"a.xml"'));
    expect(await getSampleList(manifest, 'image_classification')).toMatchObject({
      labelType: 'multi',
      taskLabelType: 'single',
    });
  });

  it('A18 segmentation and triplets are supported', async () => {
    const manifest = await parse(
      '{"source":"content://t","annotation":[{"type":"modelarts/image_segmentation","annotation-loc":"a.xml"},{"type":"modelarts/text_triplet","name":"r","id":"R1","property":{"@modelarts:from":"E1","@modelarts:to":"E2"}},{"type":"modelarts/audio_segmentation","property":{"@modelarts:start_time":"00:00:00.000","@modelarts:end_time":"00:00:01.000","@modelarts:source":"s","@modelarts:content":"c"}}]}\n',
    );
    const labels = async (task: string) => (await getSampleList(manifest, task)).samples[0]![1];
    expect(await labels('image_segmentation')).toEqual(['a.xml']);
    expect(await labels('text_triplet')).toEqual(['r\u0001R1\u0001E1\u0001E2']);
    expect(await labels('audio_segmentation')).toEqual(['00:00:00.000\u000100:00:01.000\u0001s\u0001c']);
  });

  it('A19 F1 both spellings are read, and zero counts as a value', async () => {
    const { samples } = await parse(
      '{"source":"a","inference-loc":"","inference_loc":"x","annotation":[{"hard-coefficient":0,"hard_coefficient":1,"confidence":0,"annotation_loc":"l","hard":false}]}\n',
    );
    expect(samples[0]!.inferenceLoc).toBe('x');
    const { hardCoefficient, confidence, loc, hard } = samples[0]!.annotations[0]!;
    expect([hardCoefficient, confidence, loc, hard]).toEqual([0, 0, 'l', false]);
  });

  it('A20 EC-102 B1 appending to a file without a last line break glues nothing', async () => {
    const path = file('{"source":"a"}');
    const manifest = new Manifest({ samples: [{ source: 'b' }] });
    await manifest.save(path, { saveMode: 'a' });
    await manifest.save(path, { saveMode: 'a' });
    expect(readFileSync(path, 'utf8')).toBe('{"source":"a"}\n{"source":"b"}\n{"source":"b"}\n');
  });

  it('A21 EC-104 a sample that cannot be written leaves the file as it was', async () => {
    const path = file('{"source":"old"}\n');
    const manifest = new Manifest({ samples: [{ source: 'a' }, { source: '' }] });
    await expect(manifest.save(path)).rejects.toThrow('source');
    expect(readFileSync(path, 'utf8')).toBe('{"source":"old"}\n');
    expect(readdirSync(join(path, '..'))).toEqual(['m.manifest']);
  });
});

const size = '<size><width>100</width><height>80</height><depth>3</depth></size>';
const head = `<annotation><folder>f</folder><filename>a.jpg</filename>${size}<segmented>0</segmented>`;
const box = '<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>';
const voc = (inside: string, options?: Pick<ParseXmlOptions, 'mode'>) =>
  PascalVoc.parseXmlValue(`${head}${inside}</annotation>`, options);
const object = (inside: string, options?: Pick<ParseXmlOptions, 'mode'>) =>
  voc(`<object>${inside}</object>`, options).vocObjects[0]!;

describe('C: Pascal VOC in Python', () => {
  it('C2 D-19 files are read side by side without touching the working directory', async () => {
    const folder = testFolder();
    const paths = Array.from({ length: 40 }, (_, i) => join(folder, `${i}.xml`));
    for (const [i, path] of paths.entries())
      writeFileSync(path, `${head}<object><name>猫${i}</name>${box}</object></annotation>`);
    const files = await Promise.all(paths.map((path) => PascalVoc.parseXml(path)));
    expect(files.map(({ vocObjects }) => vocObjects.map(({ name }) => name))).toEqual(
      paths.map((_, i) => [`猫${i}`]),
    );
    expect(existsSync('tmp.xml')).toBe(false);
  });

  it('C3 EC-121 an object on one line is an object', () => {
    expect(object('<name>a</name>').name).toBe('a');
    expect(object('<name>a</name>').position).toBeUndefined();
    expect(object(box).position?.feature).toEqual([
      [1, 2],
      [30, 40],
    ]);
  });

  it('C4 EC-122 text is all of the text', () => {
    const names = ['a<!-- x -->b', '<![CDATA[a&b]]>', 'a&amp;b'].map(
      (name) => object(`<name>${name}</name>`).name,
    );
    expect(names).toEqual(['ab', 'a&b', 'a&b']);
  });

  it('C5 EC-143 F11 comments in properties are comments, and empty properties are none', () => {
    expect(object('<name>a</name><properties><!-- c --><k>v</k></properties>').properties).toEqual({
      k: 'v',
    });
    expect(object('<name>a</name><properties/>').properties).toEqual({});
  });

  it.each([
    '<property><key>k</key></property>',
    '<property>\n<key>k</key>\n</property>',
    '<property><value>v</value></property>',
  ])('C6 EC-144 %j is reported, with white space and without', (property) => {
    const inside = `<name>a</name><properties>${property}</properties>`;
    expect(() => object(inside)).toThrow('V048');
    expect(voc(`<object>${inside}</object>`, { mode: 'lenient' }).diagnostics).toMatchObject([
      { rule: 'V048' },
    ]);
  });

  it('C7 EC-129 fractions are read and kept', async () => {
    const path = file(
      `${head}<object><name>a</name>${box.replace('>1<', '>1.5<').replace('>2<', '>2.0<')}</object></annotation>`,
      'a.xml',
    );
    const parsed = await PascalVoc.parseXml(path);
    expect(parsed.vocObjects[0]!.position?.feature).toEqual([
      [1.5, 2],
      [30, 40],
    ]);
    expect(parsed.diagnostics.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['V073', 'warning'],
      ['V073', 'warning'],
    ]);
    const before = readFileSync(path);
    await parsed.saveXml(path);
    expect(readFileSync(path)).toEqual(before);
  });

  it('C8 D-15 EC-135 EC-136 vertices go by their numbers, not by where they stand', () => {
    const polygon = (inside: string, options?: Pick<ParseXmlOptions, 'mode'>) =>
      object(`<name>a</name><polygon>${inside}</polygon>`, options).position;
    const expected = new Polygon({
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
        { x: 5, y: 1 },
      ],
    });
    expect(polygon('<x3>5</x3><y3>1</y3><x2>3</x2><y2>4</y2><x1>1</x1><y1>2</y1>')).toEqual(expected);
    expect(polygon('<y1>2</y1><x1>1</x1><y2>4</y2><x2>3</x2><y3>1</y3><x3>5</x3>')).toEqual(expected);
    const unpaired = '<x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2><x3>5</x3><y3>1</y3><x4>9</x4>';
    expect(() => polygon(unpaired)).toThrow('V079');
    expect(polygon(unpaired, { mode: 'lenient' })).toEqual(expected);
  });

  it.each(['<Annotations/>', '<foo/>'])('C10 D-23 the root %s is no annotation', (text) => {
    expect(() => PascalVoc.parseXmlValue(text)).toThrow('V007');
  });

  it('C11 F13 D-23 EC-124 documents with a DTD are refused', () => {
    const bomb = `<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]>${head}<object><name>&z;</name></object></annotation>`;
    for (const mode of ['strict', 'lenient'] as const)
      expect(() => PascalVoc.parseXmlValue(bomb, { mode })).toThrow('V002');
  });

  it('C12 an empty coordinate is named', () => {
    const empty = `<name>a</name>${box.replace('<xmin>1</xmin>', '<xmin/>')}`;
    expect(() => object(empty)).toThrow('/annotation/object[1]/bndbox/xmin');
  });

  it('C18 a confidence among the properties becomes the element', () => {
    const made = new VocObject({
      name: 'a',
      properties: { '@modelarts:shape': 'point', '@modelarts:feature': [1, 2], confidence: '0.5' },
    });
    expect([made.confidence, made.properties]).toEqual([0.5, {}]);
  });

  it('C19 other keys of the service are written', async () => {
    const path = join(testFolder(), 'a.xml');
    const properties = {
      '@modelarts:color': '#00ff00',
      '@modelarts:clockwise_angle': 30,
      '@modelarts:shape': 'point',
      '@modelarts:feature': [1, 2],
    };
    const vocObjects = [new VocObject({ name: 'a', properties })];
    await new PascalVoc({ fileName: 'a.jpg', width: 9, height: 9, depth: 3, vocObjects }).saveXml(path);
    expect((await PascalVoc.parseXml(path)).vocObjects[0]!.properties).toEqual({
      '@modelarts:color': '#00ff00',
      '@modelarts:clockwise_angle': '30',
    });
  });

  it('C24 D-26 EC-148 both spellings of the coefficient are read', () => {
    const coefficient = (tag: string) => object(`<name>a</name><${tag}>0.3</${tag}>${box}`).hardCoefficient;
    expect([coefficient('difficult-coefficient'), coefficient('hard-coefficient')]).toEqual([0.3, 0.3]);
  });
});

describe('D: Java', () => {
  it('D-3 nothing is made up on save', async () => {
    expect(await saved(label(''), (sample) => (sample.annotations[0]!.name = 'm'))).toBe(
      label('').replace('"n"', '"m"'),
    );
  });

  it('D-6 EC-083 a path without a folder is taken from the working directory', async () => {
    await expect(Manifest.parseManifest('no-such.manifest')).rejects.toMatchObject({
      code: 'NotFound',
      path: 'no-such.manifest',
    });
    await expect(PascalVoc.parseXml('no-such.xml')).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('D-7 F10 EC-082 annotation files of every relative form are found, and what is stored stays', async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'sub'));
    const xml = `${head}<object><name>cat</name>${box}</object></annotation>`;
    for (const name of ['a.xml', 'sub/a.xml']) writeFileSync(join(folder, name), xml);
    const path = join(folder, 'sub', 'm');
    const locs = ['./a.xml', 'a.xml', '../a.xml', '../sub/./a.xml'];
    const annotations = locs.map((loc) => new Annotation({ type: 'modelarts/object_detection', loc }));
    await new Manifest({ samples: [{ source: 's', annotations }] }).save(path);
    const { samples } = await Manifest.parseManifest(path, { parsePascalVoc: true });
    expect(samples[0]!.annotations.map(({ loc, image }) => [loc, image?.objects[0]?.name])).toEqual(
      locs.map((loc) => [loc, 'cat']),
    );
    const [first] = await getAnnotations(readFileSync(path, 'utf8').trim());
    expect(first!.loc).toBe('./a.xml');
  });

  it("D-8 the caller's options are not touched", async () => {
    const options = Object.freeze({ parsePascalVoc: true, session: Object.freeze({}) });
    await parse(label(''), options);
    expect(Object.keys(options)).toEqual(['parsePascalVoc', 'session']);
  });

  it.each(['obs://', 's3://b', 'obs://b/'])('D-9 the address %s is a typed error', async (path) => {
    await expect(Manifest.parseManifest(path)).rejects.toMatchObject({ name: 'StorageError', path });
  });

  it('D-13 hard "1" is true', async () => {
    expect((await parse(label(',"hard":"1"'))).samples[0]!.annotations[0]!.hard).toBe(true);
  });

  it('D-14 F9 EC-039 EC-040 a property of another type does not stop reading, and is kept', async () => {
    const stored = label(',"property":"[{\\"type\\":0}]"').replace(
      '"source"',
      '"property":"{\\"a\\":1}","source"',
    );
    const { samples } = await parse(stored);
    expect([samples[0]!.property, samples[0]!.annotations[0]!.property]).toEqual([{ a: 1 }, {}]);
    expect(await saved(stored, (sample) => (sample.annotations[0]!.name = 'm'))).toBe(
      stored.replace('"n"', '"m"'),
    );
  });

  it.each(['<line/>', '<circle/>', '<bndbox/>', '<bndbox> </bndbox>'])(
    'D-16 EC-142 %s is an error',
    (shape) => {
      expect(() => object(`<name>a</name>${shape}`)).toThrow('V070');
    },
  );

  it.each(['<object/>', '<object> </object>', '<object><!-- x --></object>'])(
    'D-17 %s is an error',
    (inside) => {
      expect(() => voc(inside)).toThrow('V040');
    },
  );

  it('D-18 EC-149 an empty confidence is none', () => {
    const { vocObjects, diagnostics } = voc(`<object><name>a</name><confidence/>${box}</object>`, {
      mode: 'lenient',
    });
    expect(vocObjects[0]!.confidence).toBeUndefined();
    expect(diagnostics.map(({ rule }) => rule)).toEqual(['V047']);
  });

  it('D-21 equal positions are equal', () => {
    expect(object(`<name>a</name><point><x>1</x><y>2</y></point>`).position).toEqual(
      new Point({ x: 1, y: 2 }),
    );
  });

  it('D-24 errors keep what caused them', async () => {
    const error: unknown = await PascalVoc.parseXml(join(testFolder(), 'a.xml')).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'StorageError', cause: { code: 'ENOENT' } });
  });
});

describe('F: what is kept', () => {
  it('F2 usage is compared without regard to letter case, and all is the default', async () => {
    const manifest = await parse(label('').replace('"source"', '"usage":"Train","source"'));
    for (const usage of ['TRAIN', 'train', 'ALL', undefined])
      expect(
        (await getSampleList(manifest, 'image_classification', usage === undefined ? {} : { usage })).samples
          .length,
      ).toBe(1);
  });

  it('F3 EC-091 the query inference also gives unlabelled samples', async () => {
    const manifest = await parse('{"source":"a","usage":"INFERENCE"}\n{"source":"b","usage":"TRAIN"}\n');
    const list = (usage: string) => getSampleList(manifest, 'image_classification', { usage });
    expect((await list('inference')).samples).toEqual([['a', []]]);
    expect((await list('train')).samples).toEqual([]);
  });

  it('F5 U+0001 joins a name and its offsets', async () => {
    const manifest = await parse(
      '{"source":"content://abc","annotation":[{"type":"modelarts/text_entity","name":"n","property":{"@modelarts:start_index":0,"@modelarts:end_index":2}}]}\n',
    );
    expect((await getSampleList(manifest, 'text_entity')).samples).toEqual([['abc', ['n\u00010\u00012']]]);
  });

  it('F7 size counts the samples kept, in file order, with duplicates', async () => {
    const manifest = await parse('{"source":"b"}\n{"source":"a"}\n{"source":"b"}\n{}\n');
    expect(manifest.size).toBe(3);
    expect(manifest.samples.map(({ source }) => source)).toEqual(['b', 'a', 'b']);
  });

  it('F8 EC-051 source types are compared without regard to letter case', async () => {
    expect(
      await getSources(await parse('{"source":"a","source-type":"CarbonData"}\n'), 'carbondata'),
    ).toEqual(['a']);
  });

  it('F11 all elements may be missing, none may be there and empty', () => {
    const { fileName, width, vocObjects, source } = PascalVoc.parseXmlValue('<annotation/>');
    expect([fileName, width, vocObjects]).toEqual([undefined, undefined, []]);
    expect(source).toEqual({});
    for (const empty of [
      '<folder/>',
      '<filename> </filename>',
      '<size><width/></size>',
      '<segmented></segmented>',
    ])
      expect(() => PascalVoc.parseXmlValue(`<annotation>${empty}</annotation>`)).toThrow("can't be empty");
    expect(PascalVoc.parseXmlValue('<annotation><source><database/></source></annotation>').source).toEqual(
      {},
    );
  });

  it('F12 EC-133 one shape for each object and each part', () => {
    expect(() => object(`<name>a</name>${box}${box}`)).toThrow('more than one');
    expect(() => object(`<name>a</name>${box}<circle><cx>1</cx><cy>1</cy><r>1</r></circle>`)).toThrow(
      'more than one',
    );
    const part = `<part><name>p</name>${box}</part>`;
    expect(object(`<name>a</name>${box}${part}${part}`).parts.length).toBe(2);
  });

  it('F14 both forms of properties, with Chinese names', () => {
    const properties =
      '<properties><颜色>红</颜色><property><key>形 状</key><value>圆</value></property></properties>';
    expect(object(`<name>a</name>${properties}`).properties).toEqual({ 颜色: '红', '形 状': '圆' });
  });

  it('F15 foreign elements are tolerated and kept', async () => {
    const text = `${head.replace('<size>', '<path>C:\\a.jpg</path><owner><name>o</name></owner><foreign>1</foreign><size>')}<object><name>a</name>${box}</object></annotation>`;
    const path = file(text, 'a.xml');
    const parsed = await PascalVoc.parseXml(path);
    parsed.vocObjects[0]!.data.name = 'b';
    await parsed.saveXml(path);
    expect(readFileSync(path, 'utf8')).toBe(text.replace('<name>a<', '<name>b<'));
  });

  it('F18 a text can be parsed as a file can', async () => {
    const text = `${head}<object><name>a</name>${box}</object></annotation>`;
    const fromFile = await PascalVoc.parseXml(file(text, 'a.xml'));
    expect(PascalVoc.parseXmlValue(text).vocObjects.map(({ name, position }) => [name, position])).toEqual(
      fromFile.vocObjects.map(({ name, position }) => [name, position]),
    );
    expect(() => PascalVoc.parseXmlValue('')).toThrow(DataError);
  });
});
