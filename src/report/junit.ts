import { type Diagnostic, formatDiagnostic } from '../model/index.js';
import { escapeXml } from './escape-xml.js';

/** What {@link toJunit} needs to know of one validated input. */
export interface JunitInput {
  readonly input: string;
  readonly errors: number;
  readonly diagnostics: readonly Diagnostic[];
}

function suite({ input, errors, diagnostics }: JunitInput): string {
  const failures = diagnostics.filter((d) => d.severity === 'error');
  const others = diagnostics.filter((d) => d.severity !== 'error');
  const hidden = errors - failures.length;
  const cases = failures.map((d) => {
    const where = [d.line, d.column].filter((part) => part !== undefined).join(':');
    const name = escapeXml(`${d.rule} ${d.file}${where === '' ? '' : `:${where}`}`);
    return [
      `    <testcase classname="${escapeXml(input)}" name="${name}">`,
      `      <failure type="${d.rule}" message="${escapeXml(d.message)}">${escapeXml(formatDiagnostic(d))}</failure>`,
      '    </testcase>',
    ].join('\n');
  });
  if (hidden > 0) {
    cases.push(
      `    <testcase classname="${escapeXml(input)}" name="not listed"><failure type="truncated" message="${hidden} further errors are not listed"/></testcase>`,
    );
  }
  if (cases.length === 0) cases.push(`    <testcase classname="${escapeXml(input)}" name="no errors"/>`);
  const failed = failures.length + (hidden > 0 ? 1 : 0);
  const out =
    others.length === 0
      ? ''
      : `\n    <system-out>${escapeXml(others.map(formatDiagnostic).join('\n'))}</system-out>`;
  return `  <testsuite name="${escapeXml(input)}" tests="${cases.length}" failures="${failed}">\n${cases.join('\n')}${out}\n  </testsuite>`;
}

/** Findings as JUnit XML: a suite for each input, a failed case for each error, warnings as the suite's output. */
export function toJunit(inputs: readonly JunitInput[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="labelkit validate">\n${inputs.map(suite).join('\n')}\n</testsuites>\n`;
}
