import type { Argument, Command, Option } from 'commander';

/** What follows an option, or an argument of a command. */
export interface ValueNode {
  /** As help shows it, without brackets: `format`. */
  readonly name: string;
  readonly required: boolean;
  /** It can be several words. */
  readonly variadic: boolean;
  /** All that it can be, where they are few. */
  readonly choices: readonly string[];
}

/** An argument of a command. */
export interface ArgumentNode extends ValueNode {
  readonly description: string;
}

/** An option of a command. */
export interface OptionNode {
  /** As help shows it: `-n, --count <n>`. */
  readonly flags: string;
  readonly long: string | undefined;
  readonly short: string | undefined;
  readonly description: string;
  /** Absent for a flag. */
  readonly value: ValueNode | undefined;
  /** As one would write it; absent where there is none, or the description says it. */
  readonly defaultText: string | undefined;
}

/** A command, or a group of commands, as plain data. */
export interface CommandNode {
  /** The words that call it, the program's name first: `['labelkit', 'dataset', 'list']`. */
  readonly words: readonly string[];
  readonly description: string;
  /** What may follow those words: `[options] <input>`. */
  readonly usage: string;
  readonly arguments: readonly ArgumentNode[];
  /** `--help` among them. */
  readonly options: readonly OptionNode[];
  /** What its help says below the options. */
  readonly notes: string;
  readonly commands: readonly CommandNode[];
}

/** A command and all below it, with what its help says of it. */
export function describeCommand(command: Command, before: readonly string[] = []): CommandNode {
  const words = [...before, command.name()];
  const help = command.createHelp();
  return {
    words,
    description: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map(argumentNode),
    options: help.visibleOptions(command).map(optionNode),
    notes: notesOf(command),
    commands: command.commands.map((child) => describeCommand(child, words)),
  };
}

function argumentNode(argument: Argument): ArgumentNode {
  const { required, variadic, description, argChoices = [] } = argument;
  return { name: argument.name(), required, variadic, choices: argChoices, description };
}

function optionNode(option: Option): OptionNode {
  const { flags, long, short, description, required, optional, variadic, argChoices = [] } = option;
  const { defaultValue, negate } = option;
  const value = / [<[](.*?)(?:\.\.\.)?[>\]]$/.exec(flags)?.[1];
  const isShown = defaultValue !== undefined && !negate && (required || optional);
  return {
    flags,
    long,
    short,
    description,
    value: value === undefined ? undefined : { name: value, required, variadic, choices: argChoices },
    defaultText: isShown ? String(defaultValue) : undefined,
  };
}

/** The texts that were added to the help of a command, which commander keeps to itself until help is shown. */
function notesOf(command: Command): string {
  let shown = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({
    writeOut: (text) => {
      shown += text;
    },
  });
  command.outputHelp();
  command.configureOutput({ writeOut });
  return shown.slice(command.helpInformation().length).trim();
}
