export const service = true;

export const examples = [
  { of: 'train flavors', what: 'What jobs can run on.', run: 'labelkit train flavors' },
  {
    of: 'train submit',
    what: 'The request that would be sent: a job on a version of a data set.',
    before: `labelkit import examples/street --name street --work-path obs://data/work/ --on-error skip --publish V001
printf 'print(1)' > train.py && labelkit copy train.py obs://data/code/train.py
cat > job.yaml <<'END'
job_name: first
train_instance_type: modelarts.p3.large.public
framework_type: PyTorch
framework_version: PyTorch-1.4.0-python3.6
training_files: { code_dir: obs://data/code/, boot_file: train.py }
dataset: street
version: V001
parameters:
  - { name: epochs, value: 2 }
END`,
    run: 'labelkit train submit --from-file job.yaml --env TOKEN=secret --dry-run',
  },
  {
    of: 'train submit',
    what: 'The same, and its log to the end.',
    run: 'labelkit train submit --from-file job.yaml --follow --quiet',
  },
  {
    of: 'train submit',
    what: 'A script on this machine, with what it would get from a job.',
    before: `mkdir -p code && printf 'console.log(...process.argv.slice(4))' > code/train.mjs`,
    run: `labelkit train submit --instance-type local --name try --interpreter node --code code --boot train.mjs \\
  --input data_url=examples/street --output train_url=obs://data/out/ --param epochs=2 --param dist`,
  },
  { of: 'train metrics', what: 'How it used what it ran on.', run: 'labelkit train metrics first' },
  {
    of: 'train config show',
    what: 'A configuration of the old training, and the request that would replace it.',
    run: `labelkit train config create street --dataset street --version V001 --flavor modelarts.vm.gpu.p100 \\
  --framework PyTorch --framework-version PyTorch-1.0.0-python3.6 --code obs://data/code/ --boot train.py --param lr=0.001
labelkit train config show street --body`,
  },
];
