import { existsSync } from 'node:fs';
import { chromiumPath } from './chromium.js';

/** Stops the run before the first test when there is no browser. */
export default function needChromium(): void {
  if (existsSync(chromiumPath)) return;
  throw new Error(
    `The tests of pages need Chromium, and there is none at ${chromiumPath}. Install it (Debian: apt-get install chromium fonts-noto-cjk), or say where it is with LABELKIT_CHROMIUM; nothing was tested.`,
  );
}
