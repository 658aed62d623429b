import type { Command } from 'commander';
import type { Rule } from '../../src/model/index.js';
import { OptionError } from '../../src/model/index.js';
import type { FileView, RuleExample } from '../../src/rule-examples/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

/** The severities of a rule in words: `error; lenient: warning; modelarts-import: error`. */
function severities(rule: Rule): string {
  const parts: string[] = [rule.severity];
  if (rule.lenient !== undefined && rule.lenient !== rule.severity)
    parts.push(`when reading leniently: ${rule.lenient}`);
  for (const [profile, severity] of Object.entries(rule.profile ?? {}))
    parts.push(`under ${profile}: ${severity}`);
  return parts.join('; ');
}

/** What is known of a rule beside its row in the table. */
interface Explained extends Rule {
  /** Names of the fixes that `repair` has for it. */
  readonly repair?: readonly string[];
  readonly example?: RuleExample;
  /** Why there is no example. */
  readonly noExample?: string;
}

function describe(rule: Explained): string {
  const { repair = [] } = rule;
  return [
    `${rule.id}  ${rule.name}`,
    '',
    `  What      ${rule.summary}`,
    `  Why       ${rule.why}`,
    `  Fix       ${rule.fix}`,
    ...(repair.length === 0 ? [] : [`  Repair    labelkit repair --fix ${repair.join(' or ')}`]),
    `  Severity  ${severities(rule)}`,
    ...(rule.crossSample === true
      ? [
          '  Memory    compares samples with each other: grows with their number; --no-cross-sample leaves it out',
        ]
      : []),
    '',
  ].join('\n');
}

function filesText(files: readonly FileView[]): string[] {
  return files.flatMap(({ name, lines }) => ['', `    ${name}`, ...lines.map((line) => `      ${line}`)]);
}

/** The example of a rule: what breaks it, what is printed, and what mends it. */
function exampleText(
  { example, noExample }: Explained,
  { viewOf }: Pick<typeof import('../../src/rule-examples/index.js'), 'viewOf'>,
): string {
  if (example === undefined) return `  Example   none: ${noExample}\n`;
  const { command, files, prints, fixedCommand, changes, also } = viewOf(example);
  return [
    `  Example   ${command}`,
    ...filesText(files),
    '',
    `  Prints    ${prints}`,
    ...(also.length === 0 ? [] : [`            ${also.join(' and ')} aside`]),
    '',
    `  Mended    ${fixedCommand ?? 'by this change:'}`,
    ...filesText(changes),
    '',
  ].join('\n');
}

/** `labelkit explain <rule>`: what a rule id means, why it matters, how to mend it, and an example of it. */
export function addExplain(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('explain')
    .description('what a rule id means, why it matters, how to mend it, and an example')
    .argument('[rule...]', 'rule ids or names, such as M027 or unknown-usage')
    .option('--all', 'every rule; their examples only with --json')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], options: { all?: boolean; json?: boolean }) => {
      const [{ allRules, loadRules }, { fixesOfRule }, examples] = await Promise.all([
        import('../../src/dataset-io/all-rules.js'),
        import('../../src/transforms/index.js'),
        import('../../src/rule-examples/index.js'),
      ]);
      if (ids.length === 0 && options.all !== true) {
        throw new OptionError('explain needs a rule id', {
          hint: 'For example: labelkit explain M027. All of them: --all.',
        });
      }
      // The rules of other formats are loaded only where one of them is asked for.
      const known = ids.every((id) => ruleOf(allRules, id) !== undefined);
      const rules = options.all !== true && known ? allRules : await loadRules();
      const explained = (options.all === true ? rules : ids.map((id) => find(rules, id))).map(
        (rule): Explained => {
          const repair = fixesOfRule(rule.id);
          const example = examples.exampleOf(rule.id);
          return {
            ...rule,
            ...(repair.length === 0 ? {} : { repair }),
            ...(example === undefined ? { noExample: examples.withoutExample[rule.id] } : { example }),
          };
        },
      );
      const text = (rule: Explained) =>
        options.all === true ? describe(rule) : `${describe(rule)}\n${exampleText(rule, examples)}`;
      await writeText(
        io.stdout,
        options.json === true
          ? `${JSON.stringify({ rules: explained }, null, 2)}\n`
          : explained.map(text).join('\n'),
      );
      done(exitCodes.done);
    });
}

function ruleOf(rules: readonly Rule[], id: string): Rule | undefined {
  const wanted = id.toLowerCase();
  return rules.find((one) => one.id.toLowerCase() === wanted || one.name === wanted);
}

function find(rules: readonly Rule[], id: string): Rule {
  const wanted = id.toLowerCase();
  const rule = ruleOf(rules, id);
  if (rule !== undefined) return rule;
  const near = rules
    .filter((one) => one.name.includes(wanted) || one.id.toLowerCase().startsWith(wanted))
    .slice(0, 8);
  throw new OptionError(`there is no rule "${id}"`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((one) => `${one.id} ${one.name}`).join(', ')}?`
        : 'labelkit explain --all lists them.',
  });
}
