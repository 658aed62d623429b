import { setMaxListeners } from 'node:events';
import { formatSamples, type ManifestSample } from '../../manifest/index.js';
import { type Diagnostic, LabelkitError, type Sample, StorageError } from '../../model/index.js';
import { changeVoc, parseVoc } from '../../voc/index.js';
import { isAboutTheFile } from '../file-errors.js';
import { manifestRows } from '../manifest-rows.js';
import { readBytes } from '../read-bytes.js';
import { isInlineXml, openable } from '../references.js';
import type { Row } from '../rows.js';
import { datasetDiagnostic } from '../rules.js';
import { dirOf, resolveReference, type Storage } from '../storage/index.js';
import { type Places, storageOf } from '../storages.js';
import type { Targets } from './targets.js';
import type { Uploader } from './uploader.js';

/** Sends one file, or bytes, to a place. */
export type Put = (from: string | Buffer, to: string) => Promise<void>;

export interface SendOptions extends Places {
  /** Where relative references are taken from. */
  readonly base: string;
  readonly targets: Targets;
  readonly uploader: Uploader;
  readonly onError: 'fail' | 'skip';
  readonly signal?: AbortSignal | undefined;
  readonly onSkipped: (diagnostic: Diagnostic) => void;
  readonly onSample: (done: number) => void;
}

/** Rows under way for each file under way, so that one slow file does not hold the others up. */
const rowsAhead = 64;

/**
 * Sends what the samples of a manifest name, and writes the manifest as it is to be imported: every file by its address
 * in object storage.
 *
 * @returns how many samples it has
 * @throws StorageError, AbortedError; with `onError: 'skip'` only what would meet every file
 */
export async function sendSamples(
  manifest: { readonly storage: Storage; readonly path: string },
  output: { readonly storage: Storage; readonly path: string },
  options: SendOptions,
): Promise<number> {
  const { onError, onSkipped, onSample } = options;
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  setMaxListeners(0, signal);
  let number = 0;
  let samples = 0;
  async function* rows(): AsyncGenerator<readonly [Row, number]> {
    const batches = manifestRows(manifest.storage, manifest.path, { baseDir: options.base, signal });
    for await (const { rows } of batches) for (const row of rows) yield [row, ++number];
  }
  const sender = new RowSender({ ...options, signal }, (from, to) => options.uploader.put(from, to));
  async function* sent(): AsyncGenerator<Sample> {
    const all = inOrder(rows(), rowsAhead, ([row, number]) => sender.send(row, number));
    for await (const { row, error } of all) {
      if (error === undefined) {
        yield row.sample;
        onSample(++samples);
        continue;
      }
      if (onError === 'fail' || !isAboutTheFile(error)) throw error;
      onSkipped(
        datasetDiagnostic('D053', `the sample is left out: ${error.message}`, {
          file: row.file,
          ...(row.line === undefined ? {} : { line: row.line }),
          source: row.sample.source,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        }),
      );
    }
  }
  try {
    await output.storage.writeAtomic(output.path, formatSamples(sent()), { mode: 'overwrite' });
  } finally {
    over.abort();
  }
  return samples;
}

interface SentRow {
  readonly row: Row;
  readonly error?: LabelkitError | undefined;
}

/** Finds the files of a row, sends them, and has the row name them where they are then. */
export class RowSender {
  constructor(
    private readonly options: Pick<SendOptions, 'targets' | 'signal'> & Places,
    private readonly put: Put,
  ) {}

  async send(row: Row, number: number): Promise<SentRow> {
    try {
      await this.sendAll(row, number);
      return { row };
    } catch (error) {
      if (error instanceof LabelkitError && error.code !== 'Aborted') return { row, error };
      throw error;
    }
  }

  private async sendAll(row: Row, number: number): Promise<void> {
    const sample = row.sample as ManifestSample;
    const { inferenceLoc } = sample;
    await Promise.all([
      this.file(sample.source, row.base).then((moved) => {
        if (moved !== sample.source) sample.source = moved;
      }),
      inferenceLoc === undefined || inferenceLoc === ''
        ? undefined
        : this.file(inferenceLoc, row.base).then((moved) => {
            if (moved !== inferenceLoc) sample.inferenceLoc = moved;
          }),
      ...sample.annotations.map(async (annotation, index) => {
        const { loc } = annotation;
        if (loc === undefined || loc === '') return;
        const moved = isInlineXml(loc)
          ? await this.inline(loc, number, index)
          : annotation.task === 'image_segmentation'
            ? await this.masked(loc, row)
            : await this.file(loc, row.base);
        if (moved !== loc) (annotation as { loc?: string }).loc = moved;
      }),
    ]);
  }

  /** @returns the address of a file that a row refers to, once it is there */
  private async file(reference: string, base: string): Promise<string> {
    const found = this.local(reference, base);
    if (found.path === undefined) return found.address;
    const to = this.options.targets.of(found.path);
    await this.put(found.path, to);
    return to;
  }

  /** What is on the disk is to be sent; what is anywhere else is only named. */
  private local(
    reference: string,
    base: string,
  ):
    | { readonly path: string; readonly address?: undefined }
    | { readonly path?: undefined; readonly address: string } {
    const location = resolveReference(reference, base);
    switch (location.kind) {
      case 'local':
      case 'memory':
        return { path: openable(location) };
      case 'obs':
        return { address: location.text.replace(/^s3[an]:/i, 'obs:') };
      case 'content':
        return { address: reference };
      default:
        throw new StorageError('Unsupported', `the service cannot read ${reference}`, {
          path: reference,
          hint: 'Download it, and name the file.',
        });
    }
  }

  private async inline(xml: string, number: number, index: number): Promise<string> {
    const to = this.options.targets.ofInline(number, index);
    await this.put(Buffer.from(xml), to);
    return to;
  }

  /** An annotation file that names a mask, which goes with it. */
  private async masked(loc: string, row: Row): Promise<string> {
    const found = this.local(loc, row.base);
    if (found.path === undefined) return found.address;
    const { path } = found;
    const storage = storageOf(path, this.options);
    const bytes = await readBytes(storage, path, this.options.signal);
    const to = this.options.targets.of(path);
    const document = parseVoc(bytes, { mode: 'lenient' }).document;
    const texts: [string, string][] = [];
    const masks = [
      ['/annotation', document] as const,
      ...(document?.objects ?? []).map((object, at) => [`/annotation/object[${at + 1}]`, object] as const),
    ];
    for (const [pointer, holder] of masks) {
      const mask = holder?.maskSource ?? '';
      if (mask === '') continue;
      const moved = await this.file(mask, dirOf(path));
      if (moved !== mask) texts.push([`${pointer}/mask_source`, moved]);
    }
    await this.put(changeVoc(bytes, { texts }), to);
    return to;
  }
}

/** Results in the order of their items, up to `width` under way at a time. */
async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const one = work(item);
      // Whoever comes to it hears of its failure.
      one.catch(() => undefined);
      begun.push(one);
      if (begun.length >= width) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
}
