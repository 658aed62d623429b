import { Command, CommanderError } from 'commander';
import { LabelkitError } from '../src/model/index.js';
import { addCompletion } from './commands/completion.js';
import { addConvert } from './commands/convert.js';
import { addCopy } from './commands/copy.js';
import { addDataset } from './commands/dataset.js';
import { addDedupe } from './commands/dedupe.js';
import { addDiff } from './commands/diff.js';
import { addExplain } from './commands/explain.js';
import { addFilter } from './commands/filter.js';
import { addFormats } from './commands/formats.js';
import { addImport } from './commands/import.js';
import { addInspect } from './commands/inspect.js';
import { addLogin } from './commands/login.js';
import { addMerge } from './commands/merge.js';
import { addObs } from './commands/obs.js';
import { addPreview } from './commands/preview.js';
import { addRelabel } from './commands/relabel.js';
import { addRepair } from './commands/repair.js';
import { addReport } from './commands/report.js';
import { addSample } from './commands/sample.js';
import { addSplit } from './commands/split.js';
import { addStats } from './commands/stats.js';
import { addTrain } from './commands/train.js';
import { addValidate } from './commands/validate.js';
import { addWhoami } from './commands/whoami.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js';
import { type CommandIo, writeText } from './io.js';
import { packageVersion } from './version.js';

const exitHelp = `
Exit status: 0 done and nothing lost; 1 the input has errors, or something was left out or lost;
2 the command line is wrong; 3 input, output or the service failed; 130 interrupted.
Paths: files and folders, file:///a/b, obs://bucket/key (or s3://, s3a://), and - for standard input or output
where one stream is meant.
Progress: a bar on standard error where that is a terminal, nothing elsewhere; LABELKIT_PROGRESS=lines shows a line now and
then anywhere, LABELKIT_PROGRESS=none nothing.
`;

/**
 * Every command, with its options and arguments: what a command line is parsed by, and what the pages about commands, the
 * manual page and the completion of shells are made of.
 *
 * @param done  hears a command's exit status
 */
export function createProgram(io: CommandIo, done: (code: ExitCode) => void): Command {
  const program = new Command('labelkit')
    .description(
      'Reads, checks, converts and writes annotation datasets: ModelArts Manifest, Pascal VOC, COCO, YOLO and others.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    // A command may have a --version of its own.
    .enablePositionalOptions()
    .showHelpAfterError('(labelkit <command> --help shows its options)')
    .addHelpText('after', exitHelp)
    .exitOverride();
  addFormats(program, io, done);
  addInspect(program, io, done);
  addValidate(program, io, done);
  addExplain(program, io, done);
  addConvert(program, io, done);
  addDiff(program, io, done);
  addRepair(program, io, done);
  addMerge(program, io, done);
  addFilter(program, io, done);
  addRelabel(program, io, done);
  addSample(program, io, done);
  addStats(program, io, done);
  addReport(program, io, done);
  addPreview(program, io, done);
  addCopy(program, io, done);
  addSplit(program, io, done);
  addDedupe(program, io, done);
  addObs(program, io, done);
  addDataset(program, io, done);
  addTrain(program, io, done);
  addLogin(program, io, done);
  addWhoami(program, io, done);
  addImport(program, io, done);
  addCompletion(program, io, done);
  return program;
}

/**
 * Runs one command line.
 *
 * @param argv the words after the program's name
 * @returns the exit status; nothing is thrown
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const out: string[] = [];
  const err: string[] = [];
  const program = createProgram(io, (status) => {
    code = status;
  }).configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => err.push(text) });
  const settle = (parent: Command) => {
    for (const command of parent.commands) settle(command.copyInheritedSettings(parent));
  };
  settle(program);

  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    code =
      error instanceof CommanderError
        ? error.exitCode === 0
          ? exitCodes.done
          : exitCodes.usage
        : await fail(error, io);
  }
  try {
    await writeText(io.stdout, out.join(''));
    await writeText(io.stderr, err.join(''));
  } catch (error) {
    return isClosedPipe(error) ? code : exitCodes.failed;
  }
  return code;
}

/** Says what ended a command, and gives its exit status. Nobody reading any more is success. */
async function fail(error: unknown, io: CommandIo): Promise<ExitCode> {
  if (isClosedPipe(error)) return exitCodes.done;
  const code = io.signal.aborted ? exitCodes.interrupted : exitCodeOf(error);
  const text = error instanceof LabelkitError ? describe(error) : unexpected(error, io.env);
  try {
    await writeText(
      io.stderr,
      code === exitCodes.interrupted ? 'interrupted; nothing was left half-written\n' : text,
    );
  } catch (failure) {
    if (!isClosedPipe(failure)) throw failure;
  }
  return code;
}

function describe(error: LabelkitError): string {
  const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
  return `labelkit: ${error.message}${hint}\n`;
}

/** A fault of our own: say so. The stack is for whoever mends it. */
function unexpected(error: unknown, env: CommandIo['env']): string {
  const message = error instanceof Error ? error.message : String(error);
  const stack = env['LABELKIT_DEBUG'] !== undefined && error instanceof Error ? `${error.stack}\n` : '';
  return `labelkit: this is a fault in labelkit itself: ${message}\n  hint: please report it with the command line; LABELKIT_DEBUG=1 shows where it happened\n${stack}`;
}

function isClosedPipe(error: unknown): boolean {
  if (error instanceof LabelkitError) return error.code === 'ClosedPipe';
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPIPE';
}
