import { checkDescription, refuse } from '../service/checks.js';
import type { CallOptions } from '../service/session.js';
import { noteName } from './checks.js';
import { type Context, requestOf } from './context.js';
import type { Label } from './types.js';
import { toWire } from './wire.js';

export interface UpdateDatasetOptions extends CallOptions {
  readonly datasetName?: string | undefined;
  readonly description?: string | undefined;
  /** The version that counts from now on. */
  readonly currentVersionId?: string | undefined;
  readonly addLabels?: readonly Label[] | undefined;
  readonly updateLabels?: readonly Label[] | undefined;
  readonly deleteLabels?: readonly Label[] | undefined;
}

/** Changes what is given, and nothing else. @throws OptionError (D029), ServiceError */
export async function updateDataset(
  context: Context,
  { signal, ...changes }: UpdateDatasetOptions,
): Promise<void> {
  const { datasetName, description } = changes;
  if (Object.values(changes).every((change) => change === undefined)) {
    refuse('D029', 'nothing to change is given', 'Say datasetName or description.');
  }
  if (datasetName !== undefined) {
    if (datasetName.trim() === '')
      refuse('D029', 'datasetName is empty', 'Name the data set, or leave it out.');
    noteName(datasetName, context.onNotice);
  }
  if (description !== undefined) checkDescription(description, 'D029', /[\^!<>=&"']/);
  await requestOf(context, { method: 'PUT', path: '', body: toWire(changes), signal });
}
