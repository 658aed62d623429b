// Packs the package, installs the tarball in an empty project, and uses it there as anybody would: every door is
// imported, its types are compiled against, and the command converts the example. Needs a build.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'labelkit-tarball-'));

/** What each door must offer at least; the exact lists are tested in test/package.test.ts. */
const doors = {
  labelkit: ['convert', 'validate', 'inspect', 'readManifest', 'readVoc', 'parseVoc', 'parseManifestLine'],
  'labelkit/manifest': ['ManifestSample', 'manifestBatches', 'parseManifestLine', 'getSampleList'],
  'labelkit/voc': ['parseVoc', 'VocDocument', 'checkVoc'],
  'labelkit/formats': ['formats', 'formatInfo'],
  'labelkit/storage': ['LocalStorage', 'MemoryStorage', 'openTree'],
};

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function check(what, isSo) {
  if (!isSo) throw new Error(`the packed package fails: ${what}`);
  console.log(`  ok  ${what}`);
}

/** A TypeScript project that knows nothing but the installed package. */
function compile(project) {
  const names = Object.entries(doors).map(
    ([door, wanted]) => `import { ${wanted.join(', ')} } from '${door}';\nvoid [${wanted.join(', ')}];\n`,
  );
  // Two doors share names, so each gets a file of its own.
  names.forEach((text, index) => {
    writeFileSync(join(project, `door-${index}.ts`), text);
  });
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
  run(
    process.execPath,
    [tsc, ...flags, ...typeRoots, ...names.map((_, index) => `door-${index}.ts`)],
    project,
  );
}

try {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', scratch], root),
  );
  const paths = files.map((file) => file.path);
  check('the tarball holds the command', paths.includes('dist/bin/labelkit.js'));
  check(
    'the tarball holds the licence and the changes',
    ['LICENSE', 'CHANGELOG.md'].every((n) => paths.includes(n)),
  );
  check(
    'the tarball holds nothing but what is meant for users',
    paths.every((path) => /^(?:dist\/|docs\/|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE$)/.test(path)),
  );

  const project = join(scratch, 'project');
  cpSync(join(root, 'examples/street'), join(project, 'street'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(scratch, filename)], project);

  const script = `const doors = ${JSON.stringify(doors)};
const missing = [];
for (const [door, names] of Object.entries(doors)) {
  const module = await import(door);
  for (const name of names) if (module[name] === undefined) missing.push(door + ' ' + name);
}
console.log(JSON.stringify(missing));`;
  writeFileSync(join(project, 'doors.mjs'), script);
  const missing = JSON.parse(run(process.execPath, ['doors.mjs'], project));
  check(
    `every door opens and has its names${missing.map((name) => `; missing: ${name}`).join('')}`,
    missing.length === 0,
  );
  compile(project);
  check('the types compile in strict mode, declaration files included', true);

  check('npx labelkit --version', run('npx', ['labelkit', '--version'], project).trim() === own.version);
  const said = run(
    'npx',
    ['labelkit', 'convert', 'street', 'street.manifest', '--to', 'manifest', '--json'],
    project,
  );
  const { read, written, skipped } = JSON.parse(said);
  check(
    'npx labelkit convert reads and writes all of the example',
    read > 0 && read === written && skipped === 0,
  );
  const lines = readFileSync(join(project, 'street.manifest'), 'utf8').trimEnd().split('\n');
  check('the manifest has a line for each sample', lines.length === written);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
