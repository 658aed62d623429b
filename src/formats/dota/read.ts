import {
  type Diagnostic,
  decimalOf,
  type ImageObject,
  type JsonObject,
  noProperties,
} from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { type FieldLine, fieldLines } from '../shared/fields.js';
import { Findings, shown } from '../shared/findings.js';
import { areaOf } from '../shared/geometry.js';
import { setMember } from '../shared/json.js';
import { type LabelContent, readPairedTree } from '../shared/paired-tree.js';
import { dotaRules } from './rules.js';

/** Reads images with their labels; labels whose image is missing are read all the same. */
export function readDota(source: FormatSource): AsyncGenerator<FormatBatch> {
  const findings = new Findings(dotaRules, source);
  return readPairedTree(source, {
    imageFolders: new Set(['images', 'image', 'images-v1.0', 'images-v1.5']),
    labelFolders: new Set(['labeltxt', 'labels', 'labeltxt-v1.0', 'labeltxt-v1.5', 'labeltxt-v2.0']),
    imageFolder: 'images',
    labelFolder: 'labelTxt',
    imageExtension: '.png',
    parse: (content, file) => parse(content, file, findings),
  });
}

function parse(content: Uint8Array, file: string, findings: Findings): LabelContent {
  const found: Diagnostic[] = [];
  const objects: ImageObject[] = [];
  const property: JsonObject = {};
  let sourceImage: string | undefined;
  for (const line of fieldLines(content)) {
    const report = (rule: string, message: string, field: number): void => {
      const place = { file, line: line.line, column: line.columnOf(field), offset: line.offset };
      const finding = findings.of(rule, message, place);
      if (finding !== undefined) found.push(finding);
    };
    const header = objects.length === 0 ? /^([A-Za-z_]+):(.*)$/.exec(line.fields.join(' ')) : null;
    if (header === null) {
      const object = objectOf(line, report);
      if (object !== undefined) objects.push(object);
      continue;
    }
    const [, key, value] = header as unknown as [string, string, string];
    if (key === 'imagesource') sourceImage = value.trim();
    else setMember(property, key, value.trim());
    if (key !== 'imagesource' && key !== 'gsd') report('N112', `${key} is kept as a property`, 0);
  }
  return {
    image: { objects, ...(sourceImage ? { sourceImage } : {}) },
    ...(Object.keys(property).length > 0 ? { property } : {}),
    findings: found,
  };
}

function objectOf(
  { fields }: FieldLine,
  report: (rule: string, message: string, field: number) => void,
): ImageObject | undefined {
  const { length } = fields;
  if (length !== 9 && length !== 10) {
    report('N110', `the line has ${length} fields, not 9 or 10`, Math.min(length - 1, 10));
    return undefined;
  }
  const points: number[] = [];
  for (let at = 0; at < 8; at++) {
    const number = decimalOf(fields[at]!);
    if (number === undefined) {
      report('N111', `the coordinate ${shown(fields[at])} is not a number`, at);
      return undefined;
    }
    points.push(number);
  }
  if (areaOf(points) === 0) report('N114', 'the four corners have no area between them', 0);
  const difficult = fields[9];
  if (difficult !== undefined && !/^\d$/.test(difficult)) {
    report('N111', `difficult is ${shown(difficult)}, not 0 or 1`, 9);
    return undefined;
  }
  return {
    name: fields[8]!,
    properties: noProperties,
    shape: { kind: 'polygon', points },
    parts: [],
    ...(difficult === undefined ? {} : { difficult }),
  };
}
