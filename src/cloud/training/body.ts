import type { JsonObject } from '../../model/index.js';
import { servicePath } from '../service/paths.js';
import type { EstimatorOptions, FitData, InputData, JobParameter, OutputData } from './inputs.js';
import { toWire } from './wire.js';

/**
 * The body that creates a job. Nothing is checked.
 *
 * ASSUMED: the data set stands as the first input, `data_url`; a framework on an image of one's own has no version.
 */
export function jobBody(
  options: EstimatorOptions,
  { jobName, inputs, datasetId, datasetVersionId }: FitData,
): JsonObject {
  const { trainingFiles, volumes, logUrl, workspaceId = '0', jobDescription = '' } = options;
  const dataset = { name: 'data_url', remote: { dataset: { id: datasetId, versionId: datasetVersionId } } };
  return toWire({
    kind: 'job',
    metadata: { name: jobName, description: jobDescription, workspaceId },
    algorithm: {
      codeDir: trainingFiles && servicePath(trainingFiles.codeDir),
      bootFile: trainingFiles?.bootFile && bootPath(trainingFiles.codeDir, trainingFiles.bootFile),
      engine: engineOf(options),
      command: options.userCommand,
      parameters: options.parameters?.map(parameterOf),
      inputs: datasetId === undefined ? inputs?.map(placeOf) : [dataset],
      outputs: options.outputs?.map(placeOf),
      environments: options.envVariables,
      localCodeDir: options.localCodeDir,
      workingDir: options.workingDir,
    },
    spec: {
      resource: {
        flavorId: options.trainInstanceType,
        nodeCount: options.trainInstanceCount,
        poolId: options.poolId,
      },
      volumes: volumes,
      logExportPath: logUrl === undefined ? undefined : { obsUrl: servicePath(logUrl) },
    },
  });
}

function bootPath(codeDir: string, bootFile: string): string {
  return servicePath(bootFile.startsWith('obs://') ? bootFile : `${codeDir}${bootFile}`);
}

function engineOf({ frameworkType, frameworkVersion, userImageUrl }: EstimatorOptions): object {
  return { engineName: frameworkType, engineVersion: frameworkVersion, imageUrl: userImageUrl };
}

/** ASSUMED: an argument without a value is an empty text. */
function parameterOf({ name, value = '' }: JobParameter): object {
  return { name, value: String(value) };
}

function placeOf({ name, obsPath = '' }: InputData | OutputData): object {
  return { name, remote: { obs: { obsUrl: servicePath(obsPath) } } };
}

/** Values that must not be shown. */
export function secretsOf({ envVariables = {}, parameters = [] }: EstimatorOptions): string[] {
  return [...Object.values(envVariables), ...parameters.map(({ value = '' }) => String(value))];
}
