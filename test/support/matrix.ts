import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../fixtures/matrix');

/** A small data set of a format, with the usual kinds of what it carries. */
export interface MatrixInput {
  readonly id: string;
  readonly path: string;
}

/** One data set of every format that is read, by its id. */
export const matrixInputs: readonly MatrixInput[] = readdirSync(folder)
  .sort()
  .map((id) => {
    const names = readdirSync(join(folder, id));
    // WIDER FACE files have names that the format prescribes.
    const name = names.find((one) => /^in(?:\.|$)|^wider_face_.*\.txt$/.test(one))!;
    return { id, path: join(folder, id, name) };
  });
