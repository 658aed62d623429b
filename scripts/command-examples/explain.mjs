export const examples = [
  { what: 'By id, as findings name it.', run: 'labelkit explain V076' },
  { what: 'By name.', run: 'labelkit explain unknown-usage' },
];
