/** Reads objects 0, 1, 2… of a folder through `ObsStorage.openRead`, some at a time. */
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { inTurns } from '../in-turns.mjs';
import { countBytes, openStorage } from './obs-storage.mjs';

const folder = argument('path of the folder', 1);
const count = Number(argument('number of objects', 2));
const width = Number(argument('objects at a time', 3));
const storage = await openStorage(`${folder}0`);
const start = performance.now();
const bytes = await inTurns(count, width, (index) => countBytes(storage, `${folder}${index}`));
report(performance.now() - start, { objects: count, bytes });
await storage.close();
