import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formats, loadRules } from '../src/index.js';
import { exampleOf, viewOf, withoutExample } from '../src/rule-examples/index.js';
import { fixesOfRule } from '../src/transforms/index.js';

/*
 * What documents show is what happens. Blocks marked `sh` and `ts` are run in order in one folder that holds
 * `examples`; those marked `sh jq` only where there is a `jq`; a `text` block after one of them is what it must print. UPDATE_GOLDEN=1 writes the `text` blocks anew.
 */

const root = resolve(import.meta.dirname, '..');
const update = process.env['UPDATE_GOLDEN'] === '1';
const documents = ['docs/guide.md', 'docs/recipes.md', 'README.md'].filter((name) =>
  existsSync(join(root, name)),
);

interface Block {
  readonly language: 'sh' | 'ts';
  readonly code: string;
  /** A program that it needs, and that not every machine has. */
  readonly needs: string | undefined;
  /** Line of the document that the block begins on. */
  readonly line: number;
  /** What the `text` block after it says; undefined when there is none. */
  readonly expected: string | undefined;
}

const fence = /^```(\w*)(?: (\w+))?\n([\s\S]*?)^```$/gm;

function blocksOf(text: string): Block[] {
  const fences = [...text.matchAll(fence)].map((match) => ({
    language: match[1]!,
    needs: match[2],
    code: match[3]!,
    from: match.index,
    to: match.index + match[0].length,
  }));
  return fences.flatMap(({ language, needs, code, from, to }, index): Block[] => {
    if (language !== 'sh' && language !== 'ts') return [];
    const after = fences[index + 1];
    const hasOutput = after?.language === 'text' && text.slice(to, after.from).trim() === '';
    return [
      {
        language,
        code,
        needs,
        line: text.slice(0, from).split('\n').length,
        expected: hasOutput ? after.code : undefined,
      },
    ];
  });
}

/** Times differ from run to run; some are part of a name. */
const withoutTimes = (text: string) =>
  text.replaceAll(/\b(in )[\d.]+( s)\b/g, '$1#$2').replaceAll(/-[0-9a-z]{8}(\.manifest)/g, '-#$1');

let scratch: string;
let env: Record<string, string>;
let standIn: ChildProcess;

/** What `npm run stand-in` starts, in a process of its own: the blocks are waited for without answering anybody. */
async function startStandIn(): Promise<Record<string, string>> {
  const program = join(root, 'test/server/modelarts/run.mjs');
  const child = spawn(process.execPath, [program, '--json', '--stage-ms', '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  standIn = child;
  const [line] = await once(createInterface(child.stdout), 'line');
  return (JSON.parse(String(line)) as { environment: Record<string, string> }).environment;
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'labelkit-documents-'));
  const bin = join(scratch, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(root, join(scratch, 'node_modules/labelkit'), 'junction');
  writeFileSync(join(scratch, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(
    join(bin, 'labelkit'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/bin/labelkit.js')}' "$@"\n`,
  );
  chmodSync(join(bin, 'labelkit'), 0o755);
  env = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    LABELKIT_CONFIG: join(scratch, 'config.json'),
    ...(await startStandIn()),
  };
});

afterAll(async () => {
  const ended = once(standIn, 'close');
  standIn.stdin?.end();
  expect(await ended).toEqual([0, null]);
  rmSync(scratch, { recursive: true, force: true });
});

function typeErrors(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: true,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

const isInstalled = (program: string) => spawnSync(program, ['--version']).error === undefined;

function run({ language, code, line }: Block, cwd: string): string {
  const javascript = join(cwd, `line-${line}.js`);
  if (language === 'ts') {
    const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    writeFileSync(javascript, ts.transpileModule(code, { compilerOptions: options }).outputText);
  }
  const [command, ...args] = language === 'ts' ? [process.execPath, javascript] : ['sh', '-e', '-c', code];
  const done = spawnSync(command!, args, { cwd, env, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Error(`line ${line}: exit status ${done.status}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

describe.each(documents)('%s', (name) => {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  const blocks = blocksOf(text);

  test('its TypeScript compiles against the built package', () => {
    const folder = join(scratch, name.replaceAll(/\W/g, '-'));
    mkdirSync(folder);
    const files = blocks
      .filter(({ language }) => language === 'ts')
      .map(({ code, line }) => {
        const file = join(folder, `line-${line}.ts`);
        writeFileSync(file, code);
        return file;
      });
    expect(typeErrors(files)).toEqual([]);
  });

  test('does what it says', () => {
    const folder = mkdtempSync(join(scratch, 'run-'));
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
    const ready = blocks.filter(({ needs }) => needs === undefined || isInstalled(needs));
    const printed = new Map(ready.map((block) => [block.line, run(block, folder)]));
    if (update) {
      writeFileSync(path, updated(text, blocks, printed));
      return;
    }
    for (const { line, expected } of blocks) {
      const now = printed.get(line);
      if (expected === undefined || now === undefined) continue;
      expect(withoutTimes(now), `${name}:${line}`).toBe(withoutTimes(expected));
    }
  });

  test('its links lead somewhere', () => {
    const targets = [...text.matchAll(/\]\((?!\w+:|#)([^)#]+)[^)]*\)/g)].map((match) => match[1]!);
    expect(targets.filter((target) => !existsSync(resolve(path, '..', target)))).toEqual([]);
  });
});

test('docs/README.md leads to every page', () => {
  const index = join(root, 'docs/README.md');
  const targets = [...readFileSync(index, 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map((match) =>
    resolve(index, '..', match[1]!),
  );
  expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  const folders = ['docs', 'docs/formats'].map((name) => join(root, name));
  const pages = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  expect(pages.filter((page) => page !== index && !targets.includes(page))).toEqual([]);
});

/** The document with each `text` block that is no longer true replaced. */
function updated(text: string, blocks: readonly Block[], printed: ReadonlyMap<number, string>): string {
  const lines = new Map(blocks.map((block) => [block.line, block]));
  let last: Block | undefined;
  return text.replaceAll(fence, (whole, language: string, _needs, code: string, at: number) => {
    const block = lines.get(text.slice(0, at).split('\n').length);
    const before = last;
    last = block;
    if (language !== 'text' || before?.expected === undefined) return whole;
    const now = printed.get(before.line);
    return now === undefined || withoutTimes(now) === withoutTimes(code) ? whole : `\`\`\`text\n${now}\`\`\``;
  });
}

type Row = Readonly<Record<string, unknown>>;

/** The functions of a script that writes pages, which is plain JavaScript and runs without a build. */
async function script(name: 'rules' | 'formats') {
  return (await import(new URL(`../scripts/${name}-page.mjs`, import.meta.url).href)) as {
    readonly rulePage: (row: Row) => string;
    readonly rulesPage: (rows: readonly unknown[]) => string;
    readonly formatsPage: (rows: readonly unknown[]) => string;
  };
}

describe('generated pages are those of the code (npm run docs:tables writes them)', () => {
  test('docs/rules.md', async () => {
    const { rulesPage } = await script('rules');
    expect(readFileSync(join(root, 'docs/rules.md'), 'utf8')).toBe(rulesPage(await loadRules()));
  });

  test('docs/rules', async () => {
    const { rulePage } = await script('rules');
    const rules = await loadRules();
    expect(readdirSync(join(root, 'docs/rules')).sort()).toEqual(rules.map(({ id }) => `${id}.md`).sort());
    for (const rule of rules) {
      const example = exampleOf(rule.id);
      const page = rulePage({
        ...rule,
        repair: fixesOfRule(rule.id),
        view: example === undefined ? undefined : viewOf(example),
        reason: withoutExample[rule.id],
      });
      expect(readFileSync(join(root, `docs/rules/${rule.id}.md`), 'utf8')).toBe(page);
    }
  });

  test('docs/formats.md', async () => {
    const { formatsPage } = await script('formats');
    expect(readFileSync(join(root, 'docs/formats.md'), 'utf8')).toBe(formatsPage(formats));
  });
});
