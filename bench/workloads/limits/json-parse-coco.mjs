/** `JSON.parse` of a whole COCO file, as most programs read it. Ends at 512 MiB, the longest string there is. */
import { readFileSync } from 'node:fs';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';

const path = argument('file');
const start = performance.now();
const { images, annotations } = JSON.parse(readFileSync(path, 'utf8'));
report(performance.now() - start, { samples: images.length, objects: annotations.length });
