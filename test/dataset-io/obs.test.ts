import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { readManifest, writeManifest } from '../../src/dataset-io/manifest-io.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { Manifest, PascalVoc } from '../../src/dataset-io/sdk/index.js';
import { ObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { validate } from '../../src/dataset-io/validate.js';
import { readVoc } from '../../src/dataset-io/voc-io.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { all } from './folder.js';
import { FakeWire, type FakeWireOptions, refusal } from './storage/obs/fake-wire.js';
import { testTiming } from './storage/obs/timing.js';

const street = join(import.meta.dirname, '../../examples/street');

/** A bucket with these files below `data/`, and a session that opens it. */
function bucket(files: Readonly<Record<string, string | Uint8Array>> = {}, options: FakeWireOptions = {}) {
  const wire = new FakeWire(options);
  for (const [name, content] of Object.entries(files)) wire.seed(name, content);
  const storage = new ObsStorage({ wire, timing: testTiming() });
  return { wire, storage, session: { storage } };
}

/** The files of a folder as they would be below a prefix, as bytes. */
function uploaded(folder: string, prefix: string): Record<string, Buffer> {
  return Object.fromEntries(
    Object.keys(filesIn(folder)).map((name) => [`${prefix}${name}`, readFileSync(join(folder, name))]),
  );
}

/** What is below a prefix, as text. */
function below(wire: FakeWire, prefix: string): Record<string, string> {
  const found = [...wire.objects].filter(([name]) => name.startsWith(`bucket/${prefix}`));
  return Object.fromEntries(
    found.map(([name, { bytes }]) => [name.slice(`bucket/${prefix}`.length), bytes.toString('utf8')]).sort(),
  );
}

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

const line = (source: string, loc: string) =>
  `{"source":"${source}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"${loc}"}]}\n`;

describe('the same as on the local disk', () => {
  /** The local result, its paths written as those of the bucket. */
  const translated = (text: string, dir: string) =>
    text.replaceAll(`${street}/`, 'obs://bucket/street/').replaceAll(`${dir}/`, 'obs://bucket/');

  test('a VOC tree becomes a manifest', async () => {
    const dir = scratch();
    const { wire, session } = bucket(uploaded(street, 'street/'));
    const local = await convert(street, join(dir, 'out.manifest'), { to: 'manifest' });
    const remote = await convert('obs://bucket/street', 'obs://bucket/out.manifest', {
      to: 'manifest',
      session,
    });
    const { outputs, seconds: _, ...books } = remote;
    expect(books).toEqual(
      JSON.parse(translated(JSON.stringify({ ...local, outputs: undefined, seconds: undefined }), dir)),
    );
    expect(outputs).toEqual([{ path: 'obs://bucket/out.manifest', samples: 6 }]);
    const lines = (wire.text('out.manifest') ?? '').split('\n');
    expect(lines[0]).toBe(
      '{"source":"obs://bucket/street/JPEGImages/crossing-01.jpg","usage":"TRAIN","annotation":[{"annotation-loc":"obs://bucket/street/Annotations/crossing-01.xml","type":"modelarts/object_detection"}]}',
    );
    expect(lines).toHaveLength(7);
  });

  test.each([
    ['obs://bucket/street'],
    ['obs://bucket/street/'],
    ['obs://bucket/street/Annotations'],
    ['obs://bucket/street/Annotations/'],
    ['s3://bucket/street'],
    ['S3A://bucket/street/'],
  ])('%s is the devkit', async (path) => {
    const { session } = bucket(uploaded(street, 'street/'));
    const { samples, annotations, errors } = await validate(path, { session });
    expect({ samples, annotations, errors }).toEqual({ samples: 6, annotations: 13, errors: 1 });
  });

  test('a devkit without images names them where they should be, however the path ends', async () => {
    const { wire, session } = bucket({ 'kit/Annotations/a.xml': vocXml('a.jpg') });
    for (const [at, path] of ['kit', 'kit/', 'kit/Annotations', 'kit/Annotations/'].entries()) {
      await convert(`obs://bucket/${path}`, `obs://bucket/${at}.manifest`, { to: 'manifest', session });
      expect(JSON.parse(wire.text(`${at}.manifest`) ?? '')).toMatchObject({
        source: 'obs://bucket/kit/JPEGImages/a.jpg',
      });
    }
  });

  test('and back again, byte for byte, images and lists with it', async () => {
    const { wire, session } = bucket(uploaded(street, 'street/'));
    await convert('obs://bucket/street', 'obs://bucket/m/out.manifest', { to: 'manifest', session });
    const back = await convert('obs://bucket/m/out.manifest', 'obs://bucket/back', {
      to: 'voc',
      images: 'copy',
      session,
    });
    expect(back).toMatchObject({ read: 6, written: 6, skipped: 0, losses: {} });
    const dir = scratch();
    await convert(street, join(dir, 'out.manifest'), { to: 'manifest' });
    await convert(join(dir, 'out.manifest'), join(dir, 'back'), { to: 'voc', images: 'copy' });
    expect(below(wire, 'back/')).toEqual(filesIn(join(dir, 'back')));
    expect(wire.count('copyObject')).toBe(6);
    expect(wire.uploads.size).toBe(0);
  });

  test.each(['validate', 'validate closely'])('%s', async (how) => {
    const { session } = bucket(uploaded(street, 'street/'));
    const options = { checkFiles: how !== 'validate', minSeverity: 'info' as const };
    const local = await validate(street, options);
    const remote = await validate('obs://bucket/street', { ...options, session });
    expect(remote).toEqual({
      ...JSON.parse(JSON.stringify(local).replaceAll(street, 'obs://bucket/street')),
    });
  });

  test('inspect', async () => {
    const { session } = bucket(uploaded(street, 'street/'));
    const local = await inspect(street);
    const remote = await inspect('obs://bucket/street', { session });
    expect(remote).toEqual(JSON.parse(JSON.stringify(local).replaceAll(street, 'obs://bucket/street')));
  });

  test('a manifest with relative references, checked with its files', async () => {
    const files = {
      'set/all.manifest':
        line('a.jpg', 'xml/a.xml') +
        line('b.jpg', './xml/b.xml') +
        line('c.jpg', '../other/c.xml') +
        line('d.jpg', 'none.xml'),
      'set/xml/a.xml': vocXml('a.jpg'),
      'set/xml/b.xml': vocXml('other.jpg'),
      'other/c.xml': '<annotation>',
      'set/a.jpg': Buffer.of(0xff, 0xd8, 0xff, 0xe0),
      'set/b.jpg': 'no image',
    };
    const dir = scratch(files);
    const { session, wire } = bucket(files);
    for (const profile of ['generic', 'mindspore'] as const) {
      const options = { checkFiles: true, profile };
      const local = await validate(join(dir, 'set/all.manifest'), options);
      wire.log.length = 0;
      const remote = await validate('obs://bucket/set/all.manifest', { ...options, session });
      // The words for a missing file are the storage's own.
      const plain = (text: string) => text.replaceAll(/cannot be read: [^"]*/g, 'cannot be read');
      expect(JSON.parse(plain(JSON.stringify(remote)))).toEqual(
        JSON.parse(plain(JSON.stringify(local).replaceAll(`${dir}/`, 'obs://bucket/'))),
      );
      expect(Object.keys(remote.rules)).toEqual(expect.arrayContaining(['M082', 'M083', 'M084']));
      const images = wire.log.filter(
        ({ key, operation }) => operation === 'getObject' && key.endsWith('.jpg'),
      );
      expect(images.map(({ range }) => range)).toEqual(
        profile === 'generic' ? [] : ['a', 'b', 'c', 'd'].map(() => ({ first: 0, last: 2 })),
      );
    }
  });
});

describe('between places', () => {
  test('local references seen from a bucket are absolute', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('a.jpg'), 'in/a.jpg': 'A' });
    const { wire, session } = bucket();
    const before = process.cwd();
    const relative = join(dir, 'in').slice(before.length + 1);
    const input = dir.startsWith(before) ? relative : join(dir, 'in');
    await convert(input, 'obs://bucket/out.manifest', { to: 'manifest', session });
    expect(JSON.parse(wire.text('out.manifest') ?? '')).toMatchObject({
      source: join(dir, 'in/a.jpg'),
      annotation: [{ 'annotation-loc': join(dir, 'in/a.xml') }],
    });
  });

  test('references into a bucket seen from the disk keep their address', async () => {
    const dir = scratch();
    const { session } = bucket({ 'in/a.xml': vocXml('a.jpg'), 'in/a.jpg': 'A' });
    await convert('s3a://bucket/in', join(dir, 'out.manifest'), { to: 'manifest', session });
    expect(JSON.parse(readFileSync(join(dir, 'out.manifest'), 'utf8'))).toMatchObject({
      source: 'obs://bucket/in/a.jpg',
      annotation: [{ 'annotation-loc': 'obs://bucket/in/a.xml' }],
    });
  });

  test.each<['obs' | 'local', 'obs' | 'local']>([
    ['local', 'obs'],
    ['obs', 'local'],
    ['obs', 'obs'],
  ])('images are copied from %s to %s', async (from, to) => {
    const files = {
      'in/Annotations/a.xml': vocXml('a.jpg'),
      'in/Annotations/b.xml': vocXml('b.jpg'),
      'in/JPEGImages/a.jpg': 'AAAA',
      'in/JPEGImages/b.jpg': 'BBBB',
      'in/JPEGImages/c.jpg': 'CCCC',
    };
    const dir = scratch(from === 'local' ? files : {});
    const { wire, session } = bucket(from === 'obs' ? files : {});
    const root = { local: dir, obs: 'obs://bucket' };
    for (const format of ['voc', 'manifest'] as const) {
      const result = await convert(`${root[from]}/in`, `${root[to]}/out.${format}`, {
        to: format,
        images: 'copy',
        session,
      });
      expect(result).toMatchObject({ read: 3, written: 3, skipped: 0 });
    }
    const written = to === 'local' ? filesIn(dir) : below(wire, '');
    expect(written).toMatchObject({
      'out.voc/JPEGImages/a.jpg': 'AAAA',
      'out.voc/JPEGImages/b.jpg': 'BBBB',
      'out.voc/JPEGImages/c.jpg': 'CCCC',
      'out.voc/Annotations/a.xml': files['in/Annotations/a.xml'],
      'out-images/a.jpg': 'AAAA',
      'out-images/b.jpg': 'BBBB',
      'out-images/c.jpg': 'CCCC',
    });
    expect(written['out.manifest']).toContain(
      to === 'local' ? '"out-images/b.jpg"' : '"obs://bucket/out-images/b.jpg"',
    );
  });

  test('images that are missing in the bucket are faults of their rows', async () => {
    const dir = scratch({
      'in.manifest': '{"source":"obs://bucket/a.jpg"}\n{"source":"obs://bucket/b.jpg"}\n',
    });
    const { session } = bucket({ 'a.jpg': 'A' });
    const result = await convert(join(dir, 'in.manifest'), join(dir, 'out.manifest'), {
      to: 'manifest',
      images: 'copy',
      onError: 'skip',
      session,
    });
    expect(result).toMatchObject({ read: 2, written: 1, skipped: 1 });
    expect(result.diagnostics).toMatchObject([
      { rule: 'D053', line: 2, message: 'cannot copy obs://bucket/b.jpg: it does not exist' },
    ]);
    expect(filesIn(join(dir, 'out-images'))).toEqual({ 'a.jpg': 'A' });
  });

  test('links are refused: into a bucket at once, out of one when the image comes up', async () => {
    const dir = scratch({ 'in/a.xml': vocXml('a.jpg'), 'in/a.jpg': 'A' });
    const { wire, session } = bucket({ 'in/a.xml': vocXml('a.jpg'), 'in/a.jpg': 'A' });
    const link = { to: 'voc', images: 'link', session } as const;
    const into = await failure(convert(join(dir, 'in'), 'obs://bucket/out', link));
    expect(into).toMatchObject({
      code: 'BadOption',
      message: 'images cannot be linked into obs://bucket/out',
    });
    expect(wire.log).toEqual([]);
    const out = await failure(convert('obs://bucket/in', join(dir, 'out'), link));
    expect(out).toMatchObject({
      code: 'BadOption',
      message: 'obs://bucket/in/a.jpg cannot be linked, because it is not on the local disk',
    });
    expect(Object.keys(filesIn(dir))).toEqual(['in/a.jpg', 'in/a.xml']);
  });

  test('annotation files in a bucket, named by a manifest on the disk', async () => {
    const dir = scratch({
      'in.manifest': Array.from({ length: 40 }, (_, i) =>
        line(`obs://bucket/${i}.jpg`, `s3://bucket/x/${i}.xml`),
      ).join(''),
    });
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`x/${i}.xml`, vocXml(`${i}.jpg`)]),
    );
    const { session } = bucket(files);
    const names = [];
    for await (const sample of readManifest(join(dir, 'in.manifest'), { join: true, session }))
      names.push(sample.annotations[0]?.image?.fileName);
    expect(names).toEqual(Array.from({ length: 40 }, (_, i) => `${i}.jpg`));
    const { samples } = await openDataset(join(dir, 'in.manifest'), { join: true, session });
    expect((await all(samples())).length).toBe(40);
    await convert(join(dir, 'in.manifest'), join(dir, 'voc'), { to: 'voc', session });
    expect(Object.keys(filesIn(join(dir, 'voc/Annotations')))).toHaveLength(40);
  });
});

describe('what is written', () => {
  const fill = { 'in.manifest': '{"source":"obs://bucket/1.jpg"}\n{"source":"obs://bucket/2.jpg"}\n' };
  const go = (session: ConvertOptions['session'], more: Partial<ConvertOptions>) =>
    convert('obs://bucket/in.manifest', 'obs://bucket/out.manifest', { to: 'manifest', session, ...more });

  test('create, overwrite, append', async () => {
    const { wire, session } = bucket(fill);
    await go(session, {});
    expect(wire.text('out.manifest')).toBe(fill['in.manifest']);
    expect(await failure(go(session, {}))).toMatchObject({ code: 'AlreadyExists' });
    await go(session, { mode: 'overwrite' });
    expect(wire.text('out.manifest')).toBe(fill['in.manifest']);
    await go(session, { mode: 'append' });
    await go(session, { mode: 'append' });
    expect(wire.text('out.manifest')).toBe(fill['in.manifest'].repeat(3));
    expect(wire.uploads.size).toBe(0);
  });

  test('an object is not appended to itself, however it is spelt', async () => {
    const { session } = bucket(fill);
    const error = await failure(
      convert('obs://bucket/in.manifest', 's3://bucket/in.manifest', {
        to: 'manifest',
        mode: 'append',
        session,
      }),
    );
    expect(error).toMatchObject({
      code: 'BadOption',
      message: expect.stringContaining('cannot be appended to itself'),
    });
  });

  test('a folder: create refuses one with something in it, append joins, overwrite says what stays', async () => {
    const { wire, session } = bucket({
      ...fill,
      'in/Annotations/a.xml': vocXml('a.jpg'),
      'in/ImageSets/Main/train.txt': 'a\n',
      'two/Annotations/b.xml': vocXml('b.jpg'),
      'two/ImageSets/Main/train.txt': 'b\n',
      'out/Annotations/old.xml': vocXml('old.jpg'),
    });
    const voc = (from: string, mode: 'create' | 'overwrite' | 'append') =>
      convert(`obs://bucket/${from}`, 'obs://bucket/out', { to: 'voc', mode, session });
    expect(await failure(voc('in', 'create'))).toMatchObject({ code: 'AlreadyExists' });
    const over = await voc('in', 'overwrite');
    expect(over.diagnostics.map(({ rule }) => rule)).toContain('C006');
    await convert('obs://bucket/two', 'obs://bucket/m', { to: 'manifest', session });
    await convert('obs://bucket/m', 'obs://bucket/out', { to: 'voc', mode: 'append', session });
    expect(Object.keys(below(wire, 'out/'))).toEqual([
      'Annotations/a.xml',
      'Annotations/b.xml',
      'Annotations/old.xml',
      'ImageSets/Main/train.txt',
      'ImageSets/Main/trainval.txt',
    ]);
    expect(wire.text('out/ImageSets/Main/train.txt')).toBe('a\nb\n');
    wire.seed('two/Annotations/a.xml', vocXml('a.jpg', []));
    wire.objects.delete('bucket/two/Annotations/b.xml');
    const differs = await failure(voc('two', 'append'));
    expect(differs).toMatchObject({ code: 'AlreadyExists', path: 'obs://bucket/out/Annotations/a.xml' });
  });

  test('a new folder is taken back when it cannot be written whole', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`in/${i}.xml`, vocXml(`${i}.jpg`)]),
    );
    const { wire, session } = bucket(files);
    wire.mishap = ({ operation, key }) =>
      operation === 'putObject' && key.endsWith('/33.xml')
        ? { kind: 'fault', fault: refusal(403, 'AccessDenied') }
        : undefined;
    const error = await failure(convert('obs://bucket/in', 'obs://bucket/out', { to: 'voc', session }));
    expect(error.code).toBe('AccessDenied');
    expect(below(wire, 'out/')).toEqual({});
  });

  test('lists come after the files they name', async () => {
    const { wire, session } = bucket(uploaded(street, 'street/'));
    await convert('obs://bucket/street', 'obs://bucket/out', { to: 'voc', session });
    const puts = wire.log.filter(({ operation }) => operation === 'putObject').map(({ key }) => key);
    const lists = puts.filter((key) => key.includes('/ImageSets/'));
    expect(lists.length).toBeGreaterThan(0);
    expect(puts.slice(-lists.length)).toEqual(lists);
    expect(puts.filter((key) => key.endsWith('.xml'))).toHaveLength(6);
  });

  test('quarantine of lines and of files', async () => {
    const bad = '{"source":"obs://bucket/1.jpg"}\n{"source":\n';
    const { wire, session } = bucket({
      'in.manifest': bad,
      'voc/a.xml': vocXml('a.jpg'),
      'voc/b.xml': '<annotation>',
    });
    const put = { onError: 'quarantine', session } as const;
    await convert('obs://bucket/in.manifest', 'obs://bucket/out.manifest', {
      to: 'manifest',
      quarantine: 'obs://bucket/q/bad.manifest',
      ...put,
    });
    await convert('obs://bucket/voc', 'obs://bucket/out', {
      to: 'voc',
      quarantine: 'obs://bucket/q/files',
      ...put,
    });
    const put_ = below(wire, 'q/');
    expect(Object.keys(put_)).toEqual([
      'bad.manifest',
      'bad.manifest.findings.jsonl',
      'files/b.xml',
      'files/findings.jsonl',
    ]);
    expect(put_['bad.manifest']).toBe('{"source":\n');
    expect(put_['files/b.xml']).toBe('<annotation>');
    expect(wire.uploads.size).toBe(0);
  });

  test('an abort leaves nothing, whether it comes while reading or while writing', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`in/${i}.xml`, vocXml(`${i}.jpg`)]),
    );
    for (const operation of ['getObject', 'putObject'] as const) {
      const { wire, session } = bucket(files);
      const controller = new AbortController();
      wire.mishap = (request) => {
        if (request.operation === operation && request.key.endsWith('/30.xml')) controller.abort();
        return undefined;
      };
      const error = await failure(
        convert('obs://bucket/in', 'obs://bucket/out', { to: 'voc', session, signal: controller.signal }),
      );
      expect(error.code).toBe('Aborted');
      expect(below(wire, 'out/')).toEqual({});
      expect(wire.uploads.size).toBe(0);
    }
  });
});

describe('many small files', () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`in/${String(i).padStart(3, '0')}.xml`, vocXml(`${i}.jpg`)]),
  );

  /** Counts how many objects are being fetched at a time. */
  function counting() {
    const made = bucket(files);
    const counts = { now: 0, most: 0 };
    const { openRead } = made.storage;
    made.storage.openRead = async function* (...args) {
      counts.most = Math.max(counts.most, ++counts.now);
      try {
        yield* openRead.apply(made.storage, args);
      } finally {
        counts.now--;
      }
    };
    return { ...made, counts };
  }

  test('sixteen are fetched at a time, and come in order', async () => {
    const { session, counts } = counting();
    const names = (await all(readVoc('obs://bucket/in', { session }))).map(({ name }) => name);
    expect(names).toEqual(Object.keys(files).map((name) => name.slice('in/'.length)));
    expect(counts).toEqual({ now: 0, most: 16 });
    const { samples } = await validate('obs://bucket/in', { session });
    expect(samples).toBe(200);
    expect(counts).toEqual({ now: 0, most: 16 });
  });

  test('a break gives up what was fetched ahead', async () => {
    const { session, counts, wire } = counting();
    for await (const { name } of readVoc('obs://bucket/in', { session })) if (name === '020.xml') break;
    // What is under way ends some turns later, or never, which the test's own limit tells.
    while (counts.now > 0 || wire.openBodies > 0) await new Promise(setImmediate);
    expect(wire.count('getObject')).toBeLessThan(60);
  });

  test('a file that cannot be read is a finding, a service that cannot be used is the end', async () => {
    const { session, wire } = bucket(files);
    const deny = (code: string, of: RegExp) => {
      wire.mishap = ({ operation, key }) =>
        operation === 'getObject' && of.test(key) ? { kind: 'fault', fault: refusal(403, code) } : undefined;
    };
    deny('AccessDenied', /017\.xml$/);
    const { rules, samples } = await validate('obs://bucket/in', { session });
    expect({ samples, rules: rules['D053'] }).toEqual({ samples: 200, rules: 1 });
    deny('ExpiredToken', /017\.xml$/);
    expect(await failure(validate('obs://bucket/in', { session }))).toMatchObject({ code: 'BadCredentials' });
    expect(
      await failure(convert('obs://bucket/in', 'obs://bucket/out', { to: 'voc', onError: 'skip', session })),
    ).toMatchObject({ code: 'BadCredentials' });
  });
});

describe('every door takes a session', () => {
  test('the names of the Python SDK', async () => {
    const { wire, session } = bucket({
      'in.manifest': '{"source":"obs://bucket/1.jpg"}\n',
      'a.xml': vocXml('a.jpg'),
    });
    const manifest = await Manifest.parseManifest('obs://bucket/in.manifest', { session });
    await manifest.save('obs://bucket/out.manifest', { session });
    await manifest.save('obs://bucket/out.manifest', { session, saveMode: 'a' });
    expect(wire.text('out.manifest')).toBe('{"source":"obs://bucket/1.jpg"}\n'.repeat(2));
    const voc = await PascalVoc.parseXml('obs://bucket/a.xml', { session });
    await voc.saveXml('obs://bucket/b.xml', { session });
    expect(wire.text('b.xml')).toBe(vocXml('a.jpg'));
  });

  test('readManifest and writeManifest', async () => {
    const { wire, session } = bucket();
    await writeManifest('obs://bucket/a.manifest', [{ source: 'obs://bucket/1.jpg', annotations: [] }], {
      session,
    });
    expect(
      (await all(readManifest('s3a://bucket/a.manifest', { session }))).map(({ source }) => source),
    ).toEqual(['obs://bucket/1.jpg']);
    expect(wire.uploads.size).toBe(0);
  });

  test('without one, the error says what to hand in', async () => {
    const error = await failure(all(readManifest('obs://bucket/a.manifest')));
    expect(error).toMatchObject({
      code: 'Unsupported',
      hint: expect.stringContaining('session: new Session()'),
    });
  });

  test('files in buckets nobody can open are findings of a manifest on the disk', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'in.manifest'), line('obs://bucket/1.jpg', 'obs://bucket/1.xml'));
    const { rules } = await validate(join(dir, 'in.manifest'), { checkFiles: true });
    expect(rules).toMatchObject({ M082: 1 });
  });
});
