export const examples = [
  { what: 'A folder of VOC files.', run: 'labelkit inspect examples/street' },
  {
    what: 'A manifest that another program writes to standard output.',
    before: 'labelkit convert examples/street street.manifest --to manifest',
    run: 'head -n 2 street.manifest | labelkit inspect - --from manifest',
  },
];
