import type { FitData, JobFile, Session } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import type { CommandIo } from '../../io.js';
import { findDataset, notices, type ServiceFlags } from '../dataset/shared.js';
import { findVersion } from '../dataset/versions.js';
import { StepBar, stateFileOf } from '../import.js';

/** Where the data of a job comes from. */
export type DataRoad =
  | { readonly kind: 'inputs'; readonly inputs: FitData['inputs'] }
  | { readonly kind: 'version'; readonly dataset: string; readonly version: string }
  | {
      readonly kind: 'import';
      readonly folder: string;
      readonly dataset: string;
      readonly version: string | undefined;
      /** Undefined: it goes into a data set that is there. */
      readonly workPath: string | undefined;
    };

export interface ImportFlags extends ServiceFlags {
  readonly onError?: 'fail' | 'skip';
  readonly state?: string | false;
}

const defaultInput = 'data_url';
const inObjectStorage = /^(?:obs|s3|s3a):\/\//i;

export function isObs(path: string): boolean {
  return inObjectStorage.test(path);
}

/** Says which road is meant. @throws OptionError (T008, T009) */
export function roadOf({ data, inputs, dataset, version, workPath }: JobFile): DataRoad {
  const refuse = (message: string, hint: string): never => {
    throw new OptionError(message, { hint });
  };
  if (inputs !== undefined && (data !== undefined || dataset !== undefined || version !== undefined))
    refuse('inputs are given beside a data set or data', 'Say where the data is in one way. (rule T008)');
  if (data !== undefined && isObs(data)) {
    if (dataset !== undefined || version !== undefined) {
      refuse(
        'data in object storage and a data set are given (data, dataset, version)',
        'Say one of them; labelkit import makes a data set of what is in object storage. (rule T008)',
      );
    }
    return { kind: 'inputs', inputs: [{ name: defaultInput, obsPath: data }] };
  }
  if (data !== undefined) {
    if (dataset === undefined)
      return refuse(
        `${data} is on this machine, and it is not said which data set it becomes (dataset)`,
        'Say --dataset <name> and --work-path <obs> for a new one, --dataset <id or name> for one that is there.',
      );
    return { kind: 'import', folder: data, dataset, version, workPath };
  }
  if (workPath !== undefined)
    refuse('a work path is given, and no local folder to import', 'Say --data <folder>, or leave it out.');
  if (dataset !== undefined || version !== undefined) {
    if (dataset === undefined || version === undefined) {
      return refuse(
        `${dataset === undefined ? 'version' : 'dataset'} is given without ${dataset === undefined ? 'dataset' : 'version'}`,
        'Say the data set and its version; labelkit dataset versions <dataset> shows them. (rule T009)',
      );
    }
    return { kind: 'version', dataset, version };
  }
  return { kind: 'inputs', inputs };
}

/** The data as it would be named, without asking: names stand for ids. */
export function rehearsedData(road: DataRoad): Pick<FitData, 'inputs' | 'datasetId' | 'datasetVersionId'> {
  if (road.kind === 'inputs') return { inputs: road.inputs };
  return {
    datasetId: `id of ${road.dataset}`,
    datasetVersionId: `id of ${road.kind === 'version' ? road.version : 'the version that is published'}`,
  };
}

/**
 * Finds the data, and imports it first where it is on this machine.
 *
 * @throws LabelkitError `NotFound`; what `importDataset` throws
 */
export async function resolveData(
  road: DataRoad,
  session: Session,
  flags: ImportFlags,
  io: CommandIo,
): Promise<Pick<FitData, 'inputs' | 'datasetId' | 'datasetVersionId'>> {
  if (road.kind === 'inputs') return { inputs: road.inputs };
  const onNotice = notices(flags, io);
  if (road.kind === 'version') {
    const dataset = await findDataset(session, road.dataset, onNotice, io.signal);
    const { versionId } = await findVersion(dataset, road.version, io.signal);
    return { datasetId: dataset.datasetId, datasetVersionId: versionId };
  }
  const { importDataset } = await import('../../../src/dataset-io/cloud.js');
  const target =
    road.workPath === undefined
      ? { into: (await findDataset(session, road.dataset, onNotice, io.signal)).datasetId }
      : { name: road.dataset, workPath: road.workPath };
  const bar = new StepBar(io, flags.quiet === true);
  try {
    const { datasetId, datasetName, version, imported, total } = await importDataset(road.folder, {
      session,
      ...target,
      publish: road.version ?? true,
      onError: flags.onError,
      state: stateFileOf(road.dataset, flags.state),
      signal: io.signal,
      onProgress: bar.update,
      onNotice: (notice) => {
        bar.clear();
        onNotice(notice);
      },
    });
    bar.clear();
    if (flags.quiet !== true) {
      io.stderr.write(
        `imported ${imported} of ${total} samples; from now on: --dataset ${datasetName} --version ${version!.name}\n`,
      );
    }
    return { datasetId, datasetVersionId: version!.versionId };
  } finally {
    bar.clear();
  }
}
