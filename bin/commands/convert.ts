import { type Command, Option } from 'commander';
import type { RunResult } from '../../src/dataset-io/run.js';
import type { Session } from '../../src/dataset-io/session.js';
import type { ImageHandling } from '../../src/dataset-io/writer.js';
import { formatDiagnostic } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { type InputFlags, withInputOptions } from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags extends InputFlags {
  readonly to: string;
  readonly mode: 'create' | 'overwrite' | 'append';
  readonly appendMode: 'rewrite' | 'refuse-normal';
  readonly onError?: 'fail' | 'skip' | 'quarantine';
  readonly quarantine?: string;
  readonly images: ImageHandling;
  readonly renameClashes?: boolean;
  readonly classLists?: boolean;
  readonly canonical?: boolean;
  readonly root?: string;
  readonly allowLoss?: string[];
}

function textResult({ read, written, skipped, losses, outputs, seconds }: RunResult): string {
  const lines = [
    `read ${groupDigits(read)}, written ${groupDigits(written)}, skipped ${groupDigits(skipped)} in ${seconds} s`,
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

/** `labelkit convert <input> <output> --to <format>`. */
export function addConvert(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withInputOptions(program.command('convert'))
    .description('convert a data set; the output is complete or absent')
    .argument('<input>', 'a manifest, a VOC tree, a folder of VOC files; - for a manifest on standard input')
    .argument('<output>', 'a file or folder; - for a manifest on standard output')
    .requiredOption('--to <format>', 'format of the output: manifest or voc')
    .addOption(
      new Option('--mode <mode>', 'what happens when the output exists')
        .choices(['create', 'overwrite', 'append'])
        .default('create'),
    )
    .addOption(
      new Option(
        '--append-mode <mode>',
        'appending to an object that was not made by appending: make it anew of itself and the lines, or refuse',
      )
        .choices(['rewrite', 'refuse-normal'])
        .default('rewrite'),
    )
    .addOption(
      new Option(
        '--on-error <policy>',
        'what happens to a record that cannot be read or written (default: fail)',
      ).choices(['fail', 'skip', 'quarantine']),
    )
    .option('--quarantine <path>', 'where such records are put aside: a file for lines, a folder for files')
    .addOption(
      new Option('--images <handling>', 'leave the images where they are, or put them beside the output')
        .choices(['reference', 'copy', 'link'])
        .default('reference'),
    )
    .option('--rename-clashes', 'number the later of two samples with one output name')
    .option('--class-lists', 'to voc: write <class>_<set>.txt lists too')
    .option('--canonical', 'manifest to manifest: rewrite every line in canonical key order and spelling')
    .option('--root <dir>', 'a directory that references of the input may not leave')
    .option('--allow-loss <feature...>', 'losses that do not make the exit status 1; "all" for any');
  command.action(async (input: string, output: string, flags: Flags) => {
    const [{ convert }, { withSession }] = await Promise.all([
      import('../../src/dataset-io/convert.js'),
      import('../session.js'),
    ]);
    const bar = new ProgressBar(io, 'converted', flags.quiet === true);
    let result: RunResult;
    try {
      const work = (session: Session) =>
        convert(input, output, {
          from: flags.from,
          profile: flags.profile,
          to: flags.to,
          mode: flags.mode,
          onError: flags.onError ?? (flags.quarantine === undefined ? 'fail' : 'quarantine'),
          quarantine: flags.quarantine,
          images: flags.images,
          encoding: flags.encoding,
          baseDir: flags.baseDir,
          root: flags.root,
          renameClashes: flags.renameClashes,
          classLists: flags.classLists,
          canonical: flags.canonical,
          maxLineBytes: flags.maxLine,
          maxDiagnostics: flags.maxFindings,
          onProgress: bar.update,
          signal: io.signal,
          session,
        });
      result = await withSession(flags, io, work, { append: flags.appendMode });
    } finally {
      bar.clear();
    }
    const toStdout = output === '-';
    if (flags.quiet !== true && (flags.json !== true || toStdout)) {
      await writeText(io.stderr, result.diagnostics.map((d) => `${formatDiagnostic(d)}\n`).join(''));
    }
    const text = flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : textResult(result);
    if (!toStdout) await writeText(io.stdout, text);
    else if (flags.quiet !== true) await writeText(io.stderr, text);
    const lossy = unacceptedLosses(result.losses, flags.allowLoss ?? []).length > 0;
    done(result.skipped > 0 || lossy ? exitCodes.data : exitCodes.done);
  });
}
