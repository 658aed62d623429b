/**
 * The same with two worker threads, each reading half of the lines and returning only its counts. As with one
 * thread, the clock starts when the library is loaded; what the threads cost until then is in the whole time.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { loadLibrary } from './library.mjs';
import { tallySamples } from './tally-samples.mjs';

if (isMainThread) {
  const path = argument('manifest');
  const { manifestRanges } = await loadLibrary();
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const start = performance.now();
  const ranges = await manifestRanges(path, workers.length);
  const halves = await Promise.all(
    workers.map(async (worker, i) => {
      worker.postMessage({ path, range: ranges[i] });
      const [tally] = await once(worker, 'message');
      return tally;
    }),
  );
  const answer = { train: 0, annotations: 0 };
  for (const { train, annotations } of halves) {
    answer.train += train;
    answer.annotations += annotations;
  }
  report(performance.now() - start, answer);
} else {
  const library = await loadLibrary();
  parentPort?.once('message', async ({ path, range }) => {
    parentPort?.postMessage(await tallySamples(library, path, { range }));
  });
  parentPort?.postMessage('ready');
}
