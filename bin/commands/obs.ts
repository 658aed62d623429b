import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { duration } from '../options.js';

interface Flags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

interface CleanFlags extends Flags {
  readonly olderThan: number;
  readonly dryRun?: boolean;
}

function withServiceOptions(command: Command): Command {
  return command
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .option(
      '--session <profile>',
      'profile with the keys for object storage (default: from the environment)',
    );
}

/** `labelkit obs clean-uploads` and `labelkit obs break-lock`: what writers that were killed leave in a bucket. */
export function addObs(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const group = program
    .command('obs')
    .description('put right what writers that were killed left in object storage');

  withServiceOptions(group.command('clean-uploads'))
    .description(
      'take back multipart uploads that were begun and never ended: they show nowhere and are billed',
    )
    .argument('<prefix>', 'obs://bucket/prefix: uploads of all keys that begin so; obs://bucket/ for all')
    .addOption(
      new Option('--older-than <time>', 'only those begun so long ago or earlier: 30m, 12h, 1d, 2w')
        .argParser(duration)
        .default(86_400_000, '1d'),
    )
    .option('--dry-run', 'list what would be taken back; change nothing')
    .action(async (prefix: string, flags: CleanFlags) => {
      const dryRun = flags.dryRun === true;
      const olderThan = new Date(Date.now() - flags.olderThan);
      const { withSession } = await import('../session.js');
      const result = await withSession(flags, io, ({ storage }) =>
        storage.cleanUpUploads(prefix, olderThan, { dryRun, signal: io.signal }),
      );
      const listed = result.uploads.map(({ path, started }) => `${path}  begun ${started.toISOString()}\n`);
      const what = `${groupDigits(result.removed)} ${result.removed === 1 ? 'upload' : 'uploads'}`;
      const text = `${dryRun ? `would take back ${what}` : `took back ${what}`}, left ${groupDigits(result.left)}\n`;
      await writeText(
        io.stdout,
        flags.json === true ? `${JSON.stringify({ ...result, dryRun }, null, 2)}\n` : listed.join('') + text,
      );
      done(exitCodes.done);
    });

  withServiceOptions(group.command('break-lock'))
    .description(
      'remove the lock that an append left beside an object; make sure first that it no longer runs',
    )
    .argument('<object>', 'obs://bucket/key of the object, not of the lock')
    .action(async (path: string, flags: Flags) => {
      const { withSession } = await import('../session.js');
      const holder = await withSession(flags, io, ({ storage }) =>
        storage.breakLock(path, { signal: io.signal }),
      );
      const who =
        holder === null || holder.host === ''
          ? 'another program'
          : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
      const text =
        holder === null ? `${path} is not locked\n` : `removed the lock of ${path}, held by ${who}\n`;
      await writeText(
        io.stdout,
        flags.json === true
          ? `${JSON.stringify({ path, broken: holder !== null, holder }, null, 2)}\n`
          : text,
      );
      done(exitCodes.done);
    });
}
