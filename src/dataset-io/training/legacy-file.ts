import { readFile } from 'node:fs/promises';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { type LegacyDocument, readLegacyDocument } from '../../cloud/training/legacy/index.js';
import { isJsonObject, OptionError } from '../../model/index.js';

/**
 * Reads a job or a configuration of the old training: YAML or JSON, as the service takes it or by the options of
 * `LegacyEstimator`.
 *
 * @throws OptionError that says file, line and column
 */
export async function readLegacyFile(path: string): Promise<LegacyDocument> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError(`${path} cannot be read`, {
      hint: 'Name a file with a job or a configuration in it.',
      cause: error,
    });
  }
  return parseLegacyFile(text, path);
}

/** {@link readLegacyFile} of a text. @param name what errors call the file @throws OptionError */
export function parseLegacyFile(text: string, name: string): LegacyDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}: `;
  };
  const [error] = document.errors;
  if (error !== undefined)
    throw new OptionError(`${at(error.pos[0])}this is no YAML: ${error.message}`, {
      hint: 'Mend the file at that place.',
    });
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw new OptionError(`${at(0)}its aliases cannot be followed`, {
      hint: 'Write values out.',
      cause: error,
    });
  }
  if (!isJsonObject(value))
    throw new OptionError(`${at(0)}the file holds no names with values`, { hint: 'Write name: value.' });
  return readLegacyDocument(value, (path) => {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path.at(-1)) : undefined;
    return at((isNode(pair?.key) && pair.key.range?.[0]) || 0);
  });
}
