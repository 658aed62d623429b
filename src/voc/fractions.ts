import type { Finding } from '../model/diagnostic.js';
import type { Mode, Profile } from '../model/rule.js';
import type { VocDocument, VocObject } from './document.js';
import { vocSeverity } from './rules/table.js';
import { notWhole } from './shape-coordinate.js';
import { coordinateNames } from './shape-read.js';

/**
 * V073 for every coordinate that is not a whole number, in a document whose elements are in canonical spelling. The
 * same findings as the full parser makes from the text.
 */
export function fractionFindings(document: VocDocument, mode: Mode, profile: Profile): Finding[] {
  const findings: Finding[] = [];
  const severity = vocSeverity('V073', mode, 'error', profile);
  const report = (value: number, pointer: string) => {
    findings.push({ rule: 'V073', severity, message: notWhole(pointer, String(value)), pointer });
  };
  for (const object of document.objects) {
    checkObject(object, `/annotation/object[${object.sourceIndex}]`, report);
  }
  return findings;
}

function checkObject(
  object: VocObject,
  pointer: string,
  report: (value: number, pointer: string) => void,
): void {
  const { shape } = object;
  if (shape !== undefined) {
    const owner = `${pointer}/${shape.kind}`;
    if (shape.kind === 'polygon' || shape.kind === 'polyline') {
      const { points } = shape;
      for (let i = 0; i < points.length; i++) {
        if (!Number.isInteger(points[i]))
          report(points[i]!, `${owner}/${i % 2 === 0 ? 'x' : 'y'}${(i >> 1) + 1}`);
      }
    } else {
      const values = shape as unknown as Readonly<Record<string, number>>;
      for (const name of coordinateNames[shape.kind])
        if (!Number.isInteger(values[name])) report(values[name]!, `${owner}/${name}`);
    }
  }
  for (const part of object.parts) checkObject(part, `${pointer}/part[${part.sourceIndex}]`, report);
}
