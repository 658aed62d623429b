export const service = true;

export const examples = [
  { what: 'Which keys are found, and whether they are good.', run: 'labelkit whoami' },
];
