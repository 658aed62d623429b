import { type Command, InvalidArgumentError } from 'commander';
import type { LabelSurvey, RelabelResult } from '../../src/dataset-io/relabel.js';
import { OptionError } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { readingOptions } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags extends OutputFlags {
  readonly map?: [string, string][];
  readonly mapFile?: string;
  readonly rename?: [string, string][];
  readonly drop?: string[];
  readonly onlyMapped?: boolean;
  readonly suggest?: boolean;
}

/** The two sides of the first `=` without a `\` before it. */
function sides(text: string): [string, string] {
  const found = /^((?:[^=\\]|\\.)*)=(.*)$/s.exec(text);
  if (found === null || found[1] === '') throw new InvalidArgumentError('It must be old=new.');
  return [found[1]!, found[2]!];
}

function unescaped(text: string): string {
  return text.replace(/\\([=\\])/g, '$1');
}

function addMap(text: string, before: [string, string][] = []): [string, string][] {
  const [from, to] = sides(text);
  return [...before, [unescaped(from), unescaped(to)]];
}

function addRename(text: string, before: [string, string][] = []): [string, string][] {
  return [...before, sides(text)];
}

function addDrop(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** `labelkit relabel <input> <output> --map old=new`, and `labelkit relabel <input> --suggest`. */
export function addRelabel(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('relabel')
      .description('give labels new names or take them out, in manifests and in VOC files')
      .argument('<input>', 'a data set of any format; - for a manifest on standard input')
      .argument('[output]', 'a file or folder; - for a manifest on standard output')
      .option('--map <old=new>', 'a new name; may be repeated, all are applied at once', addMap)
      .option('--map-file <file>', 'a CSV file of old,new; an empty new name takes the label out')
      .option('--rename <pattern=new>', '* and ? of the new name stand for those of the pattern', addRename)
      .option('--drop <pattern>', 'labels to take out; may be repeated', addDrop)
      .option('--only-mapped', 'take out labels that get no new name')
      .option('--suggest', 'write nothing; list labels that probably mean the same, or nothing')
      .option('--to <format>', 'format of the output: manifest or voc (default: that of the input)'),
  );
  command.action(async (input: string, output: string | undefined, flags: Flags) => {
    if (flags.suggest === true) {
      if (
        output !== undefined ||
        flags.map !== undefined ||
        flags.rename !== undefined ||
        flags.drop !== undefined
      )
        throw new OptionError('--suggest writes nothing, so it takes neither output nor new names');
      await suggest(input, flags, io);
      done(exitCodes.done);
      return;
    }
    if (output === undefined) {
      throw new OptionError('there is no output', { hint: 'Name it after the input, or say --suggest.' });
    }
    const [{ relabel }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/relabel.js'),
      import('../run-to-output.js'),
    ]);
    const { map, mapFile, rename, drop, onlyMapped } = flags;
    let labels: RelabelResult['labels'] | undefined;
    const work = async (options: Parameters<typeof relabel>[2]) => {
      const { labels: found, ...result } = await relabel(input, output, {
        ...options,
        map,
        mapFile,
        rename,
        drop,
        onlyMapped,
      });
      labels = found;
      return result;
    };
    done(
      await runToOutput({ title: 'relabelled', output, flags, io }, work, () => ({
        text: labels === undefined ? '' : textOf(labels),
        json: { labels },
      })),
    );
  });
}

/** Labels named in a text; the rest is a number. */
const labelsShown = 20;

function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const more = entries.length > labelsShown ? `  (${groupDigits(entries.length - labelsShown)} more)` : '';
  return [`  ${title.padEnd(10)}${entries.slice(0, labelsShown).join(', ')}${more}`];
}

function textOf({ changed, dropped, unmapped, unused, relations, repeats }: RelabelResult['labels']): string {
  const counted = ({ label, count }: { label: string; count: number }) =>
    `${JSON.stringify(label)} ${groupDigits(count)}`;
  const lines = [
    ...list(
      'renamed',
      changed.map(({ from, to, count }) => `${JSON.stringify(from)} → ${counted({ label: to, count })}`),
    ),
    ...list('taken out', dropped.map(counted)),
    ...list('no rule', unmapped.map(counted)),
    ...list(
      'not there',
      unused.map((name) => JSON.stringify(name)),
    ),
  ];
  if (relations > 0) lines.push(`  relations of entities that were taken out: ${groupDigits(relations)}`);
  if (repeats > 0) lines.push(`  labels that had become repeats of another: ${groupDigits(repeats)}`);
  return lines.map((line) => `${line}\n`).join('');
}

async function suggest(input: string, flags: Flags, io: CommandIo): Promise<void> {
  const [{ suggestRelabel }, { withSession }] = await Promise.all([
    import('../../src/dataset-io/relabel.js'),
    import('../session.js'),
  ]);
  const bar = new ProgressBar(io, 'read', flags.quiet === true);
  const found = await bar.during(() =>
    withSession(flags, io, (session) =>
      suggestRelabel(input, {
        ...readingOptions(flags),
        root: flags.root,
        onProgress: bar.update,
        signal: io.signal,
        session,
      }),
    ),
  );
  const text = flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : suggestions(found);
  await writeText(io.stdout, text);
}

function suggestions({ labels, suggestions: found }: LabelSurvey): string {
  const lines = [`${groupDigits(labels.length)} labels, ${groupDigits(found.length)} suggestions`];
  for (const { labels: group, differences, proposed } of found) {
    const names = group.map(({ label, count }) => `${JSON.stringify(label)} ${groupDigits(count)}`);
    lines.push(`  ${names.join(', ')}  (${differences.join(', ')})`);
    const options = group
      .filter(({ label }) => label !== proposed)
      .map(({ label }) =>
        proposed === undefined
          ? `--drop ${shell(label.replace(/[*?\\]/g, '\\$&'))}`
          : `--map ${shell(`${escaped(label)}=${escaped(proposed)}`)}`,
      );
    lines.push(`    ${options.join(' ')}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function escaped(label: string): string {
  return label.replace(/[=\\]/g, '\\$&');
}

function shell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
