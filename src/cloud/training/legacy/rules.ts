import type { TrainingRule } from '../rules.js';

const rule =
  (kind: TrainingRule['kind']) =>
  (id: string, fields: string, says: string): TrainingRule => ({ id, fields: fields.split(' '), says, kind });
const hard = rule('hard');
const soft = rule('soft');

/** Rules of the old training and its configurations; `docs/training.md` lists them. */
export const legacyTrainingRules: readonly TrainingRule[] = [
  hard(
    'T101',
    'inputs datasetId datasetVersionId dataSource',
    'Data comes from exactly one of inputs, a version of a data set, and dataSource.',
  ),
  hard('T102', 'datasetId datasetVersionId', 'A data set has a version.'),
  hard(
    'T103',
    'dataSource',
    'An item of dataSource is {type: "obs", dataUrl} or {type: "dataset", datasetId, datasetVersion}; all are of one type.',
  ),
  hard('T104', 'codeDir bootFile', 'Code has a folder and a boot file that lies in it.'),
  hard(
    'T105',
    'modelName codeDir bootFile frameworkType frameworkVersion',
    'A built-in algorithm has code and framework of its own.',
  ),
  hard('T106', 'frameworkType frameworkVersion', 'A framework has a type and a version.'),
  hard(
    'T107',
    'userImageUrl userCommand modelName frameworkType frameworkVersion',
    'An image of your own has a command, and neither framework nor built-in algorithm.',
  ),
  hard(
    'T108',
    'frameworkType frameworkVersion codeDir bootFile modelName userImageUrl userCommand',
    'There is a framework with code, a built-in algorithm, or an image of your own.',
  ),
  hard('T109', 'outputPath', 'A job writes to a folder of object storage.'),
  hard(
    'T110',
    'trainInstanceType trainInstanceCount',
    'An instance type is given (a pool has one of its own), and a whole number of nodes from 1 to as many as the type allows.',
  ),
  hard('T111', 'jobName', 'A name has 1 to 64 letters, digits, _ and -.'),
  hard(
    'T112',
    'configName',
    'A name has 1 to 64 letters, digits, _ and -; more than 20 are told to `onNotice`.',
  ),
  hard('T113', 'jobDescription configDesc', 'A description has 256 characters at most.'),
  hard(
    'T114',
    'hyperparameters',
    'A hyperparameter has a label, and a text, a number or a boolean, which is sent as a text.',
  ),
  hard(
    'T115',
    'perPage page',
    'A page has 1 to 1000 items, of algorithms 1 to 100; its number is from 1 to 65535.',
  ),
  hard('T116', 'searchContent', 'A search has 100 characters at most; more than 64 are told to `onNotice`.'),
  hard('T117', 'sortBy order', 'The order is asc or desc, and lists are sorted by columns they have.'),
  hard(
    'T118',
    'startByte offset lines',
    'startByte is from -1 on, offset from -2048 to 2048, lines from 0 to 500.',
  ),
  soft('T119', 'jobId versionId preVersionId', 'Ids of jobs and versions are digits.'),
  hard(
    'T120',
    'inputs codeDir bootFile outputPath logUrl dataUrl',
    "A folder is /bucket/dir/ or obs://bucket/dir/, not a whole bucket, and without blanks, ', {, }, [ and ].",
  ),
  hard('T122', 'configName', 'An update names its configuration.'),
];
