export const examples = [
  {
    what: 'Samples with the source of an earlier one.',
    before: `labelkit convert examples/street street.manifest --to manifest
cat street.manifest street.manifest > twice.manifest`,
    run: 'labelkit dedupe twice.manifest once.manifest',
  },
];
