import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/model/index.js';
import {
  duplicateKeys,
  escapePointer,
  hasDuplicateKeys,
  jsonDepth,
  locateJson,
  memberSpans,
  parsePointer,
} from '../../src/text/index.js';
import { JsonScanner } from '../../src/text/json-scanner.js';
import { expectLinear } from '../support/cpu-time.js';

const at = (text: string, pointer: string): string | undefined => {
  const span = locateJson(text, pointer);
  return span === undefined ? undefined : text.slice(span.start, span.end);
};

/** JSON with duplicate and escaped names and blanks, as `JSON.stringify` never writes it. */
const name = fc.constantFrom(
  'a',
  'b',
  '\\u0061',
  'a/b',
  '~',
  '',
  '__proto__',
  'constructor',
  '0',
  '1',
  '-',
  '标',
  '\\"',
  'é😀',
);
const blank = fc.constantFrom('', '', '', ' ', '\t', ' \r\n ');
const scalar = fc.oneof(
  fc.constantFrom(
    '1',
    '-0',
    '1.0',
    '1e2',
    '12345678901234567890',
    'true',
    'false',
    'null',
    '"x"',
    '""',
    '"\\\\"',
  ),
  fc.string().map((s) => JSON.stringify(s)),
);
const { value: looseJson } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc
      .array(fc.tuple(blank, name, blank, tie('value')), { maxLength: 5 })
      .map(
        (members) => `{${members.map(([x, key, y, value]) => `${x}"${key}"${y}:${x}${value}`).join(',')}}`,
      ),
    fc
      .array(fc.tuple(blank, tie('value')), { maxLength: 4 })
      .map((items) => `[${items.map(([x, v]) => x + v).join(',')} ]`),
  ),
}));

/** Every pointer of a parsed value. */
function pointersOf(value: JsonValue, prefix = ''): [string, JsonValue][] {
  const found: [string, JsonValue][] = [[prefix, value]];
  if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      const child = Object.getOwnPropertyDescriptor(value, key)!.value as JsonValue;
      found.push(...pointersOf(child, `${prefix}/${escapePointer(key)}`));
    }
  }
  return found;
}

describe('pointers', () => {
  test.each([
    ['', []],
    ['/', ['']],
    ['/a~1b/~0/~01', ['a/b', '~', '~1']],
  ])('%j', (pointer, parts) => {
    expect(parsePointer(pointer)).toEqual(parts);
    expect(parts.map((part) => `/${escapePointer(part)}`).join('')).toBe(pointer);
  });

  test('not a pointer', () => expect(parsePointer('a')).toBeUndefined());
});

describe('JsonScanner', () => {
  const accepts = (text: string): boolean => {
    const scanner = new JsonScanner(text);
    let token = scanner.next();
    while (token !== 'end' && token !== 'fault') token = scanner.next();
    return token === 'end';
  };
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test('accepts exactly what JSON.parse accepts', () => {
    const mutated = fc
      .tuple(
        looseJson,
        fc.nat(60),
        fc.nat(3),
        fc.constantFrom('', ',', '"', '{', '}', '[', ']', ':', '\\', '0', '-', '.', 'e', '\t', '\u00a0', "'"),
      )
      .map(([text, place, gone, put]) => text.slice(0, place) + put + text.slice(place + gone));
    fc.assert(
      fc.property(fc.oneof(looseJson, mutated, fc.json(), fc.string()), (text) => {
        expect(accepts(text)).toBe(parses(text));
      }),
      { numRuns: 4000 },
    );
  });
});

describe('locateJson', () => {
  test.each([
    ['{"a":{"b":[1,{"c":2}]}}', '/a/b/1/c', '2'],
    ['{"a":1,"a":2}', '/a', '2'],
    ['{"a":{"b":1},"a":{"c":2}}', '/a/b', undefined],
    ['{"a":{"b":1},"a":3}', '/a/b', undefined],
    ['{"us\\u0061ge":"x"}', '/usage', '"x"'],
    ['{"a":[1,2]}', '/a/2', undefined],
    ['{"a":[1,2]}', '/a/01', undefined],
    ['{"a":[1,2]}', '/a/-', undefined],
    ['{"":{"":0}}', '//', '0'],
    ['[[1],[2,3]]', '/1/1', '3'],
    [' { } ', '', '{ }'],
    ['{"a":1} x', '/a', undefined],
    ['{"a":', '/a', undefined],
    ['{"a":1}', 'a', undefined],
  ])('%s at %s', (text, pointer, expected) => {
    expect(at(text, pointer)).toBe(expected);
  });

  test('the name is found with its quotes', () => {
    const text = '{ "x" : 1, "\\u0061" : [] }';
    const span = locateJson(text, '/a')!;
    expect(text.slice(span.keyStart, span.keyEnd)).toBe('"\\u0061"');
    expect(locateJson('[1]', '/0')).toEqual({ start: 1, end: 2 });
  });

  test('finds every value that JSON.parse sees', () => {
    fc.assert(
      fc.property(looseJson, (text) => {
        for (const [pointer, value] of pointersOf(JSON.parse(text) as JsonValue)) {
          expect(isDeepStrictEqual(JSON.parse(at(text, pointer)!), value)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('memberSpans', () => {
  test('all members in order, duplicates too', () => {
    const text = '{"p": {"q":[1] , "\\u0071": {"z":0}}}';
    const members = memberSpans(text, '/p');
    expect(
      members.map((m) => [m.name, text.slice(m.keyStart, m.keyEnd), text.slice(m.start, m.end)]),
    ).toEqual([
      ['q', '"q"', '[1]'],
      ['q', '"\\u0071"', '{"z":0}'],
    ]);
    expect(memberSpans(text).map((m) => m.name)).toEqual(['p']);
    expect(memberSpans(text, '/p/q')).toHaveLength(1);
    expect(memberSpans('[1]')).toEqual([]);
    expect(memberSpans('{"a":1')).toEqual([]);
  });
});

describe('duplicate names', () => {
  test.each([
    ['{"source":"a","source":"b"}', ['/source']],
    ['{"a":1,"\\u0061":2,"a":3}', ['/a', '/a']],
    ['{"a":{"b":1},"c":{"b":2}}', []],
    ['[{"a":1},{"a":1,"a":2}]', ['/1/a']],
    ['{"x":[0,[{"a/b":1,"a/b":2}]]}', ['/x/1/0/a~1b']],
    ['{"__proto__":1,"__proto__":2}', ['/__proto__']],
    ['{"a":"\\"a\\":1,\\"a\\""}', []],
    ['{"a":[{"b":1},{"b":2}],"b":1}', []],
    ['{}', []],
  ])('EC-016 %s', (text, pointers) => {
    expect(duplicateKeys(text).map((d) => d.pointer)).toEqual(pointers);
    const bytes = Buffer.from(text);
    if (pointers.length > 0 || !text.includes('\\u')) {
      expect(hasDuplicateKeys(bytes, 0, bytes.length)).toBe(pointers.length > 0);
    }
  });

  test('the place is that of the later name', () => {
    const text = '{"a":1, "a":2}';
    expect(duplicateKeys(text)).toEqual([{ pointer: '/a', name: 'a', start: 8 }]);
  });

  test('the fast look never misses one, and is right unless a name has an escape', () => {
    fc.assert(
      fc.property(looseJson, fc.nat(9), (text, shift) => {
        const bytes = Buffer.from(`${'"'.repeat(shift)}${text}\n"""`);
        const fast = hasDuplicateKeys(bytes, shift, shift + Buffer.byteLength(text));
        const exact = duplicateKeys(text).length > 0;
        if (exact) expect(fast).toBe(true);
        else if (fast) expect(/"[^"]*\\[^"]*"\s*:|\\"\s*"?\s*:/.test(text)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('names of every length and at every place', () => {
    for (let length = 0; length < 20; length++) {
      for (let lead = 0; lead < 8; lead++) {
        const key = 'k'.repeat(length);
        const text = `{${' '.repeat(lead)}"${key}":"${'v'.repeat(lead)}","${key}x":${lead},"${key}":[]}`;
        const bytes = Buffer.from(text);
        expect(hasDuplicateKeys(bytes, 0, bytes.length)).toBe(true);
        const fine = Buffer.from(text.replace(/,"(k*)":\[\]/, ',"$1y":[]'));
        expect(hasDuplicateKeys(fine, 0, fine.length)).toBe(false);
      }
    }
  });

  test('many members: right up to thousands, "maybe" beyond', () => {
    const members = Array.from({ length: 3000 }, (_, i) => `"member number ${i}":"value of it"`);
    const fine = Buffer.from(`{${members.join(',')}}`);
    expect(hasDuplicateKeys(fine, 0, fine.length)).toBe(false);
    const twice = Buffer.from(`{${members.join(',')},"member number 7":1}`);
    expect(hasDuplicateKeys(twice, 0, twice.length)).toBe(true);
    const dense = Buffer.from(`{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`).join(',')}}`);
    expect(hasDuplicateKeys(dense, 0, dense.length)).toBe(true);
  });

  test('bytes that are not JSON end the look', () => {
    for (const text of ['{"a', '{"a":"b', '}}}]', '{"a":"b\\', '"', '{"', '{,,,"a"']) {
      const bytes = Buffer.from(text);
      expect(typeof hasDuplicateKeys(bytes, 0, bytes.length)).toBe('boolean');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        hasDuplicateKeys(bytes, 0, bytes.length);
      }),
    );
  });
});

describe('malicious lines take linear time and no stack', () => {
  test('EC-021 depth', () => {
    expectLinear(100_000, (depth) => {
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
      expect(jsonDepth(nested)).toBe(depth);
      expect(jsonDepth('['.repeat(depth))).toBe(depth);
      expect(jsonDepth('3')).toBe(0);
      expect(at(objects, '/a'.repeat(depth))).toBe('1');
      expect(at(nested, '/0'.repeat(depth - 1))).toBe('[]');
      expect(duplicateKeys(objects)).toEqual([]);
      expect(memberSpans(objects)).toHaveLength(1);
      expect(hasDuplicateKeys(Buffer.from(objects), 0, objects.length)).toBe(true);
    });
  });

  test('duplicates at the bottom of a deep line', () => {
    expectLinear(100_000, (count) => {
      const text = `${'['.repeat(count)}{${'"a":1,'.repeat(count)}"a":1}${']'.repeat(count)}`;
      expect(duplicateKeys(text)).toHaveLength(count);
    });
  });

  test('wide objects and escapes', () => {
    expectLinear(100_000, (count) => {
      const wide = `{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}`;
      const escapes = JSON.stringify({ a: '\\"'.repeat(5 * count) });
      expect(memberSpans(wide)).toHaveLength(count);
      expect(duplicateKeys(wide)).toEqual([]);
      expect(at(wide, `/k${count - 1}`)).toBe(`${count - 1}`);
      expect(hasDuplicateKeys(Buffer.from(escapes), 0, escapes.length)).toBe(false);
    });
  });
});
