export const examples = [
  {
    what: 'A page about a VOC tree, with half as many pictures as usual.',
    run: 'labelkit report examples/street street.html --samples 12',
    status: 1,
  },
  {
    what: 'What was found, as JSON; the page is not there yet, so nothing is replaced.',
    run: 'labelkit report examples/street again.html --samples 0 --json',
    status: 1,
  },
];
