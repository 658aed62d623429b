import type { Finding } from '../../src/model/index.js';
import { checkVoc, parseVoc, type VocCheckContext } from '../../src/voc/index.js';

/** Everything that is found in a file, by the parser and by the checks. */
export function checkAll(input: Uint8Array | string, context: VocCheckContext): Finding[] {
  const { document, findings } = parseVoc(input, { mode: context.mode });
  const all = [...findings];
  if (document !== undefined) checkVoc(document, context, (finding) => all.push(finding));
  return all;
}
