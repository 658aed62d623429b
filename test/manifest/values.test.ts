import { describe, expect, it } from 'vitest';
import { fieldKey, fieldValue } from '../../src/manifest/fields.js';
import {
  booleanLike,
  contentTextOf,
  integerLike,
  isCreationTime,
  numberLike,
  parseClock,
  parseHardReasons,
  propertyView,
  resolveAlias,
  taskOf,
} from '../../src/manifest/values.js';
import type { JsonObject, JsonValue } from '../../src/model/index.js';

describe('booleanLike (EC-037)', () => {
  it.each<[JsonValue]>([['true'], [true], [1], ['1'], ['TRUE'], ['True']])('%j is true', (value) => {
    expect(booleanLike(value)).toBe(true);
  });
  it.each<[JsonValue]>([['false'], [false], [0], ['0'], [''], ['FALSE'], ['False']])(
    '%j is false',
    (value) => {
      expect(booleanLike(value)).toBe(false);
    },
  );
  it.each<[JsonValue | undefined]>([['yes'], [[]], [{}], [2], [null], [undefined], [' true']])(
    '%j is neither',
    (value) => {
      expect(booleanLike(value)).toBeUndefined();
    },
  );
});

describe('numberLike', () => {
  it.each<[JsonValue, number]>([
    [0.5, 0.5],
    ['0.5', 0.5],
    ['-3', -3],
    ['1e2', 100],
    ['.5', 0.5],
    [0, 0],
  ])('%j is %d', (value, number) => {
    expect(numberLike(value)).toBe(number);
  });
  it.each<[JsonValue | undefined]>([
    ['NaN'],
    ['Infinity'],
    ['0x10'],
    ['+1'],
    [' 1'],
    ['1 '],
    [''],
    ['1e999'],
    [true],
    [null],
    [undefined],
    [[1]],
  ])('%j is none', (value) => {
    expect(numberLike(value)).toBeUndefined();
  });
  it('integers are exact', () => {
    expect(integerLike('3')).toBe(3);
    expect(integerLike(3.5)).toBeUndefined();
    expect(integerLike(2 ** 53)).toBeUndefined();
  });
});

describe('aliases', () => {
  it.each<[string, JsonObject, JsonValue | undefined]>([
    ['hyphen wins (EC-084)', { 'a-b': 1, a_b: 2 }, 1],
    ['an empty string falls through (EC-084)', { 'a-b': '', a_b: 2 }, 2],
    ['null falls through', { 'a-b': null, a_b: 2 }, 2],
    ['zero is a value', { 'a-b': 0, a_b: 2 }, 0],
    ['false is a value', { 'a-b': false, a_b: true }, false],
    ['underscore alone', { a_b: 2 }, 2],
    ['both empty', { 'a-b': '', a_b: null }, ''],
    ['neither', {}, undefined],
  ])('%s', (_, object, expected) => {
    expect(resolveAlias(object, 'a-b', 'a_b')).toEqual(expected);
    expect(fieldValue(object, ['a-b', 'a_b'])).toEqual(expected);
  });
  it('names the key that counts', () => {
    expect(fieldKey({ 'a-b': '', a_b: 2 }, ['a-b', 'a_b'])).toBe('a_b');
    expect(fieldKey({}, ['a-b', 'a_b'])).toBeUndefined();
  });
});

describe('taskOf (EC-061, EC-063)', () => {
  it.each([
    ['modelarts/image_classification', 'image_classification', true, true],
    ['image_classification', 'image_classification', false, true],
    ['acme/text_entity', 'text_entity', true, true],
    ['a/b/text_triplet', 'text_triplet', true, true],
    ['Modelarts/Image_Classification', 'image_classification', true, false],
    ['modelarts/sound_classification', 'audio_classification', true, true],
    ['sound_classification', 'audio_classification', false, true],
    ['modelarts/foo', undefined, true, true],
    ['', undefined, false, true],
    ['constructor', undefined, false, true],
  ])('%s', (type, task, prefixed, exactCase) => {
    expect(taskOf(type)).toEqual({ ...(task === undefined ? {} : { task }), prefixed, exactCase });
  });
});

describe('isCreationTime', () => {
  it.each([
    ['2019-02-20 08:22:51', true],
    ['2020-02-29 00:00:00', true],
    ['2019-02-29 00:00:00', false],
    ['1900-02-29 00:00:00', false],
    ['2000-02-29 23:59:59', true],
    ['2019-13-01 00:00:00', false],
    ['2019-00-01 00:00:00', false],
    ['2019-04-31 00:00:00', false],
    ['2019-01-00 00:00:00', false],
    ['2019-01-01 24:00:00', false],
    ['2019-01-01T00:00:00', false],
    ['2019-01-01 00:00:00Z', false],
    ['1550650971', false],
  ])('%s → %s', (text, expected) => {
    expect(isCreationTime(text)).toBe(expected);
  });
});

describe('parseClock (EC-077)', () => {
  it.each([
    ['00:00:01.500', { ms: 1500, strict: true }],
    ['100:00:00.000', { ms: 360_000_000, strict: true }],
    ['00:00:01.5', { ms: 1500, strict: false }],
    ['00:00:01,250', { ms: 1250, strict: false }],
    ['00:00:01', { ms: 1000, strict: false }],
    ['1:00:00.000', { ms: 3_600_000, strict: false }],
    ['00:60:00.000', undefined],
    ['00:00:60.000', undefined],
    ['00:00:01.2345', undefined],
    ['-1:00:00.000', undefined],
    ['1.5', undefined],
  ])('%s', (text, expected) => {
    expect(parseClock(text)).toEqual(expected);
  });
});

describe('parseHardReasons', () => {
  it.each<[JsonValue | undefined, unknown]>([
    ['3-20', { text: '3-20', valid: true }],
    ['0', { text: '0', valid: true }],
    ['31', { text: '31', valid: false }],
    ['3--2', { text: '3--2', valid: false }],
    ['', { text: '', valid: true }],
    [[3, 20], { text: '3-20', valid: true }],
    [[], { text: '', valid: true }],
    [[3.5], { text: '3.5', valid: false }],
    [['3'], { text: '3', valid: false }],
    [[-1], { text: '-1', valid: false }],
    [[{}], undefined],
    [7, undefined],
    [undefined, undefined],
  ])('%j', (value, expected) => {
    expect(parseHardReasons(value)).toEqual(expected);
  });
});

describe('contentTextOf', () => {
  it.each([
    ['EC-042', 'content://content://x', 'content://x'],
    ['EC-043', 'content://', ''],
    ['EC-044', 'content://a%20b+c', 'a%20b+c'],
    ['EC-045', 'CONTENT://x', 'x'],
    ['EC-046', 's3data/1.jpg', undefined],
    ['no scheme', 'content:/x', undefined],
    ['a text with line ends', 'content://a\r\nb ', 'a\r\nb '],
  ])('%s', (_, source, expected) => {
    expect(contentTextOf(source)).toBe(expected);
  });
});

describe('propertyView', () => {
  it.each<[string, JsonValue | undefined, unknown]>([
    ['an object', { a: 1 }, { a: 1 }],
    ['EC-039: a string with an object', '{"a":1}', { a: 1 }],
    ['EC-040: a string with something else', '[{"type":0}]', {}],
    ['a string that is no JSON', 'red', {}],
    ['an array', [1], undefined],
    ['a number', 1, undefined],
    ['absent', undefined, undefined],
  ])('%s', (_, value, expected) => {
    expect(propertyView(value)).toEqual(expected);
  });
});
