import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRelabelCsv, Relabeler, type RelabelRules, suggestLabels } from '../../src/transforms/index.js';

const renamed = (rules: RelabelRules, labels: readonly string[]) => {
  const relabeler = new Relabeler(rules);
  return labels.map((label) => relabeler.nameOf(label));
};

describe('Relabeler', () => {
  test.each<[string, RelabelRules, string[], (string | undefined)[]]>([
    ['nothing', {}, ['a', ''], ['a', '']],
    ['a map', { map: [['a', 'b']] }, ['a', 'A', 'c'], ['b', 'A', 'c']],
    [
      'several to one',
      {
        map: [
          ['a', 'x'],
          ['b', 'x'],
        ],
      },
      ['a', 'b', 'x'],
      ['x', 'x', 'x'],
    ],
    [
      'a swap',
      {
        map: [
          ['a', 'b'],
          ['b', 'a'],
        ],
      },
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      'a chain is no chain',
      {
        map: [
          ['a', 'b'],
          ['b', 'c'],
        ],
      },
      ['a', 'b'],
      ['b', 'c'],
    ],
    [
      'the same twice',
      {
        map: [
          ['a', 'b'],
          ['a', 'b'],
        ],
      },
      ['a'],
      ['b'],
    ],
    ['taking out', { drop: ['x*'] }, ['x', 'xy', 'y'], [undefined, undefined, 'y']],
    ['a map is stronger than a drop', { map: [['a', 'b']], drop: ['*'] }, ['a', 'b'], ['b', undefined]],
    ['only what is mapped', { map: [['a', 'a']], onlyMapped: true }, ['a', 'b'], ['a', undefined]],
    ['only what is renamed', { rename: [['a*', 'b*']], onlyMapped: true }, ['ax', 'c'], ['bx', undefined]],
    [
      'a prefix',
      { rename: [['old_*', 'new_*']] },
      ['old_', 'old_x_y', 'bold_x'],
      ['new_', 'new_x_y', 'bold_x'],
    ],
    ['a suffix', { rename: [['*_old', '*']] }, ['a_old', 'a_old_old', 'a'], ['a', 'a_old', 'a']],
    [
      'two parts swapped in a frame',
      { rename: [['*-*', '*=*']] },
      ['a-b', 'a-b-c', '-'],
      ['a=b', 'a=b-c', '='],
    ],
    ['single characters', { rename: [['v?.?', 'v?_?']] }, ['v1.2', 'v12.3'], ['v1_2', 'v12.3']],
    ['wildcards of both kinds', { rename: [['?*-*', '*+?+*']] }, ['abc-d'], ['bc+a+d']],
    ['a character after going back', { rename: [['*?x', '*(?)']] }, ['axbx', 'x'], ['ax(b)', 'x']],
    ['a character of two units', { rename: [['?车', '?car']] }, ['😀车'], ['😀car']],
    ['a wildcard itself', { rename: [['\\*a', '\\*b']] }, ['*a', 'xa'], ['*b', 'xa']],
    ['less is taken over than there is', { rename: [['*_*', '*']] }, ['a_b'], ['a']],
    [
      'the first pattern counts',
      {
        rename: [
          ['a*', '1*'],
          ['*b', '*2'],
        ],
      },
      ['ab', 'b'],
      ['1b', '2'],
    ],
  ])('%s', (_, rules, labels, expected) => {
    expect(renamed(rules, labels)).toEqual(expected);
  });

  test.each<[string, RelabelRules, RegExp]>([
    [
      'two new names',
      {
        map: [
          ['a', 'b'],
          ['a', 'c'],
        ],
      },
      /"a" is mapped to "b" and to "c"/,
    ],
    ['an empty new name', { map: [['a', '']] }, /the new name is empty/],
    ['a line break', { map: [['a', 'b\nc']] }, /has a character that no label can have/],
    ['half a character', { map: [['a', '\ud800']] }, /has a character that no label can have/],
    ['too many wildcards', { rename: [['a*', '**b*']] }, /has more \* than the pattern/],
    ['too many single ones', { rename: [['a*', '?']] }, /has more \? than the pattern/],
  ])('%s: refused', (_, rules, message) => {
    if (message.source.includes('\\*'))
      expect(() => new Relabeler({ rename: [['a*', '*b*']] })).toThrow(message);
    else expect(() => new Relabeler(rules)).toThrow(message);
  });

  test('a pattern that leaves nothing of a label is refused when that label comes', () => {
    const relabeler = new Relabeler({ rename: [['x*', '*']] });
    expect(relabeler.nameOf('xa')).toBe('a');
    expect(() => relabeler.nameOf('x')).toThrow(/the new name of "x" is empty/);
  });

  test('what a star stands for, put in its place again, is the label', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?', '\\') });
    const pattern = (text: string) => text.replace(/\\$/, '\\\\').replaceAll('**', '*');
    fc.assert(
      fc.property(piece, piece, (wild, label) => {
        const same = pattern(wild);
        fc.pre(label !== '' && !same.includes('**'));
        expect(new Relabeler({ rename: [[same, same]] }).nameOf(label)).toBe(label);
      }),
    );
  });

  test('reports what was changed, taken out, without a rule, and rules without a label', () => {
    const relabeler = new Relabeler({
      map: [
        ['car', 'vehicle'],
        ['bus', 'vehicle'],
        ['cat', 'cat'],
      ],
      drop: ['None', 'x*'],
      rename: [
        ['old_*', '*'],
        ['z*', '*'],
      ],
    });
    for (const label of ['car', 'dog', 'car', 'None', 'old_hat', 'cat', 'ant', 'dog'])
      relabeler.nameOf(label);
    expect(relabeler.report()).toEqual({
      changed: [
        { from: 'car', to: 'vehicle', count: 2 },
        { from: 'old_hat', to: 'hat', count: 1 },
      ],
      dropped: [{ label: 'None', count: 1 }],
      unmapped: [
        { label: 'dog', count: 2 },
        { label: 'ant', count: 1 },
      ],
      unused: ['bus', 'x*', 'z*'],
    });
  });
});

describe('parseRelabelCsv', () => {
  test.each<[string, string, [string, string][]]>([
    ['nothing', '', []],
    [
      'plain lines',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a byte order mark, a heading, CRLF and a blank line', '\ufeffold,new\r\n\r\na,b\r\n', [['a', 'b']]],
    [
      'quotes',
      '"a,b","say ""x"""\n"two\nlines",c\n',
      [
        ['a,b', 'say "x"'],
        ['two\nlines', 'c'],
      ],
    ],
    [
      'to be taken out',
      'a,\nb,""\n',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['blanks are part of a name', ' a , b\n', [[' a ', ' b']]],
    [
      'a heading further down is none',
      'a,b\nold,new\n',
      [
        ['a', 'b'],
        ['old', 'new'],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(parseRelabelCsv(text, 'labels.csv')).toEqual(expected);
  });

  test.each<[string, string, RegExp]>([
    ['one field', 'a,b\nabc\n', /^labels\.csv:2:4: .*there is 1 field$/],
    ['three fields', 'a,b,c\n', /^labels\.csv:1:5: .*there is 3 fields$/],
    ['no old name', 'a,b\n,c\n', /^labels\.csv:2:1: the old name is empty$/],
    ['an open quote', 'a,b\nc,"d\ne\n', /^labels\.csv:2:3: the quote is never closed$/],
    ['text after a quote', 'a,"b"c\n', /^labels\.csv:1:6: there is more after the closing quote$/],
    ['a quote in a name', 'a,b"c\n', /^labels\.csv:1:4: a quote stands inside/],
    ['after a line break in quotes', '"a\nb",c\nd\n', /^labels\.csv:3:2: .*1 field$/],
  ])('%s: refused with its place', (_, text, message) => {
    expect(() => parseRelabelCsv(text, 'labels.csv')).toThrow(message);
  });

  test('what is quoted comes back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field)), (entries) => {
        fc.pre(entries.every(([old]) => old !== ''));
        const text = entries.map((pair) => `${pair.map(quote).join(',')}\n`).join('');
        expect(parseRelabelCsv(text, 'x')).toEqual(entries);
      }),
    );
  });
});

describe('suggestLabels', () => {
  const suggested = (counts: Readonly<Record<string, number>>) =>
    suggestLabels(new Map(Object.entries(counts))).map(({ labels, differences, proposed }) => [
      labels.map(({ label }) => label).join('|'),
      differences.join('|'),
      proposed,
    ]);

  test.each<[string, Record<string, number>, unknown[]]>([
    ['nothing to say', { car: 3, bus: 1, 'traffic light': 2, 猫: 1 }, []],
    ['letter case', { Car: 2, car: 5, CAR: 2 }, [['car|CAR|Car', 'case', 'car']]],
    ['full width', { ｃａｒ: 2, car: 5 }, [['car|ｃａｒ', 'width', 'car']]],
    [
      'blanks',
      { 'traffic  light': 2, 'traffic light': 5 },
      [['traffic light|traffic  light', 'white-space', 'traffic light']],
    ],
    ['a blank at the end of the only one', { 'car ': 2 }, [['car ', 'white-space', 'car']]],
    ['a character without width', { 'ca\u200br': 2 }, [['ca\u200br', 'white-space', 'ca r']]],
    [
      'separators',
      { traffic_light: 2, 'traffic-light': 1 },
      [['traffic_light|traffic-light', 'separator', 'traffic_light']],
    ],
    ['a Cyrillic letter', { саr: 1, car: 9 }, [['car|саr', 'look-alike', 'car']]],
    ['words of another alphabet stay apart', { дом: 1, dom: 9 }, []],
    ['several at once', { 'Car ': 1, car: 2 }, [['car|Car ', 'white-space|case', 'car']]],
    [
      'none at all',
      { None: 2, 'null ': 1, '': 1 },
      [
        ['None', 'no-label', undefined],
        ['', 'no-label', undefined],
        ['null ', 'no-label', undefined],
      ],
    ],
  ])('%s', (_, counts, expected) => {
    expect(suggested(counts)).toEqual(expected);
  });
});
