import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromWire, toWire } from '../../../src/cloud/datasets/wire.js';

test('names change at every depth, data keeps its own', () => {
  const wire = {
    dataset_id: 'd',
    labels: [{ name: 'a_b', property: { '@modelarts:from_type': 'x_y', plain_key: { deep_key: 1 } } }],
    hard_details: { some_reason: { alg_name: 1 } },
    metadata: { '@modelarts:hard_reasons': [1], own_key: 1 },
    unknown_member: [{ inner_one: null }, 3, 'text_stays'],
    file_statistics: { jpg_count: 1 },
  };
  const value = {
    datasetId: 'd',
    labels: [{ name: 'a_b', property: { '@modelarts:from_type': 'x_y', plain_key: { deep_key: 1 } } }],
    hardDetails: { some_reason: { alg_name: 1 } },
    metadata: { '@modelarts:hard_reasons': [1], own_key: 1 },
    unknownMember: [{ innerOne: null }, 3, 'text_stays'],
    fileStatistics: { jpg_count: 1 },
  };
  expect(fromWire(wire)).toEqual(value);
  expect(toWire(value)).toEqual(wire);
});

test.each([
  ['un_annotation', 'unAnnotation'],
  ['data_spliting_enable', 'dataSplitingEnable'],
  ['x_2_y', 'x_2Y'],
  ['_private', '_private'],
  ['@modelarts:hard', '@modelarts:hard'],
  ['Upper_Case', 'Upper_Case'],
])('%s', (wire, name) => {
  expect(Object.keys(fromWire<object>({ [wire]: 1 }))).toEqual([name]);
});

test('what is undefined is left out; what is null, false or empty is not', () => {
  expect(toWire({ a: undefined, bC: null, d: [], e: '', f: false })).toEqual({
    b_c: null,
    d: [],
    e: '',
    f: false,
  });
});

test('a member named __proto__ is a member', () => {
  const value = fromWire<object>(JSON.parse('{"__proto__":{"admin":true},"ok":1}'));
  expect(Object.keys(value)).toEqual(['__proto__', 'ok']);
  expect((value as { admin?: boolean }).admin).toBeUndefined();
});

test('names of words come back as they were', () => {
  const word = fc.stringMatching(/^[a-z]{1,5}[0-9]{0,2}$/);
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('_'));
  const value = fc.dictionary(name, fc.jsonValue({ maxDepth: 0 }));
  fc.assert(
    fc.property(value, (wire) => {
      expect(toWire(fromWire(wire))).toEqual({ ...wire });
    }),
  );
});
