import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ImageObject, noProperties, OptionError, type Sample } from '../../../src/model/index.js';
import { compileWhere } from '../../../src/transforms/index.js';

const object = (name: string, size: number, more: Partial<ImageObject> = {}): ImageObject => ({
  name,
  properties: noProperties,
  parts: [],
  shape: { kind: 'bndbox', xmin: 10, ymin: 20, xmax: 10 + size, ymax: 20 + 2 * size },
  ...more,
});

const sample: Sample = {
  source: 'obs://b/night/0001.jpg',
  usage: 'TRAIN',
  id: 'x1',
  sampleType: 0,
  property: { camera: 'c7', frame: 12, day: false, list: [1] },
  annotations: [
    {
      name: 'car',
      type: 'modelarts/image_classification',
      task: 'image_classification',
      confidence: 0.9,
      hard: true,
    },
    { name: 'bus', task: 'image_classification', property: { side: 'left' } },
    {
      type: 'modelarts/object_detection',
      task: 'object_detection',
      loc: 'a.xml',
      confidence: 0.4,
      image: {
        width: 640,
        height: 480,
        objects: [
          object('person', 30, { difficult: '1' }),
          object('dog', 5, { confidence: 0.7, properties: new Map([['breed', 'pug']]) }),
        ],
      },
    },
    { task: 'audio_content', property: { '@modelarts:content': 'good day' } },
  ],
};

test.each([
  ['usage == "TRAIN"', true],
  ["usage = 'train'", false],
  ['usage != "EVAL"', true],
  ['usage in ("TEST", "TRAIN")', true],
  ['usage not in ("TEST", "TRAIN")', false],
  ['hard', false],
  ['not hard', true],
  ['not not hard', false],
  ['hard == none', true],
  ['inference-loc == none and inference_loc == none', true],
  ['inference-loc != none', false],
  ['inference-loc < "x"', false],
  ['not inference-loc < "x"', true],
  ['inference-loc in ("x", none)', true],
  ['inference-loc not matches "x"', true],
  ['source matches "/night/\\d{4}\\.jpg$"', true],
  ["source matches '''night'", false],
  ['source matches "(?i)NIGHT"', true],
  ['sample-type == 0', true],
  ['sample-type >= 1', false],
  ['sample-type < 1e3 and sample-type > -1', true],
  ['property("camera") == "c7"', true],
  ['property("frame") == "12"', true],
  ['property("day") == "false"', true],
  ['property("list") == none', true],
  ['property("toString") == none', true],
  ['any(name == "car")', true],
  ['any(annotation: name == "car" and confidence > 0.5)', true],
  ['any(name == "bus" and confidence > 0.5)', false],
  ['all(name != "cat")', true],
  ['all(confidence > 0.1)', false],
  ['any(name == "good day")', true],
  ['any(annotation.hard and sample.usage == "TRAIN")', true],
  ['any(task in ("object_detection"))', true],
  ['any(image-width == 640 and image-height < 481)', true],
  ['any(property("side") == "left")', true],
  ['count(annotation) == 4', true],
  ['count() == 4', true],
  ['count(name == "car") == 1', true],
  ['count(object) == 5', true],
  ['count(object: shape == "bndbox") == 2', true],
  ['any(object: name == "person" and difficult)', true],
  ['any(object: name == "dog" and difficult)', false],
  ['any(object: name == "car" and hard)', true],
  ['any(object: width == 30 and height == 60 and area == 1800 and xmin == 10 and ymax == 80)', true],
  ['any(object: confidence == 0.7) and any(object: confidence == 0.4)', true],
  ['any(any(name == "dog"))', true],
  ['any(count(object) >= 2 and any(object: annotation.confidence < 0.5))', true],
  ['any(object: property("breed") == "pug")', true],
  ['usage == "EVAL" and hard or usage == "TRAIN"', true],
  ['usage == "EVAL" and (hard or usage == "TRAIN")', false],
  ['true and not false', true],
  ['(usage == "TRAIN") == true', true],
  ['"it""s" == \'it"s\'', true],
  ['usage\n==\t"TRAIN"', true],
])('%s: %j', (expression, expected) => {
  expect(compileWhere(expression)(sample)).toBe(expected);
});

test.each([
  ['', 1, 'ends where a value is expected'],
  ['usage', 1, 'no test'],
  ['usage == ', 10, 'ends where a value'],
  ['usage == TRAIN', 10, 'has no "TRAIN"'],
  ['name == "car"', 1, 'has no "name"'],
  ['usage == "TRAIN', 10, 'not closed'],
  ['usage == 1', 7, 'a text cannot be compared with a number'],
  ['hard < true', 6, 'cannot compare true or false'],
  ['none < none', 6, 'cannot compare none'],
  ['sample-type in ("x")', 13, 'cannot be compared'],
  ['usage in "x"', 10, '"(" is missing'],
  ['usage in (id)', 11, 'holds only'],
  ['usage matches id', 15, 'between quotes'],
  ['sample-type matches "x"', 13, 'takes a text'],
  ['usage matches "a(b"', 17, 'not closed'],
  ['usage matches "a""(b"', 19, 'not closed'],
  ['usage not "x"', 7, 'followed by'],
  ['1 < 2 < 3', 7, 'cannot be chained'],
  ['(hard', 6, '")" is missing before the end'],
  ['hard)', 5, 'closes nothing'],
  ['hard hard', 6, 'is not expected here'],
  ['hard & hard', 6, '"&" has no meaning'],
  ['eval("1")', 1, 'no function "eval"'],
  ['any(object: any(hard))', 13, 'nothing in it'],
  ['any(sample: hard)', 5, 'cannot be gone through'],
  ['any(any(annotation: hard))', 9, 'only one annotation'],
  ['object.name == "x"', 1, 'no one object'],
  ['foo.name == "x"', 1, 'has no fields'],
  ['sample.', 8, 'name of a field is missing'],
  ['property(x)', 10, 'between quotes'],
  ['and', 1, 'not "and"'],
  ['constructor == none', 1, 'has no "constructor"'],
  ['"😀" == usage and x', 18, 'has no "x"'],
  [`${'('.repeat(101)}hard`, 101, 'too deep'],
  [`${'any('.repeat(101)}hard`, 9, 'nothing in it'],
])('%s is refused at column %i', (expression, column, message) => {
  try {
    compileWhere(expression);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    const lines = (error as OptionError).message.split('\n');
    expect(lines[0]).toContain(`column ${column} of the expression: `);
    expect(lines[0]).toContain(message);
    expect(lines[2]?.trim()).toBe('^');
  }
});

test('the caret stands below the place, however long the expression is', () => {
  const expression = `${'hard or '.repeat(40)}nonsense or ${'hard or '.repeat(40)}hard`;
  try {
    compileWhere(expression);
    expect.unreachable();
  } catch (error) {
    const [, line, caret] = (error as OptionError).message.split('\n');
    expect(line!.slice(caret!.indexOf('^'))).toMatch(/^nonsense/);
    expect(line!.length).toBeLessThan(140);
  }
});

test('an expression of any length is refused or understood, without an end of the stack', () => {
  expect(() => compileWhere(`hard${' '.repeat(200_000)}`)).toThrow(OptionError);
  expect(compileWhere(`${'not '.repeat(20_000)}hard`)(sample)).toBe(false);
  expect(compileWhere(`${'hard or '.repeat(10_000)}true`)(sample)).toBe(true);
});

describe('any text', () => {
  const piece = fc.constantFrom(
    ...[
      'usage',
      'hard',
      'any(',
      'all(',
      'count(',
      'object:',
      'name',
      ')',
      '(',
      '==',
      '<',
      'in',
      'not',
      'and',
      'or',
    ],
    ...[
      '"x"',
      "'",
      '"',
      '1',
      '.5',
      'none',
      'true',
      ',',
      '.',
      'property("a")',
      'matches',
      '"a*"',
      '"("',
      'é',
      '\\',
      '\n',
    ],
  );
  test('is a test or an OptionError', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let test: (sample: Sample) => boolean;
        try {
          test = compileWhere(pieces.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(OptionError);
          return;
        }
        expect(typeof test(sample)).toBe('boolean');
      }),
      { numRuns: 5000 },
    );
  });
});
