import type { Format, Look, Recognition } from '../contract.js';
import { cocoCannotCarry } from './losses.js';

/** Members that COCO files have, and files of other formats beside `images` hardly ever. */
const telling =
  /"(?:file_name|image_id|category_id|supercategory|iscrowd|segments_info|annotations|categories)"/;

function recognise(look: Look): Recognition | undefined {
  if (look.isFolder) return recogniseFolder(look);
  const head = look.head.trimStart();
  if (head.startsWith('{')) return recogniseObject(head);
  const isResults =
    head.startsWith('[') && head.includes('"image_id"') && /"(?:score|category_id|caption)"/.test(head);
  if (!isResults) return undefined;
  return {
    certainty: 'near',
    reason: 'an array of COCO detection results, which have no images and categories of their own',
  };
}

function recogniseObject(head: string): Recognition | undefined {
  const arrays = ['images', 'annotations', 'categories'].filter((name) =>
    new RegExp(`"${name}"\\s*:\\s*\\[`).test(head),
  );
  if (arrays.length === 0 || !telling.test(head)) return undefined;
  const isSure = arrays.length > 1 || (arrays[0] === 'images' && head.includes('"file_name"'));
  return {
    certainty: isSure ? 'sure' : 'likely',
    reason: `a JSON object with ${arrays.map((name) => `"${name}"`).join(', ')}`,
  };
}

/** A folder with COCO files in it: one of them has to be named. */
function recogniseFolder({ names, headOf }: Look): Recognition | undefined {
  const found = names.find((name) => {
    if (!/\.json$/i.test(name)) return false;
    const head = headOf(name)?.trimStart();
    return head?.startsWith('{') === true && recogniseObject(head)?.certainty === 'sure';
  });
  if (found === undefined) return undefined;
  return { certainty: 'near', reason: `${found} is a COCO file: name it, not the folder` };
}

export const coco: Format = {
  info: {
    id: 'coco',
    title: 'COCO JSON',
    layout: 'file',
    extension: 'json',
    reads: true,
    writes: true,
    carries: [
      'images with boxes and polygons, several polygons as one object',
      'keypoints as parts, run lengths of masks, iscrowd, captions, labels of whole images',
      'attributes: difficult, truncated, occluded, pose, properties',
      'panoptic segments by their boxes, with the name of their PNG',
    ],
    cannotCarry: cocoCannotCarry,
    note: 'Read and written as a stream. One file has no usage: write one for each part.',
    options: [
      {
        name: 'images',
        for: 'read',
        type: 'text',
        summary: 'Folder of the images, relative to the file; default: its own folder.',
      },
      {
        name: 'usage',
        for: 'read',
        type: 'text',
        summary: 'Usage of all samples: TRAIN, EVAL or TEST; default: none.',
      },
      {
        name: 'shapes',
        for: 'read',
        type: 'text',
        values: ['polygon', 'box'],
        summary: 'What an object with a polygon becomes; default polygon.',
      },
      {
        name: 'multi',
        for: 'read',
        type: 'text',
        values: ['split', 'box'],
        summary:
          'What an object of several polygons becomes: one object for each, or one box; default split.',
      },
      {
        name: 'rle',
        for: 'read',
        type: 'text',
        values: ['keep', 'polygon', 'box'],
        summary:
          'What a mask of run lengths becomes: a box with the mask as property "rle", its outline, or its box; default keep.',
      },
      {
        name: 'ids',
        for: 'both',
        type: 'text',
        values: ['keep'],
        summary:
          'keep: ids of images, annotations and categories become the id of the sample and the properties coco_id and coco_category_id, and are written from there. Default: they are left behind, and written ids count from 1.',
      },
      {
        name: 'circles',
        for: 'write',
        type: 'text',
        values: ['drop', 'polygon'],
        summary: 'What a circle becomes: nothing, or a polygon of 64 corners; default drop.',
      },
      {
        name: 'keypoints',
        for: 'write',
        type: 'list',
        summary: 'Names of parts that are written as keypoints, in their order; default: none.',
      },
      {
        name: 'labels',
        for: 'write',
        type: 'flag',
        summary: 'Write labels of whole images as annotations without a box; default: left out and counted.',
      },
      {
        name: 'scores',
        for: 'write',
        type: 'flag',
        summary: 'Write confidences as "score"; default: left out and counted.',
      },
    ],
  },
  recognise,
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
