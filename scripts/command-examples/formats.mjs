export const examples = [
  { what: 'What can be read and written.', run: 'labelkit formats' },
  { what: 'What one format cannot carry, and the options it has.', run: 'labelkit formats yolo' },
];
