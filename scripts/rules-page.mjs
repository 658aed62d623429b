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

function section(rule) {
  return [
    `### ${rule.id} ${rule.name}`,
    '',
    `**${rule.severity}**${elsewhere(rule)}. ${rule.summary}`,
    '',
    `- Why: ${rule.why}`,
    `- Fix: ${rule.fix}`,
    ...(rule.crossSample === true
      ? [
          '- Memory: compares samples with each other, at most 16 bytes for each; `--no-cross-sample` leaves it out.',
        ]
      : []),
    '',
  ].join('\n');
}

/** The page about all rules, as Markdown. The same as `labelkit explain --all`, sorted by id within each group. */
export function rulesPage(rules) {
  const strange = rules.find(({ id }) => groups[id[0]] === undefined);
  if (strange !== undefined) throw new Error(`scripts/rules-page.mjs has no group for ${strange.id}`);
  const parts = [
    '# Rules',
    '',
    'Generated from the rule tables by `npm run docs:tables`; `labelkit explain <id>` prints the same. Severities are',
    'those of strict mode under the generic profile; what differs elsewhere is in brackets. `off` means that the rule',
    'fires only where a profile raises it. An id never changes its meaning.',
    '',
  ];
  for (const [letter, [title, about]] of Object.entries(groups)) {
    if (!rules.some(({ id }) => id.startsWith(letter))) continue;
    const own = rules.filter((rule) => rule.id.startsWith(letter)).sort((a, b) => (a.id < b.id ? -1 : 1));
    parts.push(`## ${letter}: ${title}`, '', `${about} ${own.length} rules.`, '', ...own.map(section));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}
