import { type Diagnostic, type ImageAnnotation, type ImageObject, isVocTask } from '../../model/index.js';
import type { FormatSink, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable, demandClassesToAppend } from '../shared/classes.js';
import { Findings } from '../shared/findings.js';
import { countLosses, sampleKind } from '../shared/losses.js';
import { colourText, vocColour } from '../shared/mask.js';
import { paintShape } from '../shared/mask-paint.js';
import { baseNameOf, extensionOf, keyOf, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import { encodePng } from '../shared/png.js';
import { LabelColours, maxClasses } from './colours.js';
import { withMembers } from './objects.js';
import { imageSegmentationRules } from './rules.js';
import { carried, pieceProperty } from './types.js';

/** As many pixels as masks are read with. */
const maxPixels = 2 ** 26;
const maskSuffix = '_mask';
/** Masks that the data names are looked for one by one. */
const carriedAndMasks = new Set([...carried, 'mask' as const]);

/**
 * Writes a folder with an XML file and a mask for each image, and the images beside them where they are copied.
 *
 * @throws OptionError for colours that are none, and for appending where class numbers of before are not known
 */
export function writeImageSegmentation(sink: FormatSink): FormatWriter {
  if (sink.options['masks'] !== 'instance') demandClassesToAppend(sink, 'colours of the masks');
  return new SegmentationWriter(sink);
}

/** A number of the palette, and the colour it has. */
interface Entry {
  readonly index: number;
  readonly colour: number;
}

class SegmentationWriter implements FormatWriter {
  private readonly classes: ClassTable;
  private readonly colours: LabelColours;
  private readonly names: NameTable;
  private readonly findings = new Findings(imageSegmentationRules, { mode: 'strict', profile: 'generic' });
  /** Names of masks without extension: no image may have one of them. */
  private readonly maskNames = new Set<string>();
  private readonly imageNames = new Set<string>();
  private readonly hasInstances: boolean;
  private withoutImages = 0;

  constructor(private readonly sink: FormatSink) {
    this.classes = new ClassTable(sink.classes);
    this.colours = new LabelColours((sink.options['colours'] ?? []) as readonly string[]);
    this.hasInstances = sink.options['masks'] === 'instance';
    this.names = new NameTable(
      sink,
      (name) =>
        this.maskNames.has(name) ||
        this.imageNames.has(name + maskSuffix) ||
        sink.has(`${name}.xml`) ||
        sink.has(`${name}${maskSuffix}.png`),
    );
  }

  async add(row: WriteRow): Promise<Written> {
    const { sink } = this;
    const kind = sampleKind(row.sample);
    if (kind !== 'image-sample') {
      sink.lose(row, kind, '/source');
      return 'skipped';
    }
    const images = row.sample.annotations.flatMap(({ task }, index) => {
      const image = isVocTask(task) ? row.images.get(index) : undefined;
      return image === undefined ? [] : [image];
    });
    if (images.length === 0 && sink.images === 'reference') {
      countLosses(sink, row, carriedAndMasks);
      sink.lose(row, 'unlabelled-image', '/source');
      return 'skipped';
    }
    const document = images.length === 0 ? undefined : await this.documentOf(row, united(images));
    if (document !== undefined && 'faults' in document) return document.faults;
    const key = this.names.take(row, keyOf(row));
    if (typeof key !== 'string') return [key];
    let xml: Uint8Array | undefined;
    if (document !== undefined) {
      const bytes = sink.voc(row, named(document.image, row, key));
      if ('rule' in bytes) return [bytes];
      xml = bytes;
    }
    if (sink.images === 'reference') this.withoutImages++;
    else {
      const problem = await sink.image(row, key + extensionOf(row.sample.source));
      if (problem !== undefined) return [problem];
    }
    this.imageNames.add(key);
    if (document !== undefined && xml !== undefined) {
      this.maskNames.add(key + maskSuffix);
      sink.add(`${key}.xml`, xml);
      sink.add(`${key}${maskSuffix}.png`, document.mask);
      for (const finding of document.findings) sink.report(finding);
    }
    countLosses(sink, row, carriedAndMasks);
    this.loseMasks(row);
    return 'written';
  }

  end(): void {
    if (this.withoutImages === 0) return;
    const count = this.withoutImages;
    const message = `${count === 1 ? '1 annotation file has' : `${count} annotation files have`} no image beside`;
    const { fix } = imageSegmentationRules.find(({ id }) => id === 'P013')!;
    this.sink.report({ ...this.findings.of('P013', message, { file: this.sink.path })!, hint: fix });
  }

  /** Masks that the data names are drawn anew: what is in them beside the objects' areas is lost. */
  private loseMasks(row: WriteRow): void {
    for (const [index, { maskSource, objects }] of row.images) {
      const pointer = `/annotation/${index}/image`;
      if (maskSource !== undefined) this.sink.lose(row, 'mask', `${pointer}/maskSource`);
      for (const [at, object] of objects.entries()) {
        if (object.maskSource !== undefined)
          this.sink.lose(row, 'mask', `${pointer}/objects/${at}/maskSource`);
      }
    }
  }

  /** What is said of an image with the colours of its objects, and the mask that has them. */
  private async documentOf(
    row: WriteRow,
    image: ImageAnnotation,
  ): Promise<
    | { readonly image: ImageAnnotation; readonly mask: Buffer; readonly findings: readonly Diagnostic[] }
    | { readonly faults: readonly Diagnostic[] }
  > {
    const size = await this.sizeOf(row, image);
    if ('rule' in size) return { faults: [size] };
    const entries = this.entriesOf(row, image.objects);
    if ('faults' in entries) return entries;
    const { width, height } = size;
    const owners = new Uint32Array(width * height);
    for (const [i, { shape }] of image.objects.entries())
      if (shape !== undefined && entries[i] !== undefined)
        paintShape({ width, height, pixels: owners }, shape, i + 1);
    const indices = new Uint8Array(owners.length);
    const counts = new Uint32Array(image.objects.length + 1);
    const indexOf = Uint8Array.from([0, ...entries.map((entry) => entry?.index ?? 0)]);
    for (let i = 0; i < owners.length; i++) {
      const owner = owners[i]!;
      if (owner === 0) continue;
      counts[owner]!++;
      indices[i] = indexOf[owner]!;
    }
    const findings = image.objects.flatMap((object, i) => {
      if (counts[i + 1]! > 0) return [];
      const what = object.name === undefined ? 'an object without label' : `an object "${object.name}"`;
      const finding = this.findings.of('P010', `${what} has no pixel in the mask`, {
        ...placeOf(row),
        pointer: `/annotation/image/objects/${i}`,
      });
      return finding === undefined ? [] : [finding];
    });
    const objects = image.objects.map((object, i) => {
      const entry = entries[i];
      return withMembers(object, {
        maskColor: entry === undefined ? undefined : colourText(entry.colour),
        maskSource: undefined,
      });
    });
    const segmented = image.segmented ?? '1';
    return {
      image: withMembers(image, { width, height, segmented, objects }),
      mask: encodePng({ width, height, indices, palette: paletteOf(entries) }),
      findings,
    };
  }

  private async sizeOf(
    row: WriteRow,
    { width, height }: ImageAnnotation,
  ): Promise<{ readonly width: number; readonly height: number } | Diagnostic> {
    const size =
      width !== undefined && height !== undefined ? { width, height } : await this.sink.imageSize(row);
    const message =
      'problem' in size
        ? `the size of the image is not known: ${size.message}`
        : size.width * size.height > maxPixels
          ? `the image is ${size.width}×${size.height}, too large for a mask`
          : undefined;
    if (message === undefined) return size as { readonly width: number; readonly height: number };
    return this.refusal(row, 'P011', message);
  }

  /** The place in the palette of each object; undefined for those without label, which have no colour. */
  private entriesOf(
    row: WriteRow,
    objects: readonly ImageObject[],
  ): (Entry | undefined)[] | { readonly faults: readonly Diagnostic[] } {
    return this.hasInstances ? this.instancesOf(row, objects) : this.classesOf(row, objects);
  }

  private instancesOf(row: WriteRow, objects: readonly ImageObject[]) {
    const numbers = new Map<string, number>();
    let count = 0;
    const entries = objects.map((object): Entry => {
      // What was read as several objects from one is one colour again.
      const piece = object.properties.get(pieceProperty);
      const known = piece === undefined ? undefined : numbers.get(piece);
      const index = known ?? ++count;
      if (piece !== undefined) numbers.set(piece, index);
      return { index, colour: vocColour(index) };
    });
    if (count <= maxClasses) return entries;
    const message = `the image has ${count} objects, and a mask tells ${maxClasses} apart`;
    return { faults: [this.refusal(row, 'P012', message)] };
  }

  private classesOf(row: WriteRow, objects: readonly ImageObject[]) {
    const faults: Diagnostic[] = [];
    const entries = objects.map(({ name, maskColor }, i): Entry | undefined => {
      if (name === undefined || name === '') return undefined;
      const id = this.classes.take(name, row, `/annotation/image/objects/${i}/name`);
      if (typeof id !== 'number') faults.push(id);
      else if (id >= maxClasses) {
        const message = `"${name}" is label ${id + 1}, and masks tell ${maxClasses} apart`;
        faults.push(this.refusal(row, 'P012', message));
      } else return { index: id + 1, colour: this.colours.of(name, id, maskColor) };
      return undefined;
    });
    return faults.length > 0 ? { faults } : entries;
  }

  private refusal(row: WriteRow, rule: string, message: string): Diagnostic {
    const { fix } = imageSegmentationRules.find(({ id }) => id === rule)!;
    return { rule, severity: 'error', message, hint: fix, ...placeOf(row) };
  }
}

/** The annotations of one image as one: the first one, with the objects of the others. */
function united(images: readonly ImageAnnotation[]): ImageAnnotation {
  const [first, ...others] = images;
  if (others.length === 0) return first!;
  const { width, height } = images.find((image) => image.width !== undefined) ?? first!;
  // Copies, so that they are not taken for objects of the first one's file.
  const objects = [
    ...first!.objects,
    ...others.flatMap((image) => image.objects.map((object) => ({ ...object, sourceIndex: 0 }))),
  ];
  return withMembers(first!, { objects, width, height });
}

/** With the names of the files it lies beside. */
function named(image: ImageAnnotation, row: WriteRow, key: string): ImageAnnotation {
  const maskSource = `${baseNameOf(key)}${maskSuffix}.png`;
  const isRenamed = key !== keyOf(row);
  const fileName =
    image.fileName === undefined || isRenamed
      ? baseNameOf(key) + extensionOf(row.sample.source)
      : image.fileName;
  return withMembers(image, { maskSource, fileName });
}

/** The VOC colour map, with the colours of the objects in their places. */
function paletteOf(entries: readonly (Entry | undefined)[]): Uint8Array {
  const palette = new Uint8Array(768);
  const set = (index: number, colour: number) =>
    palette.set([colour >> 16, (colour >> 8) & 255, colour & 255], 3 * index);
  for (let index = 0; index < 256; index++) set(index, vocColour(index));
  for (const entry of entries) if (entry !== undefined) set(entry.index, entry.colour);
  return palette;
}
