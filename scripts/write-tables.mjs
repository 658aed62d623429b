// Writes docs/rules.md, docs/rules and docs/formats.md from the tables in the code. Needs a build.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formats, loadRules } from '../dist/lib/index.js';
import { exampleOf, viewOf, withoutExample } from '../dist/src/rule-examples/index.js';
import { fixesOfRule } from '../dist/src/transforms/index.js';
import { formatsPage } from './formats-page.mjs';
import { rulePage, rulesPage } from './rules-page.mjs';

const docs = (name) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const rules = await loadRules();
rmSync(docs('rules'), { recursive: true, force: true });
mkdirSync(docs('rules'));
for (const rule of rules) {
  const example = exampleOf(rule.id);
  const view = example === undefined ? undefined : viewOf(example);
  const page = rulePage({ ...rule, repair: fixesOfRule(rule.id), view, reason: withoutExample[rule.id] });
  writeFileSync(docs(`rules/${rule.id}.md`), page);
}
writeFileSync(docs('rules.md'), rulesPage(rules));
writeFileSync(docs('formats.md'), formatsPage(formats));
