import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format, Look, Recognition } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { carriedBy } from './carries.js';

const imagePattern = /\.(?:jpe?g|png|bmp|webp|tiff?|gif)$/i;

/** A description in YAML: class names, and where training or validation data is. */
function isDescription(head: string | undefined): boolean {
  return head !== undefined && /^names\s*:/m.test(head) && /^(?:train|val|test)\s*:/m.test(head);
}

function recogniseFolder({ names, headOf }: Look): Recognition | undefined {
  const known = new Set(names);
  if (known.has('obj.data') && known.has('obj.names'))
    return { certainty: 'sure', reason: 'it has obj.data and obj.names of a Darknet tree' };
  for (const name of names)
    if (/^[^/]+\.ya?ml$/i.test(name) && isDescription(headOf(name)))
      return { certainty: 'sure', reason: `${name} names classes and subsets, as Ultralytics data sets do` };
  if (known.has('obj.data')) return { certainty: 'likely', reason: 'it has obj.data of a Darknet tree' };
  const list = ['obj.names', 'classes.txt'].find((name) => known.has(name));
  if (list === undefined) return undefined;
  const image = names.find((name) => imagePattern.test(name));
  const label = names.find((name) => name.endsWith('.txt') && name !== list && !/^[^/]*readme/i.test(name));
  return image === undefined || label === undefined
    ? undefined
    : { certainty: 'likely', reason: `it has class names in ${list}, images, and label files` };
}

function recogniseFile({ name, head }: Look): Recognition | undefined {
  if (name === 'obj.data' || name === 'obj.names' || (/\.ya?ml$/i.test(name) && isDescription(head)))
    return { certainty: 'near', reason: `${name} describes a YOLO tree; name the folder that it is in` };
  if (/^\S+\.(?:jpe?g|png|bmp) +\d+,\d+,\d+,\d+,\d+(?:\s|$)/m.test(head))
    return {
      certainty: 'near',
      reason: 'images and boxes on one line, a list of some YOLO trainers that is not read',
    };
  return undefined;
}

export const yolo: Format = {
  info: {
    id: 'yolo',
    title: 'YOLO (Darknet tree, Ultralytics tree)',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with boxes; in Ultralytics trees polygons, turned boxes, keypoints or one class for each image',
      'class names in a fixed order; images without objects',
      'usage TRAIN and EVAL, in Ultralytics trees TEST too, as subsets',
    ],
    cannotCarry: ['usage', ...allBut(carriedBy('detect'))],
    note: 'Losses are those of task=detect. Trainers look for labels beside the images: write with --images copy or link.',
    options: [
      {
        name: 'task',
        for: 'both',
        type: 'text',
        values: ['detect', 'segment', 'obb', 'pose', 'classify'],
        summary:
          'What the lines of label files are. Default: detect when written; when read, boxes as long as every line has 5 fields.',
      },
      {
        name: 'layout',
        for: 'write',
        type: 'text',
        values: ['darknet', 'ultralytics'],
        summary:
          'Which tree is written: obj.data with lists, or data.yaml with images and labels. Default: darknet for task=detect, else ultralytics.',
      },
      {
        name: 'shapes',
        for: 'write',
        type: 'text',
        values: ['bbox'],
        summary:
          'bbox: shapes that the task has no lines for are written as their bounding rectangle. Default: they are an error.',
      },
      {
        name: 'keypoints',
        for: 'write',
        type: 'list',
        summary: 'The names of the parts that are keypoints, in their order; needed with task=pose.',
      },
      {
        name: 'allowScore',
        for: 'read',
        type: 'flag',
        summary: 'Lines may end with a score, as those of predictions do. Default: they are an error.',
      },
      {
        name: 'orientation',
        for: 'read',
        type: 'text',
        values: ['stored', 'turned'],
        summary:
          'The sides of images whose EXIF orientation turns them by a quarter: as stored (default), or swapped as Ultralytics does.',
      },
      ...selectionOptions,
      pruneOption,
    ],
  },
  recognise: (look) => (look.isFolder ? recogniseFolder(look) : recogniseFile(look)),
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
