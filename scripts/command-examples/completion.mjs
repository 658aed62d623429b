export const examples = [
  {
    what: 'In bash, for all shells to come.',
    run: `labelkit completion bash > labelkit.bash
tail -n 1 labelkit.bash`,
  },
];
