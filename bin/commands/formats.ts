import type { Command } from 'commander';
import type { FormatInfo } from '../../src/dataset-io/formats.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

const ways = { read: 'when read', write: 'when written', both: 'when read or written' };

async function textOf(format: FormatInfo): Promise<string> {
  const { usageOf } = await import('../../src/dataset-io/format-options.js');
  const verbs = [format.reads ? 'reads' : '', format.writes ? 'writes' : ''].filter(Boolean).join(', ');
  return [
    `${format.id}  ${format.title}  (${format.layout === 'file' ? 'one file' : 'a folder'}; ${verbs})`,
    ...format.carries.map((what) => `  carries  ${what}`),
    ...(format.writes ? [`  cannot carry  ${format.cannotCarry.join(', ')}`] : []),
    ...(format.options ?? []).map(
      (option) => `  option  ${usageOf(option)}  (${ways[option.for]})  ${option.summary}`,
    ),
    ...(format.note === undefined ? [] : [`  note  ${format.note}`]),
  ].join('\n');
}

/** `labelkit formats [id...]`: what is read and written, and what each format cannot carry. */
export function addFormats(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('formats')
    .description('what it reads and writes, what each format cannot carry, and the options it has')
    .argument('[id...]', 'formats by their ids (default: all)')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], options: { json?: boolean }) => {
      const { formatInfo, formats } = await import('../../src/dataset-io/formats.js');
      const chosen = ids.length === 0 ? formats : ids.map(formatInfo);
      const text =
        options.json === true
          ? JSON.stringify({ formats: chosen }, null, 2)
          : (await Promise.all(chosen.map(textOf))).join('\n\n');
      await writeText(io.stdout, `${text}\n`);
      done(exitCodes.done);
    });
}
