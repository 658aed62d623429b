import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { areasOf } from '../../src/dataset-io/object-areas.js';
import { MemoryStorage } from '../../src/index.js';
import type { ImageObject } from '../../src/model/index.js';
import { object } from '../report/pictures/objects.js';

/** 6 × 5: red in columns 1 to 3 of rows 1 to 3 but for its middle, green in the last column. */
async function mask(): Promise<Buffer> {
  const pixels = Buffer.alloc(6 * 5 * 3);
  for (let y = 1; y <= 3; y++)
    for (let x = 1; x <= 3; x++) if (x !== 2 || y !== 2) pixels[3 * (6 * y + x)] = 128;
  for (let y = 0; y < 5; y++) pixels[3 * (6 * y + 5) + 1] = 128;
  return await sharp(pixels, { raw: { width: 6, height: 5, channels: 3 } })
    .png()
    .toBuffer();
}

const ring = [1, 1, 4, 1, 4, 4, 1, 4];
const column = [5, 0, 6, 0, 6, 5, 5, 5];

/** The corners of an outline, in any order. */
const corners = (points: readonly number[]) =>
  points
    .flatMap((x, at) => (at % 2 === 0 ? [`${x},${points[at + 1]}`] : []))
    .sort()
    .join(' ');

async function placesWithMask() {
  const storage = new MemoryStorage();
  await storage.makeDir('mem://set/masks');
  await storage.writeAtomic('mem://set/masks/a.png', await mask());
  return { storage, bases: ['mem://elsewhere', 'mem://set'] };
}

const redIn = (more: Partial<ImageObject> = {}) =>
  object('red', undefined, { maskColor: '128,0,0', ...more });

describe('colours of a mask', () => {
  test('with holes, each object its own, the first folder that has the file', async () => {
    const [red, green] = [redIn(), object('green', undefined, { maskColor: '0,128,0' })];
    const image = { maskSource: 'masks/a.png', objects: [red, green] };
    const { areas, problems } = await areasOf(image, await placesWithMask());
    expect(problems).toEqual([]);
    const [outline, hole, ...others] = areas.get(red)!;
    expect([corners(outline!), corners(hole!), others]).toEqual([
      corners(ring),
      corners([2, 2, 3, 2, 3, 3, 2, 3]),
      [],
    ]);
    expect(areas.get(green)!.map(corners)).toEqual([corners(column)]);
  });

  test('the mask of an object goes before that of its image; a colour that is shared is drawn once', async () => {
    const [first, second] = [redIn({ maskSource: 'masks/a.png' }), redIn({ maskSource: 'masks/a.png' })];
    const image = { maskSource: 'masks/gone.png', objects: [first, second] };
    const { areas, problems } = await areasOf(image, await placesWithMask());
    expect(problems).toEqual([]);
    expect([...areas.keys()]).toEqual([first]);
  });

  test('objects with an outline of their own have none; a colour that does not occur has none', async () => {
    const outlined = redIn({ shape: { kind: 'polygon', points: [0, 0, 1, 0, 1, 1] } });
    const blue = object('blue', undefined, { maskColor: '0,0,128' });
    const image = { maskSource: 'masks/a.png', objects: [outlined, blue] };
    const { areas, problems } = await areasOf(image, await placesWithMask());
    expect([areas.size, problems]).toEqual([0, []]);
  });

  test('a mask that is not there, or none, is said', async () => {
    const places = await placesWithMask();
    await places.storage.writeAtomic('mem://set/masks/text.png', Buffer.from('text'));
    for (const [name, message] of [
      ['masks/gone.png', /gone\.png: .*does not exist/],
      ['masks/text.png', /text\.png: /],
    ] as const) {
      const { areas, problems } = await areasOf({ maskSource: name, objects: [redIn()] }, places);
      expect([areas.size, problems.length]).toEqual([0, 1]);
      expect(problems[0]).toMatch(message);
    }
  });
});

describe('run lengths in a property', () => {
  // Column after column: 3 pixels of background, then the ring of three columns and its hole.
  const counts = [1, 3, 2, 1, 1, 1, 2, 3, 1];
  const withRle = (rle: string) => object('a', undefined, { properties: new Map([['rle', rle]]) });

  test('with their holes', async () => {
    const one = withRle(JSON.stringify({ size: [5, 3], counts }));
    const { areas } = await areasOf({ objects: [one] }, { bases: [] });
    expect(areas.get(one)!.map(corners)).toEqual([
      corners([0, 1, 3, 1, 3, 4, 0, 4]),
      corners([1, 2, 2, 2, 2, 3, 1, 3]),
    ]);
  });

  test.each([
    'not JSON',
    '[]',
    '{}',
    '{"size":[5,3]}',
    '{"size":[5,3],"counts":[1,2]}',
    '{"size":[5,3],"counts":[-1,16]}',
    '{"size":[0,0],"counts":[]}',
    '{"size":[5,3],"counts":"\\u0001"}',
    '{"size":[100000,100000],"counts":[0,10000000000]}',
    '{"size":[5,3],"counts":[15]}',
  ])('%s is none', async (text) => {
    const { areas, problems } = await areasOf({ objects: [withRle(text)] }, { bases: [] });
    expect([areas.size, problems]).toEqual([0, []]);
  });
});
