import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('make-photos.mjs', import.meta.url));

/**
 * Writes a folder of JPEG files of 4000 × 3000 pixels, about 1.4 MB each, with detail of every size as photographs have it.
 * @param {string} folder replaced when it exists; absent until complete
 * @param {number} files
 * @param {number} seed
 * @returns {{items: number, bytes: number, sha256: string}}
 */
export function generatePhotos(folder, files, seed) {
  const partial = `${folder}.partial`;
  for (const old of [partial, folder]) rmSync(old, { recursive: true, force: true });
  mkdirSync(partial);
  const { status } = spawnSync(process.execPath, [script, partial, String(files), String(seed)], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of readdirSync(partial).sort()) {
    const content = readFileSync(join(partial, name));
    hash.update(content);
    bytes += content.length;
  }
  renameSync(partial, folder);
  return { items: files, bytes, sha256: hash.digest('hex') };
}
