import { describe, expect, it } from 'vitest';
import {
  backgroundIndex,
  classFlag,
  classOfIndex,
  formatImageSet,
  paletteBytes,
  paletteColor,
  parseImageSet,
  parseImageSetName,
  resolveUsages,
  setOfUsage,
  usageOfSet,
  VocDocument,
  VocObject,
  vocActions,
  vocClasses,
  voidIndex,
} from '../../src/voc/index.js';

describe('list files', () => {
  it('EC-170: class lists, with one or two blanks, keep the zeros of ids', () => {
    const { entries, faults } = parseImageSet('000005  1\r\n000007 -1\n\n2007_000027\t0\n', 'class');
    expect(faults).toEqual([]);
    expect(entries).toEqual([
      { id: '000005', flag: 1, line: 1 },
      { id: '000007', flag: -1, line: 2 },
      { id: '2007_000027', flag: 0, line: 4 },
    ]);
    expect(formatImageSet(entries)).toBe('000005  1\n000007 -1\n2007_000027  0\n');
  });

  it('EC-173: layout lists name the object by its number', () => {
    const { entries } = parseImageSet('2007_000027 1\n2007_000032\n', 'layout');
    expect(entries).toEqual([
      { id: '2007_000027', index: 1, line: 1 },
      { id: '2007_000032', line: 2 },
    ]);
    expect(formatImageSet(entries)).toBe('2007_000027 1\n2007_000032\n');
  });

  it('reads action lists', () => {
    expect(parseImageSet('2010_006215 1  1\n2010_006217 2 -1', 'action-class').entries).toEqual([
      { id: '2010_006215', index: 1, flag: 1, line: 1 },
      { id: '2010_006217', index: 2, flag: -1, line: 2 },
    ]);
    expect(parseImageSet('\ufeff2010_006215 3\n', 'action').entries).toEqual([
      { id: '2010_006215', index: 3, line: 1 },
    ]);
  });

  it('names the lines that are not of its kind', () => {
    expect(parseImageSet('a 1\nb\n', 'ids').faults).toMatchObject([{ line: 1 }]);
    expect(parseImageSet('a\n', 'class').faults).toMatchObject([{ line: 1 }]);
    expect(parseImageSet('a 2\n', 'class').faults[0]?.message).toBe('flag of a is "2", not 1, 0 or -1');
    expect(parseImageSet('a 0\n', 'layout').faults[0]?.message).toContain('object index of a');
  });

  it('refuses ids that no list can hold', () => {
    for (const id of ['', 'a b', 'a\n']) expect(() => formatImageSet([{ id }])).toThrow(/cannot be an id/);
  });

  it.each([
    ['train.txt', { set: 'train' }],
    ['cat_train.txt', { set: 'train', label: 'cat' }],
    ['cat_trainval.txt', { set: 'trainval', label: 'cat' }],
    ['traffic_light_val.txt', { set: 'val', label: 'traffic_light' }],
    ['my_split.txt', { set: 'my_split' }],
    ['_val.txt', { set: '_val' }],
  ])('%s', (name, expected) => {
    expect(parseImageSetName(name)).toEqual(expected);
  });

  it('splits the names of further sets too', () => {
    expect(parseImageSetName('cat_minival.txt', ['minival'])).toEqual({ set: 'minival', label: 'cat' });
    expect(parseImageSetName('my_train.txt', ['my_train'])).toEqual({ set: 'my_train' });
  });
});

describe('usages', () => {
  it('EC-171: an id in two lists keeps the first usage and is reported', () => {
    const { usages, conflicts } = resolveUsages([
      { set: 'train', ids: ['a', 'b'] },
      { set: 'val', ids: ['b', 'c'] },
    ]);
    expect([...usages]).toEqual([
      ['a', 'TRAIN'],
      ['b', 'TRAIN'],
      ['c', 'EVAL'],
    ]);
    expect(conflicts).toEqual([{ id: 'b', kept: 'TRAIN', also: 'EVAL' }]);
  });

  it('EC-172: trainval is TRAIN unless train or val are there', () => {
    expect(usageOfSet('trainval')).toBe('TRAIN');
    expect(usageOfSet('trainval', ['trainval', 'test'])).toBe('TRAIN');
    expect(usageOfSet('trainval', ['trainval', 'val'])).toBeUndefined();
    expect(
      resolveUsages([
        { set: 'trainval', ids: ['a'] },
        { set: 'val', ids: ['a'] },
      ]),
    ).toEqual({
      usages: new Map([['a', 'EVAL']]),
      conflicts: [],
    });
  });

  it('maps usages and sets both ways', () => {
    for (const set of ['train', 'val', 'test'] as const)
      expect(setOfUsage(usageOfSet(set)!.toLowerCase())).toBe(set);
    expect(usageOfSet('minival')).toBeUndefined();
    expect(setOfUsage('INFERENCE')).toBeUndefined();
    // Letters whose upper case is S and I.
    expect(setOfUsage('te\u017ft')).toBeUndefined();
    expect(setOfUsage('tra\u0131n')).toBeUndefined();
  });

  it('EC-174: the class flag is 0 when all objects of the class are difficult', () => {
    const of = (...difficult: string[]) =>
      classFlag(
        new VocDocument({
          objects: difficult.map((flag) => new VocObject({ name: 'cat', difficult: flag })),
        }),
        'cat',
      );
    expect(of('1', 'True')).toBe(0);
    expect(of('1', '0')).toBe(1);
    expect(of()).toBe(-1);
  });
});

describe('classes and palette', () => {
  it('EC-175: indices and colours of the official masks', () => {
    expect(classOfIndex(backgroundIndex)).toBeUndefined();
    expect(classOfIndex(voidIndex)).toBeUndefined();
    expect(classOfIndex(1)).toBe('aeroplane');
    expect(classOfIndex(15)).toBe('person');
    expect(paletteColor(0)).toEqual([0, 0, 0]);
    expect(paletteColor(1)).toEqual([128, 0, 0]);
    expect(paletteColor(2)).toEqual([0, 128, 0]);
    expect(paletteColor(3)).toEqual([128, 128, 0]);
    expect(paletteColor(15)).toEqual([192, 128, 128]);
    expect(paletteColor(255)).toEqual([224, 224, 192]);
    const bytes = paletteBytes();
    expect(bytes.length).toBe(768);
    expect([...bytes.subarray(45, 48)]).toEqual([192, 128, 128]);
    const distinct = new Set(Array.from({ length: 256 }, (_, i) => paletteColor(i).join()));
    expect(distinct.size).toBe(256);
  });

  it('lists 20 classes and 10 actions', () => {
    expect(new Set(vocClasses).size).toBe(20);
    expect(new Set(vocActions).size).toBe(10);
  });
});
