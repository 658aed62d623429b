import { OptionError } from '../../model/index.js';

/** Refuses an argument before anything is asked. @throws OptionError whose hint names the rule */
export function refuse(rule: string, message: string, hint: string): never {
  throw new OptionError(message, { hint: `${hint} (rule ${rule})` });
}

/** An id that stands in a path. @throws OptionError */
export function checkId(id: unknown, name: string, rule: string): asserts id is string {
  if (typeof id === 'string' && id.trim() !== '' && !id.includes('/')) return;
  refuse(
    rule,
    `${name} is ${id === undefined ? 'not given' : JSON.stringify(id)}`,
    'Say the id that the service gave.',
  );
}

/** A place in object storage. @throws OptionError */
export function checkPlace(path: unknown, name: string, rule: string): asserts path is string {
  const shown = path === undefined ? 'not given' : JSON.stringify(path);
  if (typeof path !== 'string' || path === '')
    refuse(rule, `${name} is ${shown}`, 'Say a place in object storage: obs://bucket/dir/.');
  if (/[\n\r\t]/.test(path)) refuse(rule, `${name} is ${shown}`, 'Line breaks and tabs cannot be in it.');
}

/** At most 256 characters, and none that the service refuses. @throws OptionError */
export function checkDescription(description: string, rule: string, refused?: RegExp): void {
  if ([...description].length > 256)
    refuse(rule, `description has ${[...description].length} characters`, 'It may have 256.');
  const found = refused?.exec(description)?.[0];
  if (refused !== undefined && found !== undefined)
    refuse(rule, `description holds ${found}`, `Leave out ${refused.source.replaceAll(/[[\]\\]/g, '')}.`);
}
