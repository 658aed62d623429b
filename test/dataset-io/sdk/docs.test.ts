import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatWithOptions } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as cloud from '../../../src/dataset-io/cloud.js';
import * as library from '../../../src/index.js';
import { login, type StandIns, startStandIns } from '../../server/modelarts/index.js';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/from-the-python-sdk.md'), 'utf8');
const packages = { labelkit: 'src/index.ts', 'labelkit/cloud': 'src/dataset-io/cloud.ts' };

/** Each program of the page: its heading, and what it is said to print. */
const examples = page.split(/^## /m).flatMap((section) => {
  const [, code, output] = /^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```/m.exec(section) ?? [];
  const title = section.slice(0, section.indexOf('\n'));
  return code === undefined || output === undefined ? [] : [[title, code, output] as const];
});

/** Puts what a program prints into the page. */
function rewrite(code: string, before: string, printed: string): void {
  const block = (output: string) => `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${output}\`\`\``;
  const path = join(root, 'docs/from-the-python-sdk.md');
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(block(before), () => block(printed)),
  );
}

/** What the page says is in the bucket. */
const voc = (name: string, label: string) =>
  `<annotation><filename>${name}</filename><size><width>9</width><height>9</height><depth>3</depth></size><object>` +
  `<name>${label}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>6</ymax></bndbox></object></annotation>`;
const objects: Readonly<Record<string, string>> = {
  'pets/1.jpg': 'a cat',
  'pets/1.xml': voc('1.jpg', 'cat'),
  'pets/2.jpg': 'a dog',
  'pets/2.xml': voc('2.jpg', 'dog'),
  'animals/Cat/1.jpg': 'cat 1',
  'animals/Cat/2.jpg': 'cat 2',
  'animals/Dog/1.jpg': 'dog 1',
  'animals/Dog/2.jpg': 'dog 2',
  'reviews/a.txt': 'works well\tgood\nbroke at once\tbad,late\nnever came\tlate\n',
  'sales/2024.csv': 'day,sold\nMonday,3\nTuesday,5\n',
};

describe('docs/from-the-python-sdk.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-page-'));
  let standIns: StandIns;

  beforeAll(async () => {
    mkdirSync(join(folder, 'data'));
    // Work is over as soon as it is asked for, so that nothing waits.
    standIns = await startStandIns({ buckets: ['my-bucket'], pace: { ms: 0 } });
    standIns.service.versionEveryMs = 0;
    for (const [key, text] of Object.entries(objects)) standIns.obs.put('my-bucket', key, text);
    const more = { LABELKIT_CONFIG: join(folder, 'none.json'), HUAWEICLOUD_SDK_PASSWORD: login.password };
    for (const [name, value] of Object.entries({ ...standIns.environment, ...more })) vi.stubEnv(name, value);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await standIns.close();
    rmSync(folder, { recursive: true });
  });

  it('has a program in each part', () => {
    expect(examples.map(([title]) => title)).toEqual([
      'A manifest: build, save, append, read',
      'A Pascal VOC file: build, save, append, read',
      'Sessions (chapter 5)',
      'Object storage (chapter 6)',
      'Data sets (7.1)',
      'Versions (7.2)',
      'Samples (7.3) and labels',
      'Import (7.4)',
      'Export (7.5)',
      'Label tasks (7.7)',
      'Training jobs (8.1)',
      'What training jobs run on (8.2)',
      'Jobs of the old training (9.1)',
      'Versions of jobs (9.2)',
      'Configurations of jobs (9.3)',
      'What the old training runs (9.5, 9.6)',
    ]);
    expect(page.match(/```ts/g)?.length).toBe(examples.length);
  });

  it('its programs compile', () => {
    const files = examples.map(([, code], index) => {
      const file = join(folder, `check-${index}.ts`);
      writeFileSync(file, code);
      return file;
    });
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      moduleDetection: ts.ModuleDetectionKind.Force,
      paths: Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, [join(root, path)]])),
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      skipLibCheck: true,
    });
    const errors = files.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
    expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it.each(examples)('%s: the program runs and prints what the page says', async (title, code, output) => {
    const program = join(folder, `${title.replaceAll(/\W+/g, '-')}.ts`);
    const named = Object.entries(packages).reduce(
      (text, [name, path]) => text.replaceAll(`'${name}'`, JSON.stringify(join(root, path))),
      code,
    );
    writeFileSync(program, named.replaceAll("'./", `'${join(folder, 'data')}/`));
    let printed = '';
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed += `${formatWithOptions({ colors: false }, ...values)}\n`;
    });
    try {
      await import(/* @vite-ignore */ program);
    } finally {
      log.mockRestore();
    }
    if (process.env['UPDATE_GOLDEN'] === '1') rewrite(code, output, printed);
    else expect(printed).toBe(output);
  });

  it('speaks of names that exist', () => {
    const labelkit = { ...library, ...cloud };
    const position = new labelkit.Point({ x: 1, y: 2 });
    const points = [position];
    const session = new labelkit.Session();
    const known: Record<string, object> = {
      Session: session,
      Dataset: new labelkit.Dataset(session, 'd'),
      Estimator: labelkit.Estimator.prototype,
      TrainingJob: new labelkit.TrainingJob(session, 'j'),
      LegacyEstimator: labelkit.LegacyEstimator.prototype,
      LegacyTrainingJob: new labelkit.LegacyTrainingJob(session, '1'),
      JobVersion: new labelkit.JobVersion(session, '1', '2'),
      TrainingJobConfig: new labelkit.TrainingJobConfig(session, 'c'),
      Manifest: new labelkit.Manifest({ samples: [] }),
      Sample: new labelkit.Sample({ source: 'a' }),
      Annotation: new labelkit.Annotation({}),
      PascalVoc: new labelkit.PascalVoc(),
      VocObject: new labelkit.VocObject({ name: 'a', position }),
      Position: position,
      PositionType: labelkit.PositionType,
      Point: position,
      Line: new labelkit.Line({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      Dashed: new labelkit.Dashed({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      BndBox: new labelkit.BndBox({ xMin: 1, yMin: 2, xMax: 3, yMax: 4 }),
      Polygon: new labelkit.Polygon({ points }),
      Polyline: new labelkit.Polyline({ points }),
      Circle: new labelkit.Circle({ cx: 1, cy: 2, r: 3 }),
    };
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    const ours = rows.flatMap(
      (row) =>
        row
          .split(' | ')
          .slice(1)
          .join(' | ')
          .match(/`[^`]+`/g) ?? [],
    );
    let checked = 0;
    for (const code of ours) {
      const [, name, member] = /^`(?:new )?([A-Z]\w+)(?:\.(\w+))?/.exec(code) ?? [];
      // Variables of the environment are no names of the package.
      if (name === undefined || name === 'Unspecified' || name === 'None' || /^[A-Z_]+$/.test(name)) continue;
      const statics = (labelkit as Record<string, unknown>)[name];
      expect(statics, code).toBeDefined();
      checked++;
      if (member === undefined) continue;
      expect(member in known[name]! || Object.hasOwn(statics as object, member), code).toBe(true);
    }
    expect(checked).toBeGreaterThan(100);
    for (const name of [
      'getSampleList',
      'getSources',
      'getAnnotations',
      'readManifest',
      'writeManifest',
      'readVoc',
    ])
      expect(labelkit).toHaveProperty(name);
  });
});
