export const examples = [
  { what: 'Counts of a whole data set.', run: 'labelkit stats examples/street --top 3' },
  {
    of: 'stats merge',
    what: 'Each of two machines counts a part; a third one adds up.',
    before: 'labelkit convert examples/street street.manifest --to manifest',
    run: `labelkit stats street.manifest --shard 1/2 --partial > one.json
labelkit stats street.manifest --shard 2/2 --partial > two.json
labelkit stats merge one.json two.json --top 3`,
  },
];
