import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The storage code as plain JavaScript in a fresh directory, for child processes that must be killed, run
 * as another user or under limits. Gives the URL of its `index.js` and the directory to remove.
 *
 * @param folders what the code is in, and all that it imports, with the folders below
 */
export function buildForChild(folders: readonly string[] = ['src/model', 'src/dataset-io/storage']): {
  url: string;
  directory: string;
} {
  const directory = mkdtempSync(join(tmpdir(), 'labelkit-child-'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  for (const folder of folders) {
    for (const name of readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const { outputText } = ts.transpileModule(readFileSync(join(repository, folder, name), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      });
      const target = join(directory, folder, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, outputText);
    }
  }
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  // mkdtemp makes it private; a child with fewer rights must be able to load it.
  chmodSync(directory, 0o755);
  return { url: `file://${join(directory, 'src/dataset-io/storage/index.js')}`, directory };
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an ES module given as text to its end. `prefix`: shell text before `exec node`, such as `ulimit -f 64;`. */
export function runChild(
  script: string,
  options: { uid?: number; prefix?: string } = {},
): Promise<ChildResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-c', `${options.prefix ?? ''} exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }), cwd: tmpdir() },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}

/** Starts an ES module given as text, to be killed. */
export function startChild(script: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
