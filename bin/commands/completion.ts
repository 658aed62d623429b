import { Argument, type Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

const notes = `
In bash, in ~/.bashrc:   source <(labelkit completion bash)
In zsh, after compinit:  source <(labelkit completion zsh)
In fish, once:           labelkit completion fish > ~/.config/fish/completions/labelkit.fish
`;

/** `labelkit completion <shell>`: a script with which a shell completes commands, options and their values. */
export function addCompletion(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands, options and their values')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', notes)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const [{ describeCommand }, { completionScript }] = await Promise.all([
        import('../command-node.js'),
        import('../completion/script.js'),
      ]);
      const script = await completionScript(shell, describeCommand(program));
      await writeText(io.stdout, script);
      done(exitCodes.done);
    });
}
