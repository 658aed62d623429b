/** A rule about arguments, checked before anything is asked. */
export interface TrainingRule {
  /** `T001` */
  readonly id: string;
  /** The arguments it is about, by their names in TypeScript. */
  readonly fields: readonly string[];
  readonly says: string;
  /** Hard ones refuse; soft ones are told to `onNotice`, and the service decides. */
  readonly kind: 'hard' | 'soft';
}

const hard = (id: string, fields: string, says: string): TrainingRule => ({
  id,
  fields: fields.split(' '),
  says,
  kind: 'hard',
});
const soft = (id: string, fields: string, says: string): TrainingRule => ({
  ...hard(id, fields, says),
  kind: 'soft',
});

/** Rules of the new training; `docs/training.md` lists them. */
export const trainingRules: readonly TrainingRule[] = [
  hard(
    'T001',
    'session trainInstanceType trainInstanceCount',
    'A session and a flavor are given (a pool has one of its own), and a whole number of nodes from 1 to as many as the flavor allows.',
  ),
  hard(
    'T002',
    'frameworkType frameworkVersion',
    'A framework has a type and a version; a local run needs the type only.',
  ),
  hard('T003', 'userImageUrl userCommand', 'An image of your own has a command.'),
  hard(
    'T004',
    'frameworkType userImageUrl',
    'There is a framework or an image, not both; `frameworkOnImage` allows a framework with an image.',
  ),
  hard('T005', 'frameworkType userImageUrl', 'There is a framework or an image, but for local runs.'),
  hard(
    'T006',
    'trainingFiles.codeDir',
    'A job with a framework has code in a folder obs://…/ of object storage, a local run there or in a local folder.',
  ),
  hard('T007', 'trainingFiles.bootFile', 'The boot file lies in the folder of the code.'),
  hard(
    'T008',
    'inputs datasetId datasetVersionId',
    'Data comes from inputs or from a version of a data set, not from both.',
  ),
  hard('T009', 'datasetId datasetVersionId', 'A data set has a version.'),
  hard(
    'T010',
    'inputs outputs',
    'Inputs and outputs have a path and a name; a name stands once in each list.',
  ),
  hard('T011', 'jobName', 'A name has 1 to 64 letters, digits, _ and -.'),
  hard('T012', 'jobDescription description', 'A description has 256 characters at most.'),
  hard('T013', 'localCodeDir', 'The folder of the code in the container is below /home.'),
  hard('T014', 'logUrl', 'Logs go to a folder of object storage: obs://bucket/dir/.'),
  hard('T015', 'parameters', 'A parameter has a name, and a text, a number or a boolean, or no value.'),
  hard(
    'T016',
    'envVariables',
    'There are 100 variables at most, of letters, digits and _, with values of 4096 characters at most and without $.',
  ),
  hard(
    'T017',
    'limit offset order filters',
    'A search has a limit from 1 to 50, an offset from 0, the order asc or desc, and operators between, in, like, not and rely_to.',
  ),
  soft('T018', 'taskId', 'A task is called worker-0, worker-1, server-0 and so on.'),
  soft('T019', 'jobId', 'A job can be terminated while it is Creating, Pending or Running.'),
  soft('T020', 'poolId trainInstanceType', 'A pool has flavors of its own, modelarts.pool.…'),
  hard(
    'T021',
    'algorithmId subscriptionId itemVersionId',
    'Algorithms of AI Gallery cannot be named in a job that is created here.',
  ),
  hard('T022', 'volumes', 'A volume has the path of a server and a local path.'),
];
