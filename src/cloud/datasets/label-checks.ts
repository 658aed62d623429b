import { refuse } from '../service/checks.js';
import type { OnNotice } from '../service/session.js';
import { labelTypes } from './enums.js';
import type { Label } from './types.js';

const relation = 102;
/** What a relation may join. */
const entities = new Set([101, 103]);
const colour = /^#[0-9A-Fa-f]{6}$/;

/**
 * D020–D022
 *
 * @param areAll the list holds every label of the data set, so that relations must find their entities in it
 * @throws OptionError
 */
export function checkLabels(
  labels: unknown,
  { onNotice, areAll }: { readonly onNotice: OnNotice; readonly areAll: boolean },
): asserts labels is readonly Label[] {
  if (!Array.isArray(labels) || labels.length === 0)
    refuse('D021', 'labels is not a list of labels', 'Say at least one, with name and type.');
  const seen = new Set<string>();
  for (const label of labels as readonly Partial<Label>[]) {
    const { name, type, property = {} } = label;
    if (typeof name !== 'string' || name === '')
      refuse('D021', `the name of a label is ${JSON.stringify(name) ?? 'not given'}`, 'Say its name.');
    if (typeof type !== 'number' || !labelTypes.has(type)) {
      const known = [...labelTypes].map(([number, what]) => `${number} (${what})`).join(', ');
      refuse('D021', `the type of label ${JSON.stringify(name)} is ${String(type)}`, `Known are ${known}.`);
    }
    const key = JSON.stringify([name, type]);
    if (seen.has(key))
      refuse('D021', `label ${JSON.stringify(name)} is there twice`, 'Names differ within a type.');
    seen.add(key);
    const own = property['@modelarts:color'];
    if (own !== undefined && !(typeof own === 'string' && colour.test(own)))
      onNotice({ rule: 'D022', message: `the colour of label ${JSON.stringify(name)} is no #RRGGBB` });
  }
  checkRelations(labels as readonly Label[], areAll);
}

/** D020 */
function checkRelations(labels: readonly Label[], areAll: boolean): void {
  const names = new Set(labels.filter(({ type }) => entities.has(type ?? -1)).map(({ name }) => name));
  for (const { name, type, property = {} } of labels) {
    if (type !== relation) continue;
    for (const end of ['@modelarts:from_type', '@modelarts:to_type']) {
      const entity = property[end];
      if (typeof entity === 'string' && entity !== '' && (!areAll || names.has(entity))) continue;
      refuse(
        'D020',
        `${end} of relation ${JSON.stringify(name)} is ${JSON.stringify(entity) ?? 'not given'}`,
        areAll ? 'Name an entity label of the list.' : 'Name an entity label.',
      );
    }
  }
}
