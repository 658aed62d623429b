export const service = true;

export const examples = [
  {
    what: 'Check, upload, create a data set, import, publish. The example has one fault on purpose.',
    run: 'labelkit import examples/street --name street --work-path obs://data/work/ --on-error skip --publish V001 --download V001.manifest',
  },
];
