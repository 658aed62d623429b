import { PassThrough, Writable } from 'node:stream';
import { main } from '../../bin/main.js';

class Kept extends Writable {
  text = '';
  /** Called with each piece. */
  heard: ((piece: string) => void) | undefined;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    this.heard?.(chunk.toString('utf8'));
    done();
  }
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What went to standard output, piece by piece. */
  readonly pieces: readonly string[];
}

/** Runs one command line in this process, as `bin/run.ts` does. */
export async function commandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const pieces: string[] = [];
  stdout.heard = (piece) => pieces.push(piece);
  const code = await main(argv, { stdin: new PassThrough().end(), stdout, stderr, env, signal });
  return { code, stdout: stdout.text, stderr: stderr.text, pieces };
}
