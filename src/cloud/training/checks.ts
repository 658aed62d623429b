import { checkDescription, refuse } from '../service/checks.js';
import type { OnNotice } from '../service/session.js';
import { type EstimatorOptions, type FitData, localInstance, type TrainingFiles } from './inputs.js';
import { trainingPhases } from './phases.js';

/** Checks arguments before anything is asked. Each names its rule; `rules.ts` lists them. Values of variables and parameters are not told. */

const obsFolder = /^obs:\/\/[^/\s]+\/(?:[^\n\r\t]+\/)?$/;
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));

/** T001–T007, T010, T012–T016, T020–T022 @throws OptionError */
export function checkEstimator(session: unknown, options: EstimatorOptions, onNotice: OnNotice): void {
  const { trainInstanceType, trainInstanceCount, poolId, jobDescription, localCodeDir, logUrl } = options;
  if (typeof session !== 'object' || session === null)
    refuse('T001', 'session is not given', 'Make a Session first.');
  if (!isText(trainInstanceType) && !(trainInstanceType === undefined && poolId !== undefined))
    refuse(
      'T001',
      `trainInstanceType is ${shown(trainInstanceType)}`,
      'Say the id of a flavor, or a poolId.',
    );
  if (!(Number.isInteger(trainInstanceCount) && trainInstanceCount >= 1))
    refuse('T001', `trainInstanceCount is ${String(trainInstanceCount)}`, 'Say a whole number from 1 on.');
  for (const name of ['algorithmId', 'subscriptionId', 'itemVersionId']) {
    if (name in options)
      refuse(
        'T021',
        `${name} is given`,
        'The service takes no algorithm of AI Gallery here: name code or an image.',
      );
  }
  const isLocal = trainInstanceType === localInstance;
  checkEngine(options, isLocal);
  checkFiles(options, isLocal);
  checkNamed('outputs', options.outputs, isLocal);
  if (jobDescription !== undefined) checkDescription(jobDescription, 'T012');
  if (localCodeDir !== undefined && !/^\/home(?:\/|$)/.test(localCodeDir))
    refuse('T013', `localCodeDir is ${shown(localCodeDir)}`, 'Say a folder below /home.');
  if (logUrl !== undefined && !/^(?:obs:\/\/|\/)[^/\s]+\/(?:[^\n\r\t]+\/)?$/.test(logUrl))
    refuse('T014', `logUrl is ${shown(logUrl)}`, 'Say a folder of object storage: obs://bucket/log/.');
  checkParameters(options.parameters);
  checkVariables(options.envVariables);
  checkVolumes(options.volumes);
  if (
    poolId !== undefined &&
    trainInstanceType !== undefined &&
    !/^modelarts\.pool\./.test(trainInstanceType)
  ) {
    onNotice({
      rule: 'T020',
      message: `trainInstanceType ${JSON.stringify(trainInstanceType)} is no flavor of a pool, as modelarts.pool.visual.xlarge is`,
    });
  }
}

function checkEngine(
  { frameworkType, frameworkVersion, userImageUrl, userCommand, frameworkOnImage }: EstimatorOptions,
  isLocal: boolean,
): void {
  const both = 'Say both, or neither.';
  const [hasType, hasVersion] = [isText(frameworkType), isText(frameworkVersion)];
  const [hasImage, hasCommand] = [isText(userImageUrl), isText(userCommand)];
  const isMixed = frameworkOnImage === true && hasType && hasImage;
  if (hasVersion && !hasType) refuse('T002', 'frameworkVersion is given without frameworkType', both);
  if (hasType && !hasVersion && !isLocal && !isMixed)
    refuse('T002', 'frameworkType is given without frameworkVersion', both);
  if (isMixed) return;
  if (hasImage && !hasCommand) refuse('T003', 'userImageUrl is given without userCommand', both);
  if (hasCommand && !hasImage) refuse('T003', 'userCommand is given without userImageUrl', both);
  if (hasType && hasImage) {
    refuse(
      'T004',
      'frameworkType and userImageUrl are given',
      'Say one of them, or frameworkOnImage if the image has the framework.',
    );
  }
  if (!hasType && !hasImage && !isLocal) {
    refuse(
      'T005',
      'neither frameworkType nor userImageUrl is given',
      'Say frameworkType and frameworkVersion, or userImageUrl and userCommand.',
    );
  }
}

/**
 * The rules for a run on this machine, which needs no session.
 *
 * @throws OptionError (T002–T004, T006, T007, T010–T016, T022)
 */
export function checkLocalRun(options: EstimatorOptions, data: FitData): void {
  checkEstimator({}, options, options.onNotice ?? (() => {}));
  checkFit(options, data);
}

function checkFiles({ trainingFiles, frameworkType }: EstimatorOptions, isLocal: boolean): void {
  if (trainingFiles === undefined) {
    if (isLocal || frameworkType !== undefined)
      refuse(
        'T006',
        'trainingFiles is not given',
        'Say the folder of the code (codeDir) and the bootFile in it.',
      );
    return;
  }
  const { codeDir, bootFile } = trainingFiles;
  const isFolder = isLocal && isText(codeDir) && !/^\w+:\/\//.test(codeDir);
  if (!isFolder && !obsFolder.test(codeDir)) {
    refuse(
      'T006',
      `codeDir is ${shown(codeDir)}`,
      isLocal
        ? 'Say a local folder, or one of object storage that ends with a slash: obs://bucket/code/.'
        : 'Say a folder of object storage that ends with a slash: obs://bucket/code/.',
    );
  }
  if (bootFile === undefined && frameworkType === undefined && !isLocal) return;
  if (!isText(bootFile) || !isInside(bootFile, trainingFiles))
    refuse('T007', `bootFile is ${shown(bootFile)}`, `Say a file in ${codeDir}, relative to it.`);
}

function isInside(bootFile: string, { codeDir }: TrainingFiles): boolean {
  const relative = bootFile.startsWith('obs://')
    ? bootFile.startsWith(codeDir) && bootFile.slice(codeDir.length)
    : bootFile;
  return (
    typeof relative === 'string' &&
    relative !== '' &&
    !/[\n\r\t]|^\/|\/$|\\/.test(relative) &&
    !relative.split('/').includes('..')
  );
}

/** T010: jobs need a place in object storage; local runs one of the two, and outputs need none. @throws OptionError */
function checkNamed(
  list: 'inputs' | 'outputs',
  all: FitData['inputs'] | EstimatorOptions['outputs'],
  isLocal: boolean,
): void {
  const names = new Set<string>();
  for (const [index, item] of (all ?? []).entries()) {
    const { name, obsPath, localPath } = item;
    const at = `${list}[${index}]`;
    if (!isText(name)) refuse('T010', `${at}.name is ${shown(name)}`, 'Say what the script calls it.');
    if (names.has(name)) refuse('T010', `${at}.name ${shown(name)} stands there twice`, 'Say another name.');
    names.add(name);
    const isHere = 'isLocalSource' in item && item.isLocalSource === true;
    const needsNoObs = isLocal && (list === 'outputs' || isHere || isText(localPath));
    if ((isHere && isLocal && !isText(localPath)) || (localPath !== undefined && !isText(localPath)))
      refuse('T010', `${at}.localPath is ${shown(localPath)}`, 'Say where it is on this machine.');
    if (needsNoObs && obsPath === undefined) continue;
    if (!isText(obsPath) || !/^(?:obs:\/\/|\/)[^/\s]+\/[^\n\r\t]*$/.test(obsPath))
      refuse(
        'T010',
        `${at}.obsPath is ${shown(obsPath)}`,
        isLocal
          ? 'Say a place in object storage, obs://bucket/dir/, or localPath alone.'
          : 'Say a place in object storage: obs://bucket/dir/.',
      );
  }
}

function checkParameters(parameters: EstimatorOptions['parameters']): void {
  for (const [index, { name, value }] of (parameters ?? []).entries()) {
    if (!isText(name))
      refuse('T015', `parameters[${index}].name is ${shown(name)}`, 'Say the name of an argument.');
    const kind = value === null || Number.isNaN(value) ? String(value) : typeof value;
    if (!['string', 'number', 'boolean', 'undefined'].includes(kind)) {
      refuse(
        'T015',
        `parameters[${index}].value (${name}) is ${kind}`,
        'Say a text, a number or a boolean, or leave it out.',
      );
    }
  }
}

function checkVariables(variables: EstimatorOptions['envVariables']): void {
  const all = Object.entries(variables ?? {});
  if (all.length > 100) refuse('T016', `envVariables holds ${all.length} variables`, 'There may be 100.');
  for (const [name, value] of all) {
    const refused = (why: string, hint: string) => refuse('T016', `envVariables ${shown(name)} ${why}`, hint);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      refused('is no name of a variable', 'Names have letters, digits and _, and no digit first.');
    if (typeof value !== 'string') refused(`has a value of type ${typeof value}`, 'Say a text.');
    if ([...value].length > 4_096)
      refused(`has a value of ${[...value].length} characters`, 'A value may have 4096.');
    if (value.includes('$')) refused('has a value with $ in it', 'Values may hold no $.');
  }
}

function checkVolumes(volumes: EstimatorOptions['volumes']): void {
  for (const [index, { nfs }] of (volumes ?? []).entries()) {
    for (const name of ['nfsServerPath', 'localPath'] as const) {
      if (!isText(nfs?.[name]))
        refuse(
          'T022',
          `volumes[${index}].nfs.${name} is ${shown(nfs?.[name])}`,
          'Say both paths of the volume.',
        );
    }
  }
}

/** T008–T011 @throws OptionError */
export function checkFit(
  { trainInstanceType }: EstimatorOptions,
  { inputs, datasetId, datasetVersionId, jobName }: FitData,
): void {
  if (inputs !== undefined && (datasetId !== undefined || datasetVersionId !== undefined)) {
    refuse(
      'T008',
      `inputs and ${datasetId === undefined ? 'datasetVersionId' : 'datasetId'} are given`,
      'Say where data is (inputs), or which version of a data set it is (datasetId, datasetVersionId).',
    );
  }
  for (const [name, value, other] of [
    ['datasetId', datasetId, datasetVersionId],
    ['datasetVersionId', datasetVersionId, datasetId],
  ] as const) {
    if (other !== undefined && !isText(value))
      refuse('T009', `${name} is ${shown(value)}`, 'Say the data set and its version.');
  }
  checkNamed('inputs', inputs, trainInstanceType === localInstance);
  if (jobName !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(jobName))
    refuse('T011', `jobName is ${shown(jobName)}`, 'Say 1 to 64 letters, digits, _ and -.');
}

/** T018 */
export function noteTaskId(taskId: string, onNotice: OnNotice): void {
  if (!/^[a-z]+-\d+$/.test(taskId)) {
    onNotice({
      rule: 'T018',
      message: `taskId ${JSON.stringify(taskId)}: tasks are called worker-0, worker-1, server-0…`,
    });
  }
}

/** T019 */
export function noteTermination(phase: string | undefined, onNotice: OnNotice): void {
  if (phase !== undefined && trainingPhases.get(phase)?.mayBeTerminated !== true)
    onNotice({ rule: 'T019', message: `the job is ${phase}: the service may refuse to terminate it` });
}
