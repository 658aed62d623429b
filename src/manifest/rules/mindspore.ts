import { isJsonObject, type JsonObject } from '../../model/index.js';
import type { Reporter } from './context.js';
import { pointerTo, show } from './show.js';

const readUsages = new Set(['train', 'eval', 'inference']);
/** `scheme://` of any kind: MindSpore opens the text of the source as it stands. */
const scheme = /^[A-Za-z0-9+.-]+:\/\//;

/** What MindSpore's ManifestDataset asks of a sample (M150–M153). */
export function checkMindsporeSample(value: JsonObject, source: string | undefined, out: Reporter): void {
  if (source !== undefined && scheme.test(source)) {
    out.add('M150', `source ${show(source)} is not a local path`, '/source');
  }
  const { usage, annotation } = value;
  if (typeof usage !== 'string' || !readUsages.has(usage.toLowerCase())) {
    const absent = usage === undefined || usage === null;
    out.add(
      'M153',
      absent
        ? 'the sample has no usage, MindSpore skips it'
        : `usage is ${show(usage)}, MindSpore skips the sample`,
      absent ? undefined : '/usage',
    );
  }
  if (!Array.isArray(annotation)) {
    const absent = annotation === undefined;
    out.add(
      'M151',
      absent ? 'the sample has no member "annotation"' : `annotation is ${show(annotation)}, not an array`,
      absent ? undefined : '/annotation',
    );
    return;
  }
  for (const [index, element] of annotation.entries()) {
    if (!isJsonObject(element) || (typeof element.name === 'string' && element.name !== '')) continue;
    out.add('M152', `annotation ${index} has no name`, pointerTo('/annotation', index));
  }
}
