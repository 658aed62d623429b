import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PreviewResult } from '../../src/index.js';
import {
  type CoordinateConvention,
  coordinateConventions,
  type Diagnostic,
  formatDiagnostic,
} from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import {
  type InputFlags,
  namedClasses,
  readingOptions,
  wholeNumber,
  withInputOptions,
  words,
} from '../options.js';
import { ProgressBar } from '../progress-bar.js';
import { printable } from '../text-table.js';

interface Flags extends InputFlags {
  readonly count: number;
  readonly seed?: number;
  readonly label?: readonly string[];
  readonly finding?: readonly string[];
  readonly checkFiles?: boolean;
  readonly maxEdge: number;
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly quality: number;
  readonly maxPixels: number;
  readonly orientation: 'auto' | 'stored' | 'upright';
  readonly coords?: CoordinateConvention;
  readonly sheets: boolean;
  readonly mode: 'create' | 'overwrite' | 'append';
  readonly classes?: string;
  readonly root?: string;
}

/** An option that is given once for each value, since labels may have commas. */
function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function countFrom1(text: string): number {
  const number = wholeNumber(1)(text);
  if (number > 10_000) throw new InvalidArgumentError('It must be 10000 at most.');
  return number;
}

/** `labelkit preview <input> <outdir>`: images with their shapes drawn, and contact sheets. */
export function addPreview(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  withInputOptions(
    program
      .command('preview')
      .description('images with their labels drawn over them, and contact sheets')
      .argument('<input>', 'a data set whose samples are images; - for a manifest on standard input')
      .argument('<outdir>', 'a folder for the pictures')
      .option('-n, --count <n>', 'images, drawn at random from those that fit', countFrom1, 20)
      .option(
        '--label <label>',
        'only images with this label; * and ? stand for any characters; repeatable',
        another,
      )
      .option(
        '--finding <rules>',
        'only images with one of these findings: ids or names of rules, or error, warning, info',
        words,
      )
      .option('--check-files', 'with --finding: open the files that are referred to, too')
      .option('--max-edge <pixels>', 'longest side of a picture; smaller images stay', wholeNumber(16), 1024)
      .addOption(
        new Option('--format <name>', 'of the pictures').choices(['jpeg', 'png', 'webp']).default('jpeg'),
      )
      .option('--quality <n>', '1 to 100, of jpeg and webp', wholeNumber(1), 82)
      .option('--max-pixels <n>', 'images with more pixels are not decoded', wholeNumber(1), 100_000_000)
      .addOption(
        new Option(
          '--orientation <how>',
          'what coordinates of images with an EXIF orientation are of: the stored pixels, or the image upright',
        )
          .choices(['auto', 'stored', 'upright'])
          .default('auto'),
      )
      .addOption(
        new Option('--coords <convention>', 'what coordinates mean (default: zeroBased)').choices([
          ...coordinateConventions,
        ]),
      )
      .option('--no-sheets', 'no contact sheets')
      .addOption(
        new Option('--mode <mode>', 'what happens when the folder exists')
          .choices(['create', 'overwrite', 'append'])
          .default('create'),
      )
      .option('--classes <list>', 'class names by their numbers, for data without names: a,b,c or @file')
      .option('--root <dir>', 'a directory that references of the input may not leave'),
  ).action(async (input: string, output: string, flags: Flags) => {
    const [{ preview }, { withSession }] = await Promise.all([
      import('../../src/report/preview.js'),
      import('../session.js'),
    ]);
    const { count, seed, label, finding, checkFiles, maxEdge, format, quality, maxPixels } = flags;
    const { orientation, coords, sheets, mode, profile, root, maxFindings } = flags;
    const classes = await namedClasses(flags.classes);
    const diagnostics: Diagnostic[] = [];
    const bar = new ProgressBar(io, 'read', flags.quiet === true);
    const result = await bar.during(() =>
      withSession(flags, io, (session) =>
        preview(input, output, {
          ...readingOptions(flags),
          ...{ count, seed, labels: label, findings: finding, checkFiles, profile, classes, root },
          ...{ maxEdge, format, quality, maxPixels, orientation, convention: coords, sheets, mode },
          onDiagnostic: (diagnostic) => {
            if (diagnostics.length < maxFindings) diagnostics.push(diagnostic);
          },
          onProgress: bar.update,
          signal: io.signal,
          session,
        }),
      ),
    );
    if (flags.json === true) {
      await writeText(io.stdout, `${JSON.stringify({ ...result, diagnostics }, null, 2)}\n`);
    } else {
      if (flags.quiet !== true)
        await writeText(io.stderr, diagnostics.map((d) => `${formatDiagnostic(d)}\n`).join(''));
      await writeText(io.stdout, textOf(result));
    }
    done(result.failed > 0 ? exitCodes.data : exitCodes.done);
  });
}

function textOf({ input, format, read, fitting, pictures, sheets, notes, seconds }: PreviewResult): string {
  const made = pictures.filter(({ path }) => path !== undefined).length;
  const lines = [
    `${input}: ${format}, ${groupDigits(read)} samples read, ${groupDigits(fitting)} fit, ${made} pictures in ${seconds} s`,
  ];
  for (const sheet of sheets) lines.push(`  ${sheet}`);
  for (const { path, source, rules, problem, notes: own } of pictures) {
    const shown = path ?? `${source}: no picture: ${problem?.message}`;
    const more = [...rules, ...own].join(', ');
    lines.push(`  ${shown}${more === '' ? '' : `  (${more})`}`);
  }
  for (const note of notes) lines.push(`note: ${note}`);
  return `${lines.map(printable).join('\n')}\n`;
}
