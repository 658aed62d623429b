import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { formatInfo, formats } from '../../src/dataset-io/formats.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { openDataset } from '../../src/dataset-io/open.js';
import type { Storage } from '../../src/dataset-io/storage/index.js';
import { createObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import type { LabelkitError, Sample } from '../../src/model/index.js';
import { type ObsServer, startObsServer } from '../server/obs/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { type Specimen, seeds, specimens } from './every.js';

let server: ObsServer;
let session: { readonly storage: Storage };

beforeAll(async () => {
  server = await startObsServer({ buckets: ['data'] });
  const { accessKey, secretKey, endpoint } = server;
  const storage = createObsStorage({
    endpoint,
    addressing: 'path',
    engine: 'native',
    credentials: async () => ({ accessKey, secretKey }),
  });
  session = { storage };
});
afterAll(async () => {
  server.assertClean();
  await server.close();
});

type Files = Readonly<Record<string, string | Uint8Array>>;

function put(prefix: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) server.put('data', `${prefix}${name}`, content);
}

function putLocal(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const bytesIn = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(Object.keys(filesIn(folder)).map((name) => [name, readFileSync(join(folder, name))]));

/** What is below a prefix of the bucket, as text that shows every byte. */
const objectsBelow = (prefix: string): Record<string, string> =>
  Object.fromEntries(
    server
      .keys('data')
      .filter((key) => key.startsWith(prefix))
      .map((key) => [key.slice(prefix.length), server.get('data', key)!.toString('latin1')]),
  );

const filesBelow = (folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(bytesIn(folder)).map(([name, bytes]) => [name, bytes.toString('latin1')]),
  );

const relative = (files: Record<string, string>, place: string) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll(place, '')]));

/** The name of the output of a format in its folder. */
const outputOf = (id: string) => (formatInfo(id).layout === 'file' ? `data.${id}` : 'tree');

function optionsFor(id: string, { toOptions }: Specimen): ConvertOptions {
  const images = specimens[id]?.seed === 'texts' ? 'reference' : 'copy';
  return { to: id, images, ...(toOptions === undefined ? {} : { toOptions }) };
}

/** The files of a data set of a format, and the one that is named. */
async function made(id: string): Promise<{ readonly files: Files; readonly input: string }> {
  const specimen = specimens[id]!;
  if (specimen.seed === undefined) return { files: specimen.files!, input: '' };
  const { files, input } = seeds[specimen.seed];
  const dir = scratch();
  putLocal(join(dir, 'seed'), files);
  mkdirSync(join(dir, 'out'));
  const result = await convert(
    join(dir, 'seed', input),
    join(dir, 'out', outputOf(id)),
    optionsFor(id, specimen),
  );
  expect(result.skipped).toBe(0);
  expect(result.written).toBeGreaterThan(0);
  return { files: bytesIn(join(dir, 'out')), input: outputOf(id) };
}

/** All that is read, as text in which the place of the input does not show. */
async function readFrom(id: string, path: string, place: string): Promise<string[]> {
  const dataset = await openDataset(path, { from: id, session, join: true });
  const found: string[] = [];
  for await (const batch of dataset.batches()) {
    for (const { sample, key, line: number, images } of batch) {
      found.push(JSON.stringify([key, number, said(sample), [...images]], plain));
    }
  }
  expect(found.length).toBeGreaterThan(0);
  return found.map((text) => text.replaceAll(place, '<place>'));
}

/** Rows of a manifest find out what they say when they are asked. */
const said = ({ source, usage, property, annotations }: Sample) => ({
  source,
  usage,
  property,
  annotations: annotations.map(({ type, name, loc, image }) => ({ type, name, loc, image })),
});

const plain = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);

const ids = formats.map(({ id }) => id);
const written = formats
  .filter(({ id, writes }) => writes && specimens[id]?.seed !== undefined)
  .map(({ id }) => id);
let at = 0;

test('every format has a specimen, written where it is written', () => {
  for (const { id } of formats) expect(Object.keys(specimens)).toContain(id);
});

describe.each(ids)('%s', (id) => {
  test('is read from a bucket as from the disk', async () => {
    const { files, input } = await made(id);
    const dir = scratch();
    const prefix = `read-${id}-${at++}/`;
    putLocal(join(dir, 'in'), files);
    put(prefix, files);
    const local = await readFrom(id, join(dir, 'in', input), `${join(dir, 'in')}/`);
    const remote = await readFrom(id, `obs://data/${prefix}${input}`, `obs://data/${prefix}`);
    expect(remote).toEqual(local);
  });

  test('is found out, with a reason', async () => {
    const { files, input } = await made(id);
    const dir = scratch();
    putLocal(join(dir, 'in'), files);
    const path = join(dir, 'in', input);
    if (specimens[id]!.isNeverDetected) {
      await expect(inspect(path)).rejects.toMatchObject({ code: 'UnknownFormat' });
      return;
    }
    const facts = await inspect(path);
    expect(facts.format).toBe(id);
    expect(facts.reason).toMatch(/\S/);
    const prefix = `found-${id}-${at++}/`;
    put(prefix, files);
    const remote = await inspect(`obs://data/${prefix}${input}`, { session });
    expect([remote.format, remote.reason]).toEqual([facts.format, facts.reason]);
  });
});

describe.each(written)('%s', (id) => {
  test('is written to a bucket as to the disk, from either', async () => {
    const specimen = specimens[id]!;
    const { files, input } = seeds[specimen.seed!];
    const dir = scratch();
    const prefix = `write-${id}-${at++}/`;
    putLocal(join(dir, 'seed'), files);
    put(`${prefix}seed/`, files);
    for (const folder of ['local', 'back']) mkdirSync(join(dir, folder));
    const options = { ...optionsFor(id, specimen), session };
    const output = outputOf(id);
    const here = await convert(join(dir, 'seed', input), join(dir, 'local', output), options);
    const up = await convert(join(dir, 'seed', input), `obs://data/${prefix}up/${output}`, options);
    const across = await convert(
      `obs://data/${prefix}seed/${input}`,
      `obs://data/${prefix}across/${output}`,
      options,
    );
    const down = await convert(`obs://data/${prefix}seed/${input}`, join(dir, 'back', output), options);
    for (const { read, written: count, skipped, losses } of [up, across, down])
      expect({ read, count, skipped, losses }).toEqual({
        read: here.read,
        count: here.written,
        skipped: here.skipped,
        losses: here.losses,
      });
    const expected = filesBelow(join(dir, 'local'));
    // Lines of a manifest in a bucket say where the bucket is, as the service wants it.
    expect(relative(objectsBelow(`${prefix}up/`), `obs://data/${prefix}up/`)).toEqual(expected);
    expect(relative(objectsBelow(`${prefix}across/`), `obs://data/${prefix}across/`)).toEqual(expected);
    expect(filesBelow(join(dir, 'back'))).toEqual(expected);
  });
});

describe('what is none of them, or several', () => {
  const darknet = { 'obj.data': 'names = obj.names\ntrain = train.txt\n', 'obj.names': 'cat\n' };
  test.each<[string, Files, string, string, string[]]>([
    [
      'a list of WIDER FACE',
      { 'wider_face_val_bbx_gt.txt': 'a.jpg\n0\n' },
      'wider_face_val_bbx_gt.txt',
      'UnknownFormat',
      ['widerface (', 'name the folder'],
    ],
    [
      'boxes with semicolons',
      { 'b.csv': 'image;xmin;ymin;xmax;ymax\n' },
      'b.csv',
      'UnknownFormat',
      ['csv-boxes (', '--from-option separator'],
    ],
    ['a table', { 'b.csv': 'id,name\n' }, 'b.csv', 'UnknownFormat', ['csv-boxes (', '--from-option columns']],
    [
      'the description of a tree',
      { 'data.yaml': 'names: [cat]\ntrain: images\n' },
      'data.yaml',
      'UnknownFormat',
      ['yolo (data.yaml describes', 'name the folder'],
    ],
    [
      'a list of another YOLO',
      { 'train.txt': 'a.jpg 1,2,3,4,0\n' },
      'train.txt',
      'UnknownFormat',
      ['yolo (', 'that is not read'],
    ],
    ['text', { 'a.md': '# a\n' }, '', 'UnknownFormat', ['Say what it is with --from']],
    ['nothing', { 'a/b.bin': '\0' }, 'a', 'UnknownFormat', ['Say what it is with --from']],
    [
      'two trees in one',
      { ...darknet, 'labelTxt/a.txt': '1 1 9 1 9 9 1 9 ship 0\n' },
      '',
      'AmbiguousFormat',
      ['yolo (', 'dota ('],
    ],
    [
      'three trees in one',
      { ...darknet, 'labelTxt/a.txt': '', 'label_2/a.txt': '' },
      '',
      'AmbiguousFormat',
      ['yolo (', 'dota (', 'kitti ('],
    ],
  ])('%s', async (_, files, input, code, words) => {
    const dir = scratch();
    putLocal(join(dir, 'in'), files);
    const prefix = `odd-${at++}/`;
    put(prefix, files);
    for (const path of [join(dir, 'in', input), `obs://data/${prefix}${input}`]) {
      const error = await inspect(path, { session }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code });
      const { message, hint } = error as LabelkitError;
      for (const word of words) expect(`${message} ${hint}`).toContain(word);
    }
  });
});
