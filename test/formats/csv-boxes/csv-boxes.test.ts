import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/csv-boxes/code.js';
import { csvBoxes } from '../../../src/formats/csv-boxes/format.js';
import { type ImageObject, LabelkitError, noProperties, type Shape } from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  type SourceInit,
  writeAll,
  writeRow,
} from '../harness.js';

const read = (text: string, init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource({ 'b.csv': text }, { path: 'in', ...init }));

/** Source, size, usage and boxes. */
async function seen(text: string, init: SourceInit = {}) {
  const { records, faults } = await read(text, init);
  expect(faults.flatMap(({ diagnostics }) => brief(diagnostics))).toEqual([]);
  return records.map(({ sample }) => {
    const image = sample.annotations[0]?.image;
    return [
      sample.source,
      sample.usage,
      image?.width,
      image?.objects.map(({ name, shape }) => [
        name,
        shape?.kind === 'bndbox' && Object.values(shape).slice(1),
      ]),
    ];
  });
}

const header = 'image,label,xmin,ymin,xmax,ymax\n';
const good = 'z.jpg,cat,1,2,3,4\n';

describe('reading', () => {
  test.each<[string, string, SourceInit['options'], unknown]>([
    [
      'what TensorFlow scripts write',
      'filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,10,20,cat,1,2,3,4\na.jpg,10,20,dog,5,6,7,8\nb.jpg,10,20,,,,,\n',
      {},
      [
        [
          'in/a.jpg',
          undefined,
          10,
          [
            ['cat', [1, 2, 3, 4]],
            ['dog', [5, 6, 7, 8]],
          ],
        ],
        ['in/b.jpg', undefined, undefined, undefined],
      ],
    ],
    [
      'a corner and sides, and a usage',
      'Image Path,Label,X,Y,Width,Height,Split\n"a, b.jpg",cat,1.5,2,3,4,train\n',
      {},
      [['in/a, b.jpg', 'train', undefined, [['cat', [1.5, 2, 4.5, 6]]]]],
    ],
    [
      'named columns',
      'f,k,a,b,c,d\nx/a.jpg,cat,1,2,3,4\n',
      { columns: ['image=f', 'label=k', 'xmin=a', 'ymin=b', 'xmax=c', 'ymax=d'] },
      [['in/x/a.jpg', undefined, undefined, [['cat', [1, 2, 3, 4]]]]],
    ],
    [
      'no header',
      '/a.jpg,1,2,3,4,cat,x\nobs://b/c.jpg,,,,,,\n',
      { noHeader: true, columns: ['image', 'xmin', 'ymin', 'xmax', 'ymax', 'label', '-'] },
      [
        ['/a.jpg', undefined, undefined, [['cat', [1, 2, 3, 4]]]],
        ['obs://b/c.jpg', undefined, undefined, undefined],
      ],
    ],
    [
      'another separator, CR LF, a byte order mark',
      '\ufeffimage;label;xmin;ymin;xmax;ymax\r\na.jpg;cat;1;2;3;4\r\n',
      { separator: ';' },
      [['in/a.jpg', undefined, undefined, [['cat', [1, 2, 3, 4]]]]],
    ],
    [
      'shares of a size in the file',
      'image,image_width,image_height,label,xmin,ymin,xmax,ymax\na.jpg,10,100,cat,0.1,0.2,0.3,0.4\n',
      { normalised: true },
      [['in/a.jpg', undefined, 10, [['cat', [1, 20, 3, 40]]]]],
    ],
  ])('%s', async (_, text, options, expected) => {
    const result = await seen(text, { chunkBytes: 5, ...(options === undefined ? {} : { options }) });
    expect(result).toEqual(expected);
  });

  test('shares of the size of the image', async () => {
    const init = { options: { normalised: true }, sizes: { 'in/a.jpg': { width: 10, height: 100 } } };
    expect(await seen(`${header}a.jpg,cat,0.1,0.2,0.3,0.4\n`, init)).toEqual([
      ['in/a.jpg', undefined, 10, [['cat', [1, 20, 3, 40]]]],
    ]);
    const { records, faults } = await read(`${header}b.jpg,cat,0.1,0.2,0.3,0.4\nc.jpg,,,,,\n`, init);
    expect(faults.flatMap(({ diagnostics }) => brief(diagnostics))).toEqual([
      'N144 error in/b.csv:2:1 the size of b.jpg is not known: there is nothing at in/b.jpg',
    ]);
    expect(records).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['no edges', 'image,label\na.jpg,cat\n', 'N140 error in/b.csv:1:1 no column is xmin, ymin'],
    ['one edge short', 'image,label,xmin,ymin,xmax\n', 'N140 error in/b.csv:1:1 no column is ymax or height'],
    [
      'a blank cell for the image',
      `${header},cat,1,2,3,4\n${good}`,
      'N145 error in/b.csv:2:1 the row does not name an image',
    ],
    [
      'a word',
      `${header}a.jpg,cat,1,two,3,4\n${good}`,
      'N141 error in/b.csv:2:13 ymin is "two", not a number',
    ],
    [
      'a missing edge',
      `${header}a.jpg,cat,1,2,,4\n${good}`,
      'N141 error in/b.csv:2:15 xmax is "", not a number',
    ],
    ['NaN', `${header}a.jpg,cat,NaN,2,3,4\n${good}`, 'N141 error in/b.csv:2:11 xmin is "NaN", not a number'],
    [
      'infinity',
      `${header}a.jpg,cat,1,2,1e999,4\n${good}`,
      'N141 error in/b.csv:2:15 xmax is "1e999", not a number',
    ],
    [
      'a decimal comma',
      `${header}a.jpg,cat,"1,5",2,3,4\n${good}`,
      'N141 error in/b.csv:2:11 xmin is "1,5", not a number',
    ],
    [
      'a decimal comma without quotes',
      `${header}a.jpg,cat,1,5,2,3,4\n${good}`,
      'T002 warning in/b.csv:2:19 the row has 7 columns, not 6, and is ignored',
    ],
    [
      'too few cells',
      `${header}a.jpg,cat\n${good}`,
      'T002 warning in/b.csv:2:10 the row has 2 columns, not 6, and is ignored',
    ],
    [
      'the header again',
      `${header}${header}${good}`,
      'N141 error in/b.csv:2:13 xmin is "xmin", not a number',
    ],
    [
      'exchanged edges',
      `${header}a.jpg,cat,3,2,1,4\n${good}`,
      'N142 warning in/b.csv:2:11 the box 3, 2, 1, 4 has no area',
    ],
    [
      'an image apart',
      `${header}z.jpg,cat,1,2,3,4\na.jpg,cat,1,2,3,4\n${good}`,
      'N143 warning in/b.csv:4:1 rows of z.jpg stand further up as well',
    ],
    [
      'a quote that is not closed',
      `${header}${good}a.jpg,"cat,1,2,3,4\n`,
      'T004 error in/b.csv:3:7 a quote is opened here and never closed; nothing after it is read',
    ],
    [
      'a place after a cell of two lines',
      `${header}"a\nb.jpg",cat,1,2,x,4\n${good}`,
      'N141 error in/b.csv:3:16 xmax is "x", not a number',
    ],
    [
      'zeros for bytes',
      `${header}\0\0\0\n${good}`,
      'T008 error in/b.csv:2:1 the row has a NUL byte: the file is UTF-16, or damaged',
    ],
  ])('%s: the finding, and the run goes on', async (_, text, expected) => {
    const { records, diagnostics, faults } = await read(text, { chunkBytes: 3 });
    const all = [...faults.flatMap((fault) => fault.diagnostics), ...diagnostics];
    expect(brief(all)).toEqual([expected]);
    if (text.includes(good)) expect(records.some(({ sample }) => sample.source === 'in/z.jpg')).toBe(true);
  });

  test('strict mode refuses images with errors, and rows of another length', async () => {
    const { records, faults } = await read(`${header}a.jpg,cat,1,x,3,4\nb.jpg,cat\n${good}`, {
      mode: 'strict',
    });
    expect([records.length, faults.length]).toEqual([1, 2]);
    expect(Buffer.from(faults[1]!.raw!).toString()).toBe('a.jpg,cat,1,x,3,4');
  });

  test('options that are none', async () => {
    const separator = await read(header, { options: { separator: '::' } }).catch((error: unknown) => error);
    expect(separator).toBeInstanceOf(LabelkitError);
    const { faults } = await read(header, { options: { columns: ['image=nix'] } });
    expect(faults[0]?.diagnostics[0]?.message).toBe('there is no column "nix" for image');
  });
});

const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3.5, ymax: 4 };
const object = (shape: Shape | undefined, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'cat',
  ...(shape === undefined ? {} : { shape }),
  properties: noProperties,
  parts: [],
  ...more,
});

async function write(objects: readonly ImageObject[] | undefined, init: SinkInit = {}) {
  const sink = new MemorySink(init);
  const [result] = await writeAll(formatCode, sink, [
    writeRow({
      file: 'x.xml',
      sample: {
        source: 'a, b.jpg',
        usage: 'TRAIN',
        annotations:
          objects === undefined
            ? []
            : [
                {
                  type: 'modelarts/object_detection',
                  task: 'object_detection',
                  image: { objects, width: 10, height: 20 },
                },
              ],
      },
    }),
  ]);
  return { sink, result: result! };
}

const written =
  'image,image_width,image_height,usage,label,xmin,ymin,xmax,ymax,confidence,difficult,truncated,occluded\n';

describe('writing', () => {
  test('rows', async () => {
    const { sink } = await write([
      object(box, { confidence: 0.5, difficult: '1' }),
      object(box, { name: 'a "b"' }),
    ]);
    expect(sink.text).toBe(
      `${written}"a, b.jpg",10,20,TRAIN,cat,1,2,3.5,4,0.5,1,,\n"a, b.jpg",10,20,TRAIN,"a ""b""",1,2,3.5,4,,,,\n`,
    );
    expect(sink.losses).toEqual([]);
  });

  test('images without objects, and nothing at all', async () => {
    expect((await write(undefined)).sink.text).toBe(`${written}"a, b.jpg",,,TRAIN,,,,,,,,,\n`);
    const sink = new MemorySink();
    await writeAll(formatCode, sink, []);
    expect(sink.text).toBe(written);
  });

  test('losses and refusals', async () => {
    const polygon: Shape = { kind: 'polygon', points: [0, 0, 4, 0, 4, 4] };
    const { result } = await write([object(polygon)]);
    expect(result).toMatchObject([{ rule: 'N146', severity: 'error' }]);
    expect((await write([object(box)], { classes: ['dog'] })).result).toMatchObject([{ rule: 'C010' }]);
    const { sink } = await write([object(polygon), object(undefined), object(box, { pose: 'Left' })], {
      options: { shapes: 'bbox' },
    });
    expect(sink.lossCounts).toEqual({ 'object-pose': 1, 'object-without-shape': 1, 'shape-polygon': 1 });
    await expect(write([], { mode: 'append' })).rejects.toMatchObject({ code: 'Unsupported' });
  });
});

test('what is written is what is read', async () => {
  const number = fc.integer({ min: 0, max: 100_000 }).map((value) => value / 100);
  const text = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', '猫', '.'), minLength: 1, maxLength: 6 })
    .filter((value) => value.trim() === value);
  const generated = fc.uniqueArray(
    fc.tuple(text, fc.array(fc.tuple(text, number, number, number, number), { maxLength: 3 })),
    { selector: ([name]) => name, maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(generated, async (images) => {
      const rows = images.map(([name, objects]) => {
        const image = {
          fileName: name,
          objects: objects.map(([label, x, y, w, h]) =>
            object({ kind: 'bndbox', xmin: x, ymin: y, xmax: x + w + 1, ymax: y + h + 1 }, { name: label }),
          ),
        };
        const annotation = { type: 'modelarts/object_detection', task: 'object_detection', image } as const;
        return writeRow({
          file: 'x',
          sample: { source: `/${name}`, annotations: objects.length === 0 ? [] : [annotation] },
        });
      });
      const sink = new MemorySink();
      await writeAll(formatCode, sink, rows);
      const { records, faults } = await read(sink.text, { chunkBytes: 11 });
      expect(faults).toEqual([]);
      const neat = (value: unknown) =>
        JSON.parse(
          JSON.stringify(value, (_, item: unknown) =>
            typeof item === 'number' ? Number(item.toFixed(6)) : item,
          ),
        ) as unknown;
      expect(records.map(({ sample }) => neat(sample))).toEqual(rows.map(({ sample }) => neat(sample)));
    }),
    { seed },
  );
});

test.each<[string, string, string | undefined]>([
  ['b.csv', header, 'likely'],
  ['b.csv', 'image;label;xmin;ymin;xmax;ymax\n', 'near'],
  ['b.csv', 'a,b\n', 'near'],
  ['b.txt', 'a,b\n', undefined],
])('%s %j is recognised as %s', (name, head, expected) => {
  expect(
    csvBoxes.recognise({ isFolder: false, name, head, names: [], headOf: () => undefined })?.certainty,
  ).toBe(expected);
});
