import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

interface Flags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

/** `labelkit whoami`: what is found to prove who asks, and what the service says to it. */
export function addWhoami(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('whoami')
    .description('say which keys or password are found, and ask the service whether they are good')
    .option('--session <profile>', 'profile with the keys (default: from the environment)')
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .action(async (flags: Flags) => {
      const { withSession } = await import('../session.js');
      const found = await withSession(flags, io, async (session) => {
        const { by, accessKey, projectId, userId, domainId, expiresAt } = await session.caller();
        const { region, modelartsEndpoint, iamEndpoint, endpoint } = await session.settings();
        return {
          by,
          ...(accessKey === undefined ? {} : { accessKey }),
          ...(region === undefined ? {} : { region }),
          projectId,
          ...(userId === undefined ? {} : { userId }),
          ...(domainId === undefined ? {} : { domainId }),
          ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
          modelarts: modelartsEndpoint,
          iam: iamEndpoint,
          obs: endpoint,
        };
      });
      const width = Math.max(...Object.keys(found).map((name) => name.length));
      const lines = Object.entries(found).map(([name, value]) => `${name.padEnd(width)}  ${value}\n`);
      await writeText(
        io.stdout,
        flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : lines.join(''),
      );
      done(exitCodes.done);
    });
}
