import { describe, expect, it } from 'vitest';
import { isRepeat, locateRepeat, ManifestMerger } from '../../src/manifest/merge.js';
import {
  checkImageMagic,
  checkXmlFileName,
  type Reporter,
  reportFaultyXml,
  reportUnreadableXml,
} from '../../src/manifest/rules/index.js';
import { ManifestValidator, type ManifestValidatorOptions } from '../../src/manifest/validate.js';
import { type Diagnostic, type JsonObject, OptionError, type Severity } from '../../src/model/index.js';
import { type ContainerFacts, type Encoding, LineSplitter } from '../../src/text/index.js';
import { type Random, randomFor } from '../support/random.js';
import { mutateBytes, mutateValue, randomSample } from './rules/random-lines.js';

type Options = Partial<ManifestValidatorOptions> & { encoding?: Encoding; maxLineBytes?: number };

const defaults = { file: 'm.manifest', mode: 'strict', profile: 'generic' } as const;

function feed(validator: ManifestValidator, bytes: Buffer, options: Options, baseOffset = 0): ContainerFacts {
  const { encoding = 'utf-8', maxLineBytes } = options;
  const splitter = new LineSplitter({
    encoding,
    baseOffset,
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
  });
  for (const batch of [splitter.push(bytes), splitter.end()]) if (batch !== undefined) validator.push(batch);
  return splitter.facts;
}

function validate(data: string | Buffer, options: Options = {}) {
  const diagnostics: Diagnostic[] = [];
  const validator = new ManifestValidator({
    ...defaults,
    ...options,
    onDiagnostic: (d) => diagnostics.push(d),
  });
  const facts = feed(validator, Buffer.from(data as string), options);
  const summary = validator.end(facts);
  return { summary, diagnostics, rules: diagnostics.map(({ rule }) => rule) };
}

const line = (source: string, more: JsonObject = {}): string => `${JSON.stringify({ source, ...more })}\n`;
const a = line('obs://b/a');
const b = line('obs://b/b');
const labelled = (source: string, name: string, more: JsonObject = {}): string =>
  line(source, { ...more, annotation: [{ type: 'modelarts/image_classification', name }] });

describe('lines', () => {
  it('EC-001 an empty file has no samples: M014 and no error', () => {
    const { summary, diagnostics } = validate('');
    expect(diagnostics).toEqual([
      { rule: 'M014', severity: 'warning', message: 'the file holds no samples', file: 'm.manifest' },
    ]);
    expect(summary).toMatchObject({
      samples: 0,
      errors: 0,
      warnings: 1,
      rules: { M014: 1 },
      truncated: false,
    });
  });

  it('EC-002 with and without the last line feed', () => {
    for (const data of [a, a.trimEnd()])
      expect(validate(data)).toMatchObject({ summary: { samples: 1 }, rules: [] });
  });

  it.each(['\n', '   \n', '\t\r\n'])(
    'EC-003 EC-004 a blank line %j is M005 and counts as a line',
    (blank) => {
      const { summary, diagnostics } = validate(`${a}${blank}${b}${line('ftp://x/y')}`);
      expect(summary.samples).toBe(3);
      expect(diagnostics.filter(({ rule }) => rule !== 'M007')).toMatchObject([
        { rule: 'M005', line: 2, severity: 'error', offset: a.length },
        { rule: 'M022', line: 4 },
      ]);
      expect(validate(`${a}${blank}`, { mode: 'lenient' }).summary.errors).toBe(0);
      expect(validate(`${a}${blank}`, { mode: 'lenient', profile: 'mindspore' }).diagnostics).toContainEqual(
        expect.objectContaining({ rule: 'M005', severity: 'error' }),
      );
    },
  );

  it('EC-005 CRLF is one M007 for the file', () => {
    const { summary, diagnostics } = validate(`${a}${b.trimEnd()}\r\n${line('obs://b/c').trimEnd()}\r\n`);
    expect(summary.samples).toBe(3);
    expect(diagnostics).toMatchObject([{ rule: 'M007', line: 2 }]);
  });

  it('EC-006 a BOM is M002, and the line starts after it', () => {
    const { summary, diagnostics } = validate(`\ufeff${line('ftp://x/y')}`);
    expect(summary.samples).toBe(1);
    expect(diagnostics).toMatchObject([
      { rule: 'M022', line: 1, offset: 3 },
      { rule: 'M002', line: 1 },
    ]);
    expect(validate(`\ufeff${a}`, { mode: 'lenient', profile: 'mindspore' }).diagnostics).toContainEqual(
      expect.objectContaining({ rule: 'M002', severity: 'error' }),
    );
  });

  it('EC-007 UTF-16 read as UTF-8 is M003 and no sample; read as UTF-16 it is fine', () => {
    const bytes = Buffer.from(`\ufeff${a}${b}`, 'utf16le');
    const { summary, rules } = validate(bytes);
    expect(summary.samples).toBe(0);
    expect(rules).toEqual(['M003']);
    expect(validate(bytes, { encoding: 'utf-16le' })).toMatchObject({ summary: { samples: 2 }, rules: [] });
  });

  it('M003 for a NUL byte in one line only', () => {
    const { summary, diagnostics } = validate(`${a}{"source":"x\0"}\n${b}`);
    expect(summary.samples).toBe(2);
    expect(diagnostics).toMatchObject([{ rule: 'M003', line: 2 }]);
  });

  it('EC-008 undecodable bytes are M001 with the line', () => {
    const bad = Buffer.concat([
      Buffer.from(`${a}{"source":"obs://b/`),
      Buffer.from([0xc3]),
      Buffer.from(`"}\n${b}`),
    ]);
    const { summary, diagnostics } = validate(bad);
    expect(summary.samples).toBe(2);
    expect(diagnostics).toMatchObject([{ rule: 'M001', line: 2, severity: 'error', offset: a.length }]);
    expect(JSON.stringify(diagnostics)).not.toContain('\ufffd');
  });

  it('EC-009 U+2028 and U+0085 do not split a line', () => {
    expect(validate('{"source":"obs://b/\u2028\u0085x"}\n')).toMatchObject({
      summary: { samples: 1 },
      rules: [],
    });
  });

  it('EC-013 EC-014 EC-017 broken JSON is M004 with a hint, the other lines are read', () => {
    const cases = [
      '{"source":"a"}{"source":"b"}',
      '{',
      '{"source":"a",}',
      "{'source':'a'}",
      '{"source":NaN}',
    ];
    for (const broken of cases) {
      const { summary, diagnostics } = validate(`${a}${broken}\n${b}`);
      expect(summary.samples).toBe(2);
      expect(diagnostics).toMatchObject([{ rule: 'M004', line: 2, severity: 'error' }]);
      expect(diagnostics[0]!.column).toBeGreaterThan(0);
      expect(diagnostics[0]!.hint).toBeTruthy();
    }
    const pretty = validate(`${JSON.stringify({ source: 'obs://b/a', id: 'x', usage: 'TRAIN' }, null, 1)}\n`);
    expect(pretty.rules).toEqual(['M004', 'M004', 'M004', 'M004', 'M004']);
    expect(pretty.summary.samples).toBe(0);
  });

  it('EC-015 a line that is no object is M006', () => {
    expect(validate('[]\n"x"\nnull\n3\n').rules).toEqual(['M006', 'M006', 'M006', 'M006']);
  });

  it('EC-016 a repeated member is M008 at its second name; the last value counts', () => {
    const { diagnostics } = validate('{"source":"obs://b/a","source":"ftp://x/b"}\n');
    expect(diagnostics).toMatchObject([
      { rule: 'M008', line: 1, column: 23, pointer: '/source' },
      { rule: 'M022', column: 32, source: 'ftp://x/b' },
    ]);
  });

  it('EC-018 GBK bytes read as GBK give the right label', () => {
    const gbk = Buffer.from([0xcf, 0xf2, 0xc8, 0xd5, 0xbf, 0xfb]);
    const [before, after] = labelled('obs://b/1.jpg', '@', { usage: 'TRAIN' }).split('@') as [string, string];
    const bytes = Buffer.concat([Buffer.from(before), gbk, Buffer.from(after)]);
    const { summary } = validate(bytes, { encoding: 'gbk' });
    expect([...summary.labels]).toEqual([['向日葵', 1]]);
    expect(validate(bytes).diagnostics).toMatchObject([
      { rule: 'M001', hint: expect.stringMatching(/gbk/i) },
    ]);
  });

  it('EC-020 a very long text is M012 once', () => {
    const { summary, rules, diagnostics } = validate(line(`content://${'x'.repeat(5_000_000)}`));
    expect(summary.samples).toBe(1);
    expect(rules).toEqual(['M012']);
    expect(diagnostics[0]!.source!.length).toBeLessThan(2_000);
  });

  it('a line above the limit is M004 and the next line is read', () => {
    const { summary, diagnostics } = validate(line(`content://${'x'.repeat(5_000)}`) + a, {
      maxLineBytes: 1_000,
    });
    expect(summary.samples).toBe(1);
    expect(diagnostics).toMatchObject([{ rule: 'M004', line: 1 }]);
  });

  it('EC-021 nesting 100,000 deep is a finding, not a crash', () => {
    const { rules } = validate(`{"source":"obs://b/a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`);
    expect(rules).toEqual(['M004']);
  });

  it('EC-030 {} is skipped and counted as a fault, not as an empty file', () => {
    const { summary, rules } = validate('{}\n');
    expect(summary.samples).toBe(0);
    expect(rules).toEqual(['M020']);
  });
});

describe('places', () => {
  it('give file, line, column, byte offset, pointer and source', () => {
    const text = '{"source":"obs://b/中.jpg","usage":"TRIAN"}';
    expect(validate(`${a}${text}\n`).diagnostics).toEqual([
      {
        rule: 'M027',
        severity: 'warning',
        message: 'usage is "TRIAN"',
        hint: 'did you mean TRAIN? known words are TRAIN, EVAL, TEST and INFERENCE',
        file: 'm.manifest',
        line: 2,
        column: text.indexOf('"TRIAN"') + 1,
        offset: a.length,
        pointer: '/usage',
        source: 'obs://b/中.jpg',
      },
    ]);
  });

  it('show the parent of what is missing', () => {
    const text = '{"source":"obs://b/1.jpg","annotation":[{"type":"modelarts/image_classification"}]}';
    expect(validate(`${text}\n`).diagnostics).toMatchObject([
      { rule: 'M053', pointer: '/annotation/0', column: text.indexOf('[') + 2 },
    ]);
  });

  it('EC-050 M009 once per key of the file, at the name', () => {
    const text = '{"source":"obs://b/1.jpg","inference_loc":"x"}';
    const other = '{"source":"obs://b/2.jpg","inference_loc":"x","source_type":"csv"}';
    expect(validate(`${text}\n${other}\n`).diagnostics).toMatchObject([
      { rule: 'M009', line: 1, column: text.indexOf('"inference_loc"') + 1 },
      { rule: 'M009', line: 2, pointer: '/source_type' },
      { rule: 'M026', line: 2 },
    ]);
  });

  it('M011 once per key, only when pedantic', () => {
    const data = line('obs://b/1', { usgae: 1 }) + line('obs://b/2', { usgae: 2, x: 1 });
    expect(validate(data).rules).toEqual([]);
    expect(validate(data, { pedantic: true }).diagnostics).toMatchObject([
      { rule: 'M011', line: 1, hint: 'did you mean "usage"?' },
      { rule: 'M011', line: 2, pointer: '/x' },
    ]);
  });
});

describe('what is handed on', () => {
  const faulty = line('ftp://x/1', { usage: 5 }).repeat(10);

  it('stops at maxDiagnostics but counts on', () => {
    const { summary, rules } = validate(faulty, { maxDiagnostics: 3, crossSample: false });
    expect(rules).toEqual(['M022', 'M028', 'M022']);
    expect(summary).toMatchObject({
      errors: 10,
      warnings: 10,
      rules: { M022: 10, M028: 10 },
      truncated: true,
    });
  });

  it.each<[Severity, string[]]>([
    ['warning', ['M022', 'M028']],
    ['error', ['M028']],
  ])('leaves out what is below %s', (minSeverity, expected) => {
    const { summary, rules } = validate(line('ftp://x/1', { usage: 5 }), { minSeverity });
    expect(rules).toEqual(expected);
    expect(summary).toMatchObject({ errors: 1, warnings: 1, truncated: false });
  });

  it('refuses a maxDiagnostics that is no number', () => {
    expect(() => new ManifestValidator({ ...defaults, maxDiagnostics: Number.NaN })).toThrow(OptionError);
  });
});

describe('the file as a whole', () => {
  const facts = (bytes: number): ContainerFacts => ({ finalNewline: true, bytes, lines: 1 });

  it('M013 above 5 GB', () => {
    const end = (bytes: number) => {
      const validator = new ManifestValidator(defaults);
      feed(validator, Buffer.from(a), {});
      return validator.end(facts(bytes)).rules;
    };
    expect(end(5 * 1024 ** 3)).toEqual({});
    expect(end(5 * 1024 ** 3 + 1)).toEqual({ M013: 1 });
  });

  it('M015 more than 10,000 labels, for texts but not for images', () => {
    const lines = (source: (i: number) => string, type: string) =>
      Array.from({ length: 10_001 }, (_, i) =>
        line(source(i), { usage: 'TRAIN', annotation: [{ type, name: `label-${i}` }] }),
      ).join('');
    const texts = validate(lines((i) => `content://text ${i}`, 'modelarts/text_classification'));
    expect(texts.diagnostics).toMatchObject([
      { rule: 'M015', message: expect.stringContaining('10001 labels') },
    ]);
    expect(validate(lines((i) => `obs://b/${i}.jpg`, 'modelarts/image_classification')).rules).toEqual([]);
  });

  it('M140 names the labelling types where the second one begins', () => {
    const detection = line('obs://b/2.jpg', {
      usage: 'TRAIN',
      annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': 'a.xml' }],
    });
    const data = labelled('obs://b/1.jpg', 'x', { usage: 'TRAIN' }) + detection;
    expect(validate(data).diagnostics).toMatchObject([{ rule: 'M140', line: 2, severity: 'warning' }]);
    expect(validate(data, { profile: 'modelarts-import' }).diagnostics).toMatchObject([
      { rule: 'M140', severity: 'error' },
    ]);
  });

  it('M140 counts entities with relations as one type, and frames as video', () => {
    const entity = {
      type: 'modelarts/text_entity',
      name: 'p',
      id: 'E1',
      property: { '@modelarts:start_index': 0, '@modelarts:end_index': 1 },
    };
    const relation = {
      type: 'modelarts/text_triplet',
      name: 'r',
      id: 'R1',
      property: { '@modelarts:from': 'E1', '@modelarts:to': 'E1' },
    };
    const triplets = line('content://ab', { usage: 'TRAIN', annotation: [entity, relation] });
    expect(validate(triplets + line('content://ac', { usage: 'TRAIN', annotation: [entity] })).rules).toEqual(
      ['M103'],
    );
    const property = {
      '@modelarts:parent_source': 'obs://b/v.mp4',
      '@modelarts:parent_duration': 8,
      '@modelarts:time_in_video': 1,
    };
    const annotation = [{ type: 'modelarts/object_detection', 'annotation-loc': 'a.xml' }];
    const frame = line('obs://b/v.jpg', { property, annotation });
    const image = line('obs://b/w.jpg', { annotation });
    const { summary, rules } = validate(frame + image);
    expect(rules).toEqual(['M140']);
    expect([...summary.tasks]).toEqual([
      ['object_detection', 1],
      ['video', 1],
    ]);
  });

  it('EC-052 M142 and M143, naming the first line; M141 for ids', () => {
    const data = `${line('obs://b/1.jpg', { usage: 'TRAIN', id: 'x' })}${b}${line('obs://b/1.jpg', { usage: 'test', id: 'x' })}`;
    const { diagnostics } = validate(data);
    expect(diagnostics.map(({ rule, line: at, column, message }) => [rule, at, column, message])).toEqual([
      ['M141', 3, 47, 'the id of this sample is that of an earlier one, on line 1'],
      ['M142', 3, 11, 'the source of this sample is that of an earlier one, on line 1'],
      ['M143', 3, 35, 'the source of this sample occurs under another usage, on line 1'],
    ]);
    expect(diagnostics[2]).toMatchObject({
      offset: Buffer.byteLength(data.slice(0, data.lastIndexOf('{'))),
      pointer: '/usage',
      source: 'obs://b/1.jpg',
    });
    expect(validate(data, { crossSample: false }).rules).toEqual([]);
    expect(validate(a + a).rules).toEqual(['M142']);
    expect(
      validate(line('obs://b/a', { usage: 'TRAIN' }) + line('obs://b/a', { usage: 'train' })).rules,
    ).toEqual(['M142']);
  });

  it('EC-112 M144 when an unsplit file cannot be split', () => {
    const many = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => labelled(`obs://b/${name}-${i}.jpg`, name)).join('');
    expect(validate(many('cat', 5)).rules).toEqual([]);
    expect(validate(many('cat', 5) + many('dog', 4)).diagnostics).toMatchObject([
      { rule: 'M144', message: '1 label is on fewer than 5 samples: "dog"' },
    ]);
    const both = ['cat', 'dog'].map((name) => ({ type: 'modelarts/image_classification', name }));
    const multi = many('cat', 5) + many('dog', 5) + line('obs://b/m.jpg', { annotation: both });
    expect(validate(multi).rules).toEqual(['M144']);
    expect(validate(multi + line('obs://b/n.jpg', { annotation: both })).rules).toEqual([]);
    expect(validate(labelled('obs://b/1.jpg', 'cat', { usage: 'TRAIN' })).rules).toEqual([]);
  });

  it('M145 for labels that look alike, once per group', () => {
    const names = ['cat', 'Cat', 'dog', 'ｃａｔ', 'é', 'e\u0301', 'bird'];
    const data = names.map((name, i) => labelled(`obs://b/${i}.jpg`, name, { usage: 'TRAIN' })).join('');
    expect(validate(data).diagnostics).toMatchObject([
      {
        rule: 'M145',
        line: 2,
        message: 'labels differ only in case, width or normalisation: "cat", "Cat", "ｃａｔ"',
      },
      { rule: 'M145', line: 6 },
    ]);
  });

  it('sums up samples, annotations, labels, tasks and usages', () => {
    const data =
      labelled('obs://b/1.jpg', 'cat', { usage: 'train' }) +
      labelled('obs://b/2.jpg', 'dog', { usage: 'EVAL' }) +
      labelled('obs://b/3.jpg', 'cat', { usage: 'mine' }) +
      a;
    const { summary } = validate(data);
    expect(summary).toMatchObject({
      samples: 4,
      annotations: 3,
      errors: 0,
      warnings: 1,
      infos: 0,
      rules: { M027: 1 },
    });
    expect([...summary.labels]).toEqual([
      ['cat', 2],
      ['dog', 1],
    ]);
    expect([...summary.tasks]).toEqual([['image_classification', 3]]);
    expect([...summary.usages]).toEqual([
      ['TRAIN', 1],
      ['EVAL', 1],
      ['mine', 1],
    ]);
  });
});

describe('profile mindspore', () => {
  it('EC-250 a detection manifest is M152 for each annotation', () => {
    const annotation = ['a.xml', 'b.xml'].map((loc) => ({
      type: 'modelarts/object_detection',
      'annotation-loc': loc,
    }));
    const { summary } = validate(line('/d/1.jpg', { usage: 'train', annotation }), { profile: 'mindspore' });
    expect(summary.rules).toMatchObject({ M152: 2 });
  });

  it('EC-251 M150 for obs://, M153 for usage test, an error for a blank line', () => {
    const data = `${labelled('obs://b/1.jpg', 'a', { usage: 'test' })}\n`;
    const { diagnostics } = validate(data, { profile: 'mindspore', mode: 'lenient' });
    expect(diagnostics.map(({ rule, severity }) => `${rule}:${severity}`)).toEqual([
      'M150:error',
      'M153:warning',
      'M005:error',
    ]);
  });
});

describe('rules about the files that a line points at', () => {
  const sample = line('obs://b/x/1.jpg', {
    usage: 'TRAIN',
    annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': 'a.xml' }],
  });
  const pointer = '/annotation/0/annotation-loc';

  it.each<[string, string, (out: Reporter) => void]>([
    [
      'M082',
      'the file "a.xml" cannot be read: no such file',
      (out) => reportUnreadableXml('a.xml', 'no such file', pointer, out),
    ],
    [
      'M083',
      'the file "a.xml" has V070: bndbox is empty and 1 more',
      (out) => {
        const fault: Diagnostic = {
          rule: 'V070',
          severity: 'error',
          message: 'bndbox is empty',
          file: 'a.xml',
        };
        reportFaultyXml('a.xml', [fault, fault], pointer, out);
      },
    ],
    [
      'M084',
      'the XML is about "2.jpg", the source is "1.jpg"',
      (out) => checkXmlFileName('2.jpg', 'obs://b/x/1.jpg', pointer, out),
    ],
  ])('%s', (rule, message, report) => {
    const { diagnostics } = validate(sample, {
      checkFiles: (value, out) => {
        expect(value['usage']).toBe('TRAIN');
        report(out);
      },
    });
    expect(diagnostics).toMatchObject([
      { rule, message, pointer, line: 1, column: sample.indexOf('"a.xml"') + 1 },
    ]);
  });

  it('M084 is silent about the same name in another folder, and about an XML without filename', () => {
    const { rules } = validate(sample, {
      checkFiles: (_, out) => {
        checkXmlFileName('folder\\1.jpg', 'obs://b/x/1.jpg', pointer, out);
        checkXmlFileName(undefined, 'obs://b/x/1.jpg', pointer, out);
        reportFaultyXml('a.xml', [], pointer, out);
      },
    });
    expect(rules).toEqual([]);
  });

  it.each<[string, number[], number]>([
    ['JPEG', [0xff, 0xd8, 0xff], 0],
    ['PNG', [0x89, 0x50, 0x4e], 0],
    ['GIF', [0x47, 0x49, 0x46], 0],
    ['BMP', [0x42, 0x4d, 0x00], 0],
    ['WebP', [0x52, 0x49, 0x46], 1],
    ['an empty file', [], 1],
  ])('M154 under mindspore: %s', (_, head, count) => {
    const options: Options = {
      checkFiles: (value, out) => checkImageMagic(Uint8Array.from(head), value['source']!, out),
    };
    expect(validate(sample, { ...options, profile: 'mindspore' }).summary.rules['M154'] ?? 0).toBe(count);
    expect(validate(sample, options).rules).toEqual([]);
  });
});

describe('in parts', () => {
  /** A file with repeated sources, ids and keys, faults of all kinds, and now and then a blank line. */
  function randomFile(random: Random): Buffer {
    const lines: Buffer[] = [];
    const count = random.below(60);
    for (let i = 0; i < count; i++) {
      const sample = randomSample(random, random.below(25), random.chance(0.3));
      if (random.chance(0.3)) mutateValue(random, sample);
      if (random.chance(0.1)) sample[random.pick(['inference_loc', 'source_type', 'mine', 'other'])] = 'csv';
      let bytes = Buffer.from(JSON.stringify(sample));
      if (random.chance(0.1)) bytes = mutateBytes(random, bytes);
      if (random.chance(0.05)) bytes = Buffer.from(' ');
      if (random.chance(0.05)) bytes = Buffer.concat([bytes, Buffer.from('\r')]);
      lines.push(bytes);
    }
    const bytes = Buffer.concat(lines.flatMap((part) => [part, Buffer.from('\n')]));
    return random.chance(0.2) ? Buffer.concat([Buffer.from('\ufeff'), bytes]) : bytes;
  }

  /** Offsets right after line feeds, in order. */
  function randomCuts(random: Random, bytes: Buffer): number[] {
    const starts: number[] = [];
    for (let at = bytes.indexOf(10) + 1; at > 0 && at < bytes.length; at = bytes.indexOf(10, at) + 1)
      starts.push(at);
    return starts.filter(() => random.chance(0.15));
  }

  it('no part at all is an empty file', () => {
    expect(new ManifestMerger(defaults).end().rules).toEqual({ M014: 1 });
  });

  it('give the summary and diagnostics of one pass, wherever the file is cut and whoever checks a part', () => {
    const random = randomFor(1);
    for (let round = 0; round < 400; round++) {
      const bytes = randomFile(random);
      const options: Options = {
        mode: random.pick(['strict', 'lenient']),
        profile: random.pick(['generic', 'modelarts-import', 'mindspore']),
        pedantic: random.chance(0.3),
        crossSample: random.chance(0.9),
        maxDiagnostics: random.pick([0, 1, 5, 20, 1000]),
        minSeverity: random.pick<Severity>(['info', 'warning', 'error']),
        expectedSamples: random.pick([0, 1_000_000]),
      };
      const single = validate(bytes, options);
      const cuts = [0, ...randomCuts(random, bytes), bytes.length];
      const validators = [0, 1].map(() => new ManifestValidator({ ...defaults, ...options, shard: true }));
      const diagnostics: Diagnostic[] = [];
      const merger = new ManifestMerger({
        ...defaults,
        ...options,
        onDiagnostic: (d) => {
          if (!isRepeat(d)) return diagnostics.push(d);
          const end = bytes.indexOf('\n', d.offset);
          return diagnostics.push(locateRepeat(d, bytes.toString('utf8', d.offset, end)));
        },
      });
      for (let i = 0; i + 1 < cuts.length; i++) {
        const validator = random.pick(validators);
        const facts = feed(validator, bytes.subarray(cuts[i]!, cuts[i + 1]!), options, cuts[i]!);
        merger.add(structuredClone(validator.takeState(facts)));
      }
      expect(merger.end()).toEqual(single.summary);
      expect(diagnostics).toEqual(single.diagnostics);
    }
  });
});
