import { loadRules } from '../../src/dataset-io/all-rules.js';
import { formats } from '../../src/dataset-io/formats.js';
import { shapeKinds, tasks } from '../../src/model/index.js';
import { fixes } from '../../src/transforms/index.js';
import type { CommandNode } from '../command-node.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completions } from './values.js';
import { zshCompletion } from './zsh.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** The script of a shell, with the words that only tables in the library know. */
export async function completionScript(shell: keyof typeof scripts, root: CommandNode): Promise<string> {
  const ids = formats.map(({ id }) => id);
  const rules = (await loadRules()).map(({ id }) => id);
  return scripts[shell](
    root,
    completions({
      '--from <format>': ids,
      '--second-from <format>': ids,
      '--to <format>': ids,
      '--task <task>': tasks,
      '--shape <kind>': shapeKinds,
      '--fix <names>': fixes.map(({ name }) => name),
      'formats <id>': ids,
      'explain <rule>': rules,
    }),
  );
}
