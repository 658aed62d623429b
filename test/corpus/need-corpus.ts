import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Stops the run before the first test when there is nothing to test on. */
export default function needCorpus(): void {
  const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');
  for (const folder of ['modelarts-sdk', 'bccd']) {
    if (!existsSync(resolve(corpus, folder))) {
      throw new Error(
        `The corpus tests need real data sets, and there is no ${folder} in ${corpus}. Say where they are with LABELKIT_CORPUS; nothing was tested.`,
      );
    }
  }
}
