// Writes docs/rules.md and docs/formats.md from the tables in the code. Needs a build.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formats, loadRules } from '../dist/lib/index.js';
import { formatsPage } from './formats-page.mjs';
import { rulesPage } from './rules-page.mjs';

const docs = (name) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
writeFileSync(docs('rules.md'), rulesPage(await loadRules()));
writeFileSync(docs('formats.md'), formatsPage(formats));
