import {
  checkLocalRun,
  type EstimatorOptions,
  type FitData,
  type InputData,
  localInstance,
} from '../../cloud/training/index.js';
import {
  checkedHyperparameters,
  type LegacyEstimatorOptions,
  type LegacyFitData,
} from '../../cloud/training/legacy/index.js';
import { OptionError } from '../../model/index.js';
import { parseLocation } from '../storage/index.js';
import { Environment } from './conda.js';

/**
 * What `Estimator` and `fit` take, of which a run on this machine uses `trainingFiles`, `inputs`, `outputs`, `parameters`,
 * `envVariables`, `scriptInterpreter`, `logUrl` and `jobName`. `codeDir` may be a local folder.
 */
export type LocalRunSettings = Partial<EstimatorOptions> & FitData & OwnSettings;

interface OwnSettings {
  /** The conda environment to run in. Default: none. */
  readonly environment?: Environment | undefined;
}

/** The same of `LegacyEstimator`: `codeDir`, `inputs` and `outputPath` may be local folders. */
export interface LegacyLocalRunSettings extends Partial<LegacyEstimatorOptions>, LegacyFitData, OwnSettings {
  /** The program that runs the boot file. */
  readonly scriptInterpreter?: string | undefined;
}

/** Settings that were checked: `codeDir` and `bootFile` are given, and all else that is used is as rules want it. */
export type CheckedSettings = LocalRunSettings & {
  readonly trainingFiles: { readonly codeDir: string; readonly bootFile: string };
};

/** @throws OptionError; one of code `Unsupported` for what cannot be done on this machine */
export function checkedSettings(settings: LocalRunSettings | LegacyLocalRunSettings): CheckedSettings {
  refuseElsewhere(settings);
  const given: LocalRunSettings = isLegacy(settings) ? fromLegacy(settings) : settings;
  checkLocalRun({ ...given, trainInstanceType: localInstance, trainInstanceCount: 1 }, given);
  refuseNull(given);
  return given as CheckedSettings;
}

function isLegacy(settings: LocalRunSettings | LegacyLocalRunSettings): settings is LegacyLocalRunSettings {
  return 'codeDir' in settings || typeof settings.inputs === 'string' || 'hyperparameters' in settings;
}

function refuseElsewhere(settings: LocalRunSettings | LegacyLocalRunSettings): void {
  const { trainInstanceType = localInstance, trainInstanceCount = 1, userImageUrl } = settings;
  const { datasetId, datasetVersionId } = settings;
  const refuse = (message: string, hint: string): never => {
    throw new OptionError(message, { code: 'Unsupported', hint });
  };
  if (trainInstanceType !== localInstance) {
    refuse(
      `trainInstanceType is ${JSON.stringify(trainInstanceType)}, and this runs on this machine`,
      'Say local, or submit a job of the service with fit; its code has to be in object storage.',
    );
  }
  if (trainInstanceCount !== 1) {
    refuse(
      `trainInstanceCount is ${trainInstanceCount}: a run on several machines needs a second notebook, and no public request makes one`,
      'Run on this machine alone (1), or name a flavor.',
    );
  }
  if (userImageUrl !== undefined) {
    refuse(
      'userImageUrl is given, and images are not run on this machine',
      'Name the code and a program that runs it (scriptInterpreter), or a flavor.',
    );
  }
  if (settings.environment !== undefined && !(settings.environment instanceof Environment)) {
    throw new OptionError('environment is none', {
      hint: 'Say new Environment(name, CondaDependencies.create({ … })).',
    });
  }
  const { dataSource, modelName, modelId } = settings as LegacyLocalRunSettings;
  if (datasetId !== undefined || datasetVersionId !== undefined || dataSource !== undefined) {
    refuse(
      'a version of a data set is given, and only the service can read one',
      'Name the folder of the data as an input: a local one, or obs://bucket/dir/.',
    );
  }
  if (modelName !== undefined || modelId !== undefined)
    refuse('built-in algorithms run at the service only', 'Name codeDir and bootFile, or a flavor.');
}

/** The old training calls its data `data_url`, and what it writes `train_url`. */
function fromLegacy(settings: LegacyLocalRunSettings): LocalRunSettings {
  const { codeDir, bootFile, hyperparameters, inputs, outputPath, onNotice = () => {} } = settings;
  const { logUrl, jobName, jobDescription, scriptInterpreter, environment } = settings;
  const place = (path: string): Pick<InputData, 'obsPath' | 'localPath'> =>
    parseLocation(path).kind === 'obs' ? { obsPath: path } : { localPath: path };
  return {
    trainingFiles: codeDir === undefined ? undefined : { codeDir, bootFile },
    parameters: checkedHyperparameters(hyperparameters, onNotice)?.map(({ label, value }) => ({
      name: label,
      value,
    })),
    inputs: inputs === undefined ? undefined : [{ name: 'data_url', ...place(inputs) }],
    outputs: outputPath === undefined ? undefined : [{ name: 'train_url', ...place(outputPath) }],
    logUrl,
    jobName,
    jobDescription,
    scriptInterpreter,
    environment,
  };
}

/** No program can be given a text with a null character in it. */
function refuseNull({ parameters = [], envVariables = {} }: LocalRunSettings): void {
  const refuse = (what: string): never => {
    throw new OptionError(`${what} holds a null character`, { hint: 'No program can be given one.' });
  };
  for (const { name, value } of parameters)
    if (`${name}${value ?? ''}`.includes('\0')) refuse(`the parameter ${JSON.stringify(name)}`);
  for (const [name, value] of Object.entries(envVariables))
    if (value.includes('\0')) refuse(`the variable ${name}`);
}
