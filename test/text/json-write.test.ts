import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonValue, OptionError } from '../../src/model/index.js';
import { stringifyJson } from '../../src/text/index.js';

describe('stringifyJson', () => {
  test.each<[JsonValue, string]>([
    ['a\u2028b\u0085c\u2029', '"a\\u2028b\\u0085c\\u2029"'],
    [{ 'k\u2028': 1 }, '{"k\\u2028":1}'],
    ['\ud800', '"\\ud800"'],
    ['标😀/', '"标😀/"'],
    [-0, '-0'],
    [{ b: [-0, 1.5, 1e21], a: null }, '{"b":[-0,1.5,1e+21],"a":null}'],
    [JSON.parse('{"__proto__":{"x":1},"z":-0}') as JsonValue, '{"__proto__":{"x":1},"z":-0}'],
    [{}, '{}'],
    [[], '[]'],
  ])('EC-009 %j', (value, text) => {
    expect(stringifyJson(value)).toBe(text);
  });

  test('what JSON cannot say is refused, not turned into null', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, 1n, Symbol('x')]) {
      expect(() => stringifyJson({ a: [value] } as unknown as JsonValue)).toThrow(OptionError);
      expect(() => stringifyJson(value as unknown as JsonValue)).toThrow(OptionError);
    }
  });

  test('writes what JSON.parse reads as the same value, on one line', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = stringifyJson(value as JsonValue);
        expect(isDeepStrictEqual(JSON.parse(text), value)).toBe(true);
        expect(text).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      }),
    );
  });

  test('EC-021 any depth', () => {
    const text = `${'[{"a":'.repeat(50_000)}-0${'}]'.repeat(50_000)}`;
    expect(stringifyJson(JSON.parse(text) as JsonValue)).toBe(text);
  });
});
