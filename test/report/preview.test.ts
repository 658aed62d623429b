import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { formats, MemoryStorage, type PreviewResult, preview } from '../../src/index.js';
import { type ObsServer, startObsServer } from '../server/obs/index.js';
import { commandLine } from '../support/command-line.js';
import { matrixInputs } from '../support/matrix.js';
import { filesIn, scratch } from '../support/scratch.js';

const street = resolve(import.meta.dirname, '../../examples/street');
const notOfImages = new Set([
  'audio-classification',
  'free-form',
  'table-csv',
  'text-classification',
  'text-classification-combine',
]);

async function field(width: number, height: number, background = '#808080'): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

function line(source: string, name: string, confidence = 0.5): string {
  const annotation = [{ type: 'modelarts/image_classification', name, confidence }];
  return `${JSON.stringify({ source, annotation })}\n`;
}

const sourcesOf = ({ pictures }: PreviewResult) =>
  pictures.map(({ source }) => source.replace(/^.*[/\\]/, ''));

describe('every format that is read', () => {
  test('has a data set here', () => {
    const read = formats.filter(({ reads }) => reads).map(({ id }) => id);
    expect(matrixInputs.map(({ id }) => id)).toEqual([...read].sort());
  });

  test.each(matrixInputs)('$id', async ({ id, path }) => {
    const out = join(scratch(), 'out');
    const { code, stdout, stderr } = await commandLine(
      ['preview', path, out, '--from', id, '--json', '--max-edge', '64'],
      {},
    );
    if (notOfImages.has(id)) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/has (?:1 sample|\d samples), and none of them is an image/);
      expect(existsSync(out)).toBe(false);
      return;
    }
    const result = JSON.parse(stdout) as PreviewResult;
    expect(result).toMatchObject({ format: id });
    expect(result.fitting).toBeGreaterThan(0);
    expect(result.pictures.length).toBe(result.fitting);
    const shown = result.pictures.filter(({ problem }) => problem === undefined);
    // The published data set names images of a bucket that is not there.
    expect({ code, failed: result.failed, shown: shown.length }).toEqual(
      id === 'published'
        ? { code: 1, failed: result.fitting, shown: 0 }
        : { code: 0, failed: 0, shown: result.fitting },
    );
    const files = [...shown.map(({ path }) => path!), ...result.sheets];
    expect(readdirSync(out).map((name) => join(out, name))).toEqual([...files].sort());
    for (const file of files) expect((await sharp(file).stats()).isOpaque).toBe(true);
  });
});

describe('which images are shown', () => {
  test.each([
    [
      {},
      [
        'crossing-01.jpg',
        'crossing-02.jpg',
        'crossing-03.jpg',
        'market-01.png',
        'night-01.jpg',
        'night-02.jpg',
      ],
    ],
    [{ labels: ['moon'] }, ['night-02.jpg']],
    [{ labels: ['traffic*', '摊?'] }, ['crossing-02.jpg', 'market-01.png', 'night-01.jpg']],
    [{ labels: ['nobody'] }, []],
    [{ findings: ['error'] }, ['crossing-02.jpg']],
    [{ findings: ['v077', 'degenerate-box'] }, ['crossing-02.jpg', 'crossing-03.jpg']],
    [{ findings: ['warning'], labels: ['traffic light'] }, []],
    [{ findings: ['V001'] }, []],
  ])('%j', async (options, names) => {
    const out = join(scratch(), 'out');
    const result = await preview(street, out, { ...options, maxEdge: 32 });
    expect(sourcesOf(result)).toEqual(names);
    expect(result).toMatchObject({ read: 6, fitting: names.length, failed: 0, notes: [] });
    expect(existsSync(out)).toBe(names.length > 0);
  });

  test('the same for the same seed, others for another, in the order of the input', async () => {
    const choice = async (seed: number) =>
      sourcesOf(
        await preview(street, join(scratch(), 'out'), { count: 3, seed, maxEdge: 32, sheets: false }),
      );
    const drawn = await Promise.all([0, 0, 1, 2, 3].map(choice));
    expect(drawn[0]).toEqual(drawn[1]);
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(2);
    for (const names of drawn) expect(names).toEqual([...names].sort());
  });

  test('findings of a manifest by their lines', async () => {
    const folder = scratch({
      'a.jpg': await field(40, 30),
      'b.jpg': await field(40, 30),
      'in.manifest': line('a.jpg', 'cat') + line('b.jpg', 'cat', 7),
    });
    const result = await preview(join(folder, 'in.manifest'), join(folder, 'out'), { findings: ['error'] });
    expect(result.pictures).toMatchObject([{ line: 2, rules: ['M058'] }]);
  });

  test.each([
    [{ findings: ['M9999'] }, 'there is no rule "M9999"'],
    [{ count: 0 }, 'count must be a whole number from 1, not 0'],
    [{ seed: -1 }, 'a seed must be'],
    [{ maxEdge: 1 }, 'maxEdge must be'],
    [{ mode: 'new' as 'create' }, 'mode is "new"'],
  ])('%j makes no sense', async (options, message) => {
    await expect(preview(street, join(scratch(), 'out'), options)).rejects.toThrow(message);
  });

  test('standard input is read once', async () => {
    await expect(preview('-', 'out', { findings: ['error'] })).rejects.toMatchObject({ code: 'BadOption' });
  });
});

describe('what is wrong with data', () => {
  test('missing and damaged images have a place on the sheet, and cost the exit status', async () => {
    const whole = await field(60, 40);
    const folder = scratch({
      'whole.jpg': whole,
      'half.jpg': whole.subarray(0, whole.length / 2),
      'empty.jpg': '',
      'in.manifest': ['whole.jpg', 'half.jpg', 'empty.jpg', 'gone.jpg']
        .map((name) => line(name, 'x'))
        .join(''),
    });
    const out = join(folder, 'out');
    const { code, stdout } = await commandLine(['preview', join(folder, 'in.manifest'), out], {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/half\.jpg: no picture: it cannot be decoded/);
    expect(stdout).toMatch(/empty\.jpg: no picture: the file is empty/);
    expect(stdout).toMatch(/gone\.jpg: no picture: .*it does not exist/);
    expect(readdirSync(out)).toEqual(['0001-whole.jpg', 'sheet-01.jpg']);
  });

  test('a record that cannot be read is left out, said, and costs the exit status', async () => {
    const folder = scratch({
      'a.jpg': await field(40, 30),
      'in.manifest': `${line('a.jpg', 'x')}not JSON\n`,
    });
    const argv = ['preview', join(folder, 'in.manifest'), join(folder, 'out')];
    const { code, stderr } = await commandLine(argv, {});
    expect(code).toBe(1);
    expect(stderr).toContain('in.manifest:2:1  error');
    expect(readdirSync(join(folder, 'out'))).toEqual(['0001-a.jpg', 'sheet-01.jpg']);
  });

  test('hostile names stay in the folder and on their lines', async () => {
    const image = await field(40, 30);
    const folder = scratch({
      '<b>&amp; ../x.jpg': image,
      'in.manifest':
        line('<b>&amp; ../x.jpg', '<script>alert(1)</script>') +
        line('a\u001b[31m\n.jpg', 'שלום') +
        line(`../../../../etc/passwd`, 'x'.repeat(1000)),
    });
    const argv = ['preview', join(folder, 'in.manifest'), join(folder, 'out'), '--root', folder];
    const { code, stdout } = await commandLine(argv, {});
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/\u001b/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
    expect(readdirSync(join(folder, 'out'))).toEqual(['0001-x.jpg', 'sheet-01.jpg']);
  });

  test('nothing to show is said, and nothing is written', async () => {
    const folder = scratch({ 'in.manifest': '' });
    const out = join(folder, 'out');
    const { code, stdout } = await commandLine(
      ['preview', join(folder, 'in.manifest'), out, '--from', 'manifest'],
      {},
    );
    expect({ code, there: existsSync(out) }).toEqual({ code: 0, there: false });
    expect(stdout).toMatch(/0 samples read, 0 fit, 0 pictures/);
  });

  test('another size than the annotation says is noted', async () => {
    const xml =
      '<annotation><filename>a.jpg</filename><size><width>80</width><height>60</height><depth>3</depth></size><object><name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>';
    const folder = scratch({ 'set/a.jpg': await field(40, 30), 'set/a.xml': xml });
    const { pictures } = await preview(join(folder, 'set'), join(folder, 'out'));
    expect(pictures).toMatchObject([{ notes: ['the annotation says 80×60, the image is 40×30'] }]);
  });
});

describe('places', () => {
  test('an existing folder is refused, replaced, or added to', async () => {
    const out = scratch({ 'mine.txt': 'mine' });
    await expect(preview(street, out, { maxEdge: 32 })).rejects.toMatchObject({ code: 'AlreadyExists' });
    await preview(street, out, { maxEdge: 32, mode: 'append' });
    expect(Object.keys(filesIn(out))).toContain('mine.txt');
  });

  test('an abort leaves nothing', async () => {
    const folder = scratch();
    const abort = new AbortController();
    const work = preview(street, join(folder, 'out'), {
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase === 'write') abort.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'Aborted' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('memory', async () => {
    const storage = new MemoryStorage();
    await storage.makeDir('mem://set');
    await storage.writeAtomic('mem://set/a.jpg', await field(40, 30));
    await storage.writeAtomic('mem://set/in.manifest', Buffer.from(line('a.jpg', 'cat')));
    const result = await preview('mem://set/in.manifest', 'mem://set/out', { storage });
    expect(result.pictures).toMatchObject([{ path: 'mem://set/out/0001-a.jpg' }]);
    expect((await storage.stat('mem://set/out/sheet-01.jpg'))?.size).toBeGreaterThan(100);
  });

  const servers: ObsServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  test('object storage', async () => {
    const server = await startObsServer({ buckets: ['data'] });
    servers.push(server);
    for (const name of readdirSync(join(street, 'JPEGImages')))
      server.put('data', `set/JPEGImages/${name}`, readFileSync(join(street, 'JPEGImages', name)));
    for (const name of readdirSync(join(street, 'Annotations')))
      server.put('data', `set/Annotations/${name}`, readFileSync(join(street, 'Annotations', name)));
    const { code, stdout, stderr } = await commandLine(
      ['preview', 'obs://data/set/', 'obs://data/out/', '-n', '2', '--max-edge', '64', '--format', 'png'],
      {
        HUAWEICLOUD_SDK_AK: server.accessKey,
        HUAWEICLOUD_SDK_SK: server.secretKey,
        LABELKIT_OBS_ENDPOINT: server.endpoint,
        LABELKIT_CONFIG: 'none.json',
      },
    );
    expect({ code, stderr: stderr.replace(/^warning: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('obs://data/out/sheet-01.png');
    const written = server.keys('data').filter((key) => key.startsWith('out/'));
    expect(written).toHaveLength(3);
    for (const key of written) expect((await sharp(server.get('data', key)).metadata()).format).toBe('png');
  });
});

test('without sharp it says what to install', async () => {
  vi.resetModules();
  vi.doMock('sharp', () => {
    throw new Error('not installed');
  });
  try {
    const { commandLine: withoutSharp } = await import('../support/command-line.js');
    const { code, stderr } = await withoutSharp(['preview', street, join(scratch(), 'out')], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /pictures need the package sharp.*\n {2}hint: Install it beside labelkit: npm install/,
    );
  } finally {
    vi.doUnmock('sharp');
    vi.resetModules();
  }
});
