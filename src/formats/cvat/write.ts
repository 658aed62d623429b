import { type Diagnostic, type ImageObject, isVocTask, rotationOf, type Shape } from '../../model/index.js';
import { escapeAttribute, escapeText, formatNumber, illegalCharacter } from '../../text/xml-escape.js';
import type { FormatSink, FormatSpool, FormatWriter, WriteRow, Written } from '../contract.js';
import { ClassTable } from '../shared/classes.js';
import { boundsOf } from '../shared/geometry.js';
import { countLosses, everyObject, type Loss, type LossName, sampleKind } from '../shared/losses.js';
import { imageBeside, NameTable } from '../shared/names.js';
import { placeOf } from '../shared/place.js';
import {
  angleProperty,
  defaultMembers,
  memberProperties,
  objectFields,
  subsetOfUsage,
  visibleProperty,
} from './types.js';

/** What a file can hold in some form; the rest of what is lost is counted where it is met. */
const carriedInAnyForm: ReadonlySet<LossName> = new Set([
  'image-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'usage',
  'annotation-property',
  ...everyObject,
  'object-property',
  'object-pose',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'parts',
  'image-size',
  'unlabelled-image',
]);

/** Writes the XML of CVAT for images 1.1. Labels stand before the images, which wait for them on the disk. */
export function writeCvat(sink: FormatSink): FormatWriter {
  const writer = new FileWriter(sink);
  return { add: (row) => writer.add(row), end: () => writer.end() };
}

/** What the head of the file says of a label. */
interface LabelFacts {
  /** Names of its attributes. */
  readonly attributes: Set<string>;
  /** Names of the points of a skeleton. */
  readonly points: Set<string>;
}

class FileWriter {
  readonly #sink: FormatSink;
  readonly #classes: ClassTable;
  readonly #names: NameTable;
  readonly #spool: FormatSpool;
  readonly #labels = new Map<string, LabelFacts>();
  readonly #subsets = new Set<string>();
  #count = 0;

  constructor(sink: FormatSink) {
    this.#sink = sink;
    this.#classes = new ClassTable(sink.classes);
    this.#names = new NameTable(sink);
    this.#spool = sink.spool();
    for (const name of this.#classes.names) this.#labelOf(name);
  }

  async add(row: WriteRow): Promise<Written> {
    const kind = sampleKind(row.sample);
    if (kind !== 'image-sample') {
      this.#sink.lose(row, kind);
      return 'skipped';
    }
    const image: Image = { row, lines: [], faults: [], losses: [] };
    this.#addTags(image);
    for (const [index, { objects }] of row.images) {
      for (const [at, object] of objects.entries())
        this.#addObject(image, object, `/annotation/${index}/image/objects/${at}`);
    }
    if (image.faults.length > 0) return image.faults;
    const isClassified = image.lines.length > 0 && row.images.size > 0;
    if (isClassified && [...row.images.values()].every(({ objects }) => objects.length === 0))
      image.losses.push({ feature: 'unlabelled-image', pointer: '/annotation' });
    const name = await this.#placeImage(row);
    if (typeof name !== 'string') return [name];
    const subset = row.sample.usage === undefined ? undefined : subsetOf(row.sample.usage);
    const faulty = [name, subset ?? ''].find((text) => illegalCharacter(text) !== undefined);
    if (faulty !== undefined) return [unwritable(row, faulty)];
    const size = await this.#sizeOf(row);
    countLosses(this.#sink, row, carriedInAnyForm);
    for (const { feature, pointer } of image.losses) this.#sink.lose(row, feature, pointer);
    if (subset !== undefined) this.#subsets.add(subset);
    const attributes = {
      id: String(this.#count++),
      name,
      ...(subset === undefined ? {} : { subset }),
      ...size,
    };
    await this.#spool.write(
      image.lines.length === 0
        ? `  <image${attributesText(attributes)}/>\n`
        : `  <image${attributesText(attributes)}>\n${image.lines.join('')}  </image>\n`,
    );
    return 'written';
  }

  async end(): Promise<void> {
    const labels = [...this.#labels].map(([name, facts]) => labelText(name, facts)).join('');
    const subsets = [...this.#subsets]
      .map((subset) => `        <subset>${escapeText(subset)}</subset>\n`)
      .join('');
    await this.#sink.write(
      `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n      <size>${this.#count}</size>\n      <mode>annotation</mode>\n${subsets === '' ? '' : `      <subsets>\n${subsets}      </subsets>\n`}      <labels>\n${labels}      </labels>\n    </task>\n  </meta>\n`,
    );
    for await (const chunk of this.#spool.chunks()) await this.#sink.write(chunk);
    await this.#sink.write('</annotations>\n');
  }

  #labelOf(name: string): LabelFacts {
    let facts = this.#labels.get(name);
    if (facts === undefined) {
      facts = { attributes: new Set(), points: new Set() };
      this.#labels.set(name, facts);
    }
    return facts;
  }

  async #placeImage(row: WriteRow): Promise<string | Diagnostic> {
    if (this.#sink.images === 'reference') return this.#sink.referenceTo(row.sample.source);
    return await imageBeside(this.#sink, this.#names, row);
  }

  async #sizeOf(row: WriteRow): Promise<{ width?: string; height?: string }> {
    for (const { width, height } of row.images.values()) {
      if (width !== undefined && height !== undefined)
        return { width: String(width), height: String(height) };
    }
    const size = await this.#sink.imageSize(row);
    if (!('problem' in size)) return { width: String(size.width), height: String(size.height) };
    this.#sink.report({
      rule: 'N056',
      severity: 'warning',
      message: `width and height are left out, since the size of the image is not known: ${size.message}`,
      hint: 'CVAT needs them to import the file',
      ...placeOf(row),
    });
    return {};
  }

  /** False when the label is a fault, which is noted. */
  #isClass({ row, faults }: Image, name: string, pointer: string): boolean {
    if (illegalCharacter(name) !== undefined) {
      faults.push({ ...unwritable(row, name), pointer });
      return false;
    }
    const id = this.#classes.take(name, row, pointer);
    if (typeof id === 'number') return true;
    faults.push(id);
    return false;
  }

  #addTags(image: Image): void {
    for (const [index, { task, name, property = {} }] of image.row.sample.annotations.entries()) {
      const pointer = `/annotation/${index}`;
      if (task !== 'image_classification') {
        // Objects have attributes, and there is nothing around them.
        if (isVocTask(task) && Object.keys(property).length > 0)
          image.losses.push({ feature: 'annotation-property', pointer: `${pointer}/property` });
        continue;
      }
      if (name === undefined || name === '') {
        image.losses.push({ feature: 'object-without-label', pointer });
        continue;
      }
      if (!this.#isClass(image, name, `${pointer}/name`)) continue;
      const attributes: [string, string][] = [];
      for (const [key, value] of Object.entries(property)) {
        if (typeof value === 'string' && isWritable(key, value)) attributes.push([key, value]);
        else image.losses.push({ feature: 'annotation-property', pointer: `${pointer}/property` });
      }
      const label = this.#labelOf(name);
      for (const [key] of attributes) label.attributes.add(key);
      image.lines.push(elementText('tag', { label: name, source: defaultMembers.source }, attributes));
    }
  }

  #addObject(image: Image, object: ImageObject, pointer: string): void {
    const { name, shape } = object;
    if (name === undefined || name === '') {
      image.losses.push({ feature: 'object-without-label', pointer });
      return;
    }
    const skeleton = isSkeleton(object);
    const element =
      shape === undefined ? undefined : skeleton ? (['skeleton', {}] as const) : elementOf(object, shape);
    if (element === undefined) {
      image.losses.push({ feature: 'object-without-shape', pointer });
      return;
    }
    if (shape?.kind === 'line' || shape?.kind === 'dashed')
      image.losses.push({ feature: `shape-${shape.kind}`, pointer });
    if (object.parts.length > 0 && !skeleton)
      image.losses.push({ feature: 'parts', pointer: `${pointer}/parts` });
    if (!this.#isClass(image, name, `${pointer}/name`)) return;
    const { members, attributes } = this.#said(image, object, pointer);
    const label = this.#labelOf(name);
    for (const [key] of attributes) label.attributes.add(key);
    const [tag, geometry] = element;
    const own = { label: name, source: members.source, occluded: isSet(object.occluded) ? '1' : '0' };
    const rest = {
      ...geometry,
      ...(members.group_id === '0' ? {} : { group_id: members.group_id }),
      z_order: members.z_order,
    };
    const points = skeleton ? object.parts.map((part) => this.#pointText(label, part)) : [];
    image.lines.push(elementText(tag, { ...own, ...rest }, attributes, points));
  }

  /** What an object says beside its label and its shape: as members, and as attributes in their order. */
  #said(image: Image, object: ImageObject, pointer: string) {
    const members: Record<(typeof memberProperties)[number], string> = { ...defaultMembers };
    const attributes: [string, string][] = [];
    for (const field of objectFields) {
      const value = object[field];
      if (value === undefined || value === '') continue;
      if (!isWritable(field, value))
        image.losses.push({ feature: 'object-property', pointer: `${pointer}/${field}` });
      else attributes.push([field, field === 'pose' ? value : flagText(value)]);
    }
    for (const [key, value] of object.properties) {
      const member = memberProperties.find((name) => name === key);
      const isTaken =
        key === angleProperty && object.shape?.kind === 'bndbox' && rotationOf(object) !== undefined;
      if (isTaken && !isSkeleton(object)) continue;
      const isField = objectFields.some((field) => field === key);
      if (member !== undefined && value !== '' && value !== defaultMembers[member] && isWritable(key, value))
        members[member] = value;
      else if (member !== undefined || isField || !isWritable(key, value))
        image.losses.push({ feature: 'object-property', pointer: `${pointer}/properties` });
      else attributes.push([key, value]);
    }
    if (
      object.occluded !== undefined &&
      object.occluded !== '' &&
      !/^(?:[01]|true|false)$/i.test(object.occluded)
    )
      image.losses.push({ feature: 'object-property', pointer: `${pointer}/occluded` });
    if (object.attributes !== undefined && object.attributes.size > 0)
      image.losses.push({ feature: 'object-property', pointer: `${pointer}/attributes` });
    return { members, attributes };
  }

  #pointText(label: LabelFacts, part: ImageObject): string {
    const { x, y } = part.shape as Shape & { kind: 'point' };
    label.points.add(part.name!);
    const visible = part.properties.get(visibleProperty);
    const attributes = {
      label: part.name!,
      source: defaultMembers.source,
      outside: visible === '0' ? '1' : '0',
      occluded: visible === '1' ? '1' : '0',
      points: pointsText([x, y]),
    };
    return `      <points${attributesText(attributes)}/>\n`;
  }
}

/** An image on its way. */
interface Image {
  readonly row: WriteRow;
  /** Elements in it. */
  readonly lines: string[];
  readonly faults: Diagnostic[];
  /** Counted when the image is written. */
  readonly losses: Loss[];
}

function unwritable(row: WriteRow, text: string): Diagnostic {
  return {
    rule: 'N055',
    severity: 'error',
    message: `${JSON.stringify(text)} has the character ${illegalCharacter(text)}, which XML cannot hold`,
    hint: 'Rename it before.',
    ...placeOf(row),
  };
}

function isWritable(key: string, value: string): boolean {
  return key !== '' && illegalCharacter(key) === undefined && illegalCharacter(value) === undefined;
}

const isSet = (flag: string | undefined) => flag === '1' || flag === 'true' || flag === 'True';

function flagText(value: string): string {
  return value === '1' ? 'true' : value === '0' ? 'false' : value;
}

function subsetOf(usage: string): string {
  return subsetOfUsage[usage.toUpperCase()] ?? usage;
}

/** A part says something that a point of a skeleton has no place for. */
function saysMore(part: ImageObject): boolean {
  const texts = [part.pose, part.truncated, part.occluded, part.difficult, part.hardReasons, part.maskColor];
  const others = [part.hardCoefficient, part.confidence, part.referencePoint, part.maskSource];
  const maps = [part.actions, part.attributes];
  return (
    texts.some((text) => text !== undefined && !/^(?:|0|false|Unspecified)$/i.test(text)) ||
    others.some((value) => value !== undefined) ||
    maps.some((map) => map !== undefined && map.size > 0)
  );
}

/** The box of the points that are placed, and no more: what a skeleton is read as. */
function isSkeleton({ parts, shape }: ImageObject): boolean {
  const placed: number[] = [];
  for (const part of parts) {
    const { name, shape: point, properties } = part;
    const visible = properties.get(visibleProperty);
    const isPlain = point?.kind === 'point' && part.parts.length === 0 && !saysMore(part);
    const isNamed = name !== undefined && name !== '' && illegalCharacter(name) === undefined;
    if (!isPlain || !isNamed || properties.size !== 1 || !/^[012]$/.test(visible ?? '')) return false;
    if (visible !== '0') placed.push(point.x, point.y);
  }
  const box = boundsOf(placed);
  return (
    box !== undefined &&
    shape?.kind === 'bndbox' &&
    shape.xmin === box.xmin &&
    shape.ymin === box.ymin &&
    shape.xmax === box.xmax &&
    shape.ymax === box.ymax
  );
}

/** The element that a shape becomes, and its geometry; undefined when it has too few points. */
function elementOf(
  object: ImageObject,
  shape: Shape,
): readonly [tag: string, geometry: Record<string, string>] | undefined {
  switch (shape.kind) {
    case 'bndbox': {
      const { xmin, ymin, xmax, ymax } = shape;
      const [xtl, ytl, xbr, ybr] = [xmin, ymin, xmax, ymax].map(formatNumber) as [
        string,
        string,
        string,
        string,
      ];
      const angle = object.properties.get(angleProperty);
      const box = { xtl, ytl, xbr, ybr };
      return ['box', rotationOf(object) === undefined ? box : { ...box, rotation: angle! }];
    }
    case 'polygon':
      return shape.points.length < 6 ? undefined : ['polygon', { points: pointsText(shape.points) }];
    case 'polyline':
      return shape.points.length < 4 ? undefined : ['polyline', { points: pointsText(shape.points) }];
    case 'line':
    case 'dashed':
      return ['polyline', { points: pointsText([shape.x1, shape.y1, shape.x2, shape.y2]) }];
    case 'point':
      return ['points', { points: pointsText([shape.x, shape.y]) }];
    case 'circle': {
      const [cx, cy, r] = [shape.cx, shape.cy, shape.r].map(formatNumber) as [string, string, string];
      return ['ellipse', { cx, cy, rx: r, ry: r }];
    }
  }
}

function pointsText(points: readonly number[]): string {
  const pairs: string[] = [];
  for (let i = 0; i + 1 < points.length; i += 2)
    pairs.push(`${formatNumber(points[i]!)},${formatNumber(points[i + 1]!)}`);
  return pairs.join(';');
}

function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}

function elementText(
  tag: string,
  members: Readonly<Record<string, string>>,
  attributes: readonly (readonly [string, string])[],
  children: readonly string[] = [],
): string {
  const start = `    <${tag}${attributesText(members)}`;
  if (attributes.length === 0 && children.length === 0) return `${start}/>\n`;
  const inner = attributes.map(
    ([name, value]) => `      <attribute name="${escapeAttribute(name)}">${escapeText(value)}</attribute>\n`,
  );
  return `${start}>\n${children.join('')}${inner.join('')}    </${tag}>\n`;
}

/** The entry of a label in the head, and those of the points of its skeleton. */
function labelText(name: string, { attributes, points }: LabelFacts): string {
  const declared = [...attributes].map(
    (attribute) =>
      `            <attribute>\n              <name>${escapeText(attribute)}</name>\n              <mutable>False</mutable>\n              <input_type>text</input_type>\n              <default_value></default_value>\n              <values></values>\n            </attribute>\n`,
  );
  const inner =
    declared.length === 0
      ? '          <attributes/>\n'
      : `          <attributes>\n${declared.join('')}          </attributes>\n`;
  const type = points.size > 0 ? 'skeleton' : 'any';
  const own = `        <label>\n          <name>${escapeText(name)}</name>\n          <type>${type}</type>\n${inner}        </label>\n`;
  const parts = [...points].map(
    (point) =>
      `        <label>\n          <name>${escapeText(point)}</name>\n          <type>points</type>\n          <attributes/>\n          <parent>${escapeText(name)}</parent>\n        </label>\n`,
  );
  return own + parts.join('');
}
