import type { AppendOptions, AppendResult } from '../storage.js';
import { isDirectoryKey } from './address.js';
import { type Buckets, refusesAppends } from './buckets.js';
import { contentTypeOf } from './content-type.js';
import { addCopies, type CopyTuning, refusesCopies } from './copy.js';
import { asUnclear, failAfterCleaning, isObsError, ObsError, obsFailure, restate } from './errors.js';
import { findObject, type ObjectFacts, statOf } from './facts.js';
import { acquireLock, lockLost, type ObsLock } from './lock.js';
import { isDirectory, readBytes, readPinned } from './read.js';
import type { Call, ObsRequests } from './requests.js';
import { LineSpool } from './spool.js';
import { defaultPartBytes, MultipartUpload, md5Of, putWhole, type UploadTuning } from './upload.js';
import { PartPacker } from './writer.js';

export interface ObsAppendOptions extends AppendOptions {
  /** Remove the lock of a writer that no longer runs. Default false. */
  readonly breakLock?: boolean | undefined;
  /** What to do with objects that do not take appends. Default that of the storage. */
  readonly append?: 'rewrite' | 'refuse-normal' | undefined;
}

export interface AppendTuning extends UploadTuning, CopyTuning {
  /** Most bytes of one append request, and all-or-nothing up to there. Default 16 MiB. */
  readonly appendBytes?: number | undefined;
}

const defaultAppendBytes = 16 * 1024 * 1024;
/** The smallest part of an upload that is not the last. */
const minPartBytes = 100 * 1024;
/** How often other writers may get in first. */
const maxRounds = 200;
/** Under the lock only those who overwrite can come in between. */
const maxLockedRounds = 20;
const lineFeed = 0x0a;

interface Work {
  readonly requests: ObsRequests;
  readonly buckets: Buckets;
  readonly call: Call;
  readonly lines: LineSpool;
  readonly options: ObsAppendOptions;
  readonly tuning: AppendTuning;
}

/** See `ObsStorage.append`. */
export async function appendLines(
  requests: ObsRequests,
  buckets: Buckets,
  call: Call,
  chunks: AsyncIterable<Uint8Array>,
  options: ObsAppendOptions,
  tuning: AppendTuning,
): Promise<AppendResult> {
  if (isDirectoryKey(call.at.key)) throw isDirectory(call);
  const batchBytes = tuning.appendBytes ?? defaultAppendBytes;
  const lines = await LineSpool.from(chunks, call.at.path, batchBytes, call.signal);
  try {
    return await new Appending({ requests, buckets, call, lines, options, tuning }).run();
  } catch (error) {
    requests.throwIfOver(call, error);
    throw error;
  } finally {
    await lines.remove();
  }
}

/** One call of append: how far it has come, across rounds that other writers win. */
class Appending {
  readonly #work: Work;
  /** Batches that are in the object. */
  #done = 0;
  #start: number | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  async run(): Promise<AppendResult> {
    const { requests, buckets, call } = this.#work;
    for (let round = 0; round < maxRounds; round++) {
      const facts = await findObject(requests, call);
      const appends = await buckets.takesAppends(call);
      const direct = appends && (facts === undefined || facts.appendable);
      const result = direct ? await this.#appendTo(facts) : await this.#rewrite(appends);
      if (result !== undefined) return result;
      await requests.sleep(call, requests.backoff.pauseAfter(Math.min(round, 5)) ?? 0);
    }
    throw this.#overtaken();
  }

  #overtaken(): ObsError {
    return obsFailure(
      'ConcurrentModification',
      this.#work.call,
      'other writers got in first, again and again',
      'Try again when fewer of them write to it.',
      { retryable: true, mayHaveApplied: this.#done > 0 },
    );
  }

  /** Adds what is left at the end of an object that takes appends; undefined when it must be looked at again. */
  async #appendTo(facts: ObjectFacts | undefined): Promise<AppendResult | undefined> {
    const { requests, call, lines } = this.#work;
    let position = facts === undefined ? 0 : facts.nextPosition;
    if (lines.lengths.length === 0 && facts !== undefined) {
      return { start: position, stat: statOf(call.at.path, facts) };
    }
    let open = false;
    if (facts !== undefined && position > 0) {
      const ends = await this.#endsLine(facts);
      if (ends === undefined) return undefined;
      open = !ends;
    }
    const count = Math.max(1, lines.lengths.length);
    while (this.#done < count) {
      const batch = await lines.batch(this.#done);
      const body = open ? Buffer.concat([Buffer.of(lineFeed), batch]) : batch;
      const outcome = await this.#appendAt(position, body);
      if (outcome === 'moved') return undefined;
      if (outcome === 'refused') return await this.#rewrite(true, facts);
      this.#start ??= position;
      this.#done++;
      position += body.length;
      open = false;
    }
    // Asking for the new ETag could fail, and then the caller would append the lines again.
    const modified = new Date(requests.timing.now());
    return { start: this.#start ?? 0, stat: { path: call.at.path, size: position, modified, kind: 'file' } };
  }

  /** Whether the object's last line has its line feed; undefined when the object is another by now. */
  async #endsLine(facts: ObjectFacts): Promise<boolean | undefined> {
    const { requests, call } = this.#work;
    const end = facts.nextPosition;
    try {
      const pin = { etag: facts.etag, total: facts.size };
      const last = await readBytes(requests, call, { start: end - 1, end }, pin);
      return last[0] === lineFeed;
    } catch (error) {
      if (isObsError(error, 'ConcurrentModification') || isObsError(error, 'NotFound')) return undefined;
      if (error instanceof ObsError && error.status === 416) return undefined;
      throw error;
    }
  }

  /**
   * One append. A try whose answer was lost may have been done; the next one at the same position is then
   * refused, and what stands at that position tells whether it was ours.
   */
  async #appendAt(position: number, body: Uint8Array): Promise<'done' | 'moved' | 'refused'> {
    const { requests, buckets, call } = this.#work;
    const { bucket, key } = call.at;
    const contentMd5 = md5Of(body).base64;
    try {
      const answer = await requests.send(call, (wire, options) =>
        wire.appendObject(
          { bucket, key, body, contentMd5, position, contentType: contentTypeOf(key) },
          options,
        ),
      );
      if (answer.nextPosition === position + body.length) return 'done';
      if (await this.#isThere(position, body)) return 'done';
      throw this.#partly(
        obsFailure(
          'Io',
          call,
          `the service went on at ${answer.nextPosition} instead of ${position + body.length}`,
          'Look at the end of the object before you append again.',
          { mayHaveApplied: true },
        ),
      );
    } catch (error) {
      if (!(error instanceof ObsError)) throw error;
      if (error.mayHaveApplied && (await this.#isThere(position, body))) return 'done';
      if (error.serviceCode === 'PositionNotEqualToLength') return 'moved';
      // Deleted since it was looked at.
      if (error.serviceCode === 'NoSuchKey') return 'moved';
      if (error.serviceCode === 'ObjectNotAppendable') return 'refused';
      if (refusesAppends(error)) {
        buckets.refusedAppend(bucket);
        return 'moved';
      }
      throw this.#partly(error);
    }
  }

  /** True when these bytes stand at that position: what an append adds is never changed by others. */
  async #isThere(position: number, body: Uint8Array): Promise<boolean> {
    const { requests, call } = this.#work;
    if (body.length === 0) return false;
    try {
      const there = await readBytes(requests, call, { start: position, end: position + body.length });
      return there.equals(body);
    } catch (error) {
      if (isObsError(error, 'NotFound')) return false;
      if (error instanceof ObsError && error.status === 416) return false;
      throw this.#partly(asUnclear(error));
    }
  }

  /** An error after a part was added says so. */
  #partly(error: unknown): unknown {
    const { lines } = this.#work;
    if (this.#done === 0 || !(error instanceof ObsError)) return error;
    const bytes = lines.lengths.slice(0, this.#done).reduce((sum, length) => sum + length, 0);
    return restate(error, `${error.message}; ${bytes} bytes of whole lines were added before`, {
      hint: 'Look at the end of the object, and append the lines that are missing.',
      retryable: false,
      mayHaveApplied: true,
    });
  }

  /**
   * Makes the object anew, of its content and what is left, under the lock. Undefined when it must be looked
   * at again.
   *
   * @param appends the bucket takes appends
   * @param spent an object that takes appends, but none any more
   */
  async #rewrite(appends: boolean, spent?: ObjectFacts): Promise<AppendResult | undefined> {
    const { requests, call, lines, options } = this.#work;
    if (options.append === 'refuse-normal') throw this.#partly(notAppendable(call, spent !== undefined));
    if (lines.lengths.length === 0) {
      const facts = (await findObject(requests, call)) ?? (await putWhole(requests, call, new Uint8Array(0)));
      return { start: facts.size, stat: statOf(call.at.path, facts) };
    }
    const lock = await acquireLock(requests, call, {
      waitMs: options.waitMs ?? 0,
      breakLock: options.breakLock ?? false,
      appends,
    });
    let result: AppendResult | undefined;
    try {
      result = await this.#rewriteLocked(lock, appends, spent !== undefined);
    } catch (error) {
      return await failAfterCleaning(this.#partly(error), call.at.path, () => lock.release());
    }
    try {
      await lock.release();
    } catch (error) {
      // The lines are in: an error would make the caller append them again.
      requests.warn(`the lock of ${call.at.path} is left behind`, error);
    }
    return result;
  }

  async #rewriteLocked(lock: ObsLock, appends: boolean, spent: boolean): Promise<AppendResult | undefined> {
    const { requests, call } = this.#work;
    let serverCopies = true;
    for (let round = 0; round < maxLockedRounds; round++) {
      const facts = await findObject(requests, call);
      // It is one that takes appends now: deleted, or replaced.
      if (appends && (facts === undefined || (facts.appendable && !spent))) return undefined;
      const upload = await MultipartUpload.start(requests, call, this.#work.tuning);
      try {
        const after = await this.#fillAndComplete(upload, facts, lock, serverCopies);
        if (after !== undefined) {
          return { start: this.#start ?? facts?.size ?? 0, stat: statOf(call.at.path, after) };
        }
        await upload.abort();
      } catch (error) {
        const changed = isObsError(error, 'ConcurrentModification') || isObsError(error, 'NoSuchKey');
        const again = changed || (serverCopies && refusesCopies(error));
        if (!again) return await failAfterCleaning(error, call.at.path, () => upload.abort());
        await upload.abort();
        serverCopies &&= changed;
      }
      await requests.sleep(call, requests.backoff.pauseAfter(Math.min(round, 5)) ?? 0);
    }
    throw this.#overtaken();
  }

  /** @returns undefined when the object was changed meanwhile */
  async #fillAndComplete(
    upload: MultipartUpload,
    facts: ObjectFacts | undefined,
    lock: ObsLock,
    serverCopies: boolean,
  ): Promise<ObjectFacts | undefined> {
    const { requests, call, lines, tuning } = this.#work;
    const packer = new PartPacker(() => Promise.resolve(upload), tuning.partBytes ?? defaultPartBytes);
    if (facts !== undefined && facts.size > 0) {
      const pin = { etag: facts.etag, total: facts.size };
      if (serverCopies && facts.size >= minPartBytes) {
        await addCopies(upload, call.at, facts, tuning.rangeBytes);
      } else {
        for await (const piece of readPinned(requests, call, pin)) await packer.add(piece);
      }
      const last = await readBytes(requests, call, { start: facts.size - 1, end: facts.size }, pin);
      if (last[0] !== lineFeed) await packer.add(Buffer.of(lineFeed));
    }
    for (let i = this.#done; i < lines.lengths.length; i++) await packer.add(await lines.batch(i));
    await packer.flush();
    await upload.settle();
    const now = await findObject(requests, call);
    if (now?.etag !== facts?.etag || now?.size !== facts?.size) return undefined;
    if (!(await lock.isHeld())) throw lockLost(call);
    return await upload.complete();
  }
}

function notAppendable(call: Call, spent: boolean): ObsError {
  return obsFailure(
    'NotAppendable',
    call,
    spent ? 'the object has had all the appends it may have' : 'the object was not made by appending',
    'Allow it to be rewritten (append: rewrite), or write to a new key.',
  );
}
