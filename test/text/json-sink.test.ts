import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonValue, OptionError } from '../../src/model/index.js';
import { JsonSink, stringifyJson } from '../../src/text/index.js';

function written(write: (sink: JsonSink) => void): string {
  const sink = new JsonSink();
  write(sink);
  expect(sink.size).toBe(sink.view().length);
  return sink.toString();
}

const decimals = fc
  .tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.integer({ min: 0, max: 6 }))
  .map(([digits, places]) => digits / 10 ** places);

describe('JsonSink', () => {
  test.each([
    0,
    -0,
    7,
    -7,
    10,
    99,
    100,
    999_999_999,
    1_000_000_000,
    -999_999_999,
    -1_000_000_000,
    2 ** 31,
    2 ** 53,
    0.1,
    0.5,
    0.05,
    0.005,
    0.0005,
    0.015,
    -0.25,
    1.001,
    12.34,
    582.6,
    582.6 - 138.8,
    999_999.999,
    999_999.9999,
    1_000_000.5,
    -123.456,
    1e21,
    1e-7,
    5e-324,
    Number.MAX_VALUE,
    0.1 + 0.2,
    4.35,
    1.005,
  ])('%d is written as JSON.stringify writes it', (value) => {
    expect(written((sink) => sink.number(value))).toBe(stringifyJson(value));
  });

  test('every number is written as stringifyJson writes it', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), decimals, fc.integer());
    fc.assert(
      fc.property(numbers, (value) => {
        expect(written((sink) => sink.number(value))).toBe(stringifyJson(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('every value is written as stringifyJson writes it', () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\u007f', 'é', '标', '😀', '\ud800', '\u2028'),
    });
    fc.assert(
      fc.property(fc.oneof(texts, fc.jsonValue()), (value) => {
        expect(written((sink) => sink.value(value as JsonValue))).toBe(stringifyJson(value as JsonValue));
      }),
    );
  });

  test('what was begun before a special character is written over', () => {
    const text = written((sink) => {
      sink.raw('[');
      sink.string('plain');
      sink.raw(',');
      sink.string(`${'x'.repeat(20_000)}"${'标'.repeat(20_000)}`);
      sink.raw(`]${'é'.repeat(100)}`);
    });
    expect(text).toBe(`["plain","${'x'.repeat(20_000)}\\"${'标'.repeat(20_000)}"]${'é'.repeat(100)}`);
  });

  test('a list of numbers, again and again in the same memory', () => {
    const sink = new JsonSink();
    for (const count of [0, 1, 5_000, 3]) {
      sink.clear();
      const values = Array.from({ length: count }, (_, at) => at / 8);
      sink.numbers(values);
      expect(sink.toString()).toBe(values.join(','));
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is refused', (value) => {
    expect(() => new JsonSink().number(value)).toThrow(OptionError);
  });
});
