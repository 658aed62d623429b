import { readFile } from 'node:fs/promises';
import { isMap, isNode, LineCounter, type Node, parseDocument } from 'yaml';
import { isJsonObject, type JsonObject, OptionError } from '../../model/index.js';

/** Where in a file something is: names and numbers from the root. */
export type YamlPath = readonly (string | number)[];

/** A YAML or JSON file whose root has names, and where everything in it is. */
export interface YamlFile {
  readonly value: JsonObject;
  /** Where a value begins: `job.yaml:3:7: `. */
  at(path: YamlPath): string;
  /** Where the name of a member stands; where there is none, its parent. */
  atKey(parent: YamlPath, key: string): string;
}

/** @param what is in the file, for the hint: `a job` @throws OptionError when it cannot be read */
export async function readYamlText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError(`${path} cannot be read`, {
      hint: `Name a file with ${what} in it.`,
      cause: error,
    });
  }
}

/** @param name what errors call the file @throws OptionError that says file, line and column */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}: `;
  };
  const [error] = document.errors;
  if (error !== undefined)
    throw new OptionError(`${placeOf(error.pos[0])}this is no YAML: ${error.message}`, {
      hint: 'Mend the file at that place.',
    });
  const nodeAt = (path: YamlPath) =>
    path.length === 0 ? document.contents : (document.getIn(path, true) as Node | undefined);
  const startOf = (node: unknown) => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Aliases that name nothing, or more of them than anybody writes.
    throw new OptionError(`${placeOf(0)}its aliases cannot be followed`, {
      hint: 'Write values out.',
      cause: error,
    });
  }
  const at = (path: YamlPath) => placeOf(startOf(nodeAt(path)));
  if (!isJsonObject(value))
    throw new OptionError(`${at([])}the file holds no names with values`, { hint: 'Write name: value.' });
  return {
    value,
    at,
    atKey: (parent, key) => {
      const map = nodeAt(parent);
      const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined;
      return isNode(pair?.key) ? placeOf(startOf(pair.key)) : at(parent);
    },
  };
}
