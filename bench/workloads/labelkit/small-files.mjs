import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder with files `0.jpg`, `1.jpg`… of so many bytes, and `samples.manifest` that names them all. Removed by `remove`.
 * @param {number} count
 * @param {number} bytes
 */
export function smallFiles(count, bytes) {
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-bench-'));
  mkdirSync(join(folder, 'images'));
  let lines = '';
  for (let index = 0; index < count; index++) {
    writeFileSync(join(folder, `images/${index}.jpg`), Buffer.alloc(bytes, index));
    const annotation = [{ type: 'modelarts/image_classification', name: `class ${index % 10}` }];
    lines += `${JSON.stringify({ source: `images/${index}.jpg`, annotation })}\n`;
  }
  writeFileSync(join(folder, 'samples.manifest'), lines);
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
