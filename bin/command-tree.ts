import { PassThrough } from 'node:stream';
import { type CommandNode, describeCommand } from './command-node.js';
import { createProgram } from './main.js';

/** Every command as plain data, for what is made of them: pages, the manual page. Nothing is run. */
export function commandTree(): CommandNode {
  const stream = new PassThrough();
  const { signal } = new AbortController();
  const io = { stdin: stream, stdout: stream, stderr: stream, env: {}, signal };
  return describeCommand(createProgram(io, () => undefined));
}
