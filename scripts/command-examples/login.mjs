export const service = true;

export const examples = [
  {
    what: 'Keys from the `HUAWEICLOUD_SDK_…` variables become a profile; without `--from-env` they are asked for.',
    run: 'labelkit login work --from-env',
  },
];
