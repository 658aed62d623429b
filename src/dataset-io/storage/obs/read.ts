import type { Readable } from 'node:stream';
import { isDirectoryKey, prefixOf } from './address.js';
import { isObsError, ObsError, obsFailure } from './errors.js';
import { findObject, isAppendable, isPrefix, wholeNumber } from './facts.js';
import type { Call, ObsRequests } from './requests.js';
import { WireFault } from './wire.js';

export interface ReadTuning {
  /** Bytes of one ranged request. Default 8 MiB. */
  readonly partBytes?: number | undefined;
  /** Ranged requests under way at a time. 1: a single stream. Default 4. */
  readonly concurrency?: number | undefined;
  /** Objects from this size on, in bytes, are read by several requests at a time. Default 32 MiB. */
  readonly parallelFromBytes?: number | undefined;
}

/** `[start, end)`, as in `slice`; `end` may be beyond the object, or infinite. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** One object in one state: every further request for its bytes is tied to it. */
interface Pin {
  readonly etag: string;
  readonly total: number;
}

interface Opened extends Pin {
  readonly appendable: boolean;
  readonly body: Readable;
  /** The whole object came, whatever was asked for. */
  readonly whole: boolean;
}

const chunkBytes = 1024 * 1024;
/** Less than this between two broken connections does not count as progress. */
const progressBytes = 64 * 1024;

/**
 * The bytes of an object. A broken connection is taken up where it broke, tied to the same state of the
 * object; the count is checked against what the service announced.
 */
export async function* readObject(
  requests: ObsRequests,
  call: Call,
  span: Span,
  tuning: ReadTuning,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* gather(spanOf(requests, call, span, tuning));
}

async function* spanOf(
  requests: ObsRequests,
  call: Call,
  { start, end }: Span,
  { partBytes = 8 * 1024 * 1024, concurrency = 4, parallelFromBytes = 32 * 1024 * 1024 }: ReadTuning,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isDirectoryKey(call.at.key)) throw isDirectory(call);
  if (end <= start) {
    if ((await findObject(requests, call)) === undefined) throw await missing(requests, call);
    return;
  }
  // The first part tells the length too, so that small objects cost one request.
  const firstEnd = concurrency > 1 ? Math.min(end, start + partBytes) : end;
  const opened = await openFirst(requests, call, { start, end: firstEnd });
  if (opened === undefined) return;
  const stop = Math.min(end, opened.total);
  const allComes = opened.whole || firstEnd >= stop;
  const first = { start, end: allComes ? stop : firstEnd };
  if (allComes) {
    yield* readSpan(requests, call, first, opened);
  } else if (stop - start >= parallelFromBytes && !opened.appendable) {
    yield* readParts(requests, call, { first, stop, opened, partBytes, concurrency });
  } else {
    yield* readSpan(requests, call, first, opened);
    const rest = { start: firstEnd, end: stop };
    yield* readSpan(requests, call, rest, await openSpan(requests, call, rest, opened));
  }
}

/** Opens an object; undefined when it ends before the span begins. */
async function openFirst(requests: ObsRequests, call: Call, span: Span): Promise<Opened | undefined> {
  try {
    return await openSpan(requests, call, span);
  } catch (error) {
    if (isObsError(error, 'NotFound') && error.serviceCode !== 'NoSuchBucket') {
      throw await missing(requests, call);
    }
    if (!(error instanceof ObsError) || error.status !== 416) throw error;
    const facts = await findObject(requests, call);
    if (facts !== undefined && facts.size <= span.start) return undefined;
    throw error;
  }
}

/** The error for an object that is not there: one that has things below it is a directory. */
async function missing(requests: ObsRequests, call: Call): Promise<Error> {
  try {
    if (await isPrefix(requests, call, call.at, prefixOf(call.at.key))) return isDirectory(call);
  } catch (error) {
    // Whoever may read may not always list.
    if (!isObsError(error, 'AccessDenied')) throw error;
  }
  return obsFailure(
    'NotFound',
    call,
    'it does not exist',
    'Check the bucket and the key: capital letters matter.',
    { status: 404 },
  );
}

export function isDirectory(call: Call): Error {
  return obsFailure('IsADirectory', call, 'it is a directory', 'Name a file.');
}

/** Opens a span; with `pin` only of the object in that state. */
async function openSpan(requests: ObsRequests, call: Call, span: Span, pin?: Pin): Promise<Opened> {
  const { bucket, key } = call.at;
  const whole = span.start === 0 && span.end === Number.POSITIVE_INFINITY;
  const last = span.end === Number.POSITIVE_INFINITY ? undefined : span.end - 1;
  const opened = await requests.send(call, async (wire, options) => {
    const range = whole ? undefined : { first: span.start, last };
    const answer = await wire.getObject({ bucket, key, range, ifMatch: pin?.etag }, options);
    try {
      return openedFrom(answer, span);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  });
  if (pin !== undefined && (opened.etag !== pin.etag || opened.total !== pin.total)) {
    opened.body.destroy();
    throw obsFailure(
      'ConcurrentModification',
      call,
      'another writer changed it meanwhile',
      'Read it again from the start.',
    );
  }
  return opened;
}

type GetAnswer = Awaited<ReturnType<import('./wire.js').ObsWire['getObject']>>;

/** @throws WireFault when what comes is not what was asked for */
function openedFrom(answer: GetAnswer, span: Span): Opened {
  const { headers, body, status } = answer;
  const { etag } = headers;
  // Objects have one; error documents and the pages of proxies, which can come with status 200 too, do not.
  if (etag === undefined || etag === '') throw new WireFault('malformed', 'no ETag', false, { status });
  const common = { etag, appendable: isAppendable(headers), body };
  if (status === 206) {
    const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
    const given = { first: Number(first), last: Number(last), total: Number(total) };
    if (given.first === span.start && given.last === Math.min(span.end, given.total) - 1) {
      return { ...common, total: given.total, whole: false };
    }
    throw new WireFault('malformed', 'another range than was asked for', false, { status });
  }
  const total = wholeNumber(headers['content-length']);
  if (total === undefined) throw new WireFault('malformed', 'no length', false, { status });
  return { ...common, total, whole: true };
}

/** The bytes of a span that has been opened, taken up again when the connection breaks. */
async function* readSpan(
  requests: ObsRequests,
  call: Call,
  span: Span,
  first: Opened,
): AsyncGenerator<Uint8Array, void, undefined> {
  let opened = first;
  let position = span.start;
  let failures = 0;
  let progress = 0;
  for (;;) {
    let broken: unknown;
    try {
      let skip = opened.whole ? position : 0;
      for await (const piece of opened.body as AsyncIterable<Buffer>) {
        const wanted = piece.subarray(skip, skip + span.end - position);
        skip -= Math.min(skip, piece.length);
        if (wanted.length > 0) {
          position += wanted.length;
          progress += wanted.length;
          yield wanted;
        }
        // The rest of an object that came whole is not waited for; a body that is at its end is left to end.
        if (position === span.end && opened.whole && opened.total > span.end) return;
      }
    } catch (error) {
      broken = error;
    } finally {
      opened.body.destroy();
    }
    if (position === span.end) return;
    requests.throwIfOver(call, broken);
    if (broken !== undefined && !(broken instanceof WireFault)) throw broken;
    failures = progress >= progressBytes ? 1 : failures + 1;
    progress = 0;
    if (failures >= requests.backoff.tries) throw cutShort(call, position - span.start, span, broken);
    await requests.sleep(call, requests.backoff.pauseAfter(failures - 1) ?? 0);
    opened = await openSpan(requests, call, { start: position, end: span.end }, first);
  }
}

function cutShort(call: Call, came: number, span: Span, cause: unknown): Error {
  const timeout = cause instanceof WireFault && cause.kind === 'timeout';
  return obsFailure(
    timeout ? 'Timeout' : 'Truncated',
    call,
    `${came} of ${span.end - span.start} bytes came, and then ${timeout ? 'nothing more' : 'the connection broke, again and again'}`,
    'Check the network and try again.',
    { retryable: true, cause },
  );
}

interface Parts {
  readonly first: Span;
  readonly stop: number;
  readonly opened: Opened;
  readonly partBytes: number;
  readonly concurrency: number;
}

/**
 * Several parts at a time, given in order. At most `concurrency` parts are held besides the one being given,
 * each read to its end at once: a slow consumer delays further requests and holds no connection open.
 */
async function* readParts(
  requests: ObsRequests,
  call: Call,
  { first, stop, opened, partBytes, concurrency }: Parts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const cancel = new AbortController();
  const giveUp = () => cancel.abort();
  call.signal?.addEventListener('abort', giveUp, { once: true });
  const partCall: Call = { ...call, signal: cancel.signal };
  const queue: Promise<Buffer>[] = [];
  let next = first.end;
  const launch = () => {
    while (queue.length < concurrency && next < stop) {
      const part = { start: next, end: Math.min(stop, next + partBytes) };
      next = part.end;
      const bytes = readPart(requests, partCall, part, opened);
      // Its failure is met when its turn comes, unless the reader has gone by then.
      bytes.catch(() => undefined);
      queue.push(bytes);
    }
  };
  try {
    if (call.signal?.aborted === true) giveUp();
    launch();
    yield* readSpan(requests, call, first, opened);
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
      const bytes = await part;
      launch();
      yield bytes;
    }
  } catch (error) {
    requests.throwIfOver(call, error);
    throw error;
  } finally {
    call.signal?.removeEventListener('abort', giveUp);
    cancel.abort();
    opened.body.destroy();
    await Promise.allSettled(queue);
  }
}

/** All bytes of a part in one buffer. */
async function readPart(requests: ObsRequests, call: Call, part: Span, pin: Pin): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(part.end - part.start);
  let fill = 0;
  for await (const piece of readSpan(requests, call, part, await openSpan(requests, call, part, pin))) {
    bytes.set(piece, fill);
    fill += piece.length;
  }
  return bytes;
}

/** The bytes `[start, end)` of an object, all of which must be there, tied to one ETag if one is given. */
export async function readBytes(requests: ObsRequests, call: Call, span: Span, pin?: Pin): Promise<Buffer> {
  const opened = await openSpan(requests, call, span, pin);
  const end = Math.min(span.end, opened.total);
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - span.start));
  let fill = 0;
  for await (const piece of readSpan(requests, call, { start: span.start, end }, opened)) {
    bytes.set(piece, fill);
    fill += piece.length;
  }
  return bytes;
}

/** The bytes of a whole object in a known state, as they come. */
export async function* readPinned(
  requests: ObsRequests,
  call: Call,
  pin: Pin,
): AsyncGenerator<Uint8Array, void, undefined> {
  const span = { start: 0, end: pin.total };
  yield* readSpan(requests, call, span, await openSpan(requests, call, span, pin));
}

/** Small pieces joined to chunks of about 1 MiB; large ones cut to that. */
async function* gather(
  source: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    if (length === 0 && piece.length >= chunkBytes) {
      for (let from = 0; from < piece.length; from += chunkBytes)
        yield piece.subarray(from, from + chunkBytes);
      continue;
    }
    pieces.push(piece);
    length += piece.length;
    if (length >= chunkBytes) {
      yield Buffer.concat(pieces, length);
      pieces = [];
      length = 0;
    }
  }
  if (length > 0) yield pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length);
}
