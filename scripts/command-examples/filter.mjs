export const examples = [
  { what: 'Samples with a label.', run: 'labelkit filter examples/street cars --label car' },
  {
    what: 'Single objects, by an expression over their members.',
    run: `labelkit filter examples/street large --by object --where 'width > 100'`,
  },
];
