export const examples = [
  {
    what: 'A folder of VOC files becomes a manifest.',
    run: 'labelkit convert examples/street street.manifest --to manifest',
  },
  {
    what: 'What the target has no place for is counted, and makes the exit status 1 …',
    run: 'labelkit convert examples/street street.cvat --to cvat',
    status: 1,
  },
  {
    what: '… unless it was accepted by name.',
    run: 'labelkit convert examples/street street.cvat --to cvat --mode overwrite --allow-loss image-member object-confidence --quiet',
  },
  {
    what: 'In a pipe: data on standard output, everything else on standard error.',
    run: 'labelkit convert street.manifest - --to manifest --quiet | head -n 1',
  },
];
