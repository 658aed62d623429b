import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ManifestValidator } from '../../src/manifest/index.js';
import { LineSplitter } from '../../src/text/index.js';

const root = join(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'modelarts-sdk');

/** What is really wrong with the files, looked at by hand; a file that is not here has no fault. */
const faults: Record<string, Record<string, number>> = {
  'V002.manifest': { M065: 10 },
  'audio_content_inference.manifest': { M053: 1, M140: 1 },
  'audio_content_write_2.manifest': { M022: 19 },
  'binary1557487619292.manifest': { M023: 3 },
  'classification-detection-multi-xy-V201902220937263726.manifest': { M140: 1 },
  'classification-xy-V201902220937263726.manifest': { M142: 11 },
  'detect-multi-local-voc-filter.manifest': { M142: 1 },
  'detect-multi-local-voc.manifest': { M142: 1 },
  'detect-multi-s3-voc-filter.manifest': { M142: 1 },
  'detect-multi-s3-voc.manifest': { M142: 1 },
  'detect-multi-xy-V201902220951335133.manifest': { M142: 2 },
  'detect-test-xy-V201902220951335133.manifest': { M142: 2 },
  'obsbinary1557717977531.manifest': { M142: 1 },
  'text_classification_multiple_label.manifest': { M091: 1, M140: 1 },
  'text_entity_duplicate_label.manifest': { M141: 1, M142: 1, M143: 1 },
  'carbon/ImageClassificationV003/V003.manifest': { M023: 1, M037: 1 },
  'carbon/ObjectDetectionV002/V002.manifest': { M023: 1, M037: 1 },
};

const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.manifest'),
);

it.each(names)('%s has just the faults it has', (name) => {
  const validator = new ManifestValidator({ file: name, mode: 'strict', profile: 'generic' });
  const lines = new LineSplitter();
  for (const batch of [lines.push(readFileSync(join(root, name))), lines.end()]) {
    if (batch !== undefined) validator.push(batch);
  }
  expect(validator.end(lines.facts).rules).toEqual(faults[name.replaceAll('\\', '/')] ?? {});
});

it('has seen every file it knows of', () => {
  expect(names).toEqual(expect.arrayContaining(Object.keys(faults)));
});
