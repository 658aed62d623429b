import { defaultSeed } from '../transforms/index.js';
import { datasetDiagnostic } from './rules.js';
import type { Grouping, SplitJob } from './split-job.js';
import type { SplitReport } from './split-options.js';

/** Samples of a label below which a platform refuses to split, see M144. */
const fewSamples = 5;

/** What a split came to; what is wrong with it is told. */
export function splitReport(job: SplitJob, grouping: Grouping): SplitReport {
  const report = reportOf(job, grouping);
  judge(job, report);
  return report;
}

function reportOf({ options, tally, samples, method }: SplitJob, { wanted, groups }: Grouping): SplitReport {
  const { parts, seed = defaultSeed, groupBy = 'parent' } = options;
  const balance = tally.balance(parts.map(({ name }) => name));
  return {
    method,
    seed,
    groupBy,
    parts: parts.map(({ name }, part) => ({
      name,
      ...(wanted === undefined ? {} : { wanted: wanted[part]! }),
      samples: tally.samples[part]!,
      ...(samples.withLabels ? { labels: tally.labelsOf(part) } : {}),
    })),
    unassigned: tally.unassigned,
    groups,
    ...(balance === undefined ? {} : { balance }),
  };
}

function judge(job: SplitJob, { parts, groups, method }: SplitReport): void {
  const file = job.input === '-' ? '<stdin>' : job.input;
  if (groups !== undefined && groups.crossing > 0) {
    job.tell(
      datasetDiagnostic('D060', `${groups.crossing} groups have samples in several parts`, {
        file,
        hint: 'Their samples have a usage already. --reassign (option reassign) puts them together.',
      }),
    );
  }
  const total = parts.reduce((sum, { samples }) => sum + samples, 0);
  for (const { name, wanted = 0, samples } of parts) {
    if (wanted > 0 && samples === 0 && total > 0) {
      job.tell(
        datasetDiagnostic('D062', `the part ${name} has no sample, and should have ${wanted}`, { file }),
      );
    } else if (wanted > 0 && Math.abs(samples - wanted) > Math.max(1, wanted / 100)) {
      job.tell(
        datasetDiagnostic('D061', `the part ${name} has ${samples} samples, and should have ${wanted}`, {
          file,
          hint: 'Groups stay whole, and samples with a usage stay where they are.',
        }),
      );
    }
  }
  if (method !== 'stratified') return;
  for (const [label, count] of job.tally.totals()) {
    if (count >= fewSamples) continue;
    job.tell({
      rule: 'M144',
      severity: 'warning',
      message: `the label ${JSON.stringify(label)} is on ${count === 1 ? 'one sample' : `${count} samples`}, too few for every part`,
      file,
    });
  }
}
