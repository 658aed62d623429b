export const service = true;

export const examples = [
  {
    of: 'dataset list',
    what: 'The data sets of the project.',
    before:
      'labelkit import examples/street --name street --work-path obs://data/work/ --on-error skip --publish V001',
    run: 'labelkit dataset list',
  },
  { of: 'dataset show', what: 'One of them, by name.', run: 'labelkit dataset show street' },
  { of: 'dataset versions', what: 'Its versions.', run: 'labelkit dataset versions street' },
  { of: 'dataset samples', what: 'Its samples.', run: 'labelkit dataset samples street --limit 3' },
  { of: 'dataset labels', what: 'Its labels.', run: 'labelkit dataset labels street' },
];
