import { loadSharp } from '../../dataset-io/sharp.js';
import { wideCharacter } from '../character-width.js';
import { fontFamily } from './plates.js';

let known: Promise<boolean> | undefined;

/**
 * True when some font of the machine has Chinese characters: the one for "one" is a flat stroke, and what stands for a
 * character that no font has is a box. Found out once.
 */
async function hasCjkFont(): Promise<boolean> {
  const sharp = await loadSharp('pictures need');
  try {
    const input = { text: { text: '一', font: `${fontFamily} 48`, dpi: 72 } };
    const { info } = await sharp(input).png().toBuffer({ resolveWithObject: true });
    return info.height * 2 < info.width;
  } catch {
    // Without any font there is nothing to draw, which is an error of its own.
    return false;
  }
}

/** What is to be said of labels that no font of the machine can show; undefined when they can be shown. */
export async function fontProblem(labels: Iterable<string>): Promise<string | undefined> {
  for (const label of labels) {
    if (!wideCharacter.test(label)) continue;
    known ??= hasCjkFont();
    return (await known)
      ? undefined
      : 'no font of this machine has Chinese, Japanese or Korean characters: labels with them are shown as boxes (Debian: apt-get install fonts-noto-cjk)';
  }
  return undefined;
}
