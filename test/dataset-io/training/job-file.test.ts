import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseJobFile, readJobFile } from '../../../src/dataset-io/cloud.js';
import { jobFields, jobFileSchema } from '../../../src/dataset-io/training/job-fields.js';

const shipped = join(import.meta.dirname, '../../../docs/schema/train-job.schema.json');

/** Every entry that a file can have. */
const whole = `
job_name: job-1
job_description: first
train_instance_type: modelarts.p3.large.public
train_instance_count: 2
pool_id: pool1
workspace_id: "0"
framework_type: PyTorch
framework_version: PyTorch-1.4.0-python3.6
user_image_url: org/image:1
user_command: python train.py
framework_on_image: true
training_files: { code_dir: obs://bucket/code/, boot_file: train.py }
dataset: pets
version: V001
data: ./pets
work_path: obs://bucket/work/
script_interpreter: /opt/env/bin/python
inputs:
  - { name: data_url, obs_path: obs://bucket/in/, local_path: ./in, is_local_source: false }
outputs:
  - { name: out, obs_path: obs://bucket/out/, local_path: ./out }
parameters:
  - { name: epochs, value: 2 }
  - { name: lr, value: 1e-3 }
  - { name: amp, value: true }
  - { name: mode, value: fast }
  - name: dist
env_variables: { USER_ENV_VAR: x, camelCase: y, snake_case: z }
log_url: obs://bucket/log/
local_code_dir: /home/ma-user/c
working_dir: /home/ma-user/c
volumes:
  - nfs: { nfs_server_path: "192.168.0.1:/share", local_path: /mnt/share, read_only: true }
`;

test('every entry is read by its name in TypeScript; variables keep theirs', () => {
  const job = parseJobFile(whole, 'job.yaml');
  expect(Object.keys(parse(whole)).sort()).toEqual(Object.keys(jobFields).sort());
  expect(job).toMatchObject({
    jobName: 'job-1',
    trainInstanceCount: 2,
    frameworkOnImage: true,
    trainingFiles: { codeDir: 'obs://bucket/code/', bootFile: 'train.py' },
    inputs: [{ name: 'data_url', obsPath: 'obs://bucket/in/', localPath: './in', isLocalSource: false }],
    parameters: [
      { name: 'epochs', value: 2 },
      { name: 'lr', value: 0.001 },
      { name: 'amp', value: true },
      { name: 'mode', value: 'fast' },
      { name: 'dist' },
    ],
    envVariables: { USER_ENV_VAR: 'x', camelCase: 'y', snake_case: 'z' },
    volumes: [{ nfs: { nfsServerPath: '192.168.0.1:/share', localPath: '/mnt/share', readOnly: true } }],
  });
});

test('JSON is YAML', () => {
  expect(parseJobFile(JSON.stringify(parse(whole)), 'job.json')).toEqual(parseJobFile(whole, 'job.yaml'));
});

/** A file, and where its fault is and what it is called. */
const faults: readonly (readonly [string, string])[] = [
  ['', '1:1: the file holds no names with values'],
  ['- a', '1:1: the file holds no names with values'],
  ['job_name: a\njob_nmae: b', '2:1: job_nmae is unknown'],
  ['job_name: a\n__proto__: b', '2:1: __proto__ is unknown'],
  ['algorithm_id: x', '1:1: algorithm_id is unknown'],
  ['job_name: 12', '1:11: job_name is not a text: put it in quotes'],
  ['job_name:', '1:10: job_name is not a text'],
  ['train_instance_count: 0', '1:23: train_instance_count is not a whole number from 1 on'],
  ['train_instance_count: "2"', '1:23: train_instance_count is not a whole number from 1 on'],
  ['framework_on_image: yes', '1:21: framework_on_image is not true or false'],
  ['training_files: train.py', '1:17: training_files holds no names with values'],
  ['training_files:\n  boot_file: train.py', '2:3: training_files has no code_dir'],
  ['inputs:\n  name: x', '2:3: inputs is not a list'],
  ['inputs:\n  - name: x\n  - obs_path: y', '3:5: inputs[1] has no name'],
  ['inputs:\n  - name: x\n    path: y', '3:5: inputs[0].path is unknown'],
  [
    'parameters:\n  - name: x\n    value: null',
    '3:12: parameters[0].value is not a text, a number or a boolean',
  ],
  ['env_variables:\n  A: 1', '2:6: env_variables.A is not a text: put it in quotes'],
  ['env_variables: [a]', '1:16: env_variables is not names with texts'],
  ['volumes:\n  - nfs: { local_path: /a }', '2:10: volumes[0].nfs has no nfs_server_path'],
  ['job_name: a\njob_name: b', '2:1: this is no YAML: Map keys must be unique'],
  ['job_name: "a', '1:13: this is no YAML: Missing closing "quote'],
  ['a: *b', '1:1: its aliases cannot be followed'],
];

describe('the first fault is said by line and column, and the schema refuses the file as well', () => {
  const accepts = new Ajv({ allowUnionTypes: true }).compile(jobFileSchema());
  test.each(faults)('%j', (text, message) => {
    let thrown: unknown;
    try {
      parseJobFile(text, 'job.yaml');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'BadOption', hint: expect.any(String) });
    expect((thrown as Error).message).toContain(`job.yaml:${message}`);
    if (!/YAML|aliases/.test(message)) expect(accepts(parse(text))).toBe(false);
  });

  test('what is read is accepted', () => {
    expect(accepts(parse(whole)), JSON.stringify(accepts.errors)).toBe(true);
  });
});

test('more aliases than anybody writes are not followed', () => {
  const levels = Array.from(
    { length: 9 },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`,
  );
  expect(() => parseJobFile(`a0: &a0 [x]\n${levels.join('\n')}`, 'job.yaml')).toThrow(
    'aliases cannot be followed',
  );
});

test('a file that is not there', async () => {
  await expect(readJobFile('/nowhere/job.yaml')).rejects.toMatchObject({ code: 'BadOption' });
});

test('the schema that is shipped is that of the table', () => {
  const text = `${JSON.stringify(jobFileSchema(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(shipped, text);
  expect(JSON.parse(readFileSync(shipped, 'utf8'))).toEqual(JSON.parse(text));
});
