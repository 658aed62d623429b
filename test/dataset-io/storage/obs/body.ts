import { Readable } from 'node:stream';
import type { ObjectBody } from '../../../../src/dataset-io/storage/obs/wire.js';

/** A body that gives what a stream gives. */
export function bodyOf(stream: Readable): ObjectBody {
  // Whoever takes it hears of it; one that nobody takes must not end the process.
  stream.on('error', () => undefined);
  return {
    flow: (to) => {
      stream.on('end', () => to.end());
      stream.on('error', (error) => to.fail(error));
      stream.on('data', (piece: Buffer) => to.piece(piece));
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    destroy: () => stream.destroy(),
  };
}

/** A body as a stream, which asks for no more than is read of it. */
export function readableOf(body: ObjectBody): Readable {
  let flows = false;
  const stream = new Readable({
    read: () => {
      if (flows) body.resume();
      flows = true;
    },
    destroy: (error, done) => {
      body.destroy();
      done(error);
    },
  });
  stream.on('error', () => undefined);
  body.flow({
    piece: (bytes) => {
      if (!stream.push(bytes)) body.pause();
    },
    end: () => stream.push(null),
    fail: (error) => stream.destroy(error),
  });
  return stream;
}
