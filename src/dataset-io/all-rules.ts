import { manifestRules } from '../manifest/index.js';
import type { Rule } from '../model/index.js';
import { vocRules } from '../voc/index.js';
import type { FormatId } from './formats.js';
import { isOwnFormat } from './own-formats.js';
import { datasetRules } from './rules.js';

/** Rules of manifest lines (M), VOC files (V), conversions (C) and how files of a folder fit together (D). */
export const allRules: readonly Rule[] = [...manifestRules, ...vocRules, ...datasetRules];

/**
 * {@link allRules} and those of other formats, each once.
 *
 * @param of ids of formats; default: every format
 */
export async function loadRules(of?: readonly FormatId[]): Promise<readonly Rule[]> {
  if (of?.every(isOwnFormat) === true) return allRules;
  const { otherFormats } = await import('../formats/index.js');
  const rules = new Map(allRules.map((rule) => [rule.id, rule]));
  const added: Rule[] = [];
  for (const { info, load } of otherFormats) {
    if (of !== undefined && !of.includes(info.id)) continue;
    for (const rule of (await load()).rules) {
      if (rules.has(rule.id)) continue;
      rules.set(rule.id, rule);
      added.push(rule);
    }
  }
  return [...allRules, ...added.sort((a, b) => (a.id < b.id ? -1 : 1))];
}
