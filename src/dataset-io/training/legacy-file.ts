import { type LegacyDocument, readLegacyDocument } from '../../cloud/training/legacy/index.js';
import { parseYaml, readYamlText } from './yaml-file.js';

/**
 * Reads a job or a configuration of the old training: YAML or JSON, as the service takes it or by the options of
 * `LegacyEstimator`.
 *
 * @throws OptionError that says file, line and column
 */
export async function readLegacyFile(path: string): Promise<LegacyDocument> {
  return parseLegacyFile(await readYamlText(path, 'a job or a configuration'), path);
}

/** {@link readLegacyFile} of a text. @param name what errors call the file @throws OptionError */
export function parseLegacyFile(text: string, name: string): LegacyDocument {
  const file = parseYaml(text, name);
  return readLegacyDocument(file.value, (path) => file.atKey(path.slice(0, -1), path.at(-1)!));
}
