import { checkId as checkServiceId, refuse } from '../service/checks.js';
import type { OnNotice } from '../service/session.js';
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
  checkServiceId(id, name, rule);
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
