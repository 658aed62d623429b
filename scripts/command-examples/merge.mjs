export const examples = [
  {
    what: 'Two manifests that share a sample.',
    before: `labelkit convert examples/street street.manifest --to manifest
head -n 4 street.manifest > one.manifest
tail -n 3 street.manifest > two.manifest`,
    run: 'labelkit merge one.manifest two.manifest all.manifest',
  },
];
