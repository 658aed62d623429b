export const files = { 'faulty.manifest': 'test/cli/inputs/faulty.manifest' };

export const examples = [
  {
    what: 'Every finding has a place and the id of a rule.',
    run: 'labelkit validate examples/street',
    status: 1,
  },
  {
    what: 'What a ModelArts import would refuse, the first three findings of it.',
    run: 'labelkit validate faulty.manifest --profile modelarts-import --max-findings 3',
    status: 1,
  },
  {
    what: 'For programs that show findings beside the code: SARIF, JUnit XML, or notes of GitHub.',
    run: 'labelkit validate examples/street --report-format github',
    status: 1,
  },
  {
    what: 'Counts for a script.',
    before: 'command -v jq',
    run: "labelkit validate examples/street --json | jq -c '{samples, errors, rules}'",
  },
];
