import { type Mode, type Profile, type Rule, type RuleSeverity, severityOf } from '../../model/index.js';
import { annotationRules } from './table-annotation.js';
import { fileRules } from './table-file.js';
import { lineRules } from './table-line.js';
import { mediaRules } from './table-media.js';
import { mindsporeRules } from './table-mindspore.js';
import { sampleRules } from './table-sample.js';
import { textRules } from './table-text.js';

/** Every rule about manifests, in the order of their ids. */
export const manifestRules: readonly Rule[] = [
  ...lineRules,
  ...sampleRules,
  ...annotationRules,
  ...textRules,
  ...mediaRules,
  ...fileRules,
  ...mindsporeRules,
];

const byId: ReadonlyMap<string, Rule> = new Map(manifestRules.map((rule) => [rule.id, rule]));

/** The severity of a manifest rule; `pedantic` switches M011 on, as a warning. */
export function manifestSeverity(id: string, mode: Mode, profile: Profile, pedantic: boolean): RuleSeverity {
  const rule = byId.get(id);
  if (rule === undefined) throw new RangeError(`no manifest rule has the id ${id}`);
  if (id === 'M011' && pedantic) return 'warning';
  return severityOf(rule, mode, profile);
}
