import type { Rule } from '../../model/index.js';

/** Rules that look at all samples of a file together. */
export const fileRules: readonly Rule[] = [
  {
    id: 'M140',
    name: 'mixed-tasks',
    severity: 'warning',
    profile: { 'modelarts-import': 'error' },
    summary: 'The file carries more than one labelling task (entities with relations count as one).',
    why: 'A dataset of the service has one labelling type, and an import takes only that one.',
    fix: 'Write the samples of each task to a file of their own.',
  },
  {
    id: 'M141',
    name: 'repeated-sample-id',
    severity: 'warning',
    crossSample: true,
    summary: 'Two samples have the same id.',
    why: 'Ids are meant to be unique; merging or updating by id hits the wrong sample.',
    fix: 'Remove the copy, or drop the ids: the service assigns new ones on import.',
  },
  {
    id: 'M142',
    name: 'repeated-source',
    severity: 'warning',
    crossSample: true,
    summary: 'Two samples have the same source.',
    why: 'The item counts twice in training, and its labels may contradict each other.',
    fix: 'Join the lines into one that has the annotations of all.',
  },
  {
    id: 'M143',
    name: 'source-in-several-usages',
    severity: 'warning',
    crossSample: true,
    summary: 'One source occurs under different usages.',
    why: 'A model tested on what it was trained with looks better than it is.',
    fix: 'Give every line of a source the same usage.',
  },
  {
    id: 'M144',
    name: 'too-few-samples-to-split',
    severity: 'warning',
    summary: 'An unsplit file has a label on fewer than 5 samples, or just one sample with several labels.',
    why: 'Splitting at publishing asks for 5 samples of every label, and for 2 multi-label samples if there are any.',
    fix: 'Add samples of the rare labels, or give every sample a usage yourself.',
  },
  {
    id: 'M145',
    name: 'look-alike-labels',
    severity: 'warning',
    summary: 'Label names differ only in letter case, character width or Unicode normalisation.',
    why: 'They count as different labels although one was meant.',
    fix: 'Rename them to one spelling.',
  },
];
