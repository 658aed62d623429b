import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandTree } from '../../bin/command-tree.js';
import { completionScript } from '../../bin/completion/script.js';
import { everyCommand, namesOf } from '../../bin/completion/values.js';
import { allRules } from '../../src/index.js';

/*
 * The scripts are sourced by the shells they are for, in a folder with one file, and asked what they would offer. bash has
 * to be there; zsh and fish are tested where they are installed.
 */

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const has = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

let folder: string;
const scripts: Partial<Record<Shell, string>> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labelkit-completion-'));
  writeFileSync(join(folder, 'some.manifest'), '');
  for (const shell of shells) {
    scripts[shell] = await completionScript(shell, commandTree());
    writeFileSync(join(folder, `script.${shell}`), scripts[shell]);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(shell: Shell, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, XDG_CONFIG_HOME: folder, TERM: 'xterm', LANG: 'C.UTF-8' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** What a shell offers for the last word of each command line. */
const offered: Record<Shell, (lines: readonly (readonly string[])[]) => string[][]> = {
  bash: (lines) =>
    lines.map((words) => {
      // A word with = comes as three.
      const split = words.flatMap((word) => /^(--[^=]+)(=)(.*)$/.exec(word)?.slice(1) ?? [word]);
      const asked = `source script.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_labelkit
printf '%s\\n' "\${COMPREPLY[@]}"`;
      return linesOf(run('bash', ['--norc', '-c', asked, 'bash', ...split]));
    }),
  zsh: (lines) => {
    // What zsh would offer is what its functions hand to compadd, so that one is put into its place.
    const asked = `zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'PROMPT=; autoload -U compinit && compinit -u -D; source script.zsh; LISTMAX=0
compadd() { local -a all; builtin compadd -O all "$@"; print -rl -- "\${all[@]/#/offer:}" >> offers; builtin compadd "$@" }
widget() { zle complete-word; BUFFER=; print done >> offers }
zle -C complete-word complete-word _main_complete; zle -N widget; bindkey "^I" widget; print ready > ready'
wait_for() { for i in {1..600}; do grep -q "^$1" $2 2>/dev/null && return; sleep 0.05; done; print "no $1" >&2 }
wait_for ready ready
for line; do
  : > offers
  zpty -w -n shell "$line"$'\\t'
  wait_for done offers
  sed -n 's/^offer:\\(.*[^ ]\\) *$/\\1/p' offers
  print next
done
zpty -d shell`;
    const printed = run('zsh', ['-f', '-c', asked, 'zsh', ...lines.map((words) => words.join(' '))]);
    return printed.split('next\n').slice(0, lines.length).map(linesOf);
  },
  fish: (lines) =>
    lines.map((words) =>
      linesOf(run('fish', ['-N', '-c', 'source script.fish; complete -C"$argv"', '--', words.join(' ')])).map(
        (line) => line.split('\t', 1)[0]!,
      ),
    ),
};

function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
}

const cases: readonly { readonly line: readonly string[]; readonly offers: readonly string[] }[] = [
  { line: ['labelkit', 'val'], offers: ['validate'] },
  { line: ['labelkit', 'dataset', 'li'], offers: ['list'] },
  { line: ['labelkit', 'dataset', 'list', '--so'], offers: ['--sort-by'] },
  { line: ['labelkit', 'convert', '--mode', ''], offers: ['append', 'create', 'overwrite'] },
  { line: ['labelkit', 'convert', '--mode=o'], offers: ['overwrite'] },
  { line: ['labelkit', 'validate', '--from', 'yo'], offers: ['yolo'] },
  { line: ['labelkit', 'validate', '--jobs', '2', '--lenient', '--report-format', 'sa'], offers: ['sarif'] },
  { line: ['labelkit', 'explain', 'V01'], offers: rulesLike('V01') },
  { line: ['labelkit', 'stats', 'me'], offers: ['merge'] },
  { line: ['labelkit', 'stats', 'merge', '--par'], offers: ['--partial'] },
  { line: ['labelkit', 'completion', ''], offers: ['bash', 'fish', 'zsh'] },
];

function rulesLike(start: string): string[] {
  return allRules
    .map(({ id }) => id)
    .filter((id) => id.startsWith(start))
    .sort();
}

test.each(shells.filter(has))('%s offers what may come next', (shell) => {
  const found = offered[shell](cases.map(({ line }) => line));
  const bare = (word: string) => word.replace(/^--mode=/, '').replace(/=$/, '');
  expect(found.map((words, at) => ({ line: cases[at]!.line, offers: words.map(bare) }))).toEqual(cases);
});

test('bash is there', () => expect(has('bash')).toBe(true));

test.skipIf(!has('fish'))('fish offers files where files are meant, and only there', () => {
  const lines = ['validate', 'explain'].map((command) => ['labelkit', command, 'some']);
  expect(offered.fish(lines)).toEqual([['some.manifest'], []]);
});

test('every option and command is in every script', () => {
  for (const shell of shells) {
    for (const { words, options } of everyCommand(commandTree())) {
      expect(scripts[shell], words.join(' ')).toContain(words.at(-1));
      for (const name of options.flatMap(namesOf)) {
        const spelt = shell === 'fish' ? ` ${name.replace(/^-\b/, '-s ').replace(/^--/, '-l ')} ` : name;
        expect(scripts[shell], `${words.join(' ')} ${name}`).toContain(spelt);
      }
    }
  }
});
