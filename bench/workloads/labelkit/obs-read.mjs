/** Reads one object through `ObsStorage.openRead`, several ranges at a time or one, and counts its bytes. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { countBytes, openStorage } from './obs-storage.mjs';

const path = argument('path of the object', 1);
const storage = await openStorage(path, Number(argument('ranges at a time', 2)));
const start = performance.now();
const bytes = await countBytes(storage, path);
report(performance.now() - start, { bytes });
await storage.close();
