import type { CommandNode, OptionNode } from '../command-node.js';
import { brief, type Completions, everyCommand, type Values } from './values.js';

const frame = `# The command that has been called so far: dataset list
function __labelkit_called
    set -l called
    for word in (commandline -opc)[2..-1]
        set -l longer (string join ' ' -- $called $word)
        if contains -- "$longer" $__labelkit_commands
            set called $longer
        end
    end
    string join ' ' -- $called
end

function __labelkit_is
    set -l called (__labelkit_called)
    test "$called" = "$argv"
end
`;

/** A script that completes command lines in fish: to be sourced, or a file in a folder of `$fish_complete_path`. */
export function fishCompletion(root: CommandNode, completions: Completions): string {
  const commands = everyCommand(root);
  const called = commands.slice(1).map(({ words }) => quoted(words.slice(1).join(' ')));
  return [
    '# Completion of labelkit for fish. Made by: labelkit completion fish',
    `set -g __labelkit_commands ${called.join(' ')}`,
    '',
    frame,
    'complete -c labelkit -f',
    ...commands.flatMap((command) => linesOf(command, completions)),
    '',
  ].join('\n');
}

function linesOf(command: CommandNode, completions: Completions): string[] {
  const start = `complete -c labelkit -n ${quoted(`__labelkit_is ${command.words.slice(1).join(' ')}`.trim())}`;
  const below = command.commands.map(
    ({ words, description }) => `${start} -a ${quoted(words.at(-1)!)} -d ${quoted(brief(description))}`,
  );
  const operands = new Set(
    command.arguments.map((argument) => wordsOf(completions.argument(command, argument))),
  );
  const options = command.options.map((option) => {
    const { long, short, description } = option;
    const names = `${short === undefined ? '' : ` -s ${short.slice(1)}`}${long === undefined ? '' : ` -l ${long.slice(2)}`}`;
    return `${start}${names}${takenBy(option, completions)} -d ${quoted(brief(description))}`;
  });
  return [
    ...below,
    ...[...operands].filter((words) => words !== '').map((words) => `${start}${words}`),
    ...options,
  ];
}

function takenBy(option: OptionNode, completions: Completions): string {
  if (option.value?.required !== true) return '';
  const words = wordsOf(completions.option(option));
  return words === ' -F' ? ' -r -F' : ` -x${words}`;
}

function wordsOf(values: Values): string {
  if (values === 'files') return ' -F';
  return values === 'unknown' ? '' : ` -a ${quoted(values.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
