import type { ArgumentNode, CommandNode, OptionNode } from '../command-node.js';
import { brief, type Completions, everyCommand, namesOf, type Values } from './values.js';

/** A script that completes command lines in zsh: to be sourced after `compinit`, or a file `_labelkit` in `$fpath`. */
export function zshCompletion(root: CommandNode, completions: Completions): string {
  return [
    '#compdef labelkit',
    '# Completion of labelkit for zsh. Made by: labelkit completion zsh',
    '',
    ...everyCommand(root).flatMap((command) => functionsOf(command, completions)),
    '# Sourced, it registers itself; found in $fpath, it is called at once.',
    `if [[ "\${funcstack[1]}" == _labelkit ]]; then`,
    '  _labelkit "$@"',
    'else',
    '  compdef _labelkit labelkit',
    'fi',
    '',
  ].join('\n');
}

/** The function of a command, and one for the names of the commands below it. */
function functionsOf(command: CommandNode, completions: Completions): string[] {
  const name = functionName(command);
  const isGroup = command.commands.length > 0;
  const specs = [
    ...command.options.flatMap((option) => optionSpecs(option, completions)),
    ...(isGroup ? [`1:command:${name}_first`] : []),
    ...command.arguments
      .map((argument, at) =>
        argumentSpec(argument, isGroup ? at + 2 : at + 1, completions.argument(command, argument)),
      )
      .slice(isGroup ? 1 : 0),
  ];
  const lines = [`${name}() {`];
  if (isGroup)
    lines.push(
      `  if (( CURRENT > 2 && $+functions[${name}-$words[2]] )); then`,
      '    shift words',
      '    (( CURRENT-- ))',
      `    ${name}-$words[1]`,
      '    return',
      '  fi',
    );
  lines.push('  _arguments -S : \\', `    ${specs.map(quoted).join(' \\\n    ')}`, '}', '');
  if (isGroup) {
    const names = command.commands.map(
      ({ words, description }) =>
        `    ${quoted(`${words.at(-1)!.replaceAll(':', '\\:')}:${brief(description)}`)}`,
    );
    const [first] = command.arguments;
    const rest = first === undefined ? undefined : actionOf(completions.argument(command, first));
    lines.push(
      `${name}_first() {`,
      '  local -a commands=(',
      ...names,
      '  )',
      `  _describe -t commands ${quoted(`${command.words.join(' ')} command`)} commands`,
      ...(rest === '_files' ? ['  _files'] : []),
      '}',
      '',
    );
  }
  return lines;
}

/** Of `labelkit dataset list`: `_labelkit-dataset-list`. */
function functionName({ words }: CommandNode): string {
  return `_${words.join('-')}`;
}

function optionSpecs(option: OptionNode, completions: Completions): string[] {
  const { description, value } = option;
  const names = namesOf(option);
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  const isRepeatable = value !== undefined && (value.variadic || /repeatable|again/.test(description));
  return names.map((name) => {
    const takes = value === undefined ? '' : name.startsWith('--') ? '=' : '+';
    const said = `[${brief(description).replaceAll(/[[\]\\]/g, '\\$&')}]`;
    const after =
      value === undefined
        ? ''
        : `${value.required ? ':' : '::'}${plain(value.name)}:${actionOf(completions.option(option))}`;
    return `${isRepeatable ? '*' : others}${name}${takes}${said}${after}`;
  });
}

function argumentSpec({ name, required, variadic }: ArgumentNode, at: number, values: Values): string {
  if (variadic) return `*:${plain(name)}:${actionOf(values)}`;
  return `${at}${required ? ':' : '::'}${plain(name)}:${actionOf(values)}`;
}

/** What zsh does for a value; a blank is for one that it knows nothing about. */
function actionOf(values: Values): string {
  if (values === 'files') return '_files';
  return values === 'unknown' ? ' ' : `(${values.join(' ')})`;
}

/** A name between colons. */
function plain(name: string): string {
  return name.replaceAll(/[:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
