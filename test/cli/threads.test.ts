import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/*
 * Threads are used from 32 MiB of manifest and 25,000 VOC files on, by the built package only; above 32,768 entries of a
 * folder they start while it is being listed. Whatever their number, the result is the same to the last byte.
 */

const command = resolve(import.meta.dirname, '../../dist/bin/labelkit.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labelkit-threads-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function labelkit(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      { cwd: folder, maxBuffer: 2 ** 28 },
      (_error, stdout, stderr) => done({ code: child.exitCode, stdout, stderr }),
    );
  });
}

async function sameForAnyJobs(...args: string[]) {
  const one = await labelkit(...args, '--jobs', '1');
  expect(one.stderr).toBe('');
  for (const jobs of ['2', '3'])
    expect(await labelkit(...args, '--jobs', jobs), `--jobs ${jobs}`).toEqual(one);
  return one;
}

/** A line that is like its neighbours, but faulty now and then, and with something to compare with far lines. */
function line(number: number): string {
  const usage = number % 5000 === 17 ? 'TRIAN' : number % 7 === 0 ? 'EVAL' : 'TRAIN';
  const source = `obs://bucket/${'folder/'.repeat(40)}${number % 80_000}.jpg`;
  const extra = number % 30_000 === 3 ? ',"x-team":1' : '';
  if (number % 20_000 === 11) return `{"source":"${source}","usage":`;
  if (number % 25_000 === 12) return '';
  const name = number % 3 === 0 ? '行人' : `label ${number % 11}`;
  return `{"source":"${source}","usage":"${usage}"${extra},"annotation":[{"type":"modelarts/image_classification","name":"${name}"}]}`;
}

test('a large manifest that is split', async () => {
  const good = Array.from({ length: 100_000 }, (_, number) => line(number)).filter((text) =>
    text.endsWith('}'),
  );
  for (const [name, extra] of [
    ['good', []],
    ['faulty', ['{"source":']],
  ] as const) {
    writeFileSync(join(folder, `${name}.manifest`), [...good, ...extra].join('\n'));
    for (const by of ['hash', 'random', 'stratified']) {
      const split = async (jobs: string) => {
        const output = `${name}-${by}-${jobs}`;
        const { code, stdout, stderr } = await labelkit(
          ...['split', `${name}.manifest`, output, '--by', by, '--ratio', 'train=0.7,test=0.2', '--json'],
          ...['--on-error', 'skip', '--jobs', jobs],
        );
        expect(stderr).toBe('');
        const { outputs: _, seconds: __, ...result } = JSON.parse(stdout);
        const files = ['train', 'test'].map((part) => readFileSync(join(folder, output, `${part}.manifest`)));
        return {
          code,
          result,
          files: files.map((bytes) => createHash('sha256').update(bytes).digest('hex')),
        };
      };
      const one = await split('1');
      expect(one.result.read).toBe(good.length + extra.length);
      expect(await split('2')).toEqual(one);
    }
  }
});

test('a large manifest', async () => {
  const lines = Array.from({ length: 90_000 }, (_, number) => line(number));
  const text = `${lines.join('\n')}\n`;
  expect(Buffer.byteLength(text)).toBeGreaterThan(32 * 2 ** 20);
  writeFileSync(join(folder, 'large.manifest'), text);
  const { code, stdout } = await sameForAnyJobs('validate', 'large.manifest', '--json', '--severity', 'info');
  expect(code).toBe(1);
  const { samples, rules, truncated } = JSON.parse(stdout);
  expect(samples).toBe(90_000 - 5 - 4);
  expect(rules).toMatchObject({ M004: 5, M005: 4, M027: 18, M142: 9_998 });
  expect(truncated).toBe(true);
  await sameForAnyJobs(
    'validate',
    'large.manifest',
    '--pedantic',
    '--no-cross-sample',
    '--max-findings',
    '3',
  );
  await sameForAnyJobs('inspect', 'large.manifest');
  const counted = await sameForAnyJobs('stats', 'large.manifest', '--json', '--no-join');
  const { input: _, ...found } = JSON.parse(counted.stdout);
  expect([found.samples, found.unreadable]).toEqual([90_000 - 5 - 4, 5]);
  expect(found.diagnostics.map((finding: { line: number }) => finding.line)).toEqual(
    [0, 1, 2, 3, 4].map((i) => 20_000 * i + 12),
  );
  const joined = await labelkit('stats', 'large.manifest', '--json');
  expect(joined.stdout).toBe(counted.stdout);
  const piped = await labelkit('stats', 'large.manifest', '--partial', '--jobs', '2');
  expect(JSON.parse(piped.stdout).samples).toBe(found.samples);
});

test('a large file in another encoding than it is read in', async () => {
  const text = `\ufeff${'{"source":"obs://bucket/1.jpg"}\n'.repeat(600_000)}`;
  writeFileSync(join(folder, 'wide.manifest'), text, 'utf16le');
  const { code, stdout } = await sameForAnyJobs('validate', 'wide.manifest', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ samples: 0, errors: 1, rules: { M003: 1 } });
});

test.each([26_000, 34_000])('a folder of %d files', async (files) => {
  const name = `many-${files}`;
  mkdirSync(join(folder, name));
  for (let number = 0; number < files; number++) {
    const xmax = number % 100 === 0 ? 900 : 90;
    const end = number % 1000 === 7 ? '' : '</annotation>';
    const object = `<object><name>n${number % 5}</name><pose>0</pose><truncated>0</truncated><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>${xmax}</xmax><ymax>9</ymax></bndbox></object>`;
    writeFileSync(
      join(folder, name, `${number}.xml`),
      `<annotation>\n<folder>f</folder><filename>${number}.jpg</filename><size><width>100</width><height>100</height><depth>3</depth></size><segmented>0</segmented>${object}${end}\n`,
    );
  }
  const { stdout } = await sameForAnyJobs('validate', name, '--json', '--severity', 'info');
  const rules = { V001: files / 1000, V077: files / 100 };
  expect(JSON.parse(stdout)).toMatchObject({ samples: files, rules });
  await sameForAnyJobs('inspect', name);
});

test('a folder of many files of no known format ends the threads that it started', async () => {
  mkdirSync(join(folder, 'none'));
  for (let number = 0; number < 33_000; number++) writeFileSync(join(folder, 'none', `${number}.txt`), '');
  const { code, stderr } = await labelkit('validate', 'none', '--jobs', '2');
  expect(code).toBe(2);
  expect(stderr).toContain('none holds no format that is known here');
});
