import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkManifestLine, type ManifestCheckContext } from '../../../src/manifest/rules/index.js';
import type { Finding, JsonObject } from '../../../src/model/index.js';

/*
 * Each fixture line says in its member "#expect" which findings it should cause, as ids or id:severity;
 * a line without it should cause none.
 */

const folder = new URL('../../fixtures/manifest/rules/', import.meta.url);
const strict: ManifestCheckContext = { mode: 'strict', profile: 'generic' };
const contexts: Record<string, ManifestCheckContext> = {
  'lenient.jsonl': { ...strict, mode: 'lenient' },
  'import.jsonl': { ...strict, profile: 'modelarts-import' },
  'mindspore.jsonl': { ...strict, profile: 'mindspore' },
  'pedantic.jsonl': { ...strict, pedantic: true },
  'codepoint.jsonl': { ...strict, indexUnit: 'codepoint' },
  'label-set.jsonl': {
    ...strict,
    labelSet: { relations: new Map([['head_of', { from: 'person', to: 'org' }]]) },
  },
};

function findingsOf(value: JsonObject, text: string, context: ManifestCheckContext): Finding[] {
  const findings: Finding[] = [];
  checkManifestLine(value, text, context, (finding) => findings.push(finding));
  return findings;
}

describe.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl')))('%s', (name) => {
  const context = contexts[name] ?? strict;
  const lines = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n');
  it.each(lines.map((text, i) => ({ line: i + 1, text })))('line $line', ({ text }) => {
    const { '#expect': expected = [], ...value } = JSON.parse(text) as JsonObject & { '#expect'?: string[] };
    if (text.includes('"__proto__"')) expect(({} as { x?: number }).x).toBeUndefined();
    const found = findingsOf(value, text, context);
    const words = [...expected].sort();
    const seen = found
      .map(({ rule, severity }) => (words.includes(rule) ? rule : `${rule}:${severity}`))
      .sort();
    expect(seen).toEqual(words);
    for (const finding of found) {
      expect(finding.message).not.toMatch(/[.\n]$/);
      expect(finding.message.length).toBeLessThan(400);
    }
  });
});

const image = (annotation: JsonObject, more: JsonObject = {}): JsonObject => ({
  source: 'obs://b/1.jpg',
  ...more,
  annotation: [annotation],
});

describe('what findings say', () => {
  it.each<{
    name: string;
    value: JsonObject;
    rule: string;
    pointer?: string;
    message: string;
    hint?: string;
  }>([
    {
      name: 'M027 names the word and guesses the one meant',
      value: { source: 'obs://b/1.jpg', usage: 'TRIAN' },
      rule: 'M027',
      pointer: '/usage',
      message: 'usage is "TRIAN"',
      hint: 'did you mean TRAIN? known words are TRAIN, EVAL, TEST and INFERENCE',
    },
    {
      name: 'M027 knows what other tools call an evaluation set',
      value: { source: 'obs://b/1.jpg', usage: 'validation' },
      rule: 'M027',
      pointer: '/usage',
      message: 'usage is "validation"',
      hint: 'did you mean EVAL? known words are TRAIN, EVAL, TEST and INFERENCE',
    },
    {
      name: 'M027 takes a letter whose upper case is S for no S',
      value: { source: 'obs://b/1.jpg', usage: 'te\u017ft' },
      rule: 'M027',
      pointer: '/usage',
      message: 'usage is "te\u017ft"',
      hint: 'did you mean TEST? known words are TRAIN, EVAL, TEST and INFERENCE',
    },
    {
      name: 'M027 guesses nothing for names of the language',
      value: { source: 'obs://b/1.jpg', usage: 'constructor' },
      rule: 'M027',
      pointer: '/usage',
      message: 'usage is "constructor"',
      hint: 'known words are TRAIN, EVAL, TEST and INFERENCE',
    },
    {
      name: 'M052 guesses the task',
      value: image({ type: 'modelarts/object_detecton', 'annotation-loc': 'a.xml' }),
      rule: 'M052',
      pointer: '/annotation/0/type',
      message: 'type "modelarts/object_detecton" names no known task',
      hint: 'did you mean "modelarts/object_detection"?',
    },
    {
      name: 'M058 shows what percentages should be',
      value: image({ type: 'modelarts/image_classification', name: 'a', confidence: 85 }),
      rule: 'M058',
      pointer: '/annotation/0/confidence',
      message: 'confidence is 85, outside 0 to 1',
      hint: 'did you mean 0.85?',
    },
    {
      name: 'long values are cut and controls escaped',
      value: { source: 'obs://b/1.jpg', usage: `\u202e\u0007${'x'.repeat(100)}` },
      rule: 'M027',
      pointer: '/usage',
      message: `usage is "\\u202e\\u0007${'x'.repeat(58)}…"`,
    },
    {
      name: 'pointers follow the spelling that is there and escape column names',
      value: {
        source: 'obs://b/1.carbondata',
        source_type: 'carbondata',
        source_property: { '@modelarts:schema': { 'a/b~c': 'strin' } },
      },
      rule: 'M133',
      pointer: '/source_property/@modelarts:schema/a~1b~0c',
      message: 'column "a/b~c" has the unknown type "strin"',
      hint: 'did you mean "string"?',
    },
    {
      name: 'M112 writes the time as it should be',
      value: {
        source: 'obs://b/1.wav',
        annotation: [
          {
            type: 'modelarts/audio_segmentation',
            property: {
              '@modelarts:start_time': '1:02:03.4',
              '@modelarts:end_time': '02:00:00.000',
              '@modelarts:source': 'A',
              '@modelarts:content': 'x',
            },
          },
        ],
      },
      rule: 'M112',
      pointer: '/annotation/0/property/@modelarts:start_time',
      message: '@modelarts:start_time is "1:02:03.4"',
      hint: 'write 01:02:03.400',
    },
  ])('$name', ({ value, rule, pointer, message, hint }) => {
    const finding = findingsOf(value, JSON.stringify(value), strict).find(
      (candidate) => candidate.rule === rule,
    );
    expect(finding).toMatchObject({ message, ...(pointer && { pointer }), ...(hint && { hint }) });
  });
});

describe('rules the fixtures cannot carry', () => {
  it('M008 points at the later member; EC-016 the last one counts', () => {
    const text = '{"source":"obs://b/1.jpg","source":"ftp://b/2.jpg"}';
    const found = findingsOf(JSON.parse(text) as JsonObject, text, strict);
    expect(found).toMatchObject([
      { rule: 'M008', pointer: '/source', atKey: true },
      { rule: 'M022', message: 'source "ftp://b/2.jpg" has an unknown scheme' },
    ]);
  });

  it('M006 for a line that is no object', () => {
    const findings: Finding[] = [];
    checkManifestLine([], '[]', strict, (finding) => findings.push(finding));
    expect(findings).toMatchObject([{ rule: 'M006', message: 'the line is an empty array, not an object' }]);
  });

  it('M012 counts the bytes of the text, not its characters', () => {
    const text = (length: number): JsonObject => ({ source: `content://${'中'.repeat(length)}` });
    expect(findingsOf(text(34_133), '', strict)).toEqual([]);
    expect(findingsOf(text(34_134), '', strict)).toMatchObject([{ rule: 'M012', severity: 'warning' }]);
    expect(findingsOf(text(34_134), '', { ...strict, profile: 'modelarts-import' })).toMatchObject([
      { rule: 'M012', severity: 'error' },
    ]);
  });

  it('M055 tells labels above 1,024 characters apart', () => {
    const value = image({ type: 'modelarts/image_classification', name: 'x'.repeat(1025) });
    expect(findingsOf(value, '', strict)).toMatchObject([
      { rule: 'M055', message: expect.stringContaining('1025 characters, more than 1024') },
    ]);
  });
});

describe('edge cases of samples and annotations', () => {
  it.each<[string, JsonObject, string[]]>([
    ['EC-030 {} is no sample', {}, ['M020']],
    ['EC-031 source null', { source: null }, ['M020']],
    ['EC-031 source empty', { source: '' }, ['M021']],
    ['EC-032 annotation absent', { source: 'obs://b/a' }, []],
    ['EC-032 annotation null', { source: 'obs://b/a', annotation: null }, []],
    ['EC-032 annotation empty', { source: 'obs://b/a', annotation: [] }, []],
    ['EC-033 annotation an object', { source: 'obs://b/a', annotation: {} }, ['M029']],
    ['EC-034 both keys', { source: 'obs://b/a', annotation: [], annotations: [1] }, ['M010']],
    ['EC-035 usage in any case', { source: 'obs://b/a', usage: 'Train' }, []],
    ['EC-037 hard "TRUE"', { source: 'obs://b/a', hard: 'TRUE' }, []],
    ['EC-037 hard ""', { source: 'obs://b/a', hard: '' }, []],
    ['EC-037 hard "yes"', { source: 'obs://b/a', hard: 'yes' }, ['M032']],
    ['EC-038 coefficient in quotes', { source: 'obs://b/a', hard: 1, 'hard-coefficient': '0.5' }, ['M033']],
    ['EC-039 property as text', { source: 'obs://b/a', property: '{"a":1}' }, ['M037']],
    ['EC-040 property as text of an array', { source: 'obs://b/a', property: '[{"type":0}]' }, ['M065']],
    ['EC-042 content twice', { source: 'content://content://x' }, []],
    ['EC-043 content empty', { source: 'content://' }, ['M024']],
    ['EC-044 content is not decoded', { source: 'content://a%20b+c' }, []],
    ['EC-045 scheme in capitals', { source: 'CONTENT://x' }, []],
    ['EC-046 s3data/1.jpg is a path', { source: 's3data/1.jpg' }, ['M023']],
    ['EC-047 key with # ? %', { source: 'obs://b/a b#1?%2F中.jpg' }, []],
    ['EC-048 no key', { source: 'obs://b' }, ['M022']],
    ['EC-048 no bucket', { source: 's3:///k' }, ['M022']],
    ['EC-049 drive letter', { source: 'C:\\img\\1.jpg' }, ['M023']],
    ['EC-050 inference_loc', { source: 'obs://b/a', inference_loc: 'x' }, ['M009']],
    ['EC-061 bare type', image({ type: 'image_classification', name: 'a' }), ['M051']],
    ['EC-061 other case', image({ type: 'Modelarts/Image_Classification', name: 'a' }), ['M051']],
    ['EC-061 other provider', image({ type: 'acme/image_classification', name: 'a' }), []],
    ['EC-063 unknown type', image({ type: 'modelarts/foo' }), ['M052']],
    ['EC-065 no name', image({ type: 'modelarts/image_classification' }), ['M053']],
    ['EC-066 label None', image({ type: 'modelarts/image_classification', name: 'None' }), []],
    [
      'EC-067 label with U+0001',
      image({ type: 'modelarts/image_classification', name: 'a\u0001b' }),
      ['M057'],
    ],
    [
      'EC-081 inline XML',
      image({ type: 'modelarts/object_detection', 'annotation-loc': '<annotation/>' }),
      [],
    ],
    [
      'EC-090 schema inside a text property',
      {
        source: 'obs://b/1.carbondata',
        'source-type': 'carbondata',
        property: '{"@modelarts:schema":{"a":"BINARY","b":"blob"}}',
      },
      ['M037', 'M133'],
    ],
  ])('%s', (_, value, rules) => {
    expect(findingsOf(value, JSON.stringify(value), strict).map(({ rule }) => rule)).toEqual(rules);
  });

  it.each<[string, JsonObject, string[]]>([
    [
      'EC-068 offset in quotes',
      { '@modelarts:start_index': '3', '@modelarts:end_index': 5 },
      ['M092:warning'],
    ],
    ['EC-068 3.5', { '@modelarts:start_index': 3.5, '@modelarts:end_index': 5 }, ['M092:error']],
    ['EC-068 −1', { '@modelarts:start_index': -1, '@modelarts:end_index': 5 }, ['M092:error']],
    ['EC-068 missing', { '@modelarts:end_index': 5 }, ['M091:error']],
    ['EC-071 end = length', { '@modelarts:start_index': 0, '@modelarts:end_index': 6 }, []],
    ['EC-071 end = length + 1', { '@modelarts:start_index': 0, '@modelarts:end_index': 7 }, ['M094:error']],
    ['EC-071 start = end', { '@modelarts:start_index': 6, '@modelarts:end_index': 6 }, ['M093:error']],
  ])('%s', (_, property, rules) => {
    const value = {
      source: 'content://abcdef',
      annotation: [{ type: 'modelarts/text_entity', name: 'p', property }],
    };
    const found = findingsOf(value, JSON.stringify(value), strict);
    expect(found.map(({ rule, severity }) => `${rule}:${severity}`)).toEqual(rules);
  });
});
