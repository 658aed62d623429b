import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { formatInfo, formats } from '../../src/dataset-io/formats.js';
import { validate } from '../../src/dataset-io/validate.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { seeds, specimens } from './every.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

function putLocal(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Of a text that ends with its line nobody can tell that others came behind it. */
const cut = (text: Buffer) => {
  const middle = Math.floor(text.length * 0.4);
  const inLine = text.indexOf('\n', middle) + 4;
  return text.subarray(0, inLine > 3 && inLine < text.length ? inLine : middle);
};

/** What can happen to a file of labels. */
const damages: Readonly<Record<string, (text: Buffer) => Uint8Array>> = {
  'cut in the middle': cut,
  'without bytes': () => Buffer.alloc(0),
  'in UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'in UTF-16 without a mark': (text) => Buffer.from(String(text), 'utf16le'),
  'with a zero byte': (text) => Buffer.concat([text.subarray(0, 10), Buffer.from([0]), text.subarray(10)]),
  'with a byte of no encoding': (text) =>
    Buffer.concat([text.subarray(0, 10), Buffer.from([0xff]), text.subarray(10)]),
  'with a byte order mark and CR LF': (text) => Buffer.from(`\ufeff${String(text).replaceAll('\n', '\r\n')}`),
  'with carriage returns alone': (text) => Buffer.from(String(text).replaceAll('\n', '\r')),
  'with a long line before': (text) => Buffer.concat([Buffer.from(`${'x'.repeat(2_000_000)}\n`), text]),
  'with NaN for its numbers': (text) => Buffer.from(String(text).replaceAll(/\d+/g, 'NaN')),
  'with decimal commas': (text) => Buffer.from(String(text).replaceAll(/(\d)\.(\d)/g, '$1,$2')),
  'with negative numbers': (text) => Buffer.from(String(text).replaceAll(/(?<=[\s:[,>])(\d)/g, '-$1')),
};

async function dataSet(id: string): Promise<{ readonly files: Files; readonly input: string }> {
  const { seed, files } = specimens[id]!;
  if (seed === undefined) return { files: files!, input: '' };
  const dir = scratch();
  putLocal(join(dir, 'seed'), seeds[seed].files);
  const input = formatInfo(id).layout === 'file' ? `data.${id}` : 'tree';
  mkdirSync(join(dir, 'out'));
  await convert(join(dir, 'seed', seeds[seed].input), join(dir, 'out', input), {
    to: id,
    images: seed === 'texts' ? 'reference' : 'copy',
  });
  const texts = Object.keys(filesIn(join(dir, 'out')));
  return {
    files: Object.fromEntries(texts.map((name) => [name, readFileSync(join(dir, 'out', name))])),
    input,
  };
}

/** Formats in which a file without bytes says that an image has no objects, or that there are no samples. */
const mayBeEmpty: ReadonlySet<string> = new Set([
  'image-classification',
  'yolo',
  'kitti',
  'dota',
  'published',
]);

interface Outcome {
  /** Samples and labels that came through. */
  readonly amount: number;
  /** What was said: rules and lines. */
  readonly told: ReadonlySet<string>;
}

async function outcome(id: string, path: string, out: string): Promise<Outcome> {
  try {
    const checked = await validate(path, { from: id, mode: 'lenient', minSeverity: 'info' });
    const result = await convert(path, out, { from: id, to: 'manifest', onError: 'skip' });
    expect(result.read).toBe(result.written + result.skipped);
    return {
      amount: checked.samples + checked.annotations,
      told: new Set(checked.diagnostics.map(({ rule, line }) => `${rule} ${line}`)),
    };
  } catch (error) {
    // Refused as a whole, which says why.
    if (error instanceof LabelkitError) return { amount: 0, told: new Set([error.code]) };
    throw error;
  }
}

describe.each(formats.map(({ id }) => id).filter((id) => id !== 'free-form'))('%s', (id) => {
  test.each(Object.entries(damages))(
    'a label file %s: nothing breaks, and nothing is lost without a word',
    async (_, damage) => {
      const { files, input } = await dataSet(id);
      const dir = scratch();
      putLocal(join(dir, 'in'), files);
      const whole = await outcome(id, join(dir, 'in', input), join(dir, 'whole.manifest'));
      expect(whole.amount).toBeGreaterThan(0);
      const labels = Object.keys(files).filter((name) => !/\.(?:png|jpg|wav)$/i.test(name));
      for (const [at, name] of labels.entries()) {
        const damaged = damage(Buffer.from(files[name]!));
        const isSilent =
          damaged.length === 0 ? mayBeEmpty.has(id) : damage === cut && id === 'text-classification-combine';
        putLocal(join(dir, `${at}`), { ...files, [name]: damaged });
        const { amount, told } = await outcome(id, join(dir, `${at}`, input), join(dir, `${at}.manifest`));
        const isTold = [...told].some((one) => !whole.told.has(one)) || amount >= whole.amount || isSilent;
        expect({ name, isTold }).toEqual({
          name,
          isTold: true,
        });
      }
    },
  );
});
