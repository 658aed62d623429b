import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonValue, OptionError } from '../../src/model/index.js';
import { escapePointer, type JsonEdit, parsePointer, spliceJson } from '../../src/text/index.js';
import { expectLinear } from '../support/cpu-time.js';

const remove = (pointer: string): JsonEdit => ({ pointer, value: undefined });
const set = (pointer: string, value: JsonValue, before?: string[]): JsonEdit =>
  before === undefined ? { pointer, value } : { pointer, value, before };

describe('spliceJson', () => {
  test.each<[string, string, JsonEdit[], string]>([
    ['nothing', '{"a":1.0}', [], '{"a":1.0}'],
    [
      'EC-022 tokens beside an edit',
      '{"n":12345678901234567890,"f":1.0,"e":1e2,"x":0}',
      [set('/x', 1)],
      '{"n":12345678901234567890,"f":1.0,"e":1e2,"x":1}',
    ],
    ['replace', '{ "a" : 1 , "b":2}', [set('/a', 'x')], '{ "a" : "x" , "b":2}'],
    ['replace the root', ' {"a":1} ', [set('', [1])], ' [1] '],
    [
      'an escaped name keeps its spelling',
      '{"us\\u0061ge":"a"}',
      [set('/usage', 'b')],
      '{"us\\u0061ge":"b"}',
    ],
    ['add at the end', '{"a":1}', [set('/b', 2)], '{"a":1,"b":2}'],
    ['add to an empty object', '{ }', [set('/b', 2)], '{"b":2 }'],
    ['add with the spacing of the rest', '{"a": 1, "b": 2}', [set('/c', 3)], '{"a": 1, "b": 2, "c": 3}'],
    ['add with the spacing of one member', '{"a": 1}', [set('/c', 3)], '{"a": 1, "c": 3}'],
    ['add in a pretty-printed text', '{\n  "a": 1\n}', [set('/c', 3)], '{\n  "a": 1,\n  "c": 3\n}'],
    ['add before', '{"a":1,"c":3}', [set('/b', 2, ['x', 'c', 'a'])], '{"a":1,"b":2,"c":3}'],
    ['add before the first', '{"c":3}', [set('/a', 1, ['c']), set('/b', 2, ['c'])], '{"a":1,"b":2,"c":3}'],
    [
      'add before a removed one',
      '{"a":1,"c":3,"d":4}',
      [set('/b', 2, ['c']), remove('/c')],
      '{"a":1,"b":2,"d":4}',
    ],
    ['before is for new members only', '{"a":1,"b":2}', [set('/b', 3, ['a'])], '{"a":1,"b":3}'],
    ['remove the first', '{ "a":1 , "b":2}', [remove('/a')], '{ "b":2}'],
    ['remove the last', '{"a":1 , "b":2 }', [remove('/b')], '{"a":1 }'],
    ['remove the middle', '{"a":1, "b":2, "c":3}', [remove('/b')], '{"a":1, "c":3}'],
    ['remove all', '{"a":1,"b":2}', [remove('/a'), remove('/b')], '{}'],
    ['remove all and add', '{"a":1,"b":2}', [remove('/a'), set('/c', 3), remove('/b')], '{"c":3}'],
    ['remove what is not there', '{"a":[1]}', [remove('/b'), remove('/a/7'), remove('/a/-')], '{"a":[1]}'],
    ['EC-016 the last duplicate is edited', '{"s":"a","s":"b"}', [set('/s', 'c')], '{"s":"a","s":"c"}'],
    ['EC-016 all duplicates are removed', '{"s":"a","x":1,"\\u0073":"b"}', [remove('/s')], '{"x":1}'],
    ['inside the last duplicate', '{"s":{"a":1},"s":{"a":2}}', [set('/s/a', 3)], '{"s":{"a":1},"s":{"a":3}}'],
    ['elements', '[1, 2, 3]', [remove('/0'), set('/1', 'x'), set('/-', 4), set('/-', 5)], '["x", 3, 4, 5]'],
    ['append by length', '[1]', [set('/1', 2)], '[1,2]'],
    ['append to an empty array', '{"a":[ ]}', [set('/a/-', {})], '{"a":[{} ]}'],
    ['a member called -', '{"-":1}', [set('/-', 2)], '{"-":2}'],
    [
      'many places',
      '{"a":[{"n":"x","p":{}},{"n":"y"}],"u":1}',
      [set('/a/1/n', 'z'), set('/a/0/p/k', true), remove('/u'), set('/a/0/n', 'w')],
      '{"a":[{"n":"w","p":{"k":true}},{"n":"z"}]}',
    ],
    ['the later edit wins', '{"a":1}', [set('/a', 2), set('/a', 3)], '{"a":3}'],
    ['remove, then set', '{"a":1}', [remove('/a'), set('/a', 3)], '{"a":3}'],
    [
      'an edit above makes those below void',
      '{"a":{"b":1}}',
      [set('/a/b', 2), set('/a', { c: 1 })],
      '{"a":{"c":1}}',
    ],
    [
      'an edit below goes into the new value',
      '{"a":1}',
      [set('/a', { c: 1 }), set('/a/d', 2)],
      '{"a":{"c":1,"d":2}}',
    ],
    ['also into a new element', '[]', [set('/-', {}), set('/-/d', 2)], '[{"d":2}]'],
    [
      'EC-009 separators in new text are escaped',
      '{"a":"\u2028"}',
      [set('/b', '\u2028')],
      '{"a":"\u2028","b":"\\u2028"}',
    ],
    [
      '__proto__',
      '{"__proto__":{"a":1}}',
      [set('/__proto__/a', 2), set('/constructor', 3)],
      '{"__proto__":{"a":2},"constructor":3}',
    ],
    ['names with / and ~', '{"a/b":{"~":1}}', [set('/a~1b/~0', 2)], '{"a/b":{"~":2}}'],
  ])('%s', (_, text, edits, expected) => {
    expect(spliceJson(text, edits)).toBe(expected);
  });

  test.each<[string, JsonEdit[]]>([
    ['{"a":', [set('/a', 1)]],
    ['{"a":1} x', [set('/a', 1)]],
    ['{}', [set('/a/b', 1)]],
    ['{"a":1}', [set('/a/b', 1)]],
    ['{"a":1}', [remove('/a'), set('/a/b', 1)]],
    ['[1]', [set('/3', 1)]],
    ['[1]', [set('/01', 1)]],
    ['[1]', [set('/x', 1)]],
    ['[1]', [set('/-/x', 1)]],
    ['{}', [remove('')]],
    ['{}', [set('a', 1)]],
    ['{}', [set('/a'.repeat(600), 1)]],
  ])('misuse: %s', (text, edits) => {
    expect(() => spliceJson(text, edits)).toThrow(OptionError);
  });

  test('a long array of annotations is edited in linear time', () => {
    expectLinear(100_000, (count) => {
      const text = `{"annotation":[${Array.from({ length: count }, (_, i) => `{"name":"n${i}"}`).join(',')}]}`;
      const edits = Array.from({ length: count }, (_, i) => set(`/annotation/${i}/name`, 'x'));
      const { annotation } = JSON.parse(spliceJson(text, edits)) as { annotation: { name: string }[] };
      expect(new Set(annotation.map(({ name }) => name))).toEqual(new Set(['x']));
    });
  });
});

/** The same edit on plain values. Members are defined, not assigned, for the sake of `__proto__`. */
function applied(root: JsonValue, pointer: string, value: JsonValue | undefined): JsonValue {
  const path = parsePointer(pointer)!;
  if (path.length === 0) return value!;
  const parent = path
    .slice(0, -1)
    .reduce<JsonValue>((node, part) => Object.getOwnPropertyDescriptor(node, part)!.value, root);
  const last = path.at(-1)!;
  if (value === undefined) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete (parent as Record<string, JsonValue>)[last];
  } else {
    Object.defineProperty(parent, last === '-' && Array.isArray(parent) ? parent.length : last, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return root;
}

describe('properties', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'a/b', '~', '', '-', '0', '__proto__', 'constructor', '标');
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>(1, -2.5, 'x', '"}]', '', null, true),
      fc.array(tie('json'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(key, tie('json')), { maxLength: 4, selector: ([name]) => name })
        .map((entries) => {
          const object: JsonValue = {};
          for (const [name, value] of entries)
            Object.defineProperty(object, name, {
              value,
              enumerable: true,
              writable: true,
              configurable: true,
            });
          return object;
        }),
    ),
  }));
  const layout = fc.constantFrom<string | number>('', 1, '\t');

  /** Every place that exists, and in every container one that does not yet. */
  function places(value: JsonValue, prefix = ''): string[] {
    if (typeof value !== 'object' || value === null) return [prefix];
    const inside = Object.keys(value).flatMap((name) =>
      places(
        Object.getOwnPropertyDescriptor(value, name)!.value as JsonValue,
        `${prefix}/${escapePointer(name)}`,
      ),
    );
    return [prefix, ...inside, `${prefix}/${Array.isArray(value) ? '-' : 'new'}`];
  }

  test("one edit does what it does to plain values, and keeps every other value's text", () => {
    fc.assert(
      fc.property(
        json,
        layout,
        fc.nat(),
        fc.option(json, { nil: undefined }),
        (value, indent, pick, change) => {
          const text = JSON.stringify(value, null, indent);
          const all = places(value);
          const pointer = all[pick % all.length]!;
          if (change === undefined && (pointer === '' || pointer.endsWith('/-'))) return;
          const result = spliceJson(text, [{ pointer, value: change }]);
          const expected = applied(JSON.parse(text) as JsonValue, pointer, change);
          expect(isDeepStrictEqual(JSON.parse(result), expected)).toBe(true);
          if (indent === '') {
            // Compact JSON has one spelling, up to the order of a replaced "__proto__".
            expect(result).toHaveLength(JSON.stringify(expected).length);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('several edits of members are as good as one after the other', () => {
    const object = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(9)),
    );
    const edit = fc.tuple(
      fc.constantFrom('/a', '/b', '/c', '/d', '/a/x', '/a/y', '/b/x', '/b/y'),
      fc.option(fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(9)), { nil: undefined }),
    );
    fc.assert(
      fc.property(object, layout, fc.array(edit, { maxLength: 6 }), (value, indent, list) => {
        const text = JSON.stringify(value, null, indent);
        let expected = JSON.parse(text) as JsonValue;
        const edits: JsonEdit[] = [];
        for (const [pointer, change] of list) {
          const [, top, inner] = pointer.split('/');
          if (inner !== undefined && !Object.hasOwn(expected as object, top!)) continue;
          edits.push({ pointer, value: change });
          expected = applied(structuredClone(expected), pointer, structuredClone(change));
        }
        expect(isDeepStrictEqual(JSON.parse(spliceJson(text, edits)), expected)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});
