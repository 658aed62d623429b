import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { report } from '../../src/index.js';
import { dataSets } from '../report/data-sets.js';
import { startChromium } from './chromium.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

/** Pages by name: what each is made of. */
const inputs: Readonly<Record<string, (folder: string) => string | Promise<string>>> = {
  ...dataSets,
  street: () => resolve('examples/street'),
  bccd: () => join(corpus, 'bccd'),
  V010: () => join(corpus, 'modelarts-sdk/V010.manifest'),
  entities: () => join(corpus, 'modelarts-sdk/text_entity.manifest'),
  recordings: () => join(corpus, 'modelarts-sdk/audio_content.manifest'),
};

const screens: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
};

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => await browser.close());

describe.each(Object.entries(inputs))('the page of %s', (_, make) => {
  let url: string;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'labelkit-pages-'));
    const output = join(folder, 'page.html');
    await report(await make(join(folder, 'input')), output);
    url = pathToFileURL(output).href;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(Object.entries(screens))(
    'opens %s: no message, no request, nothing inaccessible',
    async (_, screen) => {
      const context = await browser.newContext(screen);
      try {
        const page = await context.newPage();
        const messages: string[] = [];
        const requests: string[] = [];
        page.on('console', (message) => messages.push(message.text()));
        page.on('pageerror', (error) => messages.push(error.message));
        page.on('request', (request) => {
          if (!request.url().startsWith('data:image/')) requests.push(request.url());
        });
        await page.goto(url, { waitUntil: 'load' });
        await openAll(page);
        // By the debugger, which the policy of the page does not reach.
        await page.evaluate(axe.source);
        const violations = (await page.evaluate(
          'axe.run().then((result) => result.violations)',
        )) as Violation[];
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        expect(messages).toEqual([]);
        expect(requests).toEqual([url]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
        const broken = '[...document.images].filter((image) => image.naturalWidth === 0).length';
        expect(await page.evaluate(broken)).toBe(0);
      } finally {
        await context.close();
      }
    },
  );

  test('is used with the keyboard alone, and printed', async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('location.hash')).toBe('#content');
      expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(1000);
    } finally {
      await context.close();
    }
  });
});

/** Opens what can be opened: all of it is looked at. */
async function openAll(page: Page): Promise<void> {
  await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
}
