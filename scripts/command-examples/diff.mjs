export const examples = [
  {
    what: 'A data set and what became of it.',
    before: 'labelkit relabel examples/street renamed --map car=vehicle',
    run: 'labelkit diff examples/street renamed',
    status: 1,
  },
  {
    what: 'Across formats; what one of them has no place for does not count.',
    before: 'labelkit convert examples/street street.manifest --to manifest',
    run: 'labelkit diff examples/street street.manifest',
  },
];
