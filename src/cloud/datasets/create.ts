import type { JsonObject } from '../../model/index.js';
import { checkDescription, refuse } from '../service/checks.js';
import { beganThere, createOnce } from '../service/create-once.js';
import { pages } from '../service/paging.js';
import { serviceFolder, servicePath } from '../service/paths.js';
import type { CallOptions, OnNotice, ServiceSession } from '../service/session.js';
import { checkedAnnotationConfig, labelFormatOnWire } from './annotation.js';
import { checkDatasetType, noteName } from './checks.js';
import { type DataRequest, request, required } from './context.js';
import { dataTypes, schemaTypes } from './enums.js';
import { checkLabels } from './label-checks.js';
import type { AnnotationConfig, DataSource, DatasetInfo, Label, SchemaField, WorkPath } from './types.js';
import { toWire } from './wire.js';

/** What a new data set is. Either `dataType` or `datasetType`. */
export interface CreateDatasetOptions extends CallOptions {
  readonly datasetName: string;
  /** The kind of its data: label tasks of several types can be made for it. */
  readonly dataType?: string | undefined;
  /** What it is labelled for; see `datasetTypes`. The service means to withdraw this. */
  readonly datasetType?: number | undefined;
  /** One, though the service takes a list of one as well. */
  readonly dataSources: DataSource | readonly DataSource[];
  readonly workPath: WorkPath;
  /** Required for text triplets. */
  readonly labels?: readonly Label[] | undefined;
  /** Required for tables. */
  readonly schema?: readonly SchemaField[] | undefined;
  readonly description?: string | undefined;
  /** Tables: import the data at once. */
  readonly importData?: boolean | undefined;
  /** The service keeps the data itself. */
  readonly managed?: boolean | undefined;
  /** Tables: `Default` or `CarbonData`. */
  readonly dataFormat?: string | undefined;
  readonly workspaceId?: string | undefined;
  readonly workforceInformation?: JsonObject | undefined;
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
  /**
   * It was asked for before, at this time (ms since 1970), and nobody knows what came of it: look for one that was made
   * since before asking again.
   */
  readonly askedAt?: number | undefined;
}

/** What the service says of a data set that it is making. */
export interface Created {
  readonly datasetId: string;
  /** The import of annotations that began with it. */
  readonly importTaskId?: string | undefined;
}

/**
 * The body that asks for a data set, checked (D003–D027).
 *
 * ASSUMED: `data_type` at the top level, `content_info` and `annotation_config` in the data source. `import_annotations`
 * is always said, because the service would take them and the SDK would not.
 *
 * @throws OptionError
 */
export function createDatasetBody(options: CreateDatasetOptions): JsonObject {
  const { datasetName, dataType, datasetType, labels, schema, description, onNotice = () => {} } = options;
  checkNameAndKind(options, onNotice);
  const source = checkedSource(options.dataSources, { dataType, datasetType }, onNotice);
  const workPath = checkedWorkPath(options.workPath, source.path);
  checkTable(options, source, onNotice);
  if (datasetType === 102 && (labels === undefined || labels.length === 0))
    refuse('D019', 'labels is not given', 'Text triplets need their entities and relations beforehand.');
  if (labels !== undefined && labels.length > 0) checkLabels(labels, { onNotice, areAll: true });
  if (description !== undefined) checkDescription(description, 'D023', /[\^!<>=&"']/);
  const { annotationConfig } = source;
  return toWire({
    datasetName,
    datasetType,
    dataType,
    dataSources: [
      {
        dataType: Number(source.type ?? 0),
        dataPath: servicePath(source.path),
        withColumnHeader: source.withColumnHeader,
        contentInfo: source.contentInfo,
        annotationConfig,
      },
    ],
    workPath,
    workPathType: 0,
    importAnnotations: annotationConfig !== undefined,
    labelFormat: annotationConfig === undefined ? undefined : labelFormatOnWire(annotationConfig),
    labels,
    schema,
    description,
    importData: options.importData,
    managed: options.managed,
    dataFormat: options.dataFormat,
    workspaceId: options.workspaceId,
    workforceInformation: options.workforceInformation,
  });
}

/**
 * Creates a data set. When the answer is lost, one of that name and work path that was made since is looked for first:
 * there is never a second one.
 *
 * @throws OptionError (D003–D027) before anything is asked; ServiceError, AbortedError
 */
export async function createDataset(
  session: ServiceSession,
  { signal, askedAt, ...options }: CreateDatasetOptions,
): Promise<Created> {
  const body = createDatasetBody(options);
  const asked: DataRequest = { method: 'POST', path: '/datasets', body, signal };
  const { timing } = (await session.services()).client;
  const began = askedAt ?? timing.now();
  return await createOnce({
    timing,
    signal,
    wasAsked: askedAt !== undefined,
    // The service takes a name once.
    again: true,
    create: async () => {
      const { datasetId, importTaskId } = await request<Partial<Created>>(session, asked);
      return { datasetId: required(datasetId, 'dataset_id', asked), importTaskId };
    },
    find: async () => {
      const workPath = body['work_path'];
      let earliest = began;
      const found = pages<DatasetInfo>({
        paging: 'page-index',
        limit: 100,
        ask: async (offset, limit) => {
          const { totalNumber, datasets } = await request<{ totalNumber?: number; datasets?: DatasetInfo[] }>(
            session,
            {
              method: 'GET',
              path: '/datasets',
              query: {
                search_content: options.datasetName,
                sort_by: 'create_time',
                order: 'desc',
                offset,
                limit,
              },
              onHeaders: (headers) => {
                earliest = beganThere(began, timing.now(), headers);
              },
              signal,
            },
          );
          return { items: datasets ?? [], total: totalNumber };
        },
      });
      for await (const info of found) {
        const isOurs =
          info.datasetName === options.datasetName &&
          (info.createTime ?? 0) >= earliest &&
          (info.workPath === undefined || serviceFolder(info.workPath) === workPath);
        if (isOurs) return { datasetId: info.datasetId, importTaskId: info.importTaskId };
      }
      return undefined;
    },
  });
}

function checkNameAndKind(options: CreateDatasetOptions, onNotice: OnNotice): void {
  const { datasetName, dataType, datasetType } = options;
  if (typeof datasetName !== 'string' || datasetName.trim() === '')
    refuse('D004', 'datasetName is not given', 'Name the data set.');
  noteName(datasetName, onNotice);
  if ((dataType === undefined) === (datasetType === undefined)) {
    refuse(
      'D006',
      `${dataType === undefined ? 'neither dataType nor' : 'both dataType and'} datasetType ${dataType === undefined ? 'is' : 'are'} given`,
      'Say one of them.',
    );
  }
  if (datasetType !== undefined) {
    checkDatasetType(datasetType);
    onNotice({ rule: 'D006', message: 'the service means to withdraw datasetType; dataType is to stay' });
  } else if (!(dataTypes as readonly unknown[]).includes(dataType)) {
    refuse('D007', `dataType is ${JSON.stringify(dataType)}`, `Known are ${dataTypes.join(', ')}.`);
  }
}

/** D008–D010, D024–D027 */
function checkedSource(
  given: CreateDatasetOptions['dataSources'] | undefined,
  known: { dataType: string | undefined; datasetType: number | undefined },
  onNotice: OnNotice,
): DataSource & { annotationConfig?: AnnotationConfig | undefined } {
  const list: readonly (DataSource | undefined)[] = Array.isArray(given) ? given : [given as DataSource];
  const [source] = list;
  if (list.length !== 1 || typeof source !== 'object' || source === null) {
    refuse(
      'D008',
      list.length > 1 ? `${list.length} dataSources are given` : 'dataSources is not given',
      'Say one: { type: 0, path: "obs://bucket/dir/" }.',
    );
  }
  const { type = 0, path, contentInfo } = source;
  if (!['0', '5'].includes(String(type)))
    refuse('D008', `type of dataSources is ${String(type)}`, 'Say 0 (object storage) or 5 (AI Gallery).');
  checkPath(path, 'path of dataSources', 'D008', 'D009');
  if (String(type) === '5' && !(isText(contentInfo?.contentId) && isText(contentInfo?.versionId))) {
    refuse(
      'D010',
      'contentInfo of dataSources is not complete',
      'An asset of AI Gallery is named by contentId and versionId.',
    );
  }
  const { annotationConfig, ...rest } = source;
  if (annotationConfig === undefined || annotationConfig === null) return rest;
  return { ...rest, annotationConfig: checkedAnnotationConfig(annotationConfig, known, onNotice) };
}

/** D011–D015 */
function checkedWorkPath(given: WorkPath | undefined, source: string): string {
  if (typeof given !== 'object' || given === null) {
    refuse(
      'D011',
      'workPath is not given',
      'Say where the service may write: { path: "obs://bucket/dir/" }.',
    );
  }
  const { type = 0, path } = given;
  if (String(type) !== '0') refuse('D011', `type of workPath is ${String(type)}`, 'Say 0: object storage.');
  checkPath(path, 'path of workPath', 'D011', 'D014');
  const folder = serviceFolder(path);
  if (!/^\/[^/]+\/[^/]/.test(folder))
    refuse('D012', `workPath ${path} is no folder in a bucket`, 'Say /bucket/dir/ or obs://bucket/dir/.');
  if ([...folder].length < 3 || [...folder].length > 700)
    refuse('D013', `workPath has ${[...folder].length} characters`, 'It may have 3 to 700.');
  if (folder.startsWith(serviceFolder(source))) {
    refuse(
      'D015',
      `workPath ${path} is ${folder === serviceFolder(source) ? 'the place' : 'inside the place'} of the data`,
      'Say another folder, beside the data.',
    );
  }
  return folder;
}

function checkPath(path: unknown, name: string, missing: string, malformed: string): void {
  if (!isText(path)) refuse(missing, `${name} is not given`, 'Say obs://bucket/dir/.');
  if (/[\n\r\t]/.test(path))
    refuse(malformed, `${name} ${JSON.stringify(path)} holds a line break or a tabulator`, 'Rename it.');
}

/** D016–D018 */
function checkTable(
  { datasetType, dataType, schema }: CreateDatasetOptions,
  source: DataSource,
  onNotice: OnNotice,
): void {
  const isTable = datasetType === 400 || dataType === 'TABLE';
  if (!isTable) {
    if (schema !== undefined)
      onNotice({ rule: 'D017', message: 'schema is for tables; the service may not take it' });
    return;
  }
  if (typeof source.withColumnHeader !== 'boolean')
    refuse('D016', 'withColumnHeader is not given', 'Say whether the first line of the table holds names.');
  if (!Array.isArray(schema) || schema.length === 0)
    refuse('D017', 'schema is not given', 'A table needs its columns: [{ schemaId: 1, name, type }].');
  const ids = new Set<unknown>();
  for (const { schemaId, name, type } of schema as readonly SchemaField[]) {
    if (ids.has(schemaId))
      refuse('D017', `schemaId ${String(schemaId)} is there twice`, 'Number the columns from 1 on.');
    ids.add(schemaId);
    if (!schemaTypes.includes(type))
      refuse('D018', `type of column ${name} is ${String(type)}`, `Known are ${schemaTypes.join(', ')}.`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
