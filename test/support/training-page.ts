import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const section =
  readFileSync(join(root, 'docs/training.md'), 'utf8')
    .split(/^## /m)
    .find((one) => one.startsWith('From a folder to a trained model')) ?? '';

const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';

/** The commands of docs/training.md, from a folder to a trained model, as words without `labelkit`. */
export const commands: readonly (readonly string[])[] = block('bash')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split(/\s+/).slice(1));

/** The program that does the same, with the modules it imports as they lie in the sources. */
export const program: string = block('ts').replaceAll(
  "'labelkit/cloud'",
  JSON.stringify(join(root, 'src/dataset-io/cloud.ts')),
);
