import type { JsonObject } from '../../../model/index.js';
import { servicePath } from '../../service/paths.js';
import type { OnNotice } from '../../service/session.js';
import { bootFileIn, checkedHyperparameters } from './checks.js';
import { toWire } from './context.js';
import type { LegacyDataInput, LegacyEstimatorOptions } from './types.js';

/** What names were looked up to be. */
export interface LegacyIds {
  readonly specId?: number | undefined;
  readonly engineId?: number | undefined;
  readonly modelId?: number | undefined;
}

/** The settings of a job, a version or a configuration as the service takes them. Options are checked before. */
export function configOnWire(
  options: LegacyEstimatorOptions,
  { inputs, datasetId, datasetVersionId, dataSource }: LegacyDataInput,
  ids: LegacyIds,
  onNotice: OnNotice,
): JsonObject {
  const { codeDir, bootFile, outputPath, logUrl } = options;
  const path = (given: string | undefined) => given && servicePath(given);
  return withoutEmpty(
    toWire({
      workerServerNum: options.trainInstanceCount,
      appUrl: path(codeDir),
      bootFileUrl: bootFile && bootFileIn(codeDir!, bootFile),
      modelId: ids.modelId,
      parameter: checkedHyperparameters(options.hyperparameters, onNotice),
      specId: ids.specId,
      dataUrl: path(inputs),
      datasetId,
      datasetVersionId,
      dataSource: dataSource?.map((one) =>
        one.type === 'obs' ? { ...one, dataUrl: servicePath(one.dataUrl) } : one,
      ),
      engineId: ids.engineId,
      trainUrl: path(outputPath),
      logUrl: path(logUrl),
      userImageUrl: options.userImageUrl,
      userCommand: options.userCommand,
      poolId: options.poolId,
      volumes: options.volumes,
    }),
  );
}

/** Options that were left empty are not sent. */
function withoutEmpty(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== '' && value !== null));
}

/** Texts of a job that errors must not repeat. */
export function secretsOf({ hyperparameters = [] }: LegacyEstimatorOptions): string[] {
  return hyperparameters.map(({ value }) => String(value));
}
