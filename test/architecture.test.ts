import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** What each layer may import, besides itself. The table in docs/architecture.md says why. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  text: ['model'],
  manifest: ['model', 'text'],
  voc: ['model', 'text'],
  transforms: ['model'],
  formats: ['model', 'text'],
  'dataset-io/storage': ['model'],
  'dataset-io/storage/obs': ['model', 'text', 'dataset-io/storage'],
  cloud: ['model'],
  'dataset-io': [
    'model',
    'text',
    'manifest',
    'voc',
    'transforms',
    'formats',
    'dataset-io/storage',
    'dataset-io/storage/obs',
    'cloud',
  ],
  'rule-examples': [],
  report: ['model', 'transforms', 'dataset-io', 'dataset-io/storage'],
  index: [
    'model',
    'text',
    'manifest',
    'voc',
    'transforms',
    'formats',
    'dataset-io/storage',
    'cloud',
    'dataset-io',
    'report',
  ],
  bin: ['model', 'transforms', 'dataset-io', 'rule-examples', 'report', 'index'],
};

/** Packages from the registry, and the only places that know them. */
const packages: Readonly<Record<string, string>> = {
  '@observablehq/plot': 'src/report/page/plot.ts',
  linkedom: 'src/report/page/plot.ts',
  saxes: 'src/text/',
  commander: 'bin/',
  'image-size': 'src/dataset-io/image-facts.ts',
  'hash-wasm': 'src/dataset-io/image-hash.ts',
  sharp: 'src/dataset-io/sharp.ts',
  'esdk-obs-nodejs': 'src/dataset-io/storage/obs/esdk/',
  yaml: 'src/dataset-io/training/',
};

/** Layers that work on what they are given: no files, no processes, no network. */
const pure = new Set([
  'model',
  'text',
  'manifest',
  'voc',
  'transforms',
  'formats',
  'rule-examples',
  'report',
]);
/** `node:module` loads a package when it is first needed. */
const pureModules = new Set(['node:buffer', 'node:module', 'node:string_decoder', 'node:util', 'node:zlib']);

const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly file: string;
  /** As written: `./x.js`, `node:fs`, `saxes`. */
  readonly specifier: string;
  /** The source file it means; undefined for packages and Node modules. */
  readonly target: string | undefined;
}

function sources(): string[] {
  return ['src', 'bin'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name).split(sep).join('/')),
  );
}

/** Static and dynamic imports, re-exports, and files started by URL (`new URL('./worker.js', import.meta.url)`). */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((found) => found.fileName);
  for (const [, url] of text.matchAll(/new URL\('(\.[^']+\.js)', import\.meta\.url\)/g))
    specifiers.push(url!);
  return specifiers.map((specifier) => ({
    file,
    specifier,
    target: specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier.replace(/\.js$/, '.ts')))
          .split(sep)
          .join('/')
      : undefined,
  }));
}

function layerOf(file: string): string {
  if (file.startsWith('bin/')) return 'bin';
  if (file.startsWith('src/dataset-io/storage/obs/')) return 'dataset-io/storage/obs';
  if (file.startsWith('src/dataset-io/storage/')) return 'dataset-io/storage';
  const [, first] = file.split('/');
  return first!.replace(/\.ts$/, '');
}

const files = sources();
const imports = files.flatMap(importsOf);

describe('imports point one way', () => {
  test('there is something to look at', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
  });

  test('every file is in a layer of the table', () => {
    expect(files.filter((file) => allowed[layerOf(file)] === undefined)).toEqual([]);
  });

  test('every relative import names a file', () => {
    const known = new Set(files);
    expect(imports.filter(({ target }) => target !== undefined && !known.has(target))).toEqual([]);
  });

  test.each(Object.keys(allowed))('%s imports what is below it', (layer) => {
    const wrong = imports.filter(
      ({ file, target }) =>
        target !== undefined &&
        layerOf(file) === layer &&
        layerOf(target) !== layer &&
        !allowed[layer]?.includes(layerOf(target)),
    );
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  test('formats and storage are entered by their index', () => {
    const above = new Set(['dataset-io', 'report', 'index', 'bin']);
    const doors = new Set([
      'text',
      'manifest',
      'voc',
      'transforms',
      'formats',
      'rule-examples',
      'dataset-io/storage',
      'dataset-io/storage/obs',
      'cloud',
    ]);
    const wrong = imports.filter(
      ({ file, target }) =>
        target !== undefined &&
        above.has(layerOf(file)) &&
        doors.has(layerOf(target)) &&
        !target.endsWith('/index.ts'),
    );
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });
});

test('a format is a stranger to the others', () => {
  const folderOf = (file: string) => /^src\/formats\/([^/]+)\//.exec(file)?.[1];
  const wrong = imports.filter(({ file, target }) => {
    const [own, other] = [folderOf(file), target === undefined ? undefined : folderOf(target)];
    return own !== undefined && other !== undefined && own !== other && other !== 'shared';
  });
  expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const next = new Map(files.map((file): [string, string[]] => [file, []]));
  for (const { file, target } of imports) if (target !== undefined) next.get(file)?.push(target);
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

describe('packages stay behind one door', () => {
  /** A package's own paths, `linkedom/worker`, are its name. */
  const external = imports
    .filter(({ specifier }) => !/^(?:\.|node:)/.test(specifier))
    .map(({ file, specifier }) => ({
      file,
      specifier: /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0],
    }));

  test.each(Object.entries(packages))('%s is known to %s alone', (name, place) => {
    const users = external.filter(({ specifier }) => specifier === name).map(({ file }) => file);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !file.startsWith(place))).toEqual([]);
  });

  test('nothing else is imported, and nothing else is installed', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
    expect([...new Set(external.map(({ specifier }) => specifier))].sort()).toEqual(
      Object.keys(packages).sort(),
    );
    expect(Object.keys({ ...dependencies, ...peerDependencies }).sort()).toEqual(
      Object.keys(packages).sort(),
    );
  });

  test('the layers that do no input or output import nothing that could', () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        pure.has(layerOf(file)) && specifier.startsWith('node:') && !pureModules.has(specifier),
    );
    expect(wrong.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([]);
  });
});

test('what a folder offers is listed by name', () => {
  const starred = files.filter((file) => /^export \*/m.test(readFileSync(join(root, file), 'utf8')));
  expect(starred).toEqual([]);
});
