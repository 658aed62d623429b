import { type Command, Option } from 'commander';
import type { TransferItem, TransferResult } from '../../src/dataset-io/transfer/transfer.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { wholeNumber } from '../options.js';
import { ProgressBar } from '../progress-bar.js';
import { withSession } from '../session.js';

interface Flags {
  readonly mode: 'create' | 'overwrite';
  readonly keepLastDir: boolean;
  readonly include?: string[];
  readonly exclude?: string[];
  readonly followLinks?: boolean;
  readonly dryRun?: boolean;
  readonly jobs: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

function textResult(
  { files, bytes, skipped, failures }: TransferResult,
  seconds: number,
  dry: boolean,
): string {
  const what = `${groupDigits(files)} ${files === 1 ? 'file' : 'files'}, ${groupDigits(bytes)} bytes`;
  const rest = `already there ${groupDigits(skipped)}, failed ${groupDigits(failures.length)}`;
  return dry ? `would copy ${what}; ${rest}\n` : `copied ${what}; ${rest} in ${seconds} s\n`;
}

function failureLines({ failures }: TransferResult): string {
  return failures
    .map(({ message, hint }) => `labelkit: ${message}${hint === undefined ? '' : `\n  hint: ${hint}`}\n`)
    .join('');
}

/** Every value of an option that is given again and again. */
function several(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** `labelkit copy <from> <to>`: local ↔ object storage, a file or a tree. */
export function addCopy(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('copy')
    .description(
      'copy a file or folder between the local disk and object storage, or inside object storage; what is there already is not copied again',
    )
    .argument(
      '<from>',
      'a file or folder; obs://bucket/key, where a trailing / or no object of that name means a folder',
    )
    .argument('<to>', 'a folder takes <from> inside it; for a file, a name that ends with / is a folder too')
    .addOption(
      new Option('--mode <mode>', 'what happens to a file that is there with other content')
        .choices(['create', 'overwrite'])
        .default('create'),
    )
    .option('--no-keep-last-dir', 'copy what is in a folder, without a folder of its name')
    .option(
      '--include <glob>',
      'only such files, can be given again: * within a name, ** across folders, ? one character',
      several,
    )
    .option('--exclude <glob>', 'no such files, can be given again', several)
    .option('--follow-links', 'descend into symbolic links to folders')
    .option('--dry-run', 'list what would be copied; copy nothing')
    .option('--jobs <n>', 'files under way at a time', wholeNumber(1), 16)
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .option('--session <profile>', 'profile with the keys for object storage (default: from the environment)')
    .action(async (from: string, to: string, flags: Flags) => {
      const { transfer } = await import('../../src/dataset-io/transfer/transfer.js');
      const started = performance.now();
      const bar = new ProgressBar(io, 'copied', flags.quiet === true);
      const planned: string[] = [];
      const onItem = (item: TransferItem) => {
        if (item.outcome === 'planned') planned.push(`${item.from} → ${item.to}\n`);
      };
      const result = await bar.during(() =>
        withSession(flags, io, (session) =>
          transfer(from, to, {
            mode: flags.mode,
            keepLastDir: flags.keepLastDir,
            include: flags.include,
            exclude: flags.exclude,
            followLinks: flags.followLinks,
            dryRun: flags.dryRun,
            concurrency: flags.jobs,
            continueOnError: true,
            ...(flags.dryRun === true && flags.json !== true ? { onItem } : {}),
            onProgress: bar.update,
            signal: io.signal,
            session,
          }),
        ),
      );
      const seconds = Math.round(performance.now() - started) / 1000;
      await writeText(io.stderr, failureLines(result));
      await writeText(
        io.stdout,
        flags.json === true
          ? `${JSON.stringify({ ...result, seconds }, null, 2)}\n`
          : planned.join('') + textResult(result, seconds, flags.dryRun === true),
      );
      done(result.failures.length === 0 ? exitCodes.done : exitCodes.failed);
    });
}
