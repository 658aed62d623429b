import { sizeFinding, throwIfAborted } from '../../model/index.js';
import type { FormatBatch, FormatSource, SourceFile } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings } from '../shared/findings.js';
import { isIgnored } from '../shared/images.js';
import { hiddenFilesFinding, imageKind, isFaulty } from '../shared/media-files.js';
import { stemOfName } from '../shared/names.js';
import { freeFormRules } from './rules.js';
import { freeFormType } from './types.js';

/** A sample for each file, in the order of their names. */
export async function* read(source: FormatSource): AsyncGenerator<FormatBatch, void, undefined> {
  const findings = new Findings(freeFormRules, source);
  const batch = new BatchBuilder();
  let ignored = 0;
  for (const file of await source.list()) {
    if (isIgnored(file.name)) ignored++;
    else readFile(file, source, findings, batch);
    if (!batch.isFull) continue;
    throwIfAborted(source.signal);
    yield batch.take();
  }
  batch.finding(hiddenFilesFinding(ignored, source));
  yield batch.take();
}

function readFile(
  { name, size }: SourceFile,
  source: FormatSource,
  findings: Findings,
  batch: BatchBuilder,
): void {
  const path = source.pathOf(name);
  const kind = imageKind.pattern.test(name) ? 'image' : 'other';
  const found = [sizeFinding(kind, name, () => size, path, source.profile)];
  if (/[\r\n\t]/.test(name))
    found.push(
      findings.of('D020', `the name ${JSON.stringify(name)} has a line break or a Tab`, { file: path }),
    );
  if (size === 0) found.push(findings.of('D015', `${name} has no bytes`, { file: path }));
  if (name !== name.normalize('NFC'))
    found.push(findings.of('D017', `the name ${name} is not in normal form C`, { file: path }));
  const diagnostics = found.filter((finding) => finding !== undefined);
  if (isFaulty(diagnostics)) {
    batch.fault({ diagnostics, name });
    return;
  }
  for (const finding of diagnostics) batch.finding(finding);
  const sample = { source: path, sampleType: freeFormType, annotations: [] };
  batch.record({ sample, file: path, key: stemOfName(name) });
}
