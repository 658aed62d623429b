import type { Diagnostic, Severity } from '../model/index.js';

const commands: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

const escapeData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** One GitHub Actions workflow command for each finding, so that it shows beside the line in a pull request. */
export function toGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map((d) => {
      const properties = [`file=${escapeProperty(d.file)}`];
      if (d.line !== undefined) properties.push(`line=${d.line}`);
      if (d.column !== undefined) properties.push(`col=${d.column}`);
      properties.push(`title=${escapeProperty(d.rule)}`);
      const text = d.hint === undefined ? d.message : `${d.message}\n${d.hint}`;
      return `::${commands[d.severity]} ${properties.join(',')}::${escapeData(text)}\n`;
    })
    .join('');
}
