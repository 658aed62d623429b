import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseYaml, quoteYaml, type YamlNode } from '../../../src/formats/shared/yaml.js';
import { seed } from '../../support/random.js';

function plain(node: YamlNode): unknown {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
}

function read(text: string): unknown {
  const result = parseYaml(text);
  if ('problem' in result) {
    const { line, column, message } = result.problem;
    return `${line}:${column} ${message}`;
  }
  return plain(result.value);
}

describe('what is read', () => {
  test.each<[string, string, unknown]>([
    ['nothing', '', ''],
    ['comments alone', '# a\n\n  # b\n', ''],
    ['a map', 'a: 1\nb: two words\n', { a: '1', b: 'two words' }],
    ['CRLF and a byte order mark', '\ufeffa: 1\r\nb: 2\r\n', { a: '1', b: '2' }],
    ['comments after values', 'a: 1 # one\nb: x#y\nc: "#" # z\n', { a: '1', b: 'x#y', c: '#' }],
    ['an empty value', 'a:\nb: 1\n', { a: '', b: '1' }],
    ['a map in a map', 'names:\n  0: cat\n  1: dog\nnc: 2\n', { names: { 0: 'cat', 1: 'dog' }, nc: '2' }],
    ['a list', 'names:\n  - cat\n  - dog\n', { names: ['cat', 'dog'] }],
    ['a list as far left as its key', 'names:\n- cat\n- dog\nnc: 2\n', { names: ['cat', 'dog'], nc: '2' }],
    ['a flow list', 'names: [\'cat\', "dog", bird] # three\n', { names: ['cat', 'dog', 'bird'] }],
    [
      'a flow list over lines',
      'names: [ cat,\n  dog, # 2\n  bird,\n]\nnc: 3\n',
      { names: ['cat', 'dog', 'bird'], nc: '3' },
    ],
    ['a flow map', 'names: {0: cat, 1: "a, b"}\n', { names: { 0: 'cat', 1: 'a, b' } }],
    ['flow in flow', 'a: [[1, 2], {b: [c]}]\n', { a: [['1', '2'], { b: ['c'] }] }],
    ['quotes', `a: 'it''s'\nb: "x\\ty\\u4e2d\\"z"\n`, { a: "it's", b: 'x\ty中"z' }],
    ['quoted keys', `"a b": 1\n'c: d': 2\n`, { 'a b': '1', 'c: d': '2' }],
    ['colons in values', 'path: C:\\data\nurl: https://x/y\n', { path: 'C:\\data', url: 'https://x/y' }],
    ['CJK', 'names:\n  0: 猫\n', { names: { 0: '猫' } }],
    [
      'a block',
      'download: |\n  import os\n  # no comment\n\n  os.x()\nnc: 1\n',
      { download: 'import os\n# no comment\n\nos.x()', nc: '1' },
    ],
    ['maps in a list', '- a: 1\n  b: 2\n- a: 3\n', [{ a: '1', b: '2' }, { a: '3' }]],
    ['lists in a list', '- - 1\n  - 2\n- [3]\n', [['1', '2'], ['3']]],
    ['document marks', '--- # x\na: 1\n...\n', { a: '1' }],
    [
      '__proto__',
      '__proto__: 1\nb: 2\n',
      Object.fromEntries([
        ['__proto__', '1'],
        ['b', '2'],
      ]),
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('what is not read says where it is', () => {
  test.each<[string, string]>([
    ['a: &x 1\n', '1:4 "&" begins what is not read here (anchors, aliases, tags)'],
    ['a: 1\nb: *x\n', '2:4 "*" begins what is not read here (anchors, aliases, tags)'],
    ['a: !!str 1\n', '1:4 "!" begins what is not read here (anchors, aliases, tags)'],
    ['\ta: 1\n', '1:1 a tab indents the line; YAML allows only spaces'],
    ['a: "x\n', '1:4 the quote is not closed on its line'],
    ['a: "\\q"\n', '1:5 "\\q" is no escape'],
    ['a: [1, 2\n', '2:1 "]" is missing at the end of the file'],
    ['a: [1 2] x\n', '1:10 "x" follows the end of the value'],
    ['a: {1, 2}\n', '1:6 a "key: value" is missing'],
    ['a: 1\n  b\n', '2:3 a text that goes on over lines is not read here'],
    ['a: 1\na: 2\n', '2:1 the key "a" is here twice'],
    ['a: {b: 1, b: 2}\n', '1:12 the key "b" is here twice'],
    ['a: b: c\n', '1:4 "b: c" has a colon that only a key may have'],
    ['a: 1\nb\n', '2:1 "b" is no "key: value"'],
    ['- a\nb: 1\n', '2:1 "b: 1" does not belong to what is above it'],
    ['a: 1\n---\nb: 2\n', '2:1 "---" is no "key: value"'],
    ['a: |2\n  x\n', '1:4 "|2" is not read here'],
    [`a: ${'['.repeat(100)}\n`, '1:67 it is nested more than 64 deep'],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test('a quoted text is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!/\p{Cs}/u.test(text));
      const result = read(`names:\n  0: ${quoteYaml(text)}\n  1: [${quoteYaml(text)}]\n`);
      expect(result).toEqual({ names: { 0: text, 1: [text] } });
    }),
    { seed },
  );
});

test('any text ends in a value or a problem', () => {
  const token = fc.constantFrom('a', ':', ' ', '\n', '-', '[', ']', '{', '}', ',', '"', "'", '#', '|', '  ');
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
      const result = parseYaml(tokens.join(''));
      expect('value' in result || result.problem.line > 0).toBe(true);
    }),
    { seed, numRuns: 2000 },
  );
});
