/** What the names in `losses` stand for. */
const meanings = {
  'image-set': 'an ImageSets list other than train, val, test and trainval',
  'text-sample': 'a sample that is a text',
  'audio-sample': 'a sample that is a sound file',
  'table-sample': 'a sample that is a table',
  image_classification: 'a label of the whole image',
  text_classification: 'a label of a whole text',
  text_entity: 'a labelled span of a text',
  text_triplet: 'a relation between two spans of a text',
  audio_classification: 'a label of a whole recording',
  audio_content: 'what is said in a recording',
  audio_segmentation: 'who says what, and when, in a recording',
  'unknown-task': 'an annotation of a task that is not known',
  usage: 'a usage other than TRAIN, EVAL and TEST',
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
};

function section(format) {
  const ways = [format.reads ? 'read' : '', format.writes ? 'written' : ''].filter(Boolean).join(' and ');
  return [
    `## ${format.id}`,
    '',
    `${format.title}. ${format.layout === 'file' ? 'One file' : 'A folder'}; ${ways}.`,
    '',
    'Carries:',
    '',
    ...format.carries.map((what) => `- ${what}`),
    '',
    'Cannot carry, by the names in `losses`:',
    '',
    ...format.cannotCarry.map((name) => {
      if (meanings[name] === undefined) throw new Error(`scripts/formats-page.mjs does not explain ${name}`);
      return `- \`${name}\`: ${meanings[name]}`;
    }),
    '',
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
    'and makes the exit status 1 unless `--allow-loss` accepts it.',
    '',
    ...formats.map(section),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
