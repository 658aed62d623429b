import { expect, test } from 'vitest';
import { groundtruth } from '../../../src/formats/groundtruth/format.js';

const look = (head: string) => ({
  isFolder: false,
  name: 'x.manifest',
  head,
  names: [],
  headOf: () => undefined,
});

test.each([
  ['{"source-ref":"s3://b/1.jpg","a":0,"a-metadata":{"class-name":"x"}}\n', 'sure'],
  ['\n{"source-ref": "s3://b/1.jpg"}\n', 'likely'],
  ['{"source":"a text","a":0,"a-metadata": {"class-name":"x"}}', 'likely'],
  ['{"source":"obs://b/1.jpg","annotation":[]}\n', undefined],
  ['{"source":"obs://b/1.jpg","annotation":[],"a-metadata":{}}\n', undefined],
  ['{"imageGcsUri":"gs://b/1.jpg"}', undefined],
  ['[{"source-ref":1}]', undefined],
  ['', undefined],
])('%s', (head, certainty) => {
  expect(groundtruth.recognise(look(head))?.certainty).toBe(certainty);
  expect(groundtruth.recognise({ ...look(head), isFolder: true })).toBeUndefined();
});
