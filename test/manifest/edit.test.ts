import { describe, expect, it } from 'vitest';
import {
  formatSample,
  ManifestAnnotation,
  ManifestSample,
  parseManifestLine,
} from '../../src/manifest/index.js';

function read(line: string): ManifestSample {
  const { sample } = parseManifestLine(line, { check: 'faults' });
  if (sample === undefined) throw new Error(`no sample in ${line}`);
  return sample;
}

/** A line after a change. */
function after(line: string, change: (sample: ManifestSample) => void): string {
  const sample = read(line);
  change(sample);
  return formatSample(sample);
}

const odd =
  '{ "x_unknown" : 1.0, "source":"a\\u0041", "big":12345678901234567890,"annotation" : [ {"name":"n","confidence":1e0,"k":[1.50]} , {"name":"m"} ], "z":"\\/" }';

describe('an unchanged sample', () => {
  it.each([
    ['spacing, spelling, number tokens (EC-022)', odd],
    ['duplicate members (EC-016)', '{"source":"a","source":"b"}'],
    ['raw separators (EC-009)', '{"source":"a\u2028b\u0085c"}'],
    ['underscore spelling (EC-050)', '{"source":"a","inference_loc":"x"}'],
    ['a lone surrogate escape', '{"source":"a","k":"\\ud800"}'],
  ])('is written as it was read: %s', (_, line) => {
    expect(formatSample(read(line))).toBe(line);
  });

  it('stays so when everything was looked at', () => {
    const sample = read(odd);
    void [sample.value, sample.property, sample.sourceMap, sample.schema, sample.member('annotation')];
    for (const annotation of sample.annotations)
      void [annotation.property, annotation.locMap, annotation.task];
    expect(formatSample(sample)).toBe(odd);
  });

  it('stays so when a field is set to what it was', () => {
    expect(after('{"source":"a","usage":"TRAIN","k":1.0}', (sample) => (sample.usage = 'train'))).toBe(
      '{"source":"a","usage":"TRAIN","k":1.0}',
    );
  });
});

describe('a changed sample', () => {
  const labelled = '{"source":"a","usage":"train","k":1.0,"annotation":[{"name":"n","u":2.0}],"last":{}}';
  it.each<[string, string, (sample: ManifestSample) => void, string]>([
    [
      'EC-053: usage is replaced in place',
      labelled,
      (sample) => {
        sample.usage = 'TEST';
      },
      '{"source":"a","usage":"TEST","k":1.0,"annotation":[{"name":"n","u":2.0}],"last":{}}',
    ],
    [
      'EC-053: usage is added before the annotations',
      '{"x":1.0,"source":"a","annotation":[]}',
      (sample) => {
        sample.usage = 'eval';
      },
      '{"x":1.0,"source":"a","usage":"EVAL","annotation":[]}',
    ],
    [
      'usage is added at the end when there are no annotations',
      '{"source":"a","x":1.0}',
      (sample) => {
        sample.usage = 'eval';
      },
      '{"source":"a","x":1.0,"usage":"EVAL"}',
    ],
    [
      'usage is removed',
      labelled,
      (sample) => {
        sample.usage = undefined;
      },
      '{"source":"a","k":1.0,"annotation":[{"name":"n","u":2.0}],"last":{}}',
    ],
    [
      'the spelling of a replaced member stays',
      '{"source":"a","inference_loc":"x"}',
      (sample) => {
        sample.inferenceLoc = 'y';
      },
      '{"source":"a","inference_loc":"y"}',
    ],
    [
      'both spellings become one',
      '{"source":"a","inference-loc":"x","inference_loc":"z"}',
      (sample) => {
        sample.inferenceLoc = 'y';
      },
      '{"source":"a","inference-loc":"y"}',
    ],
    [
      'a label is renamed',
      odd,
      (sample) => {
        sample.annotations[1]!.name = '向日葵';
      },
      odd.replace('"m"', '"向日葵"'),
    ],
    [
      'an offset is set',
      '{"source":"content://abc","annotation":[{"property":{"@modelarts:start_index":0.0,"@modelarts:end_index":"3","u":1.0}}]}',
      (sample) => {
        sample.annotations[0]!.endIndex = 2;
      },
      '{"source":"content://abc","annotation":[{"property":{"@modelarts:start_index":0.0,"@modelarts:end_index":2,"u":1.0}}]}',
    ],
    [
      'a property is made',
      '{"source":"a","annotation":[{"name":"r"}]}',
      (sample) => {
        sample.annotations[0]!.from = 'E1';
        sample.annotations[0]!.to = 'E2';
      },
      '{"source":"a","annotation":[{"name":"r","property":{"@modelarts:from":"E1","@modelarts:to":"E2"}}]}',
    ],
    [
      'a property is changed directly',
      '{"source":"a","property":{"x":1.0,"y":[1.0,2.0]},"annotation":[{"property":{"k":"v","n":1.0}}]}',
      (sample) => {
        sample.property!['y'] = [1, 3];
        sample.annotations[0]!.property!['k'] = 'w';
        sample.annotations[0]!.property!['new'] = null;
      },
      '{"source":"a","property":{"x":1.0,"y":[1.0,3]},"annotation":[{"property":{"k":"w","n":1.0,"new":null}}]}',
    ],
    [
      'the stored object is changed directly',
      '{"source":"a","x":1.0,"annotation":[{"name":"n","c":1.0}]}',
      (sample) => {
        sample.value['x'] = { '/~': [] };
        (sample.value['annotation'] as { name: string }[])[0]!.name = 'm';
      },
      '{"source":"a","x":{"/~":[]},"annotation":[{"name":"m","c":1.0}]}',
    ],
    [
      'an unknown member is set, another removed',
      '{"source":"a","x":1.0,"y":2.0}',
      (sample) => {
        sample.setMember('x', undefined);
        sample.setMember('a/b~c', [true]);
      },
      '{"source":"a","y":2.0,"a/b~c":[true]}',
    ],
    [
      'a string property becomes an object when one of its keys is set',
      '{"source":"a","property":"{\\"x\\":1}"}',
      (sample) => {
        sample.setProperty('y', 2);
      },
      '{"source":"a","property":{"x":1,"y":2}}',
    ],
    [
      'a string property becomes an object when its view is changed',
      '{"source":"a","property":"{\\"x\\":1}"}',
      (sample) => {
        sample.property!['x'] = 5;
      },
      '{"source":"a","property":{"x":5}}',
    ],
    [
      'hard is written as a boolean',
      '{"source":"a","hard":"true"}',
      (sample) => {
        sample.hard = false;
      },
      '{"source":"a","hard":false}',
    ],
  ])('%s', (_, line, change, expected) => {
    expect(after(line, change)).toBe(expected);
  });

  it('writes changed flags as strings on request', () => {
    const sample = read('{"source":"a","annotation":[{"name":"n","hard":false},{"name":"m","hard":true}]}');
    sample.hard = true;
    sample.annotations[0]!.hard = true;
    sample.annotations = [...sample.annotations, { name: 'new', hard: true }];
    expect(formatSample(sample, { hardAs: 'string' })).toBe(
      '{"source":"a","hard":"true","annotation":[{"name":"n","hard":"true"},{"name":"m","hard":true},{"name":"new","hard":"true"}]}',
    );
  });
});

describe('one changed member', () => {
  const set = (line: string) => after(line, (sample) => (sample.usage = 'TEST'));
  it.each([
    ['a value', '{"source":"a","usage":"TRAIN","x":1.0}', '{"source":"a","usage":"TEST","x":1.0}'],
    ['a value with escapes', '{"usage":"a\\"b","source":"a"}', '{"usage":"TEST","source":"a"}'],
    ['a value that is no string', '{"usage":null,"source":"a"}', '{"usage":"TEST","source":"a"}'],
    [
      'the name in a text',
      '{"source":",\\"usage\\":\\"x\\"","usage":"x"}',
      '{"source":",\\"usage\\":\\"x\\"","usage":"TEST"}',
    ],
    ['the name as a text', '{"source":"usage","usage":"x"}', '{"source":"usage","usage":"TEST"}'],
    [
      'the name further down, before',
      '{"p":{"usage":"x"},"source":"a","usage":"y"}',
      '{"p":{"usage":"x"},"source":"a","usage":"TEST"}',
    ],
    [
      'the name further down only',
      '{"p":{"usage":"x"},"source":"a"}',
      '{"p":{"usage":"x"},"source":"a","usage":"TEST"}',
    ],
    [
      'the name with escapes',
      '{"p":{"usage":"x"},"source":"a","us\\u0061ge":"y"}',
      '{"p":{"usage":"x"},"source":"a","us\\u0061ge":"TEST"}',
    ],
    ['the name twice', '{"usage":"x","source":"a","usage":"y"}', '{"usage":"x","source":"a","usage":"TEST"}'],
    [
      'a list further down',
      '{"source":"a","p":{"annotation":[]},"annotation":[1.0]}',
      '{"source":"a","p":{"annotation":[]},"usage":"TEST","annotation":[1.0]}',
    ],
    ['the list first', '{"annotation":[],"source":"a"}', '{"usage":"TEST","annotation":[],"source":"a"}'],
    ['blanks', '{ "annotation": [], "source": "a" }', '{ "usage": "TEST", "annotation": [], "source": "a" }'],
    ['blanks at the end', '{"source":"a" }', '{"source":"a","usage":"TEST" }'],
  ])('%s', (_, line, expected) => {
    expect(set(line)).toBe(expected);
  });
});

describe('a replaced list', () => {
  const line =
    '{"source":"a","annotation":[{"name":"a","v":1.0}, {"name":"b","v":2.0}, {"name":"c","v":3.0}],"z":1.0}';
  const keep = (line: string, names: string) =>
    after(line, (sample) => {
      const byName = new Map(sample.annotations.map((annotation) => [annotation.name!, annotation]));
      sample.annotations = [...names].map((name) => byName.get(name) ?? new ManifestAnnotation({ name }));
    });

  it.each([
    ['abc', line],
    ['ac', '{"source":"a","annotation":[{"name":"a","v":1.0}, {"name":"c","v":3.0}],"z":1.0}'],
    ['', '{"source":"a","annotation":[],"z":1.0}'],
  ])('keeps the text of what stays: %s', (names, expected) => {
    expect(keep(line, names)).toBe(expected);
  });

  it.each([
    ['cab', ['{"name":"c","v":3.0}', '{"name":"a","v":1.0}', '{"name":"b","v":2.0}']],
    ['nac', ['{"name":"n"}', '{"name":"a","v":1.0}', '{"name":"c","v":3.0}']],
    ['acn', ['{"name":"a","v":1.0}', '{"name":"c","v":3.0}', '{"name":"n"}']],
  ])('keeps the text of what is moved: %s', (names, elements) => {
    const written = keep(line, names);
    for (const element of elements) expect(written).toContain(element);
    expect(
      read(written)
        .annotations.map((annotation) => annotation.name)
        .join(''),
    ).toBe(names);
    expect(written.endsWith(',"z":1.0}')).toBe(true);
  });

  it.each([
    ['absent', '{"source":"a","z":1.0}', '{"source":"a","z":1.0,"annotation":[{"name":"n"}]}'],
    ['null', '{"source":"a","annotation":null}', '{"source":"a","annotation":[{"name":"n"}]}'],
    ['no list', '{"source":"a","annotation":{}}', '{"source":"a","annotation":[{"name":"n"}]}'],
    ['empty', '{"source":"a","annotation":[]}', '{"source":"a","annotation":[{"name":"n"}]}'],
    [
      'in the plural',
      '{"source":"a","annotations":[{"name":"o"}]}',
      '{"source":"a","annotations":[{"name":"n"}]}',
    ],
  ])('takes the place of what was there: %s', (_, before, expected) => {
    expect(keep(before, 'n')).toBe(expected);
  });

  it('can be replaced twice and changed afterwards', () => {
    const sample = read(line);
    const [a, b, c] = sample.annotations;
    sample.annotations = [a!];
    sample.annotations = [b!, c!];
    b!.confidence = 0.5;
    sample.usage = 'TRAIN';
    const written = formatSample(sample);
    expect(JSON.parse(written)).toEqual({
      source: 'a',
      usage: 'TRAIN',
      annotation: [
        { name: 'b', v: 2, confidence: 0.5 },
        { name: 'c', v: 3 },
      ],
      z: 1,
    });
    expect(written).toContain('"v":2.0,"confidence":0.5');
    expect(written).toContain('"z":1.0');
  });

  it('EC-113: never shares an annotation', () => {
    const first = read(line);
    const second = read('{"source":"b"}');
    second.annotations = [first.annotations[0]!, first.annotations[0]!];
    second.annotations[0]!.name = 'changed';
    expect(second.annotations[1]!.name).toBe('a');
    expect(first.annotations[0]!.name).toBe('a');
    const made = new ManifestAnnotation({ name: 'n' });
    const third = new ManifestSample({ source: 'c', annotations: [made, made] });
    third.annotations[0]!.name = 'm';
    expect(third.annotations.map((annotation) => annotation.name)).toEqual(['m', 'n']);
  });

  it('a copy keeps unknown members', () => {
    const sample = new ManifestSample({ source: 'n', annotations: [read(line).annotations[1]!] });
    expect(formatSample(sample)).toBe('{"source":"n","annotation":[{"name":"b","v":2}]}');
  });

  it('follows a list set under its stored key', () => {
    const sample = read(line);
    expect(sample.annotations.length).toBe(3);
    sample.setMember('annotation', [{ name: 'n' }]);
    expect(sample.annotations.map((annotation) => annotation.name)).toEqual(['n']);
    expect(formatSample(sample)).toBe('{"source":"a","annotation":[{"name":"n"}],"z":1.0}');
  });
});

describe('two annotations of one sample', () => {
  it('EC-060: the second does not get what only the first has', () => {
    const sample = new ManifestSample({
      source: 'a',
      annotations: [{ name: 'x', confidence: 0.5, property: { k: 'v' } }, { name: 'y' }],
    });
    expect(formatSample(sample)).toBe(
      '{"source":"a","annotation":[{"name":"x","confidence":0.5,"property":{"k":"v"}},{"name":"y"}]}',
    );
    sample.annotations[0]!.setProperty('k', 'w');
    expect(sample.annotations[1]!.property).toBeUndefined();
  });
});
