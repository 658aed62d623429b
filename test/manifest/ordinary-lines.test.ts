import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ManifestAnnotation, ManifestSample } from '../../src/manifest/index.js';
import { manifestBatches, parseManifestLine } from '../../src/manifest/index.js';
import { lineScanner, newOwner } from '../../src/manifest/line-scanner.js';
import { randomFor } from '../support/random.js';
import { mutateBytes, mutateValue, randomSample } from './rules/random-lines.js';

const scanner = lineScanner()!;

function accepts(line: string | Uint8Array): boolean {
  const bytes = Buffer.from(line as string);
  return scanner.accepts(newOwner(), bytes, 0, bytes.length);
}

/** The sample that the full path reads. */
function parsed(text: string): ManifestSample | undefined {
  return parseManifestLine(text, { check: 'faults', file: 'f', offset: 0 }).sample;
}

async function read(bytes: Uint8Array): Promise<(ManifestSample | undefined)[]> {
  const rows: (ManifestSample | undefined)[] = [];
  for await (const batch of manifestBatches([bytes])) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(batch.sample(row));
  }
  return rows;
}

const annotationGetters = [
  'name',
  'type',
  'task',
  'loc',
  'isInlineXml',
  'confidence',
  'id',
  'format',
  'hard',
  'hardCoefficient',
  'hardReasons',
  'annotatedBy',
  'creationTime',
  'startIndex',
  'endIndex',
  'from',
  'to',
  'content',
  'startTime',
  'endTime',
  'speaker',
  'memberNames',
  'index',
  'touched',
  'property',
  'locMap',
] as const satisfies readonly (keyof ManifestAnnotation)[];
const sampleGetters = [
  'source',
  'usage',
  'contentText',
  'id',
  'sampleType',
  'sourceType',
  'inferenceLoc',
  'hard',
  'hardCoefficient',
  'hardReasons',
  'parentSource',
  'parentDuration',
  'timeInVideo',
  'hasAnnotationKey',
  'memberNames',
  'text',
  'touched',
  'property',
  'schema',
  'sourceMap',
  'value',
] as const satisfies readonly (keyof ManifestSample)[];

/** Everything that getters say, in an order that `first` begins: what is asked first must not matter. */
function view(sample: ManifestSample, annotationsFirst: boolean): unknown {
  const annotations = () =>
    sample.annotations.map((annotation) => annotationGetters.map((name) => annotation[name]));
  const own = () => sampleGetters.map((name) => sample[name]);
  return annotationsFirst ? [annotations(), own()].reverse() : [own(), annotations()];
}

/** What is read without parsing. */
function found(sample: ManifestSample): unknown {
  return [
    sample.source,
    sample.usage,
    sample.touched,
    sample.annotations.map(({ name, type, loc, confidence, task }) => [name, type, loc, confidence, task]),
  ];
}

function edit(random: number, sample: ManifestSample): void {
  const [first, second] = sample.annotations;
  switch (random % 9) {
    case 0:
      sample.usage = 'test';
      break;
    case 1:
      sample.source = 'obs://b/new.jpg';
      break;
    case 2:
      if (first !== undefined) first.name = 'new "name"';
      break;
    case 3:
      if (second !== undefined) second.confidence = 0.25;
      sample.setMember('extra', [1]);
      break;
    case 4:
      sample.annotations = second === undefined ? [] : [second, { name: 'added', type: 'modelarts/x' }];
      break;
    case 5:
      sample.annotations = [...sample.annotations].reverse();
      break;
    case 6:
      if (first !== undefined) first.setProperty('k', 1);
      sample.setProperty('k', 'v');
      break;
    case 7:
      if (first !== undefined) sample.annotations = [first.copy(), first];
      break;
    default:
      if (first !== undefined) first.loc = undefined;
      sample.usage = undefined;
  }
}

describe('the scanner of ordinary lines', () => {
  it('reads what the full path reads, before and after edits (mutated lines)', async () => {
    const random = randomFor(1);
    const lines: Buffer[] = [];
    while (lines.length < 110_000) {
      const sample = randomSample(random, lines.length & 1023, random.chance(0.3));
      const changes = random.below(3);
      for (let k = 0; k < changes; k++) mutateValue(random, sample);
      let line = Buffer.from(
        random.chance(0.2) ? JSON.stringify(sample, null, 1).replaceAll('\n', ' ') : JSON.stringify(sample),
      );
      const cuts = random.chance(0.5) ? random.below(3) : 0;
      for (let k = 0; k < cuts; k++) line = Buffer.from(mutateBytes(random, line));
      if (line.length > 0 && isUtf8(line) && !line.includes(10) && !line.includes(0) && line.at(-1) !== 13)
        lines.push(line);
    }
    lines[0] = Buffer.from(lines[0]!.toString().replace(/^\ufeff/, ''));
    let ordinary = 0;
    for (let done = 0; done < lines.length; done += 5000) {
      const some = lines.slice(done, done + 5000);
      const rows = await read(Buffer.concat(some.flatMap((line) => [line, Buffer.from('\n')])));
      expect(rows.length).toBe(some.length);
      for (let i = 0; i < some.length; i++) {
        const text = some[i]!.toString();
        const fast = rows[i];
        const full = parsed(text);
        if (fast === undefined || full === undefined) {
          expect(fast === undefined, text).toBe(full === undefined || text.startsWith('\ufeff'));
          expect(fast !== undefined || !accepts(text), text).toBe(true);
          continue;
        }
        if (accepts(text)) ordinary++;
        expect(fast.text).toBe(text);
        expect(found(fast), text).toEqual(found(full));
        if (i % 3 === 0) {
          edit(i, fast);
          edit(i, full);
          expect(fast.currentText(), text).toBe(full.currentText());
        }
        if (i % 4 === 0) expect(view(fast, i % 8 === 0), text).toEqual(view(full, i % 8 === 0));
        expect(fast.currentText(), text).toBe(full.currentText());
      }
    }
    expect(ordinary).toBeGreaterThan(40_000);
  });

  const plain = '{"source":"obs://b/1.jpg","usage":"TRAIN","annotation":[{"name":"cat","type":"t"}]}';
  const withAnnotation = (members: string) => `{"source":"x","annotation":[{${members}}]}`;
  const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)},"source":"x"}`;
  it.each<[string, string, boolean]>([
    ['plain', plain, true],
    ['blanks between tokens', plain.replaceAll(/(?<=")[:,](?=")|[{}[\]]/g, ' \t$&\r '), true],
    ['a blank at the end', `${plain}  `, true],
    ['members of no field', plain.replace('{', '{"a":{"b":[1,-2.5e+7,true,null,{}]},"c":false,'), true],
    ['an own member of an odd name', plain.replace('{', '{"__proto__":1,"":2,'), true],
    ['escapes in values', plain.replace('cat', '\\"\\u00e9\\ud800').replace('1.jpg', '\\/'), true],
    ['null for optional fields', '{"source":"x","usage":null,"annotation":null}', true],
    [
      'null in an annotation',
      withAnnotation('"name":null,"type":null,"annotation-loc":null,"confidence":null'),
      true,
    ],
    ['an annotation of nothing', withAnnotation(''), true],
    ['nesting that is followed', nested(50), true],
    ['deep nesting', nested(70), false],
    ['no source', '{"usage":"TRAIN"}', false],
    ['an empty source', '{"source":""}', false],
    ['an empty object', '{}', false],
    ['nothing', '', false],
    ['an array', '[{"source":"x"}]', false],
    ['a second value', plain + plain, false],
    ['an end too early', plain.slice(0, -1), false],
    ['a comma too many', plain.replace('}]', ',}]'), false],
    ['an escape in a key', plain.replace('usage', 'us\\u0061ge'), false],
    ['a repeated field', plain.replace('{', '{"usage":"EVAL",'), false],
    ['a repeated field of an annotation', withAnnotation('"name":"a","name":"b"'), false],
    ['another spelling of the list', plain.replace('annotation"', 'annotations"'), false],
    ['another spelling of a field', withAnnotation('"annotation_loc":"a.xml"'), false],
    ['a name that is no text', withAnnotation('"name":7'), false],
    ['a confidence that is no number', withAnnotation('"confidence":"0.5"'), false],
    ['an element that is no object', '{"source":"x","annotation":[null]}', false],
    ['a raw control character', plain.replace('cat', 'c\u0001t'), false],
    ['an unknown escape', plain.replace('cat', 'c\\at'), false],
    ['half an escape', plain.replace('cat', 'c\\u12x4'), false],
    ['a leading zero', plain.replace('{', '{"a":01,'), false],
    ['a lone minus', plain.replace('{', '{"a":-,'), false],
    ['a point without digits', plain.replace('{', '{"a":1.,'), false],
    ['an exponent without digits', plain.replace('{', '{"a":1e+,'), false],
    ['a plus', plain.replace('{', '{"a":+1,'), false],
    ['a wrong word', plain.replace('{', '{"a":nule,'), false],
    ['another white space', `\u000b${plain}`, false],
    ['brackets that do not match', plain.replace('{', '{"a":[1},'), false],
  ])('%s', (_, line, accepted) => {
    expect(accepts(line)).toBe(accepted);
    if (accepted) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('reads every form of number as JSON.parse does', async () => {
    const numbers = [
      '0',
      '1',
      '0.5',
      '0.123456789012345',
      '0.1234567890123456',
      '123456789012345678',
      '-0',
      '-0.25',
    ];
    numbers.push(
      '1e-7',
      '1E+2',
      '0.1e1',
      '5e-324',
      '1e309',
      '999999999999999',
      '9007199254740993',
      '0.30000000000000004',
    );
    for (let i = 0; i < 2000; i++) numbers.push(String(i / 1000), (i / 7).toFixed(i % 17));
    const lines = numbers.map((number) => withAnnotation(`"confidence":${number}`));
    const rows = await read(Buffer.from(lines.join('\n')));
    rows.forEach((sample, i) => {
      expect(accepts(lines[i]!)).toBe(true);
      const value: number = JSON.parse(numbers[i]!);
      expect(sample!.annotations[0]!.confidence, numbers[i]).toBe(Number.isFinite(value) ? value : undefined);
    });
  });

  it('tells apart more strings than it remembers, of every length, also when a line is refused on the way', async () => {
    const lines: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      const name = i % 3 === 0 ? 'n'.repeat(i % 60) : `${i % 5000}${'é'.repeat(i % 31)}`;
      lines.push(withAnnotation(`"name":"${name}","type":"t${i % 4000}"`));
      if (i % 7 === 0)
        lines.push(withAnnotation(`"name":"new ${i}","type":7`), withAnnotation(`"name":"new ${i}"`));
    }
    const rows = await read(Buffer.from(lines.join('\n')));
    lines.forEach((line, i) => {
      expect(rows[i]!.annotations[0]!.name).toBe(JSON.parse(line).annotation[0].name);
    });
  });

  it('looks at lines of several batches in turn, anywhere in large ones', () => {
    const line = Buffer.from(`${plain}\n`);
    const large = [1, 2].map((n) =>
      Buffer.concat(
        Array.from({ length: 6000 }, (_, i) => Buffer.from(`${plain.replace('cat', `cat ${n * i}`)}\n`)),
      ),
    );
    const owners = [newOwner(), newOwner()];
    for (let at = 0, k = 0; k < 6000; k += 131) {
      for (const n of [0, 1]) {
        const bytes = large[n]!;
        at = 0;
        for (let i = 0; i < k; i++) at = bytes.indexOf(10, at) + 1;
        expect(scanner.scan(owners[n]!, bytes, at, bytes.indexOf(10, at))).toBe(1);
        expect(scanner.name(0)).toBe(`cat ${(n + 1) * k}`);
        expect(scanner.source).toBe('obs://b/1.jpg');
      }
    }
    expect(accepts(line.subarray(0, -1))).toBe(true);
  });

  it('refuses lines that are too long or have too many annotations', () => {
    expect(accepts(plain.replace('cat', 'c'.repeat(100_000)))).toBe(true);
    expect(accepts(plain.replace('cat', 'c'.repeat(140_000)))).toBe(false);
    expect(accepts(`{"source":"x","annotation":[${'{},'.repeat(4095)}{}]}`)).toBe(true);
    expect(accepts(`{"source":"x","annotation":[${'{},'.repeat(4096)}{}]}`)).toBe(false);
  });

  it('never looks beyond the line', () => {
    const bytes = Buffer.from(`${plain.slice(0, -2)}]}"}]}`);
    for (let end = 0; end <= bytes.length; end++) {
      let valid = true;
      try {
        JSON.parse(bytes.toString('utf8', 0, end));
      } catch {
        valid = false;
      }
      expect(scanner.accepts(newOwner(), bytes, 0, end), String(end)).toBe(valid);
    }
  });

  it('is what its source compiles to', () => {
    const script = fileURLToPath(new URL('../../scripts/build-wasm.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});
