import type { RuleExample } from './example.js';
import { entity, relation, textLine } from './lines.js';

const script = `import { formatDiagnostic, readManifest } from 'labelkit';

const relations = new Map([['leads', { from: 'person', to: 'org' }]]);
const onDiagnostic = (found) => console.log(formatDiagnostic(found));
const options = { mode: 'lenient', check: 'all', labelSet: { relations }, onDiagnostic };
for await (const sample of readManifest('data.manifest', options));
`;
const team = (from: string, to: string) =>
  `${textLine(
    'Ada leads Lab9',
    entity('person', '0', '3', 'E1'),
    entity('org', '10', '14', 'E2'),
    relation('R1', from, to),
  )}\n`;

/** Rules that only the library can be asked about. */
export const libraryExamples: readonly RuleExample[] = [
  {
    rule: 'M106',
    prints: 'data.manifest:1:315  error  relation "leads" goes from "person", not "org"  [M106]',
    command: 'node check.mjs',
    broken: { 'check.mjs': script, 'data.manifest': team('E2', 'E1') },
    fixed: { 'check.mjs': script, 'data.manifest': team('E1', 'E2') },
  },
];

/** Rules that no example shows, and why. */
export const withoutExample: Readonly<Record<string, string>> = {
  M013: 'It takes a manifest of more than 5 GB.',
  M155: 'It names what M002 and M005 are under the profile mindspore; findings carry those ids.',
};
