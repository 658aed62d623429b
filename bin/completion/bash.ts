import type { CommandNode } from '../command-node.js';
import { type Completions, everyCommand, namesOf, type Values } from './values.js';

/** For bash from 3.2 on; needs no other package. `--option=value` comes to it as three words. */
const frame = `_labelkit() {
  local current="\${COMP_WORDS[COMP_CWORD]}" called=labelkit commands options valued operands values
  local option='' index=1 word
  _labelkit_command "$called"
  while ((index < COMP_CWORD)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      =) ;;
      -*)
        option=''
        if [[ " $valued " == *" $word "* ]]; then option="$word"; fi
        ;;
      *)
        if [[ -n "$option" ]]; then
          option=''
        elif [[ " $commands " == *" $word "* ]]; then
          called+=" $word"
          _labelkit_command "$called"
        fi
        ;;
    esac
    index=$((index + 1))
  done
  if [[ "$current" == '=' ]]; then current=''; fi
  COMPREPLY=()
  if [[ -n "$option" ]]; then
    _labelkit_values "$called $option"
  elif [[ "$current" == -* ]]; then
    values="$options"
  else
    values="$commands $operands"
  fi
  case " $values " in
    *' <files> '*)
      values="\${values/<files>/}"
      ;;
    *)
      compopt +o default +o bashdefault 2>/dev/null
      ;;
  esac
  COMPREPLY=($(compgen -W "$values" -- "$current"))
}

complete -o bashdefault -o default -F _labelkit labelkit
`;

/** A script that completes command lines in bash, to be sourced there. */
export function bashCompletion(root: CommandNode, completions: Completions): string {
  const commands = everyCommand(root);
  const facts = commands.map((command) => {
    const { words, commands: below, options } = command;
    return [
      `    ${quoted(words.join(' '))})`,
      `      commands=${quoted(below.map((child) => child.words.at(-1)).join(' '))}`,
      `      options=${quoted(options.flatMap(namesOf).join(' '))}`,
      `      valued=${quoted(
        options
          .filter(({ value }) => value?.required === true)
          .flatMap(namesOf)
          .join(' '),
      )}`,
      `      operands=${quoted(operandsOf(command, completions))}`,
      '      ;;',
    ].join('\n');
  });
  const values = commands.flatMap(({ words, options }) =>
    options.flatMap((option) => {
      const text = textOf(completions.option(option));
      const at = namesOf(option).map((name) => quoted([...words, name].join(' ')));
      return text === '' ? [] : [`    ${at.join(' | ')}) values=${quoted(text)} ;;`];
    }),
  );
  return [
    '# Completion of labelkit for bash. Made by: labelkit completion bash',
    '_labelkit_command() {',
    '  case "$1" in',
    ...facts,
    '  esac',
    '}',
    '',
    '_labelkit_values() {',
    "  values=''",
    '  case "$1" in',
    ...values,
    '  esac',
    '}',
    '',
    frame,
  ].join('\n');
}

/** What all arguments of a command can be, together: which of them comes next is not worked out. */
function operandsOf(command: CommandNode, completions: Completions): string {
  const found = command.arguments.map((argument) => textOf(completions.argument(command, argument)));
  return [...new Set(found)].join(' ').trim();
}

function textOf(values: Values): string {
  if (values === 'files') return '<files>';
  return values === 'unknown' ? '' : values.join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
