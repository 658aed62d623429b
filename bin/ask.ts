import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CommandIo } from './io.js';

/** Asks a question on the terminal. What is typed to a secret one is not shown. @returns the answer without blanks around it */
export async function ask(
  io: CommandIo,
  question: string,
  { isSecret = false }: { isSecret?: boolean } = {},
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: isSecret ? silent : io.stderr, terminal: true });
  try {
    if (isSecret) io.stderr.write(question);
    const answer = await lines.question(isSecret ? '' : question, { signal: io.signal });
    if (isSecret) io.stderr.write('\n');
    return answer.trim();
  } finally {
    lines.close();
  }
}
