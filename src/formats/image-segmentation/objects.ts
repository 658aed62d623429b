import {
  type BndBox,
  type Diagnostic,
  type ImageObject,
  type Polygon,
  parseMaskColor,
} from '../../model/index.js';
import type { VocReading } from '../contract.js';
import type { Findings } from '../shared/findings.js';
import { boundsOf } from '../shared/geometry.js';
import { type Mask, numberOf } from '../shared/mask.js';
import { outlineWithCuts, type Region, regionsOf } from '../shared/mask-regions.js';
import { pieceProperty } from './types.js';

/** An object that has a colour in a mask. */
export interface ColouredObject {
  readonly object: ImageObject;
  /** From 0, in its file. */
  readonly index: number;
  readonly colour: number;
}

/** The objects that have a colour, which those of other notation have not. */
export function colouredObjects(objects: readonly ImageObject[]): ColouredObject[] {
  return objects.flatMap((object, index) => {
    const colour = object.maskColor === undefined ? undefined : parseMaskColor(object.maskColor);
    return colour === undefined ? [] : [{ object, index, colour }];
  });
}

/** What the outlines of objects are made from. */
export interface OutlineContext {
  readonly reading: VocReading;
  readonly findings: Findings;
  readonly holes: 'cut' | 'fill';
  /** Boxes are to become outlines too. */
  readonly replacesBoxes: boolean;
  readonly report: (diagnostic: Diagnostic | undefined) => void;
}

/**
 * Outlines for the objects that are to get one, from a mask of their image's size.
 *
 * @param owners all objects whose colours are in this mask
 * @returns by the number of an object what it becomes: one object for each region
 */
export function outlinesOf(
  mask: Mask,
  owners: readonly ColouredObject[],
  context: OutlineContext,
): Map<number, ImageObject[]> {
  const byColour = new Map<number, ColouredObject[]>();
  for (const owner of owners) {
    const others = byColour.get(owner.colour);
    if (others === undefined) byColour.set(owner.colour, [owner]);
    else others.push(owner);
  }
  /** Objects that have all pixels of a number for themselves. */
  const alone = new Map<number, ColouredObject>();
  const found = new Map<number, ImageObject[]>();
  for (const [colour, sharers] of byColour) {
    const number = numberOf(mask, colour);
    if (number === undefined) continue;
    for (const owner of sharers) {
      if (!needsOutline(owner, context)) continue;
      if (sharers.length === 1) alone.set(number, owner);
      else if (owner.object.shape?.kind === 'bndbox')
        take(found, owner, regionsInBox(mask, number, owner.object.shape), context);
      else reportShared(owner, sharers.length, context);
    }
  }
  if (alone.size === 0) return found;
  const regions = new Map<number, Region[]>();
  for (const region of regionsOf(mask, (number) => alone.has(number))) {
    const others = regions.get(region.index);
    if (others === undefined) regions.set(region.index, [region]);
    else others.push(region);
  }
  for (const [number, owner] of alone) {
    const own = regions.get(number)!;
    if (owner.object.shape?.kind === 'bndbox') compareBox(owner, owner.object.shape, own, context);
    take(found, owner, own, context);
  }
  return found;
}

function needsOutline({ object: { shape } }: ColouredObject, { replacesBoxes }: OutlineContext): boolean {
  return shape === undefined || (replacesBoxes && shape.kind === 'bndbox');
}

/** The pixels of a number whose centres are in a box. */
function regionsInBox(mask: Mask, number: number, { xmin, ymin, xmax, ymax }: BndBox): Region[] {
  const clip = (value: number, limit: number) => Math.min(limit, Math.max(0, Math.ceil(value - 0.5)));
  const [left, top] = [clip(xmin, mask.width), clip(ymin, mask.height)];
  const width = clip(xmax, mask.width) - left;
  const height = clip(ymax, mask.height) - top;
  if (width <= 0 || height <= 0) return [];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * mask.width + left;
    for (let x = 0; x < width; x++) if (mask.pixels[from + x] === number) pixels[y * width + x] = 1;
  }
  const moved = (points: readonly number[]) => points.map((value, i) => value + (i % 2 === 0 ? left : top));
  return regionsOf({ width, height, pixels }, (index) => index === 1).map((region) => ({
    ...region,
    outline: moved(region.outline),
    holes: region.holes.map(moved),
  }));
}

function take(
  found: Map<number, ImageObject[]>,
  { object, index }: ColouredObject,
  regions: readonly Region[],
  { reading, findings, holes, report }: OutlineContext,
): void {
  if (regions.length === 0) return;
  const place = reading.placeOf(pointerOf(index));
  const holed = regions.filter((region) => region.holes.length > 0);
  if (holes === 'fill' && holed.length > 0) {
    const count = holed.reduce((sum, region) => sum + region.holes.length, 0);
    const pixels = holed.reduce((sum, region) => sum + Math.round(areaOf(region.outline)) - region.pixels, 0);
    report(
      findings.of(
        'P007',
        `${count === 1 ? '1 hole' : `${count} holes`} of ${pixels} pixels ${count === 1 ? 'is' : 'are'} filled`,
        place,
      ),
    );
  }
  const shapes = regions.map((region): Polygon => {
    const points = holes === 'cut' ? outlineWithCuts(region) : [...region.outline];
    return { kind: 'polygon', points };
  });
  const [first, ...others] = shapes;
  if (others.length === 0) {
    found.set(index, [withMembers(object, { shape: first! })]);
    return;
  }
  report(
    findings.of(
      'P006',
      `the object has ${regions.length} regions in the mask, and is read as so many objects`,
      place,
    ),
  );
  const properties = new Map([...object.properties, [pieceProperty, String(index + 1)]]);
  const whole = withMembers(object, { shape: first!, properties, propertiesPresent: true });
  // Copies say again what is said of the label, but have no parts of their own.
  const { parts: _, actions: __, referencePoint: ___, ...rest } = object;
  found.set(index, [whole, ...others.map((shape) => ({ ...rest, parts: [], properties, shape }))]);
}

/** The area inside an outline. */
function areaOf(points: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    twice += points[i]! * points[j + 1]! - points[j]! * points[i + 1]!;
  }
  return Math.abs(twice) / 2;
}

function compareBox(
  { index }: ColouredObject,
  box: BndBox,
  regions: readonly Region[],
  { reading, findings, report }: OutlineContext,
): void {
  const bounds = boundsOf(regions.flatMap(({ outline }) => outline))!;
  const off = Math.max(
    ...(['xmin', 'ymin', 'xmax', 'ymax'] as const).map((side) => Math.abs(bounds[side] - box[side])),
  );
  if (off <= 1) return;
  const say = ({ xmin, ymin, xmax, ymax }: BndBox) => `${xmin},${ymin},${xmax},${ymax}`;
  report(
    findings.of(
      'P008',
      `the box is ${say(box)}, but the colour of the object fills ${say(bounds)}`,
      reading.placeOf(`${pointerOf(index)}/bndbox`),
    ),
  );
}

function reportShared(
  { index, object }: ColouredObject,
  sharers: number,
  { reading, findings, report }: OutlineContext,
): void {
  report(
    findings.of(
      'P003',
      `${sharers} objects have the colour ${object.maskColor}, and this one has no shape to tell which pixels are its own`,
      reading.placeOf(`${pointerOf(index)}/mask_color`),
    ),
  );
}

/** @param index from 0 */
export function pointerOf(index: number): string {
  return `/annotation/object[${index + 1}]`;
}

/** A copy of the same prototype that differs in some members, so that what only its file has goes with it. */
export function withMembers<T extends object>(
  value: T,
  members: Partial<T> & Readonly<Record<string, unknown>>,
): T {
  return Object.assign(Object.create(Object.getPrototypeOf(value)), value, members);
}
