import { areasOf } from '../dataset-io/object-areas.js';
import type { DatasetRow } from '../dataset-io/open.js';
import { readReferenced } from '../dataset-io/referenced-file.js';
import { joinVoc } from '../dataset-io/resolve.js';
import { loadSharp } from '../dataset-io/sharp.js';
import {
  baseName,
  dirOf,
  joinLocation,
  openTree,
  stemOf,
  type TreeMode,
} from '../dataset-io/storage/index.js';
import { storageOf } from '../dataset-io/storages.js';
import { checkWriteMode } from '../dataset-io/write-mode.js';
import {
  type Diagnostic,
  type ImageAnnotation,
  type ImageObject,
  LabelkitError,
  OptionError,
  throwIfAborted,
} from '../model/index.js';
import type { Caption } from './pictures/draw.js';
import { fontProblem } from './pictures/fonts.js';
import type { PixelSize } from './pictures/plane.js';
import { contactSheet, type Tile } from './pictures/sheet.js';
import { checkPictureOptions, defaultQuality, type NoPicture, renderPicture } from './pictures/thumbnail.js';
import { type Chosen, choose } from './preview-choice.js';
import type { PreviewOptions } from './preview-options.js';

/** One sample that was shown, or could not be. */
export interface PreviewPicture {
  readonly source: string;
  /** Where the sample is: its file and, where a file has one on each line, its line. */
  readonly file: string;
  readonly line?: number;
  /** The picture; absent when there is none. */
  readonly path?: string;
  /** Objects of the image, parts not counted. */
  readonly objects: number;
  /** Rules that it breaks, of those asked for. */
  readonly rules: readonly string[];
  /** Why there is no picture. */
  readonly problem?: NoPicture['problem'];
  /** What is to be known of the picture: an annotation that could not be read, another size. */
  readonly notes: readonly string[];
}

/** What was read and drawn. Counts of samples, and the files in the order in which they were written. */
export interface PreviewResult {
  readonly input: string;
  readonly format: string;
  /** Samples that were read. */
  readonly read: number;
  /** Images among them that have what was asked for; the pictures are drawn from these. */
  readonly fitting: number;
  /** In the order of the input. */
  readonly pictures: readonly PreviewPicture[];
  /** Paths of the contact sheets. */
  readonly sheets: readonly string[];
  /** Samples without a picture, and records that could not be read. */
  readonly failed: number;
  /** What holds for all of it: fonts that are missing, findings that name no image. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

const defaultCount = 20;
/** Pictures under way at a time. */
const inFlight = 4;
const columns = 4;
const tilesOnSheet = 24;
const tileEdge = 280;

/**
 * Writes images of a data set with their labels drawn over them into a folder, and contact sheets of all of them.
 * Bad images and bad records are in the result, and never throw. Nothing is written where there is nothing to show.
 *
 * @param input a data set of any format whose samples are images; `-` for a manifest on standard input
 * @param output a folder, on the local disk or in object storage
 * @throws OptionError for bad use, and `Unsupported` where no sample is an image, or the package sharp is not installed;
 *   StorageError when the input cannot be read or the output not be written; AbortedError when the signal fires
 */
export async function preview(
  input: string,
  output: string,
  options: PreviewOptions = {},
): Promise<PreviewResult> {
  const started = performance.now();
  const { count = defaultCount, mode = 'create', signal } = options;
  checkPictureOptions(options);
  checkWriteMode(mode);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new OptionError(`count must be a whole number from 1, not ${count}`);
  if (input === '-' && options.findings !== undefined) {
    throw new OptionError(
      'findings are looked for before samples are read, and standard input is read once',
      {
        hint: 'Write it to a file first.',
      },
    );
  }
  throwIfAborted(signal);
  await loadSharp('pictures need');
  let unreadable = 0;
  const onDiagnostic = (diagnostic: Diagnostic) => {
    if (diagnostic.severity === 'error') unreadable++;
    options.onDiagnostic?.(diagnostic);
  };
  const { chosen, ...counts } = await choose(input, { ...options, onDiagnostic }, count);
  const { read, fitting, others, unplaced, format } = counts;
  if (read > 0 && others === read) {
    throw new OptionError(
      `${input} has ${read === 1 ? '1 sample' : `${read} samples`}, and none of them is an image`,
      {
        code: 'Unsupported',
        hint: 'labelkit stats and labelkit inspect say what is in it.',
      },
    );
  }
  const maker = new Maker(output, { ...options, onDiagnostic }, String(Math.max(chosen.length, 1000)).length);
  const pictures = chosen.length === 0 ? [] : await maker.write(chosen, mode, { input, fitting });
  const font = await fontProblem(maker.labels.keys());
  const notes = [
    ...(others > 0 ? [others === 1 ? '1 sample is no image' : `${others} samples are no images`] : []),
    ...(unplaced > 0 ? [`${unplaced} of the findings are not about one image, or do not say which`] : []),
    ...(font === undefined ? [] : [font]),
  ];
  const failed = unreadable + pictures.filter(({ problem }) => problem !== undefined).length;
  const seconds = Math.round(performance.now() - started) / 1000;
  return { input, format, read, fitting, pictures, sheets: maker.sheets, failed, notes, seconds };
}

/** A sample's picture for the folder, and the one for the sheet. */
interface Made {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly picture: PreviewPicture;
  readonly tile: Tile;
}

/** What is drawn of a sample. */
interface Labelled {
  readonly objects: readonly ImageObject[];
  readonly areas: ReadonlyMap<ImageObject, readonly (readonly number[])[]>;
  readonly captions: readonly Caption[];
  readonly size: PixelSize | undefined;
  readonly notes: readonly string[];
}

class Maker {
  readonly sheets: string[] = [];
  /** How often each label is drawn. */
  readonly labels = new Map<string, number>();

  constructor(
    private readonly output: string,
    private readonly options: PreviewOptions,
    private readonly digits: number,
  ) {}

  async write(
    chosen: readonly Chosen[],
    mode: TreeMode,
    { input, fitting }: { readonly input: string; readonly fitting: number },
  ): Promise<PreviewPicture[]> {
    const { signal, onProgress, sheets = true } = this.options;
    const tree = await openTree(storageOf(this.output, this.options), this.output, mode, { signal });
    try {
      const pictures: PreviewPicture[] = [];
      let tiles: Tile[] = [];
      for (let at = 0; at < chosen.length; at += inFlight) {
        throwIfAborted(signal);
        const next = chosen.slice(at, at + inFlight);
        for (const { name, bytes, picture, tile } of await Promise.all(
          next.map((one, i) => this.make(one, at + i + 1)),
        )) {
          if (bytes !== undefined) tree.add(name, bytes);
          pictures.push(picture);
          tiles.push(tile);
        }
        onProgress?.({ items: pictures.length, totalItems: chosen.length, bytes: 0, phase: 'write' });
        const isLast = at + inFlight >= chosen.length;
        if (!sheets || (tiles.length < tilesOnSheet && !isLast)) continue;
        const heading = `${baseName(input)}: images ${pictures.length - tiles.length + 1}–${pictures.length} of ${chosen.length}, drawn from ${fitting}`;
        const name = `sheet-${String(this.sheets.length + 1).padStart(2, '0')}.${this.extension}`;
        tree.add(name, await this.sheet(tiles, heading));
        this.sheets.push(joinLocation(this.output, name));
        tiles = [];
      }
      await tree.commit();
      return pictures;
    } finally {
      await tree.abort();
    }
  }

  private async sheet(tiles: readonly Tile[], heading: string): Promise<Buffer> {
    const { format = 'jpeg', quality = defaultQuality } = this.options;
    const labels = [...this.labels].sort(([, a], [, b]) => b - a).map(([label]) => label);
    return await contactSheet(tiles, { columns, edge: tileEdge, format, quality, heading, labels });
  }

  private async make({ row, rules }: Chosen, number: number): Promise<Made> {
    const { base, file, line, sample } = row;
    const { convention, root, storage, session, signal, sheets = true } = this.options;
    const labelled = await this.labelsOf(row);
    const bytes = await readReferenced({ source: sample.source, base, root, storage, session, signal });
    const image =
      bytes instanceof LabelkitError ? { source: sample.source, base, root, storage, session } : bytes;
    const request = { ...this.options, ...labelled, image, convention };
    const made = await renderPicture(request);
    const hasPicture = made.problem === undefined;
    const small =
      hasPicture && sheets ? await renderPicture({ ...request, maxEdge: tileEdge, format: 'png' }) : made;
    for (const label of labelNames(labelled)) this.labels.set(label, (this.labels.get(label) ?? 0) + 1);
    const notes = [...labelled.notes];
    if (hasPicture && labelled.size !== undefined && !isSize(labelled.size, made.image)) {
      const { width, height } = labelled.size;
      notes.push(
        `the annotation says ${width}×${height}, the image is ${made.image.width}×${made.image.height}`,
      );
    }
    const stem = stemOf(sample.source)
      .replace(/[^\p{L}\p{N}._-]+/gu, '_')
      .slice(0, 60);
    const name = `${String(number).padStart(this.digits, '0')}-${stem}.${this.extension}`;
    return {
      name,
      ...(hasPicture ? { bytes: made.bytes } : {}),
      picture: {
        source: sample.source,
        file,
        ...(line === undefined ? {} : { line }),
        ...(hasPicture ? { path: joinLocation(this.output, name) } : { problem: made.problem }),
        objects: labelled.objects.length,
        rules,
        notes,
      },
      tile: {
        picture: small,
        title: baseName(sample.source),
        note: [...rules, ...notes].join(', ') || undefined,
      },
    };
  }

  /** What a sample says of its image, its annotation files and masks read. */
  private async labelsOf(row: DatasetRow): Promise<Labelled> {
    const { onDiagnostic, root, storage, session, signal } = this.options;
    const notes: string[] = [];
    const files: { readonly image: ImageAnnotation; readonly folder: string }[] = [];
    for (const image of row.images.values()) files.push({ image, folder: dirOf(row.file) });
    if (row.images.size === 0) {
      const joined = await joinVoc(row, { storage, session, root, signal });
      for (const { document, path } of joined.files ?? [])
        files.push({ image: document, folder: dirOf(path) });
      for (const fault of joined.faults ?? []) onDiagnostic?.(fault);
      if (joined.faults !== undefined) notes.push('the annotation file cannot be read');
    }
    const objects: ImageObject[] = [];
    const areas = new Map<ImageObject, readonly (readonly number[])[]>();
    let size: PixelSize | undefined;
    for (const { image, folder } of files) {
      objects.push(...image.objects);
      const { width = 0, height = 0 } = image;
      if (width > 0 && height > 0) size ??= { width, height };
      const found = await areasOf(image, { bases: [folder, row.base], root, storage, session, signal });
      for (const [object, rings] of found.areas) areas.set(object, rings);
      notes.push(...found.problems);
    }
    const captions = row.sample.annotations.flatMap(({ name, confidence, hard, image, loc }) => {
      if (name === undefined || image !== undefined || (loc !== undefined && loc !== '')) return [];
      return [{ name, confidence, isHard: hard === true }];
    });
    return { objects, areas, captions, size, notes };
  }

  private get extension(): string {
    const { format = 'jpeg' } = this.options;
    return format === 'jpeg' ? 'jpg' : format;
  }
}

function* labelNames({ objects, captions }: Labelled): Generator<string> {
  for (const { name } of captions) yield name;
  const pending = [...objects];
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    if (object.name !== undefined && object.name !== '') yield object.name;
    pending.push(...object.parts);
  }
}

/** True for the size of an image, as it is shown or turned by a quarter. */
function isSize(declared: PixelSize, image: PixelSize): boolean {
  const { width, height } = declared;
  return (
    (width === image.width && height === image.height) || (width === image.height && height === image.width)
  );
}
