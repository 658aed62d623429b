import type { TransformOptions } from '../src/dataset-io/convert.js';
import type { RunResult } from '../src/dataset-io/run.js';
import type { Session } from '../src/dataset-io/session.js';
import { type Diagnostic, formatDiagnostic } from '../src/model/index.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { groupDigits } from './group-digits.js';
import { type CommandIo, writeText } from './io.js';
import { readingOptions } from './options.js';
import type { OutputFlags } from './output-options.js';
import { ProgressBar } from './progress-bar.js';
import { withSession } from './session.js';

/** What a command prints beside the counts. */
export interface Report {
  /** Lines, each ended. */
  readonly text: string;
  /** Members of the JSON document beside those of the counts. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Runs a command from an input to an output: shows progress, prints what came out, and gives the exit status.
 *
 * @param title what has happened to the items of the progress bar: `converted`
 * @param output the output's path: where it is `-`, the data has standard output for itself
 * @param report what there is to say beside the counts, asked for at the end
 */
export async function runToOutput(
  { title, output, flags, io }: { title: string; output: string; flags: OutputFlags; io: CommandIo },
  work: (options: TransformOptions) => Promise<RunResult>,
  report?: () => Report,
): Promise<ExitCode> {
  const bar = new ProgressBar(io, title, flags.quiet === true);
  let errors = 0;
  const onDiagnostic = ({ severity }: Diagnostic) => {
    if (severity === 'error') errors++;
  };
  const classes = await classesOf(flags.classes);
  const run = (session: Session) =>
    work({
      ...readingOptions(flags),
      to: flags.to,
      toOptions: flags.toOption,
      classes,
      profile: flags.profile,
      mode: flags.mode,
      onError: flags.onError ?? (flags.quarantine === undefined ? 'fail' : 'quarantine'),
      quarantine: flags.quarantine,
      images: flags.images,
      root: flags.root,
      renameClashes: flags.renameClashes,
      classLists: flags.classLists,
      canonical: flags.canonical,
      shard: flags.shard,
      maxDiagnostics: flags.maxFindings,
      onDiagnostic,
      onProgress: bar.update,
      signal: io.signal,
      session,
    });
  const result = await bar.during(() => withSession(flags, io, run, { append: flags.appendMode }));
  const toStdout = output === '-';
  if (flags.quiet !== true && (flags.json !== true || toStdout)) {
    await writeText(io.stderr, result.diagnostics.map((d) => `${formatDiagnostic(d)}\n`).join(''));
  }
  const own = report?.();
  const text =
    flags.json === true
      ? `${JSON.stringify({ ...result, ...own?.json }, null, 2)}\n`
      : `${textOf(result)}${own?.text ?? ''}`;
  if (!toStdout) await writeText(io.stdout, text);
  else if (flags.quiet !== true) await writeText(io.stderr, text);
  const lossy = unacceptedLosses(result.losses, flags.allowLoss ?? []).length > 0;
  // An error that cost no record cost something of one: an object that could not be read.
  return errors > 0 || result.skipped > 0 || lossy ? exitCodes.data : exitCodes.done;
}

/** What `--classes` names. @throws OptionError when there is nothing in it; StorageError when a file cannot be read */
async function classesOf(text: string | undefined): Promise<readonly string[] | 'sorted' | undefined> {
  if (text === undefined || text === 'sorted') return text;
  const { parseClasses } = await import('../src/dataset-io/class-names.js');
  return await parseClasses(text);
}

function textOf({ read, written, skipped, dropped, losses, outputs, seconds }: RunResult): string {
  const left = dropped === undefined ? '' : `, left out ${groupDigits(dropped)}`;
  const lines = [
    `read ${groupDigits(read)}, written ${groupDigits(written)}${left}, skipped ${groupDigits(skipped)} in ${seconds} s`,
  ];
  for (const { path, samples } of outputs)
    lines.push(`  ${path}  ${groupDigits(samples)} ${samples === 1 ? 'sample' : 'samples'}`);
  for (const [feature, count] of Object.entries(losses))
    lines.push(`  lost: ${feature} ${groupDigits(count)}`);
  return `${lines.join('\n')}\n`;
}

/** Losses that the command line did not accept by name. */
function unacceptedLosses(losses: RunResult['losses'], allowed: readonly string[]): string[] {
  return allowed.includes('all') ? [] : Object.keys(losses).filter((feature) => !allowed.includes(feature));
}
