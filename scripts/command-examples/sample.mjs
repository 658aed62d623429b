export const examples = [
  {
    what: 'The same two samples whenever the seed is the same.',
    run: 'labelkit sample examples/street few --count 2 --seed 7',
  },
];
