/**
 * VOC to COCO as one writes it in an afternoon: fast-xml-parser, one object for the whole file, `JSON.stringify`. Boxes
 * only.
 */
import { writeFileSync } from 'node:fs';
import { report } from '../../harness/report.mjs';
import { argument } from '../argument.mjs';
import { decode } from '../limits/decode.mjs';
import { readSmallFiles } from '../limits/small-files.mjs';
import { parser } from './fxp-voc.mjs';

const folder = argument('folder');
const output = argument('output', 1);
const start = performance.now();
/** @type {object[]} */
const images = [];
/** @type {object[]} */
const annotations = [];
/** @type {Map<string, number>} */
const ids = new Map();
readSmallFiles(folder, (bytes, length) => {
  const { annotation } = parser.parse(decode(bytes, 0, length));
  const image = images.length + 1;
  const { width, height } = annotation.size;
  images.push({ id: image, file_name: annotation.filename, width: Number(width), height: Number(height) });
  for (const { name, bndbox } of annotation.object ?? []) {
    const category = ids.get(name) ?? ids.size + 1;
    ids.set(name, category);
    const [xmin, ymin] = [Number(bndbox.xmin), Number(bndbox.ymin)];
    const [wide, high] = [Number(bndbox.xmax) - xmin, Number(bndbox.ymax) - ymin];
    annotations.push({
      id: annotations.length + 1,
      image_id: image,
      category_id: category,
      bbox: [xmin, ymin, wide, high],
      area: wide * high,
      iscrowd: 0,
      segmentation: [],
    });
  }
});
const categories = [...ids].map(([name, id]) => ({ id, name }));
writeFileSync(output, JSON.stringify({ images, annotations, categories }));
report(performance.now() - start, { samples: images.length, objects: annotations.length });
