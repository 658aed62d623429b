import { readdirSync } from 'node:fs';

/** Formats with a page of their own. */
const pages = new Set(
  readdirSync(new URL('../docs/formats/', import.meta.url)).map((name) => name.replace(/\.md$/, '')),
);

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the names in `losses` stand for. */
const meanings = {
  'image-set': 'an ImageSets list other than train, val, test and trainval',
  'image-sample': 'a sample that is an image',
  'text-sample': 'a sample that is a text',
  'audio-sample': 'a sample that is a sound file',
  'table-sample': 'a sample that is a table',
  'file-sample': 'a sample of a free-form data set that is neither image, text, sound nor table',
  image_classification: 'a label of the whole image',
  object_detection: 'the objects of an image',
  image_segmentation: 'the objects of an image with a mask',
  text_classification: 'a label of a whole text',
  text_entity: 'a labelled span of a text',
  text_triplet: 'a relation between two spans of a text',
  audio_classification: 'a label of a whole recording',
  audio_content: 'what is said in a recording',
  audio_segmentation: 'who says what, and when, in a recording',
  'unknown-task': 'an annotation of a task that is not known',
  usage: 'the usage, or one that has no counterpart (VOC: other than TRAIN, EVAL and TEST)',
  'sample-id': 'the id of a sample',
  'sample-property': 'properties of a sample',
  'sample-hard': 'that a sample is a hard example',
  'inference-loc': 'where inference results are',
  'annotation-name': 'the name on a detection annotation, beside those in its file',
  'annotation-property': 'properties of an annotation, beside those in its file',
  'annotation-confidence': 'the confidence of an annotation, beside those in its file',
  'annotation-hard': 'that an annotation is hard, beside what its file says',
  'creation-time': 'when an annotation was made',
  'annotated-by': 'who made an annotation',
  'unknown-member': 'a member the format does not define',
  'shape-point': 'a point',
  'shape-line': 'a line',
  'shape-dashed': 'a dashed line',
  'shape-bndbox': 'a box',
  'shape-polygon': 'a polygon, left out or made a box',
  'shape-polyline': 'a polyline, left out or made a box',
  'shape-circle': 'a circle, left out or made a box',
  'object-without-label': 'an object without a label',
  'object-without-shape': 'an object without a shape',
  'object-property': 'properties and attributes of an object',
  'object-pose': 'the pose of an object',
  'object-truncated': 'that an object is cut off at the edge of the image',
  'object-occluded': 'that an object is hidden in part',
  'object-difficult': 'that an object is difficult',
  'object-confidence': 'the confidence of an object',
  'object-hard': 'that an object is a hard example',
  parts: 'parts of an object',
  actions: 'actions of an object',
  'reference-point': 'the reference point of an object',
  mask: 'masks and mask colours',
  'image-size': 'the size of an image',
  'image-member': 'folder, path, database and source of an image',
  'unlabelled-image': 'an image without labels',
};

function section(format) {
  const ways = [format.reads ? 'read' : '', format.writes ? 'written' : ''].filter(Boolean).join(' and ');
  for (const name of format.cannotCarry)
    if (meanings[name] === undefined) throw new Error(`scripts/formats-page.mjs does not explain ${name}`);
  const options = format.options ?? [];
  const when = { read: 'read', write: 'written', both: 'read or written' };
  return [
    `## ${format.id}`,
    '',
    `${format.title}. ${format.layout === 'file' ? 'One file' : 'A folder'}; ${ways}.${pages.has(format.id) ? ` [More](formats/${format.id}.md)` : ''}`,
    '',
    'Carries:',
    '',
    ...format.carries.map((what) => `- ${what}`),
    '',
    ...(format.cannotCarry.length === 0
      ? []
      : [`Cannot carry: ${format.cannotCarry.map((name) => `\`${name}\``).join(', ')}.`, '']),
    ...(options.length === 0
      ? []
      : [
          'Options:',
          '',
          ...options.map(
            (option) => `- \`${kebab(option.name)}\` (when ${when[option.for]}): ${option.summary}`,
          ),
          '',
        ]),
    ...(format.note === undefined ? [] : [format.note, '']),
  ].join('\n');
}

/** The page about all formats, as Markdown. */
export function formatsPage(formats) {
  return `${[
    '# Formats',
    '',
    'Generated from the descriptors by `npm run docs:tables`; `labelkit formats` prints the same. The ids are those of',
    "`--from`, `--to` and the API. What the target of a conversion cannot carry is counted by name in the result's `losses`,",
    'and makes the exit status 1 unless `--allow-loss` accepts it. Where a target wants the size of an image and the data does not give',
    'it, the header of the image is read: the size is that of the stored pixels, and an EXIF orientation is not applied (`yolo` has an',
    'option for it).',
    '',
    ...formats.map(section),
    '## Losses',
    '',
    'What the names in `losses` stand for.',
    '',
    ...Object.entries(meanings).map(([name, meaning]) => `- \`${name}\`: ${meaning}`),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
