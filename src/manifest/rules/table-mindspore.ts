import type { Rule } from '../../model/index.js';

/** What MindSpore's ManifestDataset asks for beyond the format; off in the other profiles. */
export const mindsporeRules: readonly Rule[] = [
  {
    id: 'M150',
    name: 'mindspore-source-not-local',
    severity: 'off',
    profile: { mindspore: 'error' },
    summary: 'The source is not a path on the local disk.',
    why: 'MindSpore opens every source as a local file and aborts when it cannot.',
    fix: 'Copy the files to disk and write their paths.',
  },
  {
    id: 'M151',
    name: 'mindspore-no-annotation-array',
    severity: 'off',
    profile: { mindspore: 'error' },
    summary: 'The sample has no annotation array.',
    why: 'MindSpore aborts on such a line, even when it reads data for inference.',
    fix: 'Add "annotation": [], which makes it skip the sample, or label it.',
  },
  {
    id: 'M152',
    name: 'mindspore-annotation-without-name',
    severity: 'off',
    profile: { mindspore: 'error' },
    summary: 'An annotation has no name, or an empty one.',
    why: 'MindSpore reads classification labels only and aborts here; detection manifests cannot be read.',
    fix: 'Convert the labels to classification, or use another loader.',
  },
  {
    id: 'M153',
    name: 'mindspore-usage-skipped',
    severity: 'off',
    profile: { mindspore: 'warning' },
    summary: 'The usage is absent or not train, eval or inference.',
    why: 'MindSpore never returns such a sample, whatever usage is asked for.',
    fix: 'Write one of the three words.',
  },
  {
    id: 'M154',
    name: 'mindspore-image-type',
    severity: 'off',
    profile: { mindspore: 'warning' },
    summary:
      'The first bytes of the image are not those of JPEG, PNG, GIF or BMP (checked when files are checked too).',
    why: 'MindSpore skips the sample.',
    fix: 'Convert the image.',
  },
  {
    id: 'M155',
    name: 'mindspore-container',
    severity: 'off',
    profile: { mindspore: 'error' },
    summary: 'A byte order mark (M002) or a blank line (M005), which this profile treats as errors.',
    why: 'MindSpore aborts on any line that is not JSON.',
    fix: 'Remove the mark or the blank line; the finding carries the id M002 or M005.',
  },
];
