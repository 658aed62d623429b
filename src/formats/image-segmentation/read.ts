import {
  type Annotation,
  type Diagnostic,
  type ImageAnnotation,
  type ImageObject,
  LabelkitError,
  throwIfAborted,
} from '../../model/index.js';
import type { FormatBatch, FormatSource, MaskFacts, VocReading } from '../contract.js';
import { BatchBuilder } from '../shared/batches.js';
import { Findings } from '../shared/findings.js';
import {
  backgroundColour,
  coloursIn,
  colourText,
  type Mask,
  maskOf,
  numberOf,
  voidColour,
} from '../shared/mask.js';
import { stemOfName } from '../shared/names.js';
import { decodePng } from '../shared/png.js';
import { type ColouredObject, colouredObjects, outlinesOf, pointerOf, withMembers } from './objects.js';
import { imageSegmentationRules } from './rules.js';
import { type MaskPlace, SegmentationTree } from './tree.js';

/** Annotation files that are read before their masks are. */
const documentsAhead = 64;
/** Colours that a finding names. */
const coloursShown = 5;

/**
 * Reads a folder of images, XML files and masks: every XML file in the order of the names, then every image without one
 * that is no mask.
 */
export async function* readImageSegmentation(source: FormatSource): AsyncGenerator<FormatBatch> {
  const batch = new BatchBuilder();
  const tree = new SegmentationTree(source, await source.list());
  for (const finding of tree.strayFindings()) batch.finding(finding);
  const reader = new DocumentReader(source, tree, batch);
  const { documents } = tree;
  for (let at = 0; at < documents.length; at += documentsAhead) {
    throwIfAborted(source.signal);
    await reader.read(documents.slice(at, at + documentsAhead));
    yield batch.take();
  }
  let unlabelled = 0;
  for (const image of tree.others()) {
    unlabelled++;
    batch.finding(tree.imageFinding(image));
    const path = source.pathOf(image);
    batch.record({ sample: { source: path, annotations: [] }, file: path, key: stemOfName(image) });
    if (batch.isFull) yield batch.take();
  }
  if (unlabelled > 0) {
    const message = `${unlabelled === 1 ? '1 image has' : `${unlabelled} images have`} no annotation file`;
    batch.finding({ rule: 'D013', severity: 'info', message, file: source.path });
  }
  yield batch.take();
}

/** A mask that was asked for: itself, or why there is none. */
type MaskLook =
  | { readonly mask: Mask; readonly bitDepth: number; readonly problem?: undefined }
  | { readonly problem: string };

/** An annotation file, until its masks have been read. */
interface Pending {
  readonly name: string;
  readonly reading: VocReading;
  readonly image: ImageAnnotation;
  /** Where the mask of the file is; undefined when it names none. */
  readonly place: MaskPlace | undefined;
  /** Where masks of single objects are, by the number of the object from 0. */
  readonly ownPlaces: ReadonlyMap<number, MaskPlace>;
}

class DocumentReader {
  private readonly findings: Findings;
  private readonly opensMasks: boolean;
  private readonly holes: 'cut' | 'fill';
  private readonly replacesBoxes: boolean;

  constructor(
    private readonly source: FormatSource,
    private readonly tree: SegmentationTree,
    private readonly batch: BatchBuilder,
  ) {
    this.findings = new Findings(imageSegmentationRules, source);
    this.opensMasks = source.options['polygons'] !== 'keep';
    this.replacesBoxes = source.options['polygons'] === 'from-mask';
    this.holes = source.options['holes'] === 'fill' ? 'fill' : 'cut';
  }

  async read(names: readonly string[]): Promise<void> {
    const pending: Pending[] = [];
    for await (const [name, reading] of this.source.readVoc(names)) {
      const document = this.open(name, reading);
      if (document !== undefined) pending.push(document);
    }
    const needed = pending.map((document) => (this.opensMasks ? masksOf(document) : []));
    let next = 0;
    let contents = new Map<string, Buffer | LabelkitError>();
    const finishRead = () => {
      while (next < pending.length && contents.size === needed[next]!.length) {
        this.finish(pending[next++]!, contents);
        contents = new Map();
      }
    };
    finishRead();
    for await (const [name, content] of this.source.readAll(needed.flat())) {
      contents.set(name, content);
      finishRead();
    }
  }

  private open(name: string, reading: VocReading | LabelkitError): Pending | undefined {
    const { batch, tree } = this;
    const file = this.source.pathOf(name);
    if (reading instanceof LabelkitError) {
      const { message, hint } = reading;
      const where = { file, ...(hint === undefined ? {} : { hint }) };
      batch.fault({
        diagnostics: [{ rule: 'D053', severity: 'error', message, ...where }],
        name,
        cause: reading,
      });
      tree.claim(name, undefined);
      return undefined;
    }
    batch.read(reading.bytes.length);
    const { image, diagnostics } = reading;
    if (image === undefined || diagnostics.some(({ severity }) => severity === 'error')) {
      batch.fault({ diagnostics, raw: reading.bytes, name });
      tree.claim(name, reading.bytes);
      return undefined;
    }
    const place = image.maskSource === undefined ? undefined : tree.maskPlace(image.maskSource, name);
    const ownPlaces = new Map<number, MaskPlace>();
    for (const [index, { maskSource }] of image.objects.entries())
      if (maskSource !== undefined) ownPlaces.set(index, tree.maskPlace(maskSource, name));
    return { name, reading, image, place, ownPlaces };
  }

  private finish(document: Pending, contents: ReadonlyMap<string, Buffer | LabelkitError>): void {
    const { batch, source, tree } = this;
    const { name, reading, image } = document;
    const masks = new Set(masksOf(document));
    const paired = tree.imageOf(name, masks, image.fileName);
    for (const diagnostic of [...reading.diagnostics, ...paired.diagnostics]) this.report(diagnostic);
    const drawn = this.opensMasks ? this.draw(document, contents) : undefined;
    if (!this.opensMasks) for (const diagnostic of reading.check()) this.report(diagnostic);
    const file = source.pathOf(name);
    const annotation: Annotation = {
      type: 'modelarts/image_segmentation',
      task: 'image_segmentation',
      ...(drawn === undefined ? { loc: file, image } : { image: drawn }),
    };
    batch.record({
      sample: { source: source.pathOf(paired.image), annotations: [annotation] },
      file,
      key: stemOfName(name),
    });
  }

  /**
   * Looks at the masks of a file, and draws what has no outline.
   *
   * @returns what the file says with the outlines; undefined when there are none to add
   */
  private draw(
    document: Pending,
    contents: ReadonlyMap<string, Buffer | LabelkitError>,
  ): ImageAnnotation | undefined {
    const { reading, image, place, ownPlaces } = document;
    const coloured = colouredObjects(image.objects);
    const shared = coloured.filter(({ index }) => !ownPlaces.has(index));
    const outlines = new Map<number, readonly ImageObject[]>();
    const add = (mask: Mask, owners: readonly ColouredObject[]) => {
      const { findings, holes, replacesBoxes } = this;
      const report = (diagnostic: Diagnostic | undefined) => this.report(diagnostic);
      const found = outlinesOf(mask, owners, { reading, findings, holes, replacesBoxes, report });
      for (const [index, objects] of found) outlines.set(index, objects);
    };

    const look = this.look(place, contents, shared);
    if (place?.kind === 'elsewhere')
      this.reportElsewhere(document, '/annotation/mask_source', image.maskSource!);
    for (const diagnostic of reading.check(factsOf(look))) this.report(diagnostic);
    if (place?.kind === 'here' && look?.problem === undefined && look !== undefined) {
      this.reportMask(place.name, look, coloured);
      if (isOfSize(look.mask, image)) add(look.mask, shared);
    }
    const byMask = new Map<string, ColouredObject[]>();
    for (const owner of coloured) {
      const own = ownPlaces.get(owner.index);
      if (own === undefined) continue;
      const pointer = `${pointerOf(owner.index)}/mask_source`;
      if (own.kind === 'elsewhere') this.reportElsewhere(document, pointer, owner.object.maskSource!);
      else if (own.kind === 'missing') this.reportOwnMask(document, pointer, `there is no file ${own.name}`);
      else byMask.set(own.name, [...(byMask.get(own.name) ?? []), owner]);
    }
    for (const [name, owners] of byMask) {
      const own = this.look({ kind: 'here', name }, contents, owners)!;
      const pointer = `${pointerOf(owners[0]!.index)}/mask_source`;
      if (own.problem !== undefined) {
        this.reportOwnMask(document, pointer, own.problem);
        continue;
      }
      if (!isOfSize(own.mask, image)) {
        const { width, height } = own.mask;
        const message = `${name} is ${width}×${height}, but the image is ${image.width}×${image.height}`;
        this.reportOwnMask(document, pointer, message);
        continue;
      }
      for (const { index, colour, object } of owners) {
        if (numberOf(own.mask, colour) !== undefined) continue;
        const message = `the colour ${object.maskColor} does not occur in ${name}`;
        this.reportOwnMask(document, `${pointerOf(index)}/mask_color`, message);
      }
      this.reportMask(name, own, coloured);
      add(own.mask, owners);
    }
    if (outlines.size === 0) return undefined;
    // It will be written in another place, from where masks are reached another way.
    const reached = (at: MaskPlace | undefined, text: string | undefined) =>
      at === undefined || at.kind === 'elsewhere' ? text : this.source.pathOf(at.name);
    const objects = image.objects.flatMap((object, index) => {
      const own = ownPlaces.get(index);
      const all = outlines.get(index) ?? [object];
      return own === undefined
        ? all
        : all.map((one) => withMembers(one, { maskSource: reached(own, one.maskSource) }));
    });
    return withMembers(image, { objects, maskSource: reached(place, image.maskSource) });
  }

  private look(
    place: MaskPlace | undefined,
    contents: ReadonlyMap<string, Buffer | LabelkitError>,
    owners: readonly ColouredObject[],
  ): MaskLook | undefined {
    if (place === undefined || place.kind === 'elsewhere') return undefined;
    if (place.kind === 'missing') return { problem: `there is no file ${place.name}` };
    const content = contents.get(place.name)!;
    if (content instanceof LabelkitError) return { problem: content.message };
    this.batch.read(content.length);
    const png = decodePng(content);
    if ('problem' in png) {
      const at = png.offset === undefined ? '' : ` (byte ${png.offset})`;
      return { problem: `${place.name}: ${png.problem}${at}` };
    }
    const mask = maskOf(png, new Set(owners.map(({ colour }) => colour)));
    if ('problem' in mask) return { problem: `${place.name}: ${mask.problem}` };
    return { mask, bitDepth: png.bitDepth };
  }

  /** What is to be said of a mask that was read, whatever its objects are. */
  private reportMask(
    name: string,
    { mask, bitDepth }: { readonly mask: Mask; readonly bitDepth: number },
    coloured: readonly ColouredObject[],
  ): void {
    const file = this.source.pathOf(name);
    if (bitDepth === 16) {
      const message = 'the mask has 16 bits for each pixel, which were taken as indices';
      this.report(this.findings.of('P005', message, { file }));
    } else if (mask.isIndexed) {
      const message = 'the levels of the mask were taken as indices of the VOC colour map';
      this.report(this.findings.of('P004', message, { file }));
    }
    const known = new Set([backgroundColour, voidColour, ...coloured.map(({ colour }) => colour)]);
    const foreign = mask.colours.flatMap((colour, number) => {
      const isForeign = colour >= 0 ? !known.has(colour) : mask.isIndexed;
      return isForeign && mask.counts[number]! > 0 ? [number] : [];
    });
    if (foreign.length === 0) return;
    const shown = foreign.slice(0, coloursShown).map((number) => {
      const first = mask.firsts[number]!;
      const [x, y] = [first % mask.width, Math.floor(first / mask.width)];
      const colour = mask.colours[number]!;
      const count = mask.counts[number]!;
      const what = colour >= 0 ? colourText(colour) : 'a level above 255';
      return `${what} (${count === 1 ? '1 pixel' : `${count} pixels`}, the first at ${x},${y})`;
    });
    const more = foreign.length > coloursShown ? ` and ${foreign.length - coloursShown} more` : '';
    const message = `no object has the ${foreign.length === 1 ? 'colour' : 'colours'} ${shown.join('; ')}${more}`;
    this.report(this.findings.of('P002', message, { file }));
  }

  private reportElsewhere({ reading }: Pending, pointer: string, text: string): void {
    const message = `the mask ${text} is not in the input, and was not looked at`;
    this.report(this.findings.of('P001', message, reading.placeOf(pointer)));
  }

  private reportOwnMask({ reading }: Pending, pointer: string, message: string): void {
    this.report(this.findings.of('P009', message, reading.placeOf(pointer)));
  }

  /** Hints about how files might be written better are for those who ask for all there is to say. */
  private report(diagnostic: Diagnostic | undefined): void {
    if (diagnostic === undefined) return;
    const isHint = diagnostic.severity === 'info' && diagnostic.rule.startsWith('V');
    if (!isHint || this.source.mode === 'strict') this.batch.finding(diagnostic);
  }
}

/** The masks of a file that are there, each once. */
function masksOf({ place, ownPlaces }: Pending): string[] {
  const names = [place, ...ownPlaces.values()].flatMap((one) => (one?.kind === 'here' ? [one.name] : []));
  return [...new Set(names)];
}

function factsOf(look: MaskLook | undefined): MaskFacts | undefined {
  if (look === undefined) return undefined;
  if (look.problem !== undefined) return { problem: look.problem, width: 0, height: 0, colors: new Set() };
  const { mask } = look;
  return { width: mask.width, height: mask.height, colors: coloursIn(mask) };
}

/** Where the file does not say how large the image is, the mask is believed. */
function isOfSize({ width, height }: Mask, image: ImageAnnotation): boolean {
  return (image.width ?? width) === width && (image.height ?? height) === height;
}
