import type { Diagnostic, Rule, Severity } from '../model/index.js';

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** A relative reference with `/`, each segment percent-encoded as SARIF's URI references demand. */
function fileUri(file: string): string {
  const scheme = /^[a-z][a-z0-9+.-]+:\/\//i.exec(file)?.[0] ?? '';
  const path = file.slice(scheme.length).replaceAll('\\', '/');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  if (scheme !== '') return scheme + encoded;
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

function location(d: Diagnostic) {
  const region = {
    ...(d.line === undefined ? {} : { startLine: d.line }),
    ...(d.column === undefined ? {} : { startColumn: d.column }),
  };
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(d.file) },
      ...(d.line === undefined ? {} : { region }),
    },
    ...(d.pointer === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: d.pointer }] }),
  };
}

/**
 * Findings as a SARIF 2.1.0 log with one run, for code-scanning services and editors.
 *
 * @param diagnostics Findings in the order they are to be listed.
 * @param rules Every known rule; those that occur are described in the log.
 * @param version The version of this package.
 */
export function toSarif(diagnostics: readonly Diagnostic[], rules: readonly Rule[], version: string): object {
  const used = new Set(diagnostics.map((d) => d.rule));
  const described = rules.filter((rule) => used.has(rule.id));
  const indexes = new Map(described.map((rule, index) => [rule.id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'labelkit',
            version,
            rules: described.map((rule) => ({
              id: rule.id,
              name: rule.name,
              shortDescription: { text: rule.summary },
              fullDescription: { text: rule.why },
              help: { text: rule.fix },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((d) => ({
          ruleId: d.rule,
          ...(indexes.has(d.rule) ? { ruleIndex: indexes.get(d.rule) } : {}),
          level: levels[d.severity],
          message: { text: d.hint === undefined ? d.message : `${d.message}. ${d.hint}` },
          locations: [location(d)],
        })),
      },
    ],
  };
}
