import type { FormatBatch, FormatSource } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { csvRows } from '../shared/csv.js';
import { Findings } from '../shared/findings.js';
import { jsonLines } from '../shared/json-lines.js';
import { Drafts } from './draft.js';
import { ItemReader } from './read-items.js';
import { RowReader } from './read-rows.js';
import { vertexRules } from './rules.js';

/** The items of an import file: JSON Lines when it begins with a brace, else CSV. */
export async function* readVertex(source: FormatSource): AsyncGenerator<FormatBatch> {
  const [file] = await source.list();
  const { name, size } = file!;
  const path = source.pathOf(name);
  const findings = new Findings(vertexRules, source);
  const drafts = new Drafts(source, path, findings);
  const batch = new BatchBuilder();
  if (await beginsWithBrace(source, name)) {
    const items = new ItemReader(source, name, findings);
    for await (const { lines, bytes } of jsonLines(source, name)) {
      for (const line of lines) {
        items.read(line, drafts, batch);
        if (!drafts.isFull) continue;
        await drafts.flush(batch);
        yield batch.take();
      }
      batch.read(bytes);
    }
  } else {
    const items = new RowReader(source, name, findings);
    let seen = 0;
    for await (const rows of csvRows(source.chunks(name))) {
      for (const row of rows) {
        items.read(row, drafts, batch);
        batch.read(row.offset - seen);
        seen = row.offset;
        if (!drafts.isFull) continue;
        await drafts.flush(batch);
        yield batch.take();
      }
    }
    items.end(drafts);
    batch.read(size - seen);
  }
  await drafts.flush(batch);
  if (!batch.isEmpty) yield batch.take();
}

async function beginsWithBrace(source: FormatSource, name: string): Promise<boolean> {
  for await (const chunk of source.chunks(name)) {
    const start = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
    const first = /[^\s\ufeff]/.exec(start);
    if (first !== null) return first[0] === '{';
  }
  return false;
}
