/** Reads a manifest in batches and asks every annotation for its name, type, file and confidence. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';

const path = argument('manifest');
const library = await loadLibrary();
const start = performance.now();
let train = 0;
let annotations = 0;
let named = 0;
let typed = 0;
let locCharacters = 0;
let confidence = 0;
for await (const batch of library.readManifestBatches(path)) {
  for (const sample of batch.samples) {
    if (sample.usage === 'TRAIN') train++;
    for (const annotation of sample.annotations) {
      annotations++;
      if (annotation.name !== undefined) named++;
      if (annotation.type !== undefined) typed++;
      locCharacters += annotation.loc?.length ?? 0;
      confidence += annotation.confidence ?? 0;
    }
  }
}
report(performance.now() - start, { train, annotations, named, typed, locCharacters, confidence });
