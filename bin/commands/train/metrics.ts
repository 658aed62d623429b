import type { JobMetric } from '../../../src/dataset-io/cloud.js';
import type { CommandIo } from '../../io.js';
import { printList, type ServiceFlags } from '../dataset/shared.js';

/** Prints what was measured, summed up. */
export async function printMetrics(
  metrics: readonly JobMetric[],
  flags: ServiceFlags,
  io: CommandIo,
): Promise<void> {
  await printList<JobMetric>(
    flags,
    io,
    {
      key: 'metrics',
      what: 'metrics',
      head: ['metric', 'values', 'least', 'mean', 'most', 'latest'],
      textColumns: 1,
      row: ({ metric, value }) => {
        const known = value.filter((one) => one !== null);
        if (known.length === 0) return [metric, '0', '', '', '', ''];
        const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
        const [least, most] = [Math.min(...known), Math.max(...known)];
        return [metric, `${known.length}`, ...[least, mean, most, known.at(-1)!].map(rounded)];
      },
    },
    metrics,
  );
}

function rounded(number: number): string {
  return String(Math.round(number * 100) / 100);
}
