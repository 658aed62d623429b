export const service = true;

export const examples = [
  {
    what: 'What would be copied.',
    run: "labelkit copy examples/street obs://data/sets/ --include '*.xml' --dry-run",
  },
  { what: 'A folder into a bucket.', run: 'labelkit copy examples/street obs://data/sets/' },
  { what: 'Again: what is there already stays.', run: 'labelkit copy examples/street obs://data/sets/' },
];
