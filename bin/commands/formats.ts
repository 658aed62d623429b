import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

/** `labelkit formats`: what is read and written, and what each format cannot carry. */
export function addFormats(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('formats')
    .description('what it reads and writes, and what each format cannot carry')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const { formats } = await import('../../src/dataset-io/formats.js');
      if (options.json === true) {
        await writeText(io.stdout, `${JSON.stringify({ formats }, null, 2)}\n`);
        return done(exitCodes.done);
      }
      const text = formats.map((format) => {
        const ways = [format.reads ? 'reads' : '', format.writes ? 'writes' : ''].filter(Boolean).join(', ');
        return [
          `${format.id}  ${format.title}  (${format.layout === 'file' ? 'one file' : 'a folder'}; ${ways})`,
          ...format.carries.map((what) => `  carries  ${what}`),
          `  cannot carry  ${format.cannotCarry.join(', ')}`,
          ...(format.note === undefined ? [] : [`  note  ${format.note}`]),
        ].join('\n');
      });
      await writeText(io.stdout, `${text.join('\n\n')}\n`);
      done(exitCodes.done);
    });
}
