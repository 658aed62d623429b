import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { detectCoordinates } from '../../src/dataset-io/coords.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const whole = (box: [number, number, number, number]) => vocXml('a.jpg', [{ box }]);

test('conversion writes other numbers and nothing else; without a target it writes the same', async () => {
  const dir = scratch({ 'in/a.xml': whole([1, 1, 100, 80]), 'in/b.xml': vocXml('b.jpg', []) });
  await convert(join(dir, 'in'), join(dir, 'zero'), { to: 'voc', coords: { from: 'voc1', to: 'zeroBased' } });
  expect(filesIn(join(dir, 'zero/Annotations'))).toEqual({
    'a.xml': whole([0, 0, 100, 80]),
    'b.xml': vocXml('b.jpg', []),
  });
  for (const coords of [{ from: 'voc1' }, { from: 'voc1', to: 'voc1' }] as const) {
    await convert(join(dir, 'in'), join(dir, 'same'), { to: 'voc', mode: 'overwrite', coords });
    expect(filesIn(join(dir, 'same/Annotations'))['a.xml']).toBe(whole([1, 1, 100, 80]));
  }
});

test('a manifest gets files of its own; those it was read with stay', async () => {
  const dir = scratch({ 'in/a.xml': whole([1, 1, 100, 80]) });
  await convert(join(dir, 'in'), join(dir, 'a.manifest'), { to: 'manifest' });
  await convert(join(dir, 'a.manifest'), join(dir, 'b.manifest'), {
    to: 'manifest',
    coords: { from: 'voc1', to: 'zeroInclusive' },
  });
  expect(readFileSync(join(dir, 'b-annotations/a.xml'), 'utf8')).toBe(whole([0, 0, 99, 79]));
  expect(readFileSync(join(dir, 'in/a.xml'), 'utf8')).toBe(whole([1, 1, 100, 80]));
});

test('inspect and detectCoordinates say the same of a folder; a manifest is only looked into by the second', async () => {
  const edges = Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [`in/${at}.xml`, whole([1, 5 + at, 100, 40])]),
  );
  const dir = scratch({ ...edges, 'in/x.xml': '<annotation>' });
  const found = await detectCoordinates(join(dir, 'in'));
  expect(found).toMatchObject({ convention: 'voc1', evidence: { boxes: 8, minAt1: 8, maxAtSize: 8 } });
  expect(found.confidence).toBeGreaterThan(0.99);
  expect((await inspect(join(dir, 'in'))).coordinates).toEqual(found);
  await convert(join(dir, 'in'), join(dir, 'm.manifest'), { to: 'manifest', onError: 'skip' });
  expect(await detectCoordinates(join(dir, 'm.manifest'))).toEqual(found);
  expect(await inspect(join(dir, 'm.manifest'))).not.toHaveProperty('coordinates');
});
