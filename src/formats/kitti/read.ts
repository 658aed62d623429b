import { type Diagnostic, decimalOf, type ImageObject, noProperties } from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { type FieldLine, fieldLines } from '../shared/fields.js';
import { Findings, shown } from '../shared/findings.js';
import { type LabelContent, readPairedTree } from '../shared/paired-tree.js';
import { kittiRules } from './rules.js';
import { fieldCount, numberFields, numberGroups, unknownGroups } from './types.js';

/** Reads images with their labels; labels whose image is missing are read all the same. */
export function readKitti(source: FormatSource): AsyncGenerator<FormatBatch> {
  const findings = new Findings(kittiRules, source);
  return readPairedTree(source, {
    imageFolders: new Set(['image_2', 'image_3', 'images', 'image', 'data']),
    labelFolders: new Set(['label_2', 'label_3', 'labels', 'label']),
    imageFolder: 'image_2',
    labelFolder: 'label_2',
    imageExtension: '.png',
    parse: (content, file) => parse(content, file, findings),
  });
}

function parse(content: Uint8Array, file: string, findings: Findings): LabelContent {
  const found: Diagnostic[] = [];
  const objects: ImageObject[] = [];
  for (const line of fieldLines(content)) {
    const report = (rule: string, message: string, field: number): void => {
      const place = { file, line: line.line, column: line.columnOf(field), offset: line.offset };
      const finding = findings.of(rule, message, place);
      if (finding !== undefined) found.push(finding);
    };
    const object = objectOf(line, report);
    if (object !== undefined) objects.push(object);
  }
  return { image: { objects }, findings: found };
}

function objectOf(
  { fields }: FieldLine,
  report: (rule: string, message: string, field: number) => void,
): ImageObject | undefined {
  const { length } = fields;
  if (length !== fieldCount && length !== fieldCount + 1) {
    report('N100', `the line has ${length} fields, not ${fieldCount}`, Math.min(length - 1, fieldCount + 1));
    return undefined;
  }
  const numbers: number[] = [];
  for (let at = 1; at < length; at++) {
    const number = decimalOf(fields[at]!);
    if (number === undefined) {
      report('N101', `${numberFields[at - 1]} is ${shown(fields[at])}, not a number`, at);
      return undefined;
    }
    numbers.push(number);
  }
  const [truncated, occluded] = numbers as [number, number];
  const [xmin, ymin, xmax, ymax] = numbers.slice(3, 7) as [number, number, number, number];
  if (!(xmax > xmin && ymax > ymin))
    report('N102', `the box ${fields.slice(4, 8).join(', ')} has no area`, 4);
  const properties = new Map<string, string>();
  // The flags of the model say whether; how much is kept beside them.
  if (truncated > 0 && truncated !== 1) properties.set('kitti_truncated', fields[1]!);
  if (occluded > 1) properties.set('kitti_occluded', fields[2]!);
  for (const [name, from, to] of numberGroups) {
    const text = fields.slice(from, to).join(' ');
    if (!unknownGroups[name]!.includes(numbers.slice(from - 1, to - 1).join(' '))) properties.set(name, text);
  }
  const score = numbers[fieldCount - 1];
  const isConfidence = score !== undefined && score >= 0 && score <= 1;
  if (score !== undefined && !isConfidence) properties.set('kitti_score', fields[fieldCount]!);
  return {
    name: fields[0]!,
    properties: properties.size === 0 ? noProperties : properties,
    shape: { kind: 'bndbox', xmin, ymin, xmax, ymax },
    parts: [],
    ...(truncated < 0 ? {} : { truncated: truncated > 0 ? '1' : '0' }),
    ...(occluded < 0 ? {} : { occluded: occluded > 0 ? '1' : '0' }),
    ...(isConfidence ? { confidence: score } : {}),
  };
}
