export const examples = [
  {
    what: 'Two images at random, the same ones whenever the seed is the same, and a contact sheet of them.',
    run: 'labelkit preview examples/street pictures --count 2 --seed 7',
  },
  {
    what: 'Images with a label whose findings are looked up, too.',
    run: 'labelkit preview examples/street faulty --label pedestrian --finding error,V077 --max-edge 640',
  },
];
