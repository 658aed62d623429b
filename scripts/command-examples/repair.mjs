export const examples = [
  {
    what: 'What would be done, and nothing else.',
    run: 'labelkit repair examples/street mended --fix clip,drop-degenerate --dry-run',
  },
  { what: 'Do it.', run: 'labelkit repair examples/street mended --fix clip,drop-degenerate' },
];
