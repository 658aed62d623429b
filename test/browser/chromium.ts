import { type Browser, chromium } from 'playwright-core';

export const chromiumPath = process.env['LABELKIT_CHROMIUM'] ?? '/usr/bin/chromium';

/** A browser without a window that asks the network for nothing of its own. */
export async function startChromium(): Promise<Browser> {
  const quiet = ['quic', 'background-networking', 'component-update', 'sync', 'gpu'];
  return await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--no-first-run', ...quiet.map((what) => `--disable-${what}`)],
  });
}
