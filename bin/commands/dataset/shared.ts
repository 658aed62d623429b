import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type {
  Dataset,
  DatasetInfo,
  OnNotice,
  ServiceSession,
  Session,
} from '../../../src/dataset-io/cloud.js';
import { LabelkitError, OptionError } from '../../../src/model/index.js';
import type { ExitCode } from '../../exit-codes.js';
import { type CommandIo, writeText } from '../../io.js';
import { duration, wholeNumber } from '../../options.js';
import { printable, TextTable } from '../../text-table.js';

/** What a command works with. */
export interface Shell {
  readonly io: CommandIo;
  readonly done: (code: ExitCode) => void;
}

export interface ServiceFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

export interface PageFlags extends ServiceFlags {
  readonly page?: number;
  readonly limit?: number;
  readonly all?: boolean;
}

export interface WaitFlags extends ServiceFlags {
  readonly wait?: boolean;
  readonly timeout?: number;
}

export function withServiceOptions(command: Command): Command {
  return command
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .option('--session <profile>', 'profile with keys or password (default: from the environment)');
}

export function withPageOptions(command: Command): Command {
  return command
    .option('--page <n>', 'which page, from 1 (default: 1)', wholeNumber(1))
    .option('--limit <n>', 'how many a page, up to 100 (default: 10; with --all 100)', wholeNumber(1))
    .option('--all', 'this page and all that follow, printed as they come');
}

export function withWaitOptions(command: Command, what: string, most = '1h'): Command {
  return command
    .option('--wait', `wait until ${what}`)
    .option('--timeout <time>', `how long is waited at most: 90s, 30m, 12h (default: ${most})`, duration);
}

/** How a wait goes on; a line on standard error whenever it says something new. */
export function waiting<T>(
  { timeout, quiet }: WaitFlags,
  io: CommandIo,
  say: (answer: T) => string,
): { timeoutMs: number | undefined; signal: AbortSignal; onProgress: (answer: T) => void } {
  let last = '';
  return {
    timeoutMs: timeout,
    signal: io.signal,
    onProgress: (answer) => {
      const line = say(answer);
      if (quiet !== true && line !== last) io.stderr.write(`${printable(line)}\n`);
      last = line;
    },
  };
}

/** Refuses to delete before it was said that it is meant. @throws OptionError */
export function checkYes(yes: boolean | undefined, what: string): void {
  if (yes !== true) throw new OptionError(`${what} cannot be undone`, { hint: 'Say --yes if it is meant.' });
}

/** Runs work with a session. */
export async function withServices<R>(
  flags: ServiceFlags,
  io: CommandIo,
  work: (session: Session) => Promise<R>,
): Promise<R> {
  const { withSession } = await import('../../session.js');
  return await withSession(flags, io, work);
}

/** Says what is allowed and may not be meant. */
export function notices({ quiet }: ServiceFlags, io: CommandIo): OnNotice {
  return ({ rule, message }) => {
    if (quiet !== true) io.stderr.write(`note: ${printable(message)} [${rule}]\n`);
  };
}

/**
 * Runs work with the data set of an id, or of exactly that name.
 *
 * @throws OptionError for a text that can be neither; LabelkitError `NotFound`; ServiceError
 */
export async function withDataset<R>(
  idOrName: string,
  flags: ServiceFlags,
  io: CommandIo,
  work: (dataset: Dataset, info: DatasetInfo) => Promise<R>,
): Promise<R> {
  const { Dataset } = await import('../../../src/dataset-io/cloud.js');
  await rehearse((nowhere) =>
    work(new Dataset(nowhere, idOrName), { datasetId: idOrName, datasetName: idOrName }),
  );
  return await withServices(flags, io, async (session) => {
    const dataset = await findDataset(session, idOrName, notices(flags, io), io.signal);
    return await work(dataset, dataset.info!);
  });
}

class Rehearsed extends Error {}

/** Goes through the work as far as its first request, so that what is refused is refused before anything is asked. */
export async function rehearse(work: (nowhere: ServiceSession) => Promise<unknown>): Promise<void> {
  try {
    await work({ services: () => Promise.reject(new Rehearsed()) });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
}

/** The data set of an id, or of exactly that name. @throws LabelkitError `NotFound`; ServiceError */
export async function findDataset(
  session: Session,
  idOrName: string,
  onNotice: OnNotice,
  signal: AbortSignal,
): Promise<Dataset> {
  const { Dataset } = await import('../../../src/dataset-io/cloud.js');
  const byId = new Dataset(session, idOrName, { onNotice });
  try {
    await byId.getDatasetInfo({ signal });
    return byId;
  } catch (error) {
    if (!isNoId(error)) throw error;
  }
  for await (const { info } of Dataset.datasets(session, { datasetName: idOrName, signal })) {
    if (info?.datasetName !== idOrName) continue;
    const byName = new Dataset(session, info.datasetId, { onNotice });
    await byName.getDatasetInfo({ signal });
    return byName;
  }
  throw new LabelkitError(
    'NotFound',
    `there is no data set with the id or name ${JSON.stringify(idOrName)}`,
    {
      hint: 'labelkit dataset list shows them; check project and region too (labelkit whoami).',
    },
  );
}

/** True for what the service says of an id that is none: a name may not even look like one. */
export function isNoId(error: unknown): boolean {
  return error instanceof LabelkitError && (error.code === 'NotFound' || error.code === 'InvalidRequest');
}

/** One page of whatever is listed. */
interface ListedPage<T> {
  readonly items: readonly T[];
  readonly total?: number | undefined;
}

interface Listing<T> {
  /** What they are called in JSON: `datasets`. */
  readonly key: string;
  /** What they are called in a sentence: `data sets`. */
  readonly what: string;
  readonly head: readonly string[];
  /** How many columns are texts; the others are numbers. */
  readonly textColumns: number;
  readonly row: (item: T) => readonly string[];
  /** Asks for a page, counted from 0. */
  readonly ask: (offset: number, limit: number) => Promise<ListedPage<T>>;
}

/** Prints a page, or all pages from there on as they come; never more than one is in memory. */
export async function printPages<T>(
  { page = 1, limit, all, json, quiet }: PageFlags,
  io: CommandIo,
  { key, what, head, textColumns, row, ask }: Listing<T>,
): Promise<void> {
  const { shown } = await import('../../../src/dataset-io/shown.js');
  const size = limit ?? (all === true ? 100 : 10);
  const table = new TextTable(head, textColumns);
  let count = 0;
  let total: number | undefined;
  for (let offset = page - 1; ; offset++) {
    const found = await ask(offset, size);
    total = found.total;
    const items = found.items.map(shown);
    if (json === true) {
      if (count === 0) await writeText(io.stdout, `{\n  "${key}": [`);
      const documents = items.map((item) => JSON.stringify(item, null, 2).replaceAll('\n', '\n    '));
      const text = documents.map((document, n) => `${count + n === 0 ? '' : ','}\n    ${document}`);
      await writeText(io.stdout, text.join(''));
    } else if (items.length > 0) {
      await writeText(io.stdout, `${table.lines(items.map(row)).join('\n')}\n`);
    }
    count += items.length;
    const isLast = items.length === 0 || (total !== undefined && (offset + 1) * size >= total);
    if (all !== true || isLast) break;
  }
  if (json === true) {
    const end = count === 0 ? ']' : '\n  ]';
    await writeText(io.stdout, `${end}${total === undefined ? '' : `,\n  "total": ${total}`}\n}\n`);
  } else if (quiet !== true) {
    const of = total === undefined ? '' : ` of ${total}`;
    const more =
      all !== true && total !== undefined && page * size < total
        ? `; --page ${page + 1} shows more, --all everything`
        : '';
    await writeText(io.stderr, count === 0 ? `no ${what}\n` : `${count}${of} ${what}${more}\n`);
  }
}

/** Prints a list that the service gives at once. */
export async function printList<T>(
  flags: ServiceFlags,
  io: CommandIo,
  listing: Omit<Listing<T>, 'ask'>,
  items: readonly T[],
): Promise<void> {
  await printPages({ ...flags, limit: Math.max(1, items.length) }, io, {
    ...listing,
    ask: async () => ({ items, total: items.length }),
  });
}

/** Prints one thing: as JSON, or as lines of names and values. */
export async function printFacts(
  { json }: ServiceFlags,
  io: CommandIo,
  value: object,
  facts: readonly (readonly [string, string | number | undefined])[],
): Promise<void> {
  if (json === true) {
    await printJson(io, value);
    return;
  }
  const { shown } = await import('../../../src/dataset-io/shown.js');
  const told = facts.filter(([, fact]) => fact !== undefined && fact !== '');
  const width = Math.max(...told.map(([name]) => name.length));
  const lines = told.map(([name, fact]) => `${name.padEnd(width)}  ${printable(String(shown(fact)))}\n`);
  await writeText(io.stdout, lines.join(''));
}

export async function printJson(io: CommandIo, value: object): Promise<void> {
  const { shown } = await import('../../../src/dataset-io/shown.js');
  await writeText(io.stdout, `${JSON.stringify(shown(value), null, 2)}\n`);
}

/** Prints what was done: a sentence, or a JSON document. */
export async function printDone(
  { json }: ServiceFlags,
  io: CommandIo,
  value: object,
  sentence: string,
): Promise<void> {
  if (json === true) await printJson(io, value);
  else await writeText(io.stdout, `${printable(sentence)}\n`);
}

/** ms since 1970 as `2026-01-31T12:00:00Z`. */
export function time(ms: number | undefined): string {
  return ms === undefined ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A number as a cell. */
export function cell(value: number | string | undefined): string {
  return value === undefined ? '' : String(value);
}

/** The name of a number in a table such as `datasetStatus`, or the number. */
export function nameOf(names: Readonly<Record<string, number>>, value: number | undefined): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? cell(value);
}

/** What a data set or a task is for: by number, or by the name of its type with hyphens, `object-detection`. */
export function typeNumber(types: ReadonlyMap<number, { readonly name: string } | string>) {
  return (text: string): number => {
    if (/^\d+$/.test(text)) return Number(text);
    const word = text.toLowerCase().replaceAll('-', ' ');
    for (const [number, type] of types)
      if ((typeof type === 'string' ? type : type.name) === word) return number;
    throw new OptionError(`type ${JSON.stringify(text)} is unknown`, {
      hint: `Known are ${[...types].map(([number, type]) => `${number} (${typeof type === 'string' ? type : type.name})`).join(', ')}.`,
    });
  };
}

/** JSON, or `@file` with JSON in it. */
export async function jsonOf(text: string, option: string): Promise<unknown> {
  let content = text;
  if (text.startsWith('@')) {
    try {
      content = await readFile(text.slice(1), 'utf8');
    } catch (error) {
      throw new OptionError(`${option}: ${text.slice(1)} cannot be read`, {
        hint: 'Name a file with JSON after the @.',
        cause: error,
      });
    }
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new OptionError(`${option} is no JSON`, {
      hint: 'Say JSON, or @file with JSON in it.',
      cause: error,
    });
  }
}

/** Adds another to what an option was given before. */
export function another(text: string, before: readonly string[] = []): string[] {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return [...before, text];
}
