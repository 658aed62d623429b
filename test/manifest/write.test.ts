import { describe, expect, it } from 'vitest';
import { formatSample, formatSamples, ManifestSample, parseManifestLine } from '../../src/manifest/index.js';
import { OptionError } from '../../src/model/index.js';

function canonical(line: string, hardAs?: 'boolean' | 'string'): string {
  const { sample } = parseManifestLine(line, { check: 'faults' });
  return formatSample(sample!, { canonical: true, ...(hardAs === undefined ? {} : { hardAs }) });
}

describe('new samples', () => {
  const full = new ManifestSample({
    property: { 'z key': 1, a: [null, { b: '中' }] },
    annotations: [
      {
        creationTime: '2024-02-29 08:22:51',
        annotatedBy: 'human',
        property: { k: 'v' },
        locMap: { m: 1 },
        hardReasons: '1-2',
        hardCoefficient: 0.25,
        hard: true,
        confidence: 1,
        format: 'PASCAL VOC',
        id: 'E1',
        type: 'modelarts/object_detection',
        loc: 'obs://b/1.xml',
        name: '向日葵',
      },
    ],
    inferenceLoc: 'obs://b/r.json',
    sourceMap: ['s'],
    hardReasons: '3-20',
    hardCoefficient: 0,
    hard: false,
    usage: 'train',
    sampleType: 0,
    sourceType: 'csv',
    source: 'obs://b/1.jpg',
    id: 'i1',
  });
  const golden =
    '{"id":"i1","source":"obs://b/1.jpg","source-type":"csv","sample-type":0,"usage":"TRAIN","hard":false,"hard-coefficient":0,"hard-reasons":"3-20","source-map":["s"],"property":{"z key":1,"a":[null,{"b":"中"}]},"inference-loc":"obs://b/r.json","annotation":[{"name":"向日葵","annotation-loc":"obs://b/1.xml","type":"modelarts/object_detection","id":"E1","annotation-format":"PASCAL VOC","confidence":1,"hard":true,"hard-coefficient":0.25,"hard-reasons":"1-2","annotation-loc-map":{"m":1},"property":{"k":"v"},"annotated-by":"human","creation-time":"2024-02-29 08:22:51"}]}';

  it('are written in canonical order', () => {
    expect(formatSample(full)).toBe(golden);
    expect(formatSample(full, { canonical: true })).toBe(golden);
    expect(canonical(golden)).toBe(golden);
  });

  it('have their flags as strings on request', () => {
    const strings = golden.replace('"hard":false', '"hard":"false"').replace('"hard":true', '"hard":"true"');
    expect(formatSample(full, { hardAs: 'string' })).toBe(strings);
  });

  it('keep that order when changed', () => {
    const sample = new ManifestSample({ source: 'a', annotations: [{ name: 'x' }] });
    sample.setMember('unknown', 1);
    sample.usage = 'test';
    sample.id = '7';
    sample.annotations[0]!.setMember('odd', 2);
    sample.annotations[0]!.loc = 'x.xml';
    expect(formatSample(sample)).toBe(
      '{"id":"7","source":"a","usage":"TEST","unknown":1,"annotation":[{"name":"x","annotation-loc":"x.xml","odd":2}]}',
    );
  });

  it('have nothing that was not given', () => {
    expect(formatSample(new ManifestSample({ source: 'a' }))).toBe('{"source":"a"}');
    expect(formatSample({ source: 'a', annotations: [] })).toBe('{"source":"a","annotation":[]}');
    expect(formatSample({ source: 'a', annotations: [{ name: 'x', type: 't' }] })).toBe(
      '{"source":"a","annotation":[{"name":"x","type":"t"}]}',
    );
  });

  it('need a source', () => {
    expect(() => formatSample(new ManifestSample({ source: '' }))).toThrow(OptionError);
    const { sample } = parseManifestLine('{"source":"a"}');
    sample!.source = '';
    expect(() => formatSample(sample!)).toThrow(OptionError);
  });

  it.each([
    ['EC-101: quotes and backslash', 'a"b\\c', '"a\\"b\\\\c"'],
    ['EC-101: a control character', '\u0007', '"\\u0007"'],
    ['EC-101: an emoji', '😀', '"😀"'],
    ['EC-101: a lone surrogate', 'x\ud800y', '"x\\ud800y"'],
    ['separators', '\u0085\u2028\u2029', '"\\u0085\\u2028\\u2029"'],
  ])('%s', (_, name, json) => {
    const text = formatSample(new ManifestSample({ source: 'a', annotations: [{ name }] }));
    expect(text).toBe(`{"source":"a","annotation":[{"name":${json}}]}`);
    expect(parseManifestLine(text, { check: 'faults' }).sample!.annotations[0]!.name).toBe(name);
  });
});

describe('canonical form', () => {
  it.each([
    ['EC-050: the hyphen', '{"source":"a","inference_loc":"x"}', '{"source":"a","inference-loc":"x"}'],
    [
      'order, unknown members in theirs, the list last',
      '{ "z": 1, "annotation": [ {"k": 1, "type": "t", "name": "n"} ], "usage": "train", "a": {"y": 1, "x": 2}, "source": "s" }',
      '{"source":"s","usage":"train","z":1,"a":{"y":1,"x":2},"annotation":[{"name":"n","type":"t","k":1}]}',
    ],
    [
      'the plural',
      '{"source":"a","annotations":[{"name":"n"}]}',
      '{"source":"a","annotation":[{"name":"n"}]}',
    ],
    ['EC-032: a null list', '{"annotation":null,"source":"a"}', '{"source":"a","annotation":null}'],
    ['a list that is none', '{"annotation":{"b":1},"source":"a"}', '{"source":"a","annotation":{"b":1}}'],
    [
      'odd elements',
      '{"source":"a","annotation":[1,null,{"name":"n"}]}',
      '{"source":"a","annotation":[1,null,{"name":"n"}]}',
    ],
    ['known members that are null', '{"source":"a","usage":null,"x":null}', '{"source":"a","x":null}'],
    [
      'a string property',
      '{"property":"{\\"a\\":1}","source":"a"}',
      '{"source":"a","property":"{\\"a\\":1}"}',
    ],
    ['flags', '{"source":"a","hard":"True"}', '{"source":"a","hard":true}'],
    ['an odd flag', '{"source":"a","hard":"yes"}', '{"source":"a","hard":"yes"}'],
    ['numbers', '{"source":"a","x":1.0,"y":1e2}', '{"source":"a","x":1,"y":100}'],
    [
      'EC-022: numbers that a double cannot hold',
      '{"x" : {"n": [12345678901234567890, 1.0 ], "t":"a\\" \u2028"}, "annotation" : [ {"k" : 0.12345678901234567890} ],"source":"a","y": 1.0}',
      '{"source":"a","x":{"n":[12345678901234567890,1.0],"t":"a\\" \\u2028"},"y":1,"annotation":[{"k":0.12345678901234567890}]}',
    ],
    ['EC-016: the last of two members', '{"source":"a","source":"b"}', '{"source":"b"}'],
    [
      'two spellings that agree',
      '{"source":"a","inference-loc":"x","inference_loc":"x"}',
      '{"source":"a","inference-loc":"x"}',
    ],
    [
      'two spellings that differ',
      '{"inference_loc":"y","source":"a","inference-loc":"x"}',
      '{"source":"a","inference-loc":"x","inference_loc":"y"}',
    ],
  ])('%s', (_, line, expected) => {
    expect(canonical(line)).toBe(expected);
    expect(canonical(expected)).toBe(expected);
  });

  it('has flags as strings on request', () => {
    expect(canonical('{"source":"a","hard":1,"annotation":[{"hard":false}]}', 'string')).toBe(
      '{"source":"a","hard":"true","annotation":[{"hard":"false"}]}',
    );
  });

  it('shows changes', () => {
    const { sample } = parseManifestLine(
      '{"x":12345678901234567890,"source":"a","annotation":[{"k":1,"name":"n"}]}',
    );
    sample!.usage = 'eval';
    sample!.annotations[0]!.name = 'm';
    expect(formatSample(sample!, { canonical: true })).toBe(
      '{"source":"a","usage":"EVAL","x":12345678901234567890,"annotation":[{"name":"m","k":1}]}',
    );
  });
});

describe('formatSamples', () => {
  it('ends every line and keeps to the size of chunks', async () => {
    const samples = Array.from(
      { length: 300 },
      (_, i) => new ManifestSample({ source: `content://${'中'.repeat(i)}` }),
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of formatSamples(samples, { chunkBytes: 4096 })) chunks.push(chunk);
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(4096);
    expect(chunks.length).toBeLessThan(50);
    expect(Buffer.concat(chunks).toString()).toBe(
      samples.map((sample) => `${formatSample(sample)}\n`).join(''),
    );
  });

  it('gives a line longer than a chunk one of its own', async () => {
    const samples = ['a', 'b'.repeat(5000), 'c'].map((source) => new ManifestSample({ source }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of formatSamples(samples, { chunkBytes: 1024 })) chunks.push(chunk);
    expect(chunks.length).toBe(3);
    expect(Buffer.concat(chunks).toString()).toBe(
      `{"source":"a"}\n{"source":"${'b'.repeat(5000)}"}\n{"source":"c"}\n`,
    );
  });
});
