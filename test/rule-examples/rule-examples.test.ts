import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { loadRules } from '../../src/dataset-io/all-rules.js';
import { exampleOf, ruleExamples, viewOf, withoutExample } from '../../src/rule-examples/index.js';
import { runExample } from './run.js';

/*
 * What examples print is what their commands print. UPDATE_GOLDEN=1 writes it into src/rule-examples anew: read the
 * difference, format it (npx biome check --write src/rule-examples), and run npm run docs:tables.
 */

const update = process.env['UPDATE_GOLDEN'] === '1';
const printed = new Map<string, string>();

describe.each(ruleExamples.map((example) => [example.rule, example] as const))('%s', (rule, example) => {
  const { command, fixedCommand, broken, fixed, prints, also = [] } = example;

  test('the broken files break this rule and no other one, and the fixed ones none', async () => {
    const before = await runExample(command, broken);
    const after = await runExample(fixedCommand ?? command, fixed);
    const [first] = before.filter((found) => found.rule === rule);
    if (update && first !== undefined && first.line !== prints) printed.set(rule, first.line);
    else expect(first?.line).toBe(prints);
    const others = new Set([...before, ...after].map((found) => found.rule));
    expect(after.filter((found) => found.rule === rule)).toEqual([]);
    expect([...others].filter((other) => other !== rule).sort()).toEqual([...also].sort());
  });

  test('something is different when it is mended', () => {
    expect(viewOf(example).changes.length > 0 || fixedCommand !== undefined).toBe(true);
  });
});

afterAll(() => {
  const folder = new URL('../../src/rule-examples/', import.meta.url);
  for (const name of update ? readdirSync(folder) : []) {
    const file = new URL(name, folder);
    const text = readFileSync(file, 'utf8');
    const current = text.replace(
      /rule: '(\w+)',(\s+)prints:\s+(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"),/g,
      (whole, rule: string, gap: string) =>
        printed.has(rule) ? `rule: '${rule}',${gap}prints: ${JSON.stringify(printed.get(rule))},` : whole,
    );
    if (current !== text) writeFileSync(file, current);
  }
});

describe('every rule', () => {
  test('has one example, or a reason why it has none', async () => {
    const ids = (await loadRules()).map(({ id }) => id).sort();
    const shown = ruleExamples.map(({ rule }) => rule);
    expect([...shown, ...Object.keys(withoutExample)].sort()).toEqual(ids);
    for (const rule of shown) expect(exampleOf(rule)?.rule).toBe(rule);
  });

  test('that has none is one of these', () => {
    expect(Object.keys(withoutExample)).toEqual(['M013', 'M155']);
    for (const reason of Object.values(withoutExample)) expect(reason).toMatch(/^[A-Z].*\.$/);
  });
});

test('what cannot be seen is shown as an escape', () => {
  const view = viewOf({
    rule: 'X001',
    command: 'labelkit validate "a"',
    prints: 'cafe\u0301.txt  error  a\tb  [X001]',
    broken: {
      'cafe\u0301.txt': '\ufeffa\tb\r\n\n\u0001\n',
      'a.png': { image: 'png', width: 2, height: 3 },
      'b.jpg': { image: 'jpeg', width: 2, height: 3, orientation: 6, bytes: 100 },
      'm.png': { mask: ['.1', 'v.'], as: 'rgb' },
      'n.txt': { repeat: 'line #\n', times: 3, before: '<', after: '>\n' },
      'o.txt': { hex: '00ff', about: 'two bytes' },
      'p.txt': { link: 'o.txt' },
      'q.txt': '',
    },
    fixed: { 'a.png': { image: 'png', width: 3, height: 3 }, 'q.txt': 'same\nnew\n', 'r.txt': 'added\n' },
  });
  expect(view).toEqual({
    command: 'labelkit validate "a"',
    prints: 'cafe\\u0301.txt  error  a\\tb  [X001]',
    also: [],
    files: [
      { name: 'cafe\\u0301.txt', lines: ['\\ufeffa\\tb\\r', '', '\\u0001'] },
      { name: 'a.png', lines: ['(PNG image, 2 × 3 pixels)'] },
      { name: 'b.jpg', lines: ['(JPEG image, 2 × 3 pixels, EXIF orientation 6, 100 bytes)'] },
      {
        name: 'm.png',
        lines: ['(PNG mask in RGB, colours of the VOC colour map; a sign for each pixel)', '.1', 'v.'],
      },
      { name: 'n.txt', lines: ['<', '(3 times, # from 1:)', 'line #', '(and:)', '>'] },
      { name: 'o.txt', lines: ['(two bytes)', '00 ff'] },
      { name: 'p.txt', lines: ['(link to o.txt)'] },
      { name: 'q.txt', lines: ['(no bytes)'] },
    ],
    changes: [
      { name: 'cafe\\u0301.txt', lines: ['-\\ufeffa\\tb\\r', '-', '-\\u0001'] },
      { name: 'a.png', lines: ['-(PNG image, 2 × 3 pixels)', '+(PNG image, 3 × 3 pixels)'] },
      { name: 'b.jpg', lines: ['-(JPEG image, 2 × 3 pixels, EXIF orientation 6, 100 bytes)'] },
      {
        name: 'm.png',
        lines: ['-(PNG mask in RGB, colours of the VOC colour map; a sign for each pixel)', '-.1', '-v.'],
      },
      { name: 'n.txt', lines: ['-<', '-(3 times, # from 1:)', '-line #', '-(and:)', '->'] },
      { name: 'o.txt', lines: ['-(two bytes)', '-00 ff'] },
      { name: 'p.txt', lines: ['-(link to o.txt)'] },
      { name: 'q.txt', lines: ['-(no bytes)', '+same', '+new'] },
      { name: 'r.txt', lines: ['+added'] },
    ],
  });
});
