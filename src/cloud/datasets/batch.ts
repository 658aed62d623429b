import { type JsonObject, LabelkitError, OptionError, throwIfAborted } from '../../model/index.js';
import { redactMessage } from '../redact.js';
import type { CallOptions } from '../service/session.js';
import { type Context, type DataRequest, requestOf } from './context.js';

/** What became of one item of a call about many. */
export interface ItemResult {
  /** What the item is known by: the id of a sample, the name of a label. */
  readonly item: string;
  readonly success: boolean;
  /** `ModelArts.4420`, as the service gave it. */
  readonly errorCode?: string | undefined;
  readonly errorMsg?: string | undefined;
  /** What the service tells of an item that was done: the id of a sample that was added. */
  readonly info?: string | undefined;
}

/** What became of all items, in the order in which they were given. */
export interface BatchResult {
  /** Every item was done. */
  readonly success: boolean;
  readonly results: readonly ItemResult[];
}

export interface BatchOptions extends CallOptions {
  /** What happens when some items fail. Default `return`: the results tell. `throw`: a {@link BatchError}. */
  readonly onFailure?: 'return' | 'throw' | undefined;
}

/** Some items of a call about many were not done; the others were. */
export class BatchError extends LabelkitError {
  override readonly name = 'BatchError';
  /** Of every item that the service was asked about. */
  readonly results: readonly ItemResult[];

  constructor(message: string, results: readonly ItemResult[], details: { hint: string; cause?: unknown }) {
    super('Incomplete', message, details);
    this.results = results;
  }
}

/** As many items as one request takes (ASSUMED: no page of the service says). */
const itemsOfRequest = 100;
/** So much of a request is left for items, with what is around them, below the 12 MB that signed requests may have. */
const bytesOfRequest = 8 * 2 ** 20;

/** One item, ready to be sent. */
export interface BatchItem<T> {
  readonly name: string;
  readonly wire: T;
}

export interface Batch<T> {
  /** For errors: `delete samples`. */
  readonly what: string;
  readonly items: readonly BatchItem<T>[];
  readonly ask: (items: readonly T[]) => Omit<DataRequest, 'batch' | 'signal'>;
  /** Whether items differ so much in size that it counts. */
  readonly weigh?: boolean | undefined;
}

/** Asks about many items, in as many requests as that takes. @throws ServiceError, BatchError, AbortedError */
export async function inBatches<T extends JsonObject | string>(
  context: Context,
  { what, items, ask, weigh }: Batch<T>,
  { onFailure = 'return', signal }: BatchOptions,
): Promise<BatchResult> {
  if (onFailure !== 'return' && onFailure !== 'throw') {
    throw new OptionError(`onFailure ${JSON.stringify(onFailure)} is unknown`, {
      hint: 'Say return or throw.',
    });
  }
  const results: ItemResult[] = [];
  for (const part of parts(items, weigh === true)) {
    throwIfAborted(signal);
    try {
      const answer = await requestOf<BatchAnswer>(context, {
        ...ask(part.map(({ wire }) => wire)),
        batch: true,
        signal,
      });
      results.push(...resultsOf(answer, part));
    } catch (error) {
      if (results.length === 0 || !(error instanceof LabelkitError) || error.code === 'Aborted') throw error;
      throw new BatchError(
        `${what}: ended after ${results.length} of ${items.length}: ${error.message}`,
        results,
        { hint: error.hint ?? 'The results tell what was done; ask again for the others.', cause: error },
      );
    }
  }
  const failed = results.filter(({ success }) => !success);
  if (failed.length > 0 && onFailure === 'throw') {
    const [first] = failed;
    const code = first?.errorCode === undefined ? '' : ` [${first.errorCode}]`;
    throw new BatchError(
      `${what}: ${failed.length} of ${results.length} failed, first ${JSON.stringify(first?.item)}: ${first?.errorMsg ?? 'the service does not say why'}${code}`,
      results,
      { hint: 'The results tell what became of each.' },
    );
  }
  return { success: failed.length === 0, results };
}

function* parts<T>(items: readonly BatchItem<T>[], weigh: boolean): Generator<readonly BatchItem<T>[]> {
  let part: BatchItem<T>[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = weigh ? Buffer.byteLength(JSON.stringify(item.wire)) : 0;
    if (part.length > 0 && (part.length === itemsOfRequest || bytes + size > bytesOfRequest)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

interface BatchAnswer {
  readonly success?: unknown;
  readonly errorCode?: unknown;
  readonly errorMsg?: unknown;
  readonly results?: unknown;
}

type WireResult = Partial<Record<'success' | 'errorCode' | 'errorMsg' | 'name' | 'info', unknown>>;

/** Results as the answer has them: in the order of the items, or by name where it tells of some only. */
function resultsOf(answer: BatchAnswer, items: readonly BatchItem<unknown>[]): ItemResult[] {
  const told = (Array.isArray(answer.results) ? answer.results : []).filter(
    (one): one is WireResult => typeof one === 'object' && one !== null,
  );
  const isNamed = told.length !== items.length && told.every(({ name }) => typeof name === 'string');
  const byName = new Map(isNamed ? told.map((one) => [one.name, one]) : []);
  return items.map(({ name }, index) => {
    const own = isNamed ? byName.get(name) : told[index];
    // What is not told of went as the whole went.
    const { success = answer.success !== false, errorCode, errorMsg, info } = own ?? (answer as WireResult);
    if (success === true) return { item: name, success: true, ...(isText(info) ? { info } : {}) };
    return {
      item: name,
      success: false,
      ...(isText(errorCode) ? { errorCode } : {}),
      ...(isText(errorMsg) ? { errorMsg: redactMessage(errorMsg) } : {}),
    };
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
