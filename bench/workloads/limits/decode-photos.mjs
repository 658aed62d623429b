/** Decodes every image of a folder to its pixels, one after the other; with `thumbnails`, makes a thumbnail of these. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';

const folder = argument('folder');
const makesThumbnails = argument('what to do', 1) === 'thumbnails';
sharp.cache(false);
const start = performance.now();
let pictures = 0;
for (const name of readdirSync(folder).sort()) {
  const { data, info } = await sharp(readFileSync(join(folder, name)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  pictures++;
  const { width, height, channels } = info;
  if (!makesThumbnails) continue;
  await sharp(data, { raw: { width, height, channels } }).resize(256, 192).jpeg({ quality: 82 }).toBuffer();
}
report(performance.now() - start, { pictures });
