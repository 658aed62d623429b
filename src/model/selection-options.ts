/** An option of a format, as formats declare theirs. */
interface SelectionOption {
  readonly name: string;
  readonly for: 'read';
  readonly type: 'flag' | 'list';
  readonly summary: string;
}

/** What the platform's imports can be told of labels, for VOC trees and every other format that they read. */
export const selectionOptions: readonly SelectionOption[] = [
  {
    name: 'includedLabels',
    for: 'read',
    type: 'list',
    summary:
      'Only samples with at least one of these labels, spelt exactly so; car@object_detection counts for that task alone. Unlabelled samples are left out. Default: all.',
  },
  {
    name: 'excludedLabels',
    for: 'read',
    type: 'list',
    summary: 'No samples with any of these labels, whatever other labels they have. Default: all.',
  },
];

export const pruneOption: SelectionOption = {
  name: 'prune',
  for: 'read',
  type: 'flag',
  summary:
    'With included-labels or difficult-only: samples that stay lose the labels that were not asked for. Default: they keep all.',
};

/** For formats that can say that an example is difficult. */
export const difficultOption: SelectionOption = {
  name: 'difficultOnly',
  for: 'read',
  type: 'flag',
  summary:
    'Only samples with a difficult object or a hard label; with included-labels it must be one and the same label. Default: all.',
};
