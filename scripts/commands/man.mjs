/** Text as roff shows it: no escapes, no requests. */
function plain(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll(/^([.'])/gm, '\\&$1');
}

const bold = (text) => `\\fB${plain(text)}\\fR`;

/** What `--help` shows in brackets becomes italic: `--mode <mode>`. */
function flags(text) {
  return text
    .split(/([<[][^\s]*[>\]])/)
    .map((part, at) => (at % 2 === 0 ? (part.trim() === '' ? part : bold(part)) : `\\fI${plain(part)}\\fR`))
    .join('');
}

function said({ description, value, defaultText }) {
  const parts = [description];
  if (value?.choices.length > 0) parts.push(`one of ${value.choices.join(', ')}`);
  if (defaultText !== undefined) parts.push(`default ${defaultText}`);
  return plain(`${parts.join('; ')}.`);
}

function* all(command) {
  yield command;
  for (const child of command.commands) yield* all(child);
}

/** Options that so many commands have in the same words are described once. */
const commonFrom = 6;

function commonOptions(commands) {
  const uses = new Map();
  for (const { options } of commands)
    for (const option of options) {
      const key = `${option.flags}\n${said(option)}`;
      uses.set(key, { option, count: (uses.get(key)?.count ?? 0) + 1 });
    }
  return new Map([...uses].filter(([, { count }]) => count >= commonFrom));
}

function optionLines(option) {
  return ['.TP', flags(option.flags), said(option)];
}

function commandLines(command, common) {
  const { words, description, usage, options, notes } = command;
  const [own, shared] = [[], []];
  for (const option of options) (common.has(`${option.flags}\n${said(option)}`) ? shared : own).push(option);
  const names = shared.map(({ long, short }) => bold(long ?? short));
  return [
    `.SS "${plain(words.join(' '))}"`,
    `${bold(words.join(' '))} ${plain(usage)}`,
    '.PP',
    plain(`${description.charAt(0).toUpperCase()}${description.slice(1)}.`),
    ...command.arguments.flatMap(({ name, variadic, ...argument }) => [
      '.TP',
      `\\fI${plain(variadic ? `${name}...` : name)}\\fR`,
      said({ ...argument, value: argument }),
    ]),
    ...own.flatMap(optionLines),
    ...(names.length === 0 ? [] : ['.PP', `Also ${names.join(', ')}.`]),
    ...(notes === '' ? [] : ['.PP', '.nf', ...notes.split('\n').map(plain), '.fi']),
  ];
}

const environment = [
  [
    'HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK, HUAWEICLOUD_SDK_REGION',
    'Keys and region where no profile is named.',
  ],
  ['LABELKIT_CONFIG', 'The file with profiles.'],
  [
    'LABELKIT_PROGRESS',
    'lines: progress as a line now and then, also where standard error is no terminal; none: no progress.',
  ],
  ['LABELKIT_DEBUG', 'Where it is set, a fault in labelkit itself shows where it happened.'],
];

/**
 * The manual page of all commands, labelkit(1), as roff.
 *
 * @param tree  of `commandTree()`
 */
export function manPage(tree, version) {
  const commands = [...all(tree)].slice(1);
  const common = commonOptions(commands);
  return `${[
    `.TH LABELKIT 1 "" "labelkit ${plain(version)}" "User Commands"`,
    '.SH NAME',
    'labelkit \\- read, check, convert and write annotation datasets',
    '.SH SYNOPSIS',
    `${bold('labelkit')} \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]`,
    '.SH DESCRIPTION',
    plain(tree.description),
    '.PP',
    plain(
      'The result goes to standard output, with --json as exactly one JSON document; everything else goes to standard error.',
    ),
    '.PP',
    '.nf',
    ...tree.notes.split('\n').map(plain),
    '.fi',
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandLines(command, common)),
    '.SH OPTIONS OF MANY COMMANDS',
    ...[...common.values()].flatMap(({ option }) => optionLines(option)),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([names, meaning]) => ['.TP', bold(names), plain(meaning)]),
    '.SH SEE ALSO',
    'The pages in the folder docs of the package: guide.md, recipes.md, commands/README.md, rules.md, formats.md.',
  ].join('\n')}\n`;
}
