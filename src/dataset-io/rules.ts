import { type Diagnostic, pairingRules, type Rule } from '../model/index.js';

/** Rules about a conversion (C) and about how the files of a folder fit together (D). */
export const datasetRules: readonly Rule[] = [
  {
    id: 'C001',
    name: 'feature-lost',
    severity: 'warning',
    summary: 'The target format has no place for something the sample has.',
    why: 'What a format cannot hold would vanish without a trace; it is counted in the result under `losses`, and this finding shows the first sample of each kind.',
    fix: 'Convert to a format that holds it, or accept the loss by name with --allow-loss.',
  },
  {
    id: 'C002',
    name: 'same-output-name',
    severity: 'error',
    summary: 'Two samples would be written to the same file.',
    why: 'A folder format names its files after the image; the second of two images with one base name would overwrite the first.',
    fix: 'Rename one of the images, convert the sets into separate folders, or give --rename-clashes to number the later ones.',
  },
  {
    id: 'C003',
    name: 'unsafe-name',
    severity: 'error',
    summary: 'A name in the data cannot be a file name inside the output folder.',
    why: 'Names such as ../x, /etc/x or names with control characters would write outside the output folder or cannot be stored everywhere.',
    fix: 'Mend the name in the data; it should be the base name of the image.',
  },
  {
    id: 'C004',
    name: 'sample-does-not-fit',
    severity: 'warning',
    summary: 'The target format cannot hold this kind of sample at all.',
    why: 'An image format has no place for a text, an audio file or a table; the sample is counted as skipped.',
    fix: 'Convert such samples to a format made for them; keep the original.',
  },
  {
    id: 'C005',
    name: 'annotation-files-disagree',
    severity: 'error',
    summary: 'One image has several annotation files that cannot become one.',
    why: 'Pascal VOC has one file for each image. Several files of one image are joined object by object, which needs the same file name and size in all of them.',
    fix: 'Mend the file that names another image or another size.',
  },
  {
    id: 'C006',
    name: 'older-files-stay',
    severity: 'warning',
    summary: 'The folder that was overwritten holds annotation files that the new data does not name.',
    why: 'Nothing that was not replaced is ever deleted, so whoever reads the folder gets the older samples too.',
    fix: 'Write into a new folder, or remove the older files yourself.',
  },
  {
    id: 'C007',
    name: 'cannot-be-changed',
    severity: 'error',
    summary: 'An annotation file cannot be given the change that was asked for.',
    why: 'The change does not fit into the encoding of the file, or would make XML that nobody can read.',
    fix: 'Store the file as UTF-8, and run again.',
  },
  {
    id: 'C010',
    name: 'unmapped-label',
    severity: 'error',
    summary: 'A sample has a label that is none of the classes given for the output.',
    why: 'Class ids follow from the list. A label that is not in it has no id, and leaving its objects out would teach that there is nothing.',
    fix: 'Give the label one of the classes with labelkit relabel --map old=new, or add it to --classes.',
  },
  {
    id: 'C011',
    name: 'no-annotation-file',
    severity: 'error',
    summary: 'No Pascal VOC file can be made of the objects of an image.',
    why: 'A VOC file must say how large the image is. Formats without sizes leave that to the image itself, which must then be readable.',
    fix: 'Put the image where the data says it is, or leave such samples out with --on-error skip.',
  },
  ...pairingRules,
  {
    id: 'D050',
    name: 'listed-without-file',
    severity: 'warning',
    summary: 'An ImageSets list names an id that has neither annotation file nor image.',
    why: 'The list and the folder have drifted apart. Test sets of the official devkits have no annotation files, but they have images.',
    fix: 'Remove the id from the list or add the file.',
  },
  {
    id: 'D051',
    name: 'listed-in-two-sets',
    severity: 'warning',
    summary: 'An id is in more than one of train, val and test.',
    why: 'Images seen in training make test figures look better than they are. The first of train, val, test that names the id counts.',
    fix: 'Keep the id in one list.',
  },
  {
    id: 'D052',
    name: 'class-flag-differs',
    severity: 'warning',
    summary: 'A class list says something else than the annotation file.',
    why: 'The flags 1, 0 and -1 of <class>_<set>.txt are derived from the objects: 1 a plain object, 0 only difficult ones, -1 none.',
    fix: 'Write the class lists anew from the annotation files.',
  },
  {
    id: 'D053',
    name: 'unreadable-file',
    severity: 'error',
    summary: 'A file of the data set cannot be read.',
    why: 'It vanished after the folder was listed, is a directory or a dead link, or its rights forbid reading.',
    fix: 'Check the file and its rights, and run again.',
  },
  {
    id: 'D054',
    name: 'not-an-image',
    severity: 'error',
    lenient: 'warning',
    summary: 'An image file does not begin as an image does.',
    why: 'Truncated downloads, renamed documents and error pages saved as .jpg fail in training, hours after the start.',
    fix: 'Fetch the image again, or remove it together with its annotation.',
  },
  {
    id: 'D055',
    name: 'link-not-followed',
    severity: 'warning',
    summary: 'A folder has symbolic links or pipes, which are not read.',
    why: 'A link may lead out of the folder, or back into it; what it leads to is not part of the data set.',
    fix: 'Put the files themselves there.',
  },
  {
    id: 'D060',
    name: 'group-in-several-parts',
    severity: 'error',
    summary: 'Samples that belong together are in different parts of a split.',
    why: 'Frames of one video and pictures of one scene are almost the same: a model is then tested on what it was trained with.',
    fix: 'Split again with the same grouping, and with --reassign where samples have a usage already.',
  },
  {
    id: 'D061',
    name: 'part-off-target',
    severity: 'warning',
    summary: 'A part of a split has more or fewer samples than it should.',
    why: 'Groups stay whole: one that is larger than a part cannot be divided. Samples that have a usage stay where they are.',
    fix: 'Group by something finer, choose other ratios, or give --reassign.',
  },
  {
    id: 'D062',
    name: 'empty-part',
    severity: 'warning',
    summary: 'A part of a split that should have samples has none.',
    why: 'There are fewer groups than parts, and nothing can be learnt from or tested on an empty part.',
    fix: 'Ask for fewer parts, or group by something finer.',
  },
  {
    id: 'D063',
    name: 'sample-in-several-parts',
    severity: 'error',
    summary: 'One sample is in more than one part of a split.',
    why: 'Samples seen in training make test figures look better than they are.',
    fix: 'Keep the sample in one part.',
  },
  {
    id: 'D064',
    name: 'sample-repeated-in-part',
    severity: 'warning',
    summary: 'One part of a split has a sample more than once.',
    why: 'It counts more than the others, in training and in figures.',
    fix: 'Remove all but one: labelkit dedupe --by source.',
  },
  {
    id: 'D065',
    name: 'sample-in-no-part',
    severity: 'warning',
    summary: 'A sample of the data set is in no part of its split.',
    why: 'It is neither trained with nor tested on, mostly because it was added after the split.',
    fix: 'Add it to a part, or split again.',
  },
  {
    id: 'D066',
    name: 'part-names-missing-sample',
    severity: 'error',
    summary: 'A part of a split names a sample that the data set does not have.',
    why: 'Training stops at it, or quietly goes on with less.',
    fix: 'Restore the sample, or remove it from the part.',
  },
  {
    id: 'D067',
    name: 'same-image-in-several-parts',
    severity: 'error',
    summary: 'Files with the same bytes are in different parts of a split.',
    why: 'Under another name it is still the same picture: a model is tested on what it was trained with.',
    fix: 'Remove the copies with labelkit dedupe --by image, and split again.',
  },
  {
    id: 'D070',
    name: 'same-key-other-content',
    severity: 'error',
    summary: 'Data sets that are merged have two samples with one key that say different things.',
    why: 'Nothing tells which of the two is right, so that merging would lose one of them or make the sample count twice.',
    fix: 'Mend one of the inputs, or say with --on-conflict what is to become of such samples: first, last or union.',
  },
  {
    id: 'D071',
    name: 'usage-conflict',
    severity: 'warning',
    summary: 'Samples that are united differ in usage.',
    why: 'A sample of the training set in one input is in the test set of another one; the usage of the first is kept.',
    fix: 'Split the merged data set anew, or mend the usage in the inputs.',
  },
  {
    id: 'D072',
    name: 'member-conflict',
    severity: 'warning',
    summary: 'Samples that are united have different values for the same member.',
    why: 'A sample has each member once; the value of the first is kept, and that of the other one is not in the output.',
    fix: 'Make the inputs agree, or merge them by another key.',
  },
  {
    id: 'D073',
    name: 'annotation-id-conflict',
    severity: 'error',
    summary: 'Samples that are united have different annotations with the same id.',
    why: 'Relations name the annotations that they join by these ids, which mean something else in the other sample.',
    fix: 'Give the annotations of one of the inputs other ids; merge --on-conflict union --renumber does.',
  },
  {
    id: 'D074',
    name: 'references-from-elsewhere',
    severity: 'warning',
    summary: 'A manifest was written whose relative references start from another folder than its own.',
    why: 'Lines keep the bytes they had, relative references too, so that readers who start from the folder of the manifest do not find the files.',
    fix: 'Read the manifest with --base-dir, write it beside the input, or have labelkit merge write the references anew.',
  },
];

const byId = new Map(datasetRules.map((rule) => [rule.id, rule]));

/** The rule of an id in {@link datasetRules}. */
export function datasetRule(id: string): Rule {
  const rule = byId.get(id);
  if (rule === undefined) throw new RangeError(`${id} is not in the table`);
  return rule;
}

/** A diagnostic of one of {@link datasetRules}, with the rule's own severity unless another is given. */
export function datasetDiagnostic(
  rule: string,
  message: string,
  place: Omit<Diagnostic, 'rule' | 'severity' | 'message'> & { severity?: Diagnostic['severity'] },
): Diagnostic {
  const { severity, ...where } = place;
  const own = datasetRule(rule).severity;
  if (own === 'off') throw new RangeError(`${rule} is off unless a profile raises it`);
  return { rule, severity: severity ?? own, message, ...where };
}
