import { describe, expect, it } from 'vitest';
import { formatSample, type ParseLineOptions, parseManifestLine } from '../../src/manifest/index.js';

function rules(line: string, options: ParseLineOptions = {}): string[] {
  return parseManifestLine(line, options).diagnostics.map((d) => d.rule);
}

describe('parseManifestLine', () => {
  it('gives a sample that knows its place', () => {
    const line = '{"source":"obs://b/1.jpg"}';
    const { sample, diagnostics } = parseManifestLine(line, { file: 'm.manifest', line: 7, offset: 300 });
    expect(diagnostics).toEqual([]);
    expect(sample).toMatchObject({
      source: 'obs://b/1.jpg',
      text: line,
      line: 7,
      offset: 300,
      file: 'm.manifest',
    });
  });

  it.each([
    ['EC-003', '', 'M005'],
    ['EC-004', '  \t ', 'M005'],
    ['EC-013', '{"source":"a"}{"source":"b"}', 'M004'],
    ['EC-014', '{', 'M004'],
    ['EC-015', '[]', 'M006'],
    ['EC-015', '"x"', 'M006'],
    ['EC-015', 'null', 'M006'],
    ['EC-015', '3', 'M006'],
    ['EC-017', '{"source":"a",}', 'M004'],
    ['EC-017', "{'source':'a'}", 'M004'],
    ['EC-017', '{"source":NaN}', 'M004'],
    ['EC-030', '{}', 'M020'],
    ['EC-031', '{"source":null}', 'M020'],
    ['EC-031', '{"source":""}', 'M021'],
    ['EC-031', '{"source":5}', 'M021'],
    ['a NUL byte', '{"source":"a\0b"}', 'M003'],
  ])('%s: %s gives no sample but %s', (_, line, rule) => {
    for (const check of ['faults', 'all'] as const) {
      for (const mode of ['strict', 'lenient'] as const) {
        const parsed = parseManifestLine(line, { check, mode });
        expect(parsed.sample).toBeUndefined();
        expect(parsed.diagnostics.map((d) => d.rule)).toEqual([rule]);
        expect(parsed.diagnostics[0]!.line).toBe(1);
      }
    }
  });

  it.each([
    ['balanced', ']'.repeat(100_000)],
    ['unbalanced', ''],
  ])('EC-021: 100,000 levels are refused, %s', (_, closing) => {
    const line = `{"source":"a","x":${'['.repeat(100_000)}${closing}}`;
    for (const check of ['faults', 'all'] as const) {
      const parsed = parseManifestLine(line, { check });
      expect(parsed.sample).toBeUndefined();
      expect(parsed.diagnostics.map((d) => d.rule)).toEqual(['M004']);
    }
  });

  it('EC-013, EC-017: hints say what to do', () => {
    for (const line of [
      '{"source":"a"}{"source":"b"}',
      '{"source":"a",}',
      "{'source':'a'}",
      '{"source":NaN}',
    ]) {
      const [diagnostic] = parseManifestLine(line).diagnostics;
      expect(diagnostic!.hint).toBeTypeOf('string');
      expect(diagnostic!.column).toBeGreaterThan(0);
    }
  });

  it('does not take brackets in texts for nesting', () => {
    const line = `{"source":"content://${'[{'.repeat(2000)}","annotation":[]}`;
    expect(parseManifestLine(line, { check: 'faults' }).sample!.contentText!.length).toBe(4000);
  });

  it('EC-005, EC-006: allows for a line terminator and a BOM', () => {
    expect(rules('{"source":"obs://b/a.jpg"}\r\n')).toEqual([]);
    const marked = parseManifestLine('\ufeff{"source":"obs://b/a.jpg"}\n');
    expect(marked.diagnostics.map((d) => d.rule)).toEqual(['M002']);
    expect(formatSample(marked.sample!)).toBe('{"source":"obs://b/a.jpg"}');
  });

  it('finds the column of what a rule is about', () => {
    const line = '{"source":"obs://b/a.jpg","usage":"validation"}';
    const { diagnostics } = parseManifestLine(line, { file: 'm', line: 3, offset: 10 });
    expect(diagnostics).toMatchObject([
      {
        rule: 'M027',
        file: 'm',
        line: 3,
        offset: 10,
        pointer: '/usage',
        column: line.indexOf('"validation"') + 1,
      },
    ]);
    expect(diagnostics[0]!.source).toBe('obs://b/a.jpg');
  });

  it.each([
    ['EC-016', '{"source":"obs://b/a","source":"obs://b/b"}', ['M008']],
    ['EC-032', '{"source":"obs://b/a","annotation":null}', []],
    ['EC-033', '{"source":"obs://b/a","annotation":{}}', ['M029']],
    ['EC-034', '{"source":"obs://b/a","annotations":[]}', ['M031']],
    ['EC-035', '{"source":"obs://b/a","usage":1}', ['M028']],
    ['EC-037', '{"source":"obs://b/a","hard":"yes"}', ['M032']],
    ['EC-038', '{"source":"obs://b/a","hard":true,"hard-coefficient":1.0000001}', ['M033']],
    ['EC-039', '{"source":"obs://b/a","property":"{\\"a\\":1}"}', ['M037']],
    ['EC-050', '{"source":"obs://b/a","inference_loc":"obs://b/x"}', ['M009']],
  ])('%s: %s', (_, line, expected) => {
    const parsed = parseManifestLine(line);
    expect(parsed.diagnostics.map((d) => d.rule)).toEqual(expected);
    expect(formatSample(parsed.sample!)).toBe(line);
    expect(rules(line, { check: 'faults' })).toEqual([]);
  });
});
