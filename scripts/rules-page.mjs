/** What the first letter of an id says. */
const groups = {
  M: ['Manifest lines and files', 'Found while a manifest is read or validated.'],
  V: ['Pascal VOC files', 'Found while an annotation file is read or validated.'],
  C: ['Conversions', 'Found while samples are written in another format.'],
  D: [
    'Data set folders',
    'About how the files of a folder fit together. Those of VOC trees mostly need `--check-files`.',
  ],
  Y: ['YOLO', 'Found while a YOLO tree is read or written.'],
  P: ['Image segmentation', 'Found while masks and the files that name them are read or written.'],
  T: ['Tables', 'Found while a table is read or written.'],
  N: ['Neighbouring formats', 'Found while data of another tool or service is read or written.'],
};

/** A rule's severity where it differs from the one in strict mode. */
function elsewhere({ severity, lenient, profile = {} }) {
  const parts = lenient !== undefined && lenient !== severity ? [`lenient: ${lenient}`] : [];
  for (const [name, other] of Object.entries(profile)) parts.push(`${name}: ${other}`);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

const severity = (rule) => `**${rule.severity}**${elsewhere(rule)}`;
const block = (language, lines) => [`\`\`\`${language}`, ...lines, '```', ''];
const files = (views, language) =>
  views.flatMap(({ name, lines }) => [`\`${name}\``, '', ...block(language, lines)]);

function exampleOf({ id, view, reason }) {
  if (view === undefined) return ['## Example', '', `None. ${reason}`];
  const { command, fixedCommand, changes, also } = view;
  const others = also.length === 0 ? '' : `, ${also.join(' and ')} aside`;
  const stays = changes.length === 0 ? 'The files stay as they are.' : '';
  return [
    '## Broken',
    '',
    ...files(view.files, 'text'),
    ...block('sh', [command]),
    `reports${others}:`,
    '',
    ...block('text', [view.prints]),
    '## Fixed',
    '',
    ...(stays === '' ? files(changes, 'diff') : [stays, '']),
    ...(fixedCommand === undefined ? [] : block('sh', [fixedCommand])),
    `${id} is not reported any more.`,
  ];
}

/**
 * The page about one rule, as Markdown: the same as `labelkit explain <id>`.
 *
 * @param rule a row of the rule tables, with `repair` (names of fixes), and `view` (its example) or `reason` (why none)
 */
export function rulePage(rule) {
  const [title] = groups[rule.id[0]];
  return `${[
    `# ${rule.id} ${rule.name}`,
    '',
    `${severity(rule)}. ${rule.summary}`,
    '',
    `- Why: ${rule.why}`,
    `- Fix: ${rule.fix}`,
    ...(rule.repair.length === 0
      ? []
      : [`- Repair: ${rule.repair.map((fix) => `\`labelkit repair --fix ${fix}\``).join(' or ')}`]),
    ...(rule.crossSample === true
      ? [
          '- Memory: compares samples with each other, at most 16 bytes for each; `--no-cross-sample` leaves it out.',
        ]
      : []),
    `- Group: [${title}](../rules.md)`,
    '',
    ...exampleOf(rule),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** The page that lists all rules, as Markdown, sorted by id within each group. */
export function rulesPage(rules) {
  const strange = rules.find(({ id }) => groups[id[0]] === undefined);
  if (strange !== undefined) throw new Error(`scripts/rules-page.mjs has no group for ${strange.id}`);
  const parts = [
    '# Rules',
    '',
    'Generated from the rule tables by `npm run docs:tables`, as is the page of each rule, which says why it matters, how to',
    'mend it, and shows an example of it, broken and fixed; `labelkit explain <id>` prints the same. Severities are',
    'those of strict mode under the generic profile; what differs elsewhere is in brackets. `off` means that the rule',
    'fires only where a profile or an option raises it. An id never changes its meaning.',
    '',
  ];
  for (const [letter, [title, about]] of Object.entries(groups)) {
    const own = rules.filter((rule) => rule.id.startsWith(letter)).sort((a, b) => (a.id < b.id ? -1 : 1));
    if (own.length === 0) continue;
    parts.push(`## ${letter}: ${title}`, '', `${about} ${own.length} rules.`, '');
    for (const rule of own)
      parts.push(`- [${rule.id}](rules/${rule.id}.md) ${rule.name}: ${severity(rule)}. ${rule.summary}`);
    parts.push('');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}
