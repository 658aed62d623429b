import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandNode } from '../bin/command-node.js';
import { commandTree } from '../bin/command-tree.js';
import { everyCommand } from '../bin/completion/values.js';

/*
 * The pages about commands and the manual page are those of the commands. Examples are run again: what a page shows is
 * what is printed today. `npm run docs:commands` writes docs/commands, `npm run build` the manual page.
 */

interface Scripts {
  readonly commandPage: (command: CommandNode, examples: unknown) => string;
  readonly indexPage: (tree: CommandNode) => string;
  readonly runExamples: (verb: string) => Promise<{ readonly of: string }[]>;
  readonly manPage: (tree: CommandNode, version: string) => string;
}

const root = resolve(import.meta.dirname, '..');
const load = async (name: string): Promise<Scripts> =>
  (await import(new URL(`../scripts/commands/${name}.mjs`, import.meta.url).href)) as Scripts;
const read = (name: string) => readFileSync(join(root, name), 'utf8');

const tree = commandTree();
const verbs = tree.commands.map(({ words }) => words[1]!);

describe('docs/commands (npm run docs:commands writes them)', () => {
  test.each(tree.commands.map((command) => [command.words[1]!, command] as const))(
    '%s.md',
    async (verb, command) => {
      const [{ commandPage }, { runExamples }] = await Promise.all([load('page'), load('run')]);
      const examples = await runExamples(verb);
      const known = everyCommand(command).map(({ words }) => words.slice(1).join(' '));
      expect(examples.filter(({ of }) => !known.includes(of))).toEqual([]);
      expect(read(`docs/commands/${verb}.md`)).toBe(commandPage(command, examples));
    },
  );

  test('README.md', async () => {
    const { indexPage } = await load('page');
    expect(read('docs/commands/README.md')).toBe(indexPage(tree));
  });

  test('there is nothing else', () => {
    const pages = readdirSync(join(root, 'docs/commands')).sort();
    expect(pages).toEqual(['README.md', ...verbs.map((verb) => `${verb}.md`)].sort());
    const examples = readdirSync(join(root, 'scripts/command-examples')).sort();
    expect(examples).toEqual(verbs.map((verb) => `${verb}.mjs`).sort());
  });
});

describe('the manual page', () => {
  const { man, version } = JSON.parse(read('package.json')) as { man: string; version: string };
  const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

  test('is that of the commands', async () => {
    const { manPage } = await load('man');
    expect(existsSync(join(root, man)), 'npm run build').toBe(true);
    expect(read(man)).toBe(manPage(tree, version));
  });

  test('has every command and option', () => {
    const text = read(man).replaceAll('\\', '');
    for (const { words, options } of everyCommand(tree).slice(1)) {
      expect(text).toContain(`.SS "${words.join(' ')}"`);
      for (const { long } of options) expect(text, words.join(' ')).toContain(long);
    }
  });

  test.skipIf(!has('groff'))('gives groff nothing to warn of', () => {
    const { status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-Kutf8', man], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('labelkit dataset list');
  });

  test.skipIf(!has('mandoc'))('gives mandoc nothing to warn of', () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', man], {
      cwd: root,
      encoding: 'utf8',
    });
    // It has no date, so that the same sources make the same page.
    const warnings = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
    expect(warnings).toEqual([]);
  });
});
