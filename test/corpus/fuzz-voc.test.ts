import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Finding, Mode } from '../../src/model/index.js';
import { checkVoc, encodeVoc, locateVoc, parseVoc } from '../../src/voc/index.js';
import { parseVocTree } from '../../src/voc/parse-tree.js';
import { fuzz } from './mutate.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

const inputs = ['modelarts-sdk', 'bccd', 'datumaro']
  .flatMap((folder) =>
    readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.xml'))
      .sort()
      .map((name) => `${folder}/${name}`),
  )
  .map((name) => ({ name, bytes: readFileSync(join(corpus, name)) }))
  .filter(({ bytes }) => bytes.length > 0);

test('there are inputs', () => {
  expect(inputs.length).toBeGreaterThan(300);
});

test('the scanner and the full parser make the same of a damaged file', async () => {
  await fuzz(4, inputs, (bytes, random) => {
    const mode = random.pick<Mode>(['strict', 'lenient']);
    const parsed = parseVoc(bytes, { mode });
    const tree = parseVocTree(bytes, { mode });
    if (!isDeepStrictEqual(parsed, tree)) expect(parsed).toStrictEqual(tree);
  });
});

test('a damaged file is read or refused, every finding has a place, and an untouched document keeps its bytes', async () => {
  await fuzz(5, inputs, (bytes, random) => {
    const mode = random.pick<Mode>(['strict', 'lenient']);
    const { document, findings } = parseVoc(bytes, { mode });
    const all: Finding[] = [...findings];
    if (document === undefined) {
      if (!all.some(({ severity }) => severity === 'error'))
        throw new Error('neither a document nor an error');
    } else {
      checkVoc(document, { mode }, (finding) => all.push(finding));
      if (Buffer.compare(encodeVoc(document), bytes) !== 0) throw new Error('written otherwise than read');
    }
    const [first] = all;
    const last = all.at(-1);
    for (const finding of [first, last]) {
      if (finding === undefined) continue;
      const { line, column, offset } = locateVoc(bytes, finding.pointer);
      if (line < 1 || column < 1 || offset > bytes.length)
        throw new Error(`${finding.rule} at ${line}:${column}`);
    }
  });
});
