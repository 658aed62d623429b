import { type Command, Option } from 'commander';
import type { DataShard } from '../../src/dataset-io/data-shard.js';
import type { Session } from '../../src/dataset-io/session.js';
import type { ValidationResult } from '../../src/dataset-io/validate.js';
import { formatDiagnostic, type Severity } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import {
  type InputFlags,
  readingOptions,
  wholeNumber,
  withAnnotationConfigOption,
  withInputOptions,
  withShardOption,
} from '../options.js';
import { ProgressBar } from '../progress-bar.js';

type ReportFormat = 'text' | 'json' | 'sarif' | 'junit' | 'github';

interface Flags extends InputFlags {
  readonly annotationConfig?: string;
  readonly lenient?: boolean;
  readonly pedantic?: boolean;
  readonly checkFiles?: boolean;
  readonly crossSample: boolean;
  readonly indexUnit: 'utf16' | 'codepoint';
  readonly severity: Severity;
  readonly jobs?: number;
  readonly shard?: DataShard;
  readonly reportFormat: ReportFormat;
}

/** `3 errors`, `1 error`. */
function counted(count: number, noun: string): string {
  return `${groupDigits(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function textReport({
  input,
  format,
  samples,
  annotations,
  errors,
  warnings,
  rules,
  diagnostics,
  truncated,
}: ValidationResult): string {
  const lines = diagnostics.map(formatDiagnostic);
  if (truncated) lines.push(`… more findings are not listed; --max-findings lists more`);
  const byRule = Object.entries(rules).map(([rule, count]) => `${rule} ${groupDigits(count)}`);
  lines.push(
    `${input}: ${format}, ${counted(samples, 'sample')}, ${counted(annotations, 'annotation')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
  );
  if (byRule.length > 0) lines.push(`  by rule: ${byRule.join(', ')}  (labelkit explain <rule> says more)`);
  return `${lines.join('\n')}\n`;
}

function jsonReport(results: readonly ValidationResult[]): string {
  const [only] = results;
  if (results.length === 1) return `${JSON.stringify(only, null, 2)}\n`;
  const sum = (pick: (result: ValidationResult) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  return `${JSON.stringify(
    {
      results,
      samples: sum((result) => result.samples),
      annotations: sum((result) => result.annotations),
      errors: sum((result) => result.errors),
      warnings: sum((result) => result.warnings),
    },
    null,
    2,
  )}\n`;
}

async function report(
  format: ReportFormat,
  results: readonly ValidationResult[],
  version: string,
): Promise<string> {
  switch (format) {
    case 'json':
      return jsonReport(results);
    case 'sarif': {
      const [{ toSarif }, { loadRules }] = await Promise.all([
        import('../../src/report/sarif.js'),
        import('../../src/dataset-io/all-rules.js'),
      ]);
      const diagnostics = results.flatMap((result) => result.diagnostics);
      const rules = await loadRules(results.map((result) => result.format));
      return `${JSON.stringify(toSarif(diagnostics, rules, version), null, 2)}\n`;
    }
    case 'junit':
      return (await import('../../src/report/junit.js')).toJunit(results);
    case 'github':
      return (await import('../../src/report/github.js')).toGithub(
        results.flatMap((result) => result.diagnostics),
      );
    default:
      return results.map(textReport).join('\n');
  }
}

/** `labelkit validate <input...>`: every rule, every finding with file, line and column. */
export function addValidate(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withAnnotationConfigOption(withShardOption(withInputOptions(program.command('validate'))))
    .description('check data sets by every rule; exit status 1 when there are errors')
    .argument('<input...>', 'data sets of any format; - for a format of one file on standard input')
    .option('--lenient', 'severities of lenient reading instead of strict ones')
    .option('--pedantic', 'report unknown keys of manifests too')
    .option('--check-files', 'open the annotation files and images that are referred to')
    .option(
      '--no-cross-sample',
      'leave out the rules that compare samples with each other, which need at most 16 bytes of memory per sample',
    )
    .addOption(
      new Option('--index-unit <unit>', 'what offsets of text entities count')
        .choices(['utf16', 'codepoint'])
        .default('utf16'),
    )
    .addOption(
      new Option('--severity <least>', 'least severity that is listed; all are counted')
        .choices(['error', 'warning', 'info'])
        .default('warning'),
    )
    .option('--jobs <n>', 'threads for large inputs (default: one for each core, at most 4)', wholeNumber(1))
    .addOption(
      new Option('--report-format <format>', 'what is printed')
        .choices(['text', 'json', 'sarif', 'junit', 'github'])
        .default('text'),
    );
  command.action(async (inputs: string[], flags: Flags) => {
    const [{ validate }, { withSession }] = await Promise.all([
      import('../../src/dataset-io/validate.js'),
      import('../session.js'),
    ]);
    const format = flags.json === true ? 'json' : flags.reportFormat;
    const results: ValidationResult[] = [];
    const check = async (input: string, session: Session) => {
      const bar = new ProgressBar(io, 'checked', flags.quiet === true);
      results.push(
        await bar.during(() =>
          validate(input, {
            ...readingOptions(flags),
            annotationConfig: flags.annotationConfig,
            profile: flags.profile,
            mode: flags.lenient === true ? 'lenient' : 'strict',
            pedantic: flags.pedantic,
            checkFiles: flags.checkFiles,
            crossSample: flags.crossSample,
            indexUnit: flags.indexUnit,
            maxDiagnostics: flags.maxFindings,
            minSeverity: flags.severity,
            jobs: flags.jobs,
            shard: flags.shard,
            onProgress: bar.update,
            signal: io.signal,
            session,
          }),
        ),
      );
    };
    await withSession(flags, io, async (session) => {
      for (const input of inputs) await check(input, session);
    });
    await writeText(io.stdout, await report(format, results, program.version() ?? ''));
    done(results.some((result) => result.errors > 0) ? exitCodes.data : exitCodes.done);
  });
}
