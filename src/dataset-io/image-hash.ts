import type { IHasher } from 'hash-wasm';
import { LabelkitError, type Sample } from '../model/index.js';
import { perceptualHash, perceptualSide } from '../transforms/index.js';
import { isAboutTheFile } from './file-errors.js';
import { readBytes } from './read-bytes.js';
import { openable } from './references.js';
import { loadSharp, sharpProblem } from './sharp.js';
import { createReadBuffer, resolveReference, type Storage, sameContent } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

/** 64 bits of a file, or why there are none. */
export type FileHash =
  | { readonly high: number; readonly low: number; readonly error?: undefined }
  | { readonly error: LabelkitError };

export interface ImageHashOptions extends Places {
  /** The directory that references are taken from. */
  readonly base: string;
  /** A directory that references may not leave. */
  readonly root?: string | undefined;
}

/** Hashes the files that samples name. What is about one file is its answer; what would meet every file is thrown. */
export interface ImageHasher {
  of(sample: Pick<Sample, 'source'>, base: string, signal?: AbortSignal): Promise<FileHash>;
}

/** Hashes of files' bytes: the upper half of their XXH3, 128 bits wide. */
export async function contentHasher(options: Omit<ImageHashOptions, 'base'>): Promise<ImageHasher> {
  const { createXXHash128 } = await import('hash-wasm');
  // One for blocking reads, and one for each read over a network that is under way.
  const spare: IHasher[] = [await createXXHash128()];
  const buffer = createReadBuffer();
  return hasher(options, async (storage, path, signal) => {
    const state = spare.pop() ?? (await createXXHash128());
    state.init();
    if (storage.readSync === undefined) {
      for await (const chunk of storage.openRead(path, { reuse: true, signal })) state.update(chunk);
    } else {
      const length = storage.readSync(path, buffer);
      state.update(buffer.bytes.subarray(0, length));
    }
    const digest = Buffer.from(state.digest('hex'), 'hex');
    spare.push(state);
    return { high: digest.readUInt32BE(0), low: digest.readUInt32BE(4) };
  });
}

/**
 * Hashes of pictures that change little when the picture does; see `perceptualHash`.
 *
 * @throws OptionError `Unsupported` where the package `sharp`, which decodes pictures, is not installed
 */
export async function perceptualHasher(options: Omit<ImageHashOptions, 'base'>): Promise<ImageHasher> {
  const sharp = await loadSharp('perceptual hashes need');
  const out = new Uint32Array(2);
  return hasher(options, async (storage, path, signal) => {
    const bytes = await readBytes(storage, path, signal);
    let pixels: Uint8Array;
    try {
      pixels = await sharp(bytes, { failOn: 'error' })
        .autoOrient()
        .greyscale()
        .resize(perceptualSide, perceptualSide, { fit: 'fill' })
        .raw()
        .toBuffer();
    } catch (error) {
      throw new LabelkitError(
        'InvalidData',
        `${path} cannot be decoded as a picture: ${sharpProblem(error)}`,
        {
          path,
        },
      );
    }
    perceptualHash(pixels, out);
    return { high: out[0]!, low: out[1]! };
  });
}

/**
 * Compares the bytes of two files that samples name. False too where one of them cannot be read.
 *
 * @throws StorageError for what would meet every file
 */
export function contentComparer({
  root,
  ...places
}: Omit<ImageHashOptions, 'base'>): (
  first: string,
  second: string,
  base: string,
  signal?: AbortSignal,
) => Promise<boolean> {
  const placeOf = (source: string, base: string) => {
    const path = openable(resolveReference(source, base, { root }));
    return { path, storage: storageOf(path, places) };
  };
  return async (first, second, base, signal) => {
    if (first === second) return true;
    try {
      return await sameContent(placeOf(first, base), placeOf(second, base), signal);
    } catch (error) {
      if (isAboutTheFile(error)) return false;
      throw error;
    }
  };
}

function hasher(
  { root, ...places }: Omit<ImageHashOptions, 'base'>,
  hash: (storage: Storage, path: string, signal?: AbortSignal) => Promise<{ high: number; low: number }>,
): ImageHasher {
  return {
    async of({ source }, base, signal) {
      try {
        const location = resolveReference(source, base, { root });
        const path = openable(location);
        if (location.kind === 'stdio' || location.kind === 'content') {
          return { error: new LabelkitError('Unsupported', `${source} is no file`, { path: source }) };
        }
        return await hash(storageOf(path, places), path, signal);
      } catch (error) {
        if (isAboutTheFile(error) || isUndecodable(error)) return { error };
        throw error;
      }
    },
  };
}

function isUndecodable(error: unknown): error is LabelkitError {
  return error instanceof LabelkitError && error.code === 'InvalidData';
}
