import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnnotationInit,
  formatBatches,
  formatSample,
  ManifestAnnotation,
  ManifestSample,
  manifestBatches,
  parseManifestLine,
} from '../../src/manifest/index.js';
import { type JsonValue, tasks } from '../../src/model/index.js';

/** JSON texts as anybody may write them: blanks, escapes, long numbers, repeated and odd names. */
const blank = fc.constantFrom('', '', '', ' ', '\t');
const token = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.0',
    '1e2',
    '12345678901234567890',
    '-0.12345678901234567890',
  ),
  fc.constantFrom(
    '"\\u0041\\/"',
    '"\\ud800"',
    '"\\uD83D\\uDE00"',
    '"\u2028\u0085"',
    '"向日葵"',
    '"\\"annotation\\":["',
    '""',
  ),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => JSON.stringify(number)),
);
const name = fc.oneof(
  fc.constantFrom('x', '__proto__', 'a/b~c', '7', '', 'constructor', 'usage_', '名', 'source_', 'toString'),
  fc.string({ maxLength: 5 }),
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    token,
    fc
      .tuple(blank, fc.array(tie('json'), { maxLength: 3 }))
      .map(([b, items]) => `[${b}${items.join(`${b},`)}]`),
    fc
      .tuple(blank, fc.array(fc.tuple(name, tie('json')), { maxLength: 3 }))
      .map(
        ([b, members]) =>
          `{${b}${members.map(([key, value]) => `${JSON.stringify(key)}${b}:${value}`).join(`,${b}`)}}`,
      ),
  ),
}));
const unknown = fc.tuple(name, json).map(([key, value]) => `${JSON.stringify(key)}:${value}`);

const type = fc.oneof(
  fc.constantFrom(...tasks).map((task) => `"modelarts/${task}"`),
  fc.constantFrom('"x/y"', '"image_classification"'),
);
const knownMember = fc.oneof(
  type.map((value) => `"type":${value}`),
  token.map((value) => `"name":${value}`),
  token.map((value) => `"confidence":${value}`),
  token.map((value) => `"hard":${value}`),
  json.map((value) => `"property":${value}`),
  token.map((value) => `"annotation_loc":${value}`),
  token.map((value) => `"annotation-loc":${value}`),
);
const element = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.oneof(knownMember, unknown), { maxLength: 5 })
      .map((members) => `{${members.join(',')}}`),
  },
  { weight: 1, arbitrary: json },
);
const listMember = fc
  .tuple(blank, fc.array(element, { maxLength: 4 }))
  .map(([b, elements]) => `"annotation":${b}[${elements.join(`,${b}`)}]`);
const sampleMember = fc.oneof(
  fc.constantFrom('"usage":"train"', '"usage" : "TEST"', '"hard":"1"', '"id":"i"', '"annotation":null'),
  json.map((value) => `"property":${value}`),
  token.map((value) => `"inference_loc":${value}`),
  listMember,
  unknown,
);
const line = fc
  .tuple(
    fc.array(sampleMember, { maxLength: 5 }),
    fc.constantFrom('content://文 😀 x', 'obs://b/ç a.jpg', 's\u2028'),
    fc.array(sampleMember, { maxLength: 3 }),
    blank,
  )
  .map(
    ([before, source, after, b]) =>
      `{${b}${[...before, `"source":${JSON.stringify(source)}`, ...after].join(`,${b}`)}${b}}`,
  );

function read(text: string): ManifestSample {
  const { sample } = parseManifestLine(text, { check: 'faults' });
  if (sample === undefined) throw new Error(`no sample in ${text}`);
  return sample;
}

const runs = { numRuns: 2500 };

describe('whatever a line holds', () => {
  it('unchanged, it is written as it was', () => {
    fc.assert(
      fc.property(line, fc.boolean(), (text, look) => {
        const sample = read(text);
        if (look) {
          void [sample.property, sample.value, sample.sourceMap];
          for (const annotation of sample.annotations) void [annotation.property, annotation.locMap];
        }
        expect(formatSample(sample)).toBe(text);
      }),
      runs,
    );
  });

  it('a change leaves all other values alone', () => {
    fc.assert(
      fc.property(
        line,
        fc.constantFrom('eval', undefined),
        fc.string({ unit: 'binary' }),
        (text, usage, label) => {
          const sample = read(text);
          const expected = JSON.parse(text) as { [key: string]: JsonValue };
          sample.usage = usage;
          if (usage === undefined) delete expected['usage'];
          else expected['usage'] = 'EVAL';
          const stored = expected['annotation'];
          for (const annotation of sample.annotations) {
            annotation.name = label;
            ((stored as JsonValue[])[annotation.index] as { name: string }).name = label;
          }
          const written = formatSample(sample);
          expect(JSON.parse(written)).toEqual(expected);
          expect(formatSample(read(written))).toBe(written);
        },
      ),
      runs,
    );
  });

  it('setting one member changes nothing else', () => {
    const plain = line.map((text) => JSON.stringify(JSON.parse(text)));
    fc.assert(
      fc.property(fc.oneof(line, plain), fc.constantFrom('usage', 'id', 'x', '7', 'type'), (text, key) => {
        const sample = read(text);
        const expected = JSON.parse(text) as { [key: string]: JsonValue };
        expected[key] = 'n"\u2028';
        sample.setMember(key, 'n"\u2028');
        expect(JSON.parse(formatSample(sample))).toEqual(expected);
      }),
      runs,
    );
  });

  it('any choice and order of its annotations keeps their values', () => {
    fc.assert(
      fc.property(line, fc.array(fc.nat(5), { maxLength: 5 }), (text, picks) => {
        const sample = read(text);
        const { annotations } = sample;
        const stored = (JSON.parse(text) as { annotation?: JsonValue[] }).annotation ?? [];
        const picked = picks.map(
          (pick) => annotations[pick] ?? new ManifestAnnotation({ name: `new ${pick}` }),
        );
        const expected = picked.map(({ index, name }) => (index < 0 ? { name } : stored[index]));
        sample.annotations = picked;
        const written = formatSample(sample);
        expect((JSON.parse(written) as { annotation: JsonValue }).annotation).toEqual(expected);
        expect(read(written).annotations.length).toBe(picked.length);
      }),
      runs,
    );
  });

  it('the canonical form says the same and is stable', () => {
    fc.assert(
      fc.property(line, (text) => {
        const sample = read(text);
        const canonical = formatSample(sample, { canonical: true });
        const again = read(canonical);
        expect(formatSample(again, { canonical: true })).toBe(canonical);
        expect(canonical).not.toMatch(/[\u0085\u2028\u2029]/);
        for (const field of ['source', 'usage', 'id', 'hard', 'inferenceLoc', 'hasAnnotationKey'] as const) {
          expect(again[field] ?? undefined).toEqual(sample[field] ?? undefined);
        }
        expect(
          again.annotations.map((a) => [a.type, a.name, a.loc, a.confidence, a.hard, a.property]),
        ).toEqual(sample.annotations.map((a) => [a.type, a.name, a.loc, a.confidence, a.hard, a.property]));
      }),
      runs,
    );
  });
});

describe('samples made in memory', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 });
  const annotation: fc.Arbitrary<AnnotationInit> = fc.record(
    {
      name: text,
      type: fc.constantFrom(...tasks).map((task) => `modelarts/${task}`),
      loc: text,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
      hard: fc.boolean(),
      property: fc.dictionary(name, fc.oneof(text, fc.integer(), fc.constant(null)), {
        noNullPrototype: true,
      }),
    },
    { requiredKeys: [] },
  );

  it('come back from their line', () => {
    fc.assert(
      fc.property(
        fc.record({ source: text, annotations: fc.array(annotation, { maxLength: 3 }) }),
        fc.constantFrom('TRAIN', 'EVAL', undefined),
        (init, usage) => {
          const sample = new ManifestSample({ ...init, ...(usage === undefined ? {} : { usage }) });
          const written = formatSample(sample);
          const again = read(written);
          expect(again.source).toBe(sample.source);
          expect(again.usage).toBe(usage);
          expect(formatSample(again, { canonical: true })).toBe(written);
          expect(
            again.annotations.map((a) => [a.type, a.name, a.loc, a.confidence, a.hard, a.property]),
          ).toEqual(init.annotations.map((a) => [a.type, a.name, a.loc, a.confidence, a.hard, a.property]));
        },
      ),
      runs,
    );
  });
});

describe('whole files', () => {
  it('pass through in any chunks, in any state of reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        async (lines, end, final, size, touched) => {
          const bytes = Buffer.from(lines.join(end) + (final && lines.length > 0 ? end : ''));
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          async function* partlyRead() {
            for await (const batch of manifestBatches(chunks, { lazy: true })) {
              for (let row = 0; row < batch.rowCount; row++) if (touched[row]) batch.sample(row);
              yield batch;
            }
          }
          const parts: Uint8Array[] = [];
          for await (const part of formatBatches(partlyRead(), { chunkBytes: 1024 })) parts.push(part);
          expect(Buffer.concat(parts).toString()).toBe(lines.map((text) => `${text}\n`).join(''));
        },
      ),
      { numRuns: 500 },
    );
  });
});
