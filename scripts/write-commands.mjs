// Writes docs/commands from the commands and scripts/command-examples. Needs a build. Arguments name commands: only their
// pages are written then.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandTree } from '../dist/lib/command-tree.js';
import { commandPage, indexPage } from './commands/page.mjs';
import { runExamples } from './commands/run.mjs';

const folder = fileURLToPath(new URL('../docs/commands/', import.meta.url));
const tree = commandTree();
const wanted = process.argv.slice(2);
const verbs = new Map(tree.commands.map((command) => [command.words[1], command]));
mkdirSync(folder, { recursive: true });
for (const [verb, command] of verbs)
  if (wanted.length === 0 || wanted.includes(verb))
    writeFileSync(`${folder}${verb}.md`, commandPage(command, await runExamples(verb)));
writeFileSync(`${folder}README.md`, indexPage(tree));
for (const name of readdirSync(folder)) {
  const verb = name.replace(/\.md$/, '');
  if (verb !== 'README' && !verbs.has(verb)) rmSync(`${folder}${name}`);
}
