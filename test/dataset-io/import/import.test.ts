import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Dataset,
  type ImportDatasetOptions,
  importDataset,
  obsPath,
  planImport,
  Session,
} from '../../../src/dataset-io/cloud.js';
import { diffDatasets } from '../../../src/dataset-io/diff.js';
import { AbortedError, DataError, OptionError, StorageError } from '../../../src/model/index.js';
import { accessKey, login, secretKey, startStandIns } from '../../server/modelarts/index.js';
import { scratch } from '../../support/scratch.js';
import { vocXml } from '../../support/voc-xml.js';

const street = join(import.meta.dirname, '../../../examples/street');
const datasets = '/v2/{project_id}/datasets';

async function setUp() {
  const standIns = await startStandIns();
  const session = new Session({ environment: standIns.environment });
  onTestFinished(async () => {
    await session.close();
    await standIns.close();
  });
  const { obs, service } = standIns;
  const common = {
    session,
    name: 'street',
    workPath: 'obs://data/work/',
    onError: 'skip',
    wait: { intervalMs: 1, capMs: 1 },
  } as const satisfies Partial<ImportDatasetOptions>;
  return {
    obs,
    service,
    session,
    common,
    /** Objects that were written, by key. */
    puts: () => obs.log.filter(({ method }) => method === 'PUT').map(({ key }) => key),
    /** Requests of the service that create something. */
    posts: () => service.seen.filter(({ method }) => method === 'POST').map(({ target }) => target),
    all: async () => {
      const found: Dataset[] = [];
      for await (const dataset of Dataset.datasets(session)) found.push(dataset);
      return found;
    },
  };
}

const audioLine = (name: string, label: string) =>
  `${JSON.stringify({ source: `sounds/${name}.wav`, annotation: [{ type: 'modelarts/audio_classification', name: label }] })}\n`;

describe('one call takes a data set to the service and back', () => {
  test('a folder of Pascal VOC: what comes back is what was sent', async () => {
    const { common, session, puts } = await setUp();
    const download = join(scratch(), 'V1.manifest');
    const result = await importDataset(street, { ...common, publish: 'V1', download });
    expect(result).toMatchObject({
      datasetName: 'street',
      created: true,
      samples: 6,
      skipped: 0,
      losses: {},
      uploaded: { files: 12, alreadyThere: 0 },
      total: 6,
      imported: 6,
      failed: 0,
      datasetSamples: 6,
      labels: 6,
      annotations: 13,
      version: { name: 'V1' },
      downloaded: download,
    });
    expect(await diffDatasets(street, download, { session })).toMatchObject({ equal: true });
    // The service gives every sample an id, and says what it is.
    const { fields, annotations } = await diffDatasets(result.importPath, download, { session });
    expect(fields).toEqual({ id: 6, sampleType: 6 });
    expect(annotations).toEqual({ equal: 19, changed: 0, removed: 0, added: 0 });
    expect(puts().filter((key) => key?.startsWith('work-data/street/files/'))).toHaveLength(12);
  });

  test('texts', async () => {
    const { common, session } = await setUp();
    const folder = scratch({
      'a.txt': 'fine weather\nrain all day\n',
      'a_result.txt': 'good\nbad,wet\n',
    });
    const result = await importDataset(folder, { ...common, onError: 'fail', publish: true });
    expect(result).toMatchObject({ samples: 2, imported: 2, labels: 3, annotations: 3 });
    expect(result.version?.name).toBe('V001');
    const { manifestPath = '' } = await new Dataset(session, result.datasetId).getVersionInfo(
      result.version!.versionId,
    );
    expect(manifestPath).toMatch(/^\/data\//);
    await session.obs.downloadFile(obsPath(manifestPath), `${folder}/`);
    expect(obsPath(obsPath(manifestPath))).toBe(result.version?.manifestPath);
    expect(readFileSync(join(folder, 'V001.manifest'), 'utf8')).toContain('content://fine weather');
  });

  test('sounds, listed by a manifest that names files beside it and elsewhere', async () => {
    const { common, puts, session } = await setUp();
    const folder = scratch({
      'list/audio.manifest':
        audioLine('a', 'dog') + audioLine('b', 'cat') + audioLine('a', 'dog').replace('sounds', '../far'),
      'list/sounds/a.wav': 'RIFFa',
      'list/sounds/b.wav': 'RIFFb',
      'far/a.wav': 'RIFFc',
    });
    const input = join(folder, 'list/audio.manifest');
    const result = await importDataset(input, { ...common, download: join(folder, 'V001.manifest') });
    expect(result).toMatchObject({ samples: 3, imported: 3, labels: 2, uploaded: { files: 3 } });
    const sent = (ignore: string[]) =>
      diffDatasets(result.importPath, result.downloaded!, { session, key: 'source', ignore });
    expect((await sent(['sample-id', 'sample-type'])).equal).toBe(true);
    expect((await sent(['sample-id'])).equal).toBe(false);
    expect(puts().filter((key) => /\.wav$/.test(key ?? ''))).toEqual(
      expect.arrayContaining([
        'work-data/street/files/sounds/a.wav',
        expect.stringMatching(/^work-data\/street\/outside\/[0-9a-f]{16}\/a\.wav$/),
      ]),
    );
  });

  test('a table, with the schema that its cells show', async () => {
    const { common, service, session } = await setUp();
    const folder = scratch({ 'iris.csv': 'length,class\n5.1,setosa\n4.9,virginica\n' });
    const result = await importDataset(folder, { ...common, publish: true });
    expect(result).toMatchObject({ samples: 1, total: 2, imported: 2, datasetSamples: 2 });
    const body = JSON.parse(service.seen.find(({ method }) => method === 'POST')?.body ?? '{}');
    expect(body).toMatchObject({
      dataset_type: 400,
      data_sources: [{ data_path: '/data/work-data/street/files/', with_column_header: true }],
      schema: [
        { schema_id: 1, name: 'length', type: 'DOUBLE' },
        { schema_id: 2, name: 'class', type: 'STRING' },
      ],
    });
    const more = scratch({ 'more.csv': 'length,class\n5.5,setosa\n' });
    const into = { session, into: result.datasetId, wait: common.wait, dataPath: 'obs://data/more/' };
    expect(await importDataset(more, into)).toMatchObject({ created: false, imported: 1, datasetSamples: 3 });
    const other = scratch({ 'more.csv': 'length,kind\n5.5,setosa\n' });
    await expect(importDataset(other, into)).rejects.toThrow(OptionError);
  });

  test('rows of a table that the service ignores are counted as left out', async () => {
    const { common } = await setUp();
    const folder = scratch({ 'iris.csv': 'length,class\n5.1,setosa\n4.9\n1,2,3\n' });
    expect(await importDataset(folder, common)).toMatchObject({ samples: 1, skipped: 2, imported: 1 });
  });

  test('more samples go into a data set that is there', async () => {
    const { common, session, all } = await setUp();
    const { datasetId } = await importDataset(street, common);
    const line = { source: 'x.jpg', annotation: [{ type: 'modelarts/object_detection' }] };
    const folder = scratch({ 'x.jpg': readFileSync(join(street, 'JPEGImages/crossing-01.jpg')) });
    const xml = readFileSync(join(street, 'Annotations/crossing-01.xml'), 'utf8');
    Object.assign(line.annotation[0]!, { 'annotation-loc': xml });
    writeFileSync(join(folder, 'x.manifest'), `${JSON.stringify(line)}\n`);
    const more = await importDataset(join(folder, 'x.manifest'), {
      session,
      into: datasetId,
      onError: 'skip',
      wait: common.wait,
    });
    expect(more).toMatchObject({ datasetId, created: false, imported: 1, datasetSamples: 7 });
    expect(more.importPath).toMatch(/^obs:\/\/data\/work-data\/street\/manifest\/street-\w+\.manifest$/);
    expect(await all()).toHaveLength(1);
    const texts = scratch({ 'a.txt': 'x\n', 'a_result.txt': 'y\n' });
    await expect(importDataset(texts, { session, into: datasetId })).rejects.toMatchObject({
      code: 'BadOption',
      message: expect.stringContaining('type 100'),
    });
  });

  test('masks go with the annotation files that name them, which lead to them then', async () => {
    const { common, obs, session } = await setUp();
    const xml = vocXml('x.jpg').replace(
      '<segmented>0</segmented>',
      '<segmented>1</segmented><mask_source>../masks/x.png</mask_source>',
    );
    const line = {
      source: 'x.jpg',
      annotation: [{ type: 'modelarts/image_segmentation', 'annotation-loc': 'xml/x.xml' }],
    };
    const folder = scratch({
      'x.manifest': `${JSON.stringify(line)}\n`,
      'x.jpg': readFileSync(join(street, 'JPEGImages/crossing-01.jpg')),
      'xml/x.xml': xml,
      'masks/x.png': 'PNG',
    });
    const state = join(scratch(), 'state.json');
    const result = await importDataset(join(folder, 'x.manifest'), { ...common, state });
    expect(result).toMatchObject({ samples: 1, imported: 1, uploaded: { files: 3 } });
    const there = 'obs://data/work-data/street/files';
    const target = join(scratch(), 'x.xml');
    await session.obs.copy(`${there}/xml/x.xml`, target);
    expect(readFileSync(target, 'utf8')).toBe(xml.replace('../masks/x.png', `${there}/masks/x.png`));
    expect(obs.log.filter(({ key }) => key?.endsWith('masks/x.png'))).toHaveLength(1);
  });

  test('triplets take their entities and relations with them', async () => {
    const { common, service } = await setUp();
    const entity = (id: string, name: string, start: number, end: number) => ({
      type: 'modelarts/text_entity',
      id,
      name,
      property: { '@modelarts:start_index': start, '@modelarts:end_index': end },
    });
    const line = {
      source: 'content://Ada lives in London',
      annotation: [
        entity('e1', 'person', 0, 3),
        entity('e2', 'place', 13, 19),
        {
          type: 'modelarts/text_triplet',
          id: 'r1',
          name: 'lives in',
          property: { '@modelarts:from': 'e1', '@modelarts:to': 'e2' },
        },
      ],
    };
    const folder = scratch({ 'x.manifest': `${JSON.stringify(line)}\n` });
    const result = await importDataset(join(folder, 'x.manifest'), common);
    expect(result).toMatchObject({ samples: 1, imported: 1, uploaded: { files: 0 } });
    const { dataset_type, labels } = JSON.parse(service.seen.find(({ method }) => method === 'POST')!.body);
    expect(dataset_type).toBe(102);
    expect(labels).toEqual([
      { name: 'person', type: 101 },
      { name: 'place', type: 101 },
      {
        name: 'lives in',
        type: 102,
        property: { '@modelarts:from_type': 'person', '@modelarts:to_type': 'place' },
      },
    ]);
  });

  test('what is not labelled makes a data set by the kind of its data', async () => {
    const { common, service } = await setUp();
    const folder = scratch({ 'x.manifest': '{"source":"content://a text"}\n' });
    expect(await importDataset(join(folder, 'x.manifest'), common)).toMatchObject({ imported: 1, labels: 0 });
    const bodies = service.seen.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
    expect(bodies[0]).toMatchObject({ data_type: 'TEXT' });
    expect(bodies[1]).toMatchObject({ import_type: 'manifest', import_annotations: false });
    const odd = scratch({ 'x.manifest': '{"source":"x.bin"}\n', 'x.bin': 'x' });
    await expect(importDataset(join(odd, 'x.manifest'), { ...common, name: 'odd' })).rejects.toThrow(
      /what kind of data/,
    );
  });

  test('what lies in object storage stays where it is', async () => {
    const { common, session, obs } = await setUp();
    await session.obs.copy(street, 'obs://data/in/');
    obs.clearLog();
    const result = await importDataset('obs://data/in/street/', common);
    expect(result).toMatchObject({ samples: 6, imported: 6, uploaded: { files: 0 }, annotations: 13 });
    expect(obs.log.filter(({ method }) => method === 'PUT').map(({ key }) => key)).toEqual([
      expect.stringMatching(/\.manifest$/),
    ]);
  });
});

describe('what is refused before anything is asked', () => {
  const cases: [string, Partial<ImportDatasetOptions>, RegExp][] = [
    ['no name', { name: undefined }, /name is not given/],
    ['no work path', { workPath: undefined }, /workPath is not given/],
    ['a name and a data set', { into: 'd1' }, /are given/],
    ['a local work path', { workPath: './work' }, /no folder in object storage/],
    ['a bucket (D012)', { workPath: 'obs://data' }, /no folder in object storage/],
    ['a work path in the data (D015)', { dataPath: 'obs://data/', workPath: 'obs://data/w/' }, /no folder/],
    [
      'a work path in the data (D015)',
      { dataPath: 'obs://data/in/', workPath: 'obs://data/in/manifest/w/' },
      /inside the place of the data/,
    ],
    ['an unknown type (D003)', { datasetType: 2 }, /datasetType is 2/],
    ['type and kind (D006)', { datasetType: 1, dataType: 'IMAGE' }, /both/],
    ['a description (D023)', { description: 'a<b' }, /description holds </],
    ['a version name (D031)', { publish: 'V 1' }, /name of the version/],
    ['no files at a time', { concurrency: 0 }, /concurrency/],
    ['a download to a bucket', { download: 'obs://data/x' }, /no local path/],
  ];

  test.each(cases)('%s', async (_, options, message) => {
    const { common, service, obs } = await setUp();
    const importing = importDataset(street, { ...common, ...options });
    await expect(importing).rejects.toThrow(OptionError);
    await expect(importing).rejects.toThrow(message);
    expect([service.seen, obs.log]).toEqual([[], []]);
  });

  test('errors of the check end it, and nothing is written', async () => {
    const { common, posts, puts } = await setUp();
    const importing = importDataset(street, { ...common, onError: 'fail' });
    await expect(importing).rejects.toThrow(DataError);
    expect([posts(), puts()]).toEqual([[], []]);
  });

  test('a name that is taken is said before much is uploaded', async () => {
    const { common, puts } = await setUp();
    const { datasetId } = await importDataset(street, common);
    const before = puts().length;
    await expect(importDataset(street, common)).rejects.toMatchObject({
      code: 'AlreadyExists',
      hint: expect.stringContaining(`--into ${datasetId}`),
    });
    expect(puts()).toHaveLength(before);
  });
});

test('a plan says every body and asks nothing', async () => {
  const { common, service, obs } = await setUp();
  const plan = await planImport(street, { ...common, publish: 'V1' });
  expect([service.seen, obs.log]).toEqual([[], []]);
  expect(plan).toMatchObject({
    format: 'voc',
    samples: 6,
    errors: 2,
    tasks: { object_detection: 6 },
    datasetType: 1,
    files: 12,
    bytes: 18585,
    missing: 0,
    dataPath: 'obs://data/work-data/street/',
  });
  expect(plan.requests).toEqual([
    {
      method: 'POST',
      path: datasets,
      body: {
        dataset_name: 'street',
        dataset_type: 1,
        data_sources: [{ data_type: 0, data_path: '/data/work-data/street/manifest/' }],
        work_path: '/data/work/',
        work_path_type: 0,
        import_annotations: false,
      },
    },
    {
      method: 'POST',
      path: `${datasets}/{dataset_id}/import-tasks`,
      body: { import_type: 'manifest', import_path: plan.importPath, import_annotations: true },
    },
    {
      method: 'POST',
      path: `${datasets}/{dataset_id}/versions`,
      body: { version_name: 'V1', remove_sample_usage: false, clear_hard_property: false },
    },
  ]);
});

describe('an import that is interrupted goes on where it was', () => {
  const stateIn = () => join(scratch(), 'state.json');

  test('during the upload: what arrived is not sent again', async () => {
    const { common, puts, all } = await setUp();
    const state = stateIn();
    const abort = new AbortController();
    const first = importDataset(street, {
      ...common,
      state,
      concurrency: 1,
      signal: abort.signal,
      onProgress: ({ step, done }) => {
        if (step === 'upload' && done === 3) abort.abort();
      },
    });
    await expect(first).rejects.toThrow(AbortedError);
    const arrived = puts().length;
    expect(arrived).toBeGreaterThan(5);
    expect(arrived).toBeLessThan(12);
    const result = await importDataset(street, { ...common, state });
    expect(result).toMatchObject({ samples: 6, imported: 6 });
    expect(result.uploaded.alreadyThere + result.uploaded.files).toBe(12);
    expect(result.uploaded.alreadyThere).toBeGreaterThan(4);
    const files = puts().filter((key) => key?.includes('/files/'));
    expect(new Set(files).size).toBe(12);
    expect(await all()).toHaveLength(1);
  });

  test('during the upload of files that were made: they are made and sent under the same names', async () => {
    const { common, puts } = await setUp();
    const state = stateIn();
    const image = readFileSync(join(street, 'JPEGImages/crossing-01.jpg'));
    const names = Array.from({ length: 8 }, (_, index) => `${index}`);
    const folder = scratch(
      Object.fromEntries([
        ['data.yaml', 'train: images\nnames: [car, bus]\n'],
        ...names.map((name) => [`images/${name}.jpg`, image] as const),
        ...names.map((name) => [`labels/${name}.txt`, `0 0.5 0.5 0.${Number(name) + 1} 0.2\n`] as const),
      ]),
    );
    const abort = new AbortController();
    const options = { ...common, state, from: 'yolo', concurrency: 1 };
    const first = importDataset(folder, {
      ...options,
      signal: abort.signal,
      onProgress: ({ step, done }) => {
        if (step === 'upload' && done === 4) abort.abort();
      },
    });
    await expect(first).rejects.toThrow(AbortedError);
    const result = await importDataset(folder, options);
    expect(result).toMatchObject({ samples: 8, imported: 8, annotations: 8 });
    expect(result.uploaded.alreadyThere).toBeGreaterThanOrEqual(8);
    const files = puts().filter((key) => /\/(?:files|annotations)\//.test(key ?? ''));
    expect(files.filter((key) => key?.endsWith('.xml')).length).toBeGreaterThanOrEqual(8);
    expect(new Set(files).size).toBe(16);
  });

  // Each request that creates something, and what it is found by afterwards.
  const creating = [datasets, `${datasets}/{dataset_id}/import-tasks`, `${datasets}/{dataset_id}/versions`];

  test.each(creating)('%s is done and never heard of: there is one in the end', async (path) => {
    const { common, service, all } = await setUp();
    const state = stateIn();
    service.fault({ method: 'POST', path, times: 1, do: { kind: 'reset', applied: true } });
    const result = await importDataset(street, { ...common, state, publish: true });
    expect(result).toMatchObject({ imported: 6, datasetSamples: 6, version: { name: 'V001' } });
    const [dataset] = await all();
    expect(await all()).toHaveLength(1);
    expect((await dataset!.listImportTasks()).total).toBe(1);
    expect(await dataset!.listVersions()).toHaveLength(1);
    expect(existsSync(state)).toBe(false);
  });

  test.each(creating)('%s is done, and the process ends before it hears of it', async (path) => {
    const { common, service, all, puts } = await setUp();
    const state = stateIn();
    const abort = new AbortController();
    const fault = service.fault({
      method: 'POST',
      path,
      times: 1,
      do: { kind: 'run', after: () => abort.abort() },
    });
    const options = { ...common, state, publish: 'V1' };
    const first = importDataset(street, { ...options, signal: abort.signal });
    await expect(first).rejects.toThrow(AbortedError);
    expect(fault.hits).toBe(1);
    const text = readFileSync(state, 'utf8');
    for (const secret of [secretKey, accessKey]) expect(text).not.toContain(secret);
    const before = puts().length;
    const result = await importDataset(street, options);
    expect(result).toMatchObject({ imported: 6, datasetSamples: 6, version: { name: 'V1' } });
    expect(
      puts()
        .slice(before)
        .filter((key) => key?.startsWith('work-data/')),
    ).toEqual([]);
    const [dataset, ...others] = await all();
    expect(others).toEqual([]);
    expect((await dataset!.listImportTasks()).total).toBe(1);
    expect(await dataset!.listVersions()).toHaveLength(1);
  });

  test('a state file of another import, or of nothing of ours, is refused', async () => {
    const { common, posts } = await setUp();
    const state = stateIn();
    writeFileSync(state, JSON.stringify({ version: 1, began: 1, asked: { input: street, name: 'other' } }));
    await expect(importDataset(street, { ...common, state })).rejects.toThrow(/is of an import with/);
    writeFileSync(state, '{"some": "file"}');
    await expect(importDataset(street, { ...common, state })).rejects.toThrow(/no state of an import/);
    expect(posts()).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('a file that is missing ends it before anything is created, or costs its sample', async () => {
    const { common, posts } = await setUp();
    const folder = scratch({
      'a.manifest': audioLine('a', 'dog') + audioLine('b', 'cat'),
      'sounds/a.wav': 'RIFF',
    });
    const input = join(folder, 'a.manifest');
    await expect(importDataset(input, { ...common, onError: 'fail' })).rejects.toThrow(StorageError);
    expect(posts()).toEqual([]);
    const found: string[] = [];
    const result = await importDataset(input, {
      ...common,
      onDiagnostic: ({ message }) => found.push(message),
    });
    expect(result).toMatchObject({ samples: 1, skipped: 1, imported: 1 });
    expect(found).toEqual([expect.stringContaining('b.wav')]);
  });

  test('what the service could not take is counted, with what it says', async () => {
    const { common } = await setUp();
    const line = (name: string) =>
      `${JSON.stringify({
        source: `${name}.jpg`,
        annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': `${name}.xml` }],
      })}\n`;
    const image = readFileSync(join(street, 'JPEGImages/crossing-01.jpg'));
    const folder = scratch({
      'x.manifest': line('a') + line('b'),
      'a.jpg': image,
      'b.jpg': image,
      'a.xml': vocXml('a.jpg'),
      'b.xml': '<annotation><object>',
    });
    const result = await importDataset(join(folder, 'x.manifest'), common);
    expect(result).toMatchObject({ samples: 2, total: 2, imported: 1, failed: 1, datasetSamples: 1 });
    expect(result.why).toContain('1 of 2 could not be read');
  });

  test('a file that other samples have is not replaced', async () => {
    const { common, session } = await setUp();
    const first = scratch({ 'a.manifest': audioLine('a', 'dog'), 'sounds/a.wav': 'RIFF1' });
    const { datasetId } = await importDataset(join(first, 'a.manifest'), common);
    const other = scratch({ 'a.manifest': audioLine('a', 'dog'), 'sounds/a.wav': 'RIFF2' });
    const into = { session, into: datasetId, wait: common.wait };
    const importing = importDataset(join(other, 'a.manifest'), into);
    await expect(importing).rejects.toMatchObject({
      code: 'AlreadyExists',
      hint: expect.stringContaining('--data-path'),
    });
    const elsewhere = { ...into, dataPath: 'obs://data/elsewhere/' };
    expect(await importDataset(join(other, 'a.manifest'), elsewhere)).toMatchObject({ datasetSamples: 2 });
  });

  test('an import that fails says why, and the next run starts another', async () => {
    const { common, service } = await setUp();
    const state = join(scratch(), 'state.json');
    const failing = service.fault({
      method: 'GET',
      path: `${datasets}/{dataset_id}/import-tasks/{task_id}`,
      do: {
        kind: 'status',
        status: 200,
        body: { task_id: 't', status: 'FAILED', error_msg: 'no right to read' },
      },
    });
    await expect(importDataset(street, { ...common, state })).rejects.toMatchObject({
      code: 'TaskFailed',
      message: expect.stringContaining('no right to read'),
    });
    failing.remove();
    service.settle();
    expect(await importDataset(street, { ...common, state })).toMatchObject({ imported: 6 });
  });

  test('polls that are throttled or lost, and a token that ends, are no reason to give up', async () => {
    const { common, service } = await setUp();
    const path = `${datasets}/{dataset_id}/import-tasks/{task_id}`;
    service.fault({ method: 'GET', path, nth: 1, do: { kind: 'status', status: 429, retryAfter: 0 } });
    service.fault({ method: 'GET', path, nth: 2, do: { kind: 'reset', applied: true } });
    expect(await importDataset(street, common)).toMatchObject({ imported: 6 });
  });

  test('the service fails for a moment, or its clock is away', async () => {
    const { common, service } = await setUp();
    service.fault({
      method: 'GET',
      path: datasets,
      times: 2,
      do: { kind: 'status', status: 503, retryAfter: 0 },
    });
    expect(await importDataset(street, common)).toMatchObject({ imported: 6 });
    service.fault({ path: datasets, do: { kind: 'clock', offsetMs: 3_600_000 } });
    await expect(importDataset(street, { ...common, name: 'later' })).rejects.toMatchObject({
      code: 'ClockSkew',
    });
  });

  test('an import that is busy with another is said so, and can go on', async () => {
    const { common, service } = await setUp();
    const state = join(scratch(), 'state.json');
    const busy = service.fault({
      method: 'POST',
      path: `${datasets}/{dataset_id}/import-tasks`,
      do: { kind: 'status', status: 400, code: 'ModelArts.4356' },
    });
    await expect(importDataset(street, { ...common, state })).rejects.toMatchObject({ code: 'Busy' });
    busy.remove();
    expect(await importDataset(street, { ...common, state })).toMatchObject({
      imported: 6,
      datasetSamples: 6,
    });
  });

  test('a version a minute: the road waits for its turn', async () => {
    const { common, service } = await setUp();
    service.fault({
      method: 'POST',
      path: `${datasets}/{dataset_id}/versions`,
      do: { kind: 'status', status: 400, code: 'ModelArts.4370' },
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1_500);
    await expect(importDataset(street, { ...common, publish: true, signal: abort.signal })).rejects.toThrow(
      AbortedError,
    );
  });

  test('a token that ends in the middle is renewed; no secret is in the state, in errors or events', async () => {
    const standIns = await startStandIns();
    const events: unknown[] = [];
    const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...environment } = standIns.environment;
    const session = new Session({
      environment,
      ...login,
      services: { onEvent: (event) => events.push(event) },
    });
    onTestFinished(async () => {
      await session.close();
      await standIns.close();
    });
    const state = join(scratch(), 'state.json');
    const options = {
      session,
      state,
      name: 'street',
      workPath: 'obs://data/work/',
      onError: 'skip',
      wait: { intervalMs: 1, capMs: 1 },
    } as const;
    const path = `${datasets}/{dataset_id}/import-tasks`;
    standIns.service.fault({ method: 'POST', path, nth: 1, do: { kind: 'token-expiry' } });
    standIns.service.fault({
      method: 'GET',
      path: `${path}/{task_id}`,
      nth: 1,
      do: { kind: 'token-expiry' },
    });
    standIns.service.fault({
      method: 'POST',
      path: `${datasets}/{dataset_id}/versions`,
      do: { kind: 'status', status: 403, code: 'ModelArts.4310', message: 'no agency' },
    });
    const error = await importDataset(street, { ...options, publish: true }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'AccessDenied' });
    const told = [
      inspect(error, { depth: 9 }),
      JSON.stringify(error),
      JSON.stringify(events),
      readFileSync(state, 'utf8'),
    ];
    for (const secret of [login.password, secretKey, 'STSTANDIN', 'MIITOKEN'])
      expect(told.join()).not.toContain(secret);
    expect(await importDataset(street, options)).toMatchObject({ imported: 6, datasetSamples: 6 });
  });

  test.each([
    [401, 'APIGW.0301', 'BadCredentials'],
    [403, 'ModelArts.4310', 'AccessDenied'],
    [403, 'ModelArts.0210', 'ProjectMismatch'],
    [400, 'ModelArts.4351', 'AlreadyExists'],
  ])('status %d %s: one error that says what it is', async (status, code, expected) => {
    const { common, service } = await setUp();
    service.fault({ method: 'POST', path: datasets, do: { kind: 'status', status, code } });
    await expect(importDataset(street, common)).rejects.toMatchObject({ code: expected });
  });

  test('an abort while the service is waited for ends it', async () => {
    const { common } = await setUp();
    const abort = new AbortController();
    const importing = importDataset(street, {
      ...common,
      wait: { intervalMs: 60_000 },
      signal: abort.signal,
      onProgress: ({ step }) => {
        if (step === 'create') setTimeout(() => abort.abort(), 50);
      },
    });
    await expect(importing).rejects.toThrow(AbortedError);
  });
});
