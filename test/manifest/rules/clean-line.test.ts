import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { CleanLineScanner } from '../../../src/manifest/rules/clean-line.js';
import { LabelTally } from '../../../src/manifest/rules/label-tally.js';
import { LineCheck } from '../../../src/manifest/rules/line-check.js';
import { SampleFacts } from '../../../src/manifest/rules/sample-facts.js';
import { SampleRecords } from '../../../src/manifest/rules/sample-records.js';
import { isJsonObject, type JsonValue } from '../../../src/model/index.js';
import { duplicateKeys } from '../../../src/text/index.js';
import { type Random, randomFor } from '../../support/random.js';
import { mutateBytes, mutateValue, randomSample } from './random-lines.js';

class Lane {
  readonly rules: string[] = [];
  readonly facts = new SampleFacts();
  readonly check = new LineCheck({ mode: 'strict', profile: 'modelarts-import' }, ({ rule }) =>
    this.rules.push(rule),
  );
  readonly tally = new LabelTally();
  readonly scanner = new CleanLineScanner(this.check.names, this.tally);

  /** The scanner's verdict on a line with other bytes around it. */
  scan(line: Buffer): boolean {
    const bytes = Buffer.concat([Buffer.from('x\n'), line, Buffer.from('\n"more","more":0000000000')]);
    this.scanner.attach(bytes);
    return this.scanner.scan(2, 2 + line.length);
  }

  /** What the full rules say; the facts are then in {@link facts}. */
  fullRules(line: Buffer): string[] {
    this.rules.length = 0;
    let value: JsonValue;
    try {
      value = JSON.parse(line.toString()) as JsonValue;
    } catch {
      return ['M004'];
    }
    if (!isJsonObject(value)) return ['M006'];
    this.rules.push(...duplicateKeys(line.toString()).map(() => 'M008'));
    this.check.check(value, this.facts);
    return this.rules;
  }

  /** Fails unless the scanner and the full rules agree on the facts of a line that both find clean. */
  compareFacts(line: Buffer): void {
    const { scanner, facts } = this;
    const tally = new LabelTally();
    const cleanTally = new LabelTally();
    tally.addSample(facts.labels, 1);
    Object.assign(scanner, { tally: cleanTally });
    scanner['cache'].tallyIds.fill(-1);
    scanner.countLabels(1);
    const full = new SampleRecords();
    const fast = new SampleRecords();
    full.addSample(facts, 7, 99);
    scanner.record(fast, 7, 99);
    const seen = {
      accepted: true,
      source: scanner.source,
      annotations: scanner.annotations,
      tasks: scanner.tasks,
      usageTag: scanner.usageTag,
      hashes: [...fast.hashes.subarray(0, 4), fast.tags[0]],
      labels: cleanTally.takeState(),
    };
    const { accepted, source, annotations, tasks, usageTag } = facts;
    const expected = {
      accepted,
      source,
      annotations,
      tasks,
      usageTag,
      hashes: [...full.hashes.subarray(0, 4), full.tags[0]],
      labels: tally.takeState(),
    };
    expect(seen, line.toString()).toEqual(expected);
  }
}

function toLine(sample: unknown, random: Random): Buffer {
  const text = JSON.stringify(sample);
  return Buffer.from(random.chance(0.2) ? text.replaceAll('":', '": ').replaceAll(',"', ', "') : text);
}

describe('the clean-line scanner', () => {
  it('recognises nearly all ordinary lines', () => {
    const lane = new Lane();
    const random = randomFor(1);
    let recognised = 0;
    for (let i = 0; i < 2_000; i++) {
      const line = toLine(randomSample(random, i, false), random);
      expect(lane.fullRules(line), line.toString()).toEqual([]);
      if (lane.scan(line)) {
        recognised++;
        if (i % 10 === 0) lane.compareFacts(line);
      }
    }
    expect(recognised).toBeGreaterThan(1_900);
  });

  it('never passes a line that the full rules fault, and reads the same facts (mutated lines)', () => {
    const lane = new Lane();
    const random = randomFor(2);
    let recognised = 0;
    for (let i = 0; i < 150_000; i++) {
      const sample = randomSample(random, i & 1023, random.chance(0.3));
      const changes = random.below(3);
      for (let k = 0; k < changes; k++) mutateValue(random, sample);
      let line = toLine(sample, random);
      const cuts = changes === 0 || random.chance(0.3) ? 1 + random.below(2) : 0;
      for (let k = 0; k < cuts; k++) line = mutateBytes(random, line);
      if (line.length === 0 || !isUtf8(line) || line.includes(10) || !lane.scan(line)) continue;
      recognised++;
      const rules = lane.fullRules(line);
      if (rules.length > 0) expect(rules, line.toString()).toEqual(lane.scanner.isLocal ? ['M023'] : []);
      else expect(lane.scanner.isLocal).toBe(false);
      lane.compareFacts(line);
    }
    expect(recognised).toBeGreaterThan(10_000);
  });

  const clean = '{"source":"obs://b/1.jpg","usage":"TRAIN"}';
  it.each<[string, string, boolean]>([
    ['plain', clean, true],
    ['blanks after separators', clean.replaceAll(':', ': ').replace('obs: ', 'obs:'), true],
    ['a blank at the end', `${clean} `, false],
    ['a second object', clean + clean, false],
    ['an escape in a key', clean.replace('usage', 'us\\u0061ge'), false],
    ['a repeated key', clean.replace('}', ',"usage":"TRAIN"}'), false],
    ['a repeated property', clean.replace('}', ',"property":{"a":1,"a":1}}'), false],
    ['a raw control character', clean.replace('1.jpg', '1\t.jpg'), false],
    ['a leading zero', clean.replace('}', ',"property":{"a":01}}'), false],
    ['a lone minus', clean.replace('}', ',"property":{"a":-}}'), false],
    ['a point without digits', clean.replace('}', ',"property":{"a":1.}}'), false],
    ['a negative number', clean.replace('}', ',"property":{"a":-1.50}}'), true],
    ['a local source', clean.replace('obs://b/', ''), true],
    ['a drive', clean.replace('obs://b/', 'C:/'), false],
    ['an extension in capitals', clean.replace('jpg', 'JPG'), true],
    ['no key after the bucket', clean.replace('1.jpg', ''), false],
    ['a blank text', '{"source":"content:// "}', false],
    ['a text', '{"source":"content://中 \\"x\\""}', true],
    ['nothing', '', false],
  ])('%s', (_, line, verdict) => {
    expect(new Lane().scan(Buffer.from(line))).toBe(verdict);
  });

  it('looks at lines without room behind them, and at the next bytes as well', () => {
    const lane = new Lane();
    expect(lane.fullRules(Buffer.from(clean))).toEqual([]);
    for (const text of [clean, `${clean}\n${clean}`, clean]) {
      // Memory of its own: nothing before and nothing behind.
      const bytes = Buffer.allocUnsafeSlow(text.length);
      bytes.write(text);
      lane.scanner.attach(bytes);
      for (let end = clean.length; end <= bytes.length; end += clean.length + 1) {
        const start = end - clean.length;
        expect(lane.scanner.scan(start, end)).toBe(true);
        lane.compareFacts(Buffer.from(clean));
        expect(lane.scanner.scan(start, end - 1)).toBe(false);
        expect(lane.scanner.scan(start + 1, end)).toBe(false);
      }
    }
  });
});
