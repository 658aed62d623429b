import type { Overview } from '../../dataset-io/overview.js';
import type { Diagnostic, Rule, Severity } from '../../model/index.js';
import { groupDigits } from '../digits.js';
import { data, html, type Markup, path } from './html.js';
import { counted } from './table.js';
import { section } from './usages.js';

/** Examples of each rule. */
const examplesShown = 5;
const ranks: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

interface RuleFindings {
  readonly id: string;
  readonly rule: Rule | undefined;
  readonly count: number;
  readonly severity: Severity;
  readonly examples: readonly Diagnostic[];
}

/** What is wrong, a part for each rule: why it matters, what to do, and where it is. */
export function findingsSection({ validation }: Overview, rules: ReadonlyMap<string, Rule>): Markup {
  const { errors, warnings, diagnostics } = validation;
  const found = Object.entries(validation.rules).map(([id, count]): RuleFindings => {
    const rule = rules.get(id);
    const examples = diagnostics.filter((diagnostic) => diagnostic.rule === id);
    const worst = examples.reduce<Severity | undefined>(
      (worst, { severity }) => (worst === undefined || ranks[severity] < ranks[worst] ? severity : worst),
      undefined,
    );
    return {
      id,
      rule,
      count,
      severity: worst ?? (rule === undefined || rule.severity === 'off' ? 'info' : rule.severity),
      examples,
    };
  });
  found.sort((a, b) => ranks[a.severity] - ranks[b.severity] || b.count - a.count);
  const infos = Object.values(validation.rules).reduce((sum, count) => sum + count, 0) - errors - warnings;
  if (found.length === 0) {
    return section(
      'findings',
      'Findings',
      undefined,
      html`<p class="card empty">No rule found anything.</p>`,
    );
  }
  const lead = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}${infos > 0 ? `, ${counted(infos, 'note')}` : ''}, the worst first. All are counted; up to ${examplesShown} of each rule are shown. labelkit validate lists more.`;
  const [first] = found;
  return section(
    'findings',
    'Findings',
    lead,
    html`<div class="rules">${found.map((one) => ruleCard(one, one === first && one.severity !== 'info'))}</div>`,
  );
}

function ruleCard({ id, rule, count, severity, examples }: RuleFindings, isOpen: boolean): Markup {
  const title = rule === undefined ? id : rule.name.replaceAll('-', ' ');
  const isUnlisted = examples.length === 0;
  return html`<details class="card rule"${isOpen && html` open`}><summary><h3>${title[0]!.toUpperCase()}${title.slice(1)}</h3>
<span class="pill ${severity}">${severity}</span><code>${id}</code><span class="count">${groupDigits(count)} ×</span></summary>
${rule !== undefined && html`<dl><dt>What</dt><dd>${rule.summary}</dd><dt>Why</dt><dd>${rule.why}</dd><dt>Fix</dt><dd>${rule.fix}</dd></dl>`}
${isUnlisted ? html`<p class="note">None of them is among the findings listed.</p>` : html`<ul class="examples">${examples.slice(0, examplesShown).map(example)}</ul>`}
</details>`;
}

function example(diagnostic: Diagnostic): Markup {
  const { message, hint, source } = diagnostic;
  return html`<li>${path(placeOf(diagnostic))}${data(message, 400)}${
    source !== undefined && html`<span class="path">${data(source, 160)}</span>`
  }${hint !== undefined && html`<br><span class="note">${data(hint, 400)}</span>`}</li>`;
}

/** `file:line:column`. */
function placeOf({ file, line, column }: Diagnostic): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** Finding as it stands beside a sample. */
export function shortFinding({ severity, message, rule }: Diagnostic): Markup {
  return html`<li><span class="severity ${severity}">${severity}</span> ${data(message, 160)} <code>${rule}</code></li>`;
}
