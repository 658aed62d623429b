import type { ArgumentNode, CommandNode, OptionNode, ValueNode } from '../command-node.js';

/** What completes a value: these words, names of files, or nothing that is known. */
export type Values = readonly string[] | 'files' | 'unknown';

/** Finds what completes the values of options and arguments. */
export interface Completions {
  readonly option: (option: OptionNode) => Values;
  readonly argument: (command: CommandNode, argument: ArgumentNode) => Values;
}

/** Names that help gives to values that are paths. */
const paths = new Set(['path', 'file', 'dir', 'folder', 'list']);
/** … and to arguments that are none. */
const others = new Set(['dataset', 'name', 'object', 'prefix', 'profile', 'sample', 'version']);

/**
 * @param known  words by where they stand: `--from <format>` for an option, `explain <rule>` for an argument; the choices
 *   that a command line is checked against need not be named
 */
export function completions(known: Readonly<Record<string, readonly string[]>>): Completions {
  return {
    option: ({ long, value }) =>
      value === undefined
        ? 'unknown'
        : (chosen(value) ??
          known[`${long} <${value.name}>`] ??
          (paths.has(value.name) ? 'files' : 'unknown')),
    argument: ({ words }, argument) =>
      chosen(argument) ??
      known[`${words.slice(1).join(' ')} <${argument.name}>`] ??
      (others.has(argument.name) ? 'unknown' : 'files'),
  };
}

function chosen({ choices }: ValueNode): readonly string[] | undefined {
  return choices.length === 0 ? undefined : choices;
}

/** The command and all below it. */
export function everyCommand(command: CommandNode): CommandNode[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** The names of an option, as they are typed. */
export function namesOf({ long, short }: OptionNode): string[] {
  return [short, long].filter((name) => name !== undefined);
}

/** A description of an option or command cut to what fits beside it in a list. */
export function brief(description: string): string {
  const [sentence = ''] = description.split(/[;(]/, 1);
  return sentence.trim();
}
