import type { FormatInfo, FormatOption, FormatValues } from '../formats/index.js';
import { decimalOf, OptionError } from '../model/index.js';

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * What a caller says with `fromOptions` or `toOptions`, checked against what the format can be told. Names may be
 * camelCase or kebab-case, and values texts, as a command line has them: lists with commas, flags as true or false.
 *
 * @throws OptionError that lists the options of the format
 */
export function formatValues(
  info: FormatInfo,
  given: Readonly<Record<string, unknown>> | undefined,
  way: 'read' | 'write',
): FormatValues {
  const values: Record<string, FormatValues[string]> = {};
  const known = (info.options ?? []).filter((option) => option.for === way || option.for === 'both');
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    const option = known.find((one) => one.name === name || kebab(one.name) === name);
    if (option === undefined) {
      const verb = way === 'read' ? 'read' : 'written';
      throw new OptionError(`${info.id} has no option "${name}" when it is ${verb}`, {
        hint:
          known.length === 0
            ? `${info.id} takes no options of its own then.`
            : `Options: ${known.map(usageOf).join(', ')}. labelkit formats ${info.id} says what they do.`,
      });
    }
    values[option.name] = checkedValue(option, value);
  }
  return values;
}

/** How an option is said: `label-separator=<text>`. */
export function usageOf({ name, type, values }: FormatOption): string {
  if (type === 'flag') return kebab(name);
  return `${kebab(name)}=${values === undefined ? `<${type}>` : values.join('|')}`;
}

function checkedValue(option: FormatOption, value: unknown): FormatValues[string] {
  const { name, type, values } = option;
  const wrong = (what: string) =>
    new OptionError(`the option ${kebab(name)} must be ${what}, not ${JSON.stringify(value)}`, {
      hint: option.summary,
    });
  switch (type) {
    case 'flag': {
      if (value === true || value === 'true' || value === '') return true;
      if (value === false || value === 'false') return false;
      throw wrong('true or false');
    }
    case 'number': {
      const number = typeof value === 'string' ? decimalOf(value) : value;
      if (typeof number === 'number' && Number.isFinite(number)) return number;
      throw wrong('a number');
    }
    case 'list': {
      const list = typeof value === 'string' ? value.split(',') : value;
      if (Array.isArray(list) && list.every((one): one is string => typeof one === 'string')) return list;
      throw wrong('a list of texts');
    }
    case 'text': {
      if (typeof value !== 'string') throw wrong('a text');
      if (values !== undefined && !values.includes(value)) throw wrong(`one of ${values.join(', ')}`);
      return value;
    }
  }
}
