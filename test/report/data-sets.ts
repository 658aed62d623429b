import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Names that must never become markup, or turn the page around. */
export const hostileNames = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>*{display:none}',
  '</title></svg>',
  '&lt;already&gt;',
  '\u202eright to left',
  'עברית',
  '标签',
  'nul\u0000 and half \ud800',
  'x'.repeat(500),
  'y'.repeat(1000),
];

function lines(folder: string, name: string, samples: readonly unknown[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
  return file;
}

const classification = 'modelarts/image_classification';

/** Manifests and a VOC tree, each with what its name says. @param folder  where they are written */
export const dataSets = {
  empty: (folder: string) => lines(folder, 'empty.manifest', []),

  hostile: (folder: string) =>
    lines(
      folder,
      'hostile.manifest',
      hostileNames.map((name, at) => ({
        source: `obs://b/${name}/${at}.jpg`,
        usage: at % 2 === 0 ? 'TRAIN' : name,
        annotation: [name, hostileNames[0]].map((label) => ({
          type: classification,
          name: label,
          'annotated-by': name,
        })),
      })),
    ),

  manyLabels: (folder: string) =>
    lines(
      folder,
      'labels.manifest',
      Array.from({ length: 10_000 }, (_, at) => ({
        source: `obs://b/${at}.jpg`,
        usage: at % 3 === 0 ? 'EVAL' : 'TRAIN',
        annotation: [{ type: classification, name: `label ${at}` }],
      })),
    ),

  texts: (folder: string) =>
    lines(folder, 'texts.manifest', [
      {
        source: 'content://Ada lives in London & Paris',
        usage: 'TRAIN',
        annotation: [
          { type: 'modelarts/text_entity', name: 'person', id: 'E1', property: entity(0, 3) },
          { type: 'modelarts/text_entity', name: 'place', id: 'E2', property: entity(13, 19) },
          {
            type: 'modelarts/text_triplet',
            name: 'lives in',
            id: 'R1',
            property: { '@modelarts:from': 'E1', '@modelarts:to': 'E2' },
          },
        ],
      },
      {
        source: 'content://شكرا جزيلا',
        usage: 'TEST',
        annotation: [{ type: 'modelarts/text_entity', name: 'thanks', property: entity(0, 4) }],
      },
    ]),

  audio: (folder: string) =>
    lines(folder, 'audio.manifest', [
      {
        source: 'obs://b/talk.wav',
        annotation: [
          segment('00:00:01.000', '00:00:02.500', 'Ann', 'good morning'),
          segment('00:00:02.600', '00:00:04.000', 'Ben', '早上好 <b>'),
        ],
      },
      {
        source: 'obs://b/siren.wav',
        annotation: [{ type: 'modelarts/audio_classification', name: 'siren' }],
      },
    ]),

  tables: (folder: string) =>
    lines(folder, 'tables.manifest', [
      {
        source: 'obs://b/part-0.csv',
        'source-type': 'csv',
        'sample-type': 4,
        property: { '@modelarts:schema': { id: 'STRING', age: 'INT' } },
      },
    ]),

  /** A source in two usages, a line that is no JSON, and one without a source. */
  faulty: (folder: string) => {
    const file = lines(folder, 'faulty.manifest', [
      { source: 'obs://b/1.jpg', usage: 'TRAIN', annotation: [{ type: classification, name: 'cat' }] },
      { source: 'obs://b/1.jpg', usage: 'TEST', annotation: [{ type: classification, name: 'cat' }] },
      { source: '', annotation: [] },
    ]);
    writeFileSync(file, '{"source": oops}\n', { flag: 'a' });
    return file;
  },

  /** A VOC tree with pictures: one whole, one missing, one cut off, one with a box that has no area. */
  pictures: async (folder: string) => {
    for (const name of ['Annotations', 'JPEGImages']) mkdirSync(join(folder, name), { recursive: true });
    const image = await sharp({
      create: { width: 320, height: 200, channels: 3, background: '#88aacc' },
    })
      .jpeg()
      .toBuffer();
    for (const name of ['whole', 'missing', 'cut', 'flat']) {
      const box = name === 'flat' ? [40, 40, 40, 40] : [40, 40, 120, 140];
      writeFileSync(join(folder, 'Annotations', `${name}.xml`), vocFile(name, box));
      const bytes = name === 'cut' ? image.subarray(0, image.length / 2) : image;
      if (name !== 'missing') writeFileSync(join(folder, 'JPEGImages', `${name}.jpg`), bytes);
    }
    return folder;
  },
};

function entity(start: number, end: number) {
  return { '@modelarts:start_index': start, '@modelarts:end_index': end };
}

function segment(start: string, end: string, speaker: string, content: string) {
  return {
    type: 'modelarts/audio_segmentation',
    property: {
      '@modelarts:start_time': start,
      '@modelarts:end_time': end,
      '@modelarts:source': speaker,
      '@modelarts:content': content,
    },
  };
}

function vocFile(name: string, [xmin, ymin, xmax, ymax]: readonly number[]): string {
  return `<annotation><folder>JPEGImages</folder><filename>${name}.jpg</filename>
<source><database>test</database></source><size><width>320</width><height>200</height><depth>3</depth></size>
<segmented>0</segmented><object><name>车 &lt;1&gt;</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded>
<difficult>1</difficult><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object></annotation>
`;
}
