import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnnotationDecoder } from '../../../src/formats/coco/annotation-decoder.js';
import { AnnotationIndex, noImage } from '../../../src/formats/coco/annotation-index.js';
import { PlainScanner } from '../../../src/formats/coco/byte-scanner.js';
import { coco } from '../../../src/formats/coco/format.js';
import { IdTable } from '../../../src/formats/coco/id-table.js';
import { LineIndex } from '../../../src/formats/coco/line-index.js';
import { SeenIds } from '../../../src/formats/coco/seen-ids.js';
import type { Look } from '../../../src/formats/contract.js';
import { seed } from '../../support/random.js';
import { MemorySource } from '../harness.js';

describe('PlainScanner', () => {
  const skip = (text: string, key = 'image_id') => {
    const scanner = new PlainScanner();
    const bytes = Buffer.from(text);
    scanner.memory(bytes.length).set(bytes);
    scanner.watch(key);
    return { end: scanner.skip(0, bytes.length), deepest: scanner.deepest, watched: scanner.watched };
  };

  test.each<[string, string, number, number]>([
    ['a member', '{"image_id":42}', 42, 1],
    ['blanks', '{ "image_id" :\n -7 }', -7, 1],
    ['the last of two', '{"image_id":1,"image_id":2}', 2, 1],
    ['a text of that name', '{"a":"image_id","b":[]}', Number.NaN, 2],
    ['in a container', '{"a":{"image_id":1}}', Number.NaN, 2],
    ['brackets in texts', '{"a":"}]\\"}","image_id":3}', Number.NaN, 1],
    ['brackets in texts that have no escape', '{"a":"}]","image_id":3}', 3, 1],
    ['an escape in a key', '{"image\\u005fid":5,"image_id":6}', Number.NaN, 1],
    ['a fraction', '{"image_id":1.5}', Number.NaN, 1],
    ['a text', '{"image_id":"1"}', Number.NaN, 1],
    ['too many digits', '{"image_id":12345678901234567}', Number.NaN, 1],
    ['nothing', '{}', Number.NaN, 1],
    ['nesting', '[[[[]]],[]]', Number.NaN, 4],
  ])('%s', (_, text, watched, deepest) => {
    expect(skip(text)).toEqual({ end: text.length, watched, deepest });
    for (let length = 0; length < text.length; length++) expect(skip(text.slice(0, length)).end).toBe(-1);
  });

  test('ends where JSON ends, whatever follows', () => {
    fc.assert(
      fc.property(fc.oneof(fc.object(), fc.array(fc.jsonValue())), fc.string(), (value, rest) => {
        const text = JSON.stringify(value);
        expect(skip(`${text}${rest}`, '').end).toBe(Buffer.byteLength(text));
      }),
      { seed },
    );
  });
});

describe('AnnotationDecoder', () => {
  const decode = (text: string) => {
    const decoder = new AnnotationDecoder();
    const bytes = Buffer.from(text);
    const value = decoder.decode(bytes, 0, bytes.length);
    return value === undefined ? undefined : { value, end: decoder.end };
  };

  test.each([
    [
      'a polygon',
      '{"id":1,"image_id":2,"category_id":3,"bbox":[1,2.5,3,-4],"area":0.125,"iscrowd":0,"segmentation":[[1,2,3.25,4,5,6],[0,0,1,1,2,2]]}',
    ],
    ['blanks', '{ "id" : 1 ,\n"bbox" : [ 1 , 2\t] , "segmentation" : [ ] }'],
    ['a member twice', '{"id":1,"id":2}'],
    ['many numbers', `{"segmentation":[[${Array.from({ length: 3000 }, (_, i) => i / 8).join()}]]}`],
    ['run lengths', '{"segmentation":{"counts":[0,3,4.5],"size":[2,3]},"iscrowd":1}'],
    ['run lengths, size first', '{"segmentation": { "size" : [2,3] , "counts" : [6] } }'],
    ['fifteen digits', '{"area":12345.6789012345,"id":999999999999999}'],
  ])('reads %s', (_, text) => {
    expect(decode(`${text},{`)).toEqual({ value: JSON.parse(text), end: Buffer.byteLength(text) });
  });

  test.each([
    ['another member', '{"id":1,"x":2}'],
    ['a text', '{"id":"1"}'],
    ['an exponent', '{"area":1e5}'],
    ['sixteen digits', '{"area":1.000000000000001}'],
    ['a leading zero', '{"area":01}'],
    ['a bare point', '{"area":1.}'],
    ['a bare minus', '{"area":-}'],
    ['nothing', '{}'],
    ['an empty box', '{"bbox":[]}'],
    ['a flat polygon', '{"segmentation":[1,2]}'],
    ['run lengths without a size', '{"segmentation":{"counts":[1]}}'],
    ['run lengths as a text', '{"segmentation":{"counts":"a0","size":[1,1]}}'],
    ['run lengths without any', '{"segmentation":{"counts":[],"size":[1,1]}}'],
    ['run lengths twice', '{"segmentation":{"counts":[1],"counts":[1]}}'],
    ['run lengths and more', '{"segmentation":{"counts":[1],"size":[1,1],"x":1}}'],
    ['run lengths as a box', '{"bbox":{"counts":[1],"size":[1,1]}}'],
    ['a trailing comma', '{"id":1,}'],
    ['an escape', '{"\\u0069d":1}'],
    ['null', '{"area":null}'],
  ])('leaves %s', (_, text) => {
    expect(decode(text)).toBeUndefined();
  });

  test('accepts nothing but what JSON.parse reads the same way', () => {
    const number = fc.oneof(
      { weight: 20, arbitrary: fc.nat({ max: 99999 }).map((n) => n / 100) },
      { weight: 1, arbitrary: fc.integer() },
      { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    );
    const list = fc.array(number, { minLength: 1, maxLength: 6 });
    const element = fc.record(
      {
        id: number,
        image_id: number,
        category_id: number,
        bbox: list,
        area: number,
        iscrowd: number,
        segmentation: fc.oneof(
          fc.array(list, { maxLength: 3 }),
          fc.record({ counts: list, size: list }),
          fc.record({ size: list, counts: list }),
        ),
      },
      { requiredKeys: [] },
    );
    const pieces = fc.constantFrom(
      '',
      '0',
      '-',
      '.',
      ',',
      ' ',
      '[',
      ']',
      '}',
      '"',
      '\\',
      'e',
      '{',
      '\n',
      '\u0001',
    );
    let accepted = 0;
    fc.assert(
      fc.property(element, fc.nat(), pieces, fc.boolean(), (value, place, piece, isKept) => {
        const whole = JSON.stringify(value);
        const at = isKept ? whole.length : place % whole.length;
        const text = `${whole.slice(0, at)}${piece}${whole.slice(at + (place % 2))}`;
        const found = decode(text);
        if (found === undefined) return;
        accepted++;
        const read = Buffer.from(text).subarray(0, found.end).toString();
        const members = Object.entries(found.value).filter(([, member]) => member !== undefined);
        expect(Object.fromEntries(members)).toStrictEqual(JSON.parse(read));
      }),
      { seed, numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe('IdTable', () => {
  test('finds what a Map finds', () => {
    const ids = fc.array(
      fc.oneof(fc.nat({ max: 50 }), fc.double({ noNaN: true }), fc.string({ maxLength: 2 })),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(ids, fc.boolean(), (list, isSorted) => {
        const given = isSorted ? list.filter((id) => typeof id === 'number').toSorted((a, b) => a - b) : list;
        const table = new IdTable();
        const map = new Map<unknown, number>();
        for (const [at, id] of given.entries()) {
          table.add(id);
          if (!map.has(id)) map.set(id, at);
        }
        for (const id of [...list, 17, 'x', undefined, null])
          expect(table.find(id, 'strict')).toBe(map.get(id) ?? -1);
      }),
      { seed },
    );
  });

  test('grows beyond its first slots', () => {
    const [sorted, mixed] = [new IdTable(), new IdTable()];
    for (let i = 0; i < 5000; i++) {
      sorted.add(i * 3);
      mixed.add((i * 7919) % 5003);
    }
    for (let i = 0; i < 5000; i++) {
      expect(sorted.find(i * 3, 'strict')).toBe(i);
      expect(mixed.find((i * 7919) % 5003, 'strict')).toBe(i);
    }
    expect(sorted.find(1, 'strict')).toBe(-1);
    expect(sorted.find('9', 'lenient')).toBe(3);
    expect(sorted.find('9', 'strict')).toBe(-1);
  });

  test('counts images without an id', () => {
    const table = new IdTable();
    table.add(1);
    table.addNone();
    table.add(5);
    expect([table.size, table.find(1, 'strict'), table.find(5, 'strict')]).toEqual([3, 0, 2]);
  });
});

test('SeenIds', () => {
  const seen = new SeenIds();
  const ids = [1, 2 ** 27, 900100002299, 1.5, -1, 'a', 0, 70_000];
  expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => false));
  expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => true));
});

test('AnnotationIndex over the borders of its parts', () => {
  const index = new AnnotationIndex(3);
  const count = 70_000;
  for (let i = 0; i < count; i++) index.add(i % 4 === 3 ? noImage : i % 4, i * 100_000, i * 100_000 + 10);
  const places = [...index.of(1, 2)];
  expect(places).toHaveLength(count / 4);
  expect(places.at(-1)).toEqual({
    index: count - 3,
    image: 1,
    start: (count - 3) * 100_000,
    end: (count - 2) * 100_000,
  });
  expect([...index.of(noImage, noImage + 1)]).toHaveLength(count / 4);
  expect(index.windowEnd(0, 1)).toBe(1);
  expect(index.windowEnd(0, 400_000)).toBe(2);
  expect(index.windowEnd(1, 1e9)).toBe(3);
});

test('LineIndex gives the line and column of every byte, in any order', async () => {
  const text = `\ufeff${'a猫😀\n'.repeat(3000)}${'x'.repeat(40_000)}`;
  const source = new MemorySource({ 'a.json': text }, { chunkBytes: 5000 });
  const bytes = Buffer.from(text);
  const lines = new LineIndex(source, 'a.json');
  for (const offset of [50_000, 3, 0, 4, 12, 13, 20_000, 49_999, bytes.length]) {
    const before = bytes
      .subarray(0, offset)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split('\n');
    // Inside a character its own column counts.
    const inside = offset < bytes.length && (bytes[offset]! & 0xc0) === 0x80;
    if (inside) continue;
    expect(await lines.locate(offset)).toEqual({ line: before.length, column: before.at(-1)!.length + 1 });
  }
});

describe('recognise', () => {
  const look = (head: string, more: Partial<Look> = {}): Look => ({
    isFolder: false,
    name: 'x.json',
    head,
    names: [],
    headOf: () => undefined,
    ...more,
  });

  test.each<[string, string, string | undefined]>([
    ['instances', '{"info":{},"images":[{"file_name":"a"}],"annotations":[]', 'sure'],
    ['images alone', '{"images": [ {"id":1,"file_name":"a.jpg"', 'sure'],
    ['annotations first', '\n{"annotations":[{"image_id":1', 'likely'],
    ['results', '[{"image_id":1,"category_id":2,"score":1}]', 'near'],
    ['another object', '{"shapes":[],"imagePath":"a.jpg"}', undefined],
    ['images of something else', '{"images":["a"]}', undefined],
    ['another array', '[1,2]', undefined],
    ['a manifest', '{"source":"a.jpg","annotation":[]}', undefined],
    ['XML', '<annotation/>', undefined],
  ])('%s', (_, head, certainty) => {
    expect(coco.recognise(look(head))?.certainty).toBe(certainty);
  });

  test('a folder that holds one', () => {
    const names = ['a.jpg', 'annotations/instances.json'];
    const headOf = (name: string) =>
      name.endsWith('.json') ? '{"images":[{"file_name":"a.jpg"}]}' : undefined;
    expect(coco.recognise(look('', { isFolder: true, names, headOf }))).toEqual({
      certainty: 'near',
      reason: 'annotations/instances.json is a COCO file: name it, not the folder',
    });
    expect(coco.recognise(look('', { isFolder: true, names: ['a.jpg'], headOf }))).toBeUndefined();
  });
});
