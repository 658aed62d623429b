/**
 * A test for relative names separated by `/`: `*` is any run of characters without a slash, `**` any run at all,
 * `?` one character that is no slash; everything else means itself. A pattern without a slash is held against the
 * last part of the name, as `*.jpg` should find `a/b.jpg`. Takes time in proportion to name × pattern at worst.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const steps = stepsOf(pattern);
  const isBare = !pattern.includes('/');
  return (name) => matches(steps, isBare ? name.slice(name.lastIndexOf('/') + 1) : name);
}

type Step = { readonly text: string } | 'one' | 'part' | 'all';

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  for (const [token] of pattern.matchAll(/\*\*\/?|[*?]|[^*?]/gsu)) {
    if (token.startsWith('**')) steps.push('all');
    else if (token === '*') steps.push('part');
    else if (token === '?') steps.push('one');
    else steps.push({ text: token });
  }
  return steps;
}

/** The set of steps that the pattern can be before, moved on character by character. */
function matches(steps: readonly Step[], name: string): boolean {
  let states = withSkips(steps, new Set([0]));
  for (const character of name) {
    const next = new Set<number>();
    for (const at of states) {
      const step = steps[at];
      if (step === 'all' || (step === 'part' && character !== '/')) next.add(at);
      else if (step === 'one' ? character !== '/' : typeof step === 'object' && step.text === character)
        next.add(at + 1);
    }
    states = withSkips(steps, next);
    if (states.size === 0) return false;
  }
  return states.has(steps.length);
}

/** Stars may stand for nothing. */
function withSkips(steps: readonly Step[], states: Set<number>): Set<number> {
  for (const at of states) if (steps[at] === 'all' || steps[at] === 'part') states.add(at + 1);
  return states;
}
