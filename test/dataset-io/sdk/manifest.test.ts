import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Annotation, Manifest, Sample, type SaveMode } from '../../../src/dataset-io/sdk/index.js';
import { MemoryStorage } from '../../../src/dataset-io/storage/index.js';
import { OptionError, StorageError } from '../../../src/model/index.js';
import { testFolder } from '../folder.js';

/** Nineteen labelled pictures of bees and rabbits. */
function nineteen(): Manifest {
  const samples: Sample[] = [];
  for (let i = 0; i < 19; i++) {
    const annotation = new Annotation({
      name: i % 2 === 0 ? 'Bees' : 'Rabbits',
      type: 'modelarts/image_classification',
      confidence: 0.8,
      creationTime: '2019-02-20 08:23:06',
      annotatedBy: 'human',
      format: 'manifest',
      property: { color: 'black' },
    });
    samples.push(
      new Sample({
        source: `s3://path/data/image_${i}.jpg`,
        usage: 'TRAIN',
        inferenceLoc: `s3://path/data/image_${i}.txt`,
        annotations: [annotation],
      }),
    );
  }
  return new Manifest({ samples, size: samples.length });
}

const facts = ({ samples }: Manifest) =>
  samples.map(({ source, usage, inferenceLoc, annotations }) => [
    source,
    usage,
    inferenceLoc,
    annotations.map((annotation) => ({
      ...annotation.property,
      name: annotation.name,
      by: annotation.annotatedBy,
    })),
  ]);

describe('a manifest of nineteen samples', () => {
  it('S-7.6.3.1 S-7.6.3.2 is built, saved and parsed to the same', async () => {
    const path = join(testFolder(), 'V001.manifest');
    const manifest = nineteen();
    expect(manifest.size).toBe(19);
    const result = await manifest.save(path, { saveMode: 'w' });
    expect(result).toMatchObject({ path, samples: 19, bytes: readFileSync(path).length });
    const parsed = await Manifest.parseManifest(path);
    expect(parsed.size).toBe(19);
    expect(parsed.diagnostics).toEqual([]);
    expect(facts(parsed)).toEqual(facts(manifest));
    expect(readFileSync(path, 'utf8').split('\n')[1]).toBe(
      '{"source":"s3://path/data/image_1.jpg","usage":"TRAIN","inference-loc":"s3://path/data/image_1.txt","annotation":[{"name":"Rabbits","type":"modelarts/image_classification","annotation-format":"manifest","confidence":0.8,"property":{"color":"black"},"annotated-by":"human","creation-time":"2019-02-20 08:23:06"}]}',
    );
  });

  it('S-7.6.3.3 A20 saved again with a: 38 lines, none glued, both sets', async () => {
    const path = join(testFolder(), 'V001.manifest');
    await nineteen().save(path, { saveMode: 'w' });
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    await nineteen().save(path, { saveMode: 'a' });
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.length).toBe(39);
    expect(lines.at(-1)).toBe('');
    for (const line of lines.slice(0, -1)) expect(() => JSON.parse(line)).not.toThrow();
    const parsed = await Manifest.parseManifest(path);
    expect(facts(parsed)).toEqual([...facts(nineteen()), ...facts(nineteen())]);
  });

  it('saved twice with w is the same file', async () => {
    const path = join(testFolder(), 'V001.manifest');
    const manifest = nineteen();
    await manifest.save(path);
    const first = readFileSync(path);
    await manifest.save(path);
    expect(readFileSync(path)).toEqual(first);
  });
});

describe('save', () => {
  it.each(['x', 'wb', '', null, 'W'])(
    'EC-103 F20 save mode %j is refused before anything is written',
    async (mode) => {
      const folder = testFolder();
      const saving = nineteen().save(join(folder, 'out'), { saveMode: mode as SaveMode });
      await expect(saving).rejects.toThrow(OptionError);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('a folder that is not there is an error', async () => {
    const saving = nineteen().save(join(testFolder(), 'none', 'out'));
    await expect(saving).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('round trip: lines that were parsed are saved as they were, changed ones with the change', async () => {
    const folder = testFolder();
    const stored =
      '{ "odd": 1.0, "source" : "a", "annotation_x":[], "usage":"train"}\n{"source":"b","annotation":[{"x":1e2,"name":"n"}]}\n';
    writeFileSync(join(folder, 'in'), stored);
    const manifest = await Manifest.parseManifest(join(folder, 'in'));
    await manifest.save(join(folder, 'same'));
    expect(readFileSync(join(folder, 'same'), 'utf8')).toBe(stored);
    manifest.samples[1]!.annotations[0]!.name = 'm';
    manifest.samples.push(new Sample({ source: 'c' }));
    await manifest.save(join(folder, 'changed'));
    expect(readFileSync(join(folder, 'changed'), 'utf8')).toBe(
      `${stored.replace('"name":"n"', '"name":"m"')}{"source":"c"}\n`,
    );
  });

  it('takes what samples are made of', () => {
    const manifest = new Manifest({ samples: [{ source: 'a', annotations: [{ name: 'x' }] }] });
    expect(manifest.samples[0]).toBeInstanceOf(Sample);
    expect(manifest.samples[0]!.annotations[0]).toBeInstanceOf(Annotation);
  });

  it('a size that is not the number of samples is a mistake', () => {
    expect(() => new Manifest({ samples: [{ source: 'a' }], size: 2 })).toThrow(OptionError);
  });
});

describe('session', () => {
  const credentials = { accessKey: 'AK', secretKey: 'SK', endpoint: 'obs.example.com' };

  it('EC-108 A10 D-5 credentials and a local path: the path decides', async () => {
    const path = join(testFolder(), 'out.manifest');
    await nineteen().save(path, { session: credentials });
    expect((await Manifest.parseManifest(path, { session: credentials })).size).toBe(19);
  });

  it.each(['obs://b/m.manifest', 's3://b/m.manifest', 'S3A://b/m.manifest', 'hdfs://h/m'])(
    'S-7.6.2.2 A9 %s cannot be opened here, and the error says so, with or without a session',
    async (path) => {
      for (const session of [undefined, credentials]) {
        const error = { code: 'Unsupported', path, message: expect.stringContaining(path) };
        await expect(Manifest.parseManifest(path, { session })).rejects.toMatchObject(error);
        await expect(nineteen().save(path, { session })).rejects.toMatchObject(error);
        await expect(nineteen().save(path, { session })).rejects.toThrow(StorageError);
      }
    },
  );

  it('A9 a path that only begins like a scheme is a local one', async () => {
    const path = join(testFolder(), 's3data.manifest');
    await nineteen().save(path);
    expect((await Manifest.parseManifest(path)).size).toBe(19);
    const relative = 's3data.manifest';
    await expect(Manifest.parseManifest(relative)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('a session that has a storage is what its paths are opened with', async () => {
    const session = { ...credentials, storage: new MemoryStorage() };
    await nineteen().save('mem://out.manifest', { session });
    await nineteen().save('mem://out.manifest', { session, saveMode: 'a' });
    expect((await Manifest.parseManifest('mem://out.manifest', { session })).size).toBe(38);
  });
});

describe('attributes', () => {
  it('S-7.6.2.3 all eleven of a sample and all of an annotation can be read', async () => {
    const path = join(testFolder(), 'm');
    const stored =
      '{"source":"s3://b/1.jpg","usage":"TRAIN","inference-loc":"s3://b/1.txt","id":"i","source-type":"csv","property":{"p":1},"hard":"true","hard-coefficient":0.5,"hard-reasons":"3-20","source-map":{"m":1},"annotation":[{"name":"n","type":"modelarts/image_classification","annotation-loc":"l","annotation-loc-map":["x"],"annotation-format":"f","property":{"q":2},"confidence":0.8,"creation-time":"2019-02-20 08:23:06","annotated-by":"human","hard":false,"hard-coefficient":0,"hard-reasons":"1","id":"E1"}]}';
    writeFileSync(path, `${stored}\n`);
    const [sample] = (await Manifest.parseManifest(path)).samples;
    expect({
      source: sample!.source,
      usage: sample!.usage,
      inferenceLoc: sample!.inferenceLoc,
      id: sample!.id,
      sourceType: sample!.sourceType,
      property: sample!.property,
      hard: sample!.hard,
      hardCoefficient: sample!.hardCoefficient,
      hardReasons: sample!.hardReasons,
      sourceMap: sample!.sourceMap,
      annotations: sample!.annotations.length,
    }).toEqual({
      source: 's3://b/1.jpg',
      usage: 'TRAIN',
      inferenceLoc: 's3://b/1.txt',
      id: 'i',
      sourceType: 'csv',
      property: { p: 1 },
      hard: true,
      hardCoefficient: 0.5,
      hardReasons: '3-20',
      sourceMap: { m: 1 },
      annotations: 1,
    });
    const annotation = sample!.annotations[0]!;
    expect({
      name: annotation.name,
      type: annotation.type,
      loc: annotation.loc,
      locMap: annotation.locMap,
      format: annotation.format,
      property: annotation.property,
      confidence: annotation.confidence,
      creationTime: annotation.creationTime,
      annotatedBy: annotation.annotatedBy,
      hard: annotation.hard,
      hardCoefficient: annotation.hardCoefficient,
      hardReasons: annotation.hardReasons,
      id: annotation.id,
    }).toEqual({
      name: 'n',
      type: 'modelarts/image_classification',
      loc: 'l',
      locMap: ['x'],
      format: 'f',
      property: { q: 2 },
      confidence: 0.8,
      creationTime: '2019-02-20 08:23:06',
      annotatedBy: 'human',
      hard: false,
      hardCoefficient: 0,
      hardReasons: '1',
      id: 'E1',
    });
  });
});

describe('parseManifest', () => {
  it('names every line that gave no sample; strict stops at the first', async () => {
    const path = join(testFolder(), 'm');
    writeFileSync(path, '{"source":"a"}\n{}\n\n{"source":"b"}\n');
    const seen: string[] = [];
    const manifest = await Manifest.parseManifest(path, { onDiagnostic: ({ rule }) => seen.push(rule) });
    expect(manifest.size).toBe(2);
    expect(manifest.diagnostics).toMatchObject([
      { rule: 'M020', file: path, line: 2 },
      { rule: 'M005', file: path, line: 3 },
    ]);
    expect(seen).toEqual(['M020', 'M005']);
    await expect(Manifest.parseManifest(path, { mode: 'strict' })).rejects.toMatchObject({
      code: 'InvalidData',
    });
  });

  it('takes an encoding, a usage, a signal', async () => {
    const path = join(testFolder(), 'm');
    writeFileSync(path, Buffer.from('{"source":"\xe8","usage":"EVAL"}\n{"source":"b"}\n', 'latin1'));
    const { samples } = await Manifest.parseManifest(path, { encoding: 'ISO-8859-1', usage: 'eval' });
    expect(samples.map(({ source }) => source)).toEqual(['è']);
    const signal = AbortSignal.abort();
    await expect(Manifest.parseManifest(path, { signal })).rejects.toMatchObject({ code: 'Aborted' });
  });

  it('reads the VOC files on request', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'a.xml'), '<annotation><object><name>cat</name></object></annotation>');
    const path = join(folder, 'm');
    writeFileSync(
      path,
      '{"source":"a","annotation":[{"type":"modelarts/object_detection","annotation-loc":"./a.xml"}]}\n',
    );
    const { samples } = await Manifest.parseManifest(path, { parsePascalVoc: true });
    expect(samples[0]!.annotations[0]!.image?.objects[0]?.name).toBe('cat');
  });
});
