import { AbortedError } from '../../../model/index.js';
import { onAbort } from '../abortable.js';
import type { Loan, ReadOptions } from '../storage.js';
import { isDirectoryKey, prefixOf } from './address.js';
import { isObsError, ObsError, obsFailure } from './errors.js';
import { findObject, isAppendable, isPrefix, wholeNumber } from './facts.js';
import type { Call, ObsRequests } from './requests.js';
import { type BodySink, type ObjectBody, WireFault } from './wire.js';

export interface ReadTuning {
  /** Bytes of the first request, which tells how large the object is. Default 8 MiB. */
  readonly firstBytes?: number | undefined;
  /** Bytes of one of several ranged requests that are under way together. Default 4 MiB. */
  readonly partBytes?: number | undefined;
  /** Ranged requests under way at a time, at most. 1: a single stream. Default 4. */
  readonly concurrency?: number | undefined;
  /** Objects from this size on, in bytes, may be read by several requests at a time. Default 32 MiB. */
  readonly parallelFromBytes?: number | undefined;
  /**
   * A single stream that gives more than this while it is waited for, in bytes a second, is not helped by others.
   * Default 250,000,000; `Infinity`: it always is.
   */
  readonly aloneFromBytesPerSecond?: number | undefined;
  /**
   * It is called slower than that only when it was waited for so long, in ms: in the first moments the program itself is
   * slow. Default 100.
   */
  readonly judgeMs?: number | undefined;
  /** So many bytes are read in one way before it is asked whether the other one is better. Default 64 MiB. */
  readonly judgeBytes?: number | undefined;
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
  readonly body: ObjectBody;
  /** The whole object came, whatever was asked for. */
  readonly whole: boolean;
}

const chunkBytes = 1024 * 1024;
/** What is lent is not copied, so that it need not stay in the processor's cache; fewer turns cost less then. */
const lentChunkBytes = 4 * chunkBytes;
/** Bytes that are held for memory to come; then the connection waits. */
const heldBytes = 256 * 1024;
/** Less than this between two broken connections does not count as progress. */
const progressBytes = 64 * 1024;

/**
 * The bytes of an object. A broken connection is taken up where it broke, tied to the same state of the
 * object; the count is checked against what the service announced.
 */
export async function* readObject(
  requests: ObsRequests,
  call: Call,
  { start, end }: Span,
  tuning: ReadTuning,
  keeping: Pick<ReadOptions, 'reuse' | 'loan'> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { concurrency = 4, firstBytes = 8 * chunkBytes, parallelFromBytes = 32 * chunkBytes } = tuning;
  if (isDirectoryKey(call.at.key)) throw isDirectory(call);
  if (end <= start) {
    if ((await findObject(requests, call)) === undefined) throw await missing(requests, call);
    return;
  }
  // The first part tells the length too, so that small objects cost one request.
  const firstEnd = concurrency > 1 ? Math.min(end, start + firstBytes) : end;
  const opened = await openFirst(requests, call, { start, end: firstEnd });
  if (opened === undefined) return;
  const stop = Math.min(end, opened.total);
  const allComes = opened.whole || firstEnd >= stop;
  const first = { start, end: allComes ? stop : firstEnd };
  const memory = new ChunkMemory(keeping, stop - start);
  if (allComes && stop - start <= memory.chunkBytes) {
    const chunk = await memory.take(stop - start);
    await fillSpan(requests, call, first, { chunks: [chunk], opened });
    yield chunk;
    return;
  }
  const reader = new ObjectReader(requests, call, { start, opened, memory, tuning });
  try {
    yield* reader.stream(first, { opened });
    if (allComes) return;
    if (stop - start >= parallelFromBytes && !opened.appendable) yield* reader.adapt(stop);
    else yield* reader.stream({ start: first.end, end: stop });
  } finally {
    reader.close();
    opened.body.destroy();
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

/** Memory for chunks: fresh for each, or that of chunks that are done with. */
class ChunkMemory {
  /** Of one chunk; the last one may be shorter. */
  readonly chunkBytes: number;
  readonly #keeps: boolean;
  readonly #loan: Loan | undefined;
  readonly #free: { readonly memory: ArrayBuffer; readonly until: Promise<void> | undefined }[] = [];
  #made = 0;

  /** @param most bytes that there are in all */
  constructor({ reuse = false, loan }: Pick<ReadOptions, 'reuse' | 'loan'>, most: number) {
    this.#keeps = reuse || loan !== undefined;
    this.#loan = loan;
    this.chunkBytes = Math.min(most, loan === undefined ? chunkBytes : lentChunkBytes);
  }

  /** @param length at most {@link chunkBytes} */
  async take(length: number): Promise<Buffer> {
    if (!this.#keeps) return Buffer.allocUnsafeSlow(length);
    // With a loan one chunk is filled and one is looked at while a third is being written: that one is waited for.
    const enough = this.#loan === undefined || this.#made >= 3;
    const free = enough ? this.#free.shift() : undefined;
    if (free === undefined) {
      this.#made++;
      return Buffer.allocUnsafeSlow(this.chunkBytes).subarray(0, length);
    }
    await free.until;
    return Buffer.from(free.memory, 0, length);
  }

  /** The caller is done with a chunk, but for what it has lent. */
  giveBack(chunk: Buffer): void {
    if (this.#keeps) this.#free.push({ memory: chunk.buffer as ArrayBuffer, until: this.#loan?.until });
  }
}

/** How fast bytes come while they are waited for: a consumer that is slower than its source makes that fast. */
class Meter {
  readonly #now: () => number;
  #bytes = 0;
  #ms = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Waited for. */
  get ms(): number {
    return this.#ms;
  }

  /** Infinite when nothing was waited for. */
  get bytesPerSecond(): number {
    return this.#bytes / (this.#ms / 1_000);
  }

  async wait<T>(work: Promise<T>, bytesOf: (result: T) => number): Promise<T> {
    const start = this.#now();
    const result = await work;
    this.#ms += Math.max(0, this.#now() - start);
    this.#bytes += bytesOf(result);
    return result;
  }
}

interface Reading {
  /** The first byte that is wanted. */
  readonly start: number;
  /** The state of the object that all is read of. */
  readonly opened: Opened;
  readonly memory: ChunkMemory;
  readonly tuning: ReadTuning;
}

/** Reads spans of one state of an object, one after the other. {@link close} must be called. */
class ObjectReader {
  readonly #requests: ObsRequests;
  readonly #outer: Call;
  readonly #opened: Opened;
  readonly #memory: ChunkMemory;
  readonly #tuning: ReadTuning;
  readonly #cancel = new AbortController();
  readonly #ignoreSignal: (() => void) | undefined;
  /** For what is begun ahead of the caller, and must end when he goes. */
  readonly #call: Call;
  #meter: Meter;
  /** After the last byte that was given. */
  #position: number;

  constructor(requests: ObsRequests, call: Call, { start, opened, memory, tuning }: Reading) {
    this.#requests = requests;
    this.#outer = call;
    this.#opened = opened;
    this.#memory = memory;
    this.#tuning = tuning;
    this.#position = start;
    this.#call = { ...call, signal: this.#cancel.signal };
    const { signal } = call;
    const giveUp = () => this.#cancel.abort(signal?.reason);
    if (signal?.aborted === true) giveUp();
    else if (signal !== undefined) this.#ignoreSignal = onAbort(signal, giveUp);
    this.#meter = new Meter(requests.timing.now);
  }

  close(): void {
    this.#ignoreSignal?.();
    this.#cancel.abort();
  }

  /**
   * A span by one request, the next chunk being filled while the caller looks at one.
   *
   * @param opened when it has been opened already
   * @param isEnough asked before each chunk is given: whether it is the last, though there is more
   */
  async *stream(
    span: Span,
    { opened, isEnough = () => false }: { opened?: Opened; isEnough?: () => boolean } = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const [requests, call] = [this.#requests, this.#call];
    if (span.start === span.end) return;
    const stream = new SpanStream(requests, call, span, this.#opened);
    let ahead: Promise<Buffer> | undefined;
    try {
      stream.start(opened ?? (await openSpan(requests, call, span, this.#opened)));
      ahead = this.#fill(stream);
      while (ahead !== undefined) {
        const chunk: Buffer = await this.#meter.wait(ahead, ({ length }) => length);
        ahead = stream.left > 0 && !isEnough() ? this.#fill(stream) : undefined;
        // Heard when the next chunk is asked for, unless the reader has gone by then.
        ahead?.catch(() => undefined);
        this.#position += chunk.length;
        yield chunk;
        this.#memory.giveBack(chunk);
      }
    } catch (error) {
      requests.throwIfOver(this.#outer, error);
      throw error;
    } finally {
      stream.close();
      if (ahead !== undefined) {
        this.#cancel.abort();
        await Promise.allSettled([ahead]);
      }
    }
  }

  async #fill(stream: SpanStream): Promise<Buffer> {
    const chunk = await this.#memory.take(Math.min(this.#memory.chunkBytes, stream.left));
    await stream.fill(chunk);
    return chunk;
  }

  /**
   * From where the reader is to `end`: by one stream, as long as that is fast enough or the caller is the slower side,
   * and else by several requests at a time. When several together are fast enough, one is tried again, after ever
   * more bytes. What was read last says how to begin.
   */
  async *adapt(end: number): AsyncGenerator<Buffer, void, undefined> {
    const {
      firstBytes = 8 * chunkBytes,
      judgeBytes = 64 * chunkBytes,
      aloneFromBytesPerSecond = 250_000_000,
      judgeMs = 100,
    } = this.#tuning;
    const isFast = () =>
      this.#meter.bytesPerSecond > aloneFromBytesPerSecond ||
      (this.#meter.ms < judgeMs && aloneFromBytesPerSecond < Number.POSITIVE_INFINITY);
    const measureAnew = () => {
      this.#meter = new Meter(this.#requests.timing.now);
    };
    /** After so many bytes: whether they came fast, or slowly; if not, it is measured anew. */
    const turnsOut = (fast: boolean, after: number) => {
      if (this.#meter.bytes < after) return false;
      if (isFast() === fast) return true;
      measureAnew();
      return false;
    };
    for (let patience = judgeBytes; this.#position < end; patience *= 2) {
      if (isFast()) {
        measureAnew();
        yield* this.stream(
          { start: this.#position, end },
          {
            isEnough: () => turnsOut(false, judgeBytes),
          },
        );
      }
      measureAnew();
      const wait = patience;
      yield* this.#parts({ start: this.#position, end }, () => turnsOut(true, wait));
      measureAnew();
      yield* this.stream({ start: this.#position, end: Math.min(end, this.#position + firstBytes) });
    }
  }

  /**
   * Several parts at a time, given in order, until the end or until a part may be the last. At most `concurrency` parts
   * are held besides the one being given, each read to its end at once: a slow consumer delays further requests and
   * holds no connection open.
   */
  async *#parts({ start, end }: Span, mayStop: () => boolean): AsyncGenerator<Buffer, void, undefined> {
    const { partBytes = 4 * chunkBytes, concurrency = 4 } = this.#tuning;
    const queue: Promise<Buffer[]>[] = [];
    let next = start;
    const launch = () => {
      while (queue.length < concurrency && next < end) {
        const part = { start: next, end: Math.min(end, next + partBytes) };
        next = part.end;
        const chunks = this.#readPart(part);
        // Its failure is met when its turn comes, unless the reader has gone by then.
        chunks.catch(() => undefined);
        queue.push(chunks);
      }
    };
    try {
      launch();
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
        const chunks = await this.#meter.wait(part, (all) =>
          all.reduce((sum, { length }) => sum + length, 0),
        );
        if (mayStop()) end = next;
        launch();
        for (const chunk of chunks) {
          this.#position += chunk.length;
          yield chunk;
          this.#memory.giveBack(chunk);
        }
      }
    } catch (error) {
      this.#requests.throwIfOver(this.#outer, error);
      throw error;
    } finally {
      if (queue.length > 0) {
        this.#cancel.abort();
        await Promise.allSettled(queue);
      }
    }
  }

  /** All chunks of a part. Their memory is there before the request is made. */
  async #readPart(part: Span): Promise<Buffer[]> {
    const chunks: Buffer[] = [];
    for (let from = part.start; from < part.end; from += this.#memory.chunkBytes) {
      chunks.push(await this.#memory.take(Math.min(this.#memory.chunkBytes, part.end - from)));
    }
    await fillSpan(this.#requests, this.#call, part, { pin: this.#opened, chunks });
    return chunks;
  }
}

/** Opens a span and reads it into chunks that are together as long as it is. */
async function fillSpan(
  requests: ObsRequests,
  call: Call,
  span: Span,
  { pin, chunks, opened }: { pin?: Pin | undefined; chunks: readonly Buffer[]; opened?: Opened },
): Promise<void> {
  const first = opened ?? (await openSpan(requests, call, span, pin));
  const stream = new SpanStream(requests, call, span, first);
  try {
    stream.start(first);
    for (const chunk of chunks) await stream.fill(chunk);
  } finally {
    stream.close();
  }
}

/** The bytes of a span on their way into memory, taken up again when the connection breaks. */
class SpanStream {
  readonly #requests: ObsRequests;
  readonly #call: Call;
  readonly #span: Span;
  readonly #pin: Pin;
  #inflow: Inflow | undefined;
  #position: number;
  #failures = 0;
  #progress = 0;
  #closed = false;

  constructor(requests: ObsRequests, call: Call, span: Span, pin: Pin) {
    this.#requests = requests;
    this.#call = call;
    this.#span = span;
    this.#pin = pin;
    this.#position = span.start;
  }

  /** Bytes of the span that were not asked for yet. */
  get left(): number {
    return this.#span.end - this.#position;
  }

  /** Must be called before {@link fill}. */
  start(opened: Opened): void {
    this.#inflow = new Inflow(opened, { start: this.#position, end: this.#span.end });
  }

  /** Fills memory that is not larger than what is left. When the last byte has come, the connection is free again. */
  async fill(into: Buffer): Promise<void> {
    const requests = this.#requests;
    for (let filled = 0; ; ) {
      const inflow = this.#inflow!;
      const came = (await inflow.fill(into, filled)) - filled;
      filled += came;
      this.#position += came;
      this.#progress += came;
      if (filled === into.length) return;
      const broken = inflow.error;
      inflow.close();
      if (this.#closed) throw new AbortedError();
      requests.throwIfOver(this.#call, broken);
      if (broken !== undefined && !(broken instanceof WireFault)) throw broken;
      this.#failures = this.#progress >= progressBytes ? 1 : this.#failures + 1;
      this.#progress = 0;
      if (this.#failures >= requests.backoff.tries) {
        throw cutShort(this.#call, this.#position - this.#span.start, this.#span, broken);
      }
      await requests.sleep(this.#call, requests.backoff.pauseAfter(this.#failures - 1) ?? 0);
      const rest = { start: this.#position, end: this.#span.end };
      this.start(await openSpan(requests, this.#call, rest, this.#pin));
    }
  }

  /** Ends the connection if there is more to come; a {@link fill} under way fails. */
  close(): void {
    this.#closed = true;
    this.#inflow?.close();
  }
}

/** One body on its way into memory. What comes while no memory waits for it is held, and soon the connection waits. */
class Inflow implements BodySink {
  /** What broke it, if anything did. */
  error: Error | undefined;
  readonly #body: ObjectBody;
  /** Bytes before those that are wanted. */
  #skip: number;
  /** Bytes of the span that are still to come. */
  #left: number;
  /** More comes than is wanted. */
  readonly #isLonger: boolean;
  #into: Buffer | undefined;
  #filled = 0;
  /** Pieces that came before there was memory for them, in order. */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #paused = false;
  #over = false;
  #wake: ((filled: number) => void) | undefined;

  constructor({ body, whole, total }: Opened, { start, end }: Span) {
    this.#body = body;
    this.#skip = whole ? start : 0;
    this.#left = end - start;
    this.#isLonger = whole && total > end;
    body.flow(this);
  }

  /**
   * Fills memory from `start` on. Gives where it ended: before the memory's end only when the body is over. Memory
   * that takes the last byte is given back when the body has ended too.
   */
  fill(into: Buffer, start: number): Promise<number> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#into = into;
      this.#filled = start;
      while (this.#heldBytes > 0 && this.#into !== undefined) {
        const held = this.#held.shift()!;
        this.#heldBytes -= held.length;
        this.#place(held);
      }
      if (this.#over) {
        this.#done();
      } else if (this.#paused && this.#heldBytes === 0) {
        this.#paused = false;
        this.#body.resume();
      }
    });
  }

  piece(bytes: Buffer): void {
    let wanted = bytes;
    if (this.#skip > 0) {
      wanted = bytes.subarray(this.#skip);
      this.#skip -= bytes.length - wanted.length;
    }
    if (wanted.length > this.#left) wanted = wanted.subarray(0, this.#left);
    if (wanted.length === 0) return;
    this.#left -= wanted.length;
    if (this.#into === undefined) this.#hold(wanted);
    else this.#place(wanted);
    if (this.#paused || this.#heldBytes < heldBytes) return;
    this.#paused = true;
    this.#body.pause();
  }

  #hold(piece: Buffer): void {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  #place(piece: Buffer): void {
    const into = this.#into!;
    const length = Math.min(piece.length, into.length - this.#filled);
    into.set(length === piece.length ? piece : piece.subarray(0, length), this.#filled);
    this.#filled += length;
    if (length < piece.length) {
      // It came before all that is held already.
      this.#held.unshift(piece.subarray(length));
      this.#heldBytes += piece.length - length;
    }
    if (this.#filled < into.length) return;
    if (this.#left > 0 || this.#heldBytes > 0) {
      this.#done();
    } else if (this.#isLonger) {
      // The rest of an object that came whole is not waited for; a body that is at its end is left to end.
      this.close();
    }
  }

  end(): void {
    this.#over = true;
    this.#done();
  }

  fail(error: Error): void {
    this.error = error;
    this.end();
  }

  /** Ends the connection if there is more to come, and wakes whoever waits. */
  close(): void {
    if (!this.#over) this.#body.destroy();
    this.end();
  }

  #done(): void {
    this.#into = undefined;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.(this.#filled);
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

/** The bytes `[start, end)` of an object, all of which must be there, tied to one ETag if one is given. */
export async function readBytes(requests: ObsRequests, call: Call, span: Span, pin?: Pin): Promise<Buffer> {
  const opened = await openSpan(requests, call, span, pin);
  const end = Math.min(span.end, opened.total);
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - span.start));
  await fillSpan(requests, call, { start: span.start, end }, { chunks: [bytes], opened });
  return bytes;
}

/** The bytes of a whole object in a known state, in chunks that each are their own memory. */
export async function* readPinned(
  requests: ObsRequests,
  call: Call,
  pin: Pin,
): AsyncGenerator<Uint8Array, void, undefined> {
  const span = { start: 0, end: pin.total };
  const opened = await openSpan(requests, call, span, pin);
  const memory = new ChunkMemory({}, pin.total);
  const reader = new ObjectReader(requests, call, { start: 0, opened, memory, tuning: {} });
  try {
    yield* reader.stream(span, { opened });
  } finally {
    reader.close();
    opened.body.destroy();
  }
}
