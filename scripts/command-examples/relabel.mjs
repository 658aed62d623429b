export const examples = [
  {
    what: 'Which labels there are, and which look like one another.',
    before: 'labelkit relabel examples/street mixed --map moon=Car',
    run: 'labelkit relabel mixed --suggest',
  },
  {
    what: 'Rename one, take one out.',
    run: 'labelkit relabel examples/street renamed --map car=vehicle --drop moon',
  },
];
