import type { Command } from 'commander';
import type { Rule } from '../../src/model/index.js';
import { OptionError } from '../../src/model/index.js';
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

function describe(rule: Rule, repairs: readonly string[]): string {
  return [
    `${rule.id}  ${rule.name}`,
    '',
    `  What      ${rule.summary}`,
    `  Why       ${rule.why}`,
    `  Fix       ${rule.fix}`,
    ...(repairs.length === 0 ? [] : [`  Repair    labelkit repair --fix ${repairs.join(' or ')}`]),
    `  Severity  ${severities(rule)}`,
    ...(rule.crossSample === true
      ? [
          '  Memory    compares samples with each other: grows with their number; --no-cross-sample leaves it out',
        ]
      : []),
    '',
  ].join('\n');
}

/** The rule with the names of the fixes that `repair` has for it. */
function withFixes(rule: Rule, repair: readonly string[]): Rule & { readonly repair?: readonly string[] } {
  return repair.length === 0 ? rule : { ...rule, repair };
}

/** `labelkit explain <rule>`: what a rule id means, why it matters, how to mend it. */
export function addExplain(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('explain')
    .description('what a rule id means, why it matters, and how to mend it')
    .argument('[rule...]', 'rule ids or names, such as M027 or unknown-usage')
    .option('--all', 'every rule')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], options: { all?: boolean; json?: boolean }) => {
      const [{ allRules, loadRules }, { fixesOfRule }] = await Promise.all([
        import('../../src/dataset-io/all-rules.js'),
        import('../../src/transforms/index.js'),
      ]);
      if (ids.length === 0 && options.all !== true) {
        throw new OptionError('explain needs a rule id', {
          hint: 'For example: labelkit explain M027. All of them: --all.',
        });
      }
      // The rules of other formats are loaded only where one of them is asked for.
      const known = ids.every((id) => ruleOf(allRules, id) !== undefined);
      const rules = options.all !== true && known ? allRules : await loadRules();
      const chosen = options.all === true ? rules : ids.map((id) => find(rules, id));
      await writeText(
        io.stdout,
        options.json === true
          ? `${JSON.stringify({ rules: chosen.map((rule) => withFixes(rule, fixesOfRule(rule.id))) }, null, 2)}\n`
          : chosen.map((rule) => describe(rule, fixesOfRule(rule.id))).join('\n'),
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
