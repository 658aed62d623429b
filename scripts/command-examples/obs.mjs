export const service = true;

export const examples = [
  {
    of: 'obs clean-uploads',
    what: 'Uploads that killed writers left, which cost space until they are removed.',
    run: 'labelkit obs clean-uploads obs://data/ --older-than 1d',
  },
];
