import { expect, test } from 'vitest';
import { parseManifestLine } from '../../src/manifest/index.js';

const entity = (name: string, start: number, end: number, id?: string) => ({
  type: 'modelarts/text_entity',
  name,
  ...(id === undefined ? {} : { id }),
  property: { '@modelarts:start_index': start, '@modelarts:end_index': end },
});
const relation = (id: string, from: string, to: string) => ({
  type: 'modelarts/text_triplet',
  name: 'knows',
  id,
  property: { '@modelarts:from': from, '@modelarts:to': to },
});
const segment = (speaker: string, start: string, end: string) => ({
  type: 'modelarts/audio_segmentation',
  property: {
    '@modelarts:start_time': start,
    '@modelarts:end_time': end,
    '@modelarts:source': speaker,
    '@modelarts:content': 'x',
  },
});
const text = (content: string, ...annotation: object[]) => ({ source: `content://${content}`, annotation });
const audio = (...annotation: object[]) => ({ source: 's3://b/a.wav', annotation });
const frame = (property: object) => ({
  source: 's3://b/v.1.jpg',
  property,
  annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': 's3://b/v.1.xml' }],
});
const detections = (...locs: string[]) => ({
  source: 's3://b/a.jpg',
  annotation: locs.map((loc) => ({ type: 'modelarts/object_detection', 'annotation-loc': loc })),
});

/** `我爱😀北京`: five characters, six UTF-16 units; 北京 is at 4–6 in units, at 3–5 in code points. */
const emoji = '我爱😀北京';

const cases: readonly (readonly [
  id: string,
  what: string,
  line: object,
  rules: readonly string[],
  options?: object,
])[] = [
  ['EC-069', 'offsets count UTF-16 units', text(emoji, entity('city', 4, 6)), ['M095']],
  ['EC-069', 'offsets beyond the text in units', text(emoji, entity('city', 5, 7)), ['M094']],
  [
    'EC-069',
    'offsets count code points when asked',
    text(emoji, entity('city', 3, 5)),
    ['M095'],
    { indexUnit: 'codepoint' },
  ],
  [
    'EC-069',
    'offsets beyond the text in code points',
    text(emoji, entity('city', 4, 6)),
    ['M094'],
    { indexUnit: 'codepoint' },
  ],
  ['EC-070', 'a span that cuts a surrogate pair', text(emoji, entity('half', 2, 3)), ['M095']],
  ['EC-071', 'a span to the end of the text', text('abc', entity('x', 0, 3)), []],
  ['EC-071', 'a span beyond the end', text('abc', entity('x', 0, 4)), ['M094']],
  ['EC-071', 'an empty span', text('abc', entity('x', 1, 1)), ['M093']],
  ['EC-072', 'spans that overlap', text('abcdef', entity('x', 0, 3), entity('y', 2, 5)), ['M096']],
  [
    'EC-072',
    'the same span twice under two names',
    text('abcdef', entity('x', 0, 3), entity('y', 0, 3)),
    ['M096'],
  ],
  ['EC-072', 'spans side by side', text('abcdef', entity('x', 0, 3), entity('y', 3, 5)), []],
  ['EC-073', 'CR LF are two characters', text('a\r\nbc', entity('x', 3, 5)), []],
  [
    'EC-074',
    'a relation before its entities',
    text('abcdef', relation('R1', 'E1', 'E2'), entity('x', 0, 1, 'E1'), entity('y', 2, 3, 'E2')),
    [],
  ],
  [
    'EC-075',
    'a relation to an entity that is not there',
    text('abcdef', entity('x', 0, 1, 'E1'), relation('R1', 'E1', 'E9')),
    ['M102'],
  ],
  [
    'EC-075',
    'a relation of an entity with itself',
    text('abcdef', entity('x', 0, 1, 'E1'), relation('R1', 'E1', 'E1')),
    ['M103'],
  ],
  [
    'EC-075',
    'ids are compared exactly',
    text('abcdef', entity('x', 0, 1, 'e1'), entity('y', 2, 3, 'E2'), relation('R1', 'E1', 'E2')),
    ['M100', 'M102'],
  ],
  [
    'EC-078',
    'two speakers at once',
    audio(segment('A', '00:00:01.000', '00:00:03.000'), segment('B', '00:00:02.000', '00:00:04.000')),
    [],
  ],
  [
    'EC-078',
    'one speaker twice at once',
    audio(segment('A', '00:00:01.000', '00:00:03.000'), segment('A', '00:00:02.000', '00:00:04.000')),
    ['M114'],
  ],
  [
    'EC-079',
    'a frame after the end of its video',
    frame({
      '@modelarts:parent_source': 's3://b/v.mp4',
      '@modelarts:parent_duration': 8,
      '@modelarts:time_in_video': 9,
    }),
    ['M121'],
  ],
  [
    'EC-079',
    'a frame that names only its video',
    frame({ '@modelarts:parent_source': 's3://b/v.mp4' }),
    ['M120'],
  ],
  ['EC-085', 'two annotations that name one file', detections('s3://b/1.xml', 's3://b/1.xml'), ['M085']],
];

for (const [id, what, line, rules, options] of cases) {
  test(`${id}: ${what}: ${rules.length === 0 ? 'no finding' : rules.join(', ')}`, () => {
    const { sample, diagnostics } = parseManifestLine(JSON.stringify(line), { mode: 'strict', ...options });
    expect([...new Set(diagnostics.map(({ rule }) => rule))].sort()).toEqual([...rules].sort());
    expect(sample?.annotations).toHaveLength((line as { annotation: object[] }).annotation.length);
  });
}
