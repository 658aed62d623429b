/** Uploads the samples of a manifest as `labelkit import` does, and writes the manifest that is imported. */
import { join } from 'node:path';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';
import { openStorage } from './obs-storage.mjs';
import { smallFiles } from './small-files.mjs';

const target = argument('folder to write to', 1);
const count = Number(argument('number of files', 2));
const width = Number(argument('files at a time', 3));
const { folder, remove } = smallFiles(count, 5_000);
const from = new URL('../../../dist/src/dataset-io/import/', import.meta.url);
const [{ sendSamples }, { Targets }, { Uploader }, { LocalStorage }] = await Promise.all([
  import(new URL('samples.js', from).href),
  import(new URL('targets.js', from).href),
  import(new URL('uploader.js', from).href),
  loadLibrary(),
]);
const storage = await openStorage(`${target}0`);
const local = new LocalStorage();
const uploader = new Uploader(target, { storage, concurrency: width, mayBeThere: false });
const start = performance.now();
const samples = await sendSamples(
  { storage: local, path: join(folder, 'samples.manifest') },
  { storage: local, path: join(folder, 'sent.manifest') },
  {
    storage,
    base: folder,
    targets: new Targets(target, folder, join(folder, 'made'), 'bench'),
    uploader,
    onError: 'fail',
    onSkipped: () => undefined,
    onSample: () => undefined,
  },
);
report(performance.now() - start, { files: samples, bytes: uploader.bytes });
await storage.close();
remove();
