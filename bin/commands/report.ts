import { type Command, Option } from 'commander';
import type { ReportResult } from '../../src/report/report.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { byteSize, type InputFlags, readingOptions, wholeNumber, withInputOptions } from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags extends InputFlags {
  readonly mode: 'create' | 'overwrite';
  readonly title?: string;
  readonly samples: number;
  readonly maxSize?: number;
  readonly seed?: number;
  readonly top: number;
  readonly join: boolean;
  readonly root?: string;
  readonly lenient?: boolean;
  readonly checkFiles?: boolean;
  readonly crossSample: boolean;
  readonly jobs?: number;
}

/** `labelkit report <input> <output>`: one HTML page with counts, plots, findings and pictures. */
export function addReport(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  withInputOptions(program.command('report'))
    .description('one HTML page to send around: counts, plots, findings, pictures, texts, recordings')
    .argument('<input>', 'a data set of any format; - for a format of one file on standard input')
    .argument('<output>', 'the page; - for standard output')
    .addOption(
      new Option('--mode <mode>', 'what happens when the output exists')
        .choices(['create', 'overwrite'])
        .default('create'),
    )
    .option('--title <text>', 'heading of the page (default: the name of the input)')
    .option('--samples <n>', 'samples shown at most; up to half of them have findings', wholeNumber(0), 24)
    .option(
      '--max-size <bytes>',
      'size of the page; pictures that would exceed it are left out (default: 5M)',
      byteSize,
    )
    .option('--top <n>', 'rows listed in each table; all are counted', wholeNumber(0), 50)
    .option('--no-join', 'do not read the annotation files that a manifest names')
    .option('--root <dir>', 'a directory that references of the input may not leave')
    .option('--lenient', 'severities of lenient reading instead of strict ones')
    .option('--check-files', 'open the annotation files and images that are referred to')
    .option('--no-cross-sample', 'leave out the rules that compare samples with each other')
    .option('--jobs <n>', 'threads for large inputs (default: one for each core, at most 4)', wholeNumber(1))
    .action(async (input: string, output: string, flags: Flags, command: Command) => {
      const result = await run(
        input,
        output,
        flags,
        io,
        `labelkit ${command.parent?.version() ?? ''}`.trim(),
      );
      const text = flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : textOf(result);
      // Where the page is on standard output, what is said about it is not.
      if (output !== '-') await writeText(io.stdout, text);
      else if (flags.quiet !== true) await writeText(io.stderr, text);
      done(result.errors + result.unreadable > 0 ? exitCodes.data : exitCodes.done);
    });
}

async function run(
  input: string,
  output: string,
  flags: Flags,
  io: CommandIo,
  maker: string,
): Promise<ReportResult> {
  const [{ report }, { withSession }] = await Promise.all([
    import('../../src/report/report.js'),
    import('../session.js'),
  ]);
  const bar = new ProgressBar(io, 'read', flags.quiet === true);
  try {
    return await withSession(flags, io, (session) =>
      report(input, output, {
        ...readingOptions(flags),
        outputMode: flags.mode,
        title: flags.title,
        samples: flags.samples,
        maxSize: flags.maxSize,
        seed: flags.seed,
        top: flags.top,
        join: flags.join,
        root: flags.root,
        profile: flags.profile,
        mode: flags.lenient === true ? 'lenient' : 'strict',
        checkFiles: flags.checkFiles,
        crossSample: flags.crossSample,
        maxDiagnostics: flags.maxFindings,
        jobs: flags.jobs,
        maker,
        onProgress: bar.update,
        signal: io.signal,
        session,
      }),
    );
  } finally {
    bar.clear();
  }
}

function textOf(result: ReportResult): string {
  const { output, bytes, samples, errors, warnings, unreadable, pictures } = result;
  const counted = (count: number, noun: string) => `${groupDigits(count)} ${noun}${count === 1 ? '' : 's'}`;
  const lines = [
    `${output}: ${groupDigits(Math.ceil(bytes / 1024))} KB`,
    `  ${counted(samples, 'sample')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}${unreadable > 0 ? `, ${groupDigits(unreadable)} not readable` : ''}`,
  ];
  const { shown, failed, leftOut, problem } = pictures;
  const parts = [
    counted(shown, 'picture'),
    failed > 0 && `${groupDigits(failed)} could not be made`,
    leftOut > 0 && `${groupDigits(leftOut)} left out to stay within --max-size`,
  ].filter((part) => part !== false);
  if (problem !== undefined) lines.push(`  no pictures: ${problem}`);
  else if (shown + failed + leftOut > 0) lines.push(`  ${parts.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
