/** Writes JPEG files of 12 megapixels: fields of random colours of four sizes, smoothed and laid over each other, and noise. */
import { join } from 'node:path';
import sharp from 'sharp';
import { Xorshift } from './xorshift.mjs';

const [folder = '', files = '0', seed = '0'] = process.argv.slice(2);
const width = 4000;
const height = 3000;
/** Columns and rows of the fields, and how much they weigh. */
const layers = /** @type {const} */ ([
  [8, 6, 0.51],
  [40, 30, 0.26],
  [200, 150, 0.15],
  [1000, 750, 0.08],
]);

const random = new Xorshift(Number(seed));
for (let file = 0; file < Number(files); file++) {
  const pixels = new Float32Array(width * height * 3);
  for (const [columns, rows, weight] of layers) {
    const field = Buffer.alloc(columns * rows * 3);
    for (let at = 0; at < field.length; at++) field[at] = random.below(256);
    const smooth = await sharp(field, { raw: { width: columns, height: rows, channels: 3 } })
      .resize(width, height, { kernel: 'cubic' })
      .raw()
      .toBuffer();
    for (let at = 0; at < pixels.length; at++) pixels[at] = pixels[at] + smooth[at] * weight;
  }
  const bytes = Buffer.alloc(pixels.length);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Math.max(0, Math.min(255, pixels[at] + (random.below(5) - 2)));
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toFile(join(folder, `${String(file).padStart(3, '0')}.jpg`));
}
