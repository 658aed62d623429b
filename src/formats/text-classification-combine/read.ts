import { throwIfAborted } from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { separatorFindings, TextRecords, textNames } from '../shared/text-classes.js';
import { rawLines, textFacts } from '../shared/text-lines.js';
import { isQuoted, quotedRows } from '../shared/text-rows.js';
import { separatorsOf } from './types.js';

/** A sample for each line with a text. @throws OptionError for faulty separators */
export async function* read(source: FormatSource): AsyncGenerator<FormatBatch, void, undefined> {
  const separators = separatorsOf(source.options);
  const batch = new BatchBuilder();
  const records = new TextRecords(source, batch, separators.label);
  const { findings } = records;
  for (const finding of separatorFindings([separators.text, separators.label], findings, source.path))
    batch.finding(finding);
  for (const name of await textNames(source, findings, batch)) {
    throwIfAborted(source.signal);
    const facts = await textFacts(source, name);
    if (facts.encoding === undefined) {
      const { line, reason } = facts.undecodable!;
      const place = { file: source.pathOf(name), line, hint: 'Store it as UTF-8.' };
      const finding = findings.of('D036', `${name} ${reason}`, place)!;
      batch.fault({ diagnostics: [finding], name });
      continue;
    }
    const file = { name, encoding: facts.encoding };
    const take = (text: string, stored: string, isSeveral: boolean, at: { line: number; offset: number }) => {
      if (text.trim() === '') {
        records.report('D031', 'the line has no text', name, at);
        return;
      }
      if (isSeveral)
        records.report('D033', 'the line has several separators, and is cut at the last', name, at);
      const labels = records.labels(stored, name, at);
      if (labels.length === 0) records.report('D034', 'the line has no label', name, at);
      records.add(text, labels, name, at);
    };
    if (isQuoted(source, name)) {
      let read = 0;
      for await (const row of quotedRows(source, name, facts.encoding, separators.text)) {
        batch.read(row.offset - read);
        read = row.offset;
        const cells = records.cells(row, name);
        if (cells !== undefined) {
          const texts = cells.length === 1 ? cells : cells.slice(0, -1);
          const stored = cells.length === 1 ? '' : cells.at(-1)!;
          take(texts.join(separators.text), stored, texts.length > 1, row);
        }
        if (batch.isFull) yield batch.take();
      }
      batch.read(Math.max(0, facts.bytes - read));
      continue;
    }
    for await (const raw of rawLines(source, name)) {
      batch.read(raw.length + 1);
      const line = records.decode(raw, file);
      if (line !== undefined) {
        const at = line.lastIndexOf(separators.text);
        const text = at < 0 ? line : line.slice(0, at);
        const stored = at < 0 ? '' : line.slice(at + separators.text.length);
        take(text, stored, text.includes(separators.text), raw);
      }
      if (batch.isFull) yield batch.take();
    }
  }
  if (!batch.isEmpty) yield batch.take();
}
