import { throwIfAborted } from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import type { TextEncoding } from '../shared/decode-text.js';
import {
  labelSeparatorOption,
  separatorFindings,
  separatorOf,
  TextRecords,
  textNames,
} from '../shared/text-classes.js';
import { rawLines, textFacts } from '../shared/text-lines.js';
import { isQuoted, noSeparator, quotedRows } from '../shared/text-rows.js';
import { resultNameOf, textNameOf } from './types.js';

/** A sample for each line with a text. @throws OptionError for a faulty separator */
export async function* read(source: FormatSource): AsyncGenerator<FormatBatch, void, undefined> {
  const separator = separatorOf(source.options, labelSeparatorOption.name, ',');
  const batch = new BatchBuilder();
  const records = new TextRecords(source, batch, separator);
  for (const finding of separatorFindings([separator], records.findings, source.path)) batch.finding(finding);
  const names = await textNames(source, records.findings, batch);
  const all = new Set(names);
  let unlabelled = 0;
  for (const name of names) {
    throwIfAborted(source.signal);
    const text = textNameOf(name);
    if (text !== undefined && all.has(text)) continue;
    const result = (await source.has(resultNameOf(name))) ? resultNameOf(name) : undefined;
    if (text !== undefined && result === undefined) {
      const finding = records.findings.of('D014', `there is no ${text} for ${name}`, {
        file: source.pathOf(name),
      });
      batch.finding(finding);
      continue;
    }
    if (result === undefined) unlabelled++;
    const pair = await checkedPair(name, result, source, records, batch);
    if (pair === undefined) continue;
    const read = isQuoted(source, name) ? readQuotedPair : readPair;
    yield* read(pair, source, records, batch);
  }
  if (unlabelled > 0) {
    const what =
      unlabelled === 1 ? '1 text file has no result file' : `${unlabelled} text files have no result file`;
    batch.finding(records.findings.of('D013', what, { file: source.path }));
  }
  if (!batch.isEmpty) yield batch.take();
}

interface Pair {
  readonly texts: { readonly name: string; readonly encoding: TextEncoding };
  readonly results: { readonly name: string; readonly encoding: TextEncoding } | undefined;
}

/** Both files, when they can be read line by line; undefined when not, which is a fault. */
async function checkedPair(
  name: string,
  result: string | undefined,
  source: FormatSource,
  records: TextRecords,
  batch: BatchBuilder,
): Promise<Pair | undefined> {
  const { findings } = records;
  const found: { readonly name: string; readonly encoding: TextEncoding; readonly lines: number }[] = [];
  for (const one of result === undefined ? [name] : [name, result]) {
    const facts = await textFacts(source, one);
    if (facts.encoding === undefined) {
      const { line, reason } = facts.undecodable!;
      const place = { file: source.pathOf(one), line, hint: 'Store it as UTF-8.' };
      batch.fault({
        diagnostics: [findings.of('D036', `${one} ${reason}`, place)!],
        name: one,
      });
      return undefined;
    }
    let { lines } = facts;
    if (isQuoted(source, one)) {
      lines = 0;
      const separator = one === name ? noSeparator : records.labelSeparator;
      for await (const { problem } of quotedRows(source, one, facts.encoding, separator)) {
        lines++;
        if (problem === undefined) continue;
        batch.fault({ diagnostics: [records.unclosed(one, problem)], name: one });
        return undefined;
      }
    }
    found.push({ name: one, encoding: facts.encoding, lines });
  }
  const [texts, results] = found;
  if (results !== undefined && results.lines !== texts!.lines) {
    const message = `${results.name} has ${results.lines} lines, and ${name} has ${texts!.lines}`;
    const place = { file: source.pathOf(results.name), line: Math.min(results.lines, texts!.lines) + 1 };
    batch.fault({ diagnostics: [findings.of('D030', message, place)!], name: results.name });
    return undefined;
  }
  return { texts: texts!, results };
}

/** {@link readPair} for files in quotes: rows instead of lines. */
async function* readQuotedPair(
  { texts, results }: Pair,
  source: FormatSource,
  records: TextRecords,
  batch: BatchBuilder,
): AsyncGenerator<FormatBatch, void, undefined> {
  const labelRows = results && quotedRows(source, results.name, results.encoding, records.labelSeparator);
  try {
    for await (const row of quotedRows(source, texts.name, texts.encoding, noSeparator)) {
      const labelled = (await labelRows?.next())?.value;
      batch.read(Buffer.byteLength(row.raw) + Buffer.byteLength(labelled?.raw ?? ''));
      const [text] = records.cells(row, texts.name) ?? [];
      if (text === undefined) continue;
      if (text.trim() === '') records.report('D031', 'the line has no text', texts.name, row);
      else {
        const cells = labelled === undefined ? [] : records.cells(labelled, results!.name);
        if (cells === undefined) continue;
        const labels = labelled === undefined ? [] : records.labelsOf(cells, results!.name, labelled);
        records.add(text, labels, texts.name, row);
      }
      if (batch.isFull) yield batch.take();
    }
  } finally {
    await labelRows?.return();
  }
}

async function* readPair(
  { texts, results }: Pair,
  source: FormatSource,
  records: TextRecords,
  batch: BatchBuilder,
): AsyncGenerator<FormatBatch, void, undefined> {
  const labelLines = results === undefined ? undefined : rawLines(source, results.name);
  try {
    for await (const raw of rawLines(source, texts.name)) {
      const labelled = (await labelLines?.next())?.value;
      batch.read(raw.length + 1 + (labelled === undefined ? 0 : labelled.length + 1));
      const text = records.decode(raw, texts);
      if (text === undefined) continue;
      if (text.trim() === '') {
        records.report('D031', 'the line has no text', texts.name, raw);
      } else {
        const stored = labelled === undefined ? '' : records.decode(labelled, results!);
        if (stored === undefined) continue;
        records.add(
          text,
          labelled === undefined ? [] : records.labels(stored, results!.name, labelled),
          texts.name,
          raw,
        );
      }
      if (batch.isFull) yield batch.take();
    }
  } finally {
    await labelLines?.return();
  }
}
