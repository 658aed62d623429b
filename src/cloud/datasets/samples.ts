import { inspect } from 'node:util';
import type { JsonObject } from '../../model/index.js';
import { redactFields } from '../redact.js';
import { refuse } from '../service/checks.js';
import { pages } from '../service/paging.js';
import type { CallOptions } from '../service/session.js';
import { type BatchItem, type BatchOptions, type BatchResult, inBatches } from './batch.js';
import { checkId, checkPage } from './checks.js';
import { type Context, requestOf } from './context.js';
import { kindOf } from './kind.js';
import { toWire } from './wire.js';

/** What is said of a sample, or of a part of it. */
export interface SampleLabel {
  readonly id?: string | undefined;
  readonly name: string;
  /** See `labelTypes`. */
  readonly type?: number | undefined;
  /** 0 to 1. */
  readonly score?: number | undefined;
  /** `human`, `auto`, or who it was. */
  readonly annotatedBy?: string | undefined;
  /** `@modelarts:shape`, `@modelarts:feature` and others, as the service names them. */
  readonly property?: JsonObject | undefined;
  readonly [member: string]: unknown;
}

/**
 * A sample as the service tells of it. Members it does not tell of are absent, and others may be there. Printed by
 * `console.log`, signed addresses are shown without their signatures.
 */
export interface SampleInfo {
  readonly sampleId: string;
  /** 0 image, 1 text, 2 audio, 4 table, 6 video, 9 free. */
  readonly sampleType?: number;
  readonly sampleName?: string;
  readonly sampleDir?: string;
  /** Where it is; often a signed address, which is as good as a key until it ends. */
  readonly source?: string;
  readonly sampleTime?: number;
  readonly sampleSize?: number;
  readonly sampleStatus?: string;
  readonly labels?: readonly SampleLabel[];
  /** `@modelarts:size`, `@modelarts:hard` and others, as the service names them. */
  readonly metadata?: JsonObject;
  readonly hardDetails?: JsonObject;
  readonly annotatedBy?: string;
  readonly labelers?: readonly JsonObject[];
  readonly workerId?: string;
  readonly sampleData?: readonly unknown[];
  readonly score?: number;
  readonly subSampleUrl?: string;
  readonly deletionReasons?: readonly string[];
  readonly [member: string]: unknown;
}

/** One page of a list. */
export interface SamplePage {
  /** How many there are in all, as of this answer. */
  readonly total: number | undefined;
  readonly samples: readonly SampleInfo[];
}

/** What samples are looked for by; all that is said must hold. More than is typed here may be said. */
export interface SampleSearch {
  /** Samples with these labels: `op` `OR` (default) or `AND` between them. */
  readonly labelList?:
    | {
        readonly labels?:
          | readonly {
              readonly name: string;
              readonly type?: number | undefined;
              readonly op?: 'OR' | 'AND' | undefined;
              /** Members as the service names them, with lists of values. */
              readonly property?: JsonObject | undefined;
            }[]
          | undefined;
        readonly op?: 'OR' | 'AND' | undefined;
      }
    | undefined;
  readonly sampleName?: string | undefined;
  readonly sampleDir?: string | undefined;
  /** When they came: `month`, `day`, `yesterday`, or `from-to` in ms since 1970. */
  readonly sampleTime?: string | undefined;
  readonly score?: string | undefined;
  /** `0` not hard, `1` hard. */
  readonly hard?: string | undefined;
  readonly coefficient?: string | undefined;
  readonly importOrigin?: string | undefined;
  readonly labeler?: string | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly parentSampleId?: string | undefined;
  readonly [member: string]: unknown;
}

export interface ListSamplesOptions extends CallOptions {
  /** Those of a version; default: those of the data set as it is now. */
  readonly versionId?: string | undefined;
  /** Which page, from 0. Default 0. */
  readonly offset?: number | undefined;
  /** 1 to 100 a page. Default 10. */
  readonly limit?: number | undefined;
  /** `__ALL__` labelled, `__NONE__` not labelled, `__UNCHECK__`, `__ACCEPTED__` and others. */
  readonly sampleState?: string | undefined;
  readonly sampleType?: number | undefined;
  readonly labelName?: string | undefined;
  readonly labelType?: number | undefined;
  /** Lowest and highest score, 0 to 1. */
  readonly lowScore?: number | undefined;
  readonly highScore?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly preview?: boolean | undefined;
  readonly searchConditions?: readonly SampleSearch[] | undefined;
  /** Whose samples, in a team task. */
  readonly email?: string | undefined;
  readonly locale?: string | undefined;
  readonly processParameter?: string | undefined;
}

export interface DeleteSamplesOptions extends BatchOptions {
  /**
   * Delete the files as well. Default false. It has no effect on texts, and breaks versions that refer to those files.
   */
  readonly deleteSource?: boolean | undefined;
}

/** A sample to be added. */
export interface NewSample {
  /** Up to 1,024 characters. */
  readonly name: string;
  /** The file: bytes, or a text that is base64 already. */
  readonly data?: Uint8Array | string | undefined;
  /** Of a text: `UTF-8` or `GBK`. */
  readonly encoding?: string | undefined;
  readonly labels?: readonly SampleLabel[] | undefined;
  /** `@modelarts:size` (width, height, depth) must be there where objects are labelled. */
  readonly metadata?: JsonObject | undefined;
  /** 0 image, 1 text, 2 audio, 4 table, 6 video, 9 free. */
  readonly sampleType?: number | undefined;
  /** Where the service finds the file, when `data` does not hold it. */
  readonly dataSource?: Readonly<Record<string, unknown>> | undefined;
}

export interface AddSamplesOptions extends BatchOptions {
  /** Labels are final, and need nobody's confirmation. */
  readonly finalAnnotation?: boolean | undefined;
  /** How labels stand in texts. */
  readonly labelFormat?: LabelFormat | undefined;
}

/** How labels stand beside texts or in them. */
export interface LabelFormat {
  /** `0` in a file of their own (`_result`), `1` in the same file. Default `1`. */
  readonly labelType?: string | undefined;
  readonly textSampleSeparator?: string | undefined;
  readonly textLabelSeparator?: string | undefined;
}

/** What a sample is to be from now on. */
export interface SampleUpdate {
  readonly sampleId: string;
  /** All its labels: an empty list takes them away. */
  readonly labels?: readonly SampleLabel[] | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly sampleType?: number | undefined;
  readonly sampleUsage?: 'TRAIN' | 'EVAL' | 'TEST' | 'INFERENCE' | undefined;
  readonly source?: string | undefined;
}

export interface UpdateSamplesOptions extends BatchOptions {
  /** Who labelled them, in a team task. */
  readonly email?: string | undefined;
}

const samplesPath = '/data-annotations/samples';

/** One page of samples. @throws OptionError (D001, D002, D036), ServiceError */
export async function listSamples(
  context: Context,
  { searchConditions, signal, ...options }: ListSamplesOptions,
): Promise<SamplePage> {
  checkPage(options);
  refuseTable(context);
  const found = await requestOf<{ sampleCount?: number; samples?: SampleInfo[] }>(context, {
    method: 'GET',
    path: samplesPath,
    query: {
      version_id: options.versionId,
      offset: options.offset,
      limit: options.limit,
      sample_state: options.sampleState,
      sample_type: options.sampleType,
      label_name: options.labelName,
      label_type: options.labelType,
      low_score: options.lowScore,
      high_score: options.highScore,
      order: options.order,
      preview: options.preview,
      search_conditions:
        searchConditions === undefined
          ? undefined
          : JSON.stringify(searchConditions.map((condition) => toWire(condition))),
      email: options.email,
      locale: options.locale,
      process_parameter: options.processParameter,
    },
    signal,
  });
  return { total: found.sampleCount, samples: (found.samples ?? []).map(shownSafely) };
}

/** All samples, page by page; `limit` (default 100) is how many are asked for at a time. */
export function samples(context: Context, options: ListSamplesOptions): AsyncGenerator<SampleInfo, void> {
  return pages({
    paging: 'page-index',
    limit: options.limit ?? 100,
    start: options.offset,
    ask: async (offset, limit) => {
      const page = await listSamples(context, { ...options, offset, limit });
      return { items: page.samples, total: page.total };
    },
  });
}

/** @throws OptionError (D037), ServiceError */
export async function getSampleInfo(
  context: Context,
  sampleId: string,
  { signal }: CallOptions,
): Promise<SampleInfo> {
  checkId(sampleId, 'sampleId');
  return shownSafely(
    await requestOf<SampleInfo>(context, {
      method: 'GET',
      path: `${samplesPath}/{sample_id}`,
      params: { sample_id: sampleId },
      signal,
    }),
  );
}

/** What samples of the data set can be looked for by. @throws OptionError (D036), ServiceError */
export async function getSearchConditions(
  context: Context,
  { signal }: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  refuseTable(context);
  return await requestOf(context, { method: 'GET', path: '/data-annotations/search-condition', signal });
}

/** @throws OptionError (D038), ServiceError, BatchError */
export async function deleteSamples(
  context: Context,
  sampleIds: readonly string[],
  { deleteSource = false, ...options }: DeleteSamplesOptions,
): Promise<BatchResult> {
  const isList = Array.isArray(sampleIds) && sampleIds.length > 0;
  if (!isList || !sampleIds.every((id) => typeof id === 'string' && id !== ''))
    refuse('D038', 'samples is not a list of ids', 'Say at least one id; each is a text.');
  return await inBatches(
    context,
    {
      what: 'delete samples',
      items: [...new Set(sampleIds)].map((id) => ({ name: id, wire: id })),
      ask: (samples) => ({
        method: 'POST',
        path: `${samplesPath}/delete`,
        body: { samples: [...samples], delete_source: deleteSource },
        // What is gone already is told of as such.
        repeatable: true,
      }),
    },
    options,
  );
}

/**
 * Adds samples. `info` of a result is the id of the new sample. A request whose answer is lost is not sent again: some
 * of its samples may have been added.
 *
 * @throws OptionError (D061, D062), ServiceError, BatchError
 */
export async function addSamples(
  context: Context,
  added: readonly NewSample[],
  { finalAnnotation, labelFormat, ...options }: AddSamplesOptions,
): Promise<BatchResult> {
  if (!Array.isArray(added) || added.length === 0)
    refuse('D062', 'samples is not a list of samples', 'Say at least one.');
  const items = added.map((sample): BatchItem<JsonObject> => {
    const { name, data, labels = [], metadata } = sample;
    checkSampleName(name);
    checkShapes(name, labels, metadata);
    const text = data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
    return { name, wire: toWire({ ...sample, data: text }) };
  });
  return await inBatches(
    context,
    {
      what: 'add samples',
      items,
      weigh: true,
      ask: (part) => ({
        method: 'POST',
        path: samplesPath,
        body: toWire({ samples: part, finalAnnotation, labelFormat }),
      }),
    },
    options,
  );
}

/** Changes labels and other members of samples. @throws OptionError (D037, D061), ServiceError, BatchError */
export async function updateSamples(
  context: Context,
  updates: readonly SampleUpdate[],
  { email, ...options }: UpdateSamplesOptions,
): Promise<BatchResult> {
  if (!Array.isArray(updates) || updates.length === 0)
    refuse('D037', 'samples is not a list of changes', 'Say at least one, with its sampleId.');
  const items = updates.map((update): BatchItem<JsonObject> => {
    checkId(update.sampleId, 'sampleId');
    checkShapes(update.sampleId, update.labels ?? [], update.metadata);
    return { name: update.sampleId, wire: toWire(update) };
  });
  return await inBatches(
    context,
    {
      what: 'update samples',
      items,
      weigh: true,
      ask: (part) => ({ method: 'PUT', path: samplesPath, body: toWire({ samples: part, email }) }),
    },
    options,
  );
}

/** D036 */
function refuseTable({ known }: Context): void {
  if (kindOf(known)?.dataType === 'TABLE')
    refuse(
      'D036',
      'the data set is a table, and tables have no samples',
      'Read the table itself, or a version.',
    );
}

/** D062 */
function checkSampleName(name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= 1_024 && !/[!<>=&"']/.test(name)) return;
  refuse(
    'D062',
    `the name of a sample is ${name === undefined ? 'not given' : JSON.stringify(name)}`,
    'Say up to 1,024 characters, and none of ! < > = & " \'.',
  );
}

const detection = 1;

/** D061 */
function checkShapes(sample: string, labels: readonly SampleLabel[], metadata: JsonObject | undefined): void {
  for (const { type, property = {}, name } of labels) {
    const of = `label ${JSON.stringify(name)} of sample ${JSON.stringify(sample)}`;
    const shape = property['@modelarts:shape'];
    if (type === detection || (type === undefined && shape !== undefined)) checkSize(metadata, sample);
    const feature = property['@modelarts:feature'];
    if (feature === undefined) continue;
    const points = pointsOf(feature);
    if (points === undefined || points.flat().some((one) => !(one >= 0))) {
      refuse(
        'D061',
        `@modelarts:feature of ${of} is no list of points from 0 on`,
        'Points are [x, y] from the upper left corner.',
      );
    }
    if (shape !== 'bndbox') continue;
    const [[left, upper] = [], [right, lower] = [], ...others] = points;
    const isBox = others.length === 0 && left! < right! && upper! < lower!;
    if (!isBox) {
      refuse(
        'D061',
        `the box of ${of} is ${JSON.stringify(feature)}`,
        'Say two points: the upper left corner, then the lower right one.',
      );
    }
  }
}

function checkSize(metadata: JsonObject | undefined, sample: string): void {
  const size = metadata?.['@modelarts:size'];
  const isSize =
    Array.isArray(size) &&
    (size.length === 2 || size.length === 3) &&
    size.every((one) => typeof one === 'number' && one > 0);
  if (isSize) return;
  refuse(
    'D061',
    `sample ${JSON.stringify(sample)} has objects and no size`,
    'Say metadata "@modelarts:size": [width, height] or [width, height, depth].',
  );
}

function pointsOf(feature: unknown): number[][] | undefined {
  if (!Array.isArray(feature) || feature.length === 0) return undefined;
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length > 0 && point.every((one) => typeof one === 'number');
  return feature.every(isPoint) ? (feature as number[][]) : undefined;
}

/** A sample that is printed without what signs its addresses; its members keep it. */
function shownSafely(sample: SampleInfo): SampleInfo {
  const show = function (this: SampleInfo) {
    return redactFields({ ...this });
  };
  return Object.defineProperty(sample, inspect.custom, { value: show, enumerable: false });
}
