import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect } from '../../../src/dataset-io/inspect.js';
import { validate } from '../../../src/dataset-io/validate.js';
import { scratch } from '../../support/scratch.js';

const files = { 'in/part.carbondata': 'CARBONDATA' };

test('a folder of CarbonData is not taken for a table, and it is said what to do', async () => {
  await expect(inspect(join(scratch(files), 'in'))).rejects.toMatchObject({
    code: 'UnknownFormat',
    hint: expect.stringMatching(/CarbonData files, which are not read\. Publish the version as CSV/),
  });
});

test('a CarbonData file beside a table is a finding, and the table is read', async () => {
  const input = join(scratch({ ...files, 'in/a.csv': '1\n2\n' }), 'in');
  const options = { from: 'table-csv', fromOptions: { schema: 'id=INT' } };
  const { diagnostics, samples } = await validate(input, options);
  expect(samples).toBeGreaterThan(0);
  expect(diagnostics).toContainEqual(
    expect.objectContaining({
      rule: 'D010',
      file: join(input, 'part.carbondata'),
      message: expect.stringContaining('CarbonData, which is not read'),
    }),
  );
});
