/**
 * @param {any} library
 * @param {string} path
 * @param {object} options of `readManifestBatches`
 */
export async function tallySamples(library, path, options) {
  let train = 0;
  let annotations = 0;
  for await (const batch of library.readManifestBatches(path, { ...options, reuse: true })) {
    for (const sample of batch.samples) {
      if (sample.usage === 'TRAIN') train++;
      annotations += sample.annotations.length;
    }
  }
  return { train, annotations };
}
