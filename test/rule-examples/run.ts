import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../bin/main.js';
import { type Diagnostic, formatDiagnostic } from '../../src/model/index.js';
import type { ExampleFiles } from '../../src/rule-examples/index.js';
import { scratch } from '../support/scratch.js';
import { putFiles } from './make.js';

function collector(): Writable & { readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() });
}

/** A finding as the command prints it, without its hint; paths are those of the command line. */
export interface Printed {
  readonly rule: string;
  readonly line: string;
}

/**
 * Runs the command line of an example on files in a folder of their own. Words that begin with the name of a file, or
 * with `out`, are paths in that folder: tests share one process, whose working directory stays as it is.
 */
export async function runExample(command: string, files: ExampleFiles): Promise<readonly Printed[]> {
  const folder = scratch();
  putFiles(folder, files);
  if (command.startsWith('node ')) return runScript(command, folder);
  const names = new Set([...Object.keys(files).map((name) => name.split('/')[0]!), 'out']);
  const [program, ...words] = command.split(' ');
  if (program !== 'labelkit') throw new Error(`an example runs labelkit or node, not ${program}`);
  const argv = words.map((word) =>
    word.replace(/(^|=)([^=/]+)/g, (whole, sign: string, name: string) =>
      names.has(name) || (sign === '' && /^out(?:\.|$)/.test(name)) ? `${sign}${folder}/${name}` : whole,
    ),
  );
  const [stdout, stderr] = [collector(), collector()];
  const code = await main([...argv, '--json'], {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: {},
    signal: new AbortController().signal,
  });
  if (code > 1 || stdout.text() === '') throw new Error(`${command}: exit status ${code}\n${stderr.text()}`);
  const { diagnostics } = JSON.parse(stdout.text()) as { diagnostics: readonly Diagnostic[] };
  return diagnostics.map(({ hint: _, ...finding }) => ({
    rule: finding.rule,
    line: formatDiagnostic(finding).replaceAll(`${folder}/`, '').replaceAll(folder, '.'),
  }));
}

/** Runs a script that uses the built package and prints findings. */
function runScript(command: string, folder: string): readonly Printed[] {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve(import.meta.dirname, '../..'), join(folder, 'node_modules/labelkit'), 'junction');
  const [, ...args] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: exit status ${status}\n${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('  hint: '));
  return lines.map((line) => ({ rule: /\[(\w+)\]$/.exec(line)?.[1] ?? '', line }));
}
