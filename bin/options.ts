import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DataShard, parseShard } from '../src/dataset-io/data-shard.js';
import { OptionError, type Profile, profiles } from '../src/model/index.js';

/** A whole number from `least` on, in decimal digits. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    }
    return number;
  };
}

/** A decimal number, such as `0.5`, `.5` or `1e-3`; NaN for any other text. */
export function decimal(text: string): number {
  return /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** A decimal number from `least` on. */
export function numberFrom(least: number) {
  return (text: string): number => {
    const number = decimal(text);
    if (!(number >= least) || !Number.isFinite(number))
      throw new InvalidArgumentError(`It must be a number from ${least}.`);
    return number;
  };
}

/** Words with commas between them; an option that is repeated adds its own. */
export function words(text: string, before: readonly string[] = []): string[] {
  const own = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return [...before, ...own];
}

/** Bytes as a number with an optional unit: `1048576`, `64M`, `2GiB`. Units are powers of 1024. */
export function byteSize(text: string): number {
  const match = /^(\d+)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
  if (match === null)
    throw new InvalidArgumentError('It must be a number of bytes, such as 1048576, 64M or 1G.');
  const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}

/** Adds `--shard`, for commands that read one manifest line by line. */
export function withShardOption(command: Command): Command {
  return command.option(
    '--shard <i/n>',
    'only the i-th of n parts of a manifest, cut at lines; every line is in one of them',
    shardOf,
  );
}

function shardOf(text: string): DataShard {
  try {
    return parseShard(text);
  } catch (error) {
    if (error instanceof OptionError) throw new InvalidArgumentError(`${error.hint}`);
    throw error;
  }
}

/** A time with a unit, `90s`, `30m`, `12h`, `1d` or `2w`, in ms. */
export function duration(text: string): number {
  const [, digits, unit] = /^(\d{1,6})\s*([smhdw])$/i.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined)
    throw new InvalidArgumentError('It must be a time such as 30m, 12h, 1d or 2w.');
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[unit.toLowerCase()]!;
  return Number(digits) * seconds * 1_000;
}

/** `name=value`, or a name alone for a flag; an option that is repeated adds to what was said before. */
export function namedValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === '') throw new InvalidArgumentError('It must be name=value, or the name of a flag.');
  return { ...before, [name]: equals < 0 ? 'true' : text.slice(equals + 1) };
}

/** What `--classes` names, where data has class ids and no names. @throws OptionError when there is nothing in it */
export async function namedClasses(list: string | undefined): Promise<readonly string[] | undefined> {
  if (list === undefined || list === 'sorted') return undefined;
  const { parseClasses } = await import('../src/dataset-io/class-names.js');
  return await parseClasses(list);
}

/** Options that every command with an input has. */
export interface InputFlags {
  readonly from?: string;
  readonly fromOption?: Readonly<Record<string, string>>;
  readonly encoding?: string;
  readonly baseDir?: string;
  readonly maxLine?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
  readonly maxFindings: number;
  readonly profile: Profile;
}

/** What those flags say about reading, by the names of the library. */
export function readingOptions({ from, fromOption, encoding, baseDir, maxLine }: InputFlags) {
  return { from, fromOptions: fromOption, encoding, baseDir, maxLineBytes: maxLine };
}

/** Adds the option that says what an input is in the words of the platform. */
export function withAnnotationConfigOption(command: Command): Command {
  return command.option(
    '--annotation-config <file>',
    'a JSON file with the annotation_config of an import: format of the input and which samples are read',
  );
}

/** Adds the options that every command with an input has. */
export function withInputOptions(command: Command): Command {
  return command
    .option('--from <format>', 'format of the input (default: detected)')
    .option(
      '--from-option <name=value>',
      'an option of that format; repeatable (labelkit formats <id> lists them)',
      namedValue,
    )
    .option(
      '--encoding <name>',
      'encoding of a manifest: utf-8, utf-16le, utf-16be, gbk, gb18030, latin1',
      'utf-8',
    )
    .option(
      '--base-dir <dir>',
      'where relative references of a manifest are taken from (default: its own directory)',
    )
    .option('--max-line <bytes>', 'longest manifest line; longer ones are findings (default: 64M)', byteSize)
    .option('--max-findings <n>', 'findings listed; all are counted', wholeNumber(0), 1000)
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .addOption(
      new Option('--profile <name>', 'whose demands are checked').choices([...profiles]).default('generic'),
    )
    .option(
      '--seed <n>',
      'seed of what is random; accepted everywhere, used by commands that draw',
      wholeNumber(0),
    )
    .option(
      '--session <profile>',
      'profile with the keys for object storage (default: from the environment)',
    );
}
