import { ObsStorage, type ObsStorageOptions } from '../../../../src/dataset-io/storage/obs/index.js';
import type { ReadTuning } from '../../../../src/dataset-io/storage/obs/read.js';
import {
  FakeWire,
  type FakeWireOptions,
  type Mishap,
  type WireOperation,
  type WireRequest,
} from './fake-wire.js';
import { type TestTiming, testTiming } from './timing.js';

export interface Harness {
  readonly wire: FakeWire;
  readonly storage: ObsStorage;
  readonly timing: TestTiming;
  readonly warnings: string[];
}

/** Reads of parts of one size, never by one stream alone, however fast that is. */
export function inParts(partBytes: number): ReadTuning {
  return { firstBytes: partBytes, partBytes, aloneFromBytesPerSecond: Number.POSITIVE_INFINITY };
}

/** A storage over a service in memory, on a clock that does not wait. */
export function harness(service: FakeWireOptions = {}, options: Partial<ObsStorageOptions> = {}): Harness {
  const wire = new FakeWire(service);
  const timing = testTiming();
  const warnings: string[] = [];
  const storage = new ObsStorage({
    wire,
    timing,
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  return { wire, storage, timing, warnings };
}

/** Lets something go wrong with the requests of one kind: with the first of them, or those that are named. */
export function at(
  operation: WireOperation | readonly WireOperation[],
  mishap: Mishap | ((request: WireRequest) => Mishap | undefined),
  nth: number | readonly number[] | 'all' = 1,
): (request: WireRequest) => Mishap | undefined {
  const counts = new Map<WireOperation, number>();
  return (request) => {
    if (!([operation].flat() as WireOperation[]).includes(request.operation)) return undefined;
    const count = (counts.get(request.operation) ?? 0) + 1;
    counts.set(request.operation, count);
    if (nth !== 'all' && !([nth].flat() as number[]).includes(count)) return undefined;
    return typeof mishap === 'function' ? mishap(request) : mishap;
  };
}

/** The first of several plans that wants a request. */
export function either(
  ...plans: readonly ((request: WireRequest) => Mishap | undefined)[]
): (request: WireRequest) => Mishap | undefined {
  return (request) => {
    let found: Mishap | undefined;
    for (const plan of plans) {
      const wanted = plan(request);
      found ??= wanted;
    }
    return found;
  };
}

/** Bytes that differ everywhere, the same for the same length. */
export function noise(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Bytes given in pieces of one size. */
export async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Everything that a read gives. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** What a promise rejects with. */
export async function failure(work: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await work;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it succeeded');
}
