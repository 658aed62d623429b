/** Writes small local files through the storage layer, some at a time: what an upload costs at least. */
import { join } from 'node:path';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { inTurns } from '../in-turns.mjs';
import { loadLibrary } from './library.mjs';
import { openStorage } from './obs-storage.mjs';
import { smallFiles } from './small-files.mjs';

const target = argument('folder to write to', 1);
const count = Number(argument('number of files', 2));
const width = Number(argument('files at a time', 3));
const { folder, remove } = smallFiles(count, 5_000);
const { LocalStorage } = await loadLibrary();
const local = new LocalStorage();
const storage = await openStorage(`${target}0`);
const start = performance.now();
const bytes = await inTurns(count, width, async (index) => {
  const chunks = local.openRead(join(folder, `images/${index}.jpg`));
  const { size } = await storage.writeAtomic(`${target}${index}.jpg`, chunks, { mode: 'overwrite' });
  return size;
});
report(performance.now() - start, { files: count, bytes });
await storage.close();
remove();
