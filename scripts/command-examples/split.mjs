export const examples = [
  {
    what: 'Two parts, whatever usage the samples had before.',
    run: 'labelkit split examples/street parts --ratio train=0.7,test=0.3 --reassign',
  },
  { what: 'Does a split that is there leak?', run: 'labelkit split --check examples/street' },
];
