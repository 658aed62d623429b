import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { allRules, type Diagnostic, toGithub, toJunit, toSarif } from '../../src/index.js';

const awkward: Diagnostic = {
  rule: 'M027',
  severity: 'error',
  message: 'usage is "a<b>&\u0007\n100%, x:y"',
  hint: 'mend it',
  file: 'data/a b,c:1.manifest',
  line: 3,
  column: 7,
  pointer: '/usage',
};
const bare: Diagnostic = {
  rule: 'M014',
  severity: 'warning',
  message: 'the file has no samples',
  file: '/data/é.manifest',
};
const note: Diagnostic = {
  rule: 'V044',
  severity: 'info',
  message: 'occluded is missing',
  file: 'a.xml',
  line: 1,
  column: 1,
};

test('SARIF: levels, places, described rules and encoded addresses', () => {
  const log = toSarif([awkward, bare, note], allRules, '1.2.3') as {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
  };
  const [run] = log.runs;
  expect(run?.tool.driver.rules.map(({ id }) => id).sort()).toEqual(['M014', 'M027', 'V044']);
  expect(run?.results.map(({ level }) => level)).toEqual(['error', 'warning', 'note']);
  expect(run?.results[0]).toMatchObject({
    ruleId: 'M027',
    message: { text: `${awkward.message}. mend it` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'data/a%20b%2Cc%3A1.manifest' },
          region: { startLine: 3, startColumn: 7 },
        },
        logicalLocations: [{ fullyQualifiedName: '/usage' }],
      },
    ],
  });
  expect(run?.results[1]).toMatchObject({
    locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///data/%C3%A9.manifest' } } }],
  });
  for (const { ruleId, ruleIndex } of run?.results ?? []) {
    expect(run?.tool.driver.rules[ruleIndex as number]?.id).toBe(ruleId);
  }
});

test('JUnit: well-formed whatever the text, a failure for each error, a passed case for a clean input', () => {
  const xml = toJunit([
    { input: 'x & "y"', errors: 3, diagnostics: [awkward, bare] },
    { input: 'clean', errors: 0, diagnostics: [] },
  ]);
  const parsed = new XMLParser({ ignoreAttributes: false, processEntities: true, htmlEntities: true }).parse(
    xml,
    true,
  ) as {
    testsuites: { testsuite: Record<string, unknown>[] };
  };
  expect(parsed.testsuites.testsuite).toMatchObject([
    { '@_name': 'x & "y"', '@_tests': '2', '@_failures': '2' },
    { '@_name': 'clean', '@_tests': '1', '@_failures': '0', testcase: { '@_name': 'no errors' } },
  ]);
  expect(xml).not.toMatch(/\u0007/);
  expect(xml).toContain('2 further errors are not listed');
});

test('GitHub: one escaped command for each finding', () => {
  expect(toGithub([awkward, bare, note])).toBe(
    '::error file=data/a b%2Cc%3A1.manifest,line=3,col=7,title=M027::usage is "a<b>&\u0007%0A100%25, x:y"%0Amend it\n' +
      '::warning file=/data/é.manifest,title=M014::the file has no samples\n' +
      '::notice file=a.xml,line=1,col=1,title=V044::occluded is missing\n',
  );
});
