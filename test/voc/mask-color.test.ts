import { expect, test } from 'vitest';
import { checkVoc, parseMaskColor, parseVoc } from '../../src/voc/index.js';

test.each([
  ['255,0,0', [255, 0, 0]],
  ['255, 0, 0', [255, 0, 0]],
  [' 1 ,2 , 3 ', [1, 2, 3]],
  ['\t255,\n0,\r\n0', [255, 0, 0]],
  ['255,\u00a00,0', undefined],
  ['255,0,0\u3000', undefined],
  ['#ff0000', undefined],
  ['256,0,0', undefined],
  ['1,2', undefined],
  ['1,2,3,4', undefined],
  ['-1,0,0', undefined],
  ['', undefined],
])('EC-163: the mask colour "%s"', (color, expected) => {
  const xml = `<annotation><mask_source>m.png</mask_source><object><name>a</name><mask_color>${color}</mask_color></object></annotation>`;
  const { document, findings } = parseVoc(xml, { mode: 'strict' });
  const rules = findings.map(({ rule }) => rule);
  if (document !== undefined) checkVoc(document, { mode: 'strict' }, ({ rule }) => rules.push(rule));
  expect(rules.filter((rule) => rule === 'V058')).toEqual(expected === undefined ? ['V058'] : []);
  if (color !== '') expect(parseMaskColor(color) !== undefined).toBe(expected !== undefined);
});
