import { type OnNotice, refuse } from './context.js';
import { datasetTypes } from './enums.js';

/** Checks arguments before anything is asked. Each names its rule; `docs/service.md` lists them. */

/** D001, D002 @throws OptionError */
export function checkPage({
  offset,
  limit,
}: {
  offset?: number | undefined;
  limit?: number | undefined;
}): void {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 100))
    refuse('D001', `limit is ${String(limit)}`, 'Say a whole number from 1 to 100.');
  if (offset !== undefined && !(Number.isInteger(offset) && offset >= 0))
    refuse('D002', `offset is ${String(offset)}`, 'Say the number of a page: a whole number from 0 on.');
}

/** D003 @throws OptionError */
export function checkDatasetType(type: unknown, name = 'datasetType', rule = 'D003'): void {
  if (typeof type === 'number' && datasetTypes.has(type)) return;
  const known = [...datasetTypes].map(([number, { name }]) => `${number} (${name})`).join(', ');
  refuse(rule, `${name} is ${String(type)}`, `Known are ${known}.`);
}

/** D030, D037: an id that stands in a path. @throws OptionError */
export function checkId(id: unknown, name: string, rule = 'D037'): void {
  if (typeof id === 'string' && id.trim() !== '' && !id.includes('/')) return;
  refuse(
    rule,
    `${name} is ${id === undefined ? 'not given' : JSON.stringify(id)}`,
    'Say the id that the service gave.',
  );
}

/** True for a text of so many of Chinese characters, letters, digits, `_` and `-`. */
export function isPlainName(name: string, longest: number): boolean {
  return [...name].length <= longest && /^[\p{Script=Han}A-Za-z0-9_-]+$/u.test(name);
}

/** D005 */
export function noteName(name: string, onNotice: OnNotice): void {
  if (!isPlainName(name, 100)) {
    onNotice({
      rule: 'D005',
      message: `datasetName ${JSON.stringify(name)}: the service may take up to 100 Chinese characters, letters, digits, _ and - only`,
    });
  }
}

/** D039, D047: a place in object storage. @throws OptionError */
export function checkPlace(path: unknown, name: string, rule: string): asserts path is string {
  const shown = path === undefined ? 'not given' : JSON.stringify(path);
  if (typeof path !== 'string' || path === '')
    refuse(rule, `${name} is ${shown}`, 'Say a place in object storage: obs://bucket/dir/.');
  if (/[\n\r\t]/.test(path)) refuse(rule, `${name} is ${shown}`, 'Line breaks and tabs cannot be in it.');
}

/** D023, D033: at most 256 characters, and none that the service refuses. @throws OptionError */
export function checkDescription(description: string, rule: string, refused: RegExp): void {
  if ([...description].length > 256)
    refuse(rule, `description has ${[...description].length} characters`, 'It may have 256.');
  const found = refused.exec(description)?.[0];
  if (found !== undefined)
    refuse(rule, `description holds ${found}`, `Leave out ${refused.source.replaceAll(/[[\]\\]/g, '')}.`);
}
